import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DRAIN_MS,
  LATE_START_MS,
  WARNING_MS,
  decideSchedule,
  extendedTo,
  wakeRefusal,
  type ScheduleDecision,
  type ScheduleState,
} from '../../../../src/main/deployments/policy/schedule.ts';
import { workingSpans } from '../../../../src/main/deployments/policy/working-hours.ts';
import { deploymentSpecSchema } from '../../../../src/shared/model.ts';
import { scheduleSchema } from '../../../../src/shared/schedule.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BERLIN = 'Europe/Berlin';
const at = (text: string): number => Date.parse(text);
const iso = (ms: number | undefined): string => new Date(ms ?? 0).toISOString();

const UP: ScheduleState = {
  up: true,
  since: at('2026-11-24T08:00:00Z'),
  byHabit: false,
  inFlight: 0,
  lastRequestAt: null,
  extendedUntil: null,
  warnedAt: null,
  bootMs: 3 * MINUTE,
  goingToSleep: false,
};
const DOWN: ScheduleState = { ...UP, up: false, since: at('2026-11-23T20:00:00Z') };

/** 2026-11-24 is a Tuesday; Berlin is an hour ahead of UTC. */
const office = scheduleSchema.parse({ hours: [{ from: '09:00', to: '18:00' }] });
const END = at('2026-11-24T17:00:00Z');

const decide = (now: number | string, state: Partial<ScheduleState> = {}, schedule = office) =>
  decideSchedule(schedule, typeof now === 'string' ? at(now) : now, BERLIN, { ...UP, ...state });

describe('a deployment without a schedule', () => {
  it('is what an old configuration means', () => {
    const spec = deploymentSpecSchema.parse({ name: 'a', model: 'a/b' });
    expect(spec.schedule).toEqual(scheduleSchema.parse({}));
  });

  it('is never touched, awake or going to sleep', () => {
    const none = scheduleSchema.parse({});
    for (const state of [UP, DOWN, { ...UP, goingToSleep: true }]) {
      expect(decideSchedule(none, END, BERLIN, state)).toMatchObject({ action: 'none', next: null });
    }
    expect(wakeRefusal({ ...none, wakeOutsideHours: false }, END, BERLIN)).toBeNull();
  });
});

describe('the end of working hours', () => {
  it('is told ten minutes ahead, then kept', () => {
    expect(decide('2026-11-24T12:00:00Z')).toMatchObject({
      action: 'none',
      next: { action: 'warn', at: END - WARNING_MS },
    });
    const warning = decide(END - WARNING_MS);
    expect(warning).toMatchObject({ action: 'warn', at: END, why: 'working hours end at 18:00' });
    const warnedAt = END - WARNING_MS;
    expect(decide(END - 1, { warnedAt })).toMatchObject({
      action: 'none',
      next: { action: 'stop', at: END },
    });
    expect(decide(END, { warnedAt })).toMatchObject({
      action: 'stop',
      at: END,
      why: 'working hours ended at 18:00',
    });
  });

  it('lets requests in flight finish, within a bound', () => {
    const state = { warnedAt: END - WARNING_MS, inFlight: 1 };
    expect(decide(END, state)).toMatchObject({
      action: 'none',
      next: { action: 'stop', at: END + DRAIN_MS },
    });
    expect(decide(END + DRAIN_MS, state).action).toBe('stop');
  });

  it('is kept at once by a computer that slept over it, unless somebody is at work there', () => {
    expect(decide(END + 2 * HOUR).action).toBe('stop');
    const now = END + 2 * HOUR;
    const busy = { lastRequestAt: now - MINUTE };
    const told = decide(now, busy);
    expect(told).toMatchObject({ action: 'warn', at: now + WARNING_MS });
    const later = { ...busy, warnedAt: now };
    expect(decide(now + WARNING_MS - 1, later).action).toBe('none');
    expect(decide(now + WARNING_MS, later).action).toBe('stop');
  });

  it('leaves alone what was started after it, and what is up when the next working hours have begun', () => {
    expect(decide(END + 2 * HOUR, { since: END + HOUR })).toMatchObject({ action: 'none', next: null });
    expect(decide('2026-11-25T09:30:00Z').action).toBe('none');
  });

  it('is called off by working hours that begin again before the stop would come', () => {
    const nights = scheduleSchema.parse({
      hours: [
        { from: '09:00', to: '18:00' },
        { from: '18:05', to: '20:00' },
      ],
    });
    const late = { warnedAt: END - 2 * MINUTE };
    expect(decide(END - MINUTE, late, nights)).toMatchObject({
      action: 'none',
      next: { action: 'warn', at: at('2026-11-24T18:50:00Z') },
    });
    const morning = at('2026-11-25T07:55:00Z');
    expect(decide(morning, { warnedAt: morning - MINUTE })).toMatchObject({
      next: { action: 'warn', at: at('2026-11-25T16:50:00Z') },
    });
  });

  it('is no end where hours touch: a lunch break of its own is', () => {
    const split = (afternoon: string) =>
      scheduleSchema.parse({
        hours: [
          { from: '09:00', to: '12:00' },
          { from: afternoon, to: '18:00' },
        ],
      });
    const noon = at('2026-11-24T11:00:00Z');
    expect(decide(noon, {}, split('12:00')).action).toBe('none');
    expect(decide(noon, {}, split('13:00')).action).toBe('stop');
  });
});

