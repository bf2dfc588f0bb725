import { AppError, toErrorBody, type ErrorBody } from '../../../shared/errors.ts';
import { formatUsdPerHour } from '../../../shared/money.ts';
import type { Intent, Verdict } from '../events.ts';
import type { EndpointFacts } from './events.ts';
import type { EndpointLaunch, EndpointRecord } from '../record.ts';
import type { HandlersFor, Moment, State, Step } from '../state.ts';
import { forgetContainer, go, history, retryPause, waitOut } from '../state.ts';
import { bootBudgetError } from '../pod/decide-placing.ts';
import { decideImageWanted, imagePlanned, lacksImage } from '../pod/own-image.ts';
import { failStart } from './failing.ts';
import { mostUsdPerHour } from './meters.ts';
import { rebuild } from './verbs.ts';

/** Getting an endpoint: one create at a time, never a second while a first is unknown; or the kept one, brought up to date. */

/** Before all else: a create whose answer was lost, or a crash cut off, is looked up by name (SPEC 2.3, trap 6). */
export function decideUncertain({ intent, live }: State, { now }: Moment): Verdict | null {
  if (intent === null) return null;
  if (now < live.effectAt) return { do: 'wait', until: live.effectAt };
  return { do: 'run', effect: { kind: 'endpoint-lookup', intent } };
}

export function decidePlacing(state: State, { now }: Moment): Verdict | null {
  const { record, live } = state;
  const { boot, endpoint } = record;
  if (record.state !== 'placing' || boot === null) return null;
  const from = Math.max(boot.waitUntil ?? 0, live.effectAt);
  if (now < from) return { do: 'wait', until: from };
  const limit = record.spec.budget.usdPerBoot;
  if (boot.spentUsd >= limit)
    return { do: 'apply', event: { type: 'boot-given-up', error: toErrorBody(bootBudgetError(limit)) } };
  if (live.candidates !== null) {
    const image = decideImageWanted(state);
    if (image !== null) return image;
  }
  if (endpoint === null) return planned(state, { do: 'run', effect: { kind: 'endpoint-create' } });
  return changeNeeded(state) ?? { do: 'apply', event: { type: 'in-place' } };
}

/** The call that brings what there is to what is wished; null = it is that. */
export function changeNeeded(state: State): Verdict | null {
  const { endpoint, specHash, state: where } = state.record;
  if (endpoint === null) return null;
  if (endpoint.launch.specHash !== specHash) {
    // At work it cannot wait for an image: it is made anew with it.
    if (where !== 'placing' && state.live.candidates !== null && lacksImage(state.record))
      return { do: 'apply', event: { type: 'endpoint-replace', why: 'it is to have an image of its own' } };
    return planned(state, { do: 'run', effect: { kind: 'endpoint-sync' } });
  }
  const { min, max } = endpoint.launch.workers;
  const scaled = endpoint.minWorkers === min && endpoint.maxWorkers === max;
  return scaled ? null : { do: 'run', effect: { kind: 'endpoint-scale' } };
}

const planned = ({ live }: State, then: Verdict): Verdict =>
  live.candidates === null ? { do: 'run', effect: { kind: 'endpoint-plan' } } : then;

type Types =
  | 'planned'
  | 'plan-failed'
  | 'told'
  | 'endpoint-made'
  | 'endpoint-refused'
  | 'endpoint-changed'
  | 'endpoint-change-failed'
  | 'endpoint-replace'
  | 'in-place'
  | 'create-lost'
  | 'lookup-empty'
  | 'lookup-failed'
  | 'boot-given-up';

export const placingHandlers: HandlersFor<Types> = {
  planned: (step, { candidates, image }) => {
    if (image !== undefined) imagePlanned(step, image);
    step.live.candidates = candidates.filter(({ kind }) => kind === 'serverless');
  },

  'plan-failed': (step, { error, retryable }) => cannotChange(step, error, retryable),

  told: (step, { text }) => history(step, 'told', text),

  'endpoint-made': (step, event) => adopt(step, event),

  'endpoint-refused': (step, { intent, refusal }) => {
    closeIntent(step, intent, `refused: ${refusal.error.code}`);
    if (step.record.state !== 'placing') return;
    if (refusal.next.do === 'wait') trouble(step, refusal.error, refusal.next.ms);
    else failStart(step, refusal.error);
  },

  'endpoint-changed': (step, event) => changed(step, event),
  'endpoint-change-failed': (step, { error, retryable }) => cannotChange(step, error, retryable),

  'endpoint-replace': (step, { why }) => {
    step.live.candidates = null;
    history(step, 'endpoint-replaced', `The endpoint has to be made anew: ${why}.`);
    rebuild(step, why, 'terminate');
  },

  'in-place': (step) => {
    const { record, live } = step;
    if (record.state !== 'placing') return;
    live.effectAt = 0;
    go(step, 'placed');
  },

  'create-lost': (step, { intent, error }) => {
    step.state.intent = intent;
    step.live.lookups = 0;
    step.live.effectAt = step.now + step.timing.lookupMs;
    const text = `The answer to a create was lost (${error.message}) Looking for endpoint ${intent.podName}.`;
    history(step, 'create-lost', text, { name: intent.podName });
  },

  'lookup-empty': (step, { intent }) => {
    const { live, timing, now } = step;
    live.lookups++;
    live.effectAt = now + timing.lookupMs;
    if (live.lookups < timing.lookupTries) return;
    closeIntent(step, intent, 'not found');
    history(step, 'create-void', `RunPod made no endpoint named ${intent.podName}.`);
    const message = 'RunPod did not answer a create and made no endpoint.';
    if (step.record.state === 'placing')
      trouble(step, toErrorBody(new AppError('runpod_unavailable', message)));
  },

  // Not knowing is no reason to make another: it is asked again until RunPod answers.
  'lookup-failed': (step, { error }) => {
    step.live.effectAt = step.now + retryPause(step, ++step.live.lookups, error);
  },

  'boot-given-up': (step, { error }) => failStart(step, error),
};

