import type { CostSummary } from '../../shared/model.ts';
import type { Interval } from './ledger.ts';

const HOUR_MS = 3_600_000;
/** Nobody leaves a GPU on for longer than this without a thought. */
const MOST_GAP_MS = 24 * HOUR_MS;
/** A restart or a change of the rate is no stop. */
const LEAST_GAP_MS = 60_000;

/**
 * What stops spared within a span: the time between the end of a pod and the start of the next one for the same
 * deployment, a day of each at most, at the rate of the pod that ended. What was never started again spared nothing that
 * can be told.
 */
export function stopSavings(intervals: readonly Interval[]): NonNullable<CostSummary['stopsSaved']> {
  const runs = intervals
    .filter(({ kind, deploymentId }) => kind === 'compute' && deploymentId !== null)
    .toSorted((a, b) => a.startedMs - b.startedMs);
  const last = new Map<string, Interval>();
  let [usd, hours, stops] = [0, 0, 0];
  for (const run of runs) {
    const id = run.deploymentId ?? '';
    const before = last.get(id);
    const gapMs = before === undefined ? 0 : Math.min(run.startedMs - before.endedMs, MOST_GAP_MS);
    if (before !== undefined && gapMs >= LEAST_GAP_MS) {
      usd += (gapMs / HOUR_MS) * before.usdPerHour;
      hours += gapMs / HOUR_MS;
      stops++;
    }
    if (before === undefined || run.endedMs > before.endedMs) last.set(id, run);
  }
  return { usd, hours, stops };
}
