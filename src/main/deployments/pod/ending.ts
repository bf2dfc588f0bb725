import { AppError, toErrorBody } from '../../../shared/errors.ts';
import { formatUsd, formatUsdPerHour } from '../../../shared/money.ts';
import { insistOn, isTellTime, newEnding, retryLater, type EndWish } from '../endings.ts';
import type { HandlersFor, Moment, State, Step } from '../state.ts';
import type { Verdict } from '../events.ts';
import type { Ending, PodRecord } from '../record.ts';
import { cloudNow, go, history, notify, setProblem } from '../state.ts';
import { closePod, endedAt, podSpent, stopMeters } from './meters.ts';

/**
 * Ending a pod (SPEC 3.8): an accepted stop is read back; until RunPod confirmed that nothing runs, the app keeps
 * trying, for ever, and says so. Which of stop and terminate is tried follows what the user chose for stopping.
 */

/** Asks for the pod's end. A wish that goes further (terminate over stop, removal over a rebuild) wins over an older one. */
export function beginEnding(step: Step, wish: EndWish): void {
  const { record } = step;
  if (record.pod === null) return;
  if (record.ending !== null) {
    insistOn(record.ending, wish);
    return;
  }
  record.ending = newEnding(step, wish);
  step.live.effectAt = 0;
  history(step, 'ending', `${wish.action === 'stop' ? 'Stopping' : 'Terminating'} the pod: ${wish.why}.`, {
    podId: record.pod.id,
  });
}

/** The action of the user's choice for stopping. */
export const stopAction = (step: Step): Ending['action'] =>
  step.record.spec.onStop === 'keep' && step.record.desired !== 'terminated' ? 'stop' : 'terminate';

export function decideEnding(state: State, moment: Moment): Verdict | null {
  const { ending, pod } = state.record;
  if (ending === null) return null;
  if (pod === null || (ending.action === 'stop' && pod.status === 'EXITED')) {
    return { do: 'apply', event: { type: 'end-done' } };
  }
  if (isTellTime(ending, moment)) return { do: 'apply', event: { type: 'still-billing' } };
  const from = Math.max(ending.nextTryAt, state.live.effectAt);
  if (moment.now < from) return { do: 'wait', until: from };
  if (ending.acceptedAt !== null || state.live.readWanted) return { do: 'run', effect: { kind: 'read' } };
  if (pod.locked) return { do: 'run', effect: { kind: 'unlock' } };
  return { do: 'run', effect: { kind: 'end', action: actionOfTry(state, ending) } };
}

/**
 * FACTS 2.11, 2.8: where the pod was to be terminated, a stop also ends the money, so the two are tried in turn. A
 * kept pod is never terminated instead: its disk is the user's.
 */
function actionOfTry(state: State, ending: Ending): Ending['action'] {
  if (ending.action === 'stop') return 'stop';
  const running = state.record.pod?.status !== 'EXITED';
  return running && ending.tries % 2 === 1 ? 'stop' : 'terminate';
}

/** An answer this quick dates the end of billing to the second. */
const PROMPT_MS = 2000;
/** A pod not seen for longer than a calm look at the account takes may have been stopped by somebody else meanwhile. */
const SEEN_LATELY_MS = 45_000;

/**
 * The first call that ends a running pod, answered at once, says when. Otherwise an earlier call or somebody else may
 * have done it, or this one at any time until its answer: the later instant is booked, as an estimate that the bill
 * settles.
 */
function acceptEnd(step: Step, ending: Ending, absent: boolean): void {
  const now = cloudNow(step);
  const seenAt = Math.max(step.live.observedAt ?? 0, step.record.pod?.touchedAt ?? 0);
  const isSure = !absent && ending.tries === 0 && step.now - seenAt <= SEEN_LATELY_MS;
  ending.acceptedAt = now;
  ending.dated = isSure && now - (ending.sentAt ?? now) <= PROMPT_MS;
}

function unconfirmedError(name: string, { lastError }: Ending): AppError {
  const why = lastError === null ? '' : ` ${lastError}`;
  return new AppError('stop_unconfirmed', `RunPod has not confirmed that "${name}" is stopped.${why}`);
}

export const endingHandlers: HandlersFor<
  'end-sent' | 'end-accepted' | 'end-failed' | 'end-done' | 'end-needed' | 'still-billing' | 'unlocked'
