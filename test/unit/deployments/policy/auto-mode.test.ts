import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALLOWANCE_HOURS,
  BAND,
  DWELL_MS,
  decideMode,
  type AutoFacts,
  type RunMode,
} from '../../../../src/main/deployments/policy/auto-mode.ts';
import { startUsd, type Machine } from '../../../../src/main/deployments/policy/machine-run.ts';
import type { Use } from '../../../../src/main/deployments/policy/use.ts';
import { simulateModes, type ModeLook, type ModeMachines } from '../../../support/mode-simulation.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const POD: Machine = {
  usdPerHour: 0.69,
  startMs: 3 * MINUTE,
  startBilledMs: 3 * MINUTE,
  quick: null,
  idleMs: 15 * MINUTE,
};
const SERVERLESS: Machine = {
  usdPerHour: 1.12,
  startMs: 100 * SECOND,
  startBilledMs: 60 * SECOND,
  quick: { withinMs: 10 * MINUTE, startMs: 12 * SECOND },
  idleMs: 60 * SECOND,
};
const MACHINES: ModeMachines = { pod: POD, serverless: SERVERLESS };

/** Requests of `serviceMs`, one every `everyMs`, up to `to`. */
const steady = (everyMs: number, serviceMs: number, to: number): Use[] =>
  Array.from({ length: Math.floor(to / everyMs) }, (_, index) => ({ at: index * everyMs, serviceMs }));

const facts = (uses: readonly Use[], rest: Partial<AutoFacts> = {}): AutoFacts => ({
  uses,
  now: 7 * DAY,
  ...MACHINES,
  since: 0,
  changes: [{ at: 0, to: 'pod' }],
  inFlight: 0,
  ...rest,
});

describe('decideMode', () => {
  it('stays where it is without requests, and says so', () => {
    expect(decideMode(facts([]))).toMatchObject({
      mode: 'pod',
      change: 'none',
      reason: 'no-requests',
      why: 'Stays on a pod: there are no requests yet to compare by.',
    });
  });

  it('leaves the pod for serverless when a few short requests keep it idle most of what it bills', () => {
    const { why, ...decision } = decideMode(facts(steady(2 * HOUR, 20 * SECOND, 7 * DAY)));
    expect(decision).toMatchObject({ mode: 'serverless', change: 'now', reason: 'cheaper' });
    expect(why).toBe(
      'The 84 requests of the last 7.0 days cost a pod $17.71 (25.7 h at $0.69/h, 84 starts, 4.2 h of waiting) ' +
        'and serverless $3.66 (3.3 h at $1.12/h, 84 starts, 2.3 h of waiting). Serverless saves $14.05 (79 %), ' +
        'more than the 20 % and $2.24 that a change must be worth: it changes to serverless.',
    );
  });

  it('leaves serverless for a pod when it is busy nearly all the time', () => {
    const uses = steady(2 * MINUTE, 90 * SECOND, 2 * DAY);
    const decision = decideMode(facts(uses, { now: 2 * DAY, changes: [{ at: 0, to: 'serverless' }] }));
    expect(decision).toMatchObject({ mode: 'pod', change: 'now', reason: 'cheaper' });
    expect(decision.numbers.breakEvenPercent).toBeCloseTo((0.69 / 1.12) * 100, 10);
  });

  it('waits for the requests in flight', () => {
    const uses = steady(2 * HOUR, 20 * SECOND, 7 * DAY);
    expect(decideMode(facts(uses, { inFlight: 2 }))).toMatchObject({
      mode: 'serverless',
      change: 'after-requests',
    });
  });

  it('is worth neither a few cents nor a few per cent', () => {
    const soon = decideMode(facts(steady(2 * HOUR, 20 * SECOND, DAY / 2), { now: DAY / 2 }));
    expect(soon).toMatchObject({ change: 'none', reason: 'not-worth-it' });
    expect(soon.numbers.savingUsd).toBeLessThan(soon.numbers.thresholdUsd);
    const near = { ...SERVERLESS, usdPerHour: 0.6, idleMs: POD.idleMs };
    const alike = decideMode(facts(steady(20 * MINUTE, 5 * MINUTE, 7 * DAY), { serverless: near }));
    expect(alike.numbers.savingUsd).toBeGreaterThan(alike.numbers.thresholdUsd);
    expect(alike).toMatchObject({ change: 'none', reason: 'not-worth-it' });
    expect(alike.why).toContain('less than the 20 % and $1.38 that a change must be worth');
  });

  it('stays for a day after a change, and looks no further back than to it', () => {
    const uses = steady(2 * HOUR, 20 * SECOND, 9 * DAY);
    const always = { ...POD, idleMs: Number.POSITIVE_INFINITY };
    const changed = 7 * DAY;
    const at = (now: number) =>
      decideMode(
        facts(uses, {
          now,
          pod: always,
          changes: [
            { at: 0, to: 'serverless' },
            { at: changed, to: 'pod' },
          ],
        }),
      );
    expect(at(changed + DWELL_MS - HOUR)).toMatchObject({ change: 'none', reason: 'too-soon' });
    expect(at(changed + DWELL_MS)).toMatchObject({ mode: 'serverless', change: 'now' });
    expect(at(changed + DWELL_MS).numbers.window.from).toBe(changed);
  });

  it('no longer follows a load that turned against it time after time', () => {
    const always = { ...POD, idleMs: Number.POSITIVE_INFINITY };
    const changes: AutoFacts['changes'] = [
      { at: 0, to: 'pod' },
      { at: 2 * DAY, to: 'serverless' },
      { at: 4 * DAY, to: 'pod' },
    ];
    // Busy exactly while it was on serverless, silent while it paid for a pod.
    const uses = steady(MINUTE, MINUTE, 2 * DAY).map((use) => ({ ...use, at: use.at + 2 * DAY }));
    const decision = decideMode(facts(uses, { now: 6 * DAY, pod: always, changes }));
    expect(decision).toMatchObject({ mode: 'pod', change: 'none', reason: 'not-allowed' });
    expect(decision.why).toContain('it stays on a pod until the next month begins');
  });
});

