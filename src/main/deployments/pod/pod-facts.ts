import type { PodFacts } from '../events.ts';
import type { PodRecord } from '../record.ts';
import type { HandlersFor, Step } from '../state.ts';
import { backoff, beginBoot, cloudNow, go, history, isBooting, markProgress } from '../state.ts';
import { beginEnding, endNotDone, finishEnding } from './ending.ts';
import { GONE, closePod, meter, stopMeters } from './meters.ts';

/** What RunPod's answers about the pod mean. Reads may be stale and lists may lag: nothing is concluded from one alone. */

export const podFactsHandlers: HandlersFor<
  'pod-observed' | 'pod-absent' | 'pod-read' | 'pod-gone' | 'read-failed'
> = {
  'pod-observed': (step, { pod, askedAt }) => observe(step, pod, askedAt),

  'pod-read': (step, { pod, askedAt }) => {
    const ours = step.record.pod;
    observe(step, pod, askedAt);
    const { ending } = step.record;
    if (ours === null || ending === null || step.record.pod === null) return;
    const done = ending.action === 'stop' && pod.status === 'EXITED';
    if (!done) endNotDone(step);
  },

  'pod-absent': (step, { askedAt }) => {
    const { record, live, timing, now } = step;
    if (record.pod === null || askedAt < record.pod.touchedAt) return;
    live.absentSince ??= now;
    const lagging = !record.pod.seen && now - record.pod.touchedAt < timing.absentMs;
    const once = live.absentSince === now && record.ending === null;
    if (!lagging && !once) live.readWanted = true;
  },

  'pod-gone': (step, { askedAt }) => {
    const { record } = step;
    if (record.pod === null || askedAt < record.pod.touchedAt) return;
    record.pod.status = GONE;
    if (record.ending === null) lose(step, record.pod);
    else finishEnding(step);
  },

  'read-failed': (step, { error }) => {
    const { live, record, timing, now } = step;
    live.readFailures++;
    const pause = backoff(timing, live.readFailures, timing.stopRetryMs);
    live.effectAt = now + Math.max((error.retryAfterSeconds ?? 0) * 1000, pause);
    if (record.ending !== null) record.ending.lastError = error.message;
  },
};

function observe(step: Step, facts: PodFacts, askedAt: number): void {
  const { record, live } = step;
  const { pod } = record;
  if (pod?.id !== facts.id || askedAt < pod.touchedAt) return;
  const wasStopped = pod.status === 'EXITED';
  if (isStaleExit(step, pod, facts)) return;
  copyFacts(pod, facts);
  if (wasStopped && RUNS.has(facts.status)) cameBack(step, pod);
  if (facts.status === 'EXITED') live.seenStoppedAt = askedAt;
  pod.seen = true;
  live.absentSince = null;
  live.readWanted = false;
  live.readFailures = 0;
  live.observedAt = step.now;
  live.gpuUtilPercent = facts.gpuUtilPercent;
  meter(step, pod);
  if (facts.status === GONE) podGone(step, pod);
  else if (facts.status === 'EXITED' && record.ending === null && isUp(step)) lose(step, pod);
  else if (record.ending === null) followContainer(step, facts);
}

const RUNS: ReadonlySet<string> = new Set(['PROVISIONING', 'STARTING', 'RUNNING']);

const isUp = ({ record }: Step): boolean =>
  record.state === 'ready' || (isBooting(record) && record.state !== 'placing');

/** A kept pod runs again: our start whose answer was lost, or somebody started it from outside. */
function cameBack(step: Step, pod: PodRecord): void {
  pod.billingSince = Math.max(pod.startedAt ?? 0, pod.billingSince, stoppedUntil(step, pod));
  if (step.record.state === 'placing' && step.record.ending === null) go(step, 'placed');
}

/**
 * The earliest instant, on the cloud's clock, at which it can have begun to bill again: RunPod names none before its
 * container runs. The answer that showed it stopped may have been old.
 */
function stoppedUntil({ live, timing, now, offsetMs }: Step, { status }: PodRecord): number {
  const stopped = live.seenStoppedAt === null ? 0 : live.seenStoppedAt - timing.settleMs;
  const known = Math.max(stopped, live.startSentAt ?? 0);
  if (known > 0) return known + offsetMs;
  // Nobody has looked since the app was started: a pod that is still being placed was started a short while ago.
  return status === 'RUNNING' ? 0 : now + offsetMs - timing.stuckPlacingMs;
}

