import { asAppError } from '../../shared/errors.ts';
import type { Radar, RadarPart } from '../../shared/model.ts';
import type { Endpoint, GpuType, NetworkVolume, Pod, RunPodApi } from '../runpod/api.ts';
import { isUp } from './serverless/meters.ts';

/** What the account holds, as far as the key may see it. */
export interface Account {
  readonly pods: readonly Pod[];
  readonly endpoints: readonly Endpoint[];
  readonly volumes: readonly NetworkVolume[];
  readonly gpus: readonly GpuType[];
  /** Workers that bill now, by endpoint. Lists of endpoints do not tell. */
  readonly running: ReadonlyMap<string, number>;
  readonly unseen: Radar['unseen'];
}

/** Reads it; parts that a restricted key may not read are named, which is no reason to hide the rest. @throws AppError runpod_* */
export async function readAccount(api: RunPodApi, signal: AbortSignal): Promise<Account> {
  const unseen = new Set<RadarPart>();
  const readable = async <T>(part: RadarPart, call: Promise<T[]>): Promise<T[]> => {
    try {
      return await call;
    } catch (error) {
      if (asAppError(error).code !== 'runpod_key_forbidden') throw error;
      unseen.add(part);
      return [];
    }
  };
  const [pods, endpoints, volumes, gpus] = await Promise.all([
    readable('pods', api.pods.list(signal)),
    readable('endpoints', api.serverless.list(signal)),
    readable('network-volumes', api.networkVolumes.list(signal)),
    readable('prices', api.catalog.gpus({}, signal)),
  ]);
  const counts = await Promise.all(
    awakeOf(endpoints).map(async ({ id }): Promise<[string, number]> => {
      const count = await runningWorkers(api, id, signal);
      if (count === 'forbidden') unseen.add('workers');
      return [id, count === 'forbidden' ? 0 : count];
    }),
  );
  // A price that nothing has is not missing.
  if (endpoints.length === 0) unseen.delete('prices');
  return {
    pods,
    endpoints,
    volumes,
    gpus,
    running: new Map(counts),
    unseen: PARTS.filter((part) => unseen.has(part)),
  };
}

const PARTS: readonly RadarPart[] = ['pods', 'endpoints', 'network-volumes', 'workers', 'prices'];

/** Endpoints whose workers are asked for in one scan; those of the rest count as far as they are kept up. */
const MOST_ENDPOINTS = 20;

const awakeOf = (endpoints: readonly Endpoint[]): readonly Endpoint[] =>
  endpoints.filter(({ workers }) => workers.max > 0).slice(0, MOST_ENDPOINTS);

/** 0 also where the endpoint is gone. @throws AppError runpod_* */
export async function runningWorkers(
  api: Pick<RunPodApi, 'serverless'>,
  endpointId: string,
  signal: AbortSignal,
): Promise<number | 'forbidden'> {
  try {
    const { workers } = await api.serverless.workers(endpointId, signal);
    return workers.filter((worker) => isUp(worker)).length;
  } catch (error) {
    const { code } = asAppError(error);
    if (code === 'runpod_not_found') return 0;
    if (code === 'runpod_key_forbidden') return 'forbidden';
    throw error;
  }
}

/** Names of what mounts a volume: RunPod keeps a pod's mount for as long as the pod exists. */
export function mountersOf(
  { pods, endpoints }: Pick<Account, 'pods' | 'endpoints'>,
  volumeId: string,
): { readonly id: string; readonly name: string }[] {
  return [
    ...pods.filter(({ mounts }) => (mounts.network ?? []).some((mount) => mount.volumeId === volumeId)),
    ...endpoints.filter(({ networkVolumes }) => networkVolumes.includes(volumeId)),
  ].map(({ id, name }) => ({ id, name }));
}
