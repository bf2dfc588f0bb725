import { AppError, toErrorBody } from '../../../shared/errors.ts';
import type { EndpointEvent, JobFacts } from './events.ts';
import { lastLine } from '../pod/evidence.ts';
import { serverlessPhase, type ServerlessPhase } from '../policy/serverless-phase.ts';
import type { DeploymentRecord, EndpointRecord } from '../record.ts';
import type { EndpointLook, HandlersFor, Live, Step } from '../state.ts';
import { backoff, beginBoot, go, history, isBooting, markProgress, notify } from '../state.ts';
import { failStart } from './failing.ts';
import { meterWorkers } from './meters.ts';
import { startingPaceMs } from './pace.ts';
import { QUESTIONS } from './questions.ts';

/** What the counters and our own answers mean for a serverless deployment (FACTS 3.3, 3.5). */

type Types = 'looked' | 'look-failed' | 'asked' | 'ask-failed' | 'woken' | 'fell-asleep';

export const lookingHandlers: HandlersFor<Types> = {
  looked: (step, event) => looked(step, event),

  'look-failed': (step, { error }) => {
    const { live, timing, now } = step;
    live.readFailures++;
    const pause = backoff(timing, live.readFailures, timing.probeMs);
    live.effectAt = now + Math.max((error.retryAfterSeconds ?? 0) * 1000, pause);
    if (error.code === 'runpod_not_found') live.readWanted = true;
    live.detail = error.message;
    if (NEEDS_KEY.has(error.code)) failStart(step, error);
  },

  asked: (step, { job }) => {
    const { live, record, now } = step;
    live.asks++;
    live.askedAt = now;
    live.effectAt = 0;
    if (record.endpoint !== null) record.endpoint.job = job;
    markProgress(step, `asked ${job}`);
  },

  'ask-failed': (step, { error, retryable }) => {
    const { live, timing, now } = step;
    live.asks++;
    live.askedAt = now;
    const pause = backoff(timing, live.asks, timing.lookupMs);
    live.effectAt = now + Math.max((error.retryAfterSeconds ?? 0) * 1000, pause);
    if (!retryable) failStart(step, error);
  },

  woken: ({ live, now, timing, record }) => {
    live.asks++;
    live.askedAt = now;
    live.effectAt = now + startingPaceMs(record.endpoint, timing);
  },

  'fell-asleep': (step) => {
    go(step, 'slept');
    history(step, 'slept', 'No worker runs any more; the next request starts one.');
  },
};

/** Nobody can tell whether it comes up. */
const NEEDS_KEY: ReadonlySet<string> = new Set([
  'runpod_key_missing',
  'runpod_key_invalid',
  'runpod_key_forbidden',
]);

type Looked = Extract<EndpointEvent, { type: 'looked' }>;

function looked(step: Step, { health, workers, listedAt, job, askedAt }: Looked): void {
  const { record, live, now } = step;
  const { endpoint } = record;
  live.readFailures = 0;
  if (endpoint === null || askedAt < endpoint.touchedAt) {
    live.effectAt = now + step.timing.probeMs;
    return;
  }
  const same =
    live.look !== null && JSON.stringify(live.look.health.workers) === JSON.stringify(health.workers);
  const look: EndpointLook = {
    at: askedAt,
    health,
    workers,
    listedAt,
    sameSince: same ? (live.look?.sameSince ?? now) : now,
  };
  meterWorkers(step, endpoint, look);
  live.look = look;
  live.effectAt = 0;
  if (record.ending !== null || record.desired !== 'running') return;
  if (job !== null && endpoint.job !== null) jobSeen(step, endpoint, job);
  if (record.endpoint !== null && record.ending === null)
    follow(step, endpoint, phaseOf(step, endpoint, look));
}

interface PhaseFacts {
  readonly record: Pick<DeploymentRecord, 'boot' | 'state'>;
  readonly live: Pick<Live, 'inFlight' | 'asks' | 'awakeSince' | 'containerStarts' | 'progressAt'>;
  readonly now: number;
}

/** What the counters say now, with what is known besides. */
export function phaseOf(
  { record, live, now }: PhaseFacts,
  endpoint: EndpointRecord,
  look: EndpointLook,
): ServerlessPhase {
  const { launch, answeredAt, maxWorkers } = endpoint;
  return serverlessPhase(
    {
      type: launch.type,
      maxWorkers,
      idleTimeoutSeconds: launch.workers.idleTimeout,
      wanted:
        endpoint.job !== null || live.inFlight > 0 || launch.workers.min > 0 || wakes(record, live.asks),
      // What a worker says while it fetches a large model is a change too.
      unchangedMs:
        now -
        Math.max(look.sameSince, record.boot?.startedAt ?? 0, live.awakeSince, bootProgress(record, live)),
      answeredMsAgo: answeredAt === null ? null : now - answeredAt,
      containerStarts: Math.max(0, live.containerStarts - (workerCount(look) - 1)),
    },
    look.health,
    look.workers,
  );
}

const bootProgress = (record: PhaseFacts['record'], { progressAt }: Pick<Live, 'progressAt'>): number =>
  isBooting(record) ? progressAt : 0;

/** Their logs are read as one: each starts its container once without anything being wrong. */
export const workerCount = (look: EndpointLook | null): number =>
  Math.max(1, look?.workers?.workers.length ?? 1);

/** A load balancer was asked to wake, and has no queue that would show it. */
const wakes = (record: PhaseFacts['record'], asks: number): boolean => isBooting(record) && asks > 0;

