import type { ErrorBody } from '../../shared/errors.ts';
import { assertNever } from '../../shared/errors.ts';
import type { PlanCandidate } from '../../shared/model.ts';
import type { NewsFacts } from '../../shared/news.ts';
import type { EndpointHealth } from './policy/endpoint-health.ts';
import type { BootTrouble, DeploymentEvent, Effect, Intent, Note, NotificationKind } from './events.ts';
import type { WorkerFacts } from './serverless/events.ts';
import { nextState, type Trigger } from './machine.ts';
import type { ScheduleDecision } from './policy/schedule.ts';
import { BOOT_STATES, type Boot, type DeploymentRecord, type PhaseRecord } from './record.ts';
import type { Timing } from './timing.ts';

/** The counters of an endpoint as last read. */
export interface EndpointLook {
  readonly at: number;
  readonly health: EndpointHealth;
  /** null = not asked for: nothing runs. */
  readonly workers: WorkerFacts | null;
  /** When they were listed. */
  readonly listedAt: number;
  /** Since when they say the same. */
  readonly sameSince: number;
}

/** A line of a log that may be no more. */
export interface KeptLine {
  /** On the cloud's clock. */
  readonly at: number;
  readonly source: 'container' | 'system';
  readonly text: string;
}

/** What an actor knows beyond its record; lost with the process and found again. */
export interface Live {
  /** The call under way. */
  effect: Effect['kind'] | null;
  /** No call is begun before this instant; set after calls that failed or must be paced. */
  effectAt: number;
  /** Candidates of this boot; null = not planned since the app began. */
  candidates: readonly PlanCandidate[] | null;
  /** Tries so far of looking up a lost create. */
  lookups: number;
  /** Since when the app has been watching without a gap: it was not closed, the computer did not sleep. */
  awakeSince: number;
  /** The last sign that the boot goes on, and what it was: the same sign twice is no progress. */
  progressAt: number;
  progress: string;
  /** For people: "layer 7 of 12". */
  detail: string | null;
  /** The newest lines of the pod's log, kept as evidence. */
  tail: string[];
  /** The same with when and by whom they were said, for people: a worker's log goes with the worker. */
  kept: KeptLine[];
  trouble: BootTrouble | null;
  /** Times the container was seen starting in this boot. */
  containerStarts: number;
  containerUpAt: number | null;
  uptimeSeconds: number | null;
  /** Times the uptime went back: a restart seen without the log. */
  uptimeFalls: number;
  gpuUtilPercent: number | null;
  observedAt: number | null;
  /** When RunPod was asked that last showed the pod stopped, and when a start was sent whose answer was lost. */
  seenStoppedAt: number | null;
  startSentAt: number | null;
  /** Since when lists do not show the pod. */
  absentSince: number | null;
  /** The pod must be asked for by id before anything is concluded. */
  readWanted: boolean;
  /** Reads by id that failed in a row. */
  readFailures: number;
  /** The container is to be restarted in place. */
  restartWanted: boolean;
  overrideIgnored: boolean;
  logReadable: boolean | null;
  /** Ollama: the model was pulled in this run. */
  pulled: boolean;
  probe: string;
  inFlight: number;
  /** Serverless: null = not looked at since the app began. */
  look: EndpointLook | null;
  /** Serverless: which kind of question proves that it answers; the times it was asked or woken in this boot. */
  question: number;
  asks: number;
  askedAt: number;
  /** When the pod was last kept awake by a request of our own. */
  touchedAt: number;
  /** As the ledger had it at `spentAt`, for the day from `dayFrom` until `dayUntil`. */
  spentTodayUsd: number;
  spentAt: number;
  dayFrom: number;
  dayUntil: number;
  /** What its schedule said at the last look, until it is done or something happened since. */
  hours: ScheduleDecision | null;
}

