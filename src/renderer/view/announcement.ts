import type { DeploymentView } from '../../shared/model.ts';
import { lookOf } from './state.ts';
import { words } from './messages.ts';

/** What a screen reader hears of a change: phases and outcomes, never percentages or counters (UX 3.10). */
export function announcementFor(before: DeploymentView | undefined, after: DeploymentView): string | null {
  if (before === undefined || before.state === after.state) return null;
  if (after.state === 'ready') return words.isReady(after.name);
  const look = lookOf({ ...after, phases: [] });
  const detail = look.detail === null ? '' : `, ${look.detail}`;
  return `${after.name}: ${look.word}${detail}`;
}
