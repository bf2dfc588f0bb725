import { AppError, toErrorBody, type ErrorBody } from '../../../shared/errors.ts';
import { decideDayBudget } from '../day-budget.ts';
import { idleMinutes, idlePlan, type IdlePlan } from '../idle.ts';
import type { Verdict } from '../events.ts';
import { bootBudgetError } from '../pod/decide-placing.ts';
import { troubleError } from '../pod/evidence.ts';
import { openOllamaError, OWN_ENTRYPOINT } from '../pod/ignored-override.ts';
import { curedBy, mayCure, tryOwnImage } from '../pod/own-image.ts';
import { servingHandlers as podServing } from '../pod/serving.ts';
import type { EndpointRecord } from '../record.ts';
import type { HandlersFor, Moment, State } from '../state.ts';
import { isBooting } from '../state.ts';
import { answered, asksFirst, phaseOf, workerCount } from './looking.ts';
import { beginEnding } from './ending.ts';
import { failStart } from './failing.ts';
import { startingPaceMs } from './pace.ts';
import { changeNeeded } from './placing.ts';

/** A serverless deployment on its way up, at work, and asleep: what to ask next, and when it is enough. */

/** Limits that end its workers. Asleep it costs nothing. */
export function decideLimits({ record, live }: State, moment: Moment): Verdict | null {
  if (record.endpoint === null || record.ending !== null) return null;
  if (!(isBooting(record) || record.state === 'ready')) return null;
  return decideDayBudget({ record, live }, moment);
}

const fail = (error: AppError | ErrorBody): Verdict => ({
  do: 'apply',
  event: { type: 'boot-given-up', error: error instanceof AppError ? toErrorBody(error) : error },
});

/** From an endpoint to an answer. */
export function decideStarting(state: State, moment: Moment): Verdict | null {
  const { record, live } = state;
  const { endpoint, boot } = record;
  if (endpoint === null || boot === null || !isBooting(record) || record.state === 'placing') return null;
  const end = unservable(state, endpoint) ?? boundReached(state, moment);
  if (end !== null) return end;
  if (live.readWanted) return paced(state, moment, { do: 'run', effect: { kind: 'endpoint-read' } });
  if (fellAsleep(state, endpoint, moment)) return { do: 'apply', event: { type: 'fell-asleep' } };
  return (
    askNext(state, endpoint, moment) ?? lookAfter(state, moment, startingPaceMs(endpoint, moment.timing))
  );
}

/** A question, or a knock that wakes a worker; null = nothing to ask now. */
function askNext(state: State, endpoint: EndpointRecord, moment: Moment): Verdict | null {
  const { live } = state;
  if (!asksFirst(state) || endpoint.job !== null || moment.now < live.effectAt) return null;
  const jobs = live.look?.health.jobs;
  if (endpoint.launch.type === 'QUEUE') {
    // A question whose answer was lost may be in the queue: another one would be paid for too (trap 13).
    const lost = live.asks > 0 && jobs !== undefined && jobs.inQueue + jobs.inProgress > 0;
    return lost ? null : { do: 'run', effect: { kind: 'endpoint-ask', question: live.question } };
  }
  if (state.record.state === 'warming') {
    return since(state, moment) < startingPaceMs(endpoint, moment.timing)
      ? null
      : { do: 'run', effect: { kind: 'endpoint-probe' } };
  }
  const knocks =
    live.asks === 0 || (isCold(state, endpoint, moment) && since(state, moment) >= KNOCK_AGAIN_MS);
  return knocks ? { do: 'run', effect: { kind: 'endpoint-wake' } } : null;
}

/** FACTS 3.6: a refused request wakes all the same; several may be needed. */
const KNOCK_AGAIN_MS = 10_000;

const since = ({ live }: State, { now }: Moment): number => now - live.askedAt;

