import { AppError, toErrorBody, type ErrorBody } from '../../../shared/errors.ts';
import { formatUsdPerHour } from '../../../shared/money.ts';
import { priceLimit } from '../../../shared/price-limit.ts';
import type { Intent, PodFacts, Refusal } from '../events.ts';
import type { Launch } from '../record.ts';
import type { HandlersFor, Step } from '../state.ts';
import { backoff, forgetContainer, go, history, retryPause, waitOut } from '../state.ts';
import { candidateKey, candidateText } from './decide-placing.ts';
import { failBoot } from './failing.ts';
import { keepInMind, takeLate } from './late-creates.ts';
import { meter, meterUnseen } from './meters.ts';
import { forImage, imagePlanned } from './own-image.ts';
import { roundError } from './round-error.ts';

/** Getting a pod (SPEC 3.4): candidates in order, one create at a time, never a second one while a first is unknown. */

type Types =
  | 'planned'
  | 'plan-failed'
  | 'created'
  | 'create-refused'
  | 'create-lost'
  | 'lookup-found'
  | 'lookup-empty'
  | 'lookup-failed'
  | 'late-found'
  | 'round-failed'
  | 'boot-given-up';

export const placingHandlers: HandlersFor<Types> = {
  planned: (step, { candidates, image }) => {
    if (image !== undefined) imagePlanned(step, image);
    const pods = forImage(step.record, candidates);
    // A limit of the user's own has been the planner's to keep.
    const { compute } = step.record.spec;
    const limit = compute.maxUsdPerHour === null ? priceLimit(compute, pods[0]) : null;
    step.live.candidates = pods.filter(({ usdPerHour }) => limit === null || usdPerHour <= limit);
  },

  'plan-failed': (step, { error, retryable }) => {
    if (retryable) trouble(step, error);
    else failBoot(step, error);
  },

  created: (step, event) => adopt(step, event, 'pod-created'),
  'lookup-found': (step, event) => adopt(step, event, 'pod-adopted'),

  'create-refused': (step, { intent, candidate, refusal }) => {
    closeIntent(step, intent, `refused: ${refusal.error.code}`);
    if (step.record.state === 'placing') refused(step, candidate, refusal);
  },

  'create-lost': (step, { intent, error }) => {
    step.state.intent = intent;
    step.live.lookups = 0;
    step.live.effectAt = step.now + step.timing.lookupMs;
    history(
      step,
      'create-lost',
      `The answer to a create was lost (${error.message}) Looking for pod ${intent.podName}.`,
      {
        podName: intent.podName,
      },
    );
  },

  'lookup-empty': (step, { intent }) => {
    const { live, timing, now } = step;
    live.lookups++;
    live.effectAt = now + timing.lookupMs;
    if (live.lookups < timing.lookupTries) return;
    closeIntent(step, intent, 'not found');
    keepInMind(step, intent);
    history(
      step,
      'create-void',
      `RunPod shows no pod named ${intent.podName}. Should it come late, it is noticed.`,
    );
    if (step.record.state === 'placing') {
      trouble(
        step,
        toErrorBody(
          new AppError('runpod_unavailable', 'RunPod did not answer a create and shows no pod of it.'),
        ),
      );
    }
  },

  // Not knowing is no reason to rent another: it is asked again until RunPod answers.
  'lookup-failed': (step, { error }) => {
    step.live.effectAt = step.now + retryPause(step, ++step.live.lookups, error);
  },

  'late-found': (step, { pod }) => {
    const late = takeLate(step, pod);
    if (late !== null) adopt(step, { intent: null, launch: late.launch, pod }, 'pod-adopted');
  },

  'round-failed': (step) => roundFailed(step),
  'boot-given-up': (step, { error }) => failBoot(step, error),
};

interface Adoption {
  readonly intent: Intent | null;
  readonly launch: Launch;
  readonly pod: PodFacts;
}

function adopt(step: Step, { intent, launch, pod }: Adoption, kind: string): void {
  const { record } = step;
  closeIntent(step, intent, `pod ${pod.id}`);
  takePod(step, launch, pod);
  step.notes.push({ type: 'pod-made', podId: pod.id, podName: pod.name, atMs: pod.createdAt });
  step.notes.push(capacity(launch, pod.dataCenterId, 'placed'));
  history(
    step,
    kind,
    `${kind === 'pod-created' ? 'Rented' : 'Found and adopted'} pod ${pod.id}: ${launch.gpuCount} × ${launch.gpuTypeId} in ${pod.dataCenterId ?? 'a data centre not named yet'}, ${formatUsdPerHour(pod.usdPerHour)}.`,
    { podId: pod.id, gpuTypeId: launch.gpuTypeId, usdPerHour: pod.usdPerHour },
  );
  if (record.boot !== null) {
    record.boot.pods++;
    record.boot.troubles = 0;
  }
  if (record.state === 'placing') go(step, 'placed');
}