const usd = fc.double({ min: 0.2, max: 8, noNaN: true });
const machines = fc
  .record({
    podUsd: usd,
    factor: fc.double({ min: 0.7, max: 4, noNaN: true }),
    podStart: fc.integer({ min: 20, max: 1200 }),
    coldStart: fc.integer({ min: 5, max: 600 }),
    coldShare: fc.double({ min: 0, max: 1, noNaN: true }),
    podIdle: fc.option(fc.integer({ min: 1, max: 240 }), { nil: Number.POSITIVE_INFINITY }),
    workerIdle: fc.integer({ min: 1, max: 3600 }),
    flash: fc.boolean(),
  })
  .map((parts): ModeMachines => ({
    pod: {
      usdPerHour: parts.podUsd,
      startMs: parts.podStart * SECOND,
      startBilledMs: parts.podStart * SECOND,
      quick: null,
      idleMs: parts.podIdle * MINUTE,
    },
    serverless: {
      usdPerHour: parts.podUsd * parts.factor,
      startMs: parts.coldStart * SECOND,
      startBilledMs: parts.coldStart * SECOND * parts.coldShare,
      quick: parts.flash ? { withinMs: 30 * MINUTE, startMs: (parts.coldStart * SECOND) / 10 } : null,
      idleMs: parts.workerIdle * SECOND,
    },
  }));
const begins = fc.constantFrom<RunMode>('pod', 'serverless');

