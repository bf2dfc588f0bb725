import type { CostSummary } from '../../shared/model.ts';

const HOUR_MS = 3_600_000;

/** What this month comes to if everything that runs now stays on until its end, in USD; the computer's month. */
export function allStaysOnUsd({ monthUsd, nowUsdPerHour, asOf }: CostSummary): number {
  const at = new Date(asOf);
  const end = new Date(at.getFullYear(), at.getMonth() + 1, 1);
  return monthUsd + (nowUsdPerHour * (end.getTime() - at.getTime())) / HOUR_MS;
}

/** When the balance reaches zero at this rate; null = not known. Empty already = as of the figures. */
export function emptyAt({ asOf, runwayHours, balanceUsd }: CostSummary): string | null {
  if (balanceUsd !== null && balanceUsd <= 0) return asOf;
  return runwayHours === null ? null : new Date(Date.parse(asOf) + runwayHours * HOUR_MS).toISOString();
}
