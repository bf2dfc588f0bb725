import { afterEach, describe, expect, it } from 'vitest';
import type { DeploymentWish } from '../../../src/shared/model.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { never, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

async function deploy(more: Partial<DeploymentWish> = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish(more), true, never);
}
const kinds = (): string[] => w.fleet.history('qwen').entries.map((entry) => entry.kind);
const creates = (): number => w.cloud.calls.filter((call) => call.startsWith('create')).length;

/** The container starts, says its last words and ends, again and again. */
async function crashLoop(line: string, rounds = 4): Promise<void> {
  for (let round = 0; round < rounds && w.cloud.alive().length > 0; round++) {
    w.cloud.say('start container for vllm/vllm-openai: begin', 'system');
    w.cloud.say(line);
    await w.pass(3000);
  }
}

describe('readiness (SPEC 3.5)', () => {
  it('trap 7: RUNNING is not ready; only a token through the public URL is', async () => {
    w = world();
    w.cloud.loadMs = 300_000;
    await deploy();
    await w.pass(60_000);
    expect(w.cloud.pod().pod.status).toBe('RUNNING');
    expect(w.fleet.get('qwen').state).toBe('loading');
    expect(w.fleet.targets.list()[0]).toMatchObject({ models: ['qwen', 'Qwen/Qwen3-8B'] });
    expect(w.fleet.targets.list()[0]?.upstream()).toBeNull();
    await w.pass(300_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('shows what the log tells of the pull and the load', async () => {
    w = world();
    w.cloud.loadMs = 600_000;
    await deploy();
    await w.pass(2000);
    w.cloud.say('0123456789ab Downloading [=====>     ]  210.5MB/842MB', 'system');
    await w.pass(1000);
    expect(w.fleet.get('qwen').phases.at(-1)).toMatchObject({
      phase: 'pulling',
      detail: 'Layer 012345: downloading 210.5MB/842MB',
    });
    await w.pass(20_000);
    w.cloud.say('Loading safetensors checkpoint shards:  50% Completed | 2/4 [00:02<00:02,  1.1s/it]');
    await w.pass(1000);
    expect(w.fleet.get('qwen').phases.at(-1)).toMatchObject({
      phase: 'loading',
      detail: 'Loading weights 50 %',
    });
  });

  it('knows the usual time of each phase from its own boots', async () => {
    w = world();
    await deploy();
    await w.pass(60_000);
    w.fleet.stop('qwen');
    await w.pass(10_000);
    w.fleet.startDeployment('qwen');
    await w.pass(60_000);
    const usual = w.fleet.get('qwen').phases.map(({ phase, usualSeconds }) => [phase, usualSeconds !== null]);
    expect(usual).toEqual([
      ['placing', true],
      ['pulling', true],
      ['loading', true],
      ['warming', true],
      ['ready', false],
    ]);
  });

  it('trap 11: a server that answers strangers is ended, not used', async () => {
    w = world();
    w = await withFetch((path) => (path === '/v1/models' ? { data: [{ id: 'qwen' }] } : {}));
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'boot_failed' } });
    expect(w.fleet.get('qwen').problem?.message).toContain('strangers');
    await w.pass(10_000);
    expect(w.cloud.alive()).toEqual([]);
  });

  async function withFetch(reply: (path: string) => object): Promise<World> {
    await w.dispose();
    const { Response } = await import('undici');
    const made = world({
      deps: {
        fetch: (url) =>
          Promise.resolve(new Response(JSON.stringify(reply(new URL(url).pathname)), { status: 200 })),
      },
    });
    made.fleet.start();
    await made.fleet.create(wish(), true, never);
    return made;
  }
});