/** A kept pod that was just started may be read as EXITED for a moment. */
function isStaleExit(step: Step, pod: PodRecord, facts: PodFacts): boolean {
  const stopped = facts.status === 'EXITED' || facts.status === GONE;
  return stopped && step.record.ending === null && step.now - pod.touchedAt < step.timing.settleMs;
}

function copyFacts(pod: PodRecord, facts: PodFacts): void {
  pod.status = facts.status;
  pod.actions = [...facts.actions];
  pod.locked = facts.locked;
  pod.gpuCount = facts.gpuCount ?? pod.gpuCount;
  pod.cloud = facts.cloud;
  pod.dataCenterId = facts.dataCenterId;
  pod.usdPerHour = facts.usdPerHour;
  if (facts.usdPerHour > 0) pod.rateUsdPerHour = facts.usdPerHour;
  pod.startedAt = facts.startedAt;
}

function podGone(step: Step, pod: PodRecord): void {
  if (step.record.ending === null) lose(step, pod);
  else finishEnding(step);
}

function followContainer(step: Step, facts: PodFacts): void {
  const { live, record } = step;
  const restarted =
    facts.uptimeSeconds !== null &&
    live.uptimeSeconds !== null &&
    facts.uptimeSeconds + 2 < live.uptimeSeconds;
  live.uptimeSeconds = facts.uptimeSeconds;
  if (facts.dataCenterId !== null && record.state === 'pulling')
    markProgress(step, `placed in ${facts.dataCenterId}`);
  if (restarted) {
    live.uptimeFalls++;
    // A platform restart wipes the container disk, and Ollama's model with it.
    live.pulled = false;
    if (record.state === 'ready') doubt(step, 'The container was restarted.');
  }
  if (facts.status === 'RUNNING' && facts.uptimeSeconds !== null) {
    live.containerUpAt ??= step.now;
    if (isBooting(record)) go(step, 'container-up');
  }
}

/** Readiness has to be proven again; the effort is bounded like a boot. */
export function doubt(step: Step, why: string): void {
  if (step.record.state !== 'ready') return;
  beginBoot(step, 'recover').pods = 1;
  go(step, 'doubted');
  step.live.effectAt = 0;
  history(step, 'doubted', `${why} Readiness is proven anew.`);
}

/**
 * Stopped or gone without our doing: its watchdog, the console, RunPod. The wish follows the fact, or the app would
 * rent again what somebody just stopped. Only a pod that never showed itself (FACTS: ghost) counts as a failed try.
 */
function lose(step: Step, pod: PodRecord): void {
  const { record } = step;
  if (pod.status === GONE && !pod.seen && isBooting(record)) {
    history(step, 'pod-never-came', `RunPod answered with pod ${pod.id} and then did not know it.`);
    record.boot?.tried.push({
      candidate: pod.launch.candidate,
      result: 'broken-host',
      detail: 'the pod never appeared',
    });
    stopMeters(step, pod, { at: pod.createdAt, estimated: true, note: 'the pod never appeared' });
    closePod(step, pod.createdAt);
    go(step, 'replaced');
    return;
  }
  const { desired } = record;
  if (desired === 'running') record.desired = 'stopped';
  const verb = pod.status === GONE ? 'removed' : 'stopped';
  history(
    step,
    'lost',
    `The pod was ${verb} from outside (its watchdog, the RunPod console, or RunPod itself).`,
    {
      podId: pod.id,
    },
  );
  stopMeters(step, pod, { at: null, estimated: true, note: `${verb} from outside` });
  if (pod.status === GONE) {
    closePod(step, cloudNow(step));
    go(step, 'lost');
  } else if (record.spec.onStop === 'keep') {
    go(step, 'lost');
  } else {
    go(step, 'ending');
    beginEnding(step, { action: 'terminate', why: 'it was stopped from outside', next: 'stopped' });
  }
}

/** Our own start or restart was answered: what was read before is stale, and a new run may have begun to bill. */
export function copyPodStart(step: Step, pod: PodRecord, facts: PodFacts): void {
  const wasStopped = pod.status === 'EXITED';
  copyFacts(pod, facts);
  pod.touchedAt = step.now;
  if (wasStopped) pod.billingSince = Math.max(facts.startedAt ?? 0, cloudNow(step));
  meter(step, pod);
}
