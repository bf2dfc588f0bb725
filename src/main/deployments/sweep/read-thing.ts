import { AppError, asAppError } from '../../../shared/errors.ts';
import type { RunPodApi } from '../../runpod/api.ts';
import type { Ownership } from '../radar.ts';
import { podFacts } from '../pod/read-pod.ts';
import { mountersOf, runningWorkers } from '../read-account.ts';
import type { Reading } from './judge.ts';
import { seenEndpoint, seenPod, seenVolume } from './plan.ts';
import type { Seen, StoredThing } from './thing.ts';

type Named = Pick<StoredThing, 'kind' | 'id'>;

/** What it is now, asked for by its id: the only word that something is gone. @throws AppError runpod_* */
export async function readThing(
  api: RunPodApi,
  thing: Named,
  ownership: Ownership,
  signal: AbortSignal,
): Promise<Reading> {
  try {
    const { seen, createdAt } = await seenNow(api, thing, signal);
    const owner = ownership.ownerOf(thing.id) ?? (ownership.isSpokenFor(seen.name) ? seen.name : null);
    return { state: 'there', seen, createdAt, owner, mounters: await mountersNow(api, thing, signal) };
  } catch (error) {
    if (asAppError(error).code === 'runpod_not_found') return { state: 'gone' };
    throw error;
  }
}

async function seenNow(
  api: RunPodApi,
  { kind, id }: Named,
  signal: AbortSignal,
): Promise<{ readonly seen: Seen; readonly createdAt: number | null }> {
  switch (kind) {
    case 'pod': {
      const pod = await api.pods.get(id, signal);
      return { seen: seenPod(pod), createdAt: podFacts(pod).createdAt };
    }
    case 'endpoint': {
      const endpoint = await api.serverless.get(id, signal);
      const running = await runningWorkers(api, id, signal);
      // Nothing to be told of its workers, as when the sweep was made.
      return { seen: seenEndpoint(endpoint, running === 'forbidden' ? 0 : running), createdAt: null };
    }
    case 'network-volume':
      return { seen: seenVolume(await api.networkVolumes.get(id, signal)), createdAt: null };
  }
}

async function mountersNow(api: RunPodApi, { kind, id }: Named, signal: AbortSignal): Promise<string[]> {
  if (kind !== 'network-volume') return [];
  const [pods, endpoints] = await Promise.all([api.pods.list(signal), api.serverless.list(signal)]);
  return mountersOf({ pods, endpoints }, id).map(({ name }) => name);
}

/** Stops or deletes something; a lock against stopping is taken off first. @throws AppError runpod_*, unsupported */
export async function endThing(
  api: RunPodApi,
  { kind, id, act }: Pick<StoredThing, 'kind' | 'id' | 'act'>,
  signal: AbortSignal,
): Promise<void> {
  if (kind === 'pod') await unlock(api, id, signal);
  if (act === 'stop') return stopItem(api, kind, id, signal);
  return deleteItem(api, kind, id, signal);
}

async function unlock(api: RunPodApi, podId: string, signal: AbortSignal): Promise<void> {
  const { locked } = await api.pods.get(podId, signal);
  if (locked) await api.pods.update(podId, { locked: false }, signal);
}

async function stopItem(api: RunPodApi, kind: Named['kind'], id: string, signal: AbortSignal): Promise<void> {
  switch (kind) {
    case 'pod':
      await api.pods.action(id, 'stop', signal);
      return;
    case 'endpoint':
      await api.serverless.update(id, { workers: { min: 0, max: 0 } }, signal);
      return;
    case 'network-volume':
      throw new AppError('unsupported', 'A network volume cannot be stopped, only deleted.', {
        details: { field: 'kind', value: kind },
      });
  }
}

async function deleteItem(
  api: RunPodApi,
  kind: Named['kind'],
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
