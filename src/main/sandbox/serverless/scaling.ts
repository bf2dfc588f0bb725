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

/** How many workers to start and which to send home: RunPod's scalers (FACTS 3.1), as a pure function. */
export function decideScaling(input: ScalingInput): ScalingDecision {
  const { endpoint, workers } = input;
  const idleTimeoutMs = idleTimeout(endpoint) * 1000;
  const surplus = workers.filter((worker) => worker.state === 'idle' && worker.stale);
  const current = workers.filter((worker) => !surplus.includes(worker));
  const wanted = Math.min(
    endpoint.workers.max,
    Math.max(endpoint.workers.min, demand(input, current.length)),
  );
  const start = Math.max(0, wanted - current.length);
  const idle = current.filter((worker) => worker.state === 'idle').toSorted((a, b) => b.idleMs - a.idleMs);
  const spare = Math.max(0, current.length - Math.max(wanted, input.load > 0 ? 1 : 0));
  const over = Math.max(0, current.length - endpoint.workers.max);
  const expired = idle.filter((worker, index) => index < over || worker.idleMs >= idleTimeoutMs);
  const park = [...surplus, ...expired.slice(0, spare)].map((worker) => worker.id);
  return { start, park, lookAgainMs: lookAgain(input, idle, idleTimeoutMs, start) };
}

export function idleTimeout(endpoint: ScalingInput['endpoint']): number {
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

function lookAgain(
  input: ScalingInput,
  idle: readonly WorkerLook[],
  idleTimeoutMs: number,
  start: number,
): number | null {
  const { endpoint } = input;
  const waits = idle.map((worker) => Math.max(0, idleTimeoutMs - worker.idleMs));
  if (endpoint.scaling.type === 'QUEUE_DELAY' && input.load > 0) {
    waits.push(Math.max(0, endpoint.scaling.queueDelay * 1000 - input.oldestWaitMs));
  }
  // A crash loop or a missing machine is looked at now and then.
  if (start > 0 || input.workers.some((worker) => worker.state === 'unhealthy')) waits.push(30_000);
  return waits.length === 0 ? null : Math.max(50, Math.min(...waits) + 1);
}
