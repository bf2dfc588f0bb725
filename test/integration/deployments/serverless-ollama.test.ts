import { afterEach, describe, expect, it } from 'vitest';
import type { DeploymentWish } from '../../../src/shared/model.ts';
import type { Fault } from '../../../src/main/sandbox/types.ts';
import { sandboxWorld, type SandboxWorld } from './sandbox-world.ts';
import { never, serverlessOn, wishFor } from './serverless-world.ts';

let w: SandboxWorld;
afterEach(() => w.dispose());
const { view, state, kinds, deploy, deployed, comesTo, stops, endpoints, call, ours, usdOff } = serverlessOn(
  () => w,
);

const OLLAMA: Partial<DeploymentWish> = { model: 'qwen3:8b', backend: 'ollama' };
const texts = (kind: string): string[] =>
  w.fleet
    .history('one')
    .entries.filter((entry) => entry.kind === kind)
    .map((entry) => entry.text);

interface Made {
  readonly env: Record<string, string>;
  readonly args: string;
  readonly ports: readonly string[];
}
const made = async (): Promise<Made> => (await call('GET', `/serverless/${view().endpoint?.id}`)) as Made;

/** A request as anybody who has the account's key can send one. */
const asks = async (path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> => {
  const base = w.sandbox.urls().lbUrlTemplate.replace('{endpointId}', view().endpoint?.id ?? '');
  const answer = await w.sandbox.fetch(`${base}${path}`, { headers });
  await answer.text();
  return answer.status;
};

describe('Ollama behind a load balancer of the sandbox cloud', () => {
  it('comes up on the stock image, sleeps, wakes, stops and goes; the bill is what the ledger says', async () => {
    w = sandboxWorld();
    await deployed({}, OLLAMA);
    expect(view()).toMatchObject({
      pod: null,
      ownImage: null,
      spec: { serverless: { type: 'LOAD_BALANCER' } },
      endpoint: { type: 'LOAD_BALANCER', image: 'ollama/ollama:0.33.0' },
    });
    expect(view().unattended.usd).toBeGreaterThan(0);
    await comesTo('sleeping');
    expect(view().cost.nowUsdPerHour).toBe(0);
    const [upstream] = await Promise.all([ours().ensureReady(never), comesTo('ready')]);
    expect(upstream.servedModel).toBe('qwen3:8b');
    await stops();
    expect(usdOff()).toBeLessThan(0.01);
    w.fleet.terminate('one');
    await w.until(() => w.fleet.list().length === 0, 120_000);
    expect(await endpoints()).toEqual([]);
    expect(w.ledger.open()).toEqual([]);
  });

  it('keeps Ollama behind a key of its own: the account’s key alone opens nothing', async () => {
    w = sandboxWorld();
    await deployed({}, OLLAMA);
    const headers = ours().upstream()?.headers ?? {};
    const { authorization = '' } = headers;
    expect(await asks('/v1/models')).toBe(401);
    expect(await asks('/v1/models', { authorization })).toBe(401);
    expect(await asks('/api/tags', { authorization, 'x-rplm-key': 'wrong' })).toBe(401);
    expect(await asks('/v1/models', headers)).toBe(200);
    const { env, args, ports } = await made();
    expect(env).toMatchObject({ OLLAMA_HOST: '127.0.0.1:11435', PORT: '11434', HEALTH_CHECK_PATH: '/ping' });
    expect(env['RPLM_FRONT_KEY']).toBe(headers['x-rplm-key']);
    expect([JSON.parse(args), ports]).toMatchObject([{ entrypoint: ['bash', '-c'] }, ['11434/http']]);
    // Neither key is anywhere where people look.
    const told = JSON.stringify([view(), w.fleet.history('one'), w.events]);
    expect(told).not.toContain(env['RPLM_FRONT_KEY']);
    expect(told).not.toContain('sandbox-key');
  });

  it('keeps its key over a crash of the app, a stop and an edit, and has another with another endpoint', async () => {
    w = sandboxWorld();
    await deployed({}, OLLAMA);
    const key = (await made()).env['RPLM_FRONT_KEY'];
    await w.crash();
    w.fleet.start();
    await w.until(() => ours().upstream() !== null, 60_000);
    expect(ours().upstream()?.headers['x-rplm-key']).toBe(key);
    await w.fleet.edit('one', wishFor({ ...OLLAMA, contextTokens: 8192 }), never);
    await w.until(() => kinds().includes('endpoint-changed'), 60_000);
    expect((await made()).env).toMatchObject({ RPLM_FRONT_KEY: key, OLLAMA_CONTEXT_LENGTH: '8192' });
    await stops();
    w.fleet.terminate('one');
    await w.until(() => w.fleet.list().length === 0, 120_000);
    await deployed({}, OLLAMA);
    expect((await made()).env['RPLM_FRONT_KEY']).not.toBe(key);
  });

  it('fetches its model at every cold start, or once where a volume keeps it', async () => {
    w = sandboxWorld();
    const seconds = async (more: Partial<DeploymentWish>): Promise<number[]> => {
      await deployed(
        { flashboot: 'OFF', idleTimeoutSeconds: 2 },
        { ...OLLAMA, model: 'llama3.3:70b', ...more },
      );
      const took: number[] = [];
      for (let start = 0; start < 2; start++) {
        await comesTo('sleeping');
        const began = w.clock.now();
        await Promise.all([ours().ensureReady(never), comesTo('ready')]);
        took.push((w.clock.now() - began) / 1000);
      }
      await stops();
      w.fleet.terminate('one');
      await w.until(() => w.fleet.list().length === 0, 120_000);
      return took;
    };
    const budget = { usdPerBoot: 20 };
    const alone = await seconds({ budget });
    const { id } = (await call('POST', '/network-volumes', {
      name: 'v',
      size: 100,
      dataCenter: 'EU-RO-1',
    })) as { id: string };
    const kept = await seconds({ budget, volume: { networkVolumeId: id } });
    // 40 GB at the sandbox's ten-fold speed: some twenty seconds of every start.
    expect(Math.min(...alone)).toBeGreaterThan(Math.max(...kept) + 10);
  });

  it('says that it sleeps where a log is asked for, and shows the last that was heard', async () => {
    w = sandboxWorld();
    const lines = async (tail: number, source?: 'system'): Promise<string[]> => {
      const heard: string[] = [];
      const options = { tail, follow: false, ...(source === undefined ? {} : { source }) };
      for await (const line of w.fleet.logs('one', options, never))
        heard.push(`${line.source}: ${line.text}`);
      return heard;
    };
    w.fleet.start();
    await w.fleet.create(wishFor(OLLAMA), false, never);
    expect(await lines(10)).toEqual(['app: Nothing of "one" runs.']);
    w.fleet.startDeployment('one');
    await comesTo('sleeping');
    const told = await lines(200);
    expect(told).toContain('container: preload: the model is loaded');
    expect(told.at(-1)).toMatch(
      /^app: "one" sleeps: no worker runs.*last lines of its last start stand above\.$/,
    );
    expect(await lines(0)).toHaveLength(1);
    expect((await lines(200, 'system')).some((line) => line.startsWith('container'))).toBe(false);
    // Nothing was woken by looking.
    expect(state()).toBe('sleeping');
  });

  it('ends a start for a model that Ollama does not know, and says so', async () => {
    w = sandboxWorld();
    await deploy({}, { ...OLLAMA, model: 'no-such-model:8b' });
    await comesTo('failed');
    expect(view().problem).toMatchObject({ code: 'model_unknown' });
    await w.until(() => !view().stillBilling, 120_000);
    expect(view().cost.nowUsdPerHour).toBe(0);
  });

  it.each([
    [
      'a create answered with 502 that worked',
      { kind: 'lost-answer', route: 'POST /v2/serverless', how: '502', times: 1 },
    ],
    ['a slow start', { kind: 'slow-boot', factor: 3, times: 1 }],
    ['no GPU at first', { kind: 'no-capacity', times: 6 }],
    ['lost logs', { kind: 'lost-logs', times: 20 }],
  ] as readonly (readonly [string, Fault])[])('comes up, once, in spite of %s', async (_, fault) => {
    w = sandboxWorld();
    w.fleet.start();
    await w.fleet.create(wishFor(OLLAMA), false, never);
    w.sandbox.arm(fault);
    w.fleet.startDeployment('one');
    await comesTo('ready', 3_600_000);
    w.sandbox.clearFaults();
    expect(await endpoints()).toHaveLength(1);
    expect(await asks('/v1/models', ours().upstream()?.headers)).toBe(200);
    await stops();
  });

  it('is refused where a queue is asked for by what only a queue has', async () => {
    w = sandboxWorld();
    const wish = wishFor({ ...OLLAMA, serverless: { queueDelaySeconds: 4 } });
    await expect(w.fleet.create(wish, true, never)).rejects.toMatchObject({
      code: 'invalid_input',
      details: { field: 'serverless.type', nearest: 'LOAD_BALANCER' },
    });
  });

  it('moves between a pod and an endpoint by an edit', async () => {
    w = sandboxWorld();
    await deployed({}, { ...OLLAMA, mode: 'pod' });
    await w.fleet.edit('one', wishFor(OLLAMA), never);
    await w.until(() => state() === 'ready' && view().endpoint !== null && view().pod === null, 1_200_000);
    await w.fleet.edit('one', wishFor({ ...OLLAMA, mode: 'pod' }), never);
    await w.until(() => state() === 'ready' && view().pod !== null, 1_200_000);
    expect(await endpoints()).toEqual([]);
  });
});

describe('images of one’s own behind endpoints', () => {
  const building = async (): Promise<void> => w.until(() => w.images.builds.length > 0, 600_000);

  it('one is made where RunPod does not run the start command that carries the key check', async () => {
    w = sandboxWorld();
    w.images.attach();
    w.sandbox.arm({ kind: 'no-entrypoint-override', times: 1 });
    await deploy({}, OLLAMA);
    await building();
    expect(await endpoints()).toEqual([]);
    expect(view()).toMatchObject({ state: 'building', cost: { nowUsdPerHour: 0 } });
    expect(w.images.builds[0]?.request).toMatchObject({ backend: 'ollama', target: 'load-balancer' });
    const reference = 'registry.test/me/llm:ollama-load-balancer-0123456789abcdef';
    const env = { PORT: '11434', PORT_HEALTH: '11434', HEALTH_CHECK_PATH: '/ping' };
    const launch = { modelPath: null, env, ports: ['11434/http'] };
    w.images.builds[0]?.done({ reference, registryId: null, launch });
    await comesTo('ready');
    expect(view()).toMatchObject({ endpoint: { image: reference }, ownImage: { reference } });
    expect((await made()).args).toBe('');
    expect(await asks('/v1/models', { authorization: 'Bearer sandbox-key' })).toBe(401);
    expect(kinds()).toEqual(expect.arrayContaining(['image-cure', 'image-building', 'image-ready', 'ready']));
    expect(w.images.builds).toHaveLength(1);
  });

  it('is not made against the user’s word: then there is no Ollama rather than an open one', async () => {
    w = sandboxWorld();
    w.images.attach();
    w.sandbox.arm({ kind: 'no-entrypoint-override', times: 1 });
    await deploy({}, { ...OLLAMA, ownImage: 'never' });
    await comesTo('failed');
    expect(view().problem).toMatchObject({ code: 'unsupported' });
    expect(w.images.builds).toEqual([]);
    await w.until(() => !view().stillBilling, 120_000);
  });

  it.each([
    ['QUEUE', 'queue', {}],
    ['LOAD_BALANCER', 'load-balancer', { PORT: '8000', PORT_HEALTH: '8001', HEALTH_CHECK_PATH: '/ping' }],
  ] as const)('cures a vLLM that lacks a package, once: %s', async (type, target, env) => {
    w = sandboxWorld();
    w.images.attach();
    w.sandbox.arm({ kind: 'crash-loop', line: "ModuleNotFoundError: No module named 'einops'", times: 1 });
    await deploy({ type });
    await building();
    expect(texts('image-cure')[0]).toContain('einops');
    expect(w.images.builds[0]?.request).toMatchObject({
      backend: 'vllm',
      target,
      packages: ['einops==1.0.0'],
    });
    expect(await endpoints()).toEqual([]);
    const reference = `registry.test/me/llm:vllm-${target}-0123456789abcdef`;
    const ports = type === 'QUEUE' ? [] : ['8000/http', '8001/http'];
    w.images.builds[0]?.done({ reference, registryId: null, launch: { modelPath: null, env, ports } });
    await comesTo('ready');
    expect(view().endpoint).toMatchObject({ type, image: reference });
    expect((await made()).env).toMatchObject(env);
    await stops();
    expect(usdOff()).toBeLessThan(0.01);
  });

  it('is built first where it is asked for, at work too, and left again', async () => {
    w = sandboxWorld();
    w.images.attach();
    await deployed();
    await w.fleet.edit('one', wishFor({ ownImage: 'always' }), never);
    await building();
    const reference = 'registry.test/me/llm:vllm-queue-0123456789abcdef';
    w.images.builds[0]?.done({
      reference,
      registryId: null,
      launch: { modelPath: null, env: {}, ports: [] },
    });
    await w.until(() => state() === 'ready' && view().endpoint?.image === reference, 1_200_000);
    await w.fleet.edit('one', wishFor({ ownImage: 'never' }), never);
    await w.until(() => view().endpoint?.image.startsWith('runpod/worker-v1-vllm') === true, 1_200_000);
    expect(w.images.builds).toHaveLength(1);
    expect(await endpoints()).toHaveLength(1);
  });

  it('is stopped, restarted and edited while it is built', async () => {
    w = sandboxWorld();
    w.images.attach();
    await deploy({}, { ownImage: 'always' });
    await building();
    w.fleet.restart('one');
    w.fleet.stop('one');
    await comesTo('stopped', 60_000);
    expect(w.images.builds[0]?.signal.aborted).toBe(true);
    expect(await endpoints()).toEqual([]);
    w.fleet.startDeployment('one');
    await w.until(() => w.images.builds.length === 2, 60_000);
    await w.fleet.edit('one', wishFor({ ownImage: 'never' }), never);
    await comesTo('ready');
    expect(w.images.builds[1]?.signal.aborted).toBe(true);
    expect(view()).toMatchObject({ ownImage: null, endpoint: { image: 'runpod/worker-v1-vllm:v2.25.2' } });
  });

  it('ends the start where there is no engine to make it with, and bills nothing', async () => {
    w = sandboxWorld();
    await deploy({}, { ownImage: 'always' });
    await comesTo('failed');
    expect(view().problem).toMatchObject({ code: 'docker_unavailable' });
    expect(view().stillBilling).toBe(false);
    expect(w.sandbox.bill().totalUsd).toBe(0);
  });

  it('pulls a private one with the login that is registered for it', async () => {
    w = sandboxWorld();
    const { id } = (await call('POST', '/registries', { name: 'r', username: 'u', password: 'p' })) as {
      id: string;
    };
    w.images.logins.set('registry.test/me/worker-vllm:1', id);
    await deployed({}, { image: 'registry.test/me/worker-vllm:1' });
    expect(await made()).toMatchObject({ registry: id, image: 'registry.test/me/worker-vllm:1' });
  });
});
