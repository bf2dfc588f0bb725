import { findGpu, type Cloud, type SimGpu } from '../catalogue/gpus.ts';
import { matchingCuda, spotsFor, type StockQuery } from '../catalogue/stock.ts';
import { noCapacity, badRequest } from '../problem.ts';
import type { World } from '../world.ts';

export interface Placement {
  readonly dataCenterId: string;
  readonly cudaVersion: string | null;
}

export interface GpuWish {
  readonly id: string;
  /** Absent reads as no capacity at RunPod (FACTS 9, trap 4). */
  readonly count: number | undefined;
  readonly cloud: Cloud;
  readonly dataCenterIds: readonly string[] | undefined;
  readonly allowedCudaVersions: readonly string[] | undefined;
  readonly minCudaVersion: string | undefined;
  readonly globalNetworking: boolean;
}

/**
 * Finds a place for one GPU type: no other type, no other data centre is tried (FACTS 2.1).
 * @throws Problem 400 for an unknown type, and for missing capacity in RunPod's words
 */
export function placeGpu(world: World, wish: GpuWish): Placement {
  const gpu = findGpu(wish.id);
  if (gpu === undefined) throw badRequest(`gpu type "${wish.id}" not found`);
  if (wish.count === undefined) throw noCapacity();
  if (isSoldOut(world, wish.id, wish.cloud)) throw noCapacity();
  const query: StockQuery = {
    cloud: wish.cloud,
    count: wish.count,
    dataCenterIds: wish.dataCenterIds,
    cudaVersions: wish.allowedCudaVersions,
    minCudaVersion: wish.minCudaVersion,
  };
  const spot = spotsFor(gpu, query).find(
    ({ center, level }) => level !== 'NONE' && (!wish.globalNetworking || center.globalNetwork),
  );
  if (spot === undefined) throw noCapacity();
  return { dataCenterId: spot.center.id, cudaVersion: hostCuda(gpu, query) };
}

/** True when a no-capacity fault is armed for this type and cloud; uses it up. */
export function isSoldOut(world: World, gpuTypeId: string, cloud: Cloud): boolean {
  const fault = world.faults.take(
    'no-capacity',
    (armed) =>
      (armed.gpuTypeId === undefined || armed.gpuTypeId === gpuTypeId) &&
      (armed.cloud === undefined || armed.cloud === cloud),
  );
  return fault !== null;
}

/** Without a constraint a mixed fleet hands out its oldest host: a plain vLLM image then fails (FACTS 2.3). */
function hostCuda(gpu: SimGpu, query: StockQuery): string | null {
  const matching = matchingCuda(gpu, query);
  if (matching !== null) return matching[0] ?? null;
  return (gpu.mixedHosts ? gpu.cudaVersions.at(-1) : gpu.cudaVersions[0]) ?? null;
}