describe('on constant load', () => {
  it('never flips: it changes once at most, to the mode that is cheaper, and never away from it', () => {
    fc.assert(
      fc.property(
        machines,
        begins,
        fc.integer({ min: 5 * 60, max: 12 * 3600 }),
        fc.integer({ min: 1, max: 900 }),
        (pair, first, everySeconds, serviceSeconds) => {
          const to = 10 * DAY;
          const uses = steady(everySeconds * SECOND, serviceSeconds * SECOND, to);
          const result = simulateModes(
            { machines: pair, begins: first, from: 0, to, lookEveryMs: 3 * HOUR },
            (from, until) => uses.filter((use) => use.at >= from && use.at < until),
          );
          expect(result.changes.length).toBeLessThanOrEqual(2);
          const { podUsd, serverlessUsd } = result.looks.at(-1) ?? { podUsd: 0, serverlessUsd: 0 };
          const last = result.changes.at(-1)?.to;
          const changedTo = last === 'pod' ? podUsd : serverlessUsd;
          const changedFrom = last === 'pod' ? serverlessUsd : podUsd;
          expect(result.changes.length === 1 || changedTo < changedFrom).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});

/** What was paid beyond the promise: both pure modes, the band and the allowance; one start is the model's grain. */
function worstExcess({ pod, serverless }: ModeMachines, looks: readonly ModeLook[]): number {
  const dearer = Math.max(pod.usdPerHour, serverless.usdPerHour);
  const grain = startUsd(pod) + startUsd(serverless);
  const excess = looks.map(
    ({ paidUsd, podUsd, serverlessUsd }) =>
      paidUsd - (1 + BAND) * Math.max(podUsd, serverlessUsd) - ALLOWANCE_HOURS * dearer - grain,
  );
  return Math.max(...excess);
}

describe('over any requests', () => {
  const phase = fc.record({
    hours: fc.integer({ min: 6, max: 120 }),
    /** Mean minutes between requests, from crowded to lonely. */
    gap: fc.integer({ min: 0, max: 8 }).map((step) => 5 * 2 ** step),
    serviceSeconds: fc.integer({ min: 1, max: 600 }),
  });

  it('never costs more than both pure modes by more than the hysteresis band', () => {
    fc.assert(
      fc.property(
        machines,
        begins,
        fc.array(phase, { minLength: 1, maxLength: 6 }),
        fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 50, maxLength: 50 }),
        (pair, first, phases, draws) => {
          const uses: Use[] = [];
          let from = 0;
          for (const { hours, gap, serviceSeconds } of phases) {
            const end = from + hours * HOUR;
            for (let at = from; at < end;) {
              uses.push({ at, serviceMs: serviceSeconds * SECOND });
              at += Math.max(1, -Math.log(draws[uses.length % draws.length] ?? 0.5)) * gap * MINUTE;
            }
            from = end;
          }
          const result = simulateModes(
            { machines: pair, begins: first, from: 0, to: from, lookEveryMs: 3 * HOUR },
            (begin, until) => uses.filter((use) => use.at >= begin && use.at < until),
          );
          expect(worstExcess(pair, result.looks)).toBeLessThanOrEqual(0);
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);

  it('not even when an adversary sees the mode and sends what is dear in it, for a month', () => {
    fc.assert(
      fc.property(machines, begins, (pair, first) => {
        const result = simulateModes(
          { machines: pair, begins: first, from: 0, to: 30 * DAY, lookEveryMs: 2 * HOUR },
          (from, until, mode) =>
            mode === 'pod'
              ? [{ at: from, serviceMs: SECOND }]
              : steady(5 * MINUTE, 5 * MINUTE - 1, until - from).map((use) => ({
                  ...use,
                  at: use.at + from,
                })),
        );
        expect(worstExcess(pair, result.looks)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 20 },
    );
  }, 60_000);

  it('follows a load that changes for good, and saves by it', () => {
    const office = steady(3 * MINUTE, 2 * MINUTE, 10 * DAY);
    const rare = Array.from({ length: 60 }, (_, n) => ({
      at: 10 * DAY + n * 4 * HOUR,
      serviceMs: 10 * SECOND,
    }));
    const uses = [...office, ...rare];
    const result = simulateModes(
      { machines: MACHINES, begins: 'serverless', from: 0, to: 20 * DAY, lookEveryMs: HOUR },
      (from, until) => uses.filter((use) => use.at >= from && use.at < until),
    );
    expect(result.changes.map(({ to }) => to)).toEqual(['serverless', 'pod', 'serverless']);
    const { paidUsd, podUsd, serverlessUsd } = result.looks.at(-1) ?? {
      paidUsd: 0,
      podUsd: 0,
      serverlessUsd: 0,
    };
    expect(paidUsd).toBeLessThan(Math.min(podUsd, serverlessUsd));
  });
});
