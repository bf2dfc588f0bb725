import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  TRUST,
  computeIdle,
  type ComputedIdleFacts,
} from '../../../../src/main/deployments/policy/computed-idle.ts';
import { gapsOf, usesOf, type Use } from '../../../../src/main/deployments/policy/use.ts';
import { SAMPLE_NOW, sampleRequest } from '../../../support/samples.ts';

const MINUTE = 60_000;

/** Requests of ten seconds with these pauses between them, in minutes. */
function usesWith(gapMinutes: readonly number[]): Use[] {
  let at = 0;
  return [0, ...gapMinutes].map((gap) => {
    at += gap * MINUTE;
    const use = { at, serviceMs: 10_000 };
    at += use.serviceMs;
    return use;
  });
}

const times = (count: number, minutes: number): number[] => Array.from({ length: count }, () => minutes);
const facts = (gapMinutes: readonly number[], rest: Partial<ComputedIdleFacts> = {}): ComputedIdleFacts => ({
  uses: usesWith(gapMinutes),
  usdPerHour: 0.69,
  bootMs: 3 * MINUTE,
  fixedMinutes: 15,
  ...rest,
});

describe('computeIdle', () => {
  it('stays up over the pauses of work and stops after the last of them', () => {
    const { why, ...rest } = computeIdle(facts([...times(40, 12), ...times(10, 300)]));
    expect(rest).toMatchObject({ minutes: 12, from: 'gaps', gaps: 50, bridgedPercent: 80 });
    expect(why).toBe(
      'Stops after 12 min: 80 % of your last 50 pauses were shorter, and a start of 3.0 min costs $0.28 ' +
        '($0.69/h for the hardware, $5.00/h for the wait), as much as 25 min of idling.',
    );
  });

  it('stops soon where pauses are either short or hopeless', () => {
    expect(computeIdle(facts([...times(40, 2), ...times(20, 600)])).minutes).toBe(9);
  });

  it('falls back to the fixed minutes with too few pauses, or without a price', () => {
    expect(computeIdle(facts(times(19, 12)))).toMatchObject({
      minutes: 15,
      from: 'fixed',
      why: 'Stops after the fixed 15 min: 19 of the 20 pauses that are needed to compute from were seen so far.',
    });
    expect(computeIdle(facts(times(40, 12), { usdPerHour: 0 }))).toMatchObject({
      minutes: 15,
      from: 'fixed',
      why: 'Stops after the fixed 15 min: its price is not known.',
    });
  });

  it('does not count the moments between the requests of one piece of work as pauses', () => {
    expect(computeIdle(facts(times(500, 0.5)))).toMatchObject({ from: 'fixed', gaps: 0 });
  });

  it('forgets what is long ago', () => {
    const lately = times(500, 20);
    expect(computeIdle(facts([...times(500, 70), ...lately]))).toEqual(computeIdle(facts(lately)));
  });
});

const gapMinutes = fc.array(fc.double({ min: 1, max: 1400, noNaN: true }), { minLength: 20, maxLength: 120 });
const price = fc.double({ min: 0.05, max: 40, noNaN: true });
const boot = fc.integer({ min: 5, max: 1800 }).map((seconds) => seconds * 1000);
const waiting = fc.double({ min: 0, max: 60, noNaN: true });

describe('for any pauses', () => {
  it('waits longer the longer a start takes and the dearer waiting is, and shorter the dearer the hardware', () => {
    const more = fc.double({ min: 1, max: 5, noNaN: true });
    fc.assert(
      fc.property(
        gapMinutes,
        price,
        boot,
        waiting,
        more,
        (gaps, usdPerHour, bootMs, waitingUsdPerHour, by) => {
          const minutes = (changed: Partial<ComputedIdleFacts>): number =>
            computeIdle(facts(gaps, { usdPerHour, bootMs, waitingUsdPerHour, ...changed })).minutes;
          const now = minutes({});
          expect(minutes({ bootMs: bootMs * by })).toBeGreaterThanOrEqual(now);
          expect(minutes({ waitingUsdPerHour: waitingUsdPerHour * by })).toBeGreaterThanOrEqual(now);
          expect(minutes({ usdPerHour: usdPerHour * by })).toBeLessThanOrEqual(now);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('costs no more over those pauses than the break-even or any other idle time that is allowed', () => {
    const other = fc.double({ min: 1 / TRUST, max: TRUST, noNaN: true });
    fc.assert(
      fc.property(gapMinutes, price, boot, other, (gaps, usdPerHour, bootMs, factor) => {
        const input = facts(gaps, { usdPerHour, bootMs });
        const { minutes, breakEvenMinutes } = computeIdle(input);
        const cost = (idle: number): number =>
          gapsOf(input.uses).reduce(
            (sum, gap) => sum + (gap <= idle * MINUTE ? gap / MINUTE : idle + breakEvenMinutes),
            0,
          );
        // Whole minutes: each pause may be paid up to a minute longer.
        expect(cost(minutes)).toBeLessThanOrEqual(cost(breakEvenMinutes * factor) + gaps.length + 1e-6);
      }),
      { numRuns: 500 },
    );
  });

  it('never costs more than its trust allows beside perfect foresight, whatever the pauses turn into', () => {
    fc.assert(
      fc.property(gapMinutes, gapMinutes, price, boot, (learned, then, usdPerHour, bootMs) => {
        const { minutes, breakEvenMinutes } = computeIdle(facts(learned, { usdPerHour, bootMs }));
        const pays = then.map((gap) => (gap <= minutes ? gap : minutes + breakEvenMinutes));
        const best = then.map((gap) => Math.min(gap, breakEvenMinutes));
        const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
        expect(sum(pays)).toBeLessThanOrEqual((1 + TRUST) * sum(best) + then.length + 1e-6);
      }),
      { numRuns: 500 },
    );
  });
});

describe('usesOf', () => {
  it('gives arrivals and busy times of the requests that needed hardware, in order', () => {
    const at = (minutes: number): string => new Date(SAMPLE_NOW + minutes * MINUTE).toISOString();
    const base = { ...sampleRequest(), cache: 'miss' as const, outcome: 'ok' as const, status: 200 };
    const records = [
      { ...base, id: 'woke', at: at(5), totalMs: 240_000, queueMs: 180_000, woke: true },
      { ...base, id: 'hit', at: at(1), cache: 'hit' as const },
      { ...base, id: 'shared', at: at(1), cache: 'coalesced' as const },
      { ...base, id: 'refused', at: at(1), outcome: 'error' as const, status: 401 },
      { ...base, id: 'first', at: at(0), totalMs: 30_000, queueMs: 0 },
      {
        ...base,
        id: 'no-start',
        at: at(9),
        outcome: 'error' as const,
        status: 503,
        totalMs: 60_000,
        queueMs: 60_000,
      },
    ];
    expect(usesOf(records)).toEqual([
      { at: SAMPLE_NOW - 30_000, serviceMs: 30_000 },
      { at: SAMPLE_NOW + MINUTE, serviceMs: 60_000 },
      { at: SAMPLE_NOW + 8 * MINUTE, serviceMs: 0 },
    ]);
  });

  it('finds no gap where requests overlap', () => {
    const uses = [
      { at: 0, serviceMs: 100 },
      { at: 50, serviceMs: 10 },
      { at: 90, serviceMs: 30 },
      { at: 150, serviceMs: 1 },
    ];
    expect(gapsOf(uses)).toEqual([30]);
  });
});
