import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import type { DeploymentWish } from '../../../src/shared/model.ts';
import { VLLM_IMAGE } from '../../../src/main/planner/images.ts';
import { never, settled, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

const OWN = 'registry.test/me/llm:vllm-pod-0123456789abcdef';
const MISSING = "ModuleNotFoundError: No module named 'einops'";

async function deploy(more: Partial<DeploymentWish> = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish(more), true, never);
  await w.pass(1000);
}
const view = () => w.fleet.get('qwen');
const kinds = (): string[] => w.fleet.history('qwen').entries.map((entry) => entry.kind);
const texts = (kind: string): string[] =>
  w.fleet
    .history('qwen')
    .entries.filter((entry) => entry.kind === kind)
    .map((entry) => entry.text);
const creates = (): number => w.cloud.calls.filter((call) => call.startsWith('create')).length;

/** The container comes up, says its last words, and is started again. */
async function crash(line = MISSING): Promise<void> {
  await w.pass(12_000);
  for (let round = 0; round < 2 && w.cloud.alive().length > 0; round++) {
    w.cloud.say('start container for vllm/vllm-openai: begin', 'system');
    w.cloud.say(line);
    await w.pass(3000);
  }
}

describe('a deployment that is to have an image of its own', () => {
  it('has it made before anything is rented, and says that nothing bills meanwhile', async () => {
    w = world();
    w.images.attach();
    await deploy({ ownImage: 'always' });
    expect(view()).toMatchObject({
      state: 'building',
      pod: null,
      cost: { nowUsdPerHour: 0 },
      unattended: { usd: 0 },
      ownImage: { reference: null },
    });
    expect(texts('image-building')[0]).toContain('Nothing bills meanwhile.');
    w.images.builds[0]?.say({
      state: 'building',
      steps: [{ index: 2, name: 'RUN pip install', state: 'running', seconds: null }],
      totalSteps: 7,
    });
    await w.pass(1000);
    expect(view().phases.at(-1)).toMatchObject({ phase: 'building', detail: 'step 2 of 7: RUN pip install' });
    expect(creates()).toBe(0);
    w.images.builds[0]?.done();
    await w.pass(60_000);
    expect(view()).toMatchObject({ state: 'ready', pod: { image: OWN }, ownImage: { reference: OWN } });
    expect(view().phases.map(({ phase }) => phase)).toEqual([
      'placing',
      'building',
      'placing',
      'pulling',
      'loading',
      'warming',
      'ready',
    ]);
  });

  it('is launched with what the image asks for, and the login that may pull it', async () => {
    w = world();
    w.images.attach();
    await deploy({ ownImage: 'always', env: { PORT: '1', MINE: 'kept' } });
    w.images.builds[0]?.done({
      launch: { modelPath: null, env: { PORT: '8000' }, ports: ['8000/http', '8001/http'] },
    });
    await w.pass(60_000);
    const { body } = w.cloud.pod();
    expect(body).toMatchObject({
      image: OWN,
      registry: 'reg1',
      ports: ['8000/http', '8001/http'],
      env: { PORT: '8000', MINE: 'kept' },
    });
    // Its own entrypoint carries the watchdog: the start command adds the server's arguments and no more.
    expect(body.args).toMatch(/^--model Qwen\/Qwen3-8B /);
    expect(body.env).toHaveProperty('RPLM_DEADLINE');
    expect(body.env).not.toHaveProperty('RPLM_WATCHDOG');
  });

  it('keeps it: the next start looks for no image', async () => {
    w = world();
    w.images.attach();
    await deploy({ ownImage: 'always' });
    w.images.builds[0]?.done();
    await w.pass(60_000);
    w.fleet.stop('qwen');
    await w.pass(10_000);
    w.fleet.startDeployment('qwen');
    await w.pass(60_000);
    expect(view()).toMatchObject({ state: 'ready', pod: { image: OWN } });
    expect(w.images.builds).toHaveLength(1);
  });

  it('has another made once its model is another one', async () => {
    w = world();
    w.images.attach();
    await deploy({ ownImage: 'always' });
    await w.fleet.edit('qwen', wish({ ownImage: 'always', model: 'Qwen/Qwen3-4B' }), never);
    await w.pass(1000);
    expect(w.images.builds.map(({ signal, request }) => [request.model, signal.aborted])).toEqual([
      ['Qwen/Qwen3-8B', true],
      ['Qwen/Qwen3-4B', false],
    ]);
  });

  it('does without once it is told to', async () => {
    w = world();
    w.images.attach();
    await deploy({ ownImage: 'always' });
    await w.fleet.edit('qwen', wish({ ownImage: 'never' }), never);
    await w.pass(60_000);
    expect(view()).toMatchObject({
      state: 'ready',
      pod: { image: 'vllm/vllm-openai:v0.27.1' },
      ownImage: null,
    });
  });

  it('is stopped while it is built: the build ends, nothing was rented', async () => {
    w = world();
    w.images.attach();
    await deploy({ ownImage: 'always' });
    w.fleet.stop('qwen');
    await w.pass(1000);
    expect(view()).toMatchObject({ state: 'stopped', stillBilling: false });
    expect(w.images.builds[0]?.signal.aborted).toBe(true);
    expect(creates()).toBe(0);
    w.fleet.startDeployment('qwen');
    await w.pass(1000);
    expect(view().state).toBe('building');
    expect(w.images.builds).toHaveLength(2);
  });

  it('is removed while it is built', async () => {
    w = world();
    w.images.attach();
    await deploy({ ownImage: 'always' });
    w.fleet.terminate('qwen');
    await w.pass(1000);
    expect(w.fleet.list()).toEqual([]);
    expect(w.images.builds[0]?.signal.aborted).toBe(true);
  });

  it('goes on with the build after the app was killed in the middle of it', async () => {
    w = world();
    w.images.attach();
    await deploy({ ownImage: 'always' });
    await w.restart();
    await w.pass(1000);
    expect(view().state).toBe('building');
    w.images.builds.at(-1)?.done();
    await w.pass(60_000);
    expect(view().state).toBe('ready');
    expect(creates()).toBe(1);
  });

  it('holds a request that wakes it, and counts the making of an image for no usual start', async () => {
    w = world();
    w.images.attach();
    w.fleet.start();
    await w.fleet.create(wish({ ownImage: 'always' }), false, never);
    const target = w.fleet.targets.list()[0];
    const held = target === undefined ? null : settled(target.ensureReady(never));
    await w.pass(600_000);
    expect(target?.state()).toBe('waking');
    w.images.builds[0]?.done();
    await w.pass(60_000);
    expect(await held).toHaveProperty('value');
    const total = w.db.get(`SELECT seconds FROM deployment_boots WHERE phase = 'total'`);
    expect(Number(total?.['seconds'])).toBeLessThan(120);
  });
});

