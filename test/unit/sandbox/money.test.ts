import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketAfter, bucketStart, type BucketSize } from '../../../src/main/sandbox/money/buckets.ts';
import { chargesIn, sumCharges } from '../../../src/main/sandbox/money/billing.ts';
import { chargedUsd, type Account } from '../../../src/main/sandbox/money/segments.ts';
import { KEY, POD, rig, type Rig } from './support.ts';

const HOUR = 3_600_000;

interface BillingAnswer {
  readonly records: readonly {
    readonly totalAmount: number;
    readonly podId: string;
    readonly gpuAmount: number;
    readonly diskAmount: number;
    readonly startTime: string;
  }[];
  readonly metadata: {
    readonly recordCount: number;
    readonly uniquePodCount: number;
    readonly totals: Record<string, number>;
  };
}

function usdOf({ sandbox }: Rig): number {
  return sandbox.bill().pods[0]?.usd ?? 0;
}

describe('the bill of a pod', () => {
  it('counts from create to stop by the clock, at the cost shown, whatever the speed', async () => {
    for (const speed of [1, 10, 1000]) {
      const world = rig({ speed });
      const { id, cost } = await world.pod();
      await world.clock.advance(90_000);
      await world.api('POST', `/pods/${id}/action`, { action: 'stop' });
      await world.clock.advance(HOUR);
      expect(usdOf(world)).toBeCloseTo((cost * 90) / 3600, 9);
      expect(world.sandbox.bill().pods[0]).toMatchObject({
        computeSeconds: 90,
        running: false,
        usdPerHour: 0,
      });
    }
  });

  it('goes on for a stopped volume disk at double rate, and for a restart without a gap', async () => {
    const world = rig();
    const { id, cost } = await world.pod({ disk: 10, mounts: { persistent: { size: 100, path: '/w' } } });
    await world.clock.advance(HOUR);
    await world.api('POST', `/pods/${id}/action`, { action: 'restart' });
    await world.clock.advance(HOUR);
    await world.api('POST', `/pods/${id}/action`, { action: 'stop' });
    await world.clock.advance(10 * HOUR);
    await world.api('POST', `/pods/${id}/action`, { action: 'start' });
    await world.clock.advance(HOUR);
    await world.api('DELETE', `/pods/${id}`);
    await world.clock.advance(HOUR);
    const stopped = (100 * 0.2) / 730;
    expect(usdOf(world)).toBeCloseTo(cost * 3 + stopped * 10, 4);
  });

  it('multiplies by the GPU count', async () => {
    const world = rig();
    const one = await world.pod({ disk: 1 });
    const two = await world.pod({ disk: 1, gpu: { ...POD.gpu, count: 2 } });
    expect(two.cost - one.cost).toBeCloseTo(0.69, 6);
  });
});

describe('an empty account', () => {
  it('terminates pods without a network volume and stops the others, at the instant of zero', async () => {
    const world = rig({ balanceUsd: 3 });
    const volume = await world.api('POST', '/network-volumes', {
      name: 'v',
      size: 10,
      dataCenter: 'EU-RO-1',
    });
    const kept = await world.pod({ mounts: { network: [{ volumeId: volume.body.id, path: '/w' }] } });
    const lost = await world.pod();
    await world.clock.advance(12 * HOUR);
    const { pods } = (await world.api('GET', '/pods')).body;
    expect(pods.map(({ id, status }) => [id, status])).toEqual([[kept.id, 'EXITED']]);
    expect((await world.api('GET', `/pods/${lost.id}`)).status).toBe(404);
    expect(world.sandbox.bill().totalUsd).toBeCloseTo(3 + (10 * 0.07 * 12) / 730, 1);
    const hours = 3 / (kept.cost + lost.cost);
    expect(world.sandbox.bill().pods[0]?.computeSeconds).toBeCloseTo(hours * 3600, -2);
    expect((await world.api('POST', '/pods', POD)).status).toBe(402);
  });

  it('is full again after credit', async () => {
    const world = rig({ balanceUsd: 0 });
    const { sandbox } = world;
    expect((await world.api('POST', '/pods', POD)).status).toBe(402);
    const answer = await sandbox.fetch(sandbox.urls().apiUrl.replace('/v2', '/sandbox/credit'), {
      method: 'POST',
      headers: { 'x-sandbox-control': sandbox.controlToken },
      body: '{"usd":5}',
    });
    expect(await answer.json()).toEqual({ balanceUsd: 5 });
    await world.pod();
  });

  it('is told through GraphQL, to keys that may know', async () => {
    const world = rig();
    const { cost } = await world.pod();
    await world.clock.advance(HOUR);
    const ask = async (key: string | null): Promise<{ status: number; body: unknown }> => {
      const response = await world.sandbox.fetch(world.sandbox.urls().graphqlUrl, {
        method: 'POST',
        headers: key === null ? {} : { authorization: `Bearer ${key}` },
        body: JSON.stringify({ query: 'query { myself { id clientBalance currentSpendPerHr spendLimit } }' }),
      });
      return { status: response.status, body: await response.json() };
    };
    const answer = await ask(KEY);
    expect(answer.body).toEqual({
      data: {
        myself: {
          id: expect.stringMatching(/^sandbox-[0-9a-f]{10}$/),
          clientBalance: expect.closeTo(50 - cost, 5),
          currentSpendPerHr: cost,
          spendLimit: 80,
        },
      },
    });
    expect(await ask(null)).toEqual({ status: 200, body: { data: { myself: null } } });
    expect((await ask('wrong')).status).toBe(401);
    expect((await ask('key-invoke')).status).toBe(403);
  });
});

