import { formatUsdPerHour } from '../../../shared/money.ts';
import type { DeploymentSpec, PlanCandidate } from '../../../shared/model.ts';

/** What an endpoint is asked for, out of a plan. */
export interface EndpointChoice {
  readonly candidate: PlanCandidate;
  /** Acceptable GPU types, the best first, with the price of a worker on each. */
  readonly gpus: readonly { readonly gpuTypeId: string; readonly usdPerHour: number }[];
  readonly maxWorkers: number;
  /** For people: why there are fewer workers than asked for; null = there are not. */
  readonly note: string | null;
}

/** A dearer GPU stands in for the best one up to this many times its price, where no limit was set. */
const DEAREST = 2;

/**
 * The GPU types an endpoint may use: RunPod's scheduler picks among them (FACTS 1), so that all of them have to be worth
 * their price. A limit on the price by the hour is for all workers together: as many of them are allowed as it pays for.
 * null = the plan has nothing for serverless.
 */
export function endpointChoice(
  candidates: readonly PlanCandidate[],
  { compute, serverless }: Pick<DeploymentSpec, 'compute' | 'serverless'>,
): EndpointChoice | null {
  const [best] = candidates;
  if (best === undefined) return null;
  const limit = compute.maxUsdPerHour;
  const alike = candidates.filter(({ gpuCount }) => gpuCount === best.gpuCount);
  const affordable = (workers: number): PlanCandidate[] =>
    alike.filter(({ usdPerHour }) => limit === null || usdPerHour * workers <= limit * CLOSE);
  const all = affordable(serverless.maxWorkers);
  const chosen = (
    all.includes(best) ? all : alike.filter((each) => each.usdPerHour <= best.usdPerHour)
  ).filter(({ usdPerHour }) => limit !== null || usdPerHour <= best.usdPerHour * DEAREST);
  const dearest = Math.max(...chosen.map(({ usdPerHour }) => usdPerHour));
  const paidFor = limit === null ? serverless.maxWorkers : Math.floor((limit * CLOSE) / dearest);
  const maxWorkers = Math.max(1, Math.min(serverless.maxWorkers, paidFor));
  return {
    candidate: best,
    gpus: [...new Map(chosen.map((each) => [each.gpuTypeId, each.usdPerHour]))].map(
      ([gpuTypeId, usdPerHour]) => ({ gpuTypeId, usdPerHour }),
    ),
    maxWorkers,
    note:
      limit === null || maxWorkers === serverless.maxWorkers
        ? null
        : `At most ${maxWorkers} of ${serverless.maxWorkers} workers: each costs up to ${formatUsdPerHour(dearest)}, and all together may cost ${formatUsdPerHour(limit)}.`,
  };
}

/** Prices are rounded to four digits. */
const CLOSE = 1.0001;
