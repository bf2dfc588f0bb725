import { AppError, asAppError } from '../../shared/errors.ts';
import { HOURS_PER_MONTH, STORAGE_USD_PER_GB_MONTH } from '../../shared/money.ts';
import type { Radar, RadarItem } from '../../shared/model.ts';
import { networkVolumeUsdPerMonth } from '../costs/pricing.ts';
import type { Endpoint, GpuType, NetworkVolume, Pod, RunPodApi } from '../runpod/api.ts';
import { modelOfVolume } from '../volumes/volume-name.ts';
import { parsePodName } from './pod/names.ts';
import { isUp } from './serverless/meters.ts';

/** Whose a pod or endpoint is. */
export interface Ownership {
  readonly installation: string;
  /** Name of the deployment that owns it, by its id; null = none. */
  readonly ownerOf: (id: string) => string | null;
}

/** Everything in the account that costs or may cost, the costliest first (SPEC 3.11). Parts a key may not read are left out. */
export async function scanAccount(
  api: RunPodApi,
  ownership: Ownership,
  stamp: { readonly asOf: string; readonly simulated: boolean },
  signal: AbortSignal,
): Promise<Radar> {
  const [pods, endpoints, volumes, gpus] = await Promise.all([
    api.pods.list(signal),
    readable(api.serverless.list(signal)),
    readable(api.networkVolumes.list(signal)),
    readable(api.catalog.gpus({}, signal)),
  ]);
  const running = await runningWorkers(api, endpoints, signal);
  const items = [
    ...pods.map((pod) => podItem(pod, ownership)),
    ...endpoints.map((endpoint) => endpointItem(endpoint, running.get(endpoint.id) ?? 0, gpus, ownership)),
    ...volumes.map((volume) => volumeItem(volume, ownership)),
  ];
  return { ...stamp, items: items.sort((a, b) => monthly(b) - monthly(a) || a.id.localeCompare(b.id)) };
}

const monthly = (item: RadarItem): number => item.usdPerHour * HOURS_PER_MONTH + item.usdPerMonthAtRest;

/** A restricted key may not read everything; that is no reason to hide the rest. */
async function readable<T>(call: Promise<T[]>): Promise<T[]> {
  try {
    return await call;
  } catch (error) {
    if (asAppError(error).code === 'runpod_key_forbidden') return [];
    throw error;
  }
}

/** Endpoints whose workers are asked for in one scan; those of the rest count as far as they are kept up. */
const MOST_ENDPOINTS = 20;