describe('an image that cannot be made', () => {
  it('ends the start with what to do, and is not tried again by itself', async () => {
    w = world();
    await deploy({ ownImage: 'always' });
    await w.pass(600_000);
    expect(view()).toMatchObject({ state: 'failed', problem: { code: 'docker_unavailable' }, pod: null });
    expect(view().problem?.message).toMatch(/No Docker engine answers.* needed because/);
    expect(view().problem?.advice).toMatch(/Docker.*"image".*ownImage/s);
    expect(kinds().filter((kind) => kind === 'image-building')).toHaveLength(1);
    expect(w.notes('failed')[0]).toMatchObject({
      payload: { body: expect.stringContaining('Nothing bills.') },
    });
  });

  it('because somebody cancelled its build', async () => {
    w = world();
    w.images.attach();
    await deploy({ ownImage: 'always' });
    w.images.builds[0]?.fail(new DOMException('cancelled', 'AbortError'));
    await w.pass(1000);
    expect(view()).toMatchObject({ state: 'failed', problem: { code: 'build_failed' } });
    expect(w.images.builds).toHaveLength(1);
  });

  it('because its engine says nothing any more; a wait for another build’s turn is no silence', async () => {
    w = world({ timing: { stuckBuildingMs: 60_000 } });
    w.images.attach();
    await deploy({ ownImage: 'always' });
    await w.pass(300_000);
    expect(view().state).toBe('building');
    w.images.builds[0]?.say({ state: 'checking' });
    await w.pass(59_000);
    w.images.builds[0]?.say({ state: 'building' });
    await w.pass(59_000);
    expect(view().state).toBe('building');
    await w.pass(2000);
    expect(view()).toMatchObject({ state: 'failed', problem: { code: 'build_failed' } });
    expect(view().problem?.message).toContain('said nothing for 1 minutes');
    expect(w.images.builds[0]?.signal.aborted).toBe(true);
  });
});

