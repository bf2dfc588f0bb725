import { upToCents } from './money.ts';
import type { DeploymentSpec, PlanCandidate } from './model.ts';

/** What starts without a question (UX 3.6). */
export const ASK_ABOVE_USD_PER_HOUR = 2;

/**
 * The most an hour may cost where nobody said: room for the next choices when the first is taken, and no more than can be
 * started without a question. In USD per hour.
 */
export function usualLimit({ usdPerHour }: Pick<PlanCandidate, 'usdPerHour'>): number {
  const most =
    usdPerHour > ASK_ABOVE_USD_PER_HOUR
      ? usdPerHour * 1.25
      : Math.min(usdPerHour * 2, ASK_ABOVE_USD_PER_HOUR);
  return upToCents(most);
}

/**
 * The most that may be rented for a deployment, in USD per hour; null = whatever the GPUs cost that it names. Where the
 * choice is the app's, no limit means the usual one: nothing dearer than what a person was told is ever rented.
 */
export function priceLimit(
  { maxUsdPerHour, gpuTypeIds }: DeploymentSpec['compute'],
  best: Pick<PlanCandidate, 'usdPerHour'> | undefined,
): number | null {
  if (maxUsdPerHour !== null || gpuTypeIds.length > 0 || best === undefined) return maxUsdPerHour;
  return usualLimit(best);
}
