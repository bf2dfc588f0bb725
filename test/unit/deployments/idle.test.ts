import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idlePlan, type IdleFacts } from '../../../src/main/deployments/idle.ts';

const minute = 60_000;
const facts: IdleFacts = {
  policy: 'fixed',
  minutes: 15,
  inFlight: 0,
  readyAt: 0,
  lastRequestAt: null,
  keepAliveUntil: null,
  warnedAt: null,
  warningMs: 2 * minute,
  now: 0,
};

describe('when an idle deployment stops (SPEC 3.9)', () => {
  it.each([
    ['after it became ready', {}, { warnAt: 13, stopsAt: 15 }],
    ['after the end of the last request', { lastRequestAt: 10 * minute }, { warnAt: 23, stopsAt: 25 }],
    ['kept alive beyond that', { keepAliveUntil: 60 * minute }, { warnAt: 58, stopsAt: 60 }],
    ['kept alive for less than that', { keepAliveUntil: 5 * minute }, { warnAt: 13, stopsAt: 15 }],
    ['with a short policy the warning is shorter', { minutes: 1 }, { warnAt: 0.5, stopsAt: 1 }],
    ['warned in time', { now: 14 * minute, warnedAt: 13 * minute }, { warnAt: 13, stopsAt: 15 }],
    [
      'slept through the warning: a whole one is still given',
      { now: 600 * minute },
      { warnAt: 13, stopsAt: 602 },
    ],
    ['warned late', { now: 601 * minute, warnedAt: 600 * minute }, { warnAt: 13, stopsAt: 602 }],
  ])('%s', (_, more, expected) => {
    const plan = idlePlan({ ...facts, ...more });
    expect(plan).toEqual({ warnAt: expected.warnAt * minute, stopsAt: expected.stopsAt * minute });
  });

  it('does not stop while a request is in flight, or when idleness is off', () => {
    expect(idlePlan({ ...facts, inFlight: 1 })).toBeNull();
    expect(idlePlan({ ...facts, policy: 'off' })).toBeNull();
  });

  it('never stops sooner than the minutes after the last request, nor without a warning', () => {
    const ms = fc.integer({ min: 0, max: 10_000 * minute });
    fc.assert(
      fc.property(
        ms,
        fc.option(ms),
        fc.option(ms),
        fc.option(ms),
        ms,
        fc.integer({ min: 1, max: 1440 }),
        (readyAt, lastRequestAt, keepAliveUntil, warnedAt, now, minutes) => {
          const plan = idlePlan({
            ...facts,
            readyAt,
            lastRequestAt,
            keepAliveUntil,
            warnedAt,
            now,
            minutes,
          });
          if (plan === null) throw new Error('it is idle');
          expect(plan.stopsAt).toBeGreaterThanOrEqual(
            Math.max(readyAt, lastRequestAt ?? 0) + minutes * minute,
          );
          expect(plan.stopsAt).toBeGreaterThanOrEqual(keepAliveUntil ?? 0);
          expect(plan.stopsAt - (warnedAt ?? Math.max(now, plan.warnAt))).toBeGreaterThanOrEqual(
            Math.min(2 * minute, (minutes * minute) / 2),
          );
        },
      ),
    );
  });
});