describe('traps 18 and 36: crash loops end with their reason', () => {
  it.each([
    ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB.', 'boot_failed', /GPU memory/],
    [
      'huggingface_hub.errors.GatedRepoError: 401 Client Error. Access to model x is restricted',
      'model_gated',
      /gated/,
    ],
    [
      'OSError: foo/bar is not a local folder and is not a valid model identifier listed on HF',
      'model_unknown',
      /does not know/,
    ],
    ['vllm: error: unrecognized arguments: --no-such-flag', 'boot_failed', /arguments/],
    [
      "ValueError: Model architectures ['FooForCausalLM'] are not supported for now.",
      'boot_failed',
      /kind of model/,
    ],
    ['OSError: [Errno 28] No space left on device', 'boot_failed', /disk/],
  ] as const)('%s', async (line, code, message) => {
    w = world();
    w.cloud.loadMs = 9_000_000;
    await deploy();
    await w.pass(12_000);
    await crashLoop(line);
    const view = w.fleet.get('qwen');
    expect(view).toMatchObject({ state: 'failed', desired: 'stopped', problem: { code } });
    expect(view.problem?.message).toMatch(message);
    expect(view.problem?.details).toMatchObject({ line });
    await w.pass(10_000);
    expect(w.cloud.billing).toEqual([]);
    expect(creates()).toBe(1);
    const failed = w.fleet.history('qwen').entries.find((entry) => entry.kind === 'failed');
    expect(failed?.data['log']).toContain(line);
  });

  it('without a known reason shows the last line', async () => {
    w = world();
    w.cloud.loadMs = 9_000_000;
    await deploy();
    await w.pass(12_000);
    await crashLoop('Segmentation fault (core dumped)', 5);
    expect(w.fleet.get('qwen').problem?.message).toContain('Segmentation fault');
  });

  it('are seen by a falling uptime where the log is lost', async () => {
    w = world();
    w.cloud.loadMs = 9_000_000;
    w.cloud.failures.set(
      'logs',
      Array.from({ length: 1000 }, () => new AppError('runpod_unavailable', 'no log')),
    );
    await deploy();
    await w.pass(25_000);
    for (let n = 0; n < 4 && w.cloud.alive().length > 0; n++) {
      w.cloud.pod().upAt = w.clock.now();
      await w.pass(25_000);
    }
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'boot_failed' } });
  });

  it('of an image that cannot be pulled end at the first word of it', async () => {
    w = world();
    w.cloud.bootMs = 9_000_000;
    await deploy();
    await w.pass(2000);
    w.cloud.say(
      'error pulling image: manifest for vllm/vllm-openai:v9 not found: manifest unknown',
      'system',
    );
    await w.pass(1000);
    expect(w.fleet.get('qwen').problem?.code).toBe('image_invalid');
  });

  it('trap 9: that are the machine’s fault lead to another machine', async () => {
    w = world();
    w.cloud.bootMs = 9_000_000;
    await deploy();
    await w.pass(2000);
    w.cloud.bootMs = 10_000;
    w.cloud.say(
      'error starting container: nvidia-container-cli: requirement error: unsatisfied condition: cuda>=13.0',
      'system',
    );
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { gpuTypeId: 'NVIDIA L40S' } });
    expect(w.cloud.alive()).toHaveLength(1);
    expect(kinds()).toContain('pod-given-up');
  });
});

