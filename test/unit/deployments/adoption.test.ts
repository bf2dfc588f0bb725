import { afterEach, describe, expect, it } from 'vitest';
import { readAdoption } from '../../../src/main/deployments/adoption.ts';
import { applyDeclared } from '../../../src/main/deployments/declared.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import type { Pod } from '../../../src/main/runpod/api.ts';
import { deploymentSpecSchema, type DeploymentWish } from '../../../src/shared/model.ts';
import { never, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

/** A stranger's pod as RunPod tells it. */
async function stranger(more: Partial<Pod>): Promise<Pod> {
  w = world();
  const body = { name: 'theirs', image: 'vllm/vllm-openai:v1', ports: ['8000/http'], disk: 20 };
  const pod = await w.cloud.api.pods.create({ ...body, gpu: { id: 'NVIDIA L40S', count: 1 } }, never);
  return { ...pod, ...more };
}

describe('what serves on a pod that somebody else made', () => {
  it.each<[string, Partial<Pod>, { backend: string; model: string; port: number; key: string }]>([
    [
      'vLLM by its arguments',
      { args: "--model 'Qwen/Qwen3-8B' --api-key sk-abc", ports: ['22/tcp', '9000/http', '8000/http'] },
      { backend: 'vllm', model: 'Qwen/Qwen3-8B', port: 8000, key: 'sk-abc' },
    ],
    [
      'vLLM with its model first, on a port of its own',
      { args: 'Qwen/Qwen3-8B --dtype auto', ports: ['9000/http'], env: { VLLM_API_KEY: 'k' } },
      { backend: 'vllm', model: 'Qwen/Qwen3-8B', port: 9000, key: 'k' },
    ],
    [
      'a model named by a variable',
      { args: '', env: { MODEL_NAME: 'a/b' } },
      { backend: 'vllm', model: 'a/b', port: 8000, key: '' },
    ],
    [
      'Ollama by its image, behind our front',
      { image: 'ollama/ollama:0.33.0', ports: ['11434/http'], env: { RPLM_FRONT_KEY: 'f' } },
      { backend: 'ollama', model: 'mine', port: 11_434, key: 'f' },
    ],
    [
      'Ollama by its variable',
      { image: 'own/image:1', ports: ['11434/http'], env: { OLLAMA_HOST: '0.0.0.0' } },
      { backend: 'ollama', model: 'mine', port: 11_434, key: '' },
    ],
  ])('%s', async (_, more, expected) => {
    const { spec, pod } = readAdoption(await stranger(more), 'mine', 0);
    const { port, key } = pod.launch;
    expect({ backend: spec.backend, model: spec.model, port, key }).toEqual(expected);
    // A stranger's pod is kept, and nothing of its own ends it.
    expect(spec.onStop).toBe('keep');
    expect(pod.launch.guard).toMatchObject({ mode: 'off', state: 'unprotected' });
  });

  it('is taken over with what RunPod tells of it, be it little', async () => {
    const { gpu: _gpu, disk: _disk, ...bare } = await stranger({ image: '', args: '', env: {} });
    const { spec, pod } = readAdoption(bare, 'mine', 0);
    expect(spec).toMatchObject({ model: 'mine', image: null, compute: { gpuTypeIds: [], gpuCount: null } });
    expect(pod.launch).toMatchObject({ gpuTypeId: '', gpuCount: 0, containerDiskGb: 0, key: '', port: 8000 });
  });

  it('may be this app’s own of another computer, with the watchdog that it carries', async () => {
    const env = { RPLM_DEADLINE: '1795515600', RPLM_IDLE: '1800', RPLM_BOOT_GRACE: '2700' };
    const { spec, pod } = readAdoption(await stranger({ env }), 'mine', 0);
    expect(spec.watchdog.enabled).toBe(true);
    expect(pod.launch.guard).toEqual({
      mode: 'image',
      idleSeconds: 1800,
      bootGraceSeconds: 2700,
      deadlineAt: 1_795_515_600_000,
      // Its log has to prove it.
      state: 'pending',
      reason: null,
    });
    const onlyDeadline = { RPLM_DEADLINE: '1795515600', RPLM_IDLE: '0', RPLM_BOOT_GRACE: 'soon' };
    const guard = readAdoption(await stranger({ env: onlyDeadline }), 'mine', 0).pod.launch.guard;
    expect(guard).toMatchObject({ mode: 'image', idleSeconds: null, bootGraceSeconds: 0 });
  });

  it('is refused in words when no deployment could describe it', async () => {
    const odd = await stranger({ image: 'Not An Image!' });
    expect(() => readAdoption(odd, 'mine', 0)).toThrow(/image must be an image reference/);
  });

  it('carries this app’s watchdog, if its variables say so; the proof is its log', async () => {
    const env = { RPLM_DEADLINE: '1795600000', RPLM_IDLE: '1800', RPLM_BOOT_GRACE: '2700' };
    const armed = readAdoption(await stranger({ env }), 'mine', 0).pod.launch.guard;
    expect(armed).toEqual({
      mode: 'image',
      idleSeconds: 1800,
      bootGraceSeconds: 2700,
      deadlineAt: 1_795_600_000_000,
      state: 'pending',
      reason: null,
    });
    await w.dispose();
    const patient = await stranger({ env: { RPLM_DEADLINE: '1795600000', RPLM_IDLE: '0' } });
    expect(readAdoption(patient, 'mine', 0).pod.launch.guard).toMatchObject({
      idleSeconds: null,
      bootGraceSeconds: 0,
    });
  });

  it('is nothing that can be asked where no HTTP port is published', async () => {
    const pod = await stranger({ ports: ['22/tcp'] });
    expect(() => readAdoption(pod, 'mine', 0)).toThrow(expect.objectContaining({ code: 'not_allowed_now' }));
  });
});

describe('what a configuration file declares (SPEC 1.2)', () => {
  const apply = (...wishes: DeploymentWish[]) =>
    applyDeclared(
      w.fleet,
      wishes.map((each) => deploymentSpecSchema.parse(each)),
      silentLog,
      never,
    );

  it('is made once, follows the file while it rests, and is left alone while it runs', async () => {
    w = world();
    w.fleet.start();
    expect(await apply(wish())).toBeNull();
    expect(await apply(wish())).toBeNull();
    expect(w.fleet.list()).toHaveLength(1);
    expect(await apply(wish({ aliases: ['code'] }))).toBeNull();
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', spec: { aliases: ['code'] } });
    w.fleet.startDeployment('qwen');
    await w.pass(40_000);
    expect(await apply(wish({ aliases: [] }))).toContain('the file differs from what runs');
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', spec: { aliases: ['code'] } });
  });

  it('says what was refused and goes on with the rest', async () => {
    w = world();
    w.fleet.start();
    const problem = await apply(wish({ extraArgs: ['--refused'] }), wish({ name: 'good', autostart: true }));
    expect(problem).toMatch(/^qwen: the recipe refuses this/);
    await w.pass(40_000);
    expect(w.fleet.list().map(({ name, state }) => [name, state])).toEqual([['good', 'ready']]);
  });
});
