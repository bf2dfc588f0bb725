import { toErrorBody, type ErrorBody } from '../../shared/errors.ts';
import { HOURS_PER_MONTH } from '../../shared/money.ts';
import type { DeploymentAction, DeploymentView, Phase, PodView, WatchdogView } from '../../shared/model.ts';
import { accountError, heldBy } from './account-proof.ts';
import { usdPerHourNow } from './day-budget.ts';
import type { DeploymentRecord, PodRecord } from './record.ts';
import type { Moment, State } from './state.ts';
import { isBooting } from './state.ts';
import { guardWords } from './pod/guard-words.ts';
import { builtImage } from './pod/own-image.ts';
import { idleOf } from './pod/serving.ts';
import { endpointView } from './serverless/endpoint-view.ts';
import { idleOf as endpointIdle } from './serverless/serving.ts';
import { restUsdPerHour } from './pod/meters.ts';
import { unattended } from './unattended.ts';

export interface ViewNumbers {
  readonly todayUsd: number;
  readonly totalUsd: number;
  /** Median seconds of a phase with this pod's GPU; null = not known yet. */
  readonly usualSeconds: (phase: string) => number | null;
}

/** A deployment as people and clients see it. */
export function viewOf(state: State, moment: Moment, numbers: ViewNumbers): DeploymentView {
  const { record, live } = state;
  const { pod, endpoint } = record;
  const idle = endpoint === null ? idleOf(state, moment) : endpointIdle(state, moment);
  return {
    id: record.id,
    name: record.spec.name,
    spec: record.spec,
    desired: record.desired,
    state: record.state,
    since: iso(record.since),
    phases: phasesOf(state, numbers),
    pod: pod === null ? null : podView(pod, state),
    endpoint: endpoint === null ? null : endpointView(endpoint, state, moment),
    ownImage:
      record.ownImage === null
        ? null
        : { reference: builtImage(record)?.reference ?? null, reason: record.ownImage.reason },
    auto: autoView(record),
    models: modelsOf(record),
    stillBilling: stillBills(state),
    watchdog: watchdogView(record, pod),
    unattended: unattendedOf(state, moment),
    cost: {
      nowUsdPerHour: usdPerHourNow(record),
      restUsdPerMonth: pod === null ? 0 : restUsdPerHour(pod) * HOURS_PER_MONTH,
      todayUsd: numbers.todayUsd,
      totalUsd: numbers.totalUsd,
    },
    actions: actionsOf(record),
    problem: doubtOf(state, moment) ?? record.problem,
    inFlight: live.inFlight,
    lastRequestAt: isoOrNull(record.lastRequestAt),
    idleStopsAt: idle === null ? null : iso(idle.stopsAt),
    idleReason: record.spec.idle.policy === 'computed' ? (record.idle?.why ?? null) : null,
    createdAt: iso(record.createdAt),
  };
}

function unattendedOf(
  state: State,
  { now, offsetMs, clockDoubtMs = 0 }: Moment,
): DeploymentView['unattended'] {
  const { record, live } = state;
  const told = unattended({
    record,
    inFlight: live.inFlight,
    uncertain: mayHaveMade(state),
    jobs: jobsOf(state),
    now,
    offsetMs,
    clockDoubtMs,
  });
  if (record.late.length === 0) return told;
  return { ...told, excludes: [...told.excludes, 'a pod that an unanswered create may still make'] };
}

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** The pod may be out of sight rather than gone. */
function doubtOf({ record }: State, { account }: Moment): ErrorBody | null {
  const held = heldBy(record);
  if (held === null || account === undefined || account === 'not-looked') return null;
  return toErrorBody(accountError(account, held));
}

/** Money flows that nobody wants any more, or may flow: RunPod has not confirmed its end (SPEC 3.8). */
function stillBills(state: State): boolean {
  const { record } = state;
  if (record.desired === 'running' && record.ending === null) return false;
  const { pod, endpoint } = record;
  const workers = endpoint !== null && (endpoint.usdPerHour > 0 || endpoint.maxWorkers > 0);
  const bills = pod !== null && (pod.status !== 'EXITED' || pod.usdPerHour > 0);
  return bills || workers || mayHaveMade(state) || mayRunAgain(state);
}

/**
 * A pod that was stopped may run: the answer to a start was lost, or it is being ended, and no look since has shown it
 * stopped.
 */
