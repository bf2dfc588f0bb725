import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  attribute,
  shareUsd,
  type Attribution,
  type AttributionFacts,
} from '../../../src/main/costs/attribution.ts';
import type { Interval } from '../../../src/main/costs/ledger.ts';
import { buildPoints } from '../../../src/main/costs/series.ts';
import { SpentSeries } from '../../../src/main/costs/spent-series.ts';
import { costShares, projectOf } from '../../../src/main/costs/shares.ts';
import { publicPriceFor, publicPricesOf } from '../../../src/main/costs/public-prices.ts';
import type { RequestRecord } from '../../../src/shared/activity.ts';
import { costSharesSchema } from '../../../src/shared/model.ts';
import { sampleRequest } from '../../support/samples.ts';

const T0 = Date.parse('2026-11-24T10:00:00Z');
const MINUTE = 60_000;
/** A dollar a minute, so that minutes read as dollars. */
const RATE = 60;

function interval(from: number, to: number, rest: Partial<Interval> = {}): Interval {
  return {
    deploymentId: 'dep_coder',
    deploymentName: 'coder',
    kind: 'compute',
    startedMs: T0 + from * MINUTE,
    endedMs: T0 + to * MINUTE,
    usdPerHour: RATE,
    usd: 0,
    ...rest,
  };
}

/** Arrives, waits, is served; all in minutes after T0. */
function request(
  id: string,
  [arrives, waits, serves]: readonly [number, number, number],
  rest: Partial<RequestRecord> = {},
): RequestRecord {
  return {
    ...sampleRequest(),
    id,
    at: new Date(T0 + (arrives + waits + serves) * MINUTE).toISOString(),
    deployment: 'coder',
    client: 'laptop',
    cache: 'miss',
    status: 200,
    outcome: 'ok',
    woke: waits > 0,
    queueMs: waits * MINUTE,
    totalMs: (waits + serves) * MINUTE,
    inputTokens: 900_000,
    outputTokens: 100_000,
    ...rest,
  };
}

const facts = (
  intervals: readonly Interval[],
  requests: readonly RequestRecord[],
  offsetMs = 0,
): AttributionFacts => ({
  intervals,
  requests,
  deploymentOf: ({ deployment }) => (deployment === null ? null : `dep_${deployment}`),
  offsetMs,
});

/** Busy, boot and idle dollars of each request, and what is nobody's. */
function table({ shares, nobody }: Attribution): Record<string, number[]> {
  const rows = shares.map(({ request, busyUsd, bootUsd, idleUsd }): [string, number[]] => [
    request.id,
    [busyUsd, bootUsd, idleUsd],
  ]);
  return Object.fromEntries([...rows, ['nobody', nobody.map((each) => each.usd)]]);
}

describe('attribute', () => {
  it('gives a start to who waited for it, service to who was served, and idle time to the last one', () => {
    const result = attribute(facts([interval(0, 20)], [request('a', [0, 3, 2]), request('b', [7, 0, 1])]));
    expect(table(result)).toEqual({ a: [2, 3, 2], b: [1, 0, 12], nobody: [0] });
    expect(result.ms).toEqual({ busy: 3 * MINUTE, boot: 3 * MINUTE, idle: 14 * MINUTE, nobody: 0 });
    expect(result.usd).toBeCloseTo(20, 9);
  });

  it('divides what was shared: a start among those who waited, service among those served at once', () => {
    const result = attribute(
      facts([interval(0, 10)], [request('a', [0, 4, 4]), request('b', [2, 2, 2]), request('c', [7, 0, 3])]),
    );
    expect(table(result)).toEqual({
      a: [1 + 1 + 0.5, 3, 0],
      b: [1, 1, 0],
      c: [2 + 0.5, 0, 0],
      nobody: [0],
    });
  });

  it('leaves to nobody what no request can be held for', () => {
    const byHand = [interval(0, 10), interval(30, 32)];
    expect(table(attribute(facts(byHand, [request('a', [6, 0, 1])])))).toEqual({ a: [1, 0, 3], nobody: [8] });
  });

  it('books of a span what falls into it, for whom what lies outside says', () => {
    const asked = [request('before', [0, 0, 2]), request('across', [9, 0, 2]), request('after', [14, 0, 1])];
    const span = { fromMs: T0 + 5 * MINUTE, toMs: T0 + 10 * MINUTE };
    const result = attribute({ ...facts([interval(0, 20)], asked), span });
    // Idle behind the one before from the fifth to the ninth minute, then the first half of the one that lies across.
    expect(table(result)).toEqual({ before: [0, 0, 4], across: [1, 0, 0], after: [0, 0, 0], nobody: [0] });
    expect(result.shares.map(({ isOfSpan }) => isOfSpan)).toEqual([false, false, false]);
    expect(result.usd).toBeCloseTo(5, 9);
  });

  it('holds nobody for hardware that was rented again later, nor for what ended before it was', () => {
    const result = attribute(facts([interval(10, 15)], [request('early', [2, 0, 3])]));
    expect(table(result)).toEqual({ early: [0, 0, 0], nobody: [5] });
  });

  it('takes entries that follow each other, and several workers at once, as one rental', () => {
    const changed = [interval(0, 4, { usdPerHour: 30 }), interval(4, 8)];
    expect(table(attribute(facts(changed, [request('a', [0, 0, 2])])))).toEqual({
      a: [1, 0, 5],
      nobody: [0],
    });
    const workers = [interval(0, 4, { kind: 'serverless' }), interval(2, 6, { kind: 'serverless' })];
    expect(table(attribute(facts(workers, [request('a', [0, 0, 6])])))).toEqual({
      a: [8, 0, 0],
      nobody: [0],
    });
  });

  it('lays requests and ledger on one clock', () => {
    const late = interval(5, 15);
    expect(table(attribute(facts([late], [request('a', [0, 0, 10])], 5 * MINUTE)))).toEqual({
      a: [10, 0, 0],
      nobody: [0],
    });
  });

  it('charges neither answers from the cache nor refusals', () => {
    const free = [
      request('hit', [1, 0, 1], { cache: 'hit' }),
      request('shared', [1, 0, 1], { cache: 'coalesced' }),
      request('refused', [1, 0, 1], { outcome: 'error', status: 401 }),
    ];
    expect(table(attribute(facts([interval(0, 5)], free)))).toEqual({ nobody: [5] });
  });

  it('counts storage and adjustments to the whole, and to no request', () => {
    const rest = [
      interval(0, 10),
      interval(0, 60, { kind: 'disk', usdPerHour: 2 }),
      interval(5, 5, { kind: 'adjustment', usdPerHour: 0, usd: -0.5 }),
      interval(0, 60, { deploymentId: null, kind: 'disk', usdPerHour: 1 }),
    ];
    const result = attribute(facts(rest, [request('a', [0, 0, 10])]));
    expect(result.nobody).toEqual([
      { deploymentId: 'dep_coder', usd: 1.5 },
      { deploymentId: null, usd: 1 },
    ]);
    expect(result.usd).toBeCloseTo(12.5, 9);
  });
});

