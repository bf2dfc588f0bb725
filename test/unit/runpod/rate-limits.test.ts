import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { RateGate, readSpacingMs } from '../../../src/main/runpod/rate-gate.ts';
import { parseRateHeaders, parseRetryAfter } from '../../../src/main/runpod/rate-headers.ts';
import { settled } from './scripted-fetch.ts';

const NEVER = new AbortController().signal;
const window = (left: number, resetSeconds: number, quota: number | null = null, name = 'minute') => ({
  name,
  left,
  resetSeconds,
  quota,
});

describe('parseRateHeaders', () => {
  it('reads the form of the document', () => {
    expect(
      parseRateHeaders(
        '"minute";r=0;t=12, "hour";r=2800;t=1812, "day";r=49500;t=45012',
        '"minute";q=60;w=60, "hour";q=3000;w=3600, "day";q=50000;w=86400',
      ),
    ).toEqual([window(0, 12, 60), window(2800, 1812, 3000, 'hour'), window(49500, 45012, 50000, 'day')]);
  });

  it.each([
    ['one window', '"minute";r=3;t=4', '"minute";q=9;w=60', [window(3, 4, 9)]],
    ['no policy', '"minute";r=3;t=4', null, [window(3, 4)]],
    ['parameters the other way round', '"minute";t=4;r=3', null, [window(3, 4)]],
    ['other parameters', '"minute";pk=:YWJj:;r=3;t=4;x', null, [window(3, 4)]],
    [
      'bare names and spaces',
      'minute ; r=3 ; t=4,hour;r=1;t=2',
      null,
      [window(3, 4), window(1, 2, null, 'hour')],
    ],
    ['separators inside a name', '"a,b;c";r=3;t=4', null, [window(3, 4, null, 'a,b;c')]],
    ['a member without the numbers', '"minute";r=3, "hour";r=1;t=2', null, [window(1, 2, null, 'hour')]],
    ['no header', null, null, []],
    ['another draft', 'limit=100, remaining=50, reset=50', null, []],
    ['nonsense', ';;,,"=', null, []],
    ['an endless header', `"minute";r=3;t=4, ${'x'.repeat(5000)}`, null, []],
  ])('reads %s', (_, limit, policy, expected) => {
    expect(parseRateHeaders(limit, policy)).toEqual(expected);
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (limit, policy) => {
        for (const { left, resetSeconds } of parseRateHeaders(limit, policy)) {
          expect(left).toBeGreaterThanOrEqual(0);
          expect(resetSeconds).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });

  it('reads any number and order of windows', () => {
    const windows = fc.uniqueArray(
      fc.record({
        name: fc.stringMatching(/^[a-z]{1,8}$/),
        left: fc.nat(),
        resetSeconds: fc.nat(),
        quota: fc.nat(),
      }),
      { selector: ({ name }) => name, maxLength: 8 },
    );
    fc.assert(
      fc.property(windows, (list) => {
        const limit = list.map((w) => `"${w.name}";r=${w.left};t=${w.resetSeconds}`).join(', ');
        const policy = list
          .map((w) => `"${w.name}";q=${w.quota};w=1`)
          .toReversed()
          .join(',');
        expect(parseRateHeaders(limit, policy)).toEqual(list);
      }),
    );
  });
});

describe('parseRetryAfter', () => {
  const now = Date.UTC(2026, 10, 24, 9, 0, 0);
  it.each([
    [null, undefined],
    ['12', 12],
    [' 0 ', 0],
    ['1.2', 2],
    ['Tue, 24 Nov 2026 09:00:30 GMT', 30],
    ['Tue, 24 Nov 2026 08:00:00 GMT', 0],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
  ])('%s', (value, expected) => {
    expect(parseRetryAfter(value, now)).toBe(expected);
  });
});

describe('readSpacingMs', () => {
  it.each([
    ['no windows', [], 0],
    ['plenty', [window(59, 60, 60)], 0],
    ['just above the reserve', [window(7, 60, 60)], 0],
    ['the reserve', [window(6, 60, 60)], 10_000],
    ['the last one', [window(1, 12, 60)], 12_000],
    ['none left: waited for, not spread', [window(0, 12, 60)], 0],
    ['an unknown quota', [window(5, 60)], 12_000],
    ['the tightest window counts', [window(6, 60, 60), window(100, 1800, 3000, 'hour')], 18_000],
  ])('%s', (_, windows, expected) => {
    expect(readSpacingMs(windows)).toBe(expected);
  });
});

describe('RateGate', () => {
  function gate(): { clock: ManualClock; gate: RateGate } {
    const clock = new ManualClock();
    return { clock, gate: new RateGate(clock) };
  }

  it('trap 32: spreads reads when little is left, before any 429', async () => {
    const { clock, gate: it } = gate();
    it.learn([window(3, 30, 60)]);
    await it.enterRead(NEVER);
    const second = settled(it.enterRead(NEVER));
    const third = settled(it.enterRead(NEVER));
    await clock.advance(9_999);
    expect([second.state(), third.state()]).toEqual(['waiting', 'waiting']);
    await clock.advance(1);
    expect([second.state(), third.state()]).toEqual(['done', 'waiting']);
    await clock.advance(10_000);
    expect(third.state()).toBe('done');
  });

  it('lets reads go at once while there is plenty or nothing is known', async () => {
    const { clock, gate: it } = gate();
    await it.enterRead(NEVER);
    it.learn([window(50, 30, 60)]);
    await it.enterRead(NEVER);
    await it.enterRead(NEVER);
    expect(clock.pendingTimers).toBe(0);
  });

  it('waits out a window that is used up', async () => {
    const { clock, gate: it } = gate();
    it.learn([window(0, 12, 60)]);
    const reads = [settled(it.enterRead(NEVER)), settled(it.enterRead(NEVER)), settled(it.enterRead(NEVER))];
    await clock.advance(11_999);
    expect(reads.map((read) => read.state())).toEqual(['waiting', 'waiting', 'waiting']);
    await clock.advance(1);
    expect(reads.map((read) => read.state())).toEqual(['done', 'done', 'done']);
  });

  it('says when to come back instead of holding a call for an hour', async () => {
    const { gate: it } = gate();
    it.learn([window(0, 1812, 3000, 'hour')]);
    await expect(it.enterRead(NEVER)).rejects.toMatchObject({
      code: 'runpod_rate_limited',
      retryAfterSeconds: 1812,
    });
  });

  it('rests after a 429, and no longer than new evidence asks for', async () => {
    const { clock, gate: it } = gate();
    it.block(20);
    const read = settled(it.enterRead(NEVER));
    await clock.advance(19_999);
    expect(read.state()).toBe('waiting');
    await clock.advance(1);
    expect(read.state()).toBe('done');
    it.block(20);
    it.learn([window(59, 60, 60)]);
    await it.enterRead(NEVER);
  });

  it('stops waiting when the caller leaves', async () => {
    const { clock, gate: it } = gate();
    const controller = new AbortController();
    it.block(20);
    const read = it.enterRead(controller.signal);
    controller.abort();
    await expect(read).rejects.toMatchObject({ name: 'AbortError' });
    expect(clock.pendingTimers).toBe(0);
  });

  it('tells the state of the windows as time passes', async () => {
    const { clock, gate: it } = gate();
    it.learn([window(3, 30, 60), window(2000, 1800, 3000, 'hour')]);
    await clock.advance(29_000);
    expect(it.rates().windows).toEqual([
      { name: 'minute', left: 3, resetSeconds: 1 },
      { name: 'hour', left: 2000, resetSeconds: 1771 },
    ]);
    await clock.advance(1_000);
    expect(it.rates().windows).toEqual([{ name: 'hour', left: 2000, resetSeconds: 1770 }]);
  });

  it('counts the time a laptop slept', async () => {
    const { clock, gate: it } = gate();
    it.learn([window(0, 1800, 3000, 'hour')]);
    it.block(1800);
    await clock.sleepMachine(1_800_000);
    await it.enterRead(NEVER);
    expect(it.rates().windows).toEqual([]);
  });

  it('is not held up by a wall clock set back', async () => {
    const { clock, gate: it } = gate();
    it.learn([window(0, 30, 60)]);
    clock.jumpWall(-3_600_000);
    await clock.advance(30_000);
    await it.enterRead(NEVER);
    expect(clock.pendingTimers).toBe(0);
  });
});
