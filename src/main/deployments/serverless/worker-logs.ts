import { isAbort } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { PodLogLine, RunPodApi } from '../../runpod/api.ts';
import { followLog } from '../pod/follow-log.ts';

export interface WorkerLogParts {
  readonly api: RunPodApi;
  readonly clock: Clock;
  readonly endpointId: string;
  /** Ids of the workers of now. */
  readonly workers: () => readonly string[];
  readonly source?: 'container' | 'system' | undefined;
  readonly tail: number;
}

export interface WorkerLine extends PodLogLine {
  readonly workerId: string;
}

/** Between looks for workers that came or went. */
const LOOK_MS = 1000;
/** Lines kept for a reader that lags; the oldest go first. */
const MOST_WAITING = 10_000;

/** The lines of all workers there are and come, as they are heard. A worker's log goes with it (FACTS 2.9). @throws AbortError */
export async function* workerLogs(
  parts: WorkerLogParts,
  signal: AbortSignal,
): AsyncGenerator<WorkerLine, void> {
  const readers = new Map<string, AbortController>();
  const waiting: WorkerLine[] = [];
  let wake = (): void => {};
  const heard = (line: WorkerLine): void => {
    waiting.push(line);
    if (waiting.length > MOST_WAITING) waiting.shift();
    wake();
  };
  const look = (): void => {
    const now = new Set(parts.workers());
    for (const [id, reader] of readers) {
      if (now.has(id)) continue;
      reader.abort();
      readers.delete(id);
    }
    for (const id of now) {
      if (readers.has(id)) continue;
      const reader = new AbortController();
      readers.set(id, reader);
      void read(parts, id, heard, AbortSignal.any([reader.signal, signal]));
    }
  };
  const leave = (): void => wake();
  signal.addEventListener('abort', leave, { once: true });
  const cancelLook = parts.clock.every(LOOK_MS, look);
  try {
    look();
    for (;;) {
      for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) yield line;
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (waiting.length > 0 || signal.aborted) resolve();
      });
    }
  } finally {
    cancelLook();
    signal.removeEventListener('abort', leave);
    for (const reader of readers.values()) reader.abort();
  }
}

async function read(
  { api, clock, endpointId, source, tail }: WorkerLogParts,
  workerId: string,
  heard: (line: WorkerLine) => void,
  signal: AbortSignal,
): Promise<void> {
  const open: Parameters<typeof followLog>[0]['open'] = (options, own) =>
    api.serverless.workerLogs(endpointId, workerId, options, own);
  try {
    for await (const line of followLog({ open, clock, source, tail }, signal)) heard({ ...line, workerId });
  } catch (error) {
    // followLog tries again whatever happens: only an end that was asked for comes here.
    if (!isAbort(error) && !signal.aborted) throw error;
  }
}
