import type { Endpoint, WorkerList } from '../../runpod/api.ts';
import type { EndpointFacts, WorkerFacts } from './events.ts';

/** Reduces RunPod's answer to what decisions need. `env` stays behind: it holds tokens (trap 20). */
export function endpointFacts({ id, name, workers, createdAt }: Endpoint): EndpointFacts {
  return {
    id,
    name,
    minWorkers: workers.min,
    maxWorkers: workers.max,
    createdAt: instant(createdAt) ?? 0,
  };
}

export function workerFacts({ summary, workers }: WorkerList): WorkerFacts {
  const { running, idle, initializing, throttled, unhealthy } = summary;
  return {
    summary: { running, idle, initializing, throttled, unhealthy },
    workers: workers.map((worker) => ({
      id: worker.id,
      status: worker.status,
      gpuTypeId: worker.gpuTypeId ?? null,
      startedAt: instant(worker.startedAt ?? null),
    })),
  };
}

function instant(iso: string | null): number | null {
  const ms = iso === null ? Number.NaN : Date.parse(iso);
  return Number.isNaN(ms) ? null : ms;
}
