import { useAppStatus } from '../stores/app-status.ts';
import { useCosts } from '../stores/costs.ts';
import { minuteTime } from '../view/format.ts';
import { words } from '../view/messages.ts';
import { useNow } from './clock.ts';

const OLD_AFTER_MS = 2 * 60_000;

/** How old the figures of the summary are: `as of 10:42`, and whether that is too old to be read as now. */
export function useCostsAge(): { readonly text: string; readonly old: boolean } {
  const readAt = useCosts((state) => state.readAt);
  const live = useAppStatus((state) => state.connection === 'live');
  const nowMs = useNow(10_000);
  if (readAt === null) return { text: '', old: true };
  return {
    text: words.asOf(minuteTime(new Date(readAt).toISOString())),
    old: !live || nowMs - readAt > OLD_AFTER_MS,
  };
}
