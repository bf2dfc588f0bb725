import { afterEach, describe, expect, it } from 'vitest';
import { attributeSpan } from '../../../src/main/activity/attribute-span.ts';
import { createRequestLog, type RequestLog } from '../../../src/main/activity/request-log.ts';
import { shareUsd } from '../../../src/main/costs/attribution.ts';
import { startOfDay, startOfMonth } from '../../../src/main/costs/calendar.ts';
import { costHandlers } from '../../../src/main/handlers/costs.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import { createRunPodApi } from '../../../src/main/runpod/client.ts';
import type { RunPodApi } from '../../../src/main/runpod/api.ts';
import { VolumeMeter } from '../../../src/main/volumes/volume-meter.ts';
import { volumeName } from '../../../src/main/volumes/volume-name.ts';
import type { RequestRecord } from '../../../src/shared/activity.ts';
import { costGroupingSchema, ledgerEntrySchema, type LedgerEntry } from '../../../src/shared/model.ts';
import { sampleRequest } from '../../support/samples.ts';
import { KEY, sandboxWorld, type SandboxWorld } from '../deployments/sandbox-world.ts';

/**
 * Days in which everything happens that is billed, over the end of a month and the night in which clocks skip an hour,
 * and every view of the money held against the bill and against the other views.
 */

const never = new AbortController().signal;
const ZONE = 'Europe/Berlin';
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Half a cent. */
const CENT = 0.005;
/** From the 25th of March into April; clocks skip an hour on the 28th. */
const DAYS = 9;

let w: SandboxWorld;
let end: (() => Promise<void>) | null = null;
afterEach(async () => {
  await end?.();
  await w.dispose();
});

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

class Month {
  readonly api: RunPodApi;
  readonly requests: RequestLog;
  readonly meter: VolumeMeter;
  readonly costs: ReturnType<typeof costHandlers>;
  #asked = 0;

  constructor() {
    const { clock, sandbox, db, ledger } = w;
    const { apiUrl, graphqlUrl } = sandbox.urls();
    const shared = { clock, random: seededRandom(1), fetch: sandbox.fetch, log: silentLog };
    this.api = createRunPodApi({
      ...shared,
      apiUrl,
      graphqlUrl,
      graphqlEnabled: true,
      apiKey: () => Promise.resolve(KEY),
      userAgent: 'test',
    });
    this.requests = createRequestLog({ db, clock, log: silentLog });
    this.meter = new VolumeMeter({ api: this.api, ledger, clock, log: silentLog, mounted: () => new Set() });
    this.meter.start();
    this.costs = costHandlers({
      ledger,
      fleet: { list: () => w.fleet.list(), podsAtRestUsdPerMonth: () => w.fleet.podsAtRestUsdPerMonth() },
      volumes: this.meter,
      requests: this.requests,
      api: this.api,
      clock,
      log: silentLog,
      zone: () => ZONE,
      simulated: true,
    });
  }

  /** Moves time on; what is due happens on the way. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= HOUR) await w.clock.advance(Math.min(HOUR, left));
  }

  async until(test: () => boolean): Promise<void> {
    for (let tries = 0; !test(); tries++) {
      if (tries > 2000)
        throw new Error(
          `it never came: ${JSON.stringify(w.fleet.list().map(({ name, state, problem }) => ({ name, state, problem })))}`,
        );
      await w.clock.advance(2 * SECOND);
    }
  }

  /** What is asked takes the cloud's time. */
  async during(asked: Promise<unknown>): Promise<void> {
    let isDone = false;
    const done = asked.finally(() => {
      isDone = true;
    });
    // Its end is awaited below, a failure too.
    done.catch(() => {});
    await this.until(() => isDone);
    await done;
  }

  /** A request of a key, served for some seconds by hardware that is up or woken by it. */
  async ask(deployment: string, client: string, seconds: number): Promise<void> {
    const target = w.fleet.targets.list().find(({ name }) => name === deployment);
    if (target === undefined) throw new Error(`there is no ${deployment}`);
    const arrived = w.clock.now();
    const woke = w.fleet.get(deployment).state !== 'ready';
    await this.during(target.ensureReady(never));
    const queueMs = w.clock.now() - arrived;
    const lease = target.lease();
    await w.clock.advance(seconds * SECOND);
    lease.end(true);
    const record: RequestRecord = {
      ...sampleRequest(),
      id: `req_${++this.#asked}`,
      at: new Date(w.clock.now()).toISOString(),
      deployment,
      model: deployment,
      client,
      woke,
      queueMs,
      totalMs: w.clock.now() - arrived,
      usd: null,
    };
    this.requests.add(record);
  }

