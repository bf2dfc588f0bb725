import type { Log } from '../logs/log.ts';
import { throwIfAborted, type Clock } from '../platform/clock.ts';

export interface RememberedOptions<T> {
  readonly clock: Clock;
  readonly log: Log;
  /** For the log: what could not be read. */
  readonly what: string;
  /** An answer is good for so long; after a failure as much time passes before it is asked for again. */
  readonly maxAgeMs: number;
  /** Bounded by itself: it goes on when whoever asked first has left. */
  readonly read: (signal: AbortSignal) => Promise<T | null>;
  /** After a failure the last answer stands, for values that say how old they are; else it is forgotten. */
  readonly keepLast: boolean;
}

/** A page is shown without what takes longer; the next one has it. */
const PATIENCE_MS = 2000;

/**
 * Something that screens ask for far more often than it changes, read once for all who ask meanwhile. Failing to read it
 * is logged and gives null or the last answer, and so does a slow RunPod: a page is shown without it rather than not at
 * all. Throws only when the signal fired.
 */
export function remembered<T>(options: RememberedOptions<T>): (signal: AbortSignal) => Promise<T | null> {
  const { clock, log, what, maxAgeMs, read, keepLast } = options;
  let known: { readonly at: number; readonly value: T | null } | null = null;
  let reading: Promise<void> | null = null;
  const readOnce = async (): Promise<void> => {
    try {
      known = { at: clock.monotonic(), value: await read(new AbortController().signal) };
    } catch (error) {
      log.warn({ err: error }, `${what} could not be read`);
      known = { at: clock.monotonic(), value: keepLast ? (known?.value ?? null) : null };
    }
  };
  const isFresh = (): boolean => known !== null && clock.monotonic() - known.at < maxAgeMs;
  return async (signal) => {
    if (!isFresh()) {
      reading ??= readOnce().finally(() => {
        reading = null;
      });
      await firstOf(reading, clock, signal);
    }
    throwIfAborted(signal);
    return isFresh() || keepLast ? (known?.value ?? null) : null;
  };
}

/** Resolves when the work is done, patience has run out or the caller has left. */
function firstOf(work: Promise<void>, clock: Clock, signal: AbortSignal): Promise<void> {
  const enough = Promise.withResolvers<void>();
  const leave = (): void => enough.resolve();
  const cancel = clock.after(PATIENCE_MS, leave);
  signal.addEventListener('abort', leave, { once: true });
  return Promise.race([work, enough.promise]).finally(() => {
    cancel();
    signal.removeEventListener('abort', leave);
  });
}
