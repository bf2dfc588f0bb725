import type { CostSeries } from '../../shared/model.ts';
import { usdForMs } from '../../shared/money.ts';
import { bucketStarts } from './calendar.ts';
import type { CostLedger, Interval } from './ledger.ts';
import { UNATTRIBUTED, byKind } from './summary.ts';

export interface SeriesWish {
  readonly bucket: 'hour' | 'day';
  readonly buckets: number;
}

export interface SeriesAround {
  readonly nowMs: number;
  readonly zone: string;
  readonly simulated: boolean;
  /** Divides the buckets further, given their beginnings; by what requests have in common. */
  readonly byRequests?: (starts: readonly number[]) => readonly Readonly<Record<string, number>>[];
}

/** Money by hour or day up to now, oldest first, every bucket present. */
export function costSeries(ledger: CostLedger, wish: SeriesWish, around: SeriesAround): CostSeries {
  const { nowMs, zone, simulated } = around;
  const starts = bucketStarts(wish.bucket, wish.buckets, nowMs, zone);
  const names = ledger.names();
  const intervals = ledger.intervals(starts[0] ?? nowMs, nowMs).map((interval) => ({
    ...interval,
    deploymentName: names.get(interval.deploymentId ?? '') ?? interval.deploymentName,
  }));
  const divided = around.byRequests?.(starts);
  return {
    asOf: new Date(nowMs).toISOString(),
    simulated,
    points: buildPoints(intervals, starts, nowMs).map((point, index) => {
      const byRequests = divided?.[index];
      return byRequests === undefined ? point : { ...point, byRequests };
    }),
  };
}

/** Divides intervals among buckets; bucket `n` ends where the next begins, the last one at `endMs`. */
export function buildPoints(
  intervals: readonly Interval[],
  starts: readonly number[],
  endMs: number,
): CostSeries['points'] {
  return starts.map((startMs, index) => {
    const shares = intervals
      .map((interval) => ({ ...interval, usd: usdWithin(interval, startMs, starts[index + 1] ?? endMs) }))
      .filter((share) => share.usd !== 0);
    return {
      at: new Date(startMs).toISOString(),
      byKind: byKind(shares),
      byDeployment: byName(shares),
    };
  });
}

/** As the ledger counts: a rate over the overlap, and money at an instant after the beginning, up to the end. */
function usdWithin(interval: Interval, fromMs: number, toMs: number): number {
  const overlapMs = Math.min(interval.endedMs, toMs) - Math.max(interval.startedMs, fromMs);
  const money = interval.startedMs > fromMs && interval.startedMs <= toMs ? interval.usd : 0;
  return usdForMs(interval.usdPerHour, Math.max(0, overlapMs)) + money;
}

function byName(shares: readonly Interval[]): Record<string, number> {
  const sums = new Map<string, number>();
  for (const share of shares) {
    const name = share.deploymentName ?? UNATTRIBUTED;
    sums.set(name, (sums.get(name) ?? 0) + share.usd);
  }
  return Object.fromEntries(sums);
}
