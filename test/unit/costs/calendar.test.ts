import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketStarts, dayOf, monthOf, startOfDay, startOfMonth } from '../../../src/main/costs/calendar.ts';

const at = (text: string): number => Date.parse(text);
const HOUR = 3_600_000;

describe('days and months in a time zone', () => {
  it.each([
    ['UTC', '2026-11-24T00:00:00Z', '2026-11-24', '2026-11-24T00:00:00Z'],
    ['America/New_York', '2026-11-24T03:00:00Z', '2026-11-23', '2026-11-23T05:00:00Z'],
    ['Asia/Tokyo', '2026-11-24T20:00:00Z', '2026-11-25', '2026-11-24T15:00:00Z'],
    ['Asia/Kathmandu', '2026-11-24T18:20:00Z', '2026-11-25', '2026-11-24T18:15:00Z'],
    ['Pacific/Kiritimati', '2026-12-31T12:00:00Z', '2027-01-01', '2026-12-31T10:00:00Z'],
    // Berlin puts its clocks forward at 2 o'clock and back at 3.
    ['Europe/Berlin', '2026-03-29T12:00:00Z', '2026-03-29', '2026-03-28T23:00:00Z'],
    ['Europe/Berlin', '2026-10-25T12:00:00Z', '2026-10-25', '2026-10-24T22:00:00Z'],
    // Cairo puts them forward at midnight: that day begins at one o'clock.
    ['Africa/Cairo', '2026-04-24T12:00:00Z', '2026-04-24', '2026-04-23T22:00:00Z'],
    // Havana puts them back at one o'clock: midnight comes twice, the day begins with the first.
    ['America/Havana', '2026-11-01T12:00:00Z', '2026-11-01', '2026-11-01T04:00:00Z'],
  ])('in %s, %s is on %s, which began at %s', (zone, instant, day, start) => {
    expect(dayOf(at(instant), zone)).toBe(day);
    expect(startOfDay(at(instant), zone)).toBe(at(start));
  });

  it('knows days of 23 and 25 hours', () => {
    const lengthOf = (instant: string): number =>
      (startOfDay(at(instant), 'Europe/Berlin', 1) - startOfDay(at(instant), 'Europe/Berlin')) / HOUR;
    expect(['2026-03-28T12:00:00Z', '2026-03-29T12:00:00Z', '2026-10-25T12:00:00Z'].map(lengthOf)).toEqual([
      24, 23, 25,
    ]);
  });

  it('knows where months begin and end, over the end of a year', () => {
    const now = at('2026-12-31T23:30:00Z');
    expect(monthOf(now, 'Europe/Berlin')).toBe('2027-01');
    expect(startOfMonth(now, 'Europe/Berlin')).toBe(at('2026-12-31T23:00:00Z'));
    expect(startOfMonth(now, 'UTC')).toBe(at('2026-12-01T00:00:00Z'));
    expect(startOfMonth(now, 'UTC', 1)).toBe(at('2027-01-01T00:00:00Z'));
    expect(startOfMonth(at('2028-02-10T00:00:00Z'), 'UTC', 1)).toBe(at('2028-03-01T00:00:00Z'));
  });

  it('puts every instant into exactly one day', () => {
    const zones = [
      'UTC',
      'Europe/Berlin',
      'America/Havana',
      'Africa/Cairo',
      'Australia/Lord_Howe',
      'Asia/Kathmandu',
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: at('2025-01-01T00:00:00Z'), max: at('2028-01-01T00:00:00Z') }),
        fc.constantFrom(...zones),
        (ms, zone) => {
          const start = startOfDay(ms, zone);
          const next = startOfDay(ms, zone, 1);
          expect(start <= ms && ms < next).toBe(true);
          expect(dayOf(start, zone)).toBe(dayOf(ms, zone));
          expect(dayOf(start - 1, zone)).not.toBe(dayOf(ms, zone));
          expect(startOfDay(next, zone)).toBe(next);
        },
      ),
    );
  });
});

describe('bucketStarts', () => {
  it('gives hours as the zone’s clocks strike', () => {
    const iso = (ms: number): string => new Date(ms).toISOString();
    expect(bucketStarts('hour', 2, at('2026-11-24T10:20:00Z'), 'Asia/Kathmandu').map(iso)).toEqual([
      '2026-11-24T09:15:00.000Z',
      '2026-11-24T10:15:00.000Z',
    ]);
  });

  it('gives days across a change of clocks, each at its own midnight', () => {
    const starts = bucketStarts('day', 3, at('2026-10-26T08:00:00Z'), 'Europe/Berlin');
    expect(starts.map((ms) => new Date(ms).toISOString())).toEqual([
      '2026-10-23T22:00:00.000Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
  });
});
