import { asAppError, isAbort, type AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { LogOptions, PodLogLine } from '../../runpod/api.ts';

export interface FollowOptions {
  /** One connection to the log. */
  readonly open: (options: LogOptions, signal: AbortSignal) => AsyncIterable<PodLogLine>;
  readonly clock: Clock;
  readonly source?: 'container' | 'system' | undefined;
  /** Lines from before now. */
  readonly tail: number;
  /** The log cannot be read now; it is tried again. */
  readonly onTrouble?: (error: AppError) => void;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;
/** Lines remembered to tell the repeats that RunPod sends after a reconnect (FACTS 2.9). */
const REMEMBERED = 2000;

/**
 * The lines of one pod or worker across reconnects, none twice. Never ends by itself: a log that is not found may be one that
 * has not begun, and whoever asked knows better when the pod is gone.
 * @throws AbortError
 */
export async function* followLog(
  options: FollowOptions,
  signal: AbortSignal,
): AsyncGenerator<PodLogLine, void> {
  const seen = new RecentLines();
  let pause = FIRST_PAUSE_MS;
  for (;;) {
    try {
      for await (const line of options.open(whereToBegin(options, seen.lastId), signal)) {
        pause = FIRST_PAUSE_MS;
        if (seen.isNew(line)) yield line;
      }
    } catch (error) {
      if (isAbort(error) || signal.aborted) throw error;
      options.onTrouble?.(asAppError(error));
    }
    seen.reconnected();
    await options.clock.sleep(pause, signal);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

function whereToBegin({ tail, source }: FollowOptions, lastId: string | null): LogOptions {
  return {
    ...(source === undefined ? {} : { source }),
    ...(lastId === null ? { tail } : { lastEventId: lastId }),
  };
}

/** Only lines after a reconnect are compared: a program may well print the same line twice in a millisecond. */
class RecentLines {
  lastId: string | null = null;
  #now = new Set<string>();
  #before = new Set<string>();

  isNew(line: PodLogLine): boolean {
    const key = `${line.id}\n${line.source}\n${line.line}`;
    this.lastId = line.id;
    if (this.#before.has(key)) return false;
    this.#now.add(key);
    if (this.#now.size > REMEMBERED) this.#now.delete(this.#now.values().next().value ?? '');
    return true;
  }

  reconnected(): void {
    const all = [...this.#before, ...this.#now].slice(-REMEMBERED);
    this.#before = new Set(all);
    this.#now = new Set();
  }
}
