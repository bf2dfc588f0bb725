import { DATA_CENTERS } from '../catalogue/data-centers.ts';
import { findCpu } from '../catalogue/cpus.ts';
import { findGpu } from '../catalogue/gpus.ts';
import { balanceUsd, spendUsdPerHour } from '../money/balance.ts';
import { podCost } from '../money/prices.ts';
import { Problem, badRequest, noCapacity } from '../problem.ts';
import type { CreatePodBody } from '../control-plane/schemas.ts';
import { settingsFromTemplate } from '../control-plane/template-settings.ts';
import type { Mounts, PodRecord } from '../state.ts';
import { newId, type World } from '../world.ts';
import { checkEnv, checkImage, checkPorts, checkRegistry, cudaConstraint, networkVolumeOf } from './rules.ts';
import { openPod } from './lifecycle.ts';
import { placeGpu, type Placement } from './placement.ts';

/** RunPod's default limit on what an account may spend an hour (FACTS 1). */
export const SPEND_LIMIT_USD_PER_HOUR = 80;
const DEFAULT_DISK_GB = 20;

/** Creates and begins a pod. @throws Problem in RunPod's statuses (FACTS 1, table of create) */
export function createPod(world: World, body: CreatePodBody): PodRecord {
  const settings = settingsFromTemplate(world, body, 'pod');
  checkCompute(body);
  checkEnv(settings.env);
  checkPorts(settings.ports);
  checkImage(settings.image);
  checkRegistry(world, settings.registry);
  const draft = draftPod(world, body, settings);
  checkMoney(world, draft);
  const placement = place(world, body, draft, settings.allowedCudaVersions);
  draft.dataCenterId = placement.dataCenterId;
  draft.cudaVersion = placement.cudaVersion;
  draft.injectedEnv = injectedEnv(world, draft, settings);
  world.state.pods.set(draft.id, draft);
  openPod(world, draft);
  return draft;
}

type Settings = ReturnType<typeof settingsFromTemplate>;

function checkCompute(body: CreatePodBody): void {
  if ((body.gpu === undefined) === (body.cpu === undefined)) {
    throw badRequest('exactly one of gpu or cpu must be set');
  }
  const { persistent, network } = body.mounts ?? {};
  if (persistent !== undefined && network !== undefined && network.length > 0) {
    throw badRequest('mounts.persistent and mounts.network are mutually exclusive');
  }
  if (body.cpu !== undefined && persistent !== undefined) {
    throw badRequest('mounts.persistent is not supported on CPU pods');
  }
  if (body.gpu !== undefined) cudaConstraint(body.gpu);
  if (body.globalNetworking === true && findGpu(body.gpu?.id ?? '')?.manufacturer !== 'NVIDIA') {
    throw badRequest('globalNetworking requires an NVIDIA GPU');
  }
}

function draftPod(world: World, body: CreatePodBody, settings: Settings): PodRecord {
  const now = world.clock.now();
  const gpu = body.gpu === undefined ? null : { id: body.gpu.id, count: body.gpu.count ?? 1 };
  return {
    id: newId(world),
    name: body.name,
    image: settings.image,
    args: settings.args,
    disk: settings.disk ?? DEFAULT_DISK_GB,
    ports: settings.ports,
    env: settings.env,
    registry: settings.registry,
    mounts: mountsOf(body, settings),
    gpu,
    cpu: body.cpu === undefined ? null : cpuOf(body.cpu),
    cloud: body.cloud ?? 'SECURE',
    dataCenterId: '',
    cudaVersion: null,
    machineId: world.random.hex(6),
    locked: false,
    globalNetworking: body.globalNetworking ?? false,
    createdAt: now,
    startedAt: now,
    running: true,
    stoppedAt: null,
    attachedGpus: gpu?.count ?? 0,
    boots: [],
    key: `rpa_pod_${world.random.hex(20)}`,
    injectedEnv: {},
    diskModels: [],
    volumeModels: [],
  };
}

/** CPU pods do not inherit a template's persistent mount. */
function mountsOf(body: CreatePodBody, settings: Settings): Mounts {
  const { persistent, network } = body.mounts ?? {};
  if (persistent !== undefined) return { persistent };
  if (network !== undefined) return { network };
  return body.cpu === undefined ? settings.mounts : {};
}

