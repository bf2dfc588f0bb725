import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LONGEST_GAP_MS, closingOf, openingOf } from '../../../src/main/costs/interval.ts';

const T = Date.parse('2026-11-24T09:00:00Z');
const HOUR = 3_600_000;

describe('openingOf', () => {
  it.each([
    ['begins where it is said to', { sinceMs: T - HOUR, seenMs: T, previousEndMs: null }, T - HOUR, null],
    [
      'begins after the entry before it',
      { sinceMs: T - HOUR, seenMs: T, previousEndMs: T - 10 },
      T - 10,
      null,
    ],
    [
      'begins after it even when clocks went back',
      { sinceMs: T - HOUR, seenMs: T, previousEndMs: T + 10 },
      T + 10,
      null,
    ],
    ['leaves a real pause', { sinceMs: T - HOUR, seenMs: T, previousEndMs: T - 2 * HOUR }, T - HOUR, null],
    ['forgives clocks that differ a little', { sinceMs: T + 2000, seenMs: T, previousEndMs: null }, T, null],
    ['notes clocks that differ much', { sinceMs: T + HOUR, seenMs: T, previousEndMs: null }, T, /future/],
    ['notes an unknown beginning', { sinceMs: Number.NaN, seenMs: T, previousEndMs: null }, T, /unknown/],
    ['does not believe 1970', { sinceMs: 0, seenMs: T, previousEndMs: null }, T, /unknown/],
    [
      'does not count longer than a year back',
      { sinceMs: T - 2 * LONGEST_GAP_MS, seenMs: T, previousEndMs: null },
      T - LONGEST_GAP_MS,
      /one year/,
    ],
  ])('%s', (_what, report, startedMs, note) => {
    const opening = openingOf(report);
    expect(opening.startedMs).toBe(startedMs);
    expect(opening.note ?? '').toMatch(note ?? /^$/);
  });
});

describe('closingOf', () => {
  const entry = { startedMs: T, lastSeenMs: T + HOUR };

  it.each([
    [
      'ends where it is said to',
      { atMs: T + 2 * HOUR, estimated: false, note: 'why' },
      T + 2 * HOUR,
      false,
      /^why$/,
    ],
    [
      'ends before the last sighting when that was read',
      { atMs: T + 60_000, estimated: false, note: null },
      T + 60_000,
      false,
      /^$/,
    ],
    [
      'never guesses an end before the last sighting',
      { atMs: T + 60_000, estimated: true, note: null },
      T + HOUR,
      true,
      /^$/,
    ],
    ['never ends before it began', { atMs: T - 5000, estimated: false, note: null }, T, false, /^$/],
    [
      'notes an end long before the beginning',
      { atMs: T - HOUR, estimated: false, note: 'a' },
      T,
      false,
      /^a; ended before/,
    ],
    [
      'does not believe a gap of years',
      { atMs: T + 2 * LONGEST_GAP_MS, estimated: false, note: null },
      T + HOUR,
      true,
      /jumped/,
    ],
    [
      'does not believe no instant at all',
      { atMs: Number.NaN, estimated: false, note: null },
      T + HOUR,
      true,
      /unknown/,
    ],
  ])('%s', (_what, report, endedMs, estimated, note) => {
    const closing = closingOf(entry, report);
    expect([closing.endedMs, closing.estimated]).toEqual([endedMs, estimated]);
    expect(closing.note ?? '').toMatch(note);
  });

  it('gives an end between the beginning and a year after the last sighting, whatever is reported', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), fc.double(), fc.boolean(), (length, atMs, estimated) => {
        const seen = { startedMs: T, lastSeenMs: T + length };
        const { endedMs } = closingOf(seen, { atMs, estimated, note: null });
        expect(Number.isInteger(endedMs)).toBe(true);
        expect(endedMs >= T && endedMs <= seen.lastSeenMs + LONGEST_GAP_MS).toBe(true);
      }),
    );
  });
});
