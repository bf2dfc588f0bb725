import type { DeploymentEvent, PodEvent, Verdict } from '../events.ts';
import type { EndpointEvent } from './events.ts';
import { decideAuto, weighedHandlers } from '../auto-mode.ts';
import { decideHours, hoursHandlers } from '../pod/hours.ts';
import { logHandlers } from '../pod/log-events.ts';
import type { HandlersFor, Moment, State, Step } from '../state.ts';
import { isUnkept } from '../unkept.ts';
import { decideBuilding, ownImageHandlers } from '../pod/own-image.ts';
import { beginEnding, decideEnding, endingHandlers } from './ending.ts';
import { failStart } from './failing.ts';
import { kindOf } from './kind.ts';
import { lookingHandlers } from './looking.ts';
import { observedHandlers } from './observed.ts';
import { decidePlacing, decideUncertain, placingHandlers } from './placing.ts';
import { decideLimits, decideResting, decideStarting, servingHandlers } from './serving.ts';
import { verbHandlers } from './verbs.ts';

/**
 * The pure core of a serverless deployment, as pod/life-cycle.ts is of one on a pod. The difference in one sentence: an
 * endpoint costs nothing, its workers do, and RunPod starts and ends them by itself.
 */

type Heard =
  | EndpointEvent['type']
  | Extract<
      PodEvent['type'],
      | 'start-asked'
      | 'stop-asked'
      | 'terminate-asked'
      | 'restart-asked'
      | 'edited'
      | 'keep-alive-asked'
      | 'sleep-coming'
      | 'hours-end-soon'
      | 'lease-began'
      | 'lease-ended'
      | 'unreachable-reported'
      | 'tick'
      | 'mode-weighed'
      | 'mode-changed'
      | 'planned'
      | 'plan-failed'
      | 'image-wanted'
      | 'image-progress'
      | 'image-ready'
      | 'image-failed'
      | 'cure-found'
      | 'override-refused'
      | 'create-lost'
      | 'lookup-empty'
      | 'lookup-failed'
      | 'boot-given-up'
      | 'end-needed'
      | 'end-sent'
      | 'end-accepted'
      | 'end-failed'
      | 'end-done'
      | 'still-billing'
      | 'read-failed'
      | 'probed'
      | 'idle-soon'
      | 'budget-soon'
      | 'log-line'
      | 'log-state'
      | 'effect-failed'
    >;

const HANDLERS: HandlersFor<Heard> = {
  ...verbHandlers,
  ...weighedHandlers,
  ...placingHandlers,
  ...ownImageHandlers({ fail: failStart, end: beginEnding }),
  ...lookingHandlers,
  ...observedHandlers,
  ...servingHandlers,
  ...endingHandlers,
  ...hoursHandlers,
  ...logHandlers,
  'effect-failed': (step, { effect, error }) => {
    if (isUnkept(effect, error)) failStart(step, error);
    step.live.effectAt = step.now + step.timing.backoffMaxMs / 6;
  },
};

type HeardEvent = Extract<DeploymentEvent, { type: Heard }>;

const isHeard = (event: DeploymentEvent): event is HeardEvent => Object.hasOwn(HANDLERS, event.type);

export function applyToEndpoint(step: Step, event: DeploymentEvent): void {
  if (isHeard(event)) dispatch(step, event.type, event);
}

function dispatch<T extends Heard>(step: Step, type: T, event: Extract<DeploymentEvent, { type: T }>): void {
  HANDLERS[type](step, event);
}

/** Order is the contract: what RunPod may already bill comes first, then endings, then limits, then what could begin to cost. */
export function decideEndpoint(state: State, moment: Moment): Verdict | null {
  return (
    decideUncertain(state, moment) ??
    decideEnding(state, moment) ??
    decideUnwanted(state) ??
    decideLimits(state, moment) ??
    decideHours(state) ??
    decideAuto(state) ??
    decideBuilding(state, moment) ??
    decideMoved(state) ??
    decidePlacing(state, moment) ??
    decideStarting(state, moment) ??
    decideResting(state, moment)
  );
}

/** It was edited to run on a pod while the endpoint was being made. */
function decideMoved({ record }: State): Verdict | null {
  const { endpoint, desired } = record;
  if (endpoint === null || desired !== 'running' || kindOf(record) === 'serverless') return null;
  return { do: 'apply', event: { type: 'endpoint-replace', why: 'it does not run on an endpoint any more' } };
}

/** An endpoint nobody wants any more, or an end with nothing left to end. */
function decideUnwanted({ record }: State): Verdict | null {
  const { state, desired, endpoint } = record;
  if (endpoint === null) {
    return state === 'stopping' || state === 'terminating'
      ? { do: 'apply', event: { type: 'end-done' } }
      : null;
  }
  if (desired === 'running') return null;
  const kept = endpoint.maxWorkers === 0 && endpoint.usdPerHour === 0 && desired === 'stopped';
  return kept ? null : { do: 'apply', event: { type: 'end-needed', why: 'nobody wants it any more' } };
}
