import { asAppError, isAbort } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Endpoint, Pod, RunPodApi } from '../runpod/api.ts';
import type { Timing } from './timing.ts';

export interface ReconcilerParts {
  readonly api: RunPodApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly timing: Timing;
  /** Something is on the move: look often. */
  readonly moving: () => boolean;
  /** Judges whose pods and endpoints these are, before anything is concluded from them. */
  readonly weigh: (shown: readonly { readonly id: string }[], signal: AbortSignal) => Promise<void>;
  /** The account's pods, each once; `askedAt` = when the question was sent. */
  readonly onPods: (pods: readonly Pod[], askedAt: number) => void;
  /** Whether endpoints are looked at too: one more call a look. */
  readonly wantsEndpoints: () => boolean;
  readonly onEndpoints: (endpoints: readonly Endpoint[], askedAt: number) => void;
  /** After every look, successful or not. */
  readonly onTick: () => void;
}

/** Requests left in a window under which the next look waits for the window's end (FACTS 1). */
const FEW_LEFT = 5;

/**
 * Looks at the account at a pace: one list call a tick, whatever the number of deployments (trap 32). Trouble slows it
 * down, never ends it.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  readonly #end = new AbortController();
  #nap: AbortController | null = null;
  #loop: Promise<void> = Promise.resolve();
  #failures = 0;

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async dispose(): Promise<void> {
    this.#end.abort();
    this.#nap?.abort();
    await this.#loop;
  }

  /** What was idle began to move: a slow wait is cut short to a quick one. */
  hurry(): void {
    this.#nap?.abort();
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      const retryAfterMs = await this.look(signal);
      if (signal.aborted) return;
      await this.#pause(retryAfterMs);
    }
  }

  /** One look. Returns how long RunPod asks to be left alone. */
  async look(signal: AbortSignal): Promise<number> {
    const { api, clock, log, weigh, onPods, onEndpoints, onTick } = this.#parts;
    const askedAt = clock.now();
    let retryAfterMs = 0;
    try {
      const pods = await api.pods.list(signal);
      this.#failures = 0;
      const endpoints = await this.#endpoints(signal);
      await weigh(endpoints === null ? pods : [...pods, ...endpoints], signal);
      onPods(onceEach(pods), askedAt);
      if (endpoints !== null) onEndpoints(onceEach(endpoints), askedAt);
    } catch (error) {
      if (isAbort(error) && signal.aborted) return 0;
      const known = asAppError(error);
      retryAfterMs = (known.retryAfterSeconds ?? 0) * 1000;
      this.#failures++;
      log.warn(
        { code: known.code, requestId: known.requestId, failures: this.#failures },
        'the account could not be read',
      );
    }
    onTick();
    return Math.max(retryAfterMs, this.#quotaPauseMs());
  }

  /** null = not looked at. Trouble with endpoints is no reason to conclude nothing about pods. */
  async #endpoints(signal: AbortSignal): Promise<Endpoint[] | null> {
    const { api, log, wantsEndpoints } = this.#parts;
    if (!wantsEndpoints()) return null;
    try {
      return await api.serverless.list(signal);
    } catch (error) {
      if (isAbort(error) && signal.aborted) throw error;
      const { code, requestId } = asAppError(error);
      log.warn({ code, requestId }, 'the endpoints of the account could not be read');
      return null;
    }
  }

  #quotaPauseMs(): number {
    const short = this.#parts.api.rates().windows.filter((window) => window.left < FEW_LEFT);
    return Math.max(0, ...short.map((window) => window.resetSeconds * 1000));
  }

  async #pause(atLeastMs: number): Promise<void> {
    const { timing, moving } = this.#parts;
    const backoffMs =
      this.#failures === 0
        ? 0
        : Math.min(timing.pollMs * 2 ** Math.min(this.#failures, 6), timing.backoffMaxMs);
    const quick = Math.max(timing.pollMs, backoffMs, atLeastMs);
    await this.#sleep(quick, false);
    if (!moving()) await this.#sleep(Math.max(0, timing.idlePollMs - quick), true);
  }

  /** A nap can be cut short by `hurry`; the quick pause before it cannot, so that haste never becomes a storm. */
  async #sleep(ms: number, isNap: boolean): Promise<void> {
    if (ms <= 0 || this.#end.signal.aborted) return;
    const nap = new AbortController();
    if (isNap) this.#nap = nap;
    const signal = isNap ? AbortSignal.any([nap.signal, this.#end.signal]) : this.#end.signal;
    try {
      await this.#parts.clock.sleep(ms, signal);
    } catch (error) {
      if (!isAbort(error)) throw error;
    } finally {
      this.#nap = null;
    }
  }
}

/** Lists have been seen naming a pod twice. */
function onceEach<T extends { readonly id: string }>(entries: readonly T[]): T[] {
  return [...new Map(entries.map((entry) => [entry.id, entry])).values()];
}
