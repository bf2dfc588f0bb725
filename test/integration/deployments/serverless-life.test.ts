import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/main/sandbox/types.ts';
import type { Target } from '../../../src/main/target.ts';
import { AppError } from '../../../src/shared/errors.ts';
import type { DeploymentView, DeploymentWish } from '../../../src/shared/model.ts';
import { sandboxWorld, type SandboxWorld } from './sandbox-world.ts';

let w: SandboxWorld;
afterEach(() => w.dispose());
const never = new AbortController().signal;
const view = (): DeploymentView => w.fleet.get('one');
const state = (): string => view().state;
const kinds = (): string[] => w.fleet.history('one').entries.map((entry) => entry.kind);
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

type Serverless = NonNullable<DeploymentWish['serverless']>;
const MODEL = 'Qwen/Qwen3-8B';
const wishFor = (more: Partial<DeploymentWish> = {}): DeploymentWish => ({
  name: 'one',
  model: MODEL,
  mode: 'serverless',
  ...more,
});

async function deploy(serverless: Serverless = {}, more: Partial<DeploymentWish> = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wishFor({ serverless, ...more }), true, never);
}

const comesTo = (wanted: string, ms = 1_200_000): Promise<void> => w.until(() => state() === wanted, ms);

async function deployed(serverless: Serverless = {}, more: Partial<DeploymentWish> = {}): Promise<void> {
  await deploy(serverless, more);
  await comesTo('ready');
}

async function stops(): Promise<void> {
  w.fleet.stop('one');
  await w.until(() => !view().stillBilling && ['stopped', 'failed'].includes(state()), 300_000);
}

interface Found {
  readonly id: string;
  readonly name: string;
  readonly workers: { readonly min: number; readonly max: number };
}

/** What the account has, whatever the app believes. */
async function endpoints(): Promise<Found[]> {
  const { endpoints: all } = (await call('GET', '/serverless')) as { endpoints: Found[] };
  return all;
}