describe('billing routes', () => {
  it('give one record a pod and bucket, up to the last charging round', async () => {
    const world = rig();
    const { id, cost } = await world.pod();
    await world.clock.advance(3 * HOUR + 7 * 60_000);
    const { body } = await world.api<BillingAnswer>('GET', '/billing/pods?bucketSize=hour');
    expect(body.records).toHaveLength(4);
    expect(body.records.every((record) => record.podId === id)).toBe(true);
    expect(body.records[0]?.totalAmount).toBeCloseTo(cost, 6);
    expect(body.records[3]?.totalAmount).toBeCloseTo((cost * 5) / 60, 6);
    expect(body.metadata).toMatchObject({ recordCount: 4, uniquePodCount: 1 });
    expect(body.metadata.totals['totalAmount']).toBeCloseTo((cost * 185) / 60, 5);
  });

  it('lag further behind by a fault', async () => {
    const world = rig();
    await world.pod();
    await world.clock.advance(HOUR);
    world.sandbox.arm({ kind: 'billing-lag', ms: 2 * HOUR, times: 1 });
    expect((await world.api<BillingAnswer>('GET', '/billing/pods')).body.records).toEqual([]);
    expect((await world.api<BillingAnswer>('GET', '/billing/pods')).body.records).toHaveLength(1);
  });

  it('agree with each other and with the bill', async () => {
    const world = rig();
    await world.api('POST', '/network-volumes', { name: 'v', size: 500, dataCenter: 'EU-RO-1' });
    const { id } = await world.pod();
    await world.clock.advance(30 * HOUR);
    await world.api('DELETE', `/pods/${id}`);
    await world.clock.advance(HOUR);
    const total = async (path: string): Promise<number> =>
      (await world.api<BillingAnswer>('GET', path)).body.metadata.totals['totalAmount'] ?? Number.NaN;
    const [all, pods, volumes, serverless, publics] = await Promise.all(
      ['', '/pods', '/network-volumes', '/serverless', '/endpoints'].map((path) => total(`/billing${path}`)),
    );
    expect(pods).toBeCloseTo(usdOf(world), 9);
    expect(all).toBeCloseTo((pods ?? 0) + (volumes ?? 0), 9);
    expect(all).toBeCloseTo(world.sandbox.bill().totalUsd, 9);
    expect([serverless, publics]).toEqual([0, 0]);
    expect(await total(`/billing/pods?podId=${id}`)).toBeCloseTo(pods ?? 0, 9);
    expect(await total('/billing/pods?podId=other')).toBe(0);
  });

  it.each([
    ['lastN=3&startTime=2026-11-01T00:00:00Z', 400],
    ['bucketSize=minute', 422],
    ['lastN=0', 422],
    ['startTime=yesterday', 422],
    ['startTime=2026-11-02T00:00:00Z&endTime=2026-11-01T00:00:00Z', 400],
    ['bucketSize=month&lastN=2', 200],
  ])('judge the query %s', async (query, status) => {
    expect((await rig().api('GET', `/billing?${query}`)).status).toBe(status);
  });
});

describe('segments and buckets', () => {
  const sizes: readonly BucketSize[] = ['hour', 'day', 'week', 'month', 'year'];

  it('buckets follow each other without gap or overlap', () => {
    fc.assert(
      fc.property(fc.constantFrom(...sizes), fc.integer({ min: 0, max: 4e12 }), (size, at) => {
        const start = bucketStart(size, at);
        const next = bucketAfter(size, at);
        expect(start).toBeLessThanOrEqual(at);
        expect(next).toBeGreaterThan(at);
        expect(bucketStart(size, next)).toBe(next);
        expect(bucketStart(size, next - 1)).toBe(start);
      }),
    );
  });

  it('charges of all buckets add up to what was charged', () => {
    const segment = fc
      .tuple(
        fc.integer({ min: 0, max: 1e10 }),
        fc.integer({ min: 0, max: 1e9 }),
        fc.double({ min: 0.01, max: 10, noNaN: true }),
      )
      .map(([fromMs, length, usdPerHour]) => ({
        component: 'gpu' as const,
        usdPerHour,
        fromMs,
        toMs: fromMs + length,
      }));
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 6 }), fc.constantFrom(...sizes), (segments, bucketSize) => {
        const account: Account = { kind: 'pod', id: 'p', name: 'p', segments };
        const window = { bucketSize, startMs: 0, endMs: 2e10 };
        const sum = sumCharges(chargesIn([account], window, 2e10)).gpu;
        expect(sum).toBeCloseTo(chargedUsd(segments, 0, 2e10), 6);
      }),
    );
  });
});
