import type { RequestRecord } from '../../../shared/activity.ts';
import { usedHardware } from '../../costs/attribution.ts';

/** A request as hardware sees it: when it arrived, and how long it keeps the model server busy. */
export interface Use {
  readonly at: number;
  readonly serviceMs: number;
}

/**
 * The recorded requests that hardware was needed for, by arrival; a start that failed was needed all the same.
 */
export function usesOf(records: readonly RequestRecord[]): Use[] {
  return records
    .filter(usedHardware)
    .map((record) => ({
      at: Date.parse(record.at) - record.totalMs,
      serviceMs: Math.max(0, record.totalMs - record.queueMs),
    }))
    .toSorted((a, b) => a.at - b.at);
}

/** Time between the end of one request and the arrival of the next, in order; none where requests overlap. */
export function gapsOf(uses: readonly Use[]): number[] {
  const gaps: number[] = [];
  let busyUntil: number | null = null;
  for (const { at, serviceMs } of uses) {
    if (busyUntil !== null && at > busyUntil) gaps.push(at - busyUntil);
    busyUntil = Math.max(busyUntil ?? 0, at + serviceMs);
  }
  return gaps;
}
