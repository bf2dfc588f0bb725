import type { Schedule } from '../../../shared/schedule.ts';
import { timeOfDay } from '../../costs/calendar.ts';
import { prewarmTimes, workingSpans, type Span } from './working-hours.ts';

/**
 * Schedules and habits (SPEC 3.12): the end of working hours, starts ahead of need, and a computer that goes to sleep.
 * Pure. All instants are wall-clock milliseconds, so that a deadline passed in a sleeping computer's absence is passed.
 */

export interface ScheduleState {
  /** It has hardware, or is getting some. */
  readonly up: boolean;
  /** When it came up, or when it went down. */
  readonly since: number;
  /** It went down for want of use or by its schedule, not because somebody meant it to. */
  readonly byHabit: boolean;
  readonly inFlight: number;
  /** End of the last request. */
  readonly lastRequestAt: number | null;
  /** The end of working hours was put off until then; see `extendedTo`. */
  readonly extendedUntil: number | null;
  /** When people were last told that it is about to stop. */
  readonly warnedAt: number | null;
  /** How long a start usually takes. */
  readonly bootMs: number;
  /** The computer says that it is about to sleep. */
  readonly goingToSleep: boolean;
}

export interface ScheduleDecision {
  /** What to do now. */
  readonly action: 'none' | 'start' | 'warn' | 'stop';
  /** The instant that `action` is about: when it fell due, or, of a warning, when it will stop. */
  readonly at: number;
  /** For people, ready to stand in the history. */
  readonly why: string;
  /** What comes next if nothing else happens; look again then. null = nothing within a week. */
  readonly next: { readonly action: 'start' | 'warn' | 'stop'; readonly at: number } | null;
}

const MINUTE_MS = 60_000;
/** People are told this long before the end of working hours. */
export const WARNING_MS = 10 * MINUTE_MS;
/** Requests in flight at the end are given this long. */
export const DRAIN_MS = 15 * MINUTE_MS;
/** A start that was missed (a computer that slept) is made up for within this time. */
export const LATE_START_MS = 30 * MINUTE_MS;

/** `zone` is the computer's; a schedule may have one of its own. */
export function decideSchedule(
  schedule: Schedule,
  now: number,
  zone: string,
  state: ScheduleState,
): ScheduleDecision {
  const place = schedule.timeZone ?? zone;
  if (state.up && state.goingToSleep && schedule.onSleep === 'stop') {
    return { action: 'stop', at: now, why: 'the computer goes to sleep', next: null };
  }
  return state.up ? decideUp(schedule, now, place, state) : decideDown(schedule, now, place, state);
}

function decideUp(schedule: Schedule, now: number, zone: string, state: ScheduleState): ScheduleDecision {
  const spans = workingSpans(schedule.hours, now, zone);
  let deadline = deadlineOf(spans, now, state);
  while (deadline !== null) {
    const decision = towards(deadline, now, zone, state);
    // Working hours that begin again before the stop would come call it off, until their own end.
    const stopsAt = decision.next?.action === 'stop' ? decision.next.at : Number.NEGATIVE_INFINITY;
    const again = spans.find((span) => span.from > now && span.from <= stopsAt && span.to > (deadline ?? 0));
    if (again === undefined) return decision;
    deadline = finite(again.to);
  }
  return { action: 'none', at: now, why: 'no working hours end soon', next: null };
}

/** What to do about an end of working hours. */
function towards(deadline: number, now: number, zone: string, state: ScheduleState): ScheduleDecision {
  const warned = state.warnedAt !== null && state.warnedAt >= deadline - WARNING_MS;
  const clock = timeOfDay(deadline, zone);
  // Told late, people still get their time to answer.
  const stopsAt = warned ? Math.max(deadline, (state.warnedAt ?? 0) + WARNING_MS) : deadline;
  if (now >= stopsAt && (warned || !inUse(state, now))) return stopNow(state, now, stopsAt, clock);
  const why = `working hours ${now < deadline ? 'end' : 'ended'} at ${clock}`;
  if (!warned && now >= deadline - WARNING_MS) {
    const at = Math.max(deadline, now + WARNING_MS);
    return { action: 'warn', at, why, next: { action: 'stop', at } };
  }
  const next = warned
    ? ({ action: 'stop', at: stopsAt } as const)
    : ({ action: 'warn', at: deadline - WARNING_MS } as const);
  return { action: 'none', at: now, why, next };
}

