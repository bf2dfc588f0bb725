import { formatUsd } from '../../../shared/money.ts';
import { decideDayBudget, spentOfDay } from '../day-budget.ts';
import { idleMinutes, idlePlan, type IdlePlan } from '../idle.ts';
import type { Verdict } from '../events.ts';
import type { PodRecord } from '../record.ts';
import type { ComputedIdle } from '../policy/computed-idle.ts';
import { SHORTEST_GAP_MS } from '../policy/computed-idle.ts';
import type { HandlersFor, Moment, State, Step } from '../state.ts';
import { cloudNow, history, isBooting, notify } from '../state.ts';
import { hoursExtended, lookAtHours } from './hours.ts';
import { forgetLate } from './late-creates.ts';
import { doubt } from './pod-facts.ts';

/** While it serves: limits, idleness, the proof that the watchdog is armed, and keeping the watchdog content. */

/** Limits that end any pod, booting or ready. */
export function decideLimits({ record, live }: State, moment: Moment): Verdict | null {
  const { pod, spec } = record;
  if (pod === null || record.ending !== null || !(isBooting(record) || record.state === 'ready')) return null;
  const budget = decideDayBudget({ record, live }, moment);
  if (budget !== null) return budget;
  if (spec.watchdog.enabled && pod.status !== 'EXITED' && cloudNow(moment) >= pod.launch.guard.deadlineAt) {
    return {
      do: 'apply',
      event: { type: 'stop-asked', why: `it ran for its limit of ${spec.watchdog.maxHours} hours` },
    };
  }
  return null;
}

export function decideServing(state: State, moment: Moment): Verdict | null {
  const { record, live } = state;
  const { pod } = record;
  if (record.state !== 'ready' || pod === null) return null;
  if (live.readWanted) {
    return moment.now < live.effectAt
      ? { do: 'wait', until: live.effectAt }
      : { do: 'run', effect: { kind: 'read' } };
  }
  const unproven = guardUnproven(state, pod, moment);
  if (unproven !== null) return unproven;
  const idle = idleOf(state, moment);
  const touch = decideTouch(state, pod, idle, moment);
  if (touch?.do === 'run') return touch;
  if (idle === null) return touch;
  if (record.idleWarnedAt === null) {
    if (moment.now < idle.warnAt) return { do: 'wait', until: idle.warnAt };
    return { do: 'apply', event: { type: 'idle-soon', stopsAt: idle.stopsAt } };
  }
  if (moment.now < idle.stopsAt) return { do: 'wait', until: idle.stopsAt };
  return {
    do: 'apply',
    event: { type: 'stop-asked', why: `it was idle for ${idleMinutes(record)} minutes`, byHabit: true },
  };
}

/** The idle clock of a deployment; null when it is not running down. */
export function idleOf({ record, live }: State, { now, timing }: Moment): IdlePlan | null {
  if (record.state !== 'ready' || record.readyAt === null) return null;
  return idlePlan({
    policy: record.spec.idle.policy,
    minutes: idleMinutes(record),
    inFlight: live.inFlight,
    readyAt: record.readyAt,
    lastRequestAt: record.lastRequestAt,
    keepAliveUntil: record.keepAliveUntil,
    warnedAt: record.idleWarnedAt,
    warningMs: timing.idleWarningMs,
    now,
  });
}

/**
 * Kept awake on purpose, the pod would still be ended by its own watchdog: a one-token request of our own, well before
 * that, tells it that somebody is home.
 */
function decideTouch(
  { record, live }: State,
  pod: PodRecord,
  idle: IdlePlan | null,
  { now }: Moment,
): Verdict | null {
  const { idleSeconds } = pod.launch.guard;
  if (idleSeconds === null || live.inFlight > 0) return null;
  const lastHeard = Math.max(record.lastRequestAt ?? 0, record.readyAt ?? 0, live.touchedAt);
  if (idle !== null && idle.stopsAt <= lastHeard + idleSeconds * 1000) return null;
  const due = Math.max(lastHeard + (idleSeconds * 1000) / 3, live.effectAt);
  return now < due ? { do: 'wait', until: due } : { do: 'run', effect: { kind: 'touch' } };
}

