import { AppError } from '../../../shared/errors.ts';
import type { GpuOffer } from '../../planner/types.ts';

/** GPU types as an endpoint asks for them: whole pools, less what is not wanted in them (FACTS 3.1). */
export interface PoolChoice {
  readonly pools: readonly string[];
  readonly excludedTypes: readonly string[];
}

/**
 * The pools of the acceptable GPU types, in their order (with few workers RunPod uses the first only), and the types in
 * those pools that are not acceptable. What was asked for leaves at least one type in each.
 * @throws AppError invalid_input when nothing was asked for; unknown_gpu for a type that the catalogue or no pool has
 */
export function poolsFor(
  gpuTypeIds: readonly string[],
  offers: readonly Pick<GpuOffer, 'id' | 'pool'>[],
): PoolChoice {
  if (gpuTypeIds.length === 0) {
    throw new AppError('invalid_input', 'No GPU type was named for the endpoint.', {
      details: { field: 'compute.gpuTypeIds', value: [] },
    });
  }
  const pools = [...new Set(gpuTypeIds.map((id) => poolOf(id, offers)))];
  const excludedTypes = offers
    .filter(({ id, pool }) => pool !== null && pools.includes(pool) && !gpuTypeIds.includes(id))
    .map(({ id }) => id);
  return { pools, excludedTypes };
}

function poolOf(id: string, offers: readonly Pick<GpuOffer, 'id' | 'pool'>[]): string {
  const offer = offers.find((each) => each.id === id);
  if (offer?.pool !== null && offer !== undefined) return offer.pool;
  const pooled = offers.filter((each) => each.pool !== null).map((each) => each.id);
  const why = offer === undefined ? 'RunPod has no GPU type' : 'serverless endpoints have no';
  throw new AppError('unknown_gpu', `compute.gpuTypeIds: ${why} "${id}".`, {
    details: { field: 'compute.gpuTypeIds', value: id, nearest: pooled },
  });
}
