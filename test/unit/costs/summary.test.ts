import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Interval, Share } from '../../../src/main/costs/ledger.ts';
import { buildPoints } from '../../../src/main/costs/series.ts';
import { UNATTRIBUTED, buildCostSummary, type Surroundings } from '../../../src/main/costs/summary.ts';
import { costKindSchema, costSummarySchema } from '../../../src/shared/model.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const HOUR = 3_600_000;

const around: Surroundings = {
  nowMs: NOW,
  zone: 'UTC',
  simulated: true,
  restUsdPerMonth: 0,
  meteredRestUsdPerMonth: 0,
  accountUsdPerHour: null,
  balanceUsd: 20,
  atRisk: [{ name: 'coder', kind: 'pod', hasNetworkVolume: false }],
  unattended: { usd: 0.35, until: '2026-11-24T12:30:00.000Z', excludes: ['tax'] },
  reconciliation: null,
};

const kinds = fc.constantFrom(...costKindSchema.options);
const ids = fc.constantFrom('dep_1', 'dep_2', 'dep_3', null);
const shares = fc.array(
  fc.record({ deploymentId: ids, kind: kinds, usd: fc.double({ min: -1, max: 100, noNaN: true }) }),
  { maxLength: 30 },
);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('buildCostSummary', () => {
  it('shows rates, sums, forecast and runway', () => {
    const share = (usd: number): Share => ({ deploymentId: 'dep_1', kind: 'compute', usd });
    const summary = buildCostSummary(around, {
      today: [share(1)],
      month: [share(10), { deploymentId: null, kind: 'disk', usd: 2 }],
      total: [share(30), { deploymentId: null, kind: 'disk', usd: 2 }],
      trailing: [share(7)],
      trailingMs: 7 * 24 * HOUR,
      rates: [{ deploymentId: 'dep_1', usdPerHour: 0.5 }],
      names: new Map([['dep_1', 'coder']]),
    });
    expect(costSummarySchema.parse(summary)).toEqual({
      simulated: true,
      asOf: '2026-11-24T12:00:00.000Z',
      nowUsdPerHour: 0.5,
      restUsdPerMonth: 0,
      todayUsd: 1,
      monthUsd: 12,
      totalUsd: 32,
      forecastMonthUsd: 12 + 6.5,
      balanceUsd: 20,
      runwayHours: 40,
      atZero: { deleted: ['coder'], stopped: [], maybeDeletedLater: [] },
      unattended: around.unattended,
      byDeployment: [
        { deploymentId: 'dep_1', name: 'coder', nowUsdPerHour: 0.5, todayUsd: 1, monthUsd: 10, totalUsd: 30 },
        { deploymentId: null, name: UNATTRIBUTED, nowUsdPerHour: 0, todayUsd: 0, monthUsd: 2, totalUsd: 2 },
      ],
      byKind: { compute: 10, disk: 2, volume: 0, serverless: 0, tokens: 0, adjustment: 0 },
      reconciliation: null,
    });
  });

  const idle = { today: [], month: [], total: [], trailing: [], trailingMs: 7 * 24 * HOUR, names: new Map() };

  it('forecasts with what the ledger keeps account of, and shows all that rests; not read is not nothing', () => {
    const summary = (rest: number | null, metered: number) =>
      buildCostSummary(
        { ...around, restUsdPerMonth: rest, meteredRestUsdPerMonth: metered },
        { ...idle, rates: [] },
      );
    const monthEnd = (6.5 * 24) / 730;
    expect(summary(14, 7)).toMatchObject({
      restUsdPerMonth: 14,
      forecastMonthUsd: expect.closeTo(7 * monthEnd, 9),
    });
    expect(summary(null, 0).restUsdPerMonth).toBeNull();
  });

  it('counts the runway by what the whole account spends, where RunPod tells', () => {
    const rates = [{ deploymentId: 'dep_1', usdPerHour: 0.5 }];
    const hours = (accountUsdPerHour: number | null): number | null =>
      buildCostSummary({ ...around, accountUsdPerHour }, { ...idle, rates }).runwayHours;
    expect(hours(null)).toBe(40);
    expect(hours(2)).toBe(10);
    // What RunPod tells is minutes old.
    expect(hours(0)).toBe(40);
  });

  it('has parts that add up to the whole', () => {
    fc.assert(
      fc.property(shares, shares, shares, (today, month, total) => {
        // What was spent today or this month was also spent in total.
        const all = [...total, ...month, ...today];
        const summary = buildCostSummary(around, {
          today,
          month: [...month, ...today],
          total: all,
          trailing: month,
          trailingMs: HOUR,
          rates: [],
          names: new Map(),
        });
        const lines = summary.byDeployment;
        expect(sum(lines.map((line) => line.todayUsd))).toBeCloseTo(summary.todayUsd, 6);
        expect(sum(lines.map((line) => line.monthUsd))).toBeCloseTo(summary.monthUsd, 6);
        expect(sum(lines.map((line) => line.totalUsd))).toBeCloseTo(summary.totalUsd, 6);
        expect(sum(Object.values(summary.byKind))).toBeCloseTo(summary.monthUsd, 6);
      }),
    );
  });

  it('shows a deployment that bills but has spent nothing yet', () => {
    const summary = buildCostSummary(around, {
      today: [],
      month: [],
      total: [],
      trailing: [],
      trailingMs: 0,
      rates: [{ deploymentId: 'dep_9', usdPerHour: 1 }],
      names: new Map(),
    });
    expect(summary.byDeployment).toMatchObject([{ deploymentId: 'dep_9', name: 'dep_9', nowUsdPerHour: 1 }]);
  });
});

describe('buildPoints', () => {
  const intervals = fc.array(
    fc
      .record({
        deploymentId: ids,
        kind: kinds,
        start: fc.integer({ min: -5 * HOUR, max: 5 * HOUR }),
        length: fc.integer({ min: 0, max: 8 * HOUR }),
        usdPerHour: fc.double({ min: 0, max: 10, noNaN: true }),
      })
      .map((made): Interval => ({
        deploymentId: made.deploymentId,
        deploymentName: made.deploymentId,
        kind: made.kind,
        startedMs: NOW + made.start,
        endedMs: NOW + made.start + made.length,
        usdPerHour: made.usdPerHour,
        usd: 0,
      })),
    { maxLength: 20 },
  );

  it('gives each moment of money to one bucket', () => {
    fc.assert(
      fc.property(intervals, (found) => {
        const starts = [-6, -4, -3, 0, 2].map((hours) => NOW + hours * HOUR);
        const points = buildPoints(found, starts, NOW + 20 * HOUR);
        const whole = sum(found.map((one) => (one.usdPerHour * (one.endedMs - one.startedMs)) / HOUR));
        expect(sum(points.flatMap((point) => Object.values(point.byKind)))).toBeCloseTo(whole, 6);
        expect(sum(points.flatMap((point) => Object.values(point.byDeployment)))).toBeCloseTo(whole, 6);
      }),
    );
  });

  it('keeps empty buckets, and names what has no deployment', () => {
    const one: Interval = {
      deploymentId: null,
      deploymentName: null,
      kind: 'tokens',
      startedMs: NOW + 10,
      endedMs: NOW + 10,
      usdPerHour: 0,
      usd: 0.5,
    };
    expect(buildPoints([one], [NOW - HOUR, NOW], NOW + HOUR).map((point) => point.byDeployment)).toEqual([
      {},
      { [UNATTRIBUTED]: 0.5 },
    ]);
  });
});
