import type { UpdatePodBody } from '../control-plane/schemas.ts';
import { settingsFromTemplate } from '../control-plane/template-settings.ts';
import { findDataCenter } from '../catalogue/data-centers.ts';
import { Problem, badRequest } from '../problem.ts';
import type { Mounts, PodRecord } from '../state.ts';
import type { World } from '../world.ts';
import { rememberWeights } from './boot.ts';
import { restartPod } from './lifecycle.ts';
import { checkEnv, checkImage, checkPorts, checkRegistry } from './rules.ts';

/**
 * Changes a pod. Container settings recreate the container, which wipes the container disk; `env` replaces the whole map
 * (FACTS 2.1). @throws Problem 400 for mounts of another kind, 409 for a reset of a locked pod
 */
export function updatePod(world: World, pod: PodRecord, body: UpdatePodBody): void {
  const next = applied(world, pod, body);
  const recreates = (['image', 'args', 'disk', 'registry'] as const).some((key) => next[key] !== pod[key]);
  const reset =
    recreates ||
    JSON.stringify([next.env, next.ports, next.mounts]) !== JSON.stringify([pod.env, pod.ports, pod.mounts]);
  if (reset && pod.locked && next.locked) throw new Problem(409, 'pod is locked: unlock it first');
  const kind = next.image === pod.image ? 'recreate' : 'reimage';
  if (reset) rememberWeights(world, pod);
  Object.assign(pod, next);
  if (reset) restartPod(world, pod, kind);
  else {
    world.flush();
    world.changes.emit(pod.id);
  }
}

function applied(world: World, pod: PodRecord, body: UpdatePodBody): PodRecord {
  const settings = settingsFromTemplate(world, body, 'pod');
  const fromTemplate = body.templateId !== undefined;
  if (body.image !== undefined || fromTemplate) checkImage(settings.image);
  const touched = (key: 'args' | 'ports' | 'env' | 'registry' | 'disk' | 'image'): boolean =>
    fromTemplate || body[key] !== undefined;
  const next: PodRecord = {
    ...pod,
    name: body.name ?? pod.name,
    locked: body.locked ?? pod.locked,
    globalNetworking: body.globalNetworking ?? pod.globalNetworking,
    image: touched('image') ? settings.image : pod.image,
    args: touched('args') ? settings.args : pod.args,
    disk: settings.disk ?? pod.disk,
    ports: touched('ports') ? settings.ports : pod.ports,
    env: touched('env') ? settings.env : pod.env,
    registry: touched('registry') ? settings.registry : pod.registry,
    mounts: changedMounts(pod.mounts, body.mounts),
  };
  checkEnv(next.env);
  checkPorts(next.ports);
  checkRegistry(world, next.registry);
  if (body.globalNetworking === true) checkGlobalNetworking(pod);
  return next;
}

function checkGlobalNetworking(pod: PodRecord): void {
  if (pod.gpu === null || findDataCenter(pod.dataCenterId)?.globalNetwork !== true) {
    throw badRequest('globalNetworking requires an NVIDIA GPU and a data center that supports it');
  }
}

/** The kind of mount is fixed at create; a path may change, a persistent disk may grow. */
function changedMounts(have: Mounts, want: UpdatePodBody['mounts']): Mounts {
  const { persistent, network } = want ?? {};
  if (persistent !== undefined && network !== undefined) {
    throw badRequest('mounts.persistent and mounts.network are mutually exclusive');
  }
  if (persistent !== undefined) return { persistent: changedPersistent(have, persistent) };
  return network === undefined ? have : { network: [changedNetwork(have, network[0])] };
}

type Persistent = NonNullable<Mounts['persistent']>;
type Network = NonNullable<Mounts['network']>[number];

function changedPersistent(have: Mounts, want: Persistent): Persistent {
  if (have.persistent === undefined) throw badRequest('a persistent mount cannot be added after create');
  if (want.size < have.persistent.size) throw badRequest('a persistent disk cannot shrink');
  return want;
}

function changedNetwork(have: Mounts, want: Network | undefined): Network {
  const existing = have.network?.[0];
  if (want === undefined) throw badRequest('clearing mounts is not supported');
  if (existing === undefined) throw badRequest('a network mount cannot be added after create');
  if (want.volumeId !== existing.volumeId) throw badRequest('the volumeId of a network mount is immutable');
  return want;
}
