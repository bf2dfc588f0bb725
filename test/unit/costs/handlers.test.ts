import { describe, expect, it } from 'vitest';
import { createRequestLog } from '../../../src/main/activity/request-log.ts';
import { createLedger } from '../../../src/main/costs/sqlite-ledger.ts';
import { costHandlers } from '../../../src/main/handlers/costs.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { openDb } from '../../../src/main/platform/db.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import type { NetworkVolumeBilling, PodBilling, ServerlessBilling } from '../../../src/main/runpod/api.ts';
import { methods } from '../../../src/shared/api.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { sampleDeployment, sampleRequest } from '../../support/samples.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-24T12:10:00Z');
const iso = (ms: number): string => new Date(ms).toISOString();
const never = new AbortController().signal;

interface Asked {
  readonly kind: 'pods' | 'serverless' | 'volumes';
  readonly query: object;
}

function setUp() {
  const clock = new ManualClock(NOW);
  const db = openDb(':memory:');
  const ledger = createLedger({ db, ids: randomIds(seededRandom(1)) });
  const requests = createRequestLog({ db, clock, log: silentLog });
  const asked: Asked[] = [];
  const bills = new Map<string, { at: number; usd: number }>();
  let failure: Error | null = null;
  const records = (kind: Asked['kind'], query: object) => {
    asked.push({ kind, query });
    if (failure !== null) throw failure;
    const amounts = {
      totalAmount: 0,
      gpuAmount: 0,
      cpuAmount: 0,
      diskAmount: 0,
      feeAmount: 0,
      standardAmount: 0,
      highPerformanceAmount: 0,
    };
    const range = { startTime: iso(NOW), endTime: iso(NOW) };
    return {
      records: Array.from(bills, ([each, { at, usd }]) => ({
        ...amounts,
        totalAmount: usd,
        startTime: iso(at),
        endTime: iso(at + HOUR),
        podId: each,
        serverlessId: each,
        networkVolumeId: each,
      })),
      metadata: {
        query: { ...range, bucketSize: 'hour' as const },
        recordCount: bills.size,
        uniquePodCount: 0,
        uniqueServerlessCount: 0,
        uniqueNetworkVolumeCount: 0,
        totals: amounts,
      },
    };
  };
  const none = async (): Promise<never> => {
    throw new Error('nobody asks for this');
  };
  const views = [
    sampleDeployment({ name: 'coder', model: 'Qwen/Qwen3-32B' }, NOW, { id: 'dep_coder' }),
    sampleDeployment({ name: 'kept', model: 'a/b', volume: { networkVolumeId: 'vol_1' } }, NOW, {
      id: 'dep_kept',
    }),
  ];
  const rest: { pods: number | null; volumes: { all: number; metered: number } | null } = {
    pods: 0,
    volumes: { all: 0, metered: 0 },
  };
  const handlers = costHandlers({
    ledger,
    requests,
    clock,
    log: silentLog,
    simulated: false,
    zone: () => 'UTC',
    fleet: { list: () => views, podsAtRestUsdPerMonth: () => rest.pods },
    volumes: { usdPerMonth: () => rest.volumes },
    api: {
      clockOffsetMs: () => 0,
      balance: async () => ({ balanceUsd: 20, spendUsdPerHour: null, spendLimitUsdPerHour: null }),
      billing: {
        pods: async (query): Promise<PodBilling> => records('pods', query),
        serverless: async (query): Promise<ServerlessBilling> => records('serverless', query),
        networkVolumes: async (query): Promise<NetworkVolumeBilling> => records('volumes', query),
        publicEndpoints: none,
      },
    },
  });
  const meter = (
    resourceId: string,
    kind: 'compute' | 'serverless' | 'volume',
    from: number,
    to: number,
  ): void => {
    const deployment = { deploymentId: 'dep_coder', deploymentName: 'coder' };
    ledger.observe({ ...deployment, resourceId, kind, usdPerHour: 0.6 }, from, to);
    ledger.close(resourceId, kind, to, { estimated: false });
  };
  const summary = async (signal = never) =>
    methods['costs.summary'].output.parse(await handlers['costs.summary']({}, signal));
  const fail = (error: Error | null): void => {
    failure = error;
  };
  return { clock, ledger, requests, asked, bills, handlers, meter, summary, fail, rest };
}