/** Workers that bill now, by endpoint. Lists of endpoints do not tell. */
async function runningWorkers(
  api: RunPodApi,
  endpoints: readonly Endpoint[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const awake = endpoints.filter(({ workers }) => workers.max > 0).slice(0, MOST_ENDPOINTS);
  const counts = await Promise.all(
    awake.map(async ({ id }): Promise<[string, number]> => {
      try {
        const { workers } = await api.serverless.workers(id, signal);
        return [id, workers.filter((worker) => isUp(worker)).length];
      } catch (error) {
        // Deleted since the list was made, or not for this key to read.
        if (!UNREADABLE.has(asAppError(error).code)) throw error;
        return [id, 0];
      }
    }),
  );
  return new Map(counts);
}
const UNREADABLE: ReadonlySet<string> = new Set(['runpod_not_found', 'runpod_key_forbidden']);

export function podItem(pod: Pod, ownership: Ownership): RadarItem {
  const deployment = ownership.ownerOf(pod.id);
  const belongs = ownershipOf(pod, deployment, ownership.installation);
  const volumeGb = pod.mounts.persistent?.size ?? 0;
  const price = STORAGE_USD_PER_GB_MONTH;
  const stopped = pod.status === 'EXITED';
  const actions: RadarItem['actions'] = [];
  if (pod.actions.includes('stop')) actions.push('stop');
  if (pod.actions.includes('terminate')) actions.push('terminate');
  if (belongs !== 'known' && pod.status === 'RUNNING') actions.push('adopt');
  return {
    kind: 'pod',
    id: pod.id,
    name: pod.name,
    status: pod.status,
    ownership: belongs,
    deployment,
    usdPerHour: pod.cost,
    usdPerMonthAtRest: volumeGb * (stopped ? price.volumeDiskStopped : price.volumeDiskRunning),
    actions,
    note: podNote(pod, belongs, volumeGb),
  };
}

function ownershipOf(
  pod: { readonly name: string },
  deployment: string | null,
  installation: string,
): RadarItem['ownership'] {
  if (deployment !== null) return 'known';
  const name = parsePodName(pod.name);
  if (name === null) return 'foreign';
  return name.installation === installation ? 'orphan' : 'other-machine';
}

function podNote(pod: Pod, ownership: RadarItem['ownership'], volumeGb: number): string | null {
  if (pod.locked) return 'Locked against stopping; stopping it here unlocks it first.';
  if (pod.status === 'EXITED' && volumeGb > 0) return 'Its disk bills at double rate while it is stopped.';
  if (ownership === 'orphan') return 'Made by this app in an interrupted run; it is being ended.';
  if (ownership === 'other-machine')
    return 'Made by this app on another computer or in another data directory.';
  return null;
}

function endpointItem(
  endpoint: Endpoint,
  running: number,
  gpus: readonly GpuType[],
  ownership: Ownership,
): RadarItem {
  const deployment = ownership.ownerOf(endpoint.id);
  const belongs = ownershipOf(endpoint, deployment, ownership.installation);
  const { min, max } = endpoint.workers;
  const pools = new Set(endpoint.gpu?.pools ?? []);
  const prices = gpus.flatMap((gpu) =>
    gpu.pool !== null && pools.has(gpu.pool) && gpu.price.serverless !== undefined
      ? [gpu.price.serverless]
      : [],
  );
  const perWorker = Math.max(0, ...prices) * (endpoint.gpu?.count ?? 1);
  const usdPerHour = Math.max(min, running) * perWorker;
  return {
    kind: 'endpoint',
    id: endpoint.id,
    name: endpoint.name,
    status: max === 0 ? 'SCALED_TO_ZERO' : min > 0 ? 'ALWAYS_ON' : 'ON_DEMAND',
    ownership: belongs,
    deployment,
    usdPerHour,
    usdPerMonthAtRest: 0,
    actions: min > 0 || max > 0 ? ['stop', 'terminate'] : ['terminate'],
    note: endpointNote(min, running, belongs),
  };
}

function endpointNote(min: number, running: number, ownership: RadarItem['ownership']): string | null {
  if (min > 0) return `Keeps ${min} worker${min === 1 ? '' : 's'} running day and night.`;
  if (running > 0 && ownership !== 'known')
    return `${running} worker${running === 1 ? ' is' : 's are'} up now.`;
  if (ownership === 'orphan') return 'Made by this app in an interrupted run; it is being deleted.';
  if (ownership !== 'other-machine') return null;
  return 'Made by this app on another computer or in another data directory.';
}

function volumeItem(volume: NetworkVolume, ownership: Ownership): RadarItem {
  const deployment = ownership.ownerOf(volume.id);
  const model = modelOfVolume(volume.name);
  return {
    kind: 'network-volume',
    id: volume.id,
    name: volume.name,
    status: `${volume.size} GB in ${volume.dataCenter}`,
    ownership: deployment === null ? 'foreign' : 'known',
    deployment,
    usdPerHour: 0,
    usdPerMonthAtRest: networkVolumeUsdPerMonth(volume.size),
    actions: deployment === null ? ['terminate'] : [],
    note:
      deployment === null && model !== null
        ? `Made by this app for ${model}; nothing mounts it, and it bills always.`
        : 'Bills always, attached or not.',
  };
}

/** Stops something that no deployment owns, as the user asked. @throws AppError runpod_*, unsupported, not_found */
export async function stopItem(
  api: RunPodApi,
  kind: RadarItem['kind'],
  id: string,
  signal: AbortSignal,
): Promise<void> {
  switch (kind) {
    case 'pod': {
      const pod = await api.pods.get(id, signal);
      if (pod.locked) await api.pods.update(id, { locked: false }, signal);
      await api.pods.action(id, 'stop', signal);
      return;
    }
    case 'endpoint':
      await api.serverless.update(id, { workers: { min: 0, max: 0 } }, signal);
      return;
    case 'network-volume':
      throw new AppError('unsupported', 'A network volume cannot be stopped, only deleted.', {
        details: { field: 'kind', value: kind },
      });
  }
}

/** Removes it for ever. @throws AppError runpod_* */
export async function terminateItem(
  api: RunPodApi,
  kind: RadarItem['kind'],
  id: string,
  signal: AbortSignal,
): Promise<void> {
  switch (kind) {
    case 'pod':
      await api.pods.delete(id, signal);
      return;
    case 'endpoint':
      return api.serverless.delete(id, signal);
    case 'network-volume':
      return api.networkVolumes.delete(id, signal);
  }
}