const minutes = fc.integer({ min: 0, max: 600 });
const name = fc.constantFrom('coder', 'other');
const anyInterval = fc
  .record({
    from: minutes,
    lasts: minutes,
    who: fc.option(name, { nil: null }),
    kind: fc.constantFrom('compute' as const, 'serverless' as const, 'disk' as const, 'adjustment' as const),
    usdPerHour: fc.double({ min: 0, max: 20, noNaN: true }),
    usd: fc.double({ min: -1, max: 1, noNaN: true }),
  })
  .map(({ from, lasts, who, kind, usdPerHour, usd }) =>
    kind === 'adjustment'
      ? interval(from, from, { kind, usd, usdPerHour: 0, deploymentId: who === null ? null : `dep_${who}` })
      : interval(from, from + lasts, { kind, usdPerHour, deploymentId: who === null ? null : `dep_${who}` }),
  );
const anyRequest = fc
  .record({
    id: fc.uuid(),
    arrives: minutes,
    waits: fc.integer({ min: 0, max: 20 }),
    serves: fc.integer({ min: 0, max: 90 }),
    who: fc.option(name, { nil: null }),
    client: fc.constantFrom('web/laptop', 'web/ci', 'phone', null),
    woke: fc.boolean(),
  })
  .map(({ id, arrives, waits, serves, who, client, woke }) =>
    request(id, [arrives, waits, serves], { deployment: who, client, woke }),
  );