  spent = (): number => w.ledger.spent({}, 0, w.clock.now());
  billed = (): number => w.sandbox.bill().totalUsd;
}

/** Every view of the same money. */
async function views(month: Month) {
  const summary = await month.costs['costs.summary']({}, never);
  const days = await month.costs['costs.series']({ bucket: 'day', buckets: 40, by: null }, never);
  const json = await month.costs['costs.export']({ format: 'json' }, never);
  const csv = await month.costs['costs.export']({ format: 'csv' }, never);
  const entries: LedgerEntry[] = ledgerEntrySchema.array().parse(JSON.parse(json.content));
  return { summary, days, entries, csv: csv.content };
}

async function agree(month: Month): Promise<void> {
  const { summary, days, entries, csv } = await views(month);
  const { byDeployment, byKind, todayUsd, monthUsd, totalUsd } = summary;
  const near = (found: number, wanted: number, what: string): void => {
    expect(Math.abs(found - wanted), `${what}: ${found} beside ${wanted}`).toBeLessThan(1e-6);
  };
  near(sum(byDeployment.map((line) => line.todayUsd)), todayUsd, 'today by deployment');
  near(sum(byDeployment.map((line) => line.monthUsd)), monthUsd, 'month by deployment');
  near(sum(byDeployment.map((line) => line.totalUsd)), totalUsd, 'total by deployment');
  near(sum(byDeployment.map((line) => line.nowUsdPerHour)), summary.nowUsdPerHour, 'now by deployment');
  near(sum(Object.values(byKind)), monthUsd, 'month by kind');
  near(sum(entries.map(({ usd }) => usd)), totalUsd, 'exported JSON');
  const lines = csv.trim().split('\r\n');
  const column = lines[0]?.split(',').indexOf('usd') ?? -1;
  expect(lines.slice(1).every((line) => !line.includes('"'))).toBe(true);
  near(sum(lines.slice(1).map((line) => Number(line.split(',')[column]))), totalUsd, 'exported CSV');
  near(sum(days.points.flatMap(({ byKind: kinds }) => Object.values(kinds))), totalUsd, 'days by kind');
  near(
    sum(days.points.flatMap((point) => Object.values(point.byDeployment))),
    totalUsd,
    'days by deployment',
  );
  near(sum(Object.values(days.points.at(-1)?.byKind ?? {})), todayUsd, 'the last day');
  for (const by of costGroupingSchema.options) {
    for (const [span, wanted] of [
      ['today', todayUsd],
      ['month', monthUsd],
    ] as const) {
      const shares = await month.costs['costs.shares']({ by, span }, never);
      near(shares.usd, wanted, `${span} by ${by}`);
      near(sum(shares.rows.map(({ usd }) => usd)), wanted, `rows of ${span} by ${by}`);
    }
  }
  for (const by of ['model', 'key'] as const) {
    const divided = await month.costs['costs.series']({ bucket: 'day', buckets: 40, by }, never);
    near(
      sum(divided.points.flatMap(({ byRequests = {} }) => Object.values(byRequests))),
      totalUsd,
      `days by ${by}`,
    );
  }
  for (const view of w.fleet.list()) {
    const line = byDeployment.find(({ deploymentId }) => deploymentId === view.id);
    near(view.cost.totalUsd, line?.totalUsd ?? 0, `total of ${view.name}`);
    near(view.cost.nowUsdPerHour, line?.nowUsdPerHour ?? 0, `now of ${view.name}`);
  }
  const radar = await w.fleet.radar.scan(never);
  near(
    summary.restUsdPerMonth ?? Number.NaN,
    sum(radar.items.map((item) => item.usdPerMonthAtRest)),
    'at rest',
  );
  expect(summary.forecastMonthUsd).toBeGreaterThanOrEqual(monthUsd - 1e-9);
}

const pod = { mode: 'pod', model: 'Qwen/Qwen3-8B' } as const;

