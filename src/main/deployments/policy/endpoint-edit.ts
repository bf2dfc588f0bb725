import type { CreateEndpointRequest, UpdateEndpointRequest } from '../../runpod/api.ts';

/** What brings an endpoint from the body it was made with to another one (FACTS 3.1). */
export type EndpointEdit =
  | { readonly kind: 'none' }
  | {
      readonly kind: 'patch';
      readonly body: UpdateEndpointRequest;
      /** A new release: workers are replaced as they cycle. False = it acts at once and stops nothing. */
      readonly rolls: boolean;
    }
  /** RunPod cannot change it in place: a new endpoint, and the old one deleted with its jobs. */
  | { readonly kind: 'replace'; readonly why: string };

/** Settings that live in the container, so that a change of them starts it anew. */
const CONTAINER = ['image', 'templateId', 'args', 'disk', 'ports', 'env', 'registry'] as const;

export function endpointEdit(made: CreateEndpointRequest, wanted: CreateEndpointRequest): EndpointEdit {
  if (made.type !== wanted.type) {
    return { kind: 'replace', why: `an endpoint cannot change from ${made.type} to ${wanted.type}` };
  }
  const changed = (key: keyof CreateEndpointRequest): boolean => !same(made[key], wanted[key]);
  const body: UpdateEndpointRequest = {
    ...containerPatch(made, wanted),
    ...(changed('networkVolumes') ? { networkVolumes: wanted.networkVolumes ?? [] } : {}),
    ...(changed('dataCenterIds') ? { dataCenterIds: wanted.dataCenterIds ?? [] } : {}),
    ...(changed('timeout') && wanted.timeout !== undefined ? { timeout: wanted.timeout } : {}),
    ...(changed('flashboot') && wanted.flashboot !== undefined ? { flashboot: wanted.flashboot } : {}),
    ...(changed('gpu') ? { gpu: gpuPatch(made.gpu, wanted.gpu) } : {}),
    ...scalingPatch(made, wanted),
  };
  if (Object.keys(body).length === 0) return { kind: 'none' };
  return { kind: 'patch', body, rolls: CONTAINER.some((key) => key in body) || 'gpu' in body };
}

/** Of settings wished away; left out they would stay as they are. */
const EMPTY = { args: '', ports: [], env: {}, registry: null } as const;

/** `env` replaces the whole map (trap 21), and a template everything that is not said beside it. */
function containerPatch(made: CreateEndpointRequest, wanted: CreateEndpointRequest): UpdateEndpointRequest {
  const retemplated = wanted.templateId !== undefined && wanted.templateId !== made.templateId;
  const patch = CONTAINER.flatMap((key): [string, unknown][] => {
    if (same(made[key], wanted[key]) && !retemplated) return [];
    if (wanted[key] !== undefined) return [[key, wanted[key]]];
    return key in EMPTY && !retemplated ? [[key, Reflect.get(EMPTY, key)]] : [];
  });
  return Object.fromEntries(patch);
}

/** Whether an idle timeout is allowed depends on the scaling: the two are judged, and sent, together. */
function scalingPatch(
  made: CreateEndpointRequest,
  wanted: CreateEndpointRequest,
): Partial<UpdateEndpointRequest> {
  if (same(made.scaling, wanted.scaling) && same(made.workers, wanted.workers)) return {};
  return { scaling: wanted.scaling, ...(wanted.workers === undefined ? {} : { workers: wanted.workers }) };
}

type Gpu = CreateEndpointRequest['gpu'];

const NO_GPU: NonNullable<Gpu> = { pools: [] };

/** Pools and exclusions are one selection: new pools drop the exclusions that are not sent with them (trap 25). */
function gpuPatch(made: Gpu = NO_GPU, wanted: Gpu = NO_GPU): NonNullable<UpdateEndpointRequest['gpu']> {
  const selection = ({ pools, excludedTypes = [] }: Partial<NonNullable<Gpu>>) => ({ pools, excludedTypes });
  const { pools = [], excludedTypes } = selection(wanted);
  const floor = wanted.minCudaVersion ?? '';
  return {
    ...(same(selection(made), selection(wanted)) ? {} : { pools, excludedTypes }),
    ...(made.count === wanted.count || wanted.count === undefined ? {} : { count: wanted.count }),
    ...((made.minCudaVersion ?? '') === floor ? {} : { minCudaVersion: floor }),
  };
}

/** Alike as JSON, whatever the order of keys. */
function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, each]): [string, unknown] => [key, sorted(each)])
      .toSorted(([x], [y]) => (x < y ? -1 : 1)),
  );
}