interface Adoption {
  readonly intent: Intent;
  readonly launch: EndpointLaunch;
  readonly endpoint: EndpointFacts;
  readonly adopted: boolean;
}

function adopt(step: Step, { intent, launch, endpoint: facts, adopted }: Adoption): void {
  const { record, live } = step;
  closeIntent(step, intent, `endpoint ${facts.id}`);
  forgetContainer(step);
  live.look = null;
  record.answers = { specHash: launch.specHash, fingerprint: launch.fingerprint };
  record.endpoint = newEndpoint(step, launch, facts);
  step.notes.push({ type: 'pod-made', podId: facts.id, podName: facts.name, atMs: facts.createdAt });
  const gpus = launch.gpus.map(({ gpuTypeId }) => gpuTypeId).join(', ');
  const verb = adopted ? 'Found and adopted' : 'Made';
  history(
    step,
    adopted ? 'endpoint-adopted' : 'endpoint-created',
    `${verb} endpoint ${facts.id}: up to ${launch.workers.max} worker${launch.workers.max === 1 ? '' : 's'} of ${launch.gpuCount} × ${gpus}, ${formatUsdPerHour(mostUsdPerHour(record.endpoint))} at most for each while it is up.`,
    { endpointId: facts.id },
  );
  if (record.boot !== null) record.boot.troubles = 0;
}

function newEndpoint({ now }: Step, launch: EndpointLaunch, facts: EndpointFacts): EndpointRecord {
  return {
    id: facts.id,
    name: facts.name,
    launch,
    createdAt: facts.createdAt,
    touchedAt: now,
    seen: false,
    minWorkers: facts.minWorkers,
    maxWorkers: facts.maxWorkers,
    usdPerHour: 0,
    billingSince: null,
    proved: false,
    answeredAt: null,
    job: null,
  };
}

interface Change {
  readonly launch: EndpointLaunch;
  readonly endpoint: EndpointFacts | null;
  readonly rolls: boolean;
}

function changed(step: Step, { launch, endpoint: facts, rolls }: Change): void {
  const { record, live } = step;
  const { endpoint } = record;
  if (endpoint === null) return;
  const edited = endpoint.launch.specHash !== launch.specHash;
  endpoint.launch = launch;
  record.answers = { specHash: launch.specHash, fingerprint: launch.fingerprint };
  live.effectAt = 0;
  if (edited) live.candidates = null;
  if (facts !== null) {
    endpoint.touchedAt = step.now;
    endpoint.minWorkers = facts.minWorkers;
    endpoint.maxWorkers = facts.maxWorkers;
  }
  if (rolls) endpoint.proved = false;
  if (record.boot !== null) record.boot.troubles = 0;
  if (edited && facts !== null)
    history(step, 'endpoint-changed', changeText(rolls), { endpointId: endpoint.id });
}

const changeText = (rolls: boolean): string =>
  rolls
    ? 'The endpoint was changed: workers get the new container as they finish what they do.'
    : 'The endpoint was changed; its workers go on.';

/** On the way up it is a failed start; while it serves, what there is goes on as it was made. */
function cannotChange(step: Step, error: ErrorBody, retryable: boolean): void {
  const { record, live } = step;
  if (record.state === 'placing') {
    if (retryable) trouble(step, error);
    else failStart(step, error);
    return;
  }
  live.effectAt = step.now + step.timing.backoffMaxMs;
  live.candidates = null;
  const { endpoint } = record;
  if (retryable || endpoint === null) return;
  history(step, 'edit-refused', `The endpoint stays as it was: ${error.message}`, { code: error.code });
  endpoint.launch = { ...endpoint.launch, specHash: record.specHash };
}

function closeIntent(step: Step, intent: Intent, outcome: string): void {
  step.notes.push({ type: 'intent-closed', intentId: intent.id, outcome });
  step.state.intent = null;
  step.live.lookups = 0;
}

const trouble = (step: Step, error: ErrorBody, atLeastMs = 0): void =>
  waitOut(step, error, failStart, atLeastMs);