describe('days of everything that is billed', () => {
  it('are in the ledger as in the bill, and the same in every view', { timeout: 240_000 }, async () => {
    w = sandboxWorld({ speed: 1, timing: { idlePollMs: 20 * MINUTE } });
    // From late November to the last days of March, with nothing there.
    await w.clock.advance(Date.UTC(2027, 2, 25, 6) - w.clock.now());
    const month = new Month();
    end = () => month.meter.dispose();
    w.fleet.start();
    await w.clock.advance(MINUTE);

    const volume = await month.api.networkVolumes.create(
      { name: volumeName('Qwen/Qwen3-8B'), size: 1000, dataCenter: 'EU-RO-1' },
      never,
    );
    month.meter.look();
    await w.fleet.create(
      { ...pod, name: 'coder', idle: { minutes: 20 }, watchdog: { maxHours: 24 } },
      true,
      never,
    );
    await w.fleet.create({ ...pod, name: 'kept', onStop: 'keep', idle: { minutes: 20 } }, true, never);
    await w.fleet.create({ ...pod, mode: 'serverless', name: 'burst' }, false, never);
    await month.until(() => w.fleet.get('coder').state === 'ready' && w.fleet.get('kept').state === 'ready');

    for (let day = 0; day < DAYS; day++) {
      const morning = w.clock.now();
      await month.ask('coder', 'site/ide', 40);
      await month.pass(5 * MINUTE);
      await month.ask('coder', day < 5 ? 'site/ci' : 'solo', 90);
      await month.ask('kept', 'site/ide', 30);
      await month.ask('burst', 'solo', 20);
      if (day === 1) {
        await w.crash();
        w.fleet.start();
      }
      if (day === 2) await month.api.networkVolumes.update(volume.id, { size: 2000 }, never);
      if (day === 4) await w.clock.sleepMachine(3 * HOUR);
      if (day === 3) {
        const stranger = await month.api.pods.create(
          {
            name: 'hand-made',
            image: 'vllm/vllm-openai:v0.27.1',
            args: '--model Qwen/Qwen3-8B --served-model-name Qwen/Qwen3-8B --port 8000',
            gpu: { id: 'NVIDIA A40', count: 1, minCudaVersion: '13.0' },
            cloud: 'SECURE',
            disk: 40,
            ports: ['8000/http'],
            env: { VLLM_API_KEY: 'a-key-of-its-own' },
          },
          never,
        );
        await month.pass(30 * MINUTE);
        await month.during(w.fleet.radar.adopt('pod', stranger.id, 'taken', never));
        await month.pass(30 * MINUTE);
        w.fleet.stop('taken');
      }
      if (day === 6) w.fleet.stop('kept');
      // It idles over midnight, into another month and another day.
      if (day >= 6) w.fleet.keepAlive('coder', 20 * 60);
      if (day === 7) w.fleet.terminate('taken');
      await month.pass(10 * MINUTE);
      await agree(month);
      await month.pass(Math.max(0, morning + DAY - w.clock.now()));
      // What watches closely is never half a per cent off, and never short by more than a look.
      expect(Math.abs(month.spent() - month.billed()) / month.billed()).toBeLessThan(0.005);
    }

    w.fleet.stopAll();
    await month.until(() =>
      w.fleet.list().every(({ cost, stillBilling }) => cost.nowUsdPerHour === 0 || !stillBilling),
    );
    for (const name of ['coder', 'kept']) w.fleet.terminate(name);
    await month.pass(6 * HOUR);
    expect(w.ledger.unsettled()).toEqual([]);
    await agree(month);
    // A key's days add up to its month, whatever lies across a midnight.
    const now = w.clock.now();
    const parts = {
      ledger: w.ledger,
      fleet: w.fleet,
      requests: month.requests,
      offsetMs: () => month.api.clockOffsetMs(),
    };
    const byKey = (fromMs: number, toMs: number, sums = new Map<string, number>()): Map<string, number> => {
      for (const share of attributeSpan(parts, fromMs, toMs).shares) {
        const key = share.request.client ?? '';
        sums.set(key, (sums.get(key) ?? 0) + shareUsd(share));
      }
      return sums;
    };
    const days = new Map<string, number>();
    for (let from = startOfMonth(now, ZONE); from < now; from = startOfDay(from, ZONE, 1)) {
      byKey(from, Math.min(now, startOfDay(from, ZONE, 1)), days);
    }
    const whole = byKey(startOfMonth(now, ZONE), now);
    expect([...days.keys()].toSorted()).toEqual([...whole.keys()].toSorted());
    for (const [key, usd] of whole) expect(days.get(key)).toBeCloseTo(usd, 6);
    // All that was guessed is settled: to the cent, of some dozens of dollars.
    expect(month.billed()).toBeGreaterThan(10);
    expect(Math.abs(month.spent() - month.billed())).toBeLessThan(CENT);
  });
});
