import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/main/sandbox/types.ts';
import type { DeploymentView, DeploymentWish } from '../../../src/shared/model.ts';
import { sandboxWorld, type SandboxWorld } from './sandbox-world.ts';
import { DAY, HOUR, never, serverlessOn, wishFor, type Serverless } from './serverless-world.ts';

let w: SandboxWorld;
afterEach(() => w.dispose());
const { view, state, kinds, deploy, deployed, comesTo, stops, endpoints, call, runJob } = serverlessOn(
  () => w,
);

describe('what others do to the endpoint', () => {
  it('raises again what RunPod scaled down for want of requests (trap 27)', async () => {
    w = sandboxWorld();
    await deployed({ maxWorkers: 3 });
    await comesTo('sleeping');
    await w.fleet.dispose();
    for (let passed = 0; passed < 8 * DAY; passed += HOUR) await w.clock.advance(HOUR);
    expect((await endpoints())[0]?.workers.max).toBe(0);
    await w.crash();
    w.fleet.start();
    await w.until(() => kinds().includes('scaled-down'), 300_000);
    await w.until(() => view().endpoint?.workers.max === 3, 60_000);
    expect((await endpoints())[0]?.workers.max).toBe(3);
    expect(state()).toBe('sleeping');
  });

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
