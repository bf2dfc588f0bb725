import { isAbort } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { PodLogLine, RunPodApi } from '../../runpod/api.ts';
import { followLog } from '../pod/follow-log.ts';

export interface WorkerLogParts {
  readonly api: RunPodApi;
  readonly clock: Clock;
  readonly endpointId: string;
  /** Ids of the workers of now; asked at this pace. @throws AppError runpod_* */
  readonly workers: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly lookMs: number;
  readonly source?: 'container' | 'system' | undefined;
  readonly tail: number;
}

export interface WorkerLine extends PodLogLine {
  readonly workerId: string;
}

/** Lines kept for a reader that lags; the oldest go first. */
const MOST_WAITING = 10_000;

/** The lines of all workers there are and come, as they are heard. A worker's log goes with it (FACTS 2.9). @throws AbortError */
export async function* workerLogs(
  parts: WorkerLogParts,
  signal: AbortSignal,
): AsyncGenerator<WorkerLine, void> {
  const own = new AbortController();
  const all = AbortSignal.any([own.signal, signal]);
  const waiting: WorkerLine[] = [];
  let wake = (): void => {};
  const heard = (line: WorkerLine): void => {
    waiting.push(line);
    if (waiting.length > MOST_WAITING) waiting.shift();
    wake();
  };
  const reading = readAll(parts, heard, all).catch((error: unknown) => own.abort(error));
  const leave = (): void => wake();
  all.addEventListener('abort', leave, { once: true });
  try {
    for (;;) {
      for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) yield line;
      all.throwIfAborted();
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (waiting.length > 0 || all.aborted) resolve();
      });
    }
  } finally {
    all.removeEventListener('abort', leave);
    own.abort();
    await reading;
  }
}

/** Reads each worker's log for as long as there is the worker. */
async function readAll(
  parts: WorkerLogParts,
  heard: (line: WorkerLine) => void,
  signal: AbortSignal,
): Promise<void> {
  const readers = new Map<string, AbortController>();
  try {
    for (;;) {
      const now = new Set(await parts.workers(signal));
      for (const [id, reader] of readers) if (!now.has(id)) reader.abort();
      for (const id of now) {
        if (readers.has(id)) continue;
        const reader = new AbortController();
        readers.set(id, reader);
        void read(parts, id, heard, AbortSignal.any([reader.signal, signal]));
      }
      await parts.clock.sleep(parts.lookMs, signal);
    }
  } finally {
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
