import { AppError, toErrorBody } from '../../../shared/errors.ts';
import type { Verdict } from '../events.ts';
import type { Ending, EndpointRecord } from '../record.ts';
import { insistOn, isTellTime, newEnding, retryLater, type EndWish } from '../endings.ts';
import type { HandlersFor, Moment, State, Step } from '../state.ts';
import { backoff, cloudNow, go, history, notify, setProblem } from '../state.ts';
import { closeEndpoint } from './meters.ts';

/**
 * Ending what an endpoint costs (SPEC 3.8). Stopping takes its workers away and keeps the endpoint, which costs nothing
 * and starts at once; removing deletes it. Either counts once RunPod shows it: no workers allowed and none running, or no
 * endpoint. Workers that outlast a stop are ended by deleting the endpoint.
 */
export function beginEnding(step: Step, wish: EndWish): void {
  const { record } = step;
  const { endpoint } = record;
  if (endpoint === null) return;
  endpoint.job = null;
  endpoint.answeredAt = null;
  if (record.ending !== null) {
    insistOn(record.ending, wish);
    return;
  }
  record.ending = newEnding(step, wish);
  step.live.effectAt = 0;
  step.live.readWanted = false;
  const what = wish.action === 'stop' ? 'Ending the workers' : 'Deleting the endpoint';
  history(step, 'ending', `${what}: ${wish.why}.`, { endpointId: endpoint.id });
}

export function decideEnding(state: State, moment: Moment): Verdict | null {
  const { ending, endpoint } = state.record;
  if (ending === null) return null;
  if (endpoint === null || isDone(state, endpoint, ending))
    return { do: 'apply', event: { type: 'end-done' } };
  if (isTellTime(ending, moment)) return { do: 'apply', event: { type: 'still-billing' } };
  if (lingers(ending, moment)) return { do: 'apply', event: { type: 'stop-lingers' } };
  const from = Math.max(ending.nextTryAt, state.live.effectAt);
  if (moment.now < from) return { do: 'wait', until: from };
  if (ending.acceptedAt !== null || state.live.readWanted)
    return { do: 'run', effect: { kind: 'endpoint-read' } };
  return { do: 'run', effect: { kind: 'endpoint-end', action: ending.action } };
}

/** A stop is done when RunPod shows no workers allowed, and counters read after that show none that bills. */
function isDone({ live }: State, endpoint: EndpointRecord, { action, acceptedAt }: Ending): boolean {
  if (action !== 'stop' || acceptedAt === null || endpoint.maxWorkers > 0) return false;
  return endpoint.usdPerHour === 0 && live.look !== null && live.look.at >= endpoint.touchedAt;
}

/** A worker in the middle of a request goes on until it is done; that can take as long as the endpoint allows. */
const lingers = ({ action, acceptedAt, askedAt }: Ending, { now, timing }: Moment): boolean =>
  action === 'stop' && acceptedAt !== null && now - askedAt >= timing.stopLingersMs;

export const endingHandlers: HandlersFor<
  | 'end-sent'
  | 'end-accepted'
  | 'end-failed'
  | 'end-done'
  | 'end-needed'
  | 'still-billing'
  | 'stop-lingers'
  | 'endpoint-read'
  | 'endpoint-gone'
  | 'read-failed'