describe('putting the end off', () => {
  it('counts from the end, or from now when that is past', () => {
    const extend = (now: number, state: Partial<ScheduleState> = {}): number =>
      extendedTo(office, now, BERLIN, { ...UP, ...state }, 60);
    expect(extend(END - 5 * MINUTE)).toBe(END + HOUR);
    expect(extend(END - 5 * MINUTE, { extendedUntil: END + HOUR })).toBe(END + 2 * HOUR);
    expect(extend(END + 4 * MINUTE)).toBe(END + 4 * MINUTE + HOUR);
  });

  it('moves the warning with it', () => {
    const state = { extendedUntil: END + HOUR, warnedAt: END - WARNING_MS };
    expect(decide(END, state)).toMatchObject({
      action: 'none',
      next: { action: 'warn', at: END + HOUR - WARNING_MS },
    });
    expect(decide(END + HOUR - WARNING_MS, state).action).toBe('warn');
    expect(decide(END + HOUR, { ...state, warnedAt: END + HOUR - WARNING_MS }).action).toBe('stop');
  });

  it('into the next working hours ends with those', () => {
    const extendedUntil = at('2026-11-25T09:00:00Z');
    expect(decide(END + HOUR, { extendedUntil }).next?.at).toBe(at('2026-11-25T17:00:00Z') - WARNING_MS);
  });
});

describe('a start ahead of need', () => {
  const early = scheduleSchema.parse({ prewarm: [{ at: '08:30' }] });
  const READY = at('2026-11-24T07:30:00Z');
  const start = (now: number, state: Partial<ScheduleState> = {}): ScheduleDecision =>
    decideSchedule(early, now, BERLIN, { ...DOWN, ...state });

  it('begins so much earlier as a start usually takes', () => {
    expect(start(READY - 3 * MINUTE - 1)).toMatchObject({
      action: 'none',
      next: { action: 'start', at: READY - 3 * MINUTE },
    });
    expect(start(READY - 3 * MINUTE)).toMatchObject({ action: 'start', why: 'it is to be ready at 08:30' });
  });

  it('is not made for what is up, nor again after somebody stopped it', () => {
    expect(decideSchedule(early, READY, BERLIN, UP).action).toBe('none');
    expect(start(READY, { since: READY - MINUTE }).action).toBe('none');
  });

  it('is made for what went down for want of use while it was to begin, not after it was ready', () => {
    const idle = { since: READY - MINUTE, byHabit: true };
    expect(start(READY - MINUTE, idle).action).toBe('start');
    expect(start(READY + MINUTE, { ...idle, since: READY }).action).toBe('none');
  });

  it('is made up for by a computer that slept, for half an hour', () => {
    expect(start(READY + LATE_START_MS - 1)).toMatchObject({
      action: 'start',
      why: 'it is to be ready at 08:30, which passed while the computer was away',
    });
    expect(start(READY + LATE_START_MS)).toMatchObject({
      action: 'none',
      next: { action: 'start', at: at('2026-11-25T07:27:00Z') },
    });
  });

  it('skips the weekend', () => {
    expect(iso(start(at('2026-11-27T12:00:00Z')).next?.at)).toBe('2026-11-30T07:27:00.000Z');
  });
});