function stopNow(state: ScheduleState, now: number, stopsAt: number, clock: string): ScheduleDecision {
  const latest = stopsAt + DRAIN_MS;
  if (state.inFlight > 0 && now < latest) {
    const why = `working hours ended at ${clock}; the requests in flight are let finish`;
    return { action: 'none', at: now, why, next: { action: 'stop', at: latest } };
  }
  return { action: 'stop', at: stopsAt, why: `working hours ended at ${clock}`, next: null };
}

/** Somebody may be waiting for the next answer: they are told before it stops, even when it is late. */
function inUse({ inFlight, lastRequestAt }: ScheduleState, now: number): boolean {
  return inFlight > 0 || (lastRequestAt !== null && now - lastRequestAt < WARNING_MS);
}

/**
 * When it is to stop; null = not by working hours. What was started after their end was meant to run then, and lives by
 * its idle policy.
 */
function deadlineOf(spans: readonly Span[], now: number, state: ScheduleState): number | null {
  const current = spans.find((span) => span.from <= now && now < span.to);
  const ended = spans.findLast((span) => span.to <= now);
  const end = current?.to ?? (ended !== undefined && state.since < ended.to ? ended.to : null);
  if (end === null) return null;
  const deadline = Math.max(end, state.extendedUntil ?? 0);
  // Put off into the next working hours, it ends with those.
  return finite(spans.find((span) => span.from <= deadline && deadline < span.to)?.to ?? deadline);
}

const finite = (at: number): number | null => (at === Number.POSITIVE_INFINITY ? null : at);

function decideDown(schedule: Schedule, now: number, zone: string, state: ScheduleState): ScheduleDecision {
  const times = prewarmTimes(schedule.prewarm, now, zone);
  const begin = (ready: number): number => ready - state.bootMs;
  // Stopped or failed since it was to begin: whoever did that meant it. Where nobody did, only what was up when it was to
  // be ready is not started again.
  const missed = (ready: number): boolean => state.since < (state.byHabit ? ready : begin(ready));
  const due = times.find((ready) => begin(ready) <= now && now < ready + LATE_START_MS && missed(ready));
  if (due !== undefined) {
    const late = now > due ? ', which passed while the computer was away' : '';
    return {
      action: 'start',
      at: begin(due),
      why: `it is to be ready at ${timeOfDay(due, zone)}${late}`,
      next: null,
    };
  }
  const next = times.find((ready) => begin(ready) > now);
  return {
    action: 'none',
    at: now,
    why: next === undefined ? 'nothing is planned' : `it is to be ready at ${timeOfDay(next, zone)}`,
    next: next === undefined ? null : { action: 'start', at: begin(next) },
  };
}

/** `extendedUntil` after "stay up for so much longer": counted from the end of working hours, or from now if that is past. */
export function extendedTo(
  schedule: Schedule,
  now: number,
  zone: string,
  state: ScheduleState,
  minutes: number,
): number {
  const spans = workingSpans(schedule.hours, now, schedule.timeZone ?? zone);
  const deadline = deadlineOf(spans, now, state) ?? now;
  return Math.max(now, deadline) + minutes * MINUTE_MS;
}

/** Why a request may not start it now; null = it may. `until` = when working hours begin; null = not within a week. */
export function wakeRefusal(
  schedule: Schedule,
  now: number,
  zone: string,
): { readonly until: number | null; readonly why: string } | null {
  if (schedule.wakeOutsideHours || schedule.hours.length === 0) return null;
  const place = schedule.timeZone ?? zone;
  const spans = workingSpans(schedule.hours, now, place);
  if (spans.some((span) => span.from <= now && now < span.to)) return null;
  const next = spans.find((span) => span.from > now);
  return {
    until: next?.from ?? null,
    why:
      next === undefined
        ? 'outside of its working hours requests do not start it'
        : `outside of its working hours requests do not start it; they begin at ${timeOfDay(next.from, place)}`,
  };
}
