import { isAbort } from '../../../shared/errors.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { RunPodApi } from '../../runpod/api.ts';
import type { DeploymentEvent } from '../events.ts';
import type { DeploymentRecord } from '../record.ts';
import { isBooting } from '../state.ts';
import { readBootLine } from './boot-log.ts';
import { followLog } from './follow-log.ts';

export interface LogWatchParts {
  readonly api: RunPodApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly post: (event: DeploymentEvent) => void;
}

/** From the beginning of the pod's life, so that nothing said before the first look is missed. */
const TAIL = 2000;

/** Reads a pod's log for as long as it can tell something: while it boots, and until its watchdog is seen armed. */
export class LogWatch {
  readonly #parts: LogWatchParts;
  #podId: string | null = null;
  #abort: AbortController | null = null;
  #done: Promise<void> = Promise.resolve();

  constructor(parts: LogWatchParts) {
    this.#parts = parts;
  }

  /** Follows what the record says, or stops. */
  update(record: Readonly<DeploymentRecord>): void {
    const podId = wantsLog(record) ? (record.pod?.id ?? null) : null;
    if (podId === this.#podId) return;
    this.#abort?.abort();
    this.#abort = null;
    this.#podId = podId;
    if (podId === null) return;
    const abort = new AbortController();
    this.#abort = abort;
    this.#done = this.#follow(podId, abort.signal);
  }

  async dispose(): Promise<void> {
    this.#abort?.abort();
    await this.#done;
  }

  async #follow(podId: string, signal: AbortSignal): Promise<void> {
    const { api, clock, post, log } = this.#parts;
    const onTrouble = (): void => post({ type: 'log-state', readable: false });
    try {
      for await (const { source, line, ts } of followLog(
        { api, clock, podId, tail: TAIL, onTrouble },
        signal,
      )) {
        if (signal.aborted) return;
        post({ type: 'log-line', at: instantOf(ts), text: line, source, signal: readBootLine(source, line) });
      }
    } catch (error) {
      if (!isAbort(error) && !signal.aborted)
        log.warn({ podId, error }, 'the log of a pod cannot be followed');
    }
  }
}

function wantsLog(record: Readonly<DeploymentRecord>): boolean {
  const { pod, ending } = record;
  if (pod === null || ending !== null || pod.status === 'EXITED') return false;
  return isBooting(record) || (record.state === 'ready' && pod.launch.guard.state === 'pending');
}

/** An instant nobody can read counts as now or later. */
function instantOf(ts: string): number {
  const at = Date.parse(ts);
  return Number.isNaN(at) ? Number.POSITIVE_INFINITY : at;
}
