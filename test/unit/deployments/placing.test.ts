import { afterEach, describe, expect, it } from 'vitest';
import { AppError, type ErrorCode } from '../../../src/shared/errors.ts';
import { gpuType } from '../../support/fake-runpod.ts';
import { openApiContract } from '../../support/openapi.ts';
import { never, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

const error = (code: ErrorCode, details?: Record<string, unknown>, retryAfterSeconds?: number): AppError =>
  new AppError(code, `RunPod says ${code}`, { details, retryAfterSeconds });
const noCapacity = (): AppError => error('no_gpu_capacity', { status: 400 });
const rejected = (): AppError => error('runpod_rejected', { status: 400, ambiguous: true });

async function deploy(more: Parameters<typeof wish>[0] = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish(more), true, never);
}

const creates = (): string[] => w.cloud.calls.filter((call) => call.startsWith('create'));
const kinds = (): string[] => w.fleet.history('qwen').entries.map((entry) => entry.kind);

describe('the candidate loop (SPEC 3.4)', () => {
  it('goes on to the next candidate when one has no capacity, and remembers it', async () => {
    w = world();
    w.cloud.creates = [{ do: 'refuse', error: noCapacity() }];
    await deploy();
    await w.pass(2000);
    expect(creates()).toEqual(['create NVIDIA GeForce RTX 4090', 'create NVIDIA L40S']);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'pulling', pod: { gpuTypeId: 'NVIDIA L40S' } });
    expect(w.db.all('SELECT gpu_type_id, outcome FROM deployment_capacity ORDER BY seq')).toEqual([
      { gpu_type_id: 'NVIDIA GeForce RTX 4090', outcome: 'no-capacity' },
      { gpu_type_id: 'NVIDIA L40S', outcome: 'placed' },
    ]);
  });

  it('tries every candidate again after a pause, a bounded number of times, then says that none is free', async () => {
    w = world({ timing: { rounds: 3, roundPauseMs: 15_000 } });
    w.cloud.creates = Array.from({ length: 6 }, () => ({ do: 'refuse', error: noCapacity() }) as const);
    await deploy();
    await w.pass(5000);
    expect(creates()).toHaveLength(2);
    expect(w.fleet.get('qwen').phases.at(-1)?.detail).toBe('no GPU that would do is free; trying again');
    await w.pass(60_000);
    expect(creates()).toHaveLength(6);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'no_gpu_capacity' } });
    expect(w.notes('failed')).toHaveLength(1);
    expect(w.cloud.alive()).toEqual([]);
  });

  it('trap 5: 400 from every candidate is a problem of the request, told with the last detail', async () => {
    w = world();
    w.cloud.creates = [
      { do: 'refuse', error: rejected() },
      { do: 'refuse', error: rejected() },
    ];
    await deploy();
    await w.pass(2000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'runpod_rejected' } });
    expect(creates()).toHaveLength(2);
    const refusals = w.fleet.history('qwen').entries.filter((entry) => entry.kind === 'candidate-refused');
    expect(refusals.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^1 × NVIDIA GeForce RTX 4090 \(Secure Cloud, \S.*\): /),
    );
  });

  it.each(['runpod_key_invalid', 'runpod_balance_empty', 'runpod_not_found'] as const)(
    'stops at once at %s',
    async (code) => {
      w = world();
      w.cloud.creates = [{ do: 'refuse', error: error(code) }];
      await deploy();
      await w.pass(2000);
      expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', desired: 'stopped', problem: { code } });
      expect(creates()).toHaveLength(1);
    },
  );

  it('says that a 404 is about what the pod was asked with, as there was none yet', async () => {
    w = world();
    w.cloud.creates = [{ do: 'refuse', error: error('runpod_not_found') }];
    await deploy();
    await w.pass(2000);
    expect(w.fleet.get('qwen').problem?.advice).toMatch(/its template, network volume or registry login/);
  });

  it('stops at a 422, which every candidate would get', async () => {
    w = world();
    w.cloud.creates = [{ do: 'refuse', error: error('runpod_rejected', { status: 422 }) }];
    await deploy();
    await w.pass(2000);
    expect(w.fleet.get('qwen').problem?.code).toBe('runpod_rejected');
    expect(creates()).toHaveLength(1);
  });

  it('skips a pool that the account may not use', async () => {
    w = world();
    w.cloud.creates = [
      { do: 'refuse', error: error('runpod_key_forbidden', { status: 403, ambiguous: true }) },
    ];
    await deploy();
    await w.pass(2000);
    expect(w.fleet.get('qwen').pod?.gpuTypeId).toBe('NVIDIA L40S');
  });

  it('gives up at the second GPU when the key may not rent any, and says which key would do', async () => {
    w = world();
    w.cloud.gpus = ['A', 'B', 'C', 'D'].map((id) => gpuType(id, 0.5));
    const refusal = error('runpod_key_forbidden', { status: 403, ambiguous: true });
    w.cloud.creates = Array.from({ length: 12 }, () => ({ do: 'refuse', error: refusal }));
    await deploy();
    await w.pass(120_000);
    expect(creates()).toEqual(['create A', 'create B']);
    expect(w.fleet.get('qwen')).toMatchObject({
      state: 'failed',
      problem: { code: 'runpod_key_forbidden', advice: expect.stringContaining('may write') },
    });
  });

  it('waits as told at a 429 and then asks for the same candidate', async () => {
    w = world();
    w.cloud.creates = [{ do: 'refuse', error: error('runpod_rate_limited', { status: 429 }, 20) }];
    await deploy();
    await w.pass(19_000);
    expect(creates()).toHaveLength(1);
    await w.pass(3000);
    expect(creates()).toEqual(['create NVIDIA GeForce RTX 4090', 'create NVIDIA GeForce RTX 4090']);
  });

  it('asks again, slower and slower, while the cloud cannot be reached, and gives up in the end', async () => {
    w = world({ timing: { troubles: 4, backoffMs: 2000 } });
    w.cloud.creates = Array.from(
      { length: 9 },
      () => ({ do: 'refuse', error: error('runpod_unreachable') }) as const,
    );
    await deploy();
    await w.pass(60_000);
    expect(creates()).toHaveLength(4);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'runpod_unreachable' } });
  });

  it.each([
    ['the app chooses: the dear one is never taken', {}, 1],
    [
      'the user named it: its price is accepted',
      { gpuTypeIds: ['NVIDIA GeForce RTX 4090', 'NVIDIA H200'] },
      2,
    ],
    ['the user allows the price', { maxUsdPerHour: 5 }, 2],
  ])('without a limit, %s', async (_, compute, kinds) => {
    w = world({ timing: { rounds: 1 } });
    w.cloud.gpus = [gpuType('NVIDIA GeForce RTX 4090', 0.69), gpuType('NVIDIA H200', 3.99)];
    w.cloud.creates = [
      { do: 'refuse', error: noCapacity() },
      { do: 'refuse', error: noCapacity() },
    ];
    await deploy({ compute });
    await w.pass(5000);
    expect(creates()).toHaveLength(kinds);
  });

  it('gives up a pod that turns out dearer than allowed', async () => {
    w = world();
    w.cloud.gpus = [gpuType('NVIDIA L40S', 0.99), gpuType('NVIDIA GeForce RTX 4090', 0.5)];
    await deploy({ compute: { maxUsdPerHour: 0.6 } });
    await w.pass(15_000);
    expect(w.fleet.get('qwen').pod?.gpuTypeId).toBe('NVIDIA GeForce RTX 4090');
    expect(w.cloud.alive()).toHaveLength(1);
    expect(kinds()).toContain('pod-given-up');
  });
});

