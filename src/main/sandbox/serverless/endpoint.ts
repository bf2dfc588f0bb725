import { findCpu } from '../catalogue/cpus.ts';
import { findGpu, gpusInPool, POOL_USD_PER_HOUR } from '../catalogue/gpus.ts';
import type { CreateEndpointBody, UpdateEndpointBody } from '../control-plane/schemas.ts';
import { settingsFromTemplate, type ContainerSettings } from '../control-plane/template-settings.ts';
import { balanceUsd } from '../money/balance.ts';
import { checkEnv, checkImage, checkPorts, checkRegistry, cudaConstraint } from '../pods/rules.ts';
import { Problem, badRequest } from '../problem.ts';
import type { EndpointRecord } from '../state.ts';
import { newId, type World } from '../world.ts';

const DEFAULT_DISK_GB = 20;
const DEFAULT_WORKERS = { min: 0, max: 3, idleTimeout: 10 };
/** Workers an account may have over all endpoints, by balance (FACTS 3.1). */
const QUOTAS: readonly (readonly [usd: number, workers: number])[] = [
  [900, 60],
  [700, 50],
  [500, 40],
  [300, 30],
  [200, 20],
  [100, 10],
];
const SMALLEST_QUOTA = 5;

export function newEndpoint(world: World, body: CreateEndpointBody): EndpointRecord {
  if ((body.gpu === undefined) === (body.cpu === undefined)) {
    throw badRequest('exactly one of gpu or cpu must be set');
  }
  const settings = settingsFromTemplate(world, body, 'serverless');
  const now = world.clock.now();
  const endpoint: EndpointRecord = {
    id: newId(world, 'sbep'),
    name: body.name,
    type: body.type,
    image: settings.image,
    args: settings.args,
    disk: settings.disk ?? DEFAULT_DISK_GB,
    ports: settings.ports,
    env: settings.env,
    registry: settings.registry,
    gpu: body.gpu === undefined ? null : newGpu(body.gpu, settings.allowedCudaVersions),
    cpu: (body.cpu ?? []).map(cpuChoice),
    workers: { ...DEFAULT_WORKERS, ...body.workers },
    scaling: body.scaling,
    dataCenterIds: body.dataCenterIds ?? [],
    networkVolumes: body.networkVolumes ?? [],
    // Left out, it reads back as 0 whatever the document's default says (FACTS 3.1).
    timeout: body.timeout ?? 0,
    flashboot: body.flashboot ?? 'OFF',
    createdAt: now,
    version: 1,
    releases: [{ id: newId(world, 'sbrel'), version: 1, createdAt: now, diff: [] }],
    lastRequestAt: now,
    fleet: [],
    counts: { completed: 0, failed: 0, retried: 0 },
  };
  checkEndpoint(world, endpoint, body.workers?.idleTimeout !== undefined);
  return endpoint;
}

/** @throws Problem where the changed endpoint would break a rule; the record is changed only when all is well */
export function changeEndpoint(world: World, endpoint: EndpointRecord, body: UpdateEndpointBody): void {
  const next = changed(world, endpoint, body);
  checkEndpoint(world, next, body.workers?.idleTimeout !== undefined);
  const fields = ['image', 'args', 'disk', 'ports', 'env', 'registry', 'gpu', 'cpu'] as const;
  const diff = fields
    .filter((field) => JSON.stringify(next[field]) !== JSON.stringify(endpoint[field]))
    .map((field) => ({ field: `template.${field}`, old: endpoint[field], new: next[field] }));
  if (diff.length > 0) {
    next.version += 1;
    const release = { id: newId(world, 'sbrel'), version: next.version, createdAt: world.clock.now(), diff };
    next.releases = [release, ...endpoint.releases].slice(0, 100);
  }
  next.lastRequestAt = world.clock.now();
  Object.assign(endpoint, next);
}

function changed(world: World, endpoint: EndpointRecord, body: UpdateEndpointBody): EndpointRecord {
  if (body.gpu !== undefined && endpoint.gpu === null)
    throw badRequest('gpu cannot be set on a CPU endpoint');
  if (body.cpu !== undefined && endpoint.gpu !== null)
    throw badRequest('cpu cannot be set on a GPU endpoint');
  const { gpu, cpu, workers, templateId, ...plain } = body;
  const template = templateId === undefined ? null : settingsFromTemplate(world, body, 'serverless');
  return {
    ...endpoint,
    ...(template === null ? {} : fromTemplate(template, endpoint)),
    ...plain,
    env: template?.env ?? plain.env ?? endpoint.env,
    gpu: endpoint.gpu === null ? null : changedGpu(endpoint.gpu, gpu),
    cpu: cpu?.map(cpuChoice) ?? endpoint.cpu,
    workers: { ...endpoint.workers, ...workers },
  };
}

function fromTemplate(
  { image, args, disk, ports, registry }: ContainerSettings,
  endpoint: EndpointRecord,
): Pick<EndpointRecord, 'image' | 'args' | 'disk' | 'ports' | 'registry'> {
  return { image, args, disk: disk ?? endpoint.disk, ports, registry };
}

