import type { Endpoint, ReleaseList, WorkerList } from '../../runpod/api.ts';
import { bootLines, nextLineAt } from '../pods/boot-lines.ts';
import type { LogSource } from '../pods/log-stream.ts';
import { bootTimes } from '../pods/timeline.ts';
import type { EndpointRecord, WorkerRecord } from '../state.ts';
import type { RunningEndpoint } from './endpoints.ts';

/** The endpoint as RunPod shows it. */
export function endpointView(record: EndpointRecord, origin: string): Endpoint {
  const { min, max, idleTimeout } = record.workers;
  // Not applicable to this combination, so it is not told (FACTS 3.1).
  const hidesIdle = record.type === 'QUEUE' && record.scaling.type === 'REQUEST_COUNT';
  return {
    id: record.id,
    name: record.name,
    type: record.type,
    requestUrls: requestUrls(record, origin),
    image: record.image,
    args: record.args,
    disk: record.disk,
    ports: record.ports,
    env: record.env,
    registry: record.registry,
    ...(record.gpu === null ? {} : { gpu: record.gpu }),
    ...(record.cpu.length === 0 ? {} : { cpu: record.cpu }),
    workers: hidesIdle ? { min, max } : { min, max, idleTimeout },
    scaling: record.scaling,
    dataCenterIds: record.dataCenterIds,
    networkVolumes: record.networkVolumes,
    timeout: record.timeout,
    flashboot: record.flashboot,
    createdAt: new Date(record.createdAt).toISOString(),
  };
}

function requestUrls(record: EndpointRecord, origin: string): NonNullable<Endpoint['requestUrls']> {
  if (record.type === 'LOAD_BALANCER') {
    const base = `${origin}/lb/${record.id}`;
    return { base, health: `${base}${record.env['HEALTH_CHECK_PATH'] ?? '/ping'}` };
  }
  const base = `${origin}/invoke/v2/${record.id}`;
  return {
    run: `${base}/run`,
    runSync: `${base}/runsync`,
    status: `${base}/status/{job_id}`,
    stream: `${base}/stream/{job_id}`,
    cancel: `${base}/cancel/{job_id}`,
    retry: `${base}/retry/{job_id}`,
    purgeQueue: `${base}/purge-queue`,
    health: `${base}/health`,
  };
}

type WorkerView = WorkerList['workers'][number];

/** Scaled-down workers are not listed here, though /health counts them as idle (FACTS 3.3). */
export function workersView(running: RunningEndpoint, now: number): WorkerList {
  const workers = running.fleet.active.map((worker) => workerView(running, worker, now));
  const count = (status: WorkerView['status']): number =>
    workers.filter((worker) => worker.status === status).length;
  return {
    workers,
    summary: {
      running: count('RUNNING'),
      idle: count('IDLE'),
      initializing: count('INITIALIZING'),
      throttled: count('THROTTLED'),
      unhealthy: count('UNHEALTHY'),
      total: workers.length,
    },
    endpointVersion: running.record.version,
  };
}

function workerView({ record, fleet }: RunningEndpoint, worker: WorkerRecord, now: number): WorkerView {
  const placed = worker.state !== 'throttled';
  const { containerAt } = bootTimes(worker.boot);
  const started = placed && now >= containerAt;
  return {
    id: worker.id,
    status: workerStatus(fleet.stateOf(worker, now), fleet.busy(worker)),
    isStale: worker.version !== record.version,
    version: worker.version,
    gpuCount: worker.container.attachedGpus,
    image: worker.container.image,
    uptimeSeconds: started ? Math.floor((now - containerAt) / 1000) : null,
    gpuTypeId: placed ? (worker.container.gpu?.id ?? null) : null,
    dataCenterId: placed ? worker.dataCenterId : null,
    startedAt: started ? new Date(containerAt).toISOString() : null,
  };
}

function workerStatus(
  state: 'throttled' | 'starting' | 'ready' | 'unhealthy',
  busy: number,
): WorkerView['status'] {
  switch (state) {
    case 'throttled':
      return 'THROTTLED';
    case 'starting':
      return 'INITIALIZING';
    case 'unhealthy':
      return 'UNHEALTHY';
    case 'ready':
      return busy > 0 ? 'RUNNING' : 'IDLE';
  }
}

export function releasesView({ record, fleet }: RunningEndpoint): ReleaseList {
  const workers = fleet.active;
  const latest = workers.filter((worker) => worker.version === record.version).length;
  return {
    endpointVersion: record.version,
    rollout: {
      inProgress: latest < workers.length,
      workersOnLatest: latest,
      workersTotal: workers.length,
      percentOnLatest: workers.length === 0 ? 0 : Math.round((latest / workers.length) * 100),
    },
    releases: record.releases.map((release) => ({
      id: release.id,
      version: release.version,
      source: 'MANUAL',
      buildId: null,
      createdByUserId: 'sandbox-user',
      workerCount: workers.filter((worker) => worker.version === release.version).length,
      createdAt: new Date(release.createdAt).toISOString(),
      diff: release.diff,
    })),
  };
}

/** The counters of /health; running includes workers in their idle time, idle are the parked ones (FACTS 3.3). */
export function healthView(running: RunningEndpoint, now: number): object {
  const { record, fleet, queue } = running;
  const states = fleet.active.map((worker) => fleet.stateOf(worker, now));
  const count = (state: (typeof states)[number]): number => states.filter((entry) => entry === state).length;
  return {
    jobs: {
      completed: record.counts.completed,
      failed: record.counts.failed,
      inProgress: queue.inProgress,
      inQueue: queue.queued.length,
      retried: record.counts.retried,
    },
    workers: {
      idle: fleet.parked.length,
      initializing: count('starting'),
      ready: count('ready') + fleet.parked.length,
      running: count('ready'),
      throttled: count('throttled'),
      unhealthy: count('unhealthy'),
    },
  };
}

export function workerLog({ record, fleet }: RunningEndpoint, workerId: string): LogSource | null {
  const find = (): WorkerRecord | undefined =>
    record.fleet.find((worker) => worker.id === workerId && worker.state !== 'parked');
  if (find() === undefined) return null;
  return {
    id: workerId,
    lines: (now) => {
      const worker = find();
      if (worker === undefined) return null;
      const calculated = bootLines(worker.container, worker.boot, now, false);
      return [...calculated, ...(fleet.log(workerId)?.lines ?? [])].sort((a, b) => a.seq - b.seq);
    },
    nextAt: (now) => {
      const worker = find();
      return worker === undefined ? null : nextLineAt(worker.container, worker.boot, now, false);
    },
  };
}
