import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';

export interface RememberedOptions<T> {
  readonly clock: Clock;
  readonly log: Log;
  /** For the log: what could not be read. */
  readonly what: string;
  /** An answer is good for so long; after a failure as much time passes before it is asked for again. */
  readonly maxAgeMs: number;
  readonly read: (signal: AbortSignal) => Promise<T | null>;
  /** After a failure the last answer stands, for values that say how old they are; else it is forgotten. */
  readonly keepLast: boolean;
}

/**
 * Something that screens ask for far more often than it changes. Failing to read it is logged and gives null or the last
 * answer: a page is shown without it rather than not at all. Throws only when the signal fired.
 */
export function remembered<T>(options: RememberedOptions<T>): (signal: AbortSignal) => Promise<T | null> {
  const { clock, log, what, maxAgeMs, read, keepLast } = options;
  let known: { readonly at: number; readonly value: T | null } | null = null;
  return async (signal) => {
    const at = clock.monotonic();
    if (known !== null && at - known.at < maxAgeMs) return known.value;
    try {
      known = { at, value: await read(signal) };
    } catch (error) {
      signal.throwIfAborted();
      log.warn({ err: error }, `${what} could not be read`);
      known = { at, value: keepLast ? (known?.value ?? null) : null };
    }
    return known.value;
  };
}
