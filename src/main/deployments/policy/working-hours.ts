import type { Prewarm, Schedule, Weekday } from '../../../shared/schedule.ts';
import { timeOnDay, weekdayOf } from '../../costs/calendar.ts';

/** A schedule's times as instants. Every result is for the days around one instant: a week either way. */

const WEEKDAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
/** A week, and what a window beginning yesterday or a start before midnight reaches over. */
const AROUND_DAYS = 8;

export interface Span {
  readonly from: number;
  /** Infinity = it never ends: the whole week is working time. */
  readonly to: number;
}

const DAY_MS = 86_400_000;

/** Working hours in order; those that touch or overlap are one, so that lunch is no end of the day. */
export function workingSpans(hours: Schedule['hours'], now: number, zone: string): Span[] {
  const spans = daysAround(now, zone).flatMap(({ offset, weekday }) =>
    hours
      .filter((window) => window.days.includes(weekday))
      .map(({ from, to }): Span => {
        const [begin, end] = [minutesOf(from), minutesOf(to)];
        const nextDay = end <= begin ? 1 : 0;
        return {
          from: timeOnDay(now, zone, { offset, minutes: begin, which: 'first' }),
          to: timeOnDay(now, zone, { offset: offset + nextDay, minutes: end, which: 'last' }),
        };
      }),
  );
  return merged(spans.toSorted((a, b) => a.from - b.from)).map(({ from, to }) => ({
    from,
    // Weeks are alike: what goes on for longer than one goes on for ever, not to where this looks.
    to: to - from > AROUND_DAYS * DAY_MS ? Number.POSITIVE_INFINITY : to,
  }));
}

/** Instants at which it is to be ready, in order. */
export function prewarmTimes(prewarm: readonly Prewarm[], now: number, zone: string): number[] {
  const times = daysAround(now, zone).flatMap(({ offset, weekday }) =>
    prewarm
      .filter((each) => each.days.includes(weekday))
      .map(({ at }) => timeOnDay(now, zone, { offset, minutes: minutesOf(at), which: 'first' })),
  );
  return [...new Set(times)].toSorted((a, b) => a - b);
}

function daysAround(now: number, zone: string): { readonly offset: number; readonly weekday: Weekday }[] {
  const today = weekdayOf(now, zone);
  return Array.from({ length: 2 * AROUND_DAYS + 1 }, (_, index) => {
    const offset = index - AROUND_DAYS;
    return { offset, weekday: WEEKDAYS[(((today + offset) % 7) + 7) % 7] ?? 'mon' };
  });
}

function merged(spans: readonly Span[]): Span[] {
  const out: Span[] = [];
  for (const span of spans) {
    const last = out.at(-1);
    if (last !== undefined && span.from <= last.to) {
      out[out.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    } else out.push(span);
  }
  return out;
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}
