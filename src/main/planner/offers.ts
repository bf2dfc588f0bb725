import type { Stock } from '../../shared/model.ts';
import type { GpuType } from '../runpod/api.ts';
import type { GpuOffer } from './types.ts';

const STOCKS: ReadonlySet<string> = new Set(['HIGH', 'MEDIUM', 'LOW', 'NONE']);

/** GraphQL writes High, v2 writes HIGH, and a newer API may say something else. */
function toStock(value: string | undefined): Stock {
  const upper = value?.toUpperCase() ?? 'UNKNOWN';
  return isStock(upper) ? upper : 'UNKNOWN';
}

function isStock(value: string): value is Stock {
  return STOCKS.has(value);
}

/** A list price; not offered or 0 (RunPod's way of saying the same) = null. */
function price(offered: boolean, usd: number | undefined): number | null {
  return offered && usd !== undefined && usd > 0 ? usd : null;
}

/**
 * The catalogue (`GET /v2/catalog/gpus?include=AVAILABILITY&product=POD`) as the planner sees it. Drops the sentinel id
 * `unknown`. CUDA versions without free capacity are kept: the version exists, its stock is a hint. Stock differs by
 * product, so the pools' stock comes from a second answer (`product=SERVERLESS`) where there is one.
 */
export function toOffers(gpus: readonly GpuType[], serverless: readonly GpuType[] = []): GpuOffer[] {
  const pooled = new Map(serverless.map((gpu) => [gpu.id, toStock(gpu.availability)]));
  return gpus.filter((gpu) => gpu.id !== 'unknown').map((gpu) => toOffer(gpu, pooled.get(gpu.id)));
}

function toOffer(gpu: GpuType, serverlessStock: Stock | undefined): GpuOffer {
  return {
    ...(serverlessStock === undefined ? {} : { serverlessStock }),
    id: gpu.id,
    name: gpu.name,
    memoryGb: gpu.memory,
    manufacturer: gpu.manufacturer,
    pool: gpu.pool,
    usdPerHour: {
      SECURE: price(gpu.secure, gpu.price.secure),
      COMMUNITY: price(gpu.community, gpu.price.community),
      serverless: price(gpu.pool !== null, gpu.price.serverless),
    },
    maxCount: { SECURE: gpu.maxCount.secure, COMMUNITY: gpu.maxCount.community },
    stock: toStock(gpu.availability),
    dataCenters: (gpu.dataCenters ?? []).map((center) => ({
      id: center.id,
      stock: toStock(center.availability),
    })),
    cudaVersions: (gpu.cudaVersions ?? []).map((entry) => entry.version),
  };
}
