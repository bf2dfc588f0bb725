import { AppError } from '../../../shared/errors.ts';
import { formatUsd } from '../../../shared/money.ts';

/** Workers an account may have over all its endpoints, by balance (FACTS 3.1). */
const TIERS: readonly (readonly [balanceUsd: number, workers: number])[] = [
  [900, 60],
  [700, 50],
  [500, 40],
  [300, 30],
  [200, 20],
  [100, 10],
];
const FEWEST = 5;

export function workerQuota(balanceUsd: number): number {
  return TIERS.find(([from]) => balanceUsd >= from)?.[1] ?? FEWEST;
}

export interface QuotaFacts {
  readonly maxWorkers: number;
  /** Sum of `workers.max` over all other endpoints of the account. */
  readonly othersMaxWorkers: number;
  /** null = the key does not tell. */
  readonly balanceUsd: number | null;
}

/**
 * Refuses an endpoint that the account has no workers left for, before RunPod does (trap 40).
 * @returns what people should know, such as that the balance could not be read; null = nothing
 * @throws AppError invalid_input naming the most that would do
 */
export function checkWorkerQuota(facts: QuotaFacts): string | null {
  const { maxWorkers, othersMaxWorkers, balanceUsd } = facts;
  const quota = workerQuota(balanceUsd ?? 0);
  const left = Math.max(0, quota - othersMaxWorkers);
  if (maxWorkers <= left) return null;
  const sum = `${othersMaxWorkers} are promised to other endpoints, and ${maxWorkers} were asked for`;
  if (balanceUsd === null) {
    return `RunPod may refuse it: an account may have ${quota} workers until its balance reaches ${formatUsd(100)}; ${sum}.`;
  }
  throw new AppError(
    'invalid_input',
    `serverless.maxWorkers: with a balance of ${formatUsd(balanceUsd)} an account may have ${quota} workers; ${sum}.`,
    {
      advice:
        left === 0
          ? 'Delete an endpoint or lower its maximum, or add to the balance.'
          : `Ask for ${left} at most, lower the maximum of another endpoint, or add to the balance.`,
      details: { field: 'serverless.maxWorkers', value: maxWorkers, nearest: left, quota },
    },
  );
}
