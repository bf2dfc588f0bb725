import { diskUsdPerHour, type PodDisks } from '../../shared/money.ts';
import type { PlanCandidate, PlanRequest, Stock } from '../../shared/model.ts';
import type { GpuOffer } from './types.ts';

/** GPU counts worth asking for: tensor parallel needs heads to divide, and these are what models are made for. */
const COUNTS: readonly number[] = [1, 2, 4, 8];

/** Share of the hours of use in which a serverless worker is awake when nothing is known of the user's requests. */
export const DEFAULT_BUSY_SHARE = 0.35;

/** One way of renting: so many GPUs of a type as a pod in a cloud, or as a serverless worker. */
export interface Combination {
  readonly kind: PlanCandidate['kind'];
  readonly offer: GpuOffer;
  readonly gpuCount: number;
  readonly cloud: PlanCandidate['cloud'];
  /** List price for all GPUs and, of a pod, for its disks; null = not offered. */
  readonly usdPerHour: number | null;
  /** The part of it that is disks. */
  readonly diskUsdPerHour: number;
  /** What an hour of use costs: pods bill all of it, serverless workers while they are awake. */
  readonly usdPerHourOfUse: number | null;
  readonly maxCount: number;
  readonly stock: Stock;
}

/**
 * Every way of renting the catalogue allows to be priced, the wish not yet considered beyond its mode. `disks`: of a pod,
 * whose `cost` includes them (FACTS 5).
 */
export function combinationsOf(
  request: PlanRequest,
  offers: readonly GpuOffer[],
  busyShare: number,
  disks: PodDisks,
): Combination[] {
  const diskUsd = diskUsdPerHour(disks, 'running');
  const wanted = request.compute.gpuCount;
  const counts = wanted === null || COUNTS.includes(wanted) ? COUNTS : [...COUNTS, wanted];
  const pods = request.mode !== 'serverless';
  const serverless = request.mode !== 'pod';
  return offers.flatMap((offer) =>
    counts.flatMap((gpuCount) => [
      ...(pods ? CLOUDS.map((cloud) => pod({ offer, gpuCount, cloud, diskUsd }, request)) : []),
      ...(serverless ? [worker(offer, gpuCount, busyShare)] : []),
    ]),
  );
}

const CLOUDS = ['SECURE', 'COMMUNITY'] as const;

interface PodWay extends Pick<Combination, 'offer' | 'gpuCount' | 'cloud'> {
  readonly diskUsd: number;
}

function pod({ offer, gpuCount, cloud, diskUsd }: PodWay, request: PlanRequest): Combination {
  const price = offer.usdPerHour[cloud];
  const usdPerHour = price === null ? null : price * gpuCount + diskUsd;
  return {
    kind: 'pod',
    offer,
    gpuCount,
    cloud,
    usdPerHour,
    diskUsdPerHour: diskUsd,
    usdPerHourOfUse: usdPerHour,
    maxCount: offer.maxCount[cloud],
    stock: stockIn(offer, cloud, request.compute.dataCenterIds),
  };
}

function worker(offer: GpuOffer, gpuCount: number, busyShare: number): Combination {
  const price = offer.pool === null ? null : offer.usdPerHour.serverless;
  const usdPerHour = price === null ? null : price * gpuCount;
  return {
    kind: 'serverless',
    offer,
    gpuCount,
    cloud: 'SECURE',
    usdPerHour,
    diskUsdPerHour: 0,
    usdPerHourOfUse: usdPerHour === null ? null : usdPerHour * busyShare,
    maxCount: offer.maxCount.SECURE,
    stock: offer.serverlessStock ?? 'UNKNOWN',
  };
}

/** Best first; not known stands between little and none, as it may be either. */
const STOCK_ORDER: readonly Stock[] = ['HIGH', 'MEDIUM', 'LOW', 'UNKNOWN', 'NONE'];

/** 0 = none … 4 = high. */
export function stockRank(stock: Stock): number {
  return STOCK_ORDER.length - 1 - STOCK_ORDER.indexOf(stock);
}

/** Stock where the pod may stand: the best of the wanted data centres, or overall. */
function stockIn(offer: GpuOffer, cloud: PlanCandidate['cloud'], dataCenterIds: readonly string[]): Stock {
  const overall = cloud === 'COMMUNITY' ? (offer.communityStock ?? offer.stock) : offer.stock;
  if (dataCenterIds.length === 0) return overall;
  const stocks = offer.dataCenters
    .filter((center) => dataCenterIds.includes(center.id))
    .map((center) => center.stock);
  return stocks.toSorted((a, b) => stockRank(b) - stockRank(a)).at(0) ?? overall;
}

/** `2 × NVIDIA A40 (Community)`. */
export function describe(combination: Combination): string {
  const times = combination.gpuCount === 1 ? '' : `${combination.gpuCount} × `;
  const where =
    combination.kind === 'serverless'
      ? ' serverless'
      : combination.cloud === 'COMMUNITY'
        ? ' (Community)'
        : '';
  return `${times}${combination.offer.name}${where}`;
}
