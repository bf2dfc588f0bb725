import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sandboxWorld, type SandboxWorld } from './sandbox-world.ts';
import { never, serverlessOn } from './serverless-world.ts';

let w: SandboxWorld;
const { call, endpoints, state, view, kinds, comesTo, runJob, ours, stops } = serverlessOn(() => w);

beforeEach(() => {
  w = sandboxWorld();
  w.fleet.start();
});
afterEach(() => w.dispose());

const gpu = { pools: ['ADA_24'], count: 1 };
const QUEUE = {
  name: 'their chat',
  type: 'QUEUE',
  image: 'runpod/worker-v1-vllm:v2.25.2',
  gpu,
  disk: 60,
  env: { MODEL_NAME: 'Qwen/Qwen3-8B', MAX_MODEL_LEN: '16384', TENSOR_PARALLEL_SIZE: '1' },
  workers: { min: 0, max: 2, idleTimeout: 60 },
  scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
  timeout: 600_000,
  flashboot: 'FLASHBOOT',
};
const BALANCED = {
  ...QUEUE,
  name: 'their balanced chat',
  type: 'LOAD_BALANCER',
  image: 'vllm/vllm-openai:v0.27.1',
  args: '--model Qwen/Qwen3-8B --host 0.0.0.0 --port 8000 --served-model-name theirs --max-model-len 16384',
  ports: ['8000/http'],
  env: { PORT: '8000', PORT_HEALTH: '8000', HEALTH_CHECK_PATH: '/health' },
  scaling: { type: 'REQUEST_COUNT', requestCount: 16 },
};

/** Somebody else makes an endpoint; its id. */
async function made(body: object): Promise<string> {
  const { id } = (await call('POST', '/serverless', body)) as { id: string };
  return id;
}
const adopt = (id: string) => w.fleet.radar.adopt('endpoint', id, 'one', never);

describe('an endpoint that somebody else made', () => {
  it('is offered for adoption where it can be served, and taken over as it is: nothing is changed, nothing woken', async () => {
    const id = await made(QUEUE);
    const { items } = await w.fleet.radar.scan(never);
    expect(items).toMatchObject([{ id, ownership: 'foreign', actions: ['stop', 'terminate', 'adopt'] }]);
    const before = await endpoints();
    const taken = await adopt(id);
    expect(taken).toMatchObject({
      state: 'sleeping',
      spec: { model: 'Qwen/Qwen3-8B', contextTokens: 16_384, mode: 'serverless' },
      endpoint: { id, workers: { min: 0, max: 2 }, idleTimeoutSeconds: 60 },
      cost: { nowUsdPerHour: 0 },
    });
    await w.pass(3_600_000);
    expect(await endpoints()).toEqual(before);
    expect(state()).toBe('sleeping');
    expect(w.ledger.spent({}, 0, w.clock.now())).toBe(0);
    expect((await w.fleet.radar.scan(never)).items).toMatchObject([
      { ownership: 'known', deployment: 'one', sweep: null },
    ]);
    await expect(adopt(id)).rejects.toMatchObject({ code: 'name_taken' });
    await expect(w.fleet.radar.adopt('endpoint', id, 'two', never)).rejects.toMatchObject({
      message: expect.stringContaining('already belongs to "one"'),
    });
  });

  it('is served, and what its workers cost counts from then on, not from before', async () => {
    const id = await made({ ...QUEUE, env: { ...QUEUE.env, OPENAI_SERVED_MODEL_NAME_OVERRIDE: 'one' } });
    await runJob(id, 20_000);
    await w.until(() => w.sandbox.bill().totalUsd > 0.005, 600_000);
    const paidBefore = w.sandbox.bill().totalUsd;
    await adopt(id);
    expect(await ours().ensureReady(never)).toMatchObject({
      servedModel: 'one',
      queue: { invokeUrl: expect.stringContaining(id) },
    });
    await w.until(() => view().cost.nowUsdPerHour > 0, 120_000);
    await w.pass(60_000);
    const spent = w.ledger.spent({}, 0, w.clock.now());
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(w.sandbox.bill().totalUsd - paidBefore + 0.002);
  });

  it('is stopped, started and deleted like one of ours', async () => {
    const id = await made(QUEUE);
    await adopt(id);
    await stops();
    expect(await endpoints()).toMatchObject([{ id, workers: { min: 0, max: 0 } }]);
    w.fleet.startDeployment('one');
    await comesTo('ready');
    expect(await endpoints()).toMatchObject([{ id, workers: { min: 0, max: 2 } }]);
    w.fleet.terminate('one');
    await w.until(() => w.fleet.list().length === 0, 300_000);
    expect(await endpoints()).toEqual([]);
  });

  it('outlives a crash of the app', async () => {
    const id = await made(QUEUE);
    await adopt(id);
    await w.crash();
    w.fleet.start();
    await w.pass(60_000);
    expect(view()).toMatchObject({ state: 'sleeping', endpoint: { id } });
    expect(kinds()).toContain('adopted');
  });

  it('behind a load balancer answers a token where a worker is up, and is taken unasked where none is', async () => {
    const id = await made({ ...BALANCED, workers: { min: 1, max: 2, idleTimeout: 60 } });
    const asleep = await made({ ...BALANCED, name: 'asleep' });
    await w.pass(400_000);
    const taking = adopt(id);
    await w.pass(20_000);
    const taken = await taking;
    expect(taken).toMatchObject({ state: 'ready', endpoint: { type: 'LOAD_BALANCER' } });
    expect(ours().upstream()).toMatchObject({ servedModel: 'theirs', baseUrl: expect.stringContaining(id) });
    expect(w.fleet.history('one').entries.at(-1)?.text).toContain('It answered.');
    await w.fleet.radar.adopt('endpoint', asleep, 'two', never);
    expect(w.fleet.get('two').state).toBe('sleeping');
    expect(w.fleet.history('two').entries.at(-1)?.text).toContain('No worker is up');
    // It is its owner's to keep a worker up.
    await w.pass(3_600_000);
    expect(state()).toBe('ready');
  });

  it.each<[string, object, RegExp]>([
    ['a handler of its own', { ...QUEUE, image: 'me/whisper:1' }, /no vLLM worker/],
    ['a key of its own', { ...BALANCED, env: { ...BALANCED.env, VLLM_API_KEY: 'k' } }, /key of its own/],
    ['an unknown server without a worker', { ...BALANCED, image: 'me/own:1' }, /no worker of it is up/],
  ])('is refused with why: %s', async (_, body, why) => {
    const id = await made(body);
    const before = await endpoints();
    await expect(adopt(id)).rejects.toMatchObject({
      code: 'not_allowed_now',
      message: expect.stringMatching(why),
    });
    expect(await endpoints()).toEqual(before);
    expect(w.fleet.list()).toEqual([]);
  });
});
