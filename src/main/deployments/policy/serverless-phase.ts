import type { ServerlessSpec } from '../../../shared/model.ts';
import type { WorkerList } from '../../runpod/api.ts';
import type { EndpointHealth } from './endpoint-health.ts';

/** What an endpoint's counters mean (FACTS 3.3). Pure. */

/** The part of the list of workers that is counted. */
type WorkerCounts = { readonly summary: Omit<WorkerList['summary'], 'total'> };

export interface EndpointFacts {
  readonly type: ServerlessSpec['type'];
  /** `workers.max` and `workers.idleTimeout` as the endpoint has them; null = it has no idle timeout. */
  readonly maxWorkers: number;
  readonly idleTimeoutSeconds: number | null;
  /** Somebody waits for it: a job of ours in its queue, a wake, a minimum of workers. */
  readonly wanted: boolean;
  /** Since when it is wanted, or since the last change of the counters, whichever is later. */
  readonly unchangedMs: number;
  /** Age of our own last good answer; null = none yet. */
  readonly answeredMsAgo: number | null;
  /** Times "start container" was seen in the newest worker's log without a line of the container between. */
  readonly containerStarts: number;
}

export type ServerlessPhase =
  /** Scaled to nothing; the next request waits for a start. */
  | { readonly phase: 'cold'; readonly why: string }
  /** RunPod set the maximum to 0: requests would wait for ever (trap 27). */
  | { readonly phase: 'scaled-down'; readonly why: string }
  /** No host has a GPU free; often passes in half a minute. */
  | { readonly phase: 'throttled'; readonly why: string }
  /** A worker pulls its image. */
  | { readonly phase: 'initializing'; readonly why: string }
  /** A worker is up and its model server is not, or not yet. */
  | { readonly phase: 'loading'; readonly why: string }
  | { readonly phase: 'crash-loop'; readonly why: string }
  /** Up for long and never ready: its server listens elsewhere than the load balancer looks. */
  | { readonly phase: 'unreachable'; readonly why: string }
  /** proof = an answer of our own within the idle timeout, or the counters alone. */
  | { readonly phase: 'ready'; readonly proof: 'answer' | 'counters'; readonly why: string };

/** Repeated starts without output are a loop; one restart may be a host's trouble. */
const STARTS_OF_A_LOOP = 3;
/** A load balancer's requests hang for 2 minutes at most; a server that listens is seen well before (FACTS 3.6). */
const UNREACHABLE_MS = 10 * 60_000;

interface Counters {
  readonly running: number;
  readonly idle: number;
  readonly ready: number;
  readonly initializing: number;
  readonly throttled: number;
  readonly unhealthy: number;
  readonly waiting: number;
}

/** Either source may be missing, and they may disagree: a worker that one of them shows is there. */
export function serverlessPhase(
  facts: EndpointFacts,
  health: EndpointHealth | null,
  workers: WorkerCounts | null,
): ServerlessPhase {
  const seen = countersOf(health, workers);
  if (facts.maxWorkers === 0) {
    return { phase: 'scaled-down', why: 'its maximum of workers is 0' };
  }
  return warmPhase(facts, seen) ?? startingPhase(facts, seen) ?? { phase: 'cold', why: coldWords(seen) };
}

/**
 * Warm = a worker is running, or it answered us within its idle timeout. `ready` and `idle` prove nothing: sleeping
 * endpoints show them for parked workers, and `ready` is shown while vLLM still loads.
 */
function warmPhase(facts: EndpointFacts, seen: Counters): ServerlessPhase | null {
  const { answeredMsAgo, idleTimeoutSeconds, type } = facts;
  if (answeredMsAgo !== null && answeredMsAgo < (idleTimeoutSeconds ?? 0) * 1000) {
    return { phase: 'ready', proof: 'answer', why: `it answered ${Math.round(answeredMsAgo / 1000)} s ago` };
  }
  if (seen.running === 0) return null;
  // A queue's worker takes jobs only once its server is up; a load balancer's counts as running before.
  if (type === 'LOAD_BALANCER' && seen.ready === 0) return unready(facts, seen);
  return { phase: 'ready', proof: 'counters', why: `${count(seen.running, 'worker')} running` };
}

function unready({ unchangedMs, containerStarts }: EndpointFacts, seen: Counters): ServerlessPhase {
  const loop = crashLoop(containerStarts, seen);
  if (loop !== null) return loop;
  if (unchangedMs >= UNREACHABLE_MS) {
    const minutes = Math.round(unchangedMs / 60_000);
    return {
      phase: 'unreachable',
      why: `a worker runs for ${minutes} min and is not ready: PORT, PORT_HEALTH and the published port must be the server's`,
    };
  }
  return { phase: 'loading', why: 'a worker runs, and its server does not answer yet' };
}

function startingPhase(facts: EndpointFacts, seen: Counters): ServerlessPhase | null {
  const loop = crashLoop(facts.containerStarts, seen);
  if (loop !== null) return loop;
  if (seen.initializing > 0) {
    return { phase: 'initializing', why: `${count(seen.initializing, 'worker')} being prepared` };
  }
  if (!facts.wanted && seen.waiting === 0) return null;
  if (seen.throttled > 0) {
    return { phase: 'throttled', why: `${count(seen.throttled, 'worker')} waiting for a GPU to be free` };
  }
  if (seen.ready > 0 || seen.idle > 0) {
    return { phase: 'loading', why: 'a worker is up and has taken nothing yet: the model is being loaded' };
  }
  return { phase: 'throttled', why: 'no worker has been placed yet' };
}

/** Also with a healthy neighbour still coming up; one that runs is judged before. */
function crashLoop(containerStarts: number, seen: Counters): ServerlessPhase | null {
  if (seen.unhealthy > 0) {
    return { phase: 'crash-loop', why: `${count(seen.unhealthy, 'worker')} crashing: their logs say why` };
  }
  if (containerStarts >= STARTS_OF_A_LOOP) {
    return { phase: 'crash-loop', why: `its container was started ${containerStarts} times without a word` };
  }
  return null;
}

/** A lone throttled or idle worker on a sleeping endpoint is a leftover. */
const coldWords = (seen: Counters): string =>
  seen.idle + seen.ready > 0 ? 'its workers are parked' : 'it has no worker';

function countersOf(health: EndpointHealth | null, list: WorkerCounts | null): Counters {
  const most = (state: Exclude<keyof EndpointHealth['workers'], 'ready'>): number =>
    Math.max(health?.workers[state] ?? 0, list?.summary[state] ?? 0);
  return {
    running: most('running'),
    idle: most('idle'),
    ready: health?.workers.ready ?? 0,
    initializing: most('initializing'),
    throttled: most('throttled'),
    unhealthy: most('unhealthy'),
    waiting: (health?.jobs.inQueue ?? 0) + (health?.jobs.inProgress ?? 0),
  };
}

const count = (n: number, what: string): string => `${n} ${what}${n === 1 ? ' is' : 's are'}`;

/** Workers that bill. Whether one that initializes does is not settled: `atMost` counts it (FACTS 3.3). */
export function billedWorkers(
  health: EndpointHealth | null,
  workers: WorkerCounts | null,
): { readonly atLeast: number; readonly atMost: number } {
  const { running, initializing } = countersOf(health, workers);
  return { atLeast: running, atMost: running + initializing };
}