describe('a computer that goes to sleep', () => {
  const lid = scheduleSchema.parse({ onSleep: 'stop' });

  it('stops what is up where that is wished, requests or not', () => {
    const state = { ...UP, goingToSleep: true, inFlight: 1 };
    expect(decideSchedule(lid, END, BERLIN, state)).toMatchObject({
      action: 'stop',
      why: 'the computer goes to sleep',
    });
    expect(decideSchedule(lid, END, BERLIN, { ...DOWN, goingToSleep: true }).action).toBe('none');
    expect(decideSchedule(office, END - HOUR, BERLIN, state).action).not.toBe('stop');
  });
});

describe('requests outside of working hours', () => {
  it('start nothing where that is wished, and are told when they would', () => {
    const strict = { ...office, wakeOutsideHours: false };
    expect(wakeRefusal(strict, END - 1, BERLIN)).toBeNull();
    expect(wakeRefusal(strict, END, BERLIN)).toEqual({
      until: at('2026-11-25T08:00:00Z'),
      why: 'outside of its working hours requests do not start it; they begin at 09:00',
    });
    expect(wakeRefusal(office, END, BERLIN)).toBeNull();
  });
});

describe('clocks that change, and midnight', () => {
  const spanAround = (hours: object, now: string, zone: string): string[] => {
    const schedule = scheduleSchema.parse({ hours: [hours] });
    const ms = at(now);
    const span = workingSpans(schedule.hours, ms, zone).find(({ from, to }) => from <= ms && ms < to);
    return [iso(span?.from), iso(span?.to)];
  };
  const all = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

  it.each([
    {
      what: 'a night shift is one span, of the day it begins on',
      hours: { days: ['fri'], from: '22:00', to: '06:00' },
      now: '2026-11-28T03:00:00Z',
      zone: BERLIN,
      span: ['2026-11-27T21:00:00.000Z', '2026-11-28T05:00:00.000Z'],
    },
    {
      what: 'a whole day ends where it began',
      hours: { days: ['tue'], from: '00:00', to: '00:00' },
      now: '2026-11-24T12:00:00Z',
      zone: BERLIN,
      span: ['2026-11-23T23:00:00.000Z', '2026-11-24T23:00:00.000Z'],
    },
    {
      what: 'a beginning that clocks skip is behind the skip',
      hours: { days: all, from: '02:30', to: '10:00' },
      now: '2026-03-29T05:00:00Z',
      zone: BERLIN,
      span: ['2026-03-29T01:30:00.000Z', '2026-03-29T08:00:00.000Z'],
    },
    {
      what: 'of a time shown twice, hours begin at the first and end at the last',
      hours: { days: all, from: '02:15', to: '02:45' },
      now: '2026-10-25T01:30:00Z',
      zone: BERLIN,
      span: ['2026-10-25T00:15:00.000Z', '2026-10-25T01:45:00.000Z'],
    },
    {
      what: 'a midnight that does not exist is the skip',
      hours: { days: all, from: '00:00', to: '08:00' },
      now: '2026-09-06T06:00:00Z',
      zone: 'America/Santiago',
      span: ['2026-09-06T04:00:00.000Z', '2026-09-06T11:00:00.000Z'],
    },
  ])('$what', ({ hours, now, zone, span }) => {
    expect(spanAround(hours, now, zone)).toEqual(span);
  });

  it('keeps the end of the day by the clock on the wall on the day clocks change', () => {
    const daily = scheduleSchema.parse({ hours: [{ days: all, from: '09:00', to: '18:00' }] });
    const since = at('2026-10-25T08:30:00Z');
    const stop = decideSchedule(daily, at('2026-10-25T17:00:00Z'), BERLIN, { ...UP, since });
    expect(stop).toMatchObject({ action: 'stop', why: 'working hours ended at 18:00' });
  });

  it('sees no end in working hours that fill the week', () => {
    const always = scheduleSchema.parse({ hours: [{ days: all, from: '00:07', to: '00:07' }] });
    expect(decideSchedule(always, END, BERLIN, UP)).toMatchObject({ action: 'none', next: null });
  });

  it('goes by its own time zone, not by the computer it runs on', () => {
    const tokyo = scheduleSchema.parse({ timeZone: 'Asia/Tokyo', hours: [{ from: '09:00', to: '18:00' }] });
    const since = at('2026-11-24T01:00:00Z');
    expect(decideSchedule(tokyo, at('2026-11-24T09:00:00Z'), BERLIN, { ...UP, since }).action).toBe('stop');
  });

  it('refuses a time zone and a time of day that do not exist', () => {
    expect(scheduleSchema.safeParse({ timeZone: 'Europe/Atlantis' }).success).toBe(false);
    expect(scheduleSchema.safeParse({ hours: [{ from: '9:00', to: '24:00' }] }).success).toBe(false);
  });
});