function guardUnproven({ record, live }: State, pod: PodRecord, { now, timing }: Moment): Verdict | null {
  if (pod.launch.guard.state !== 'pending' || record.readyAt === null) return null;
  if (now - Math.max(record.readyAt, live.awakeSince) < timing.guardProofMs) return null;
  const reason =
    live.logReadable === false
      ? 'The log of the pod could not be read, so nobody knows whether its watchdog runs.'
      : pod.launch.guard.mode === 'image'
        ? 'A custom image or template is started as it is, and its log shows no watchdog.'
        : 'The log of the pod does not show that its watchdog is armed.';
  return { do: 'apply', event: { type: 'guard-unproven', reason } };
}

type Types =
  | 'lease-began'
  | 'lease-ended'
  | 'unreachable-reported'
  | 'keep-alive-asked'
  | 'touched'
  | 'idle-soon'
  | 'budget-soon'
  | 'guard-unproven'
  | 'tick';

export const servingHandlers: HandlersFor<Types> = {
  'lease-began': (step) => {
    spellBegins(step);
    step.live.inFlight++;
    step.live.hours = null;
    step.record.idleWarnedAt = null;
  },

  'lease-ended': ({ live, record, now }) => {
    live.inFlight = Math.max(0, live.inFlight - 1);
    record.lastRequestAt = now;
    if (record.spell !== null) record.spell.toMs = now;
    record.idleWarnedAt = null;
  },

  'unreachable-reported': (step) => doubt(step, 'The model server could not be reached.'),

  'keep-alive-asked': (step, { minutes }) => {
    const until = Math.max(step.now + minutes * 60_000, hoursExtended(step.state, step, minutes));
    step.live.hours = null;
    step.record.keepAliveUntil = Math.max(until, step.record.keepAliveUntil ?? 0);
    step.record.idleWarnedAt = null;
    history(step, 'kept-alive', `Kept awake until ${new Date(step.record.keepAliveUntil).toISOString()}.`);
  },

  touched: (step) => {
    step.live.touchedAt = step.now;
  },

  'idle-soon': (step, { stopsAt }) => {
    const { record, now } = step;
    record.idleWarnedAt = now;
    const seconds = Math.max(1, Math.round((stopsAt - now) / 1000));
    const when = seconds < 90 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
    notify(step, 'idle-soon', {
      title: `${record.spec.name} stops in ${when}`,
      body: 'Nothing has asked it for a while. Keep it alive, or let it stop.',
      facts: { what: 'stops-soon', inSeconds: seconds, why: null },
    });
  },

  'budget-soon': (step) => {
    const { record } = step;
    const { usdPerDay } = record.spec.budget;
    const spentUsd = spentOfDay(step, step.now);
    record.budgetToldAt = step.now;
    if (usdPerDay === null) return;
    notify(step, 'budget', {
      title: `The budget of ${record.spec.name} is nearly used up`,
      body: `${formatUsd(spentUsd)} of ${formatUsd(usdPerDay)} for today are spent. At 100 % it is stopped.`,
      facts: {
        what: 'budget',
        of: 'deployment',
        spentUsd,
        limitUsd: usdPerDay,
        isReached: false,
      },
    });
  },

  'guard-unproven': (step, { reason }) => {
    const { pod, spec } = step.record;
    if (pod === null) return;
    pod.launch.guard.state = 'unprotected';
    pod.launch.guard.reason = reason;
    history(step, 'unprotected', reason, { podId: pod.id });
    notify(step, 'unprotected', {
      title: `${spec.name} runs unprotected`,
      body: `${reason} If this computer goes away, nothing stops the pod.`,
      facts: { what: 'unprotected', isRunning: true },
    });
  },

  tick: (step, { spentTodayUsd, dayFrom, dayUntil, idle }) => {
    Object.assign(step.live, { spentTodayUsd, spentAt: step.now, dayFrom, dayUntil });
    lookAtHours(step);
    forgetLate(step);
    if (idle !== null) idleComputed(step, idle);
  },
};

/** Requests close to each other are one spell: only longer pauses say when to stop, and a write a request is too many. */
function spellBegins({ record, live, now, notes }: Step): void {
  const { spell } = record;
  if (live.inFlight > 0 || (spell !== null && now - spell.toMs < SHORTEST_GAP_MS)) return;
  if (spell !== null) notes.push({ type: 'used', ...spell });
  record.spell = { fromMs: now, toMs: now };
}

function idleComputed(step: Step, { minutes, from, why }: ComputedIdle): void {
  const { record } = step;
  const before = record.idle;
  record.idle = { minutes, from, why };
  if (before?.minutes !== minutes || before.from !== from) history(step, 'idle-computed', why);
}
