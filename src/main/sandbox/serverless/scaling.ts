import type { EndpointRecord } from '../state.ts';

export interface WorkerLook {
  readonly id: string;
  /** starting includes waiting for a machine; unhealthy = its container keeps ending. */
  readonly state: 'starting' | 'idle' | 'busy' | 'unhealthy';
  readonly idleMs: number;
  /** Runs an older configuration. */
  readonly stale: boolean;
}

export interface ScalingInput {
  readonly endpoint: Pick<EndpointRecord, 'type' | 'workers' | 'scaling'>;
  /** Jobs queued and in progress, or requests in flight and waiting. */
  readonly load: number;
  readonly oldestWaitMs: number;
  readonly workers: readonly WorkerLook[];
}

export interface ScalingDecision {
  readonly start: number;
  readonly park: readonly string[];
  /** When to look again if nothing else happens; null = no need. */
  readonly lookAgainMs: number | null;
}

/** Seconds a worker idles where the setting does not apply (QUEUE with REQUEST_COUNT). */
const FIXED_IDLE_SECONDS = 5;
/** Shortest time between two looks that nothing but time calls for. */
const LOOK_MS = 50;

/** How many workers to start and which to send home: RunPod's scalers (FACTS 3.1), as a pure function. */
export function decideScaling(input: ScalingInput): ScalingDecision {
  const { endpoint, workers, load } = input;
  const { min, max } = endpoint.workers;
  const outdated = workers.filter((worker) => worker.state === 'idle' && worker.stale);
  const current = workers.filter((worker) => !outdated.includes(worker));
  const wanted = Math.min(max, Math.max(min, demand(input, current.length)));
  const start = Math.max(0, wanted - current.length);
  // Those that may go, longest idle first; one stays while there is work.
  const spare = Math.max(0, current.length - Math.max(wanted, load > 0 ? 1 : 0));
  const mayGo = current
    .filter((worker) => worker.state === 'idle')
    .toSorted((a, b) => b.idleMs - a.idleMs)
    .slice(0, spare);
  const timeoutMs = idleTimeout(endpoint) * 1000;
  const over = current.length - max;
  const goes = mayGo.filter((worker, index) => index < over || worker.idleMs >= timeoutMs);
  const waits = mayGo.filter((worker) => !goes.includes(worker)).map((worker) => timeoutMs - worker.idleMs);
  return {
    start,
    park: [...outdated, ...goes].map((worker) => worker.id),
    lookAgainMs: lookAgain(input, waits, start),
  };
}

function idleTimeout(endpoint: ScalingInput['endpoint']): number {
  const fixed = endpoint.type === 'QUEUE' && endpoint.scaling.type === 'REQUEST_COUNT';
  return fixed ? FIXED_IDLE_SECONDS : endpoint.workers.idleTimeout;
}

function demand(input: ScalingInput, current: number): number {
  if (input.load === 0) return 0;
  const { scaling } = input.endpoint;
  if (scaling.type === 'REQUEST_COUNT') return Math.ceil(input.load / scaling.requestCount);
  const late = input.oldestWaitMs > scaling.queueDelay * 1000;
  const coming = input.workers.some((worker) => worker.state === 'starting');
  return Math.max(1, current + (late && !coming ? 1 : 0));
}

function lookAgain(input: ScalingInput, idleWaits: readonly number[], start: number): number | null {
  const { scaling } = input.endpoint;
  const waits = [...idleWaits];
  if (scaling.type === 'QUEUE_DELAY' && input.load > 0) {
    const left = scaling.queueDelay * 1000 - input.oldestWaitMs;
    waits.push(left > 0 ? left : scaling.queueDelay * 1000);
  }
  // A crash loop or a missing machine is looked at now and then.
  if (start > 0 || input.workers.some((worker) => worker.state === 'unhealthy')) waits.push(30_000);
  return waits.length === 0 ? null : Math.max(LOOK_MS, Math.min(...waits)) + 1;
}