const intervals = fc.array(anyInterval, { maxLength: 15 });
const requests = fc.array(anyRequest, { maxLength: 40 });
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('any ledger and any requests', () => {
  const counted = (all: readonly Interval[]): number =>
    sum(all.map((each) => (each.usdPerHour * (each.endedMs - each.startedMs)) / 3_600_000 + each.usd));

  it('have parts that add up to the whole, none of them negative', () => {
    fc.assert(
      fc.property(intervals, requests, (all, asked) => {
        const result = attribute(facts(all, asked));
        const parts = [...result.shares.map(shareUsd), ...result.nobody.map((each) => each.usd)];
        expect(sum(parts)).toBeCloseTo(counted(all), 8);
        expect(result.usd).toBeCloseTo(counted(all), 8);
        const pieces = result.shares.flatMap(({ busyUsd, bootUsd, idleUsd }) => [busyUsd, bootUsd, idleUsd]);
        expect(Math.min(0, ...pieces)).toBe(0);
      }),
      { numRuns: 300 },
    );
  });

  it('book each deployment only on its own requests, and all of its rented time once', () => {
    fc.assert(
      fc.property(intervals, requests, (all, asked) => {
        const result = attribute(facts(all, asked));
        const whole = Map.groupBy(all, (each) => each.deploymentId);
        for (const { deploymentId, usd } of result.nobody) {
          const own = result.shares.filter(({ request }) => `dep_${request.deployment}` === deploymentId);
          expect(usd + sum(own.map(shareUsd))).toBeCloseTo(counted(whole.get(deploymentId) ?? []), 8);
        }
        expect(new Set(result.shares.map(({ request }) => request.id)).size).toBe(result.shares.length);
      }),
      { numRuns: 300 },
    );
  });

  it('make a series by model or key that adds up to the same money in every bucket', () => {
    const edges = fc.uniqueArray(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(intervals, requests, edges, (all, asked, cuts) => {
        const starts = cuts.toSorted((a, b) => a - b).map((minute) => T0 + minute * MINUTE);
        const end = T0 + 1300 * MINUTE;
        const series = new SpentSeries(starts, end, (each) => each.client ?? '');
        attribute({ ...facts(all, asked), onSpent: (spent) => series.add(spent) });
        const points = buildPoints(all, starts, end);
        for (const [index, byKey] of series.points().entries()) {
          const byKind = Object.values(points[index]?.byKind ?? {});
          expect(sum(Object.values(byKey))).toBeCloseTo(sum(byKind), 7);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('make tables whose rows add up, however they are grouped', () => {
    const by = fc.constantFrom('deployment' as const, 'model' as const, 'key' as const, 'project' as const);
    fc.assert(
      fc.property(intervals, requests, by, (all, asked, grouping) => {
        const shares = costShares(attribute(facts(all, asked)), {
          by: grouping,
          fromMs: T0,
          nowMs: T0 + 600 * MINUTE,
          simulated: true,
          names: new Map([['dep_coder', 'coder']]),
          modelOf: () => 'Qwen/Qwen3-32B',
        });
        expect(costSharesSchema.parse(shares)).toEqual(shares);
        expect(sum(shares.rows.map((row) => row.usd))).toBeCloseTo(counted(all), 8);
        expect(new Set(shares.rows.map((row) => row.name)).size).toBe(shares.rows.length);
      }),
      { numRuns: 200 },
    );
  });
});

describe('costShares', () => {
  const asked = [
    request('a', [0, 3, 2], { client: 'web/laptop' }),
    request('b', [5, 0, 5], { client: 'web/ci', model: 'alias' }),
    request('c', [10, 0, 2], { client: 'phone' }),
  ];
  const shares = (
    by: 'deployment' | 'model' | 'key' | 'project',
    model: string | null = 'Qwen/Qwen3-32B-FP8',
  ) =>
    costShares(attribute(facts([interval(-1, 15)], asked)), {
      by,
      fromMs: T0,
      nowMs: T0 + 20 * MINUTE,
      simulated: false,
      names: new Map([['dep_coder', 'coder']]),
      modelOf: () => model,
    });
  const rows = (by: 'deployment' | 'model' | 'key' | 'project') =>
    shares(by).rows.map(({ name, usd }) => [name, Math.round(usd * 1e6) / 1e6]);

  it('groups by key, by project (what stands before the slash of a key), by model and by deployment', () => {
    expect(rows('key')).toEqual([
      ['phone', 5],
      ['web/ci', 5],
      ['web/laptop', 5],
      [null, 1],
    ]);
    expect(rows('project')).toEqual([
      ['web', 10],
      ['phone', 5],
      [null, 1],
    ]);
    expect(rows('model')).toEqual([
      ['Qwen/Qwen3-32B-FP8', 15],
      [null, 1],
    ]);
    expect(rows('deployment')).toEqual([['coder', 16]]);
    expect(projectOf('plain')).toBe('plain');
  });

  it('shows the price of a million tokens, and of the same tokens at a public endpoint with the same model', () => {
    const [row] = shares('model').rows;
    expect(row?.usdPerMillionTokens).toBeCloseTo(5, 9);
    expect(row?.publicUsd).toBeCloseTo(30, 9);
    expect(shares('model', 'meta-llama/Llama-3.1-8B').rows[0]?.publicUsd).toBeNull();
    expect(shares('model').publicPrices[0]).toEqual({ model: 'cogito-671b-v2-1-fp8-dynamic', usd: 1.5 });
  });
});

describe('public prices', () => {
  it('know the same model in other forms of its weights, and no other model', () => {
    const found = (model: string): string | undefined => publicPriceFor(model)?.slug;
    expect(['Qwen/Qwen3-32B', 'Qwen/Qwen3-32B-GPTQ-Int4', 'qwen3-32b'].map(found)).toEqual(
      Array.from({ length: 3 }, () => 'qwen3-32b-awq'),
    );
    expect(found('openai/gpt-oss-120b')).toBe('gpt-oss-120b');
    expect(found('Qwen/Qwen3-8B')).toBeUndefined();
    expect(found('openai/gpt-oss-20b')).toBeUndefined();
  });

  it('tell input from output', () => {
    const kimi = publicPricesOf({ input: 1_000_000, output: 500_000 }).find(
      ({ model }) => model === 'kimi-k2.6',
    );
    expect(kimi?.usd).toBeCloseTo(0.95 + 2, 9);
  });
});
