import { changeMode } from '../auto-mode.ts';
import type { Boot, Ending } from '../record.ts';
import type { HandlersFor, StartAsked, Step } from '../state.ts';
import { beginBoot, go, history, isBooting, noteStart } from '../state.ts';
import { beginEnding } from './ending.ts';
import { kindOf } from './kind.ts';

/** What people and requests ask of a serverless deployment. Each is a wish stored at once; the decisions bring it about. */

type Types = 'start-asked' | 'stop-asked' | 'terminate-asked' | 'restart-asked' | 'edited' | 'mode-changed';

export const verbHandlers: HandlersFor<Types> = {
  'start-asked': (step, asked) => {
    const { record } = step;
    if (record.desired === 'terminated' || isBooting(record) || record.state === 'ready') return;
    noteStart(step, asked);
    const warm = startsWorker(step, asked.by);
    startUp(step, asked.by === 'request' ? 'wake' : 'start').warm = warm;
  },

  'stop-asked': (step, { why, byHabit = false }) => {
    const { record } = step;
    if (record.desired === 'terminated') return;
    record.restsByHabit = byHabit;
    record.desired = 'stopped';
    record.keepAliveUntil = null;
    record.hoursWarnedAt = null;
    if (record.state === 'stopped' || (record.state === 'failed' && record.endpoint === null)) return;
    if (record.state !== 'stopping') history(step, 'stop', `Stopping: ${why}.`);
    go(step, 'ending');
    beginEnding(step, { action: 'stop', why, next: 'stopped' });
  },

  'terminate-asked': (step) => {
    const { record } = step;
    record.desired = 'terminated';
    if (record.state === 'terminating') return;
    history(step, 'terminate', 'Removing the deployment.');
    go(step, 'removing');
    beginEnding(step, { action: 'terminate', why: 'the deployment is removed', next: 'removed' });
  },

  'restart-asked': (step) => {
    const { record } = step;
    if (record.desired === 'terminated') return;
    history(step, 'restart', 'Restarting.');
    const up = isBooting(record) || record.state === 'ready' || record.state === 'sleeping';
    if (!up) startUp(step, 'restart');
    else if (record.ending === null && record.state !== 'building')
      rebuild(step, 'its workers are started anew');
  },

  'mode-changed': (step, { to }) => {
    changeMode(step, to);
    if (to === 'pod') leaveServerless(step);
  },

  edited: (step, { spec, specHash, auto }) => {
    const { record, live } = step;
    const changed = specHash !== record.specHash;
    // What was made for the asking goes with it; what a failure called for stays where one is asked for.
    if (spec.ownImage !== record.spec.ownImage && spec.ownImage !== 'always') record.ownImage = null;
    record.spec = spec;
    record.auto = auto;
    record.specHash = specHash;
    record.idleWarnedAt = null;
    record.idle = null;
    live.hours = null;
    live.effectAt = 0;
    history(
      step,
      'edited',
      changed && record.endpoint !== null ? 'Edited; the endpoint follows.' : 'Edited.',
    );
    if (changed) {
      // A build under way may be of another model now, and a plan may want another image.
      go(step, 'image-settled');
      live.candidates = null;
    }
    if (kindOf(record) === 'serverless' || record.endpoint === null || record.ending !== null) return;
    if (record.state === 'stopped' || record.state === 'failed') {
      const next = record.state;
      beginEnding(step, { action: 'terminate', why: 'it does not run on an endpoint any more', next });
    } else rebuild(step, 'it does not run on an endpoint any more', 'terminate');
  },
};

/**
 * Asleep nobody waits for a pod: it is rented when the next request comes. At work the requests go on, so it is at once.
 */
function leaveServerless(step: Step): void {
  const { record } = step;
  if (record.endpoint === null) return;
  const why = 'a pod is cheaper for its requests';
  if (record.state === 'ready') rebuild(step, why, 'terminate');
  else if (record.state === 'sleeping') {
    record.desired = 'stopped';
    go(step, 'ending');
    beginEnding(step, { action: 'terminate', why, next: 'stopped' });
  } else
    beginEnding(step, { action: 'terminate', why, next: record.state === 'failed' ? 'failed' : 'stopped' });
}

/**
 * A proof costs a worker's start: it is wanted once, of what is new, and whenever somebody wants it warm. A request to a
 * queue is its own proof; behind a load balancer nothing waits for a worker but the app.
 */
function startsWorker({ record }: Step, by: StartAsked['by']): boolean {
  const { endpoint, specHash, spec, state } = record;
  if (by === 'request') return spec.serverless.type === 'LOAD_BALANCER';
  if (state === 'sleeping' || by === 'schedule') return true;
  if (by === 'autostart') return false;
  return endpoint === null || !endpoint.proved || endpoint.launch.specHash !== specHash;
}

function startUp(step: Step, reason: Boot['reason']): Boot {
  const { record } = step;
  record.wantedAt = step.now;
  step.live.hours = null;
  record.desired = 'running';
  const boot = beginBoot(step, reason);
  go(step, 'wanted');
  if (record.ending !== null) record.ending.next = 'place';
  return boot;
}

/** What there is ends, and comes again. */
export function rebuild(step: Step, why: string, action: Ending['action'] = 'stop'): void {
  beginBoot(step, 'restart');
  go(step, 'replaced');
  beginEnding(step, { action, why, next: 'place' });
}