function isCold({ record, live }: State, endpoint: EndpointRecord, { now }: Moment): boolean {
  return live.look === null || phaseOf({ record, live, now }, endpoint, live.look).phase === 'cold';
}

/** Nobody waits for a worker and none comes: a request that was taken back, or one of others that was served. */
function fellAsleep(state: State, endpoint: EndpointRecord, moment: Moment): boolean {
  const { live, record } = state;
  if (asksFirst(state) || live.inFlight > 0 || live.look === null) return false;
  return live.look.at >= (record.boot?.startedAt ?? 0) && isCold(state, endpoint, moment);
}

/** The image is to blame, and another one may not be (SPEC 3.3). */
function unservable(state: State, { launch }: EndpointRecord): Verdict | null {
  const { live } = state;
  if (live.overrideIgnored && launch.override) return { do: 'apply', event: { type: 'override-refused' } };
  const down =
    live.trouble?.scope === 'fatal' ||
    live.containerStarts > workerCount(live.look) ||
    (live.look?.health.workers.unhealthy ?? 0) > 0;
  return down ? curedBy(state) : null;
}

function boundReached({ record, live }: State, moment: Moment): Verdict | null {
  const { boot, spec } = record;
  const { trouble } = live;
  if (boot !== null && boot.spentUsd >= spec.budget.usdPerBoot)
    return fail(bootBudgetError(spec.budget.usdPerBoot));
  const restarted = live.containerStarts > workerCount(live.look);
  if (trouble !== null && (trouble.scope === 'fatal' || restarted)) return fail(troubleError(trouble));
  const silentMs = moment.now - Math.max(live.progressAt, live.awakeSince);
  const { timing } = moment;
  const boundMs = record.state === 'pulling' ? timing.stuckPullingMs : timing.stuckLoadingMs;
  if (silentMs < boundMs) return null;
  const minutes = Math.round(silentMs / 60_000);
  const throttled = (live.look?.health.workers.throttled ?? 0) > 0;
  return fail(
    throttled
      ? new AppError('no_gpu_capacity', `RunPod has had no GPU for a worker for ${minutes} minutes.`)
      : new AppError(
          'boot_stuck',
          `Its workers made no progress for ${minutes} minutes while ${record.state}.`,
        ),
  );
}

/** At work or asleep: kept as it was wished, and looked after. */
export function decideResting(state: State, moment: Moment): Verdict | null {
  const { record, live } = state;
  const { endpoint } = record;
  if (endpoint === null || (record.state !== 'ready' && record.state !== 'sleeping')) return null;
  if (moment.now < live.effectAt) return { do: 'wait', until: live.effectAt };
  if (live.readWanted) return { do: 'run', effect: { kind: 'endpoint-read' } };
  const change = changeNeeded(state);
  if (change !== null) return change;
  const { timing } = moment;
  if (record.state === 'sleeping') return lookAfter(state, moment, timing.idlePollMs);
  if (live.inFlight === 0 && live.look !== null && isCold(state, endpoint, moment)) {
    return { do: 'apply', event: { type: 'fell-asleep' } };
  }
  const look = lookAfter(state, moment, timing.pollMs);
  return look.do === 'run' ? look : (decideIdle(state, moment, look) ?? look);
}

/** While it starts its workers change; later only their number matters. */
const LIST_STARTING_MS = 10_000;
const LIST_MS = 60_000;

function lookAfter({ live, record }: State, { now }: Moment, everyMs: number): Verdict {
  const { look } = live;
  const due = Math.max(live.effectAt, look === null ? 0 : look.at + everyMs);
  if (now < due) return { do: 'wait', until: due };
  const listMs = isBooting(record) ? LIST_STARTING_MS : LIST_MS;
  return { do: 'run', effect: { kind: 'endpoint-look', known: look, listMs } };
}

function paced({ live }: State, { now }: Moment, verdict: Verdict): Verdict {
  return now < live.effectAt ? { do: 'wait', until: live.effectAt } : verdict;
}