/** At the beginning of the app's run. */
export function newLive(record: DeploymentRecord, now: number): Live {
  return {
    effect: null,
    effectAt: 0,
    candidates: null,
    lookups: 0,
    awakeSince: now,
    progressAt: now,
    progress: '',
    detail: null,
    tail: [],
    kept: [],
    trouble: null,
    containerStarts: 0,
    containerUpAt: null,
    uptimeSeconds: null,
    uptimeFalls: 0,
    gpuUtilPercent: null,
    observedAt: null,
    seenStoppedAt: null,
    startSentAt: null,
    absentSince: null,
    // An end that was sent before the app went away may have worked: look before sending it again.
    readWanted: (record.ending?.sentAt ?? null) !== null,
    readFailures: 0,
    restartWanted: false,
    overrideIgnored: false,
    logReadable: null,
    pulled: false,
    probe: '',
    inFlight: 0,
    look: null,
    question: 0,
    asks: 0,
    askedAt: 0,
    touchedAt: 0,
    spentTodayUsd: 0,
    spentAt: now,
    dayFrom: now,
    dayUntil: Number.POSITIVE_INFINITY,
    hours: null,
  };
}

export interface State {
  readonly record: DeploymentRecord;
  readonly live: Live;
  /** A create whose outcome is not known. At most one: no call is begun while it is open. */
  intent: Intent | null;
}

/**
 * Why what RunPod does not show proves nothing: the account was not looked at yet, the key is not known to belong to the
 * account in which the pods were made, or it is known not to.
 */
export type AccountDoubt = 'not-looked' | 'unproven' | 'other';

/** The world at the instant an event is applied or a decision made. */
export interface Moment {
  readonly now: number;
  /** Cloud clock minus `now`. */
  readonly offsetMs: number;
  /** `now` may be so far ahead of the truth: nobody knows yet whether the clock was set or the computer slept. */
  readonly clockDoubtMs?: number;
  readonly timing: Timing;
  /** The user's time zone. */
  readonly zone: string;
  /** Absent = none. */
  readonly account?: AccountDoubt | undefined;
}

/** One event being applied: the state it changes and what it leaves to be written down. */
export interface Step extends Moment {
  readonly state: State;
  readonly record: DeploymentRecord;
  readonly live: Live;
  readonly notes: Note[];
}

export type Handlers = {
  readonly [T in DeploymentEvent['type']]: (step: Step, event: Extract<DeploymentEvent, { type: T }>) => void;
};

/** Some of the handlers: each file below pod/ brings those of its subject. */
export type HandlersFor<T extends DeploymentEvent['type']> = Pick<Handlers, T>;

export const cloudNow = (moment: Moment): number => moment.now + moment.offsetMs;

export function history(
  step: Step,
  kind: string,
  text: string,
  data: Readonly<Record<string, unknown>> = {},
): void {
  step.notes.push({ type: 'history', kind, text, data });
}

/** What people are told, in English and as data. */
export interface Told {
  readonly title: string;
  readonly body: string;
  readonly facts: NewsFacts;
}

export function notify(step: Step, kind: NotificationKind, told: Told): void {
  step.notes.push({ type: 'notify', kind, ...told });
}

/** Moves the life cycle on; phases begin and end with the state. */
export function go(step: Step, trigger: Trigger): void {
  const { record } = step;
  const next = nextState(record.state, trigger);
  if (next === null) throw new Error(`"${trigger}" cannot happen to a deployment that is ${record.state}`);
  if (next === record.state) return;
  record.state = next;
  record.since = step.now;
  markProgress(step, `state ${next}`);
  step.live.detail = null;
  enterPhase(step);
}

function enterPhase(step: Step): void {
  const { boot, state } = step.record;
  if (boot === null) return;
  const open = boot.phases.at(-1);
  if (open?.endedAt === null) open.endedAt = step.now;
  const phase = phaseOf(state);
  if (phase === null) return;
  boot.phases.push({ phase, startedAt: step.now, endedAt: phase === 'ready' ? step.now : null });
}