describe('costs.summary', () => {
  it('shows all that rests in the account: volume disks and network volumes; what was not read is not nothing', async () => {
    const { rest, summary } = setUp();
    rest.pods = 8;
    rest.volumes = { all: 14, metered: 7 };
    expect((await summary()).restUsdPerMonth).toBe(22);
    rest.volumes = null;
    expect((await summary()).restUsdPerMonth).toBeNull();
    rest.volumes = { all: 0, metered: 0 };
    rest.pods = null;
    expect((await summary()).restUsdPerMonth).toBeNull();
  });

  it('compares a network volume from the first whole hour in which it was counted', async () => {
    const { ledger, bills, summary } = setUp();
    const owner = { deploymentId: null, deploymentName: null };
    ledger.observe({ ...owner, resourceId: 'vol', kind: 'volume', usdPerHour: 0.01 }, NOW - 20 * HOUR, NOW);
    bills.set('vol', { at: NOW - 20 * HOUR - 10 * 60_000, usd: 100 });
    // 16:10 of yesterday until 11:00 of today: 18 whole hours; the hour it began in is left out on both sides.
    expect((await summary()).reconciliation).toMatchObject({
      billedUsd: 0,
      ledgerUsd: expect.closeTo(0.18, 9),
    });
  });

  it("shows RunPod's bill beside the ledger for the same pods, up to the last hour that is billed", async () => {
    const { meter, bills, summary, asked } = setUp();
    meter('pod_1', 'compute', NOW - 30 * HOUR, NOW - 20 * HOUR);
    meter('pod_1', 'compute', NOW - HOUR, NOW);
    bills.set('pod_1', { at: NOW - 25 * HOUR, usd: 5.9 });
    bills.set('somebody-elses', { at: NOW - 25 * HOUR, usd: 100 });
    expect((await summary()).reconciliation).toEqual({
      asOf: '2026-11-24T11:00:00.000Z',
      billedUsd: 5.9,
      ledgerUsd: expect.closeTo(6, 9),
      gapUsd: expect.closeTo(0.1, 9),
    });
    expect(asked).toEqual([
      {
        kind: 'pods',
        query: {
          bucketSize: 'hour',
          startTime: '2026-11-01T00:00:00.000Z',
          endTime: '2026-11-24T11:00:00.000Z',
        },
      },
    ]);
  });

  it('counts a pod that was never billed as a gap, and what ended last month not at all', async () => {
    const { meter, summary } = setUp();
    meter('pod_unbilled', 'compute', NOW - 30 * HOUR, NOW - 29 * HOUR);
    meter('pod_old', 'compute', NOW - 800 * HOUR, NOW - 790 * HOUR);
    expect((await summary()).reconciliation).toMatchObject({ billedUsd: 0, gapUsd: expect.closeTo(0.6, 9) });
  });

  it('asks for the bill of endpoints where there are any', async () => {
    const { meter, bills, summary, asked } = setUp();
    meter('ep_1', 'serverless', NOW - 30 * HOUR, NOW - 29 * HOUR);
    bills.set('ep_1', { at: NOW - 30 * HOUR, usd: 0.6 });
    expect((await summary()).reconciliation).toMatchObject({ billedUsd: 0.6 });
    expect(asked.map(({ kind }) => kind)).toEqual(['serverless']);
  });

  it('asks once in ten minutes, and keeps the last bill with its age when it cannot be read', async () => {
    const { clock, meter, bills, summary, asked, fail } = setUp();
    meter('pod_1', 'compute', NOW - 30 * HOUR, NOW - 29 * HOUR);
    bills.set('pod_1', { at: NOW - 30 * HOUR, usd: 0.5 });
    const first = (await summary()).reconciliation;
    await summary();
    expect(asked).toHaveLength(1);
    await clock.advance(10 * 60_000);
    fail(new AppError('runpod_unavailable', 'HTTP 503'));
    expect((await summary()).reconciliation).toEqual(first);
    await summary();
    expect(asked).toHaveLength(2);
  });

  it('is told without a bill when it never could be read, and not at all when the asker has left', async () => {
    const { meter, summary, fail } = setUp();
    meter('pod_1', 'compute', NOW - 30 * HOUR, NOW - 29 * HOUR);
    fail(new AppError('runpod_unreachable', 'HTTP 403'));
    expect((await summary()).reconciliation).toBeNull();
    const left = AbortSignal.abort();
    const other = setUp();
    other.meter('pod_1', 'compute', NOW - 30 * HOUR, NOW - 29 * HOUR);
    other.fail(new Error('aborted'));
    await expect(other.summary(left)).rejects.toThrow('aborted');
  });

  it('names what is lost when the balance ends', async () => {
    const { summary } = setUp();
    expect((await summary()).atZero).toEqual({ deleted: [], stopped: [], maybeDeletedLater: ['vol_1'] });
  });
});

