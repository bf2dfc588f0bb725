import type { DeploymentEvent, Effect, Note, Verdict } from './events.ts';
import { budgetDueAt } from './day-budget.ts';
import { applyToPod, decidePod } from './pod/life-cycle.ts';
import { runsServerless } from './serverless/kind.ts';
import { applyToEndpoint, decideEndpoint } from './serverless/life-cycle.ts';
import type { Moment, State, Step } from './state.ts';

/**
 * The pure core of a deployment: `applyEvent` changes the state by what happened, `decide` says what to do next. Neither
 * knows a clock, a socket or a database; the actor performs. What it runs on, or is to run on, has the say.
 */

/** Applies one event to the state it is given; what must be written down comes back. */
export function applyEvent(state: State, event: DeploymentEvent, moment: Moment): Note[] {
  const step: Step = { ...moment, state, record: state.record, live: state.live, notes: [] };
  if (moment.account !== undefined && isAbsence(event)) step.live.effectAt = step.now + pauseOf(moment);
  else if (concernsEndpoint(state, event)) applyToEndpoint(step, event);
  else applyToPod(step, event);
  return step.notes;
}

/** What comes of a create is for whoever made it, whatever the deployment is to run on meanwhile. */
function concernsEndpoint(state: State, event: DeploymentEvent): boolean {
  if ('intent' in event && event.intent !== null) return event.intent.endpoint !== undefined;
  return runsServerless(state);
}

/**
 * What follows from RunPod not knowing something. With a key that may be another account's it proves nothing: what is
 * out of sight there bills on (SPEC 3.8), so nothing is concluded and it is asked again.
 */
function isAbsence(event: DeploymentEvent): boolean {
  if (event.type === 'pod-start-refused') return event.error.code === 'runpod_not_found';
  return ABSENCES.has(event.type);
}
const ABSENCES: ReadonlySet<DeploymentEvent['type']> = new Set([
  'pod-absent',
  'pod-gone',
  'lookup-empty',
  'endpoint-absent',
  'endpoint-gone',
]);

/** Before the first look an answer is a moment away. */
const pauseOf = ({ account, timing }: Moment): number =>
  account === 'not-looked' ? timing.pollMs : timing.backoffMaxMs;

const WAIT: Verdict = { do: 'wait', until: null };

/** Calls that go on for as long as they make progress, an hour if need be: what ends a start does not wait for them. */
const LONG: ReadonlySet<Effect['kind']> = new Set(['build', 'pull']);

/** What to do next; called after every event and when a wait is over. */
export function decide(state: State, moment: Moment): Verdict {
  const { effect } = state.live;
  if (effect !== null && !LONG.has(effect)) return WAIT;
  const next = (runsServerless(state) ? decideEndpoint(state, moment) : decidePod(state, moment)) ?? WAIT;
  // One call at a time.
  const verdict = effect !== null && next.do === 'run' ? WAIT : next;
  if (verdict.do !== 'wait') return verdict;
  const until = [verdict.until, budgetDueAt(state)].filter((at) => at !== null);
  return until.length === 0 ? WAIT : { do: 'wait', until: Math.min(...until) };
}