function phaseOf(state: DeploymentRecord['state']): PhaseRecord['phase'] | null {
  switch (state) {
    case 'building':
    case 'placing':
    case 'pulling':
    case 'loading':
    case 'warming':
    case 'ready':
      return state;
    case 'stopped':
    case 'sleeping':
    case 'stopping':
    case 'terminating':
    case 'failed':
      return null;
    default:
      return assertNever(state);
  }
}

/** A sign of life counts once: a crash loop repeats itself, a boot does not. */
export function markProgress(step: Step, sign: string): void {
  if (sign === step.live.progress) return;
  step.live.progress = sign;
  step.live.progressAt = step.now;
}

const STARTED = {
  user: 'Started.',
  request: 'Woken by a request.',
  autostart: 'Started with the app.',
  schedule: 'Started ahead of need.',
} as const;

export type StartAsked = Extract<DeploymentEvent, { type: 'start-asked' }>;

/** Writes down that it was started, and for whom. */
export function noteStart(step: Step, { by, ahead }: StartAsked): void {
  history(step, 'start', ahead === undefined ? STARTED[by] : `Started: ${ahead.why}.`, { by });
  if (ahead !== undefined) step.record.aheadOf = ahead.of;
}

/** Begins an effort to come up; what the last one knew is forgotten. */
export function beginBoot(step: Step, reason: Boot['reason']): Boot {
  const boot: Boot = {
    reason,
    startedAt: step.now,
    pods: 0,
    rounds: 0,
    tried: [],
    waitUntil: null,
    troubles: 0,
    spentUsd: 0,
    phases: [],
  };
  step.record.boot = boot;
  step.record.problem = null;
  step.record.readyAt = null;
  step.live.candidates = null;
  forgetContainer(step);
  return boot;
}

/** A new container begins: what was seen of the old one says nothing about it. */
export function forgetContainer(step: Step): void {
  const { live } = step;
  live.trouble = null;
  live.containerStarts = 0;
  live.containerUpAt = null;
  live.uptimeSeconds = null;
  live.uptimeFalls = 0;
  live.overrideIgnored = false;
  live.pulled = false;
  live.absentSince = null;
  live.readWanted = false;
  live.readFailures = 0;
  live.restartWanted = false;
  live.detail = null;
  live.probe = '';
  live.question = 0;
  live.asks = 0;
  live.askedAt = 0;
  live.progress = '';
  live.progressAt = step.now;
}

/** Ids of an endpoint's workers as last listed. */
export const workersOf = (state: State | undefined): readonly string[] =>
  (state?.live.look?.workers?.workers ?? []).map(({ id }) => id);

export const isBooting = (record: Pick<DeploymentRecord, 'state'>): boolean => BOOT_STATES.has(record.state);

/** Trouble that passes is waited out: 1, 2, 4 … times the first pause, never more than the limit. */
export function backoff(timing: Timing, tries: number, firstMs = timing.backoffMs): number {
  return Math.min(firstMs * 2 ** Math.min(Math.max(0, tries - 1), 20), timing.backoffMaxMs);
}

/** How long trouble of RunPod's own is waited out: what it asks for, at the least our own pause. */
export const retryPause = (step: Step, tries: number, error: ErrorBody): number =>
  Math.max((error.retryAfterSeconds ?? 0) * 1000, backoff(step.timing, tries));

/** Trouble that says nothing about the choice made: wait and send the same again, a bounded number of times. */
export function waitOut(
  step: Step,
  error: ErrorBody,
  fail: (step: Step, error: ErrorBody) => void,
  atLeastMs = 0,
): void {
  const { boot } = step.record;
  if (boot === null) return;
  boot.troubles++;
  if (boot.troubles >= step.timing.troubles) {
    fail(step, error);
    return;
  }
  boot.waitUntil = step.now + Math.max(atLeastMs, retryPause(step, boot.troubles, error));
  step.live.detail = error.message;
  history(step, 'waiting', `${error.message} Trying again.`, { code: error.code });
}

export function setProblem(step: Step, error: ErrorBody): void {
  step.record.problem = { ...error };
}