describe('boots that do not come up', () => {
  it('PROXY-TRAPS 55: are killed and replaced when they make no progress, and the evidence is kept', async () => {
    w = world({ timing: { stuckPullingMs: 300_000 } });
    w.cloud.bootMs = 9_000_000;
    await deploy();
    await w.pass(10_000);
    w.cloud.say('latest Pulling from vllm/vllm-openai', 'system');
    w.cloud.bootMs = 10_000;
    await w.pass(280_000);
    expect(creates()).toBe(1);
    await w.pass(60_000);
    expect(creates()).toBe(2);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
    expect(w.cloud.alive()).toHaveLength(1);
    const given = w.fleet.history('qwen').entries.find((entry) => entry.kind === 'pod-given-up');
    expect(given?.data['log']).toEqual(['latest Pulling from vllm/vllm-openai']);
    expect(w.db.get(`SELECT count(*) AS n FROM deployment_capacity WHERE outcome = 'stuck'`)).toEqual({
      n: 1,
    });
  });

  it('are left alone for as long as they do', async () => {
    w = world({ timing: { stuckPullingMs: 120_000 } });
    w.cloud.bootMs = 600_000;
    await deploy();
    await w.pass(1000);
    for (let n = 0; n < 9; n++) {
      w.cloud.say(`0123456789a${n} Pull complete`, 'system');
      await w.pass(60_000);
    }
    expect(creates()).toBe(1);
    expect(w.fleet.get('qwen').state).toBe('pulling');
  });

  it('stop at what one start may cost', async () => {
    w = world({ timing: { stuckPullingMs: 9e9, stuckPlacingMs: 9e9 } });
    w.cloud.bootMs = 9e9;
    await deploy({ budget: { usdPerBoot: 0.1 } });
    await w.pass(500_000);
    expect(w.fleet.get('qwen').state).toBe('pulling');
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'budget_exceeded' } });
    expect(w.cloud.billing).toEqual([]);
    expect((w.cloud.billedMs() * 0.69) / 3_600_000).toBeLessThan(0.11);
  });

  describe('that fetch a model for an hour', () => {
    const ollama = { backend: 'ollama', model: 'llama3.2:3b' } as const;
    const slow = (): void => {
      w = world({ timing: { idlePollMs: 30_000 } });
      w.cloud.pullMs = 3_600_000;
    };

    it('go on for as long as it comes', async () => {
      slow();
      await deploy(ollama);
      await w.pass(3_500_000);
      expect(w.fleet.get('qwen')).toMatchObject({ state: 'loading', problem: null });
      await w.pass(300_000);
      expect(w.fleet.get('qwen').state).toBe('ready');
      expect(creates()).toBe(1);
    });

    it('stop meanwhile at what one start may cost', async () => {
      slow();
      await deploy({ ...ollama, budget: { usdPerBoot: 0.1 } });
      await w.pass(500_000);
      expect(w.fleet.get('qwen').state).toBe('loading');
      await w.pass(60_000);
      expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'budget_exceeded' } });
      expect(w.cloud.billing).toEqual([]);
    });

    it('stop meanwhile at what a day may cost', async () => {
      slow();
      await deploy({ ...ollama, budget: { usdPerDay: 0.1 } });
      await w.pass(600_000);
      expect(w.fleet.get('qwen').state).toBe('stopped');
      expect(w.cloud.billing).toEqual([]);
    });
  });

  it('leave an account of the pod: which it was, where, for how long, and what it said last', async () => {
    w = world();
    await deploy();
    await w.pass(15_000);
    w.cloud.say('RuntimeError: the machine is broken');
    w.cloud.pod().pod = { ...w.cloud.pod().pod, status: 'ERROR' };
    w.cloud.creates = [{ do: 'refuse', error: new AppError('runpod_balance_empty', 'no money') }];
    await w.pass(60_000);
    const entries = w.fleet.history('qwen').entries;
    const end = entries.find(({ kind }) => kind === 'cleaned-up');
    expect(end?.text).toMatch(
      /Pod pod1 \(1 × NVIDIA GeForce RTX 4090 in EU-RO-1\) ran for \d+ s, about \$0\.0/,
    );
    expect(end?.data).toMatchObject({
      podId: 'pod1',
      gpuTypeId: 'NVIDIA GeForce RTX 4090',
      dataCenterId: 'EU-RO-1',
      from: w.cloud.pods.get('pod1')?.pod.createdAt,
      usd: expect.closeTo((w.cloud.billedMs() * 0.69) / 3_600_000, 4),
    });
    const given = entries.find(({ kind }) => kind === 'pod-given-up');
    expect(given?.data['log']).toContain('RuntimeError: the machine is broken');
  });

  it('rent no further pod once those that were given up have cost what one start may cost', async () => {
    w = world({ timing: { stuckPullingMs: 60_000, stuckPlacingMs: 60_000 } });
    w.cloud.bootMs = 9_000_000;
    await deploy({ budget: { usdPerBoot: 0.05 } });
    // Given up after a minute; its end takes longer than the money lasts.
    const no = (): AppError => new AppError('runpod_unavailable', 'no');
    w.cloud.failures.set('delete', Array.from({ length: 6 }, no));
    w.cloud.failures.set('stop', Array.from({ length: 6 }, no));
    await w.pass(900_000);
    expect(creates()).toBe(1);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'budget_exceeded' } });
    expect(w.cloud.billing).toEqual([]);
  });

  it('never have two pods at once, whatever goes wrong', async () => {
    w = world({ timing: { stuckPullingMs: 60_000, podsPerBoot: 9 } });
    w.cloud.bootMs = 9_000_000;
    w.cloud.failures.set(
      'delete',
      Array.from({ length: 5 }, () => new AppError('runpod_unavailable', 'no')),
    );
    w.cloud.failures.set(
      'stop',
      Array.from({ length: 5 }, () => new AppError('runpod_unavailable', 'no')),
    );
    await deploy();
    for (let n = 0; n < 600; n++) {
      await w.pass(1000);
      expect(w.cloud.alive().length).toBeLessThanOrEqual(1);
    }
    expect(creates()).toBe(2);
  });

  it('give up after a number of pods', async () => {
    w = world({ timing: { stuckPullingMs: 60_000, podsPerBoot: 2 } });
    // There would be a third kind to try.
    w.cloud.gpus = [...w.cloud.gpus, ...w.cloud.gpus.map((gpu) => ({ ...gpu, id: `${gpu.id} too` }))];
    w.cloud.bootMs = 9_000_000;
    await deploy();
    await w.pass(400_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'boot_stuck' } });
    expect(creates()).toBe(2);
    expect(w.cloud.billing).toEqual([]);
  });

  it('count a ghost, which was answered and never existed, as a failed try', async () => {
    w = world();
    w.cloud.creates = [{ do: 'ghost' }];
    await deploy();
    await w.pass(120_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { gpuTypeId: 'NVIDIA L40S' } });
    expect(kinds()).toContain('pod-never-came');
  });

  it('end at ERROR on another candidate', async () => {
    w = world();
    w.cloud.bootMs = 9_000_000;
    await deploy();
    await w.pass(2000);
    w.cloud.bootMs = 10_000;
    const entry = w.cloud.pod();
    entry.pod = { ...entry.pod, status: 'ERROR', actions: ['start', 'terminate'] };
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('end when somebody stops the pod from outside, without renting another', async () => {
    w = world();
    w.cloud.loadMs = 900_000;
    await deploy();
    await w.pass(30_000);
    w.cloud.exit('pod1');
    await w.pass(30_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', desired: 'stopped', pod: null });
    expect(creates()).toBe(1);
    expect(w.cloud.alive()).toEqual([]);
  });
});

describe('a start command that RunPod does not unpack', () => {
  const echoed = `vllm: error: unrecognized arguments: {"entrypoint":["bash","-c"],"cmd":["export RPLM_STATE"]}`;

  it('is given plainly the next time, the pod marked unprotected, and remembered', async () => {
    w = world();
    w.cloud.loadMs = 9_000_000;
    await deploy();
    await w.pass(12_000);
    w.cloud.loadMs = 10_000;
    w.cloud.say(echoed);
    await w.pass(60_000);
    expect(w.cloud.pod().body.args).toMatch(/^--model Qwen/);
    expect(w.fleet.get('qwen')).toMatchObject({
      state: 'ready',
      watchdog: {
        state: 'unprotected',
        reason: 'RunPod did not run the start command that carries the watchdog.',
      },
      unattended: { usd: null },
      // The machine was not to blame: the same candidate is used again.
      pod: { gpuTypeId: 'NVIDIA GeForce RTX 4090' },
    });
    expect(w.notes('unprotected')).toHaveLength(1);
    await w.restart();
    await w.fleet.create(wish({ name: 'second' }), true, never);
    await w.pass(2000);
    expect(w.cloud.pod().body.args).toMatch(/^--model Qwen/);
  });

  it('leaves no Ollama open to the world: it is ended and refused', async () => {
    w = world();
    await deploy({ backend: 'ollama', model: 'llama3.2:3b', ownImage: 'never' });
    await w.pass(2000);
    w.cloud.say(`Error: unknown command "{\\"entrypoint\\":[\\"bash\\"" for "ollama"`);
    await w.pass(10_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'unsupported' } });
    expect(w.cloud.billing).toEqual([]);
    // While that is remembered nothing is rented for it.
    w.fleet.startDeployment('qwen');
    await w.pass(10_000);
    expect(w.fleet.get('qwen').problem?.code).toBe('unsupported');
    expect(creates()).toBe(1);
  });
});
