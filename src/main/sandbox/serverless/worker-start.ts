import { randomInt } from '../../platform/random.ts';
import { findCpu } from '../catalogue/cpus.ts';
import { gpusInPool, POOL_USD_PER_HOUR, type SimGpu } from '../catalogue/gpus.ts';
import { matchingCuda, spotsFor, type StockQuery } from '../catalogue/stock.ts';
import { parseStartCommand } from '../container/start-command.ts';
import { isSoldOut } from '../pods/placement.ts';
import type { Boot, EndpointRecord, WorkerRecord } from '../state.ts';
import { newId, type World } from '../world.ts';

/** CPU workers are not placed by stock. */
const CPU_DATA_CENTER = 'US-KS-2';

/** A worker of the endpoint's current configuration that boots on a fresh machine; where is decided by placing it. */
export function newWorker(world: World, endpoint: EndpointRecord, models: string[]): WorkerRecord {
  const { image, args, env, ports, gpu, version } = endpoint;
  return {
    id: newId(world, 'sbw'),
    version,
    container: { image, args, env, ports, gpu: null, attachedGpus: gpu?.count ?? 0, cudaVersion: null },
    dataCenterId: '',
    boot: drawWorkerBoot(world, endpoint, { n: 1, warm: false, models }),
    state: 'running',
    idleSince: null,
  };
}

/**
 * Finds a machine: first listed pool first, as an endpoint with few workers does not spread (FACTS 3.1). False = no
 * capacity now.
 */
export function placeWorker(world: World, endpoint: EndpointRecord, worker: WorkerRecord): boolean {
  const { gpu, networkVolumes, dataCenterIds } = endpoint;
  if (gpu === null) {
    worker.dataCenterId = CPU_DATA_CENTER;
    return !isSoldOut(world, 'cpu', 'SECURE');
  }
  const pinned = networkVolumes.flatMap((id) => world.state.volumes.get(id)?.dataCenter ?? []);
  const query: StockQuery = {
    cloud: 'SECURE',
    count: gpu.count,
    dataCenterIds: pinned.length > 0 ? pinned : dataCenterIds,
    cudaVersions: gpu.allowedCudaVersions,
    minCudaVersion: gpu.minCudaVersion ?? undefined,
  };
  for (const type of typesOf(endpoint)) {
    const spot = spotsFor(type, query).find(({ level }) => level !== 'NONE');
    if (spot === undefined || isSoldOut(world, type.id, 'SECURE')) continue;
    const cudaVersion = matchingCuda(type, query)?.[0] ?? type.cudaVersions[0] ?? null;
    worker.container = { ...worker.container, gpu: { id: type.id, count: gpu.count }, cudaVersion };
    worker.dataCenterId = spot.center.id;
    return true;
  }
  return false;
}

/**
 * A parked worker's image lies on its host; FlashBoot brings it back in seconds (FACTS 3.8). `models` = what lies on its
 * volume.
 */
export function drawWorkerBoot(
  world: World,
  endpoint: EndpointRecord,
  { n, warm, models }: { readonly n: number; readonly warm: boolean; readonly models: string[] },
): Boot {
  const { random, speed, clock, faults } = world;
  const slow = faults.take('slow-boot')?.factor ?? 1;
  const flash = warm && endpoint.flashboot !== 'OFF';
  const pace = (slow * (0.85 + random.next() * 0.3) * (flash ? 0.1 : 1)) / speed;
  return {
    n,
    startedAt: clock.now(),
    placingMs: 1000 * pace,
    pullMs: (warm ? 1 : randomInt(random, 60, 300)) * 1000 * pace,
    stuck: faults.take('stuck-boot')?.phase ?? null,
    pace,
    imageCached: warm,
    cachedModels: models,
    crashLine: faults.take('crash-loop')?.line ?? null,
    entrypointOverride: !replacesEntrypoint(endpoint) || faults.take('no-entrypoint-override') === null,
  };
}

const replacesEntrypoint = ({ args }: EndpointRecord): boolean =>
  parseStartCommand(args, true).entrypoint !== null;

/** USD per hour of a worker while its container is up. */
export function workerRate(endpoint: EndpointRecord, worker: WorkerRecord): number {
  const { gpu, cpu } = endpoint;
  if (gpu !== null) {
    const pool = typesOf(endpoint).find(({ id }) => id === worker.container.gpu?.id)?.pool ?? '';
    return (POOL_USD_PER_HOUR[pool] ?? 0) * gpu.count;
  }
  const choice = cpu[0];
  return (findCpu(choice?.id ?? '')?.serverlessPerVcpu ?? 0) * (choice?.vcpuCount ?? 0);
}

function typesOf(endpoint: EndpointRecord): SimGpu[] {
  const { gpu } = endpoint;
  if (gpu === null) return [];
  return gpu.pools.flatMap((pool) => gpusInPool(pool)).filter(({ id }) => !gpu.excludedTypes.includes(id));
}
