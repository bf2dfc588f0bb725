import { setTimeout as nodeSetTimeout } from 'node:timers';

/**
 * Time as the app sees it. The only home of Date.now and timers, so that tests and the sandbox can run a month in
 * seconds and laptop sleep can be told from a slow machine (wall and monotonic time drift apart).
 */
export interface Clock {
  /** Wall-clock milliseconds since 1970. */
  now(): number;
  /** Milliseconds that never go backwards; stands still while the machine sleeps. */
  monotonic(): number;
  /** Resolves after `ms`; rejects with an AbortError at once when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Calls `fn` once after `ms`. Returns the cancel function. Never keeps the process alive. */
  after(ms: number, fn: () => void): () => void;
  /** Calls `fn` every `ms`. Returns the cancel function. Never keeps the process alive. */
  every(ms: number, fn: () => void): () => void;
}

export function abortError(signal?: AbortSignal): Error {
  const reason: unknown = signal?.reason;
  if (reason instanceof Error && reason.name === 'AbortError') return reason;
  const error = new Error('The operation was aborted', reason === undefined ? undefined : { cause: reason });
  error.name = 'AbortError';
  return error;
}

/** Throws an AbortError when the signal has fired. */
export function throwIfAborted(signal?: AbortSignal): void {
  if (signal?.aborted) throw abortError(signal);
}

/** Node's timers wrap at 2^31 ms: longer waits are taken in steps. */
const LONGEST_TIMER_MS = 2_147_000_000;

class SystemClock implements Clock {
  now(): number {
    return Date.now();
  }

  monotonic(): number {
    return performance.now();
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    // A sleep somebody awaits must keep the process alive; a background timer must not.
    return sleepOn((wait, fn) => this.#start(wait, fn, true), ms, signal);
  }

  after(ms: number, fn: () => void): () => void {
    return this.#start(ms, fn, false);
  }

  every(ms: number, fn: () => void): () => void {
    if (ms <= LONGEST_TIMER_MS) {
      const timer = setInterval(fn, ms);
      timer.unref();
      return () => clearInterval(timer);
    }
    let cancel = (): void => {};
    const arm = (): void => {
      cancel = this.#start(ms, tick, false);
    };
    const tick = (): void => {
      arm();
      fn();
    };
    arm();
    return () => cancel();
  }

  #start(ms: number, fn: () => void, keepAlive: boolean): () => void {
    let timer: NodeJS.Timeout;
    const arm = (left: number): void => {
      const step = Math.min(left, LONGEST_TIMER_MS);
      timer = nodeSetTimeout(() => (left > step ? arm(left - step) : fn()), step);
      if (!keepAlive) timer.unref();
    };
    arm(Math.max(0, ms));
    return () => clearTimeout(timer);
  }
}

/** A sleep made of any timer: resolves when it fires, rejects and cancels it when the signal does. */
function sleepOn(
  start: (ms: number, fn: () => void) => () => void,
  ms: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (signal?.aborted) return Promise.reject(abortError(signal));
  return new Promise((resolve, reject) => {
    const cancel = start(ms, () => {
      signal?.removeEventListener('abort', aborted);
      resolve();
    });
    const aborted = (): void => {
      cancel();
      reject(abortError(signal));
    };
    signal?.addEventListener('abort', aborted, { once: true });
  });
}

export const systemClock: Clock = new SystemClock();

interface ManualTimer {
  /** Monotonic instant at which it falls due. */
  at: number;
  readonly seq: number;
  readonly period: number | null;
  readonly fn: () => void;
}

/**
 * A clock that moves only when told. `advance` fires due timers in order and lets promise callbacks and I/O callbacks
 * run between them, so that code under test reacts as it would in real time.
 */
export class ManualClock implements Clock {
  /** Timers live on monotonic time, as the system's do; the wall clock is an offset to it and may jump. */
  #mono = 0;
  #wallOffset: number;
  #seq = 0;
  readonly #timers = new Set<ManualTimer>();

  constructor(start = Date.UTC(2026, 10, 24, 9, 0, 0)) {
    this.#wallOffset = start;
  }

  now(): number {
    return this.#wallOffset + this.#mono;
  }

  monotonic(): number {
    return this.#mono;
  }

  get pendingTimers(): number {
    return this.#timers.size;
  }

  after(ms: number, fn: () => void): () => void {
    return this.#add(ms, null, fn);
  }

  every(ms: number, fn: () => void): () => void {
    // The system's intervals are at least a millisecond; none at all would never let `advance` end.
    return this.#add(ms, Math.max(1, ms), fn);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn((wait, fn) => this.after(wait, fn), ms, signal);
  }

  /** Moves time forward by `ms`, firing what falls due on the way. */
  async advance(ms: number): Promise<void> {
    const end = this.#mono + ms;
    await settle();
    for (;;) {
      const next = this.#nextDue(end);
      if (next === null) break;
      this.#mono = Math.max(next.at, this.#mono);
      if (next.period === null) this.#timers.delete(next);
      else next.at += next.period;
      next.fn();
      await settle();
    }
    this.#mono = Math.max(end, this.#mono);
    await settle();
  }

  /** The wall clock jumps (NTP, a changed time zone file); monotonic time and timers do not move. */
  jumpWall(ms: number): void {
    this.#wallOffset += ms;
  }

  /** The machine sleeps: wall time passes, monotonic time and timers stand still and go on where they were. */
  async sleepMachine(ms: number): Promise<void> {
    this.#wallOffset += ms;
    await settle();
  }

  #add(ms: number, period: number | null, fn: () => void): () => void {
    const wait = period ?? Math.max(0, ms);
    const timer: ManualTimer = { at: this.#mono + wait, seq: this.#seq++, period, fn };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  #nextDue(end: number): ManualTimer | null {
    let best: ManualTimer | null = null;
    for (const timer of this.#timers) {
      if (timer.at > end) continue;
      if (best === null || timer.at < best.at || (timer.at === best.at && timer.seq < best.seq)) best = timer;
    }
    return best;
  }
}

/** Lets queued promise callbacks and a few rounds of I/O callbacks run. */
async function settle(): Promise<void> {
  for (let i = 0; i < 8; i++) await new Promise<void>((resolve) => setImmediate(resolve));
}

/** A clock that runs `speed` times as fast as another; the sandbox uses it to compress boots and bills. */
export class ScaledClock implements Clock {
  readonly #base: Clock;
  readonly #speed: number;
  readonly #wall0: number;
  readonly #mono0: number;

  constructor(base: Clock, speed: number) {
    this.#base = base;
    this.#speed = speed;
    this.#wall0 = base.now();
    this.#mono0 = base.monotonic();
  }

  now(): number {
    return this.#wall0 + (this.#base.now() - this.#wall0) * this.#speed;
  }

  monotonic(): number {
    return this.#mono0 + (this.#base.monotonic() - this.#mono0) * this.#speed;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return this.#base.sleep(ms / this.#speed, signal);
  }

  after(ms: number, fn: () => void): () => void {
    return this.#base.after(ms / this.#speed, fn);
  }

  every(ms: number, fn: () => void): () => void {
    return this.#base.every(ms / this.#speed, fn);
  }
}