function follow(step: Step, endpoint: EndpointRecord, seen: ServerlessPhase): void {
  const { record, live } = step;
  if (record.state === 'placing') return;
  if (record.state === 'ready') {
    if (seen.phase === 'ready' || seen.phase === 'cold') return;
    beginBoot(step, 'recover').warm = false;
    go(step, 'doubted');
    history(step, 'doubted', `No worker answers now: ${seen.why}.`);
  }
  if (record.state === 'sleeping') {
    if (seen.phase === 'cold') return;
    const reason = live.inFlight > 0 ? 'a request' : 'somebody else, or RunPod itself';
    history(step, 'stirred', `A worker comes up for ${reason}.`);
    beginBoot(step, 'wake').warm = false;
    go(step, 'stirred');
  }
  live.detail = seen.why;
  markProgress(step, `${seen.phase} ${JSON.stringify(live.look?.health.workers)}`);
  boot(step, endpoint, seen);
}

/** How long unhealthy workers are given: RunPod tries them again. */
const CRASHING_MS = 30_000;

function boot(step: Step, endpoint: EndpointRecord, seen: ServerlessPhase): void {
  switch (seen.phase) {
    case 'cold':
    case 'throttled':
    case 'scaled-down':
      return;
    case 'initializing':
      if (containerRuns(step)) go(step, 'container-up');
      return;
    case 'loading':
      go(step, 'container-up');
      return;
    case 'crash-loop':
    case 'unreachable':
      broken(step, seen);
      return;
    case 'ready':
      if (endpoint.launch.type === 'LOAD_BALANCER' || endpoint.job !== null || asksFirst(step))
        go(step, 'server-up');
      else proved(step, `${seen.why}.`);
  }
}

function broken(step: Step, { phase, why }: ServerlessPhase): void {
  const sameMs = step.now - (step.live.look?.sameSince ?? step.now);
  if (phase === 'crash-loop' && sameMs < CRASHING_MS) return;
  const what = phase === 'crash-loop' ? 'does not come up' : 'cannot be reached';
  failStart(step, toErrorBody(new AppError('boot_failed', `It ${what}: ${why}.${lastLine(step.live.tail)}`)));
}

const containerRuns = ({ live }: Step): boolean =>
  live.containerUpAt !== null ||
  (live.look?.workers?.workers.some(({ startedAt }) => startedAt !== null) ?? false);

/** A question of our own is to be answered before anybody else's counts on it. */
export const asksFirst = ({ record }: Pick<Step, 'record'>): boolean => record.boot?.warm !== false;

function jobSeen(step: Step, endpoint: EndpointRecord, job: JobFacts): void {
  const { live } = step;
  switch (job.state) {
    case 'pending':
      return;
    case 'gone':
      endpoint.job = null;
      return;
    case 'answered':
      endpoint.job = null;
      endpoint.answeredAt = step.now;
      if (isBooting(step.record)) answered(step);
      return;
    case 'failed':
      endpoint.job = null;
      if (isRefusal(job.status) && live.question < QUESTIONS.length - 1) live.question++;
      else
        failStart(step, toErrorBody(new AppError('boot_failed', `Its first request failed: ${job.message}`)));
  }
}

/** An embedding model refuses to chat, a base model too: another kind of question may suit it. */
const isRefusal = (status: number | null): boolean => status !== null && status >= 400 && status < 500;

/** An answer of the model came back, to us or to a client. */
export function answered(step: Step): void {
  const { boot } = step.record;
  const seconds = boot === null ? 0 : Math.round((step.now - boot.startedAt) / 1000);
  proved(step, `Answered its first token after ${seconds} s.`);
}

export function proved(step: Step, text: string): void {
  const { record, live, now } = step;
  const { endpoint, boot } = record;
  if (endpoint === null) return;
  if (endpoint.answeredAt !== null) endpoint.proved = true;
  if (record.state === 'pulling') go(step, 'container-up');
  if (record.state === 'loading') go(step, 'server-up');
  go(step, 'proved');
  record.problem = null;
  record.readyAt = now;
  record.idleWarnedAt = null;
  live.detail = null;
  const seconds = boot === null ? 0 : Math.round((now - boot.startedAt) / 1000);
  history(step, 'ready', text, { endpointId: endpoint.id, seconds });
  if (boot === null) return;
  rememberStart(step, endpoint);
  if (boot.reason !== 'recover' && boot.reason !== 'wake')
    notify(step, 'ready', {
      title: `${record.spec.name} is ready`,
      body: `It answers after ${seconds} s.`,
      facts: { what: 'ready', seconds },
    });
}

/** What later starts are measured by; on whichever of its GPUs RunPod chose. */
function rememberStart({ record, notes, live, now }: Step, { launch }: EndpointRecord): void {
  const { boot, spec } = record;
  const gpuTypeId = live.look?.workers?.workers.find((worker) => worker.gpuTypeId !== null)?.gpuTypeId;
  if (boot === null || boot.reason === 'recover') return;
  notes.push({
    type: 'booted',
    gpuTypeId: serverlessGpu(gpuTypeId ?? launch.gpus[0]?.gpuTypeId ?? ''),
    model: spec.model,
    boot,
    readyAt: now,
  });
}

/** Workers start otherwise than pods: their times are kept apart. */
export const serverlessGpu = (gpuTypeId: string): string => `serverless|${gpuTypeId}`;
