import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/main/sandbox/types.ts';
import { sandboxWorld, type SandboxWorld } from './sandbox-world.ts';
import { HOUR, never, serverlessOn, wishFor } from './serverless-world.ts';

let w: SandboxWorld;
afterEach(() => w.dispose());
const { view, state, kinds, deploy, deployed, comesTo, stops, endpoints, call, runJob, ours } = serverlessOn(
  () => w,
);

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
    for (let passed = 0; passed < 2 * HOUR; passed += 30_000) await w.clock.advance(30_000);
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
