import { HOURS_PER_MONTH } from '../../shared/money.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** How far back habits are looked at. */
export const TRAILING_MS = 7 * DAY_MS;

export interface ForecastFacts {
  readonly nowMs: number;
  readonly monthEndMs: number;
  /** Spent this month so far. */
  readonly monthUsd: number;
  /** Spent in the trailing span: everything, and the part of it that was storage. */
  readonly trailingUsd: number;
  readonly trailingDiskUsd: number;
  /** Length of the trailing span that there is history for. */
  readonly trailingMs: number;
  /** Storage that goes on billing when nothing runs. */
  readonly restUsdPerMonth: number;
}

/**
 * What the month will have cost: what is spent, the rest of the month used as the last days were, and storage at rest,
 * which bills however the days are used. Less than a day of history counts as a day: one hour of a GPU is no habit.
 */
export function forecastMonthUsd(facts: ForecastFacts): number {
  const leftMs = Math.max(0, facts.monthEndMs - facts.nowMs);
  const restUsdPerHour = facts.restUsdPerMonth / HOURS_PER_MONTH;
  const restInTrailing = Math.min(facts.trailingDiskUsd, (restUsdPerHour * facts.trailingMs) / HOUR_MS);
  const habitUsd = Math.max(0, facts.trailingUsd - restInTrailing);
  const habitUsdPerMs = habitUsd / Math.max(facts.trailingMs, DAY_MS);
  return facts.monthUsd + habitUsdPerMs * leftMs + (restUsdPerHour * leftMs) / HOUR_MS;
}