async function call(method: string, path: string, body?: object): Promise<unknown> {
  const response = await w.sandbox.fetch(`${w.sandbox.urls().apiUrl}${path}`, {
    method,
    headers: { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return text === '' ? null : JSON.parse(text);
}

/** A job as any other program sends one. */
async function runJob(id: string, tokens: number): Promise<void> {
  const input = {
    model: 'one',
    messages: [{ role: 'user', content: 'Hi' }],
    max_tokens: tokens,
    ignore_eos: true,
  };
  await w.sandbox.fetch(`${w.sandbox.urls().invokeUrl}/${id}/run`, {
    method: 'POST',
    headers: { authorization: 'Bearer sandbox-key', 'content-type': 'application/json' },
    body: JSON.stringify({ input: { openai_route: '/v1/chat/completions', openai_input: input } }),
  });
}

const ours = (): Target => {
  const [target] = w.fleet.targets.list();
  if (target === undefined) throw new Error('there is no target');
  return target;
};

/** USD that the ledger is off the simulated bill. */
const usdOff = (): number => Math.abs(w.ledger.spent({}, 0, w.clock.now()) - w.sandbox.bill().totalUsd);

const refusal = async (promise: Promise<unknown>): Promise<AppError> => {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error('it was accepted');
};

describe('a queue endpoint on the sandbox cloud', () => {
  it('is made, proves itself by a request of its own, sleeps, stops and goes', async () => {
    w = sandboxWorld();
    await deployed();
    expect(view()).toMatchObject({ pod: null, endpoint: { type: 'QUEUE', workers: { min: 0, max: 2 } } });
    expect(view().cost.nowUsdPerHour).toBeGreaterThan(0);
    expect(view().unattended.usd).toBeGreaterThan(0);
    await comesTo('sleeping');
    expect(view().cost.nowUsdPerHour).toBe(0);
    expect(view().unattended.usd).toBe(0);
    await stops();
    expect(view()).toMatchObject({ stillBilling: false, endpoint: { workers: { min: 0, max: 0 } } });
    w.fleet.terminate('one');
    await w.until(() => w.fleet.list().length === 0, 120_000);
    expect(await endpoints()).toEqual([]);
    expect(w.ledger.open()).toEqual([]);
  });

  it('asks once for the proof and wakes nothing by looking (trap 14)', async () => {
    w = sandboxWorld();
    await deployed();
    await comesTo('sleeping');
    const before = w.sandbox.bill().totalUsd;
    await w.pass(2 * HOUR);
    expect(state()).toBe('sleeping');
    expect(w.sandbox.bill().totalUsd).toBe(before);
    expect(kinds().filter((kind) => kind === 'stirred')).toEqual([]);
  });

  it('says what defaults would get wrong, and sends no key of the account (traps 19, 23)', async () => {
    w = sandboxWorld();
    await deployed();
    const made = await call('GET', `/serverless/${view().endpoint?.id}`);
    expect(made).toMatchObject({
      flashboot: 'FLASHBOOT',
      timeout: 600_000,
      workers: { min: 0, max: 2, idleTimeout: 60 },
      scaling: { type: 'QUEUE_DELAY' },
      gpu: { count: 1 },
    });
    expect(JSON.stringify(made)).not.toMatch(/RUNPOD_API_KEY|sandbox-key/);
  });

  it('is stopped by a stop of everything, asleep too', async () => {
    w = sandboxWorld();
    await deployed();
    await comesTo('sleeping');
    expect(w.fleet.stopAll()).toEqual({ stopping: ['one'] });
    await comesTo('stopped', 60_000);
    expect((await endpoints())[0]?.workers.max).toBe(0);
  });

  it('has a worker up by the time it is to be ready, out of its sleep', async () => {
    w = sandboxWorld();
    const at = new Date(w.clock.now() + 2 * HOUR);
    const time = `${String(at.getUTCHours()).padStart(2, '0')}:${String(at.getUTCMinutes()).padStart(2, '0')}`;
    const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
    await deployed({}, { schedule: { timeZone: 'UTC', prewarm: [{ days: [...days], at: time }] } });
    await comesTo('sleeping');
    await w.until(() => state() === 'ready', 2 * HOUR);
    expect(Math.abs(w.clock.now() - at.getTime())).toBeLessThan(600_000);
  });

  it('starts again without a worker once it has proved itself, and with one when asked twice', async () => {
    w = sandboxWorld();
    await deployed();
    const id = view().endpoint?.id;
    await stops();
    const spent = w.sandbox.bill().totalUsd;
    w.fleet.startDeployment('one');
    await comesTo('sleeping', 60_000);
    expect(w.sandbox.bill().totalUsd).toBe(spent);
    w.fleet.startDeployment('one');
    await comesTo('ready');
    expect(view().endpoint?.id).toBe(id);
    expect(await endpoints()).toHaveLength(1);
  });

  it.each([
    [
      'a create answered with 502 that worked',
      { kind: 'lost-answer', route: 'POST /v2/serverless', how: '502', times: 1 },
    ],
    [
      'a create whose connection broke',
      { kind: 'lost-answer', route: 'POST /v2/serverless', how: 'reset', times: 1 },
    ],
    [
      'a create that never answers',
      { kind: 'lost-answer', route: 'POST /v2/serverless', how: 'hang', times: 1 },
    ],
    ['a 503 without an endpoint', { kind: 'status', route: 'POST /v2/serverless', status: 503, times: 1 }],
    ['429', { kind: 'status', route: 'POST /v2/serverless', status: 429, retryAfterSeconds: 5, times: 1 }],
    ['a list that lags', { kind: 'list-lag', ms: 6000 }],
    ['lists that fail', { kind: 'status', route: 'GET /v2/serverless', status: 500, times: 6 }],
    [
      'workers that cannot be listed',
      { kind: 'status', route: 'GET /v2/serverless/*/workers', status: 500, times: 6 },
    ],
    ['a slow start', { kind: 'slow-boot', factor: 3, times: 1 }],
    ['no GPU at first', { kind: 'no-capacity', times: 6 }],
    ['lost logs', { kind: 'lost-logs', times: 20 }],
  ] as readonly (readonly [string, Fault])[])('comes up, once, in spite of %s', async (_, fault) => {
    w = sandboxWorld();
    w.fleet.start();
    await w.fleet.create(wishFor(), false, never);
    w.sandbox.arm(fault);
    w.fleet.startDeployment('one');
    await comesTo('ready', 3_600_000);
    w.sandbox.clearFaults();
    expect(await endpoints()).toHaveLength(1);
    await stops();
  });

  it.each([
    ['patches that fail', { kind: 'status', route: 'PATCH /v2/serverless/*', status: 503, times: 4 }],
    [
      'a patch whose answer is lost',
      { kind: 'lost-answer', route: 'PATCH /v2/serverless/*', how: 'hang', times: 1 },
    ],
    ['reads that fail', { kind: 'status', route: 'GET /v2/serverless/*', status: 503, times: 9 }],
  ] as readonly (readonly [string, Fault])[])('stops in spite of %s', async (_, fault) => {
    w = sandboxWorld();
    await deployed();
    w.sandbox.arm(fault);
    await stops();
    expect((await endpoints())[0]?.workers).toMatchObject({ min: 0, max: 0 });
  });

  it.each([
    ['deletes that fail', { kind: 'status', route: 'DELETE /v2/serverless/*', status: 503, times: 9 }],
    [
      'a delete whose answer is lost',
      { kind: 'lost-answer', route: 'DELETE /v2/serverless/*', how: 'hang', times: 1 },
    ],
  ] as readonly (readonly [string, Fault])[])('goes in spite of %s', async (_, fault) => {
    w = sandboxWorld();
    await deployed();
    w.sandbox.arm(fault);
    w.fleet.terminate('one');
    await w.until(() => w.fleet.list().length === 0, 600_000);
    w.sandbox.clearFaults();
    expect(await endpoints()).toEqual([]);
  });

  it('deletes an endpoint whose worker outlasts the stop', async () => {
    w = sandboxWorld({ timing: { stopLingersMs: 20_000 } });
    await deployed();
    const id = view().endpoint?.id ?? '';
    await runJob(id, 30_000);
    await w.until(() => (view().endpoint?.jobs.inProgress ?? 0) > 0, 60_000);
    w.fleet.stop('one');
    await comesTo('stopped', 300_000);
    expect(view()).toMatchObject({ stillBilling: false, endpoint: null });
    expect(await endpoints()).toEqual([]);
    expect(kinds()).toContain('stop-lingers');
    w.fleet.startDeployment('one');
    await comesTo('ready');
  });

  it.each([
    ['a gated model', 'huggingface_hub.errors.GatedRepoError: 403 Client Error.', 'model_gated'],
    ['nothing known', 'Segmentation fault (core dumped)', 'boot_failed'],
  ])('fails with its reason in a crash loop, and its workers are taken away: %s', async (_, line, code) => {
    w = sandboxWorld();
    w.sandbox.arm({ kind: 'crash-loop', line });
    await deploy();
    await comesTo('failed', 3_600_000);
    expect(view().problem).toMatchObject({ code });
    await w.until(() => !view().stillBilling, 120_000);
    expect((await endpoints())[0]?.workers.max).toBe(0);
  });

  it('gives up where no GPU is free for long', async () => {
    w = sandboxWorld();
    w.sandbox.arm({ kind: 'no-capacity' });
    await deploy();
    await comesTo('failed', 3_600_000);
    expect(view().problem).toMatchObject({ code: 'no_gpu_capacity' });
  });
});

describe('a load-balanced endpoint', () => {
  it('is woken by a knock, proved through its own address, and sleeps again', async () => {
    w = sandboxWorld();
    await deployed({ type: 'LOAD_BALANCER' });
    expect(view().endpoint).toMatchObject({ type: 'LOAD_BALANCER', image: 'vllm/vllm-openai:v0.27.1' });
    await comesTo('sleeping');
    const target = ours();
    expect(target.state()).toBe('sleeping');
    const waking = target.ensureReady(never);
    await comesTo('ready');
    const upstream = await waking;
    expect(upstream).toMatchObject({ servedModel: 'one', maxBodyBytes: 30 * 1024 * 1024 });
    expect(upstream.baseUrl).toMatch(/\/lb\/sbep\w+\/v1$/);
  });
});

describe('a sleeping queue as the proxy sees it', () => {
  it('is callable at once by those who may wake it, as a job until a worker runs', async () => {
    w = sandboxWorld();
    await deployed();
    await comesTo('sleeping');
    const target = ours();
    expect(target.upstream()).toBeNull();
    const lease = target.lease();
    const upstream = await target.ensureReady(never);
    expect(upstream.queue?.invokeUrl).toMatch(/\/invoke\/v2\/sbep\w+$/);
    expect(upstream.baseUrl).toBe(`${upstream.queue?.invokeUrl}/openai/v1`);
    expect(upstream.queue?.warm()).toBe(false);
    await runJob(view().endpoint?.id ?? '', 8);
    await comesTo('ready');
    expect(upstream.queue?.warm()).toBe(true);
    lease.end(true);
    await comesTo('sleeping');
  });

  it('starts a worker ahead where no request of the caller follows, and counts no wakes', async () => {
    w = sandboxWorld();
    await deployed();
    await comesTo('sleeping');
    expect(ours().scalesItself?.()).toBe(true);
    await ours().ensureReady(never, true);
    await comesTo('ready');
    await stops();
    expect(ours().scalesItself?.()).toBe(false);
  });

  it('goes back to sleep where the request was taken back', async () => {
    w = sandboxWorld();
    await deployed();
    await comesTo('sleeping');
    const target = ours();
    const lease = target.lease();
    await target.ensureReady(never);
    await w.pass(5000);
    expect(['pulling', 'loading']).toContain(state());
    lease.end(false);
    await comesTo('sleeping', 60_000);
  });

  it('is not woken where requests may not wake it', async () => {
    w = sandboxWorld();
    await deployed({}, { wakeOnRequest: false });
    await comesTo('sleeping');
    const target = ours();
    await expect(target.ensureReady(never)).rejects.toMatchObject({ code: 'deployment_stopped' });
    expect(state()).toBe('sleeping');
  });
});

describe('what it costs', () => {
  const settled = async (): Promise<void> => {
    await w.until(() => w.ledger.unsettled().length === 0, 2 * HOUR);
    await w.pass(1000);
  };

  it('is in the ledger within seconds of a worker, and settled from the bill', async () => {
    w = sandboxWorld({ timing: { settleAfterMs: 600_000 } });
    await deployed();
    await comesTo('sleeping');
    const perSecond = (view().endpoint?.workerUsdPerHour.most ?? 0) / 3600;
    expect(usdOff()).toBeLessThan(10 * perSecond);
    await settled();
    expect(usdOff()).toBeLessThan(0.00005);
    // A second spell is settled on top of the first.
    w.fleet.startDeployment('one');
    await comesTo('ready');
    await comesTo('sleeping');
    expect(w.ledger.unsettled()).not.toEqual([]);
    await settled();
    expect(usdOff()).toBeLessThan(0.00005);
  });

  it('stops it when the budget of its day is used up', async () => {
    w = sandboxWorld();
    await deployed({ minWorkers: 1 }, { budget: { usdPerDay: 0.2 }, idle: { policy: 'off' } });
    expect(view().unattended).toMatchObject({ usd: null });
    await w.until(() => state() === 'stopped', 4 * HOUR);
    expect(view().cost.todayUsd).toBeLessThan(0.21);
    expect(w.fleet.history('one').entries.at(-1)?.text).toContain('budget');
    expect((await refusal(Promise.resolve().then(() => w.fleet.startDeployment('one')))).code).toBe(
      'budget_exceeded',
    );
  });

  it('gives up a start that costs more than one may', async () => {
    w = sandboxWorld({ speed: 1 });
    w.sandbox.arm({ kind: 'stuck-boot', phase: 'loading' });
    await deploy({}, { budget: { usdPerBoot: 0.1 } });
    await comesTo('failed', 2 * HOUR);
    expect(view().problem).toMatchObject({ code: 'budget_exceeded' });
    await w.until(() => !view().stillBilling, 300_000);
  });

  it('allows only as many workers as the limit by the hour pays for', async () => {
    w = sandboxWorld();
    await deployed({ maxWorkers: 5 }, { compute: { maxUsdPerHour: 2.5 } });
    const { workers, workerUsdPerHour } = view().endpoint ?? {};
    expect((workers?.max ?? 0) * (workerUsdPerHour?.most ?? 0)).toBeLessThanOrEqual(2.5);
    expect(w.fleet.history('one').entries.some(({ text }) => text.includes('of 5 workers'))).toBe(true);
  });

  it('ends workers of a minimum when they idle, as a pod', async () => {
    w = sandboxWorld();
    await deployed({ minWorkers: 1 }, { idle: { minutes: 5 } });
    expect(view().idleStopsAt).not.toBeNull();
    await w.until(() => state() === 'stopped', HOUR);
    expect(kinds()).toContain('stopped');
  });

  it('refuses more workers than the account has left, before anything is made (trap 40)', async () => {
    w = sandboxWorld();
    const error = await refusal(deploy({ maxWorkers: 11 }));
    expect(error).toMatchObject({
      code: 'invalid_input',
      details: { field: 'serverless.maxWorkers', nearest: 10 },
    });
    expect(await endpoints()).toEqual([]);
  });
});

describe('what others do to the endpoint', () => {
  it('raises again what RunPod scaled down for want of requests (trap 27)', async () => {
    w = sandboxWorld();
    await deployed({ maxWorkers: 3 });
    await comesTo('sleeping');
    await w.fleet.dispose();
    await w.pass(8 * DAY);
    expect((await endpoints())[0]?.workers.max).toBe(0);
    await w.crash();
    w.fleet.start();
    await w.until(() => kinds().includes('scaled-down'), 300_000);
    await w.until(() => view().endpoint?.workers.max === 3, 60_000);
    expect((await endpoints())[0]?.workers.max).toBe(3);
    expect(state()).toBe('sleeping');
  }, 60_000);

  it('takes it for a stop when somebody takes its workers away', async () => {
    w = sandboxWorld();
    await deployed();
    await call('PATCH', `/serverless/${view().endpoint?.id}`, { workers: { min: 0, max: 0 } });
    await comesTo('stopped', 120_000);
    expect(view().desired).toBe('stopped');
    await w.until(() => !view().stillBilling, 120_000);
  });

  it('takes it for a stop when somebody deletes it, and makes another one at the next start', async () => {
    w = sandboxWorld();
    await deployed();
    await call('DELETE', `/serverless/${view().endpoint?.id}`);
    await comesTo('stopped', 120_000);
    expect(view()).toMatchObject({ endpoint: null, stillBilling: false });
    expect(w.ledger.open()).toEqual([]);
    w.fleet.startDeployment('one');
    await comesTo('ready');
  });

  it('sets more workers than agreed to back, and leaves fewer', async () => {
    w = sandboxWorld();
    await deployed();
    const id = view().endpoint?.id;
    await call('PATCH', `/serverless/${id}`, { workers: { min: 0, max: 4 } });
    await w.until(() => kinds().includes('scaled-outside'), 120_000);
    await w.until(() => view().endpoint?.workers.max === 2, 60_000);
    expect((await endpoints())[0]?.workers.max).toBe(2);
    await call('PATCH', `/serverless/${id}`, { workers: { min: 0, max: 1 } });
    await w.until(() => view().endpoint?.workers.max === 1, 120_000);
    await w.pass(120_000);
    expect((await endpoints())[0]?.workers.max).toBe(1);
  });

  it('sees and books workers that run for somebody else', async () => {
    w = sandboxWorld();
    await deployed();
    await comesTo('sleeping');
    await runJob(view().endpoint?.id ?? '', 8);
    await comesTo('ready', 300_000);
    expect(kinds()).toContain('stirred');
    expect(view().cost.nowUsdPerHour).toBeGreaterThan(0);
  });

  it('deletes an endpoint of its own that no deployment knows', async () => {
    w = sandboxWorld();
    await deployed();
    const [own] = await endpoints();
    const name = own?.name.replace(/-[0-9a-f]+$/, '-0badc0de') ?? '';
    const made = await call('GET', `/serverless/${own?.id}`);
    const { image, gpu, env } = made as { image: string; gpu: { pools: string[] }; env: object };
    await call('POST', '/serverless', {
      name,
      type: 'QUEUE',
      image,
      env,
      gpu: { pools: gpu.pools, count: 1 },
      workers: { min: 0, max: 1 },
      scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
    });
    expect(await endpoints()).toHaveLength(2);
    await w.pass(120_000);
    expect(await endpoints()).toMatchObject([{ id: own?.id }]);
  });
});

describe('edits', () => {
  const edit = (serverless: Serverless, more: Partial<DeploymentWish> = {}): Promise<DeploymentView> =>
    w.fleet.edit('one', wishFor({ serverless, ...more }), never);

  it('change bounds and idle time at once, without touching workers', async () => {
    w = sandboxWorld();
    await deployed();
    const id = view().endpoint?.id;
    await edit({ maxWorkers: 4, idleTimeoutSeconds: 120 });
    await w.until(() => view().endpoint?.workers.max === 4, 60_000);
    expect(view()).toMatchObject({ state: 'ready', endpoint: { id, idleTimeoutSeconds: 120 } });
    expect(await call('GET', `/serverless/${id}`)).toMatchObject({ workers: { max: 4, idleTimeout: 120 } });
  });

  it('give workers another container in place', async () => {
    w = sandboxWorld();
    await deployed();
    const id = view().endpoint?.id;
    await edit({}, { contextTokens: 16_384 });
    await w.until(() => kinds().includes('endpoint-changed'), 60_000);
    expect(await call('GET', `/serverless/${id}`)).toMatchObject({ env: { MAX_MODEL_LEN: '16384' } });
  });

  it('make another endpoint where the kind of it changes (trap 24)', async () => {
    w = sandboxWorld();
    await deployed();
    const id = view().endpoint?.id;
    await edit({ type: 'LOAD_BALANCER' });
    await w.until(() => view().endpoint?.type === 'LOAD_BALANCER', 300_000);
    await comesTo('ready');
    expect(view().endpoint?.id).not.toBe(id);
    expect(await endpoints()).toHaveLength(1);
  });

  it('move it to a pod and back, with one of both at a time', async () => {
    w = sandboxWorld();
    await deployed();
    await w.fleet.edit('one', wishFor({ mode: 'pod' }), never);
    await w.until(() => view().pod !== null && state() === 'ready', 3_600_000);
    expect(await endpoints()).toEqual([]);
    await w.fleet.edit('one', wishFor(), never);
    await w.until(() => view().endpoint != null && state() === 'ready', 3_600_000);
    expect(view().pod).toBeNull();
    expect(w.sandbox.bill().pods.filter((pod) => pod.running)).toEqual([]);
  });

  it('of a stopped one wait for the next start', async () => {
    w = sandboxWorld();
    await deployed();
    await stops();
    const id = view().endpoint?.id;
    await edit({ maxWorkers: 1 }, { contextTokens: 16_384 });
    await w.pass(60_000);
    expect((await endpoints())[0]?.workers.max).toBe(0);
    w.fleet.startDeployment('one');
    await comesTo('ready');
    expect(await call('GET', `/serverless/${id}`)).toMatchObject({
      workers: { max: 1 },
      env: { MAX_MODEL_LEN: '16384' },
    });
  });
});

describe('killed at any instant and started again (SPEC 3.11)', () => {
  const fault = fc.option(
    fc.constantFrom<Fault>(
      { kind: 'lost-answer', route: 'POST /v2/serverless', how: '502', times: 1 },
      { kind: 'lost-answer', route: 'POST /v2/serverless', how: 'hang', times: 1 },
      { kind: 'lost-answer', route: 'PATCH /v2/serverless/*', how: 'hang', times: 1 },
      { kind: 'lost-answer', route: 'PATCH /v2/serverless/*', how: '502', times: 1 },
      { kind: 'latency', route: 'POST /v2/serverless', ms: 3000, times: 1 },
      { kind: 'latency', route: 'PATCH /v2/serverless/*', ms: 3000, times: 1 },
      { kind: 'list-lag', ms: 5000, times: 1 },
    ),
  );
  const crash = fc.record({
    afterMs: fc.integer({ min: 0, max: 40_000 }),
    awayMs: fc.integer({ min: 0, max: 60_000 }),
  });
  const wish = fc.constantFrom('start', 'stop', 'nothing');

  it('has one endpoint at most, and none that may run after a stop', async () => {
    const live = async (
      seed: number,
      trouble: Fault | null,
      steps: readonly (readonly [{ afterMs: number; awayMs: number }, string])[],
    ) => {
      w = sandboxWorld({ seed });
      if (trouble !== null) w.sandbox.arm(trouble);
      await deploy();
      for (const [{ afterMs, awayMs }, verb] of steps) {
        await w.pass(afterMs);
        if (verb === 'start') w.fleet.startDeployment('one');
        if (verb === 'stop') w.fleet.stop('one');
        await w.pass(afterMs % 700);
        await w.crash();
        await w.pass(awayMs);
        w.fleet.start();
      }
      await w.pass(60_000);
      await stops();
      await w.pass(60_000);
      const left = await endpoints();
      expect(left.length).toBeLessThanOrEqual(1);
      expect(left.filter(({ workers }) => workers.max > 0)).toEqual([]);
      expect(w.ledger.open()).toEqual([]);
      await w.dispose();
    };
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000_000 }),
      fault,
      fc.array(fc.tuple(crash, wish), { minLength: 1, maxLength: 4 }),
      live,
    );
    await expect(fc.assert(property, { numRuns: 25 })).resolves.toBeUndefined();
    w = sandboxWorld();
  }, 300_000);
});