describe('a stock image that fails for want of a package', () => {
  it('is replaced by an own one, once, and the history tells why', async () => {
    w = world();
    w.images.attach().versions.set('einops', '0.8.1');
    w.cloud.loadMs = 9_000_000;
    await deploy();
    expect(texts('image')).toEqual(['Image: the stock image of vLLM serves it.']);
    await crash();
    expect(view()).toMatchObject({ state: 'building', pod: null });
    expect(w.cloud.billing).toEqual([]);
    expect(w.images.builds[0]?.request).toMatchObject({ packages: ['einops==0.8.1'], backend: 'vllm' });
    w.cloud.loadMs = 20_000;
    w.images.builds[0]?.done();
    await w.pass(60_000);
    expect(view()).toMatchObject({ state: 'ready', pod: { image: OWN } });
    expect(kinds().filter((kind) => kind.startsWith('image'))).toEqual([
      'image',
      'image-cure',
      'image-building',
      'image-ready',
    ]);
    const cure = w.fleet.history('qwen').entries.find(({ kind }) => kind === 'image-cure');
    expect(cure?.data['log']).toContain(MISSING);
    // The machine was not to blame.
    expect(w.db.get(`SELECT count(*) AS n FROM deployment_capacity WHERE outcome = 'stuck'`)).toEqual({
      n: 0,
    });
    expect(view().pod?.gpuTypeId).toBe(w.cloud.pod('pod1').body.gpu?.id);
  });

  it('fails for good when the own image fails as well', async () => {
    w = world();
    w.images.attach();
    w.cloud.loadMs = 9_000_000;
    await deploy();
    await crash();
    w.images.builds[0]?.done();
    await crash("ModuleNotFoundError: No module named 'timm'");
    await crash("ModuleNotFoundError: No module named 'timm'");
    expect(view()).toMatchObject({ state: 'failed', problem: { code: 'boot_failed' } });
    await w.pass(600_000);
    expect(w.images.builds).toHaveLength(1);
    expect(w.cloud.billing).toEqual([]);
  });

  it('stays within what one start may cost', async () => {
    w = world();
    w.images.attach();
    w.cloud.loadMs = 9_000_000;
    await deploy({ budget: { usdPerBoot: 0.1 } });
    await w.pass(520_000);
    await crash();
    w.images.builds[0]?.done();
    await w.pass(600_000);
    expect(view()).toMatchObject({ state: 'failed', problem: { code: 'budget_exceeded' } });
    expect((w.cloud.billedMs() * 0.69) / 3_600_000).toBeLessThan(0.11);
  });

  it.each([
    ['its owner does not want one', { ownImage: 'never' }],
    ['the image was its owner’s choice', { image: 'me/own:1' }],
  ] as const)('is not replaced where %s', async (_why, more) => {
    w = world();
    w.images.attach();
    w.cloud.loadMs = 9_000_000;
    await deploy(more);
    await crash();
    await crash();
    expect(view()).toMatchObject({ state: 'failed', problem: { code: 'boot_failed' } });
    expect(w.images.builds).toEqual([]);
  });

  it('is not replaced for a reason that an own image would share', async () => {
    w = world();
    w.images.attach();
    w.cloud.loadMs = 9_000_000;
    await deploy();
    await crash('torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.');
    expect(view()).toMatchObject({ state: 'failed', problem: { code: 'boot_failed' } });
    expect(w.images.builds).toEqual([]);
  });

  it('leads to no pod and no loop where none can be built', async () => {
    w = world();
    w.cloud.loadMs = 9_000_000;
    await deploy();
    await crash();
    await w.pass(600_000);
    expect(view()).toMatchObject({ state: 'failed', problem: { code: 'docker_unavailable' } });
    expect(view().problem?.message).toContain('image lacks the Python package einops');
    expect(creates()).toBe(1);
    expect(w.cloud.billing).toEqual([]);
  });
});

describe('an image of its own that lacks a package too', () => {
  it('is made again with it, once', async () => {
    w = world();
    w.images.attach();
    w.cloud.loadMs = 9_000_000;
    await deploy({ ownImage: 'always' });
    w.images.builds[0]?.done();
    await w.pass(2000);
    await crash();
    expect(w.images.builds.map(({ request }) => request.packages)).toEqual([[], ['einops==1.0.0']]);
    w.images.builds[1]?.done({ reference: 'registry.test/me/llm:vllm-pod-fedcba9876543210' });
    await w.pass(2000);
    await crash("ModuleNotFoundError: No module named 'timm'");
    await crash("ModuleNotFoundError: No module named 'timm'");
    expect(view()).toMatchObject({ state: 'failed', problem: { code: 'boot_failed' } });
    expect(w.images.builds).toHaveLength(2);
  });

  it('makes way for the stock one when it is asked for no longer', async () => {
    w = world();
    w.images.attach();
    await deploy({ ownImage: 'always' });
    w.images.builds[0]?.done();
    await w.pass(60_000);
    await w.fleet.edit('qwen', wish(), never);
    await w.pass(60_000);
    expect(view()).toMatchObject({ state: 'ready', pod: { image: VLLM_IMAGE }, ownImage: null });
  });

  it('is not condemned by what another pod said', async () => {
    w = world({ timing: { stuckLoadingMs: 60_000 } });
    w.images.attach();
    w.cloud.loadMs = 9_000_000;
    await deploy();
    await w.pass(12_000);
    w.cloud.say(MISSING);
    await w.pass(70_000);
    expect(kinds()).toContain('pod-given-up');
    await crash('Segmentation fault (core dumped)');
    await crash('Segmentation fault (core dumped)');
    expect(kinds()).not.toContain('image-cure');
    expect(w.images.builds).toEqual([]);
  });
});

