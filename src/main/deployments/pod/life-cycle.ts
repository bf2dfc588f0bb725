import type { DeploymentEvent, PodEvent, Verdict } from '../events.ts';
import type { HandlersFor, Moment, State, Step } from '../state.ts';
import { isBooting } from '../state.ts';
import { isUnkept } from '../unkept.ts';
import { kindOf } from '../serverless/kind.ts';
import { decideAuto, weighedHandlers } from '../auto-mode.ts';
import { bootingHandlers } from './booting.ts';
import { decideBooting } from './decide-booting.ts';
import { decidePlacing, decideUncertain } from './decide-placing.ts';
import { beginEnding, decideEnding, endingHandlers } from './ending.ts';
import { failBoot } from './failing.ts';
import { decideHours, hoursHandlers } from './hours.ts';
import { logHandlers } from './log-events.ts';
import { decideBuilding, ownImageHandlers } from './own-image.ts';
import { placingHandlers } from './placing.ts';
import { podFactsHandlers } from './pod-facts.ts';
import { decideLimits, decideServing, servingHandlers } from './serving.ts';
import { verbHandlers } from './verbs.ts';

/**
 * The pure core of a deployment on a pod: its part of ../life-cycle.ts.
 */

const effectFailed: HandlersFor<'effect-failed'> = {
  // A call that failed for a reason of this app's own (a bug): wait, then decide anew.
  'effect-failed': (step, { effect, error }) => {
    if (isUnkept(effect, error)) failBoot(step, error);
    step.live.effectAt = step.now + step.timing.backoffMaxMs / 6;
  },
};

const HANDLERS: HandlersFor<PodEvent['type']> = {
  ...verbHandlers,
  ...weighedHandlers,
  ...placingHandlers,
  ...ownImageHandlers({ fail: failBoot, end: beginEnding }),
  ...bootingHandlers,
  ...logHandlers,
  ...podFactsHandlers,
  ...servingHandlers,
  ...endingHandlers,
  ...hoursHandlers,
  ...effectFailed,
};

const isHeard = (event: DeploymentEvent): event is PodEvent => Object.hasOwn(HANDLERS, event.type);

export function applyToPod(step: Step, event: DeploymentEvent): void {
  if (isHeard(event)) dispatch(step, event.type, event);
}

function dispatch<T extends PodEvent['type']>(
  step: Step,
  type: T,
  event: Extract<DeploymentEvent, { type: T }>,
): void {
  HANDLERS[type](step, event);
}

/**
 * What to do next. Order is the contract: what RunPod may already bill comes first, then endings, then limits, and only
 * then anything that could begin to cost.
 */
export function decidePod(state: State, moment: Moment): Verdict | null {
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
    decideBooting(state, moment) ??
    decideServing(state, moment)
  );
}

/** It was edited to run on an endpoint while this pod was being made. */
function decideMoved({ record }: State): Verdict | null {
  const { pod, ending, desired, state } = record;
  if (pod === null || ending !== null || desired !== 'running' || kindOf(record) === 'pod') return null;
  const up = state === 'ready' || (isBooting(record) && state !== 'placing');
  return up ? { do: 'apply', event: { type: 'restart-asked' } } : null;
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