describe('the create call', () => {
  it('is what RunPod’s contract allows, with a count, a protocol, a floor for CUDA and a key of its own', async () => {
    w = world();
    await deploy({ extraArgs: ['--chat-template', "it's {{a}}"] });
    await w.pass(1000);
    const { body } = w.cloud.pod();
    expect(openApiContract().validateRequest({ method: 'POST', url: '/v2/pods', body })).toEqual([]);
    // Traps 4, 8, 9 and 34.
    expect(body).toMatchObject({
      gpu: { id: 'NVIDIA GeForce RTX 4090', count: 1, minCudaVersion: '13.0' },
      ports: ['8000/http'],
      cloud: 'SECURE',
    });
    expect(body.env?.['VLLM_API_KEY']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('trap 10: hands over to the image’s own entrypoint, every argument quoted', async () => {
    w = world();
    await deploy({ extraArgs: ['--chat-template', "it's {{a}}; rm -rf /"] });
    await w.pass(1000);
    const args = JSON.parse(w.cloud.pod().body.args ?? '') as { entrypoint: string[]; cmd: string[] };
    expect(args.entrypoint).toEqual(['bash', '-c']);
    expect(args.cmd).toHaveLength(1);
    expect(args.cmd[0]).toContain(
      `exec vllm serve --model Qwen/Qwen3-8B --served-model-name qwen --chat-template 'it'"'"'s {{a}}; rm -rf /'`,
    );
  });

  it('trap 19: never puts a RunPod key into the pod', async () => {
    w = world();
    await deploy({ env: { RUNPOD_API_KEY: 'rpa_full', MINE: '1' } });
    await w.pass(1000);
    expect(w.cloud.pod().body.env).toMatchObject({ MINE: '1' });
    expect(Object.keys(w.cloud.pod().body.env ?? {})).not.toContain('RUNPOD_API_KEY');
  });

  it('trap 20: neither the view, the events nor the history carry the pod’s environment or key', async () => {
    w = world({ deps: { hfToken: () => Promise.resolve('hf_secret_token') } });
    await deploy();
    await w.pass(40_000);
    const key = w.cloud.pod().body.env?.['VLLM_API_KEY'] ?? 'none';
    expect(w.cloud.pod().body.env?.['HF_TOKEN']).toBe('hf_secret_token');
    const seen = JSON.stringify([w.fleet.list(), w.events, w.fleet.history('qwen')]);
    expect(seen).not.toContain(key);
    expect(seen).not.toContain('hf_secret_token');
  });

  it('puts Ollama behind the key check: its own server never listens to the world', async () => {
    w = world();
    await deploy({ backend: 'ollama', model: 'llama3.2:3b' });
    await w.pass(1000);
    const { body } = w.cloud.pod();
    expect(body).toMatchObject({
      ports: ['11434/http'],
      env: { OLLAMA_HOST: '127.0.0.1:11435', RPLM_FRONT_LISTEN: '0.0.0.0:11434', RPLM_SOURCE: 'front' },
    });
    expect(body.args).toContain('exec ollama serve');
    expect(body.args).toContain('rplm-front.pl');
  });

  it('gives a kept pod a disk that outlives it, and puts the weights there', async () => {
    w = world();
    await deploy({ onStop: 'keep' });
    await w.pass(1000);
    expect(w.cloud.pod().body).toMatchObject({
      mounts: { persistent: { size: 40, path: '/workspace' } },
      env: { HF_HOME: '/workspace/huggingface', VLLM_CACHE_ROOT: '/workspace/vllm', RPLM_ACTION: 'stop' },
    });
  });

  it('starts a custom image as it is, and says that nothing guards it', async () => {
    w = world();
    await deploy({ image: 'ghcr.io/me/mine:v1', extraArgs: ['--foo', 'a b'] });
    await w.pass(200_000);
    expect(w.cloud.pod().body).toMatchObject({
      image: 'ghcr.io/me/mine:v1',
      env: { RPLM_IDLE: '1800', RPLM_MOST: '43200' },
    });
    expect(w.cloud.pod().body.args).toContain(`--foo 'a b'`);
    expect(w.cloud.pod().body.args).not.toContain('entrypoint');
    expect(w.fleet.get('qwen')).toMatchObject({
      state: 'ready',
      watchdog: { state: 'unprotected' },
      unattended: { usd: null },
    });
    expect(w.notes('unprotected')).toHaveLength(1);
  });

  it('believes the watchdog of a custom image when its log shows it', async () => {
    w = world();
    await deploy({ image: 'ghcr.io/me/mine:v1' });
    await w.pass(2000);
    w.cloud.say('watchdog: armed deadline=1 idle=1800 client=curl');
    await w.pass(200_000);
    expect(w.fleet.get('qwen').watchdog.state).toBe('armed');
  });
});