function decideIdle(state: State, moment: Moment, look: Verdict): Verdict | null {
  const idle = idleOf(state, moment);
  if (idle === null) return null;
  const { record } = state;
  if (record.idleWarnedAt === null && moment.now >= idle.warnAt) {
    return { do: 'apply', event: { type: 'idle-soon', stopsAt: idle.stopsAt } };
  }
  if (record.idleWarnedAt !== null && moment.now >= idle.stopsAt) {
    return {
      do: 'apply',
      event: { type: 'stop-asked', why: `it was idle for ${idleMinutes(record)} minutes`, byHabit: true },
    };
  }
  return look;
}

/** RunPod ends workers without work by itself; those of a minimum it keeps for ever, and the app ends them. */
export function idleOf({ record, live }: State, { now, timing }: Moment): IdlePlan | null {
  const { endpoint, readyAt, spec } = record;
  if (endpoint === null || endpoint.minWorkers === 0 || record.state !== 'ready' || readyAt === null)
    return null;
  return idlePlan({
    policy: spec.idle.policy,
    minutes: idleMinutes(record),
    inFlight: live.inFlight,
    readyAt,
    lastRequestAt: record.lastRequestAt,
    keepAliveUntil: record.keepAliveUntil,
    warnedAt: record.idleWarnedAt,
    warningMs: timing.idleWarningMs,
    now,
  });
}

type Types =
  | 'lease-began'
  | 'lease-ended'
  | 'unreachable-reported'
  | 'keep-alive-asked'
  | 'idle-soon'
  | 'budget-soon'
  | 'tick'
  | 'probed'
  | 'override-refused';

export const servingHandlers: HandlersFor<Types> = {
  'lease-began': podServing['lease-began'],
  'keep-alive-asked': podServing['keep-alive-asked'],
  'idle-soon': podServing['idle-soon'],
  'budget-soon': podServing['budget-soon'],
  tick: podServing.tick,

  'lease-ended': (step, event) => {
    podServing['lease-ended'](step, event);
    const { record, now } = step;
    const { endpoint } = record;
    if (!event.served || endpoint === null || record.ending !== null || record.desired !== 'running') return;
    endpoint.answeredAt = now;
    endpoint.proved = true;
    const asleep = record.state === 'sleeping';
    if (asleep || (isBooting(record) && record.state !== 'placing')) answered(step);
  },

  // Believed warm and not: what was known is forgotten, and it is looked at again.
  'unreachable-reported': ({ record, live }) => {
    if (record.endpoint !== null) record.endpoint.answeredAt = null;
    live.look = null;
    live.effectAt = 0;
  },

  'override-refused': (step) => {
    const { endpoint } = step.record;
    if (endpoint === null) return;
    step.notes.push({ type: 'override-ignored', image: endpoint.launch.image });
    const error = toErrorBody(openOllamaError());
    if (mayCure(step.record)) tryOwnImage(step, OWN_ENTRYPOINT, { error, end: beginEnding });
    else failStart(step, error);
  },

  probed: (step, { result }) => {
    const { record, live, timing, now } = step;
    live.askedAt = now;
    live.effectAt = now + startingPaceMs(record.endpoint, timing);
    if (record.endpoint === null || !isBooting(record)) return;
    switch (result.stage) {
      case 'ready':
        record.endpoint.answeredAt = now;
        record.endpoint.launch = { ...record.endpoint.launch, servedModel: result.servedModel };
        answered(step);
        return;
      case 'refused':
      case 'open':
        live.effectAt = 0;
        live.trouble = {
          code: 'boot_failed',
          scope: 'fatal',
          message:
            result.stage === 'open'
              ? `It answers strangers: ${result.detail}`
              : `The model server refuses to serve the model: ${result.detail}`,
          advice: null,
          line: result.detail,
        };
        return;
      case 'none':
      case 'server':
        live.detail = result.detail;
    }
  },
};
