import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';
import type { LogOptions, PodLogLine, RunPodApi } from './api.ts';

export interface FollowOptions extends LogOptions {
  readonly clock: Clock;
  readonly random: Random;
  /**
   * How long a 404 is borne while no line has come yet: a pod made this second may not be known everywhere (FACTS 1).
   * 0 by default.
   */
  readonly appearsWithinMs?: number;
}

/** Why a follow ended: the pod or worker is gone, the key may not read it, or the caller left. */
export type FollowEnd = 'gone' | 'forbidden' | 'aborted';

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;

/**
 * Every line of a pod's log, across connections: reconnects with backoff, resumes after the last id, drops what RunPod
 * repeats. Ends when the pod is gone, the key is refused or the signal fires (it does not throw then); the generator's
 * return value says which. Silence is waited out: see `readLogLines`.
 */
export function followPodLogs(
  api: { readonly pods: Pick<RunPodApi['pods'], 'logs'> },
  podId: string,
  options: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<PodLogLine, FollowEnd> {
  return follow((resume) => api.pods.logs(podId, resume, signal), options, signal);
}

/** The same for a serverless worker; its log vanishes with it (FACTS 2.9). */
export function followWorkerLogs(
  api: { readonly serverless: Pick<RunPodApi['serverless'], 'workerLogs'> },
  endpointId: string,
  workerId: string,
  options: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<PodLogLine, FollowEnd> {
  return follow((resume) => api.serverless.workerLogs(endpointId, workerId, resume, signal), options, signal);
}

async function* follow(
  open: (resume: LogOptions) => AsyncIterable<PodLogLine>,
  { clock, random, appearsWithinMs = 0, ...first }: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<PodLogLine, FollowEnd> {
  const seen = new SeenLines();
  const startedAt = clock.monotonic();
  let resume: LogOptions = first;
  let idle = 0;
  for (;;) {
    let retryAfterSeconds = 0;
    try {
      seen.startConnection();
      for await (const line of open(resume)) {
        if (seen.isRepeat(line)) continue;
        if (line.id !== '') resume = { ...first, lastEventId: line.id };
        idle = 0;
        yield line;
      }
    } catch (error) {
      if (signal.aborted) return 'aborted';
      const appearing = seen.isEmpty && clock.monotonic() - startedAt < appearsWithinMs;
      const end = endOf(error);
      if (end !== null && !(end === 'gone' && appearing)) return end;
      if (error instanceof AppError) retryAfterSeconds = error.retryAfterSeconds ?? 0;
    }
    const backoffMs = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(idle++, 10));
    try {
      await clock.sleep(Math.max(retryAfterSeconds * 1000, backoffMs * (0.5 + random.next())), signal);
    } catch {
      return 'aborted'; // The clock's only error.
    }
  }
}

/** null = passing trouble. @throws whatever is no AppError: a bug, not an answer */
function endOf(error: unknown): FollowEnd | null {
  if (!(error instanceof AppError)) throw error;
  switch (error.code) {
    case 'runpod_not_found':
      return 'gone';
    case 'runpod_key_invalid':
    case 'runpod_key_forbidden':
    case 'runpod_key_missing':
      return 'forbidden';
    default:
      return null;
  }
}

const WINDOW_LINES = 5000;
const KEY_CHARS = 120;

/**
 * Remembers recent lines to drop those that a new connection repeats. An id alone does not name a line: ids may be bare
 * timestamps that several lines share. So a new connection may repeat each line as often as it was seen before, and what
 * goes beyond that is new; within one connection nothing counts as a repeat.
 */
class SeenLines {
  readonly #counts = new Map<string, number>();
  readonly #order: string[] = [];
  #repeatable = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#order.length === 0;
  }

  startConnection(): void {
    this.#repeatable = new Map(this.#counts);
  }

  /** True for a repeat; otherwise remembers the line. */
  isRepeat({ id, source, line }: PodLogLine): boolean {
    const key = `${id}\n${source}\n${line.length}\n${line.slice(0, KEY_CHARS)}`;
    const left = this.#repeatable.get(key) ?? 0;
    if (left > 0) {
      this.#repeatable.set(key, left - 1);
      return true;
    }
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    this.#order.push(key);
    if (this.#order.length > WINDOW_LINES) this.#forgetOldest();
    return false;
  }

  #forgetOldest(): void {
    const oldest = this.#order.shift();
    if (oldest === undefined) return;
    const count = this.#counts.get(oldest) ?? 0;
    if (count > 1) this.#counts.set(oldest, count - 1);
    else this.#counts.delete(oldest);
  }
}
