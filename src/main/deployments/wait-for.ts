import { AppError, fromErrorBody } from '../../shared/errors.ts';
import type { DeploymentView } from '../../shared/model.ts';
import { abortError, type Clock } from '../platform/clock.ts';
import type { Emitter } from '../platform/lifecycle.ts';
import type { FleetCore } from './fleet-core.ts';
import { isBooting } from './state.ts';
import type { FleetEvent } from './types.ts';
import type { DeploymentRecord } from './record.ts';

export interface WaitRequest {
  readonly core: FleetCore;
  readonly events: Emitter<FleetEvent>;
  readonly clock: Clock;
  readonly id: string;
  readonly until: 'ready' | 'stopped' | 'terminated';
  readonly timeoutMs: number;
}

type Outcome = 'go-on' | 'done' | AppError;

/**
 * Waits for a deployment; what it waits for goes on when the waiting ends.
 * @throws AppError wait_timeout, the deployment's problem, deployment_stopped, not_found; AbortError
 */
export function waitFor(request: WaitRequest, signal: AbortSignal): Promise<DeploymentView> {
  const { core, events, clock, id, until, timeoutMs } = request;
  const first = core.byId(id);
  if (first === undefined) return Promise.reject(new AppError('not_found', 'There is no such deployment.'));
  return new Promise((resolve, reject) => {
    let last = core.view(first);
    const end = (finish: () => void): void => {
      unsubscribe();
      cancelTimer();
      signal.removeEventListener('abort', leave);
      finish();
    };
    const leave = (): void => end(() => reject(abortError(signal)));
    const look = (): void => {
      const actor = core.byId(id);
      if (actor !== undefined) last = core.view(actor);
      const outcome = actor === undefined ? gone(until, last.name) : judge(actor.record, until);
      if (outcome === 'done') end(() => resolve(last));
      else if (outcome !== 'go-on') end(() => reject(outcome));
    };
    const cancelTimer = clock.after(timeoutMs, () => end(() => reject(timedOut(last, until, timeoutMs))));
    const unsubscribe = events.subscribe((event) => {
      if (event.name === 'deployment.changed' || event.name === 'deployment.removed') look();
    });
    if (signal.aborted) {
      leave();
      return;
    }
    signal.addEventListener('abort', leave, { once: true });
    look();
  });
}

function gone(until: WaitRequest['until'], name: string): Outcome {
  return until === 'ready' ? new AppError('not_found', `"${name}" was removed.`) : 'done';
}

function judge(record: Readonly<DeploymentRecord>, until: WaitRequest['until']): Outcome {
  if (until === 'terminated') return 'go-on';
  const atRest = record.state === 'stopped' || (record.state === 'failed' && record.ending === null);
  if (until === 'stopped') return atRest ? 'done' : 'go-on';
  // Asleep it costs nothing and takes requests: what was started without a worker is as far as it goes.
  if (record.state === 'ready' || record.state === 'sleeping') return 'done';
  if (isBooting(record)) return 'go-on';
  if (record.state === 'failed' && record.problem !== null) return fromErrorBody(record.problem);
  return new AppError(
    'deployment_stopped',
    `"${record.spec.name}" is ${record.state} and will not become ready.`,
  );
}

function timedOut(view: DeploymentView, until: WaitRequest['until'], timeoutMs: number): AppError {
  return new AppError(
    'wait_timeout',
    `"${view.name}" is ${view.state} and not ${until} after ${Math.round(timeoutMs / 1000)} s.`,
    { details: { deployment: view.name, id: view.id, state: view.state } },
  );
}
