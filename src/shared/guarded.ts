import type { MethodName } from './api.ts';

/**
 * Acts that lose data, money or the hold on what bills. On the desktop the main process asks before it carries one out
 * for a window, in a box of the system that no page can answer; windows leave the question to it.
 */
export const GUARDED = [
  'deployments.terminate',
  'deployments.stopAll',
  'radar.stop',
  'radar.terminate',
  // Asked only where data or what others made is at stake: the time to undo answers the rest.
  'radar.sweep',
  'radar.confirmAccount',
  'volumes.remove',
  'images.remove',
  'images.prune',
  'secrets.delete',
  'keys.revoke',
  // Asked only where a limit of spending is raised or taken away.
  'settings.set',
] as const satisfies readonly MethodName[];
export type GuardedMethod = (typeof GUARDED)[number];

export const isGuarded = (name: string): name is GuardedMethod => GUARDED.some((guarded) => guarded === name);
