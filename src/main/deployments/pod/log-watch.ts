import { isAbort } from '../../../shared/errors.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { PodLogLine, RunPodApi } from '../../runpod/api.ts';
import type { DeploymentEvent } from '../events.ts';
import type { DeploymentRecord } from '../record.ts';
import { isBooting } from '../state.ts';
import { readBootLine } from './boot-log.ts';
import { workerLogs } from '../serverless/worker-logs.ts';
import { followLog, type FollowOptions } from './follow-log.ts';

export interface LogWatchParts {
  readonly api: RunPodApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly post: (event: DeploymentEvent) => void;
}

/** From the beginning of the pod's life, so that nothing said before the first look is missed. */
const TAIL = 2000;
/** Between looks for workers that were seen coming or going. */
const LOOK_MS = 1000;

/** Reads a pod's log for as long as it can tell something: while it boots, and until its watchdog is seen armed. */
export class LogWatch {
  readonly #parts: LogWatchParts;
  #following = '';
  #workers: readonly string[] = [];
  #abort: AbortController | null = null;
  #done: Promise<void> = Promise.resolve();

  constructor(parts: LogWatchParts) {
    this.#parts = parts;
  }

  /** Follows what the record says, or stops. `workers` = those of an endpoint that were seen last. */
  update(record: Readonly<DeploymentRecord>, workers: readonly string[]): void {
    this.#workers = workers;
    const { pod, endpoint } = record;
    const wanted = !wantsLog(record) ? '' : (pod?.id ?? endpoint?.id ?? '');
    if (wanted === this.#following) return;
    this.#abort?.abort();
    this.#abort = null;
    this.#following = wanted;
    if (wanted === '') return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#done = this.#follow(wanted, pod === null, abort.signal);
  }

  async dispose(): Promise<void> {
    this.#abort?.abort();
    await this.#done;
  }

  async #follow(id: string, isEndpoint: boolean, signal: AbortSignal): Promise<void> {
    const { post, log } = this.#parts;
    try {
      for await (const { source, line, ts } of isEndpoint
        ? this.#workerLines(id, signal)
        : this.#podLines(id, signal)) {
        if (signal.aborted) return;
        post({ type: 'log-line', at: instantOf(ts), text: line, source, signal: readBootLine(source, line) });
      }
    } catch (error) {
      if (!isAbort(error) && !signal.aborted) log.warn({ id, error }, 'a log cannot be followed');
    }
  }

  #podLines(podId: string, signal: AbortSignal): AsyncIterable<PodLogLine> {
    const { api, clock, post } = this.#parts;
    const onTrouble = (): void => post({ type: 'log-state', readable: false });
    const open: FollowOptions['open'] = (options, own) => api.pods.logs(podId, options, own);
    return followLog({ open, clock, tail: TAIL, onTrouble }, signal);
  }

  #workerLines(endpointId: string, signal: AbortSignal): AsyncIterable<PodLogLine> {
    const { api, clock } = this.#parts;
    return workerLogs(
      { api, clock, endpointId, workers: async () => this.#workers, lookMs: LOOK_MS, tail: TAIL },
      signal,
    );
  }
}

function wantsLog(record: Readonly<DeploymentRecord>): boolean {
  const { pod, endpoint, ending } = record;
  if (pod === null) return endpoint !== null && ending === null && isBooting(record);
  if (ending !== null || pod.status === 'EXITED') return false;
  return isBooting(record) || (record.state === 'ready' && pod.launch.guard.state === 'pending');
}

/** An instant nobody can read counts as now or later. */
function instantOf(ts: string): number {
  const at = Date.parse(ts);
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}