function cpuOf(wish: NonNullable<CreatePodBody['cpu']>): NonNullable<PodRecord['cpu']> {
  const cpu = findCpu(wish.id);
  if (cpu === undefined) throw badRequest(`cpu flavor "${wish.id}" not found`);
  const valid = wish.vcpuCount <= cpu.maxVcpu && Number.isInteger(Math.log2(wish.vcpuCount));
  if (!valid) throw badRequest(`vcpuCount ${wish.vcpuCount} is not valid for ${wish.id}`);
  return { ...wish, memory: Math.floor(cpu.ramGbPerVcpu * wish.vcpuCount) };
}

/** At least one hour of the pod must be paid for (FACTS 1). */
export function checkMoney(world: World, pod: PodRecord): void {
  const cost = podCost(pod);
  if (balanceUsd(world) < cost) {
    throw new Problem(402, 'Your account balance is too low to start this pod. Please add funds.');
  }
  if (spendUsdPerHour(world) + cost > SPEND_LIMIT_USD_PER_HOUR) {
    throw badRequest(`this would exceed your spend limit of $${SPEND_LIMIT_USD_PER_HOUR} per hour`);
  }
}

function place(
  world: World,
  body: CreatePodBody,
  pod: PodRecord,
  templateCuda: readonly string[],
): Placement {
  const volume = networkVolumeOf(world, pod.mounts, pod.cloud);
  const wanted = body.dataCenterIds ?? [];
  if (volume !== null && wanted.length > 0 && !wanted.includes(volume.dataCenter)) {
    throw badRequest(
      `network volume ${volume.id} is in ${volume.dataCenter}, which is not among dataCenterIds`,
    );
  }
  const dataCenterIds = volume === null ? wanted : [volume.dataCenter];
  if (body.gpu === undefined) return placeCpu(pod, dataCenterIds);
  const ownCuda = body.gpu.allowedCudaVersions !== undefined || body.gpu.minCudaVersion !== undefined;
  return placeGpu(world, {
    id: body.gpu.id,
    count: body.gpu.count,
    cloud: pod.cloud,
    dataCenterIds,
    allowedCudaVersions: ownCuda ? body.gpu.allowedCudaVersions : templateCuda,
    minCudaVersion: body.gpu.minCudaVersion,
    globalNetworking: pod.globalNetworking,
  });
}

function placeCpu(pod: PodRecord, dataCenterIds: readonly string[]): Placement {
  const offered = findCpu(pod.cpu?.id ?? '')?.dataCenters ?? [];
  const center = DATA_CENTERS.find(
    ({ id }) => offered.includes(id) && (dataCenterIds.length === 0 || dataCenterIds.includes(id)),
  );
  if (center === undefined || pod.cloud !== 'SECURE') throw noCapacity();
  return { dataCenterId: center.id, cudaVersion: null };
}

/** What RunPod puts into the container beside the pod's own env (FACTS 2.10); none of it is ever returned. */
function injectedEnv(world: World, pod: PodRecord, settings: Settings): Record<string, string> {
  const keys = world.state.sshKeys.join('\n');
  return {
    RUNPOD_POD_ID: pod.id,
    RUNPOD_API_KEY: pod.key,
    RUNPOD_POD_HOSTNAME: `${pod.id}-${pod.machineId.slice(0, 8)}`,
    RUNPOD_DC_ID: pod.dataCenterId,
    RUNPOD_GPU_COUNT: String(pod.attachedGpus),
    RUNPOD_CPU_COUNT: String(pod.cpu?.vcpuCount ?? 16),
    RUNPOD_PUBLIC_IP: '203.0.113.1',
    ...(pod.cudaVersion === null ? {} : { CUDA_VERSION: pod.cudaVersion }),
    ...(pod.mounts.network?.[0] === undefined ? {} : { RUNPOD_VOLUME_ID: pod.mounts.network[0].volumeId }),
    ...(settings.startSsh && keys !== '' ? { PUBLIC_KEY: keys } : {}),
    ...(settings.startJupyter ? { JUPYTER_PASSWORD: world.random.hex(12) } : {}),
  };
}
