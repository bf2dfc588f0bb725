import type { LogLine } from '../../shared/model.ts';
import type { Clock } from '../platform/clock.ts';
import type { PodLogLine, RunPodApi } from '../runpod/api.ts';
import { isAbort } from '../../shared/errors.ts';
import { followLog } from './pod/follow-log.ts';
import type { LogOptions } from './types.ts';

export interface DeploymentLogParts {
  readonly api: RunPodApi;
  readonly clock: Clock;
  /** The pod of now; null = none; undefined = the deployment is gone. */
  readonly podId: () => string | null | undefined;
}

/** Between looks for a pod where there is none. */
const LOOK_AGAIN_MS = 1000;
/** A log that is asked for without following ends when it has been silent for this long: RunPod's never ends itself. */
const SILENCE_MS = 2000;

/** A deployment's lines: those of its pod, then those of the next one. Ends with the deployment or the caller. */
export async function* deploymentLogs(
  parts: DeploymentLogParts,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine, void> {
  let last: string | null = null;
  for (;;) {
    const podId = parts.podId();
    if (podId === undefined) return;
    if (podId !== null) {
      // The first pod is shown from the lines asked for, a later one from its beginning.
      const tail = last === null || last === podId ? options.tail : 5000;
      if (last !== podId) yield* podLines(parts, podId, { ...options, tail }, signal);
      last = podId;
    }
    if (!options.follow) return;
    await parts.clock.sleep(LOOK_AGAIN_MS, signal);
  }
}

/** Ends when the deployment has another pod, or none. */
async function* podLines(
  { api, clock, podId: current }: DeploymentLogParts,
  podId: string,
  options: LogOptions,
  signal: AbortSignal,
): AsyncGenerator<LogLine, void> {
  const own = new AbortController();
  let cancelSilence = (): void => {};
  const heard = (): void => {
    cancelSilence();
    if (!options.follow) cancelSilence = clock.after(SILENCE_MS, () => own.abort());
  };
  const cancelLook = clock.every(LOOK_AGAIN_MS, () => {
    if (current() !== podId) own.abort();
  });
  try {
    heard();
    const { source, tail } = options;
    const follow = followLog({ api, clock, podId, source, tail }, AbortSignal.any([signal, own.signal]));
    for await (const line of follow) {
      heard();
      yield logLine(line);
    }
  } catch (error) {
    if (signal.aborted || !isAbort(error)) throw error;
  } finally {
    cancelSilence();
    cancelLook();
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