type Gpu = NonNullable<EndpointRecord['gpu']>;

function newGpu(gpu: NonNullable<CreateEndpointBody['gpu']>, templateCuda: readonly string[]): Gpu {
  cudaConstraint(gpu);
  const own = gpu.allowedCudaVersions !== undefined || gpu.minCudaVersion !== undefined;
  return {
    pools: gpu.pools,
    excludedTypes: trimmed(gpu.excludedTypes),
    count: gpu.count ?? 1,
    allowedCudaVersions: own ? (gpu.allowedCudaVersions ?? []) : [...templateCuda],
    minCudaVersion: gpu.minCudaVersion ?? null,
  };
}

/** `pools` replaces the whole selection, exclusions included (FACTS 3.1). */
function changedGpu(have: Gpu, want: UpdateEndpointBody['gpu']): Gpu {
  if (want === undefined) return have;
  const next: Gpu = {
    ...have,
    ...(want.pools === undefined ? {} : { pools: want.pools, excludedTypes: trimmed(want.excludedTypes) }),
    count: want.count ?? have.count,
    allowedCudaVersions: want.allowedCudaVersions ?? have.allowedCudaVersions,
    minCudaVersion: want.minCudaVersion === '' ? null : (want.minCudaVersion ?? have.minCudaVersion),
  };
  cudaConstraint({ ...next, minCudaVersion: next.minCudaVersion ?? undefined });
  return next;
}

function trimmed(types: readonly string[] | undefined): string[] {
  return (types ?? []).map((type) => type.trim());
}

function cpuChoice(wish: { readonly id: string; readonly vcpuCount: number }): EndpointRecord['cpu'][number] {
  const cpu = findCpu(wish.id);
  if (cpu === undefined || !Number.isInteger(Math.log2(wish.vcpuCount)) || wish.vcpuCount > cpu.maxVcpu) {
    throw badRequest(`cpu "${wish.id}" with ${wish.vcpuCount} vCPUs is not offered`);
  }
  return { ...wish, memory: Math.floor(cpu.ramGbPerVcpu * wish.vcpuCount) };
}

function checkEndpoint(world: World, endpoint: EndpointRecord, idleTimeoutGiven: boolean): void {
  const { workers, scaling, type, gpu } = endpoint;
  checkEnv(endpoint.env);
  checkPorts(endpoint.ports);
  checkImage(endpoint.image);
  checkRegistry(world, endpoint.registry);
  if (type === 'LOAD_BALANCER' && scaling.type !== 'REQUEST_COUNT') {
    throw badRequest('load-balancing endpoints scale on REQUEST_COUNT only');
  }
  if (idleTimeoutGiven && type === 'QUEUE' && scaling.type === 'REQUEST_COUNT') {
    throw new Problem(422, 'Request validation failed.', {
      errors: ['$.workers.idleTimeout: not applicable to queue-based endpoints scaling on requestCount'],
    });
  }
  if (workers.min > workers.max) throw badRequest('workers.min must not exceed workers.max');
  if (gpu !== null) checkPools(gpu);
  checkVolumes(world, endpoint.networkVolumes);
  checkQuota(world, endpoint);
}

function checkPools(gpu: Gpu): void {
  const unknown = gpu.pools.find((pool) => POOL_USD_PER_HOUR[pool] === undefined);
  if (unknown !== undefined) throw badRequest(`gpu pool "${unknown}" not found`);
  const types = gpu.pools.flatMap((pool) => gpusInPool(pool).map(({ id }) => id));
  const stranger = gpu.excludedTypes.find((type) => !types.includes(type));
  if (stranger !== undefined) {
    const why = findGpu(stranger) === undefined ? 'is not a GPU type' : 'is in none of the pools';
    throw badRequest(`gpu.excludedTypes: "${stranger}" ${why}`);
  }
  if (types.every((type) => gpu.excludedTypes.includes(type))) {
    throw badRequest('gpu.excludedTypes leaves no GPU type');
  }
}

function checkVolumes(world: World, ids: readonly string[]): void {
  const centers = ids.map((id) => {
    const volume = world.state.volumes.get(id);
    if (volume === undefined) throw badRequest(`network volume ${id} not found`);
    return volume.dataCenter;
  });
  if (new Set(centers).size !== centers.length)
    throw badRequest('only one network volume per data center is allowed');
}

function checkQuota(world: World, endpoint: EndpointRecord): void {
  const quota = QUOTAS.find(([usd]) => balanceUsd(world) >= usd)?.[1] ?? SMALLEST_QUOTA;
  const others = [...world.state.endpoints.values()].filter(({ id }) => id !== endpoint.id);
  const sum = others.reduce((total, other) => total + other.workers.max, endpoint.workers.max);
  if (sum <= quota) return;
  throw badRequest(
    `Max workers across all endpoints must not exceed your workers quota (${quota}); this would make ${sum}`,
  );
}