/** From here on the pod is this deployment's. */
function takePod(step: Step, launch: Launch, facts: PodFacts): void {
  const { record, live } = step;
  forgetContainer(step);
  // Nothing that another pod said is a reason for what becomes of this one.
  live.tail = [];
  record.answers = { specHash: launch.specHash, fingerprint: launch.fingerprint };
  record.pod = {
    id: facts.id,
    name: facts.name,
    launch,
    createdAt: facts.createdAt,
    billingSince: facts.createdAt,
    touchedAt: step.now,
    seen: false,
    status: facts.status,
    actions: [...facts.actions],
    locked: facts.locked,
    gpuCount: facts.gpuCount ?? launch.gpuCount,
    cloud: facts.cloud,
    dataCenterId: facts.dataCenterId,
    usdPerHour: facts.usdPerHour,
    rateUsdPerHour: facts.usdPerHour,
    startedAt: facts.startedAt,
  };
  if (facts.usdPerHour === 0) meterUnseen(step, record.pod);
  meter(step, record.pod);
}

function closeIntent(step: Step, intent: Intent | null, outcome: string): void {
  if (intent === null) return;
  step.notes.push({ type: 'intent-closed', intentId: intent.id, outcome });
  step.state.intent = null;
  step.live.lookups = 0;
}

const capacity = (launch: Launch, dataCenterId: string | null, outcome: 'placed' | 'no-capacity' | 'stuck') =>
  ({ type: 'capacity', gpuTypeId: launch.gpuTypeId, dataCenterId, outcome }) as const;

function refused(step: Step, candidate: string, { error, next }: Refusal): void {
  switch (next.do) {
    case 'stop':
      failBoot(step, error);
      return;
    case 'wait':
      trouble(step, error, next.ms);
      return;
    case 'next':
      if (error.code === 'runpod_key_forbidden' && wasForbiddenAlike(step, candidate, error)) {
        failBoot(step, toErrorBody(readOnlyKey(error)));
        return;
      }
      step.record.boot?.tried.push({ candidate, result: next.result, detail: error.message });
      step.live.effectAt = 0;
      if (next.result === 'no-capacity') rememberNoCapacity(step, candidate);
      history(step, 'candidate-refused', `${candidateText(candidate)}: ${error.message}`, {
        code: error.code,
      });
  }
}

/** FACTS 1: a 403 may be about one GPU pool. The same words for another GPU are about the key. */
function wasForbiddenAlike({ record }: Step, candidate: string, { message }: ErrorBody): boolean {
  const gpuOf = (key: string): string => key.split('|')[0] ?? '';
  return (record.boot?.tried ?? []).some(
    (entry) =>
      entry.result === 'forbidden' && entry.detail === message && gpuOf(entry.candidate) !== gpuOf(candidate),
  );
}

function readOnlyKey({ message, requestId }: ErrorBody): AppError {
  return new AppError('runpod_key_forbidden', `This RunPod key may not rent pods. ${message}`, {
    advice: 'Use a key that may write: All, or Restricted with read and write access to pods.',
    ...(requestId === undefined ? {} : { requestId }),
  });
}

function rememberNoCapacity(step: Step, key: string): void {
  const candidate = step.live.candidates?.find((entry) => candidateKey(entry) === key);
  if (candidate === undefined) return;
  const dataCenterId = candidate.dataCenterIds.length === 1 ? (candidate.dataCenterIds[0] ?? null) : null;
  step.notes.push({ type: 'capacity', gpuTypeId: candidate.gpuTypeId, dataCenterId, outcome: 'no-capacity' });
}

const trouble = (step: Step, error: ErrorBody, atLeastMs = 0): void =>
  waitOut(step, error, failBoot, atLeastMs);

/** Every candidate was refused: wait for stock a few times, or say what is wrong with the request. */
function roundFailed(step: Step): void {
  const { boot } = step.record;
  if (boot === null) return;
  boot.rounds++;
  const error = roundError(boot.tried, step.live.candidates?.length ?? 0);
  if (error.code !== 'no_gpu_capacity' || boot.rounds >= step.timing.rounds) {
    failBoot(step, toErrorBody(error));
    return;
  }
  // Stuck and broken hosts stay excluded for this boot; stock may come back.
  boot.tried = boot.tried.filter((entry) => entry.result !== 'no-capacity' && entry.result !== 'rejected');
  boot.waitUntil = step.now + backoff(step.timing, boot.rounds, step.timing.roundPauseMs);
  step.live.candidates = null;
  step.live.detail = 'no GPU that would do is free; trying again';
  history(step, 'round-failed', `No candidate could be placed (round ${boot.rounds}). Trying again.`);
}