describe('costs.shares', () => {
  it('divides the span among its requests', async () => {
    const { meter, requests, handlers } = setUp();
    meter('pod_1', 'compute', NOW - 5 * HOUR, NOW - 3 * HOUR);
    requests.add({
      ...sampleRequest(NOW),
      at: iso(NOW - 4 * HOUR),
      totalMs: HOUR,
      queueMs: 0,
      deployment: 'coder',
      client: 'laptop',
      cache: 'miss',
      outcome: 'ok',
    });
    const today = await handlers['costs.shares']({ by: 'model', span: 'today' }, never);
    expect(methods['costs.shares'].output.parse(today)).toMatchObject({
      from: '2026-11-24T00:00:00.000Z',
      rows: [
        {
          name: 'Qwen/Qwen3-32B',
          requests: 1,
          busyUsd: expect.closeTo(0.6, 9),
          idleUsd: expect.closeTo(0.6, 9),
        },
      ],
      usd: expect.closeTo(1.2, 9),
    });
  });
});

describe('costs.series', () => {
  it('divides each hour among models, and what nobody asked for stays apart', async () => {
    const { meter, requests, handlers } = setUp();
    meter('pod_1', 'compute', NOW - 90 * 60_000, NOW - 30 * 60_000);
    requests.add({
      ...sampleRequest(),
      id: 'req_1',
      at: iso(NOW - 60 * 60_000),
      deployment: 'coder',
      cache: 'miss',
      status: 200,
      outcome: 'ok',
      woke: false,
      queueMs: 0,
      totalMs: 10 * 60_000,
    });
    const wish = { bucket: 'hour', buckets: 3, by: 'model' } as const;
    const { points } = await handlers['costs.series'](wish, never);
    expect(points.map(({ byRequests }) => byRequests)).toEqual([
      // From 10:40 on, nobody had asked yet; from 11:00 on it was serving, then waiting for more.
      { '': expect.closeTo(0.2, 9) },
      { 'Qwen/Qwen3-32B': expect.closeTo(0.4, 9) },
      {},
    ]);
    const plain = await handlers['costs.series']({ ...wish, by: null }, never);
    expect(plain.points.every(({ byRequests }) => byRequests === undefined)).toBe(true);
  });
});

describe('costs.export', () => {
  it('gives the ledger as a file, named after what it holds', async () => {
    const { meter, handlers } = setUp();
    meter('pod_1', 'compute', NOW - 5 * HOUR, NOW - 3 * HOUR);
    const csv = await handlers['costs.export']({ format: 'csv' }, never);
    expect(csv.filename).toBe('costs-2026-11-24.csv');
    expect(csv.content.split('\r\n')).toHaveLength(3);
    const one = await handlers['costs.export']({ format: 'json', deployment: 'kept' }, never);
    expect(one).toEqual({ filename: 'costs-kept-2026-11-24.json', content: '[]\n' });
    const odd = await handlers['costs.export']({ format: 'json', deployment: '../etc/x' }, never);
    expect(odd.filename).toBe('costs-.._etc_x-2026-11-24.json');
  });
});
