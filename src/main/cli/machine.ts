import { homedir } from 'node:os';
import type { Machine } from '../settings/folders.ts';

/** This computer as the rules about folders see it. */
export function thisMachine(env: Machine['env']): Machine {
  return { platform: process.platform, env, home: homedir(), cwd: process.cwd() };
}
