import type { LogLine } from '../../shared/model.ts';
import type { Clock } from '../platform/clock.ts';
import type { PodLogLine, RunPodApi } from '../runpod/api.ts';
import { isAbort } from '../../shared/errors.ts';
import { followLog, type FollowOptions } from './pod/follow-log.ts';
import { workerLogs } from './serverless/worker-logs.ts';
import type { KeptLine } from './state.ts';
import type { LogOptions } from './types.ts';

/** Where lines come from now. */
export type LogPlace =
  | { readonly kind: 'pod'; readonly id: string }
  | { readonly kind: 'endpoint'; readonly id: string };

export interface DeploymentLogParts {
  readonly api: RunPodApi;
  readonly clock: Clock;
  /** The pod or endpoint of now; null = none; undefined = the deployment is gone. */
  readonly place: () => LogPlace | null | undefined;
  /** What to show where nothing runs, whose log could be read; null = something does. */
  readonly resting: () => RestingLog | null;
}

export interface RestingLog {
  /** The last that was heard of its last start, oldest first. */
  readonly kept: readonly KeptLine[];
  /** That nothing runs, in words. */
  readonly why: string;
}

/** Between looks for a pod where there is none. */
const LOOK_AGAIN_MS = 1000;
/** Between looks for an endpoint's workers, which are calls of the rated plane. */
const WORKERS_MS = 5000;
/** A log that is asked for without following ends when it has been silent for this long: RunPod's never ends itself. */
const SILENCE_MS = 2000;

/** A deployment's lines: those of its pod, then those of the next one. Ends with the deployment or the caller. */
export async function* deploymentLogs(
  parts: DeploymentLogParts,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine, void> {
  let last: string | null = null;
  const resting = parts.resting();
  if (resting !== null) {
    yield* restingLines(resting, options, parts.clock.now());
    if (!options.follow) return;
  }
  for (;;) {
    const place = parts.place();
    if (place === undefined) return;
    if (place !== null) {
      // The first pod is shown from the lines asked for, a later one from its beginning.
      const tail = last === null || last === place.id ? options.tail : 5000;
      if (last !== place.id) yield* linesOf(parts, place, { ...options, tail }, signal);
      last = place.id;
    }
    if (!options.follow) return;
    await parts.clock.sleep(LOOK_AGAIN_MS, signal);
  }
}

function* restingLines(
  { kept, why }: RestingLog,
  { source, tail }: LogOptions,
  now: number,
): Generator<LogLine, void> {
  const lines = kept.filter((line) => source === undefined || line.source === source);
  for (const { at, source: by, text } of tail === 0 ? [] : lines.slice(-tail))
    yield {
      at: new Date(Number.isFinite(at) ? at : 0).toISOString(),
      source: by,
      level: levelOf(text),
      text,
    };
  const last = lines.length === 0 || tail === 0 ? '' : ' The last lines of its last start stand above.';
  yield { at: new Date(now).toISOString(), source: 'app', level: null, text: `${why}${last}` };
}

/** Ends when the deployment has another pod, or none. */
async function* linesOf(
  parts: DeploymentLogParts,
  place: LogPlace,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine, void> {
  const { clock, place: current } = parts;
  const own = new AbortController();
  let cancelSilence = (): void => {};
  const heard = (): void => {
    cancelSilence();
    if (!options.follow) cancelSilence = clock.after(SILENCE_MS, () => own.abort());
  };
  const cancelLook = clock.every(LOOK_AGAIN_MS, () => {
    if (current()?.id !== place.id) own.abort();
  });
  try {
    heard();
    for await (const line of open(parts, place, options, AbortSignal.any([signal, own.signal]))) {
      heard();
      yield line;
    }
  } catch (error) {
    if (signal.aborted || !isAbort(error)) throw error;
  } finally {
    cancelSilence();
    cancelLook();
  }
}

async function* open(
  { api, clock }: DeploymentLogParts,
  place: LogPlace,
  { source, tail }: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine, void> {
  if (place.kind === 'pod') {
    const connect: FollowOptions['open'] = (options, each) => api.pods.logs(place.id, options, each);
    for await (const line of followLog({ open: connect, clock, source, tail }, signal)) yield logLine(line);
    return;
  }
  const { id: endpointId } = place;
  const workers = async (each: AbortSignal): Promise<readonly string[]> =>
    (await api.serverless.workers(endpointId, each)).workers.map(({ id }) => id);
  for await (const line of workerLogs(
    { api, clock, endpointId, workers, lookMs: WORKERS_MS, source, tail },
    signal,
  )) {
    const told = logLine(line);
    // Several workers speak at once.
    yield { ...told, text: `[${line.workerId}] ${told.text}` };
  }
}

function logLine({ ts, source, line }: PodLogLine): LogLine {
  const at = Date.parse(ts);
  return {
    at: new Date(Number.isNaN(at) ? 0 : at).toISOString(),
    source,
    level: levelOf(line),
    text: line,
  };
}

/** Levels as vLLM, Ollama and Python's logging write them; null = the line names none. */
function levelOf(line: string): LogLine['level'] {
  const word = /\b(DEBUG|INFO|WARN(?:ING)?|ERROR|CRITICAL|FATAL)\b/.exec(line.slice(0, 200))?.[1];
  switch (word) {
    case 'DEBUG':
      return 'debug';
    case 'INFO':
      return 'info';
    case 'WARN':
    case 'WARNING':
      return 'warn';
    case 'ERROR':
    case 'CRITICAL':
    case 'FATAL':
      return 'error';
    default:
      return null;
  }
}