> = {
  'end-needed': (step, { why }) => {
    const removing = step.record.desired === 'terminated';
    beginEnding(step, {
      action: removing ? 'terminate' : 'stop',
      why,
      next: removing ? 'removed' : 'stopped',
    });
  },

  'end-sent': (step) => {
    const { ending } = step.record;
    if (ending !== null) ending.sentAt = cloudNow(step);
  },

  'end-accepted': (step) => {
    const { ending, endpoint } = step.record;
    if (ending === null || endpoint === null) return;
    ending.acceptedAt = cloudNow(step);
    ending.nextTryAt = 0;
    endpoint.touchedAt = step.now;
  },

  'end-failed': (step, { error }) => {
    const { ending } = step.record;
    if (ending === null) return;
    retryLater(step, ending, error);
    history(step, 'end-failed', `The endpoint could not be ended yet: ${error.message}`, {
      code: error.code,
    });
  },

  'stop-lingers': (step) => {
    const { ending } = step.record;
    if (ending === null) return;
    insistOn(ending, { ...ending, action: 'terminate' });
    history(
      step,
      'stop-lingers',
      'Its workers go on in spite of the stop; deleting the endpoint ends them at once.',
    );
  },

  'still-billing': (step) => {
    const { ending, endpoint, spec, problem } = step.record;
    if (ending === null || endpoint === null) return;
    ending.toldAt = step.now;
    const why = ending.lastError === null ? '' : ` ${ending.lastError}`;
    if (problem === null) {
      const message = `RunPod has not confirmed that the workers of "${spec.name}" are stopped.${why}`;
      setProblem(step, toErrorBody(new AppError('stop_unconfirmed', message)));
    }
    notify(step, 'still-billing', {
      title: `${spec.name} may still be billing`,
      body: `RunPod has not confirmed the stop of endpoint ${endpoint.id}.${why} The app keeps trying.`,
      facts: { what: 'still-billing', resource: 'endpoint', id: endpoint.id },
    });
  },

  'endpoint-read': (step, { endpoint: facts, askedAt }) => {
    const { endpoint, ending } = step.record;
    step.live.readWanted = false;
    if (endpoint === null || askedAt < endpoint.touchedAt) return;
    endpoint.seen = true;
    endpoint.minWorkers = facts.minWorkers;
    endpoint.maxWorkers = facts.maxWorkers;
    if (ending === null) return;
    step.live.effectAt = step.now + step.timing.probeMs;
    const refused = ending.action === 'terminate' || facts.maxWorkers > 0;
    // The API may show the old numbers for a moment after it accepted the new ones.
    if (!refused || step.now - endpoint.touchedAt < step.timing.settleMs) return;
    const message = 'RunPod accepted it, and the endpoint is as it was';
    retryLater(step, ending, toErrorBody(new AppError('stop_unconfirmed', message)));
    history(step, 'stop-without-effect', `${message}. Trying again.`);
  },

  'endpoint-gone': (step, { askedAt }) => {
    const { record } = step;
    if (record.endpoint === null || askedAt < record.endpoint.touchedAt) return;
    if (record.ending === null) loseEndpoint(step, 'deleted');
    else {
      closeEndpoint(step, record.ending.why);
      finish(step);
    }
  },

  'read-failed': (step, { error }) => {
    const { live, record, timing, now } = step;
    live.readFailures++;
    const pause = backoff(timing, live.readFailures, timing.stopRetryMs);
    live.effectAt = now + Math.max((error.retryAfterSeconds ?? 0) * 1000, pause);
    if (record.ending !== null) record.ending.lastError = error.message;
  },

  'end-done': (step) => finish(step),
};

/** Deleted or stopped by somebody else: the wish follows the fact, as with a pod. */
export function loseEndpoint(step: Step, verb: 'deleted' | 'stopped'): void {
  const { record } = step;
  if (record.desired === 'running') record.desired = 'stopped';
  history(step, 'lost', `The endpoint was ${verb} from outside (the RunPod console, or another program).`, {
    endpointId: record.endpoint?.id,
  });
  if (verb === 'deleted') closeEndpoint(step, 'deleted from outside');
  go(step, 'lost');
}

function finish(step: Step): void {
  const { record } = step;
  const { ending } = record;
  record.ending = null;
  if (record.problem?.code === 'stop_unconfirmed') record.problem = null;
  step.live.readWanted = false;
  step.live.readFailures = 0;
  const why = ending?.why ?? 'nothing was running yet';
  switch (ending?.next ?? (record.desired === 'terminated' ? 'removed' : 'stopped')) {
    case 'removed':
      go(step, 'ended');
      step.notes.push({ type: 'removed' });
      return;
    case 'stopped':
      go(step, 'ended');
      history(step, 'stopped', `Stopped: ${why}.`);
      if (ending !== null) notifyStopped(step, why);
      return;
    case 'failed':
      history(step, 'cleaned-up', 'No worker of the failed start runs; nothing bills.');
      return;
    case 'place':
      history(step, 'cleaned-up', 'Nothing of it runs any more; it is started anew.');
      return;
  }
}

function notifyStopped({ record, notes, offsetMs }: Step, why: string): void {
  notes.push({
    type: 'notify',
    kind: 'stopped',
    title: `${record.spec.name} stopped`,
    body: `${why.charAt(0).toUpperCase()}${why.slice(1)}. RunPod confirmed that no worker runs.`,
    facts: { what: 'stopped', why, usd: null },
    ...(record.wantedAt === null ? {} : { costSinceMs: record.wantedAt + offsetMs }),
  });
}
