import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createLedger } from '../../../src/main/costs/sqlite-ledger.ts';
import { costSeries } from '../../../src/main/costs/series.ts';
import { costSummary } from '../../../src/main/costs/summary.ts';
import type { CostLedger, Meter } from '../../../src/main/costs/ledger.ts';
import { openDb } from '../../../src/main/platform/db.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { seededRandom, systemRandom } from '../../../src/main/platform/random.ts';
import { costSeriesSchema, costSummarySchema } from '../../../src/shared/model.ts';
import { tempDir } from '../../support/temp.ts';

const T = Date.parse('2026-11-24T09:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

function open(path = ':memory:'): { ledger: CostLedger; close: () => void } {
  const db = openDb(path);
  onTestFinished(() => db.close());
  return { ledger: createLedger({ db, ids: randomIds(systemRandom) }), close: () => db.close() };
}

const pod = (usdPerHour: number, extra: Partial<Meter> = {}): Meter => ({
  resourceId: 'pod1',
  deploymentId: 'dep_1',
  deploymentName: 'coder',
  kind: 'compute',
  usdPerHour,
  ...extra,
});
const read = { estimated: false };

describe('the ledger', () => {
  it('changes its rate when that is known to have changed, never before it was last seen at the old one', () => {
    const change = (changedMs: number | undefined): number => {
      const { ledger } = open();
      ledger.observe(pod(1), T, T);
      ledger.observe(pod(1), T, T + HOUR);
      ledger.observe(pod(3), T, T + 2 * HOUR, changedMs);
      return ledger.spent({}, T, T + 2 * HOUR);
    };
    expect(change(undefined)).toBeCloseTo(2, 9);
    expect(change(T + 1.5 * HOUR)).toBeCloseTo(1.5 + 1.5, 9);
    expect(change(T)).toBeCloseTo(1 + 3, 9);
    expect(change(T + 9 * HOUR)).toBeCloseTo(2, 9);
  });

  it('counts a pod by the second from its beginning, while it runs and once it has ended', () => {
    const { ledger } = open();
    ledger.observe(pod(3.6), T, T + 5000);
    expect(ledger.spent({}, 0, T + 10_000)).toBeCloseTo(0.01, 10);
    ledger.close('pod1', 'compute', T + 20_000, { ...read, note: 'idle' });
    ledger.close('pod1', 'compute', T + 90_000, read);
    expect(ledger.spent({}, 0, T + HOUR)).toBeCloseTo(0.02, 10);
    expect(ledger.entries({ limit: 10 }, T + HOUR)).toEqual([
      {
        id: expect.stringMatching(/^led_/),
        deploymentId: 'dep_1',
        deploymentName: 'coder',
        resourceId: 'pod1',
        kind: 'compute',
        startedAt: '2026-11-24T09:00:00.000Z',
        endedAt: '2026-11-24T09:00:20.000Z',
        usdPerHour: 3.6,
        usd: expect.closeTo(0.02, 10),
        estimated: false,
        note: 'idle',
      },
    ]);
    expect(ledger.open()).toEqual([]);
  });

  it('keeps one open entry a resource and kind however often it is seen', () => {
    const { ledger } = open();
    for (let minute = 0; minute < 30; minute++) ledger.observe(pod(1), T, T + minute * MINUTE);
    ledger.observe(pod(0.01, { kind: 'disk' }), T, T);
    expect(ledger.open()).toEqual([
      { resourceId: 'pod1', kind: 'compute', lastSeenMs: T + 29 * MINUTE },
      { resourceId: 'pod1', kind: 'disk', lastSeenMs: T },
    ]);
    expect(ledger.usdPerHour({})).toBeCloseTo(1.01, 10);
    expect(ledger.usdPerHour({ deploymentId: 'other' })).toBe(0);
  });

  it('begins a new entry at a new rate, without a gap and without counting twice', () => {
    const { ledger } = open();
    ledger.observe(pod(1), T, T);
    ledger.observe(pod(2), T, T + HOUR);
    ledger.close('pod1', 'compute', T + 2 * HOUR, read);
    expect(ledger.spent({}, 0, T + 9 * HOUR)).toBeCloseTo(3, 10);
  });

  it('gives money to the deployment it was spent under, also after an adoption', () => {
    const { ledger } = open();
    ledger.observe(pod(1, { deploymentId: null, deploymentName: null }), T, T);
    ledger.observe(pod(1), T, T + HOUR);
    ledger.observe(pod(1, { deploymentName: 'coder-2' }), T, T + 2 * HOUR);
    const now = T + 3 * HOUR;
    expect(ledger.breakdown(0, now)).toEqual([
      { deploymentId: null, kind: 'compute', usd: expect.closeTo(1, 10) },
      { deploymentId: 'dep_1', kind: 'compute', usd: expect.closeTo(2, 10) },
    ]);
    expect(ledger.names()).toEqual(new Map([['dep_1', 'coder-2']]));
    expect(ledger.spent({ deploymentId: 'dep_1', kind: 'compute' }, 0, now)).toBeCloseTo(2, 10);
    expect(ledger.rates()).toEqual([{ deploymentId: 'dep_1', usdPerHour: 1 }]);
  });

  it('counts a pod that was ended by a guess and turns up running without a gap and without doubling', () => {
    const { ledger } = open();
    ledger.observe(pod(1), T, T + HOUR);
    ledger.close('pod1', 'compute', T + 2 * HOUR, { estimated: true, note: 'not in the list' });
    ledger.observe(pod(1), T, T + 5 * HOUR);
    expect(ledger.spent({}, 0, T + 6 * HOUR)).toBeCloseTo(6, 10);
  });

  it('goes on after a restart: what was open is open, and nothing is lost or doubled', () => {
    const path = join(tempDir(), 'ledger.db');
    const first = open(path);
    first.ledger.observe(pod(1), T, T);
    first.ledger.observe(pod(1), T, T + 30 * MINUTE);
    first.ledger.observe(pod(1), T, T + 30 * MINUTE + 5000);
    first.close();
    const { ledger } = open(path);
    // The last sighting was not written: it is known to a minute.
    expect(ledger.open()).toEqual([{ resourceId: 'pod1', kind: 'compute', lastSeenMs: T + 30 * MINUTE }]);
    ledger.observe(pod(1), T, T + 10 * HOUR);
    expect(ledger.spent({}, 0, T + 10 * HOUR)).toBeCloseTo(10, 10);
  });

  it('writes the last sightings at an orderly end', () => {
    const path = join(tempDir(), 'ledger.db');
    const first = open(path);
    first.ledger.observe(pod(1), T, T);
    first.ledger.observe(pod(1), T, T + 5000);
    first.ledger.flush();
    first.close();
    expect(open(path).ledger.open()).toMatchObject([{ lastSeenMs: T + 5000 }]);
  });

  it('survives a rolled-back transaction around it', () => {
    const db = openDb(':memory:');
    const ledger = createLedger({ db, ids: randomIds(seededRandom(1)) });
    const attempt = (): void =>
      db.transaction(() => {
        ledger.observe(pod(1), T, T);
        throw new Error('later step failed');
      });
    expect(attempt).toThrow('later step failed');
    expect(ledger.open()).toEqual([]);
    ledger.observe(pod(1), T, T + HOUR);
    expect(ledger.spent({}, 0, T + HOUR)).toBeCloseTo(1, 10);
    db.close();
  });

  it('refuses money and instants that are none', () => {
    const { ledger } = open();
    for (const rate of [-1, Number.NaN, Infinity])
      expect(() => ledger.observe(pod(rate), T, T)).toThrow('rate of');
    expect(() => ledger.observe(pod(1), T, Number.NaN)).toThrow('instant');
    expect(() => ledger.settle('pod1', Number.NaN, T)).toThrow('bill of');
    expect(ledger.entries({ limit: 10 }, T)).toEqual([]);
  });

  it('tells nothing from zero: a free resource has an entry', () => {
    const { ledger } = open();
    ledger.observe(pod(0), T, T);
    expect([ledger.spent({}, 0, T + HOUR), ledger.open().length, ledger.beganMs()]).toEqual([0, 1, T]);
    expect(open().ledger.beganMs()).toBeNull();
  });

  it('takes instants with fractions, as a scaled clock gives them', () => {
    const { ledger } = open();
    ledger.observe(pod(1), T + 0.4, T + 0.6);
    ledger.close('pod1', 'compute', T + HOUR + 0.3, read);
    expect(ledger.spent({}, 0.5, T + 2 * HOUR + 0.7)).toBeCloseTo(1, 6);
  });
});

describe('settling with a bill', () => {
  it('books the difference once, and the entry is no estimate any more', () => {
    const { ledger } = open();
    ledger.observe(pod(1), T, T + HOUR);
    ledger.observe(pod(0.1, { kind: 'disk' }), T, T + HOUR);
    ledger.close('pod1', 'compute', T + HOUR, { estimated: true });
    ledger.close('pod1', 'disk', T + HOUR, { estimated: true });
    expect(ledger.unsettled().map((entry) => [entry.resourceId, entry.kind])).toEqual([
      ['pod1', 'compute'],
      ['pod1', 'disk'],
    ]);
    ledger.settle('pod1', 1.5, T + 2 * HOUR);
    ledger.settle('pod1', 1.5, T + 3 * HOUR);
    expect(ledger.unsettled()).toEqual([]);
    expect(ledger.spent({}, 0, T + 9 * HOUR)).toBeCloseTo(1.5, 10);
    const [adjustment, ...rest] = ledger.entries({ limit: 10 }, T + 9 * HOUR);
    expect(adjustment).toMatchObject({
      kind: 'adjustment',
      deploymentId: 'dep_1',
      resourceId: 'pod1',
      usd: expect.closeTo(0.4, 10),
      note: 'RunPod billed $1.5000; the ledger had $1.1000',
    });
    expect(rest.every((entry) => !entry.estimated)).toBe(true);
  });

  it('follows a later bill, in either direction', () => {
    const { ledger } = open();
    ledger.observe(pod(1), T, T);
    ledger.close('pod1', 'compute', T + HOUR, { estimated: true });
    ledger.settle('pod1', 2, T + 2 * HOUR);
    ledger.settle('pod1', 0.75, T + 3 * HOUR);
    expect(ledger.spent({}, 0, T + 9 * HOUR)).toBeCloseTo(0.75, 10);
  });

  it('waits for the end of a resource, and ignores one it never counted', () => {
    const { ledger } = open();
    ledger.observe(pod(1), T, T);
    ledger.settle('pod1', 9, T + HOUR);
    ledger.settle('stranger', 9, T + HOUR);
    expect(ledger.spent({}, 0, T + HOUR)).toBeCloseTo(1, 10);
  });

  it('compares what was counted over a span with a bill over the same span', () => {
    const { ledger } = open();
    ledger.observe(pod(1), T, T);
    ledger.close('pod1', 'compute', T + 4 * HOUR, { estimated: true });
    ledger.settle('pod1', 5, T + 4 * HOUR);
    expect(ledger.spentByResource(['pod1', 'pod2'], T + HOUR, T + 3 * HOUR)).toEqual(
      new Map([
        ['pod1', expect.closeTo(2, 10)],
        ['pod2', 0],
      ]),
    );
  });
});

describe('charges', () => {
  it('are money at an instant', () => {
    const { ledger } = open();
    ledger.charge(
      { resourceId: 'qwen', deploymentId: null, deploymentName: null, kind: 'tokens', usd: 0.02, note: null },
      T,
    );
    expect([ledger.spent({}, 0, T - 1), ledger.spent({}, 0, T), ledger.spent({}, T, T + HOUR)]).toEqual([
      0, 0.02, 0,
    ]);
    expect(ledger.entries({ limit: 1 }, T)).toMatchObject([{ kind: 'tokens', usd: 0.02, usdPerHour: 0 }]);
  });
});

describe('views of the ledger', () => {
  it('agree with each other', () => {
    const { ledger } = open();
    ledger.observe(pod(1), T - 30 * HOUR, T - 29 * HOUR);
    ledger.close('pod1', 'compute', T - 2 * HOUR, read);
    ledger.observe(
      pod(0.5, { resourceId: 'pod2', deploymentId: 'dep_2', deploymentName: 'chat' }),
      T - HOUR,
      T,
    );
    ledger.charge(
      { resourceId: 'x', deploymentId: null, deploymentName: null, kind: 'tokens', usd: 0.25, note: null },
      T - 5,
    );
    const surroundings = { nowMs: T, zone: 'Europe/Berlin', simulated: true };
    const summary = costSummary(ledger, {
      ...surroundings,
      restUsdPerMonth: 2,
      meteredRestUsdPerMonth: 2,
      accountUsdPerHour: null,
      balanceUsd: null,
      unattended: { usd: null, until: null, excludes: [] },
      atRisk: [],
      reconciliation: null,
    });
    const series = costSeries(ledger, { bucket: 'day', buckets: 3 }, surroundings);
    const today = series.points.at(-1);
    expect(costSummarySchema.parse(summary)).toMatchObject({
      nowUsdPerHour: 0.5,
      todayUsd: expect.closeTo(8 + 0.5 + 0.25, 8),
      totalUsd: expect.closeTo(28 + 0.5 + 0.25, 8),
      runwayHours: null,
    });
    expect(costSeriesSchema.parse(series).points).toHaveLength(3);
    expect(today?.byDeployment).toEqual({
      coder: expect.closeTo(8, 8),
      chat: expect.closeTo(0.5, 8),
      '(not under a deployment)': 0.25,
    });
    expect(Object.values(today?.byKind ?? {}).reduce((a, b) => a + b, 0)).toBeCloseTo(summary.todayUsd, 8);
  });
});