> = {
  'end-needed': (step, { why }) => {
    const next = step.record.desired === 'terminated' ? 'removed' : 'stopped';
    beginEnding(step, { action: stopAction(step), why, next });
  },

  'end-sent': (step) => {
    const { ending } = step.record;
    if (ending !== null) ending.sentAt = cloudNow(step);
  },

  'end-accepted': (step, { absent = false }) => {
    const { ending } = step.record;
    if (ending === null) return;
    acceptEnd(step, ending, absent);
    ending.nextTryAt = 0;
  },

  'end-failed': (step, { error }) => {
    const { ending } = step.record;
    if (ending === null) return;
    retryLater(step, ending, error);
    // A lost answer or a conflict may hide a success: look before acting again.
    step.live.readWanted = true;
    history(step, 'end-failed', `The pod could not be ended yet: ${error.message}`, { code: error.code });
  },

  unlocked: (step, { pod }) => {
    if (step.record.pod !== null) step.record.pod.locked = pod.locked;
    history(step, 'unlocked', 'The pod was locked against stopping and has been unlocked.');
  },

  'still-billing': (step) => {
    const { ending, pod } = step.record;
    if (ending === null || pod === null) return;
    ending.toldAt = step.now;
    if (step.record.problem === null)
      setProblem(step, toErrorBody(unconfirmedError(step.record.spec.name, ending)));
    notify(step, 'still-billing', {
      title: `${step.record.spec.name} may still be billing`,
      body: `RunPod has not confirmed the stop of pod ${pod.id}${ending.lastError === null ? '' : ` (${ending.lastError})`}. The app keeps trying.`,
      facts: { what: 'still-billing', resource: 'pod', id: pod.id },
    });
  },

  'end-done': (step) => finishEnding(step),
};

/** A read found the pod running although an end was accepted: a stop that did nothing. */
export function endNotDone(step: Step): void {
  const { ending } = step.record;
  if (ending === null) return;
  step.live.readWanted = false;
  if (ending.acceptedAt === null) return;
  retryLater(step, ending, null);
  history(step, 'stop-without-effect', 'RunPod accepted the stop and the pod still runs. Trying again.');
}

/** RunPod confirmed it: the pod is gone, or stopped where that was the wish. */
export function finishEnding(step: Step): void {
  const { record } = step;
  const { ending, pod } = record;
  const bill = pod === null ? null : billOf(step, pod);
  if (pod !== null) bookEnd(step, pod, ending);
  record.ending = null;
  if (record.problem?.code === 'stop_unconfirmed') record.problem = null;
  step.live.readWanted = false;
  const next = ending?.next ?? (record.desired === 'terminated' ? 'removed' : 'stopped');
  afterEnding(step, next, { why: ending?.why ?? 'nothing was running yet', pod, bill });
}

function bookEnd(step: Step, pod: PodRecord, ending: Ending | null): void {
  const at = endedAt(step) ?? cloudNow(step);
  const estimated = ending?.acceptedAt === null || ending?.dated !== true;
  stopMeters(step, pod, { at, estimated, note: ending?.why ?? 'ended' });
  if (pod.status !== 'EXITED' || ending?.action === 'terminate') closePod(step, at);
}

/** What a run of a pod came to, for whoever compares it with RunPod's bill or asks for the money back. */
interface Bill {
  readonly text: string;
  readonly data: Readonly<Record<string, unknown>>;
}

function billOf(step: Step, pod: PodRecord): Bill {
  const to = Math.max(pod.billingSince, endedAt(step) ?? cloudNow(step));
  const usd = podSpent(pod, to, pod.billingSince);
  const { gpuTypeId } = pod.launch;
  const where = pod.dataCenterId === null ? '' : ` in ${pod.dataCenterId}`;
  const minutes = (to - pod.billingSince) / 60_000;
  const length = minutes < 2 ? `${Math.round(minutes * 60)} s` : `${Math.round(minutes)} min`;
  return {
    text: `Pod ${pod.id} (${pod.gpuCount} × ${gpuTypeId}${where}) ran for ${length}, about ${formatUsd(usd)}.`,
    data: {
      podId: pod.id,
      podName: pod.name,
      gpuTypeId,
      gpuCount: pod.gpuCount,
      dataCenterId: pod.dataCenterId,
      image: pod.launch.image,
      from: new Date(pod.billingSince).toISOString(),
      to: new Date(to).toISOString(),
      usd,
    },
  };
}

interface Outcome {
  readonly why: string;
  readonly pod: PodRecord | null;
  readonly bill: Bill | null;
}

function afterEnding(step: Step, next: Ending['next'], { why, pod, bill }: Outcome): void {
  const { record } = step;
  const account = bill === null ? '' : ` ${bill.text}`;
  switch (next) {
    case 'removed':
      go(step, 'ended');
      step.notes.push({ type: 'removed' });
      return;
    case 'stopped':
      go(step, 'ended');
      history(step, 'stopped', `Stopped: ${why}.${account}`, bill?.data);
      if (pod !== null) {
        step.notes.push({
          type: 'notify',
          kind: 'stopped',
          title: `${record.spec.name} stopped`,
          body: `${sentence(why)}. RunPod confirmed that it no longer bills, which saves ${formatUsdPerHour(pod.rateUsdPerHour)}.`,
          facts: { what: 'stopped', why, usd: null, savesUsdPerHour: pod.rateUsdPerHour },
          costSinceMs: pod.billingSince,
        });
      }
      return;
    case 'failed':
      history(step, 'cleaned-up', `The failed pod is gone; nothing bills.${account}`, bill?.data);
      return;
    case 'place':
      history(step, 'cleaned-up', `The old pod is gone; looking for another.${account}`, bill?.data);
      return;
  }
}

const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