describe('any schedule at any instant', () => {
  const time = fc
    .integer({ min: 0, max: 1439 })
    .map((m) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`);
  const days = fc.subarray(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const, { minLength: 1 });
  const schedule = fc
    .record({
      hours: fc.array(fc.record({ days, from: time, to: time }), { maxLength: 3 }),
      prewarm: fc.array(fc.record({ days, at: time }), { maxLength: 3 }),
      onSleep: fc.constantFrom('nothing' as const, 'stop' as const),
      wakeOutsideHours: fc.boolean(),
    })
    .map((parts) => scheduleSchema.parse(parts));
  const zone = fc.constantFrom(BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC');
  const now = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });
  const before = fc.option(fc.integer({ min: 0, max: 3 * 24 * HOUR }), { nil: null });

  it('finds working hours in order, apart from each other, and none that end before they begin', () => {
    fc.assert(
      fc.property(schedule, now, zone, (any, ms, place) => {
        const spans = workingSpans(any.hours, ms, place);
        for (const [index, span] of spans.entries()) {
          expect(span.to).toBeGreaterThanOrEqual(span.from);
          expect(spans[index + 1]?.from ?? Infinity).toBeGreaterThan(Math.min(span.to, Number.MAX_VALUE));
        }
      }),
    );
  });

  it('looks into the future for what is next, and acts there if nothing happens', () => {
    fc.assert(
      fc.property(schedule, now, zone, fc.boolean(), before, before, (any, ms, place, up, ago, warned) => {
        const state: ScheduleState = {
          ...UP,
          up,
          since: ms - (ago ?? HOUR),
          warnedAt: warned === null ? null : ms - warned,
        };
        const { action, next } = decideSchedule(any, ms, place, state);
        if (next === null) return;
        expect(next.at).toBeGreaterThan(ms);
        if (action !== 'none') return;
        expect(decideSchedule(any, next.at, place, state).action).toBe(next.action);
        expect(decideSchedule(any, next.at - 1, place, state).action).toBe('none');
      }),
      { numRuns: 300 },
    );
  });

  it('starts what is down and stops or warns about what is up, never the other way round', () => {
    fc.assert(
      fc.property(schedule, now, zone, fc.boolean(), fc.boolean(), (any, ms, place, up, goingToSleep) => {
        const { action } = decideSchedule(any, ms, place, { ...UP, up, goingToSleep, since: ms - HOUR });
        expect(up ? ['none', 'warn', 'stop'] : ['none', 'start']).toContain(action);
      }),
    );
  });
});