describe('Ollama where RunPod does not run its start command', () => {
  it('gets an image of its own, whose entrypoint has the key check', async () => {
    w = world();
    w.images.attach();
    w.cloud.loadMs = 9_000_000;
    await deploy({ backend: 'ollama', model: 'llama3.2:3b' });
    await w.pass(12_000);
    w.cloud.say('Error: unknown command "{\\"entrypoint\\":" for "ollama"');
    await w.pass(10_000);
    expect(view().state).toBe('building');
    w.images.builds[0]?.done({ launch: { modelPath: null, env: {}, ports: ['11434/http'] } });
    await w.pass(5000);
    expect(w.cloud.pod().body).toMatchObject({ image: OWN, ports: ['11434/http'] });
    expect(w.cloud.pod().body.args ?? '').not.toContain('entrypoint');
    expect(w.cloud.pod().body.env).toHaveProperty('RPLM_FRONT_KEY');
  });

  it('has it made at once the next time, before a pod that would fail', async () => {
    w = world();
    w.images.attach();
    w.cloud.loadMs = 9_000_000;
    await deploy({ backend: 'ollama', model: 'llama3.2:3b' });
    await w.pass(12_000);
    w.cloud.say('Error: unknown command "{\\"entrypoint\\":" for "ollama"');
    await w.pass(10_000);
    w.fleet.stop('qwen');
    await w.pass(5000);
    await w.fleet.create(wish({ name: 'other', backend: 'ollama', model: 'gemma3:4b' }), true, never);
    await w.pass(5000);
    expect(w.fleet.get('other').state).toBe('building');
    expect(creates()).toBe(1);
  });
});

it('an image that could be found nowhere ends the start with that word', async () => {
  w = world();
  w.images.attach();
  await deploy({ ownImage: 'always' });
  w.images.builds[0]?.fail(new AppError('registry_denied', 'The registry refuses: denied.'));
  await w.pass(1000);
  expect(view()).toMatchObject({ state: 'failed', problem: { code: 'registry_denied' } });
});

describe('an image that RunPod cannot find', () => {
  const refused = (): AppError =>
    new AppError('image_invalid', 'RunPod cannot use the image (422 to POST /v2/pods).', {
      details: { status: 422 },
    });

  it('ends the start at once, with what its registry has instead', async () => {
    w = world();
    w.images.advice.set('me/llm:v9', 'Did you mean "v8"?');
    w.cloud.creates = [{ do: 'refuse', error: refused() }];
    await deploy({ image: 'me/llm:v9' });
    expect(view()).toMatchObject({
      state: 'failed',
      problem: { code: 'image_invalid', advice: 'Did you mean "v8"?', details: { status: 422 } },
    });
    expect(creates()).toBe(1);
  });

  it('is looked for again at the next start where the app made it', async () => {
    w = world();
    w.images.attach();
    await deploy({ ownImage: 'always' });
    w.cloud.creates = [{ do: 'refuse', error: refused() }];
    w.images.builds[0]?.done();
    await w.pass(2000);
    expect(view()).toMatchObject({ state: 'failed', problem: { code: 'image_invalid' } });
    w.fleet.startDeployment('qwen');
    await w.pass(1000);
    w.images.builds[1]?.done({ source: 'built' });
    await w.pass(60_000);
    expect(view().state).toBe('ready');
  });

  it('is pulled with the login for it where it is its owner’s private one', async () => {
    w = world();
    w.images.logins.set('me/private:1', 'reg7');
    await deploy({ image: 'me/private:1' });
    expect(w.cloud.pod().body).toMatchObject({ image: 'me/private:1', registry: 'reg7' });
  });
});
