import type { DeploymentEvent, Note, Verdict } from '../events.ts';
import type { Handlers, HandlersFor, Moment, State, Step } from '../state.ts';
import { bootingHandlers } from './booting.ts';
import { decideBooting } from './decide-booting.ts';
import { decidePlacing, decideUncertain } from './decide-placing.ts';
import { decideEnding, endingHandlers } from './ending.ts';
import { decideHours, hoursHandlers } from './hours.ts';
import { logHandlers } from './log-events.ts';
import { decideBuilding, ownImageHandlers } from './own-image.ts';
import { placingHandlers } from './placing.ts';
import { podFactsHandlers } from './pod-facts.ts';
import { decideLimits, decideServing, servingHandlers } from './serving.ts';
import { verbHandlers } from './verbs.ts';

/**
 * The pure core of a pod deployment: `applyEvent` changes the state by what happened, `decide` says what to do next.
 * Neither knows a clock, a socket or a database; the actor performs.
 */

const effectFailed: HandlersFor<'effect-failed'> = {
  // A call that failed for a reason of this app's own (disk full, a bug): wait, then decide anew.
  'effect-failed': ({ live, now, timing }) => {
    live.effectAt = now + timing.backoffMaxMs / 6;
  },
};

const HANDLERS: Handlers = {
  ...verbHandlers,
  ...placingHandlers,
  ...ownImageHandlers,
  ...bootingHandlers,
  ...logHandlers,
  ...podFactsHandlers,
  ...servingHandlers,
  ...endingHandlers,
  ...hoursHandlers,
  ...effectFailed,
};

/** Applies one event to the state it is given; what must be written down comes back. */
export function applyEvent(state: State, event: DeploymentEvent, moment: Moment): Note[] {
  const step: Step = { ...moment, state, record: state.record, live: state.live, notes: [] };
  if (moment.account !== undefined && isAbsence(event)) step.live.effectAt = step.now + pauseOf(moment);
  else dispatch(step, event);
  return step.notes;
}

/**
 * What follows from RunPod not knowing something. With a key that may be another account's it proves nothing: what is
 * out of sight there bills on (SPEC 3.8), so nothing is concluded and it is asked again.
 */
function isAbsence(event: DeploymentEvent): boolean {
  if (event.type === 'pod-start-refused') return event.error.code === 'runpod_not_found';
  return ABSENCES.has(event.type);
}
const ABSENCES: ReadonlySet<DeploymentEvent['type']> = new Set(['pod-absent', 'pod-gone', 'lookup-empty']);

/** Before the first look an answer is a moment away. */
const pauseOf = ({ account, timing }: Moment): number =>
  account === 'not-looked' ? timing.pollMs : timing.backoffMaxMs;

function dispatch<T extends DeploymentEvent['type']>(
  step: Step,
  event: Extract<DeploymentEvent, { type: T }>,
): void {
  const type: T = event.type;
  HANDLERS[type](step, event);
}

const WAIT: Verdict = { do: 'wait', until: null };

/**
 * What to do next; called after every event and when a wait is over. Order is the contract: what RunPod may already
 * bill comes first, then endings, then limits, and only then anything that could begin to cost.
 */
export function decide(state: State, moment: Moment): Verdict {
  if (state.live.effect !== null) return WAIT;
  return (
    decideUncertain(state, moment) ??
    decideEnding(state, moment) ??
    decideUnwanted(state) ??
    decideLimits(state, moment) ??
    decideHours(state) ??
    decideBuilding(state, moment) ??
    decidePlacing(state, moment) ??
    decideBooting(state, moment) ??
    decideServing(state, moment) ??
    WAIT
  );
}

/** A pod nobody wants any more (adopted after a stop), or an end with nothing left to end. */
function decideUnwanted({ record }: State): Verdict | null {
  const { state, desired, pod } = record;
  if (pod === null) {
    return state === 'stopping' || state === 'terminating'
      ? { do: 'apply', event: { type: 'end-done' } }
      : null;
  }
  if (desired === 'running') return null;
  const kept = pod.status === 'EXITED' && record.spec.onStop === 'keep' && desired === 'stopped';
  return kept ? null : { do: 'apply', event: { type: 'end-needed', why: 'nobody wants it any more' } };
}
