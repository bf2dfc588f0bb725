import type { DeploymentEvent, Verdict } from '../events.ts';
import { decideSchedule, extendedTo, type ScheduleDecision, type ScheduleState } from '../policy/schedule.ts';
import type { HandlersFor, Moment, State, Step } from '../state.ts';
import { history, isBooting, notify } from '../state.ts';

/** Working hours, starts ahead of need and a sleeping computer, as policy/schedule.ts decides them (SPEC 3.12). */

/** Ends by working hours or by sleep. */
export function decideHours(state: State): Verdict | null {
  const { hours } = state.live;
  if (hours === null || !isUp(state)) return null;
  const { action, at, why } = hours;
  if (action === 'stop') return { do: 'apply', event: { type: 'stop-asked', why, byHabit: true } };
  return action === 'warn' ? { do: 'apply', event: { type: 'hours-end-soon', stopsAt: at, why } } : null;
}

/** Looks at the clock on the wall: at every tick, since time zones are too slow to be reckoned at every request. */
export function lookAtHours(step: Step): void {
  const { live, record, state } = step;
  const watched = record.spec.schedule.hours.length > 0 && isUp(state);
  live.hours = watched ? scheduled(state, step, 0) : null;
}

/** The start that is due ahead of need; null = none. `bootMs` = how long one usually takes. */
export function startAhead(
  state: State,
  moment: Moment,
  bootMs: () => number,
): Extract<DeploymentEvent, { type: 'start-asked' }> | null {
  const { spec, state: phase, aheadOf } = state.record;
  const rests = phase === 'stopped' || phase === 'sleeping' || phase === 'failed';
  if (spec.schedule.prewarm.length === 0 || !rests) return null;
  const boot = bootMs();
  const { action, at, why } = scheduled(state, moment, boot);
  const readyAt = at + boot;
  // Started for it once: whoever stopped it since meant it, however long a start is thought to take by now.
  if (action !== 'start' || readyAt === aheadOf) return null;
  return { type: 'start-asked', by: 'schedule', ahead: { of: readyAt, why } };
}

/** Until when working hours are put off by somebody who was told of their end; 0 = nobody was. */
export function hoursExtended(state: State, moment: Moment, minutes: number): number {
  const { hoursWarnedAt, spec } = state.record;
  if (hoursWarnedAt === null) return 0;
  return extendedTo(spec.schedule, moment.now, moment.zone, scheduleState(state, 0), minutes);
}

const isUp = ({ record }: State): boolean => record.state === 'ready' || isBooting(record);

const scheduled = (state: State, moment: Moment, bootMs: number, goingToSleep = false): ScheduleDecision =>
  decideSchedule(state.record.spec.schedule, moment.now, moment.zone, {
    ...scheduleState(state, bootMs),
    goingToSleep,
  });

function scheduleState(state: State, bootMs: number): ScheduleState {
  const { record, live } = state;
  const up = isUp(state);
  return {
    up,
    since: up ? (record.wantedAt ?? record.createdAt) : record.since,
    byHabit: !up && record.restsByHabit,
    inFlight: live.inFlight,
    lastRequestAt: record.lastRequestAt,
    extendedUntil: record.keepAliveUntil,
    warnedAt: record.hoursWarnedAt,
    bootMs,
    goingToSleep: false,
  };
}

export const hoursHandlers: HandlersFor<'hours-end-soon' | 'sleep-coming'> = {
  'hours-end-soon': (step, { stopsAt, why }) => {
    const { record, now } = step;
    record.hoursWarnedAt = now;
    step.live.hours = null;
    const minutes = Math.max(1, Math.round((stopsAt - now) / 60_000));
    history(step, 'hours-end-soon', `Stops in ${minutes} minutes: ${why}.`);
    notify(step, 'idle-soon', {
      title: `${record.spec.name} stops in ${minutes} minutes`,
      body: `${why.charAt(0).toUpperCase()}${why.slice(1)}. Keep it alive, or let it stop.`,
      facts: { what: 'stops-soon', inSeconds: minutes * 60, why },
    });
  },

  'sleep-coming': (step) => {
    if (isUp(step.state)) step.live.hours = scheduled(step.state, step, 0, true);
  },
};