function mayRunAgain({ record: { pod, ending }, live: { startSentAt, seenStoppedAt } }: State): boolean {
  if (pod === null) return false;
  const wasStarted = startSentAt !== null && startSentAt >= (seenStoppedAt ?? 0);
  return wasStarted || (ending !== null && seenStoppedAt === null);
}

/** A create is under way, or its outcome is not known. */
const mayHaveMade = ({ live, intent }: State): boolean =>
  intent !== null || live.effect === 'create' || live.effect === 'endpoint-create';

/** In an endpoint's queue and at its workers. */
const jobsOf = ({ live: { look } }: State): number =>
  look === null ? 0 : look.health.jobs.inQueue + look.health.jobs.inProgress;

/** Every value of `model` that leads here. */
export function modelsOf(record: DeploymentRecord): string[] {
  const { name, model, aliases } = record.spec;
  const served = record.pod?.launch.servedModel ?? record.endpoint?.launch.servedModel;
  return [...new Set([name, ...(served === undefined ? [] : [served]), model, ...aliases])];
}

function phasesOf({ record, live }: State, numbers: ViewNumbers): Phase[] {
  const phases = record.boot?.phases ?? [];
  return phases.map(({ phase, startedAt, endedAt }, index) => ({
    phase,
    startedAt: iso(startedAt),
    endedAt: isoOrNull(endedAt),
    usualSeconds: phase === 'ready' ? null : numbers.usualSeconds(phase),
    detail: index === phases.length - 1 && endedAt === null ? live.detail : null,
  }));
}

function autoView({ auto }: DeploymentRecord): DeploymentView['auto'] {
  if (auto === null) return null;
  const since = auto.changes.at(-1)?.at ?? auto.since;
  return { mode: auto.mode, since: iso(since), why: auto.why, weighedAt: isoOrNull(auto.weighedAt) };
}

function podView(pod: PodRecord, { live }: State): PodView {
  return {
    id: pod.id,
    name: pod.name,
    status: pod.status,
    gpuTypeId: pod.launch.gpuTypeId,
    gpuCount: pod.gpuCount,
    cloud: pod.cloud,
    dataCenterId: pod.dataCenterId,
    image: pod.launch.image,
    usdPerHour: pod.usdPerHour,
    createdAt: iso(pod.createdAt),
    startedAt: isoOrNull(pod.startedAt),
    uptimeSeconds: live.uptimeSeconds,
    gpuUtilPercent: live.gpuUtilPercent,
    locked: pod.locked,
  };
}

function watchdogView({ spec, endpoint }: DeploymentRecord, pod: PodRecord | null): WatchdogView {
  if (endpoint !== null) {
    const reason =
      endpoint.minWorkers > 0
        ? `RunPod keeps ${endpoint.minWorkers} of its workers for ever.`
        : 'It needs none: RunPod ends workers without work by itself.';
    return { state: 'none', reason, deadlineAt: null };
  }
  if (pod === null) {
    return {
      state: 'none',
      reason: spec.watchdog.enabled ? null : 'Switched off in its settings.',
      deadlineAt: null,
    };
  }
  const { guard } = pod.launch;
  const { state, deadlineAt, mode } = guard;
  const reason = state === 'armed' ? guardWords(guard) : guard.reason;
  return { state, reason, deadlineAt: mode === 'off' ? null : iso(deadlineAt) };
}

/** Restart follows RunPod's own list of actions (FACTS 2.5); the others can always be brought about. */
function actionsOf(record: DeploymentRecord): DeploymentAction[] {
  const { state, pod, endpoint } = record;
  if (state === 'terminating') return [];
  if (state === 'sleeping') return ['start', 'stop', 'terminate', 'edit'];
  if (state === 'stopped') return ['start', 'terminate', 'edit'];
  if (state === 'stopping') return ['start', 'terminate', 'edit'];
  if (state === 'failed')
    return pod === null && (endpoint === null || endpoint.maxWorkers === 0)
      ? ['start', 'terminate', 'edit']
      : ['start', 'stop', 'terminate', 'edit'];
  const restartable =
    record.ending === null && (endpoint !== null || pod?.actions.includes('restart') === true);
  return isBooting(record) || state === 'ready'
    ? ['stop', ...(restartable ? (['restart'] as const) : []), 'terminate', 'edit']
    : [];
}
