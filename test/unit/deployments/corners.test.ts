import { afterEach, describe, expect, it } from 'vitest';
import type { Endpoint } from '../../../src/main/runpod/api.ts';
import type { DeploymentWish } from '../../../src/shared/model.ts';
import { AppError, type ErrorCode } from '../../../src/shared/errors.ts';
import { never, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

const error = (code: ErrorCode): AppError => new AppError(code, `RunPod says ${code}`);
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);
const creates = (): number => w.cloud.calls.filter((call) => call.startsWith('create')).length;

async function deploy(more: Partial<DeploymentWish> = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish(more), true, never);
}

describe('Ollama', () => {
  const ollama = { backend: 'ollama', model: 'llama3.2:3b' } as const;

  it('is given its model before it is ready', async () => {
    w = world();
    await deploy(ollama);
    await w.pass(60_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
    expect(w.cloud.pod().pulled).toEqual(['llama3.2:3b']);
    expect(w.fleet.targets.list()[0]?.upstream()).toMatchObject({
      baseUrl: 'https://pod1-11434.pods.test/v1',
      servedModel: 'llama3.2:3b',
    });
  });

  it('tries a pull again that failed on the way', async () => {
    w = world();
    w.cloud.pulls = ['dial tcp: i/o timeout', 'dial tcp: i/o timeout'];
    await deploy(ollama);
    await w.pass(60_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('fails at once with a model that does not exist', async () => {
    w = world();
    w.cloud.pulls = ['pull model manifest: file does not exist'];
    await deploy(ollama);
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'model_unknown' } });
    expect(w.cloud.billing).toEqual([]);
  });
});

describe('plans that fail', () => {
  it('for a reason that stays end the start', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    w.cloud.api.catalog.gpus = () => Promise.reject(error('runpod_key_invalid'));
    w.fleet.startDeployment('qwen');
    await w.pass(1000);
    expect(w.fleet.get('qwen').problem?.code).toBe('runpod_key_invalid');
  });

  it('for a reason that passes are made again', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    const gpus = w.cloud.api.catalog.gpus.bind(w.cloud.api.catalog);
    let failures = 2;
    w.cloud.api.catalog.gpus = (query, signal) =>
      failures-- > 0 ? Promise.reject(error('runpod_unavailable')) : gpus(query, signal);
    w.fleet.startDeployment('qwen');
    await w.pass(60_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('after the candidates were chosen end the start too', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    // Edited while the cloud could not be asked, and so unchecked.
    const gpus = w.cloud.api.catalog.gpus.bind(w.cloud.api.catalog);
    w.cloud.api.catalog.gpus = () => Promise.reject(error('runpod_unreachable'));
    await w.fleet.edit('qwen', wish({ extraArgs: ['--refused'] }), never);
    w.cloud.api.catalog.gpus = gpus;
    w.fleet.startDeployment('qwen');
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'invalid_input' } });
    expect(creates()).toBe(0);
  });
});

describe('a kept pod', () => {
  async function kept(): Promise<void> {
    await deploy({ onStop: 'keep' });
    await w.pass(40_000);
    w.fleet.stop('qwen');
    await w.pass(10_000);
  }

  it('is left where it is when the balance does not allow its start', async () => {
    w = world();
    await kept();
    w.cloud.failures.set('start', [error('runpod_balance_empty')]);
    w.fleet.startDeployment('qwen');
    await w.pass(10_000);
    expect(w.fleet.get('qwen')).toMatchObject({
      state: 'failed',
      problem: { code: 'runpod_balance_empty' },
      pod: { id: 'pod1', status: 'EXITED' },
    });
    expect(w.cloud.billing).toEqual([]);
  });

  it('is given up for another when its start is never confirmed', async () => {
    w = world();
    await kept();
    w.cloud.failures.set(
      'start',
      times(9, () => error('runpod_unavailable')),
    );
    w.fleet.startDeployment('qwen');
    await w.pass(120_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('is stopped, not removed, when its start fails', async () => {
    w = world();
    await kept();
    w.cloud.loadMs = 9_000_000;
    w.fleet.startDeployment('qwen');
    await w.pass(15_000);
    for (let n = 0; n < 3; n++) {
      w.cloud.say('start container for x: begin', 'system');
      w.cloud.say('torch.OutOfMemoryError: CUDA out of memory.');
      await w.pass(2000);
    }
    await w.pass(10_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', pod: { id: 'pod1', status: 'EXITED' } });
    expect(w.cloud.alive()).toHaveLength(1);
    expect(w.cloud.billing).toEqual([]);
  });

  it('that cannot be restarted in place is made anew', async () => {
    w = world();
    await deploy({ onStop: 'keep' });
    await w.pass(40_000);
    w.cloud.failures.set('restart', [error('runpod_not_found')]);
    w.fleet.restart('qwen');
    await w.pass(60_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
    expect(w.cloud.alive()).toHaveLength(1);
  });
});

describe('trap 22: a network volume', () => {
  const volume = { id: 'vol1', name: 'weights', size: 100, dataCenter: 'EU-RO-1', type: 'STANDARD' } as const;
  const mounted = { volume: { networkVolumeId: 'vol1' } };

  it('is mounted, and fixes cloud and data centre', async () => {
    w = world();
    w.cloud.volumes = [volume];
    await deploy({ ...mounted, compute: { cloud: 'ANY' } });
    await w.pass(1000);
    expect(w.cloud.pod().body).toMatchObject({
      mounts: { network: [{ volumeId: 'vol1', path: '/workspace' }] },
      env: { HF_HOME: '/workspace/huggingface' },
    });
  });

  it.each([
    ['Community Cloud', { compute: { cloud: 'COMMUNITY' } }],
    ['another data centre', { compute: { dataCenterIds: ['US-KS-2'] } }],
  ] as const)('does not go with %s', async (_, more) => {
    w = world();
    w.cloud.volumes = [volume];
    w.fleet.start();
    await expect(
      w.fleet.create(wish({ ...mounted, ...more } as Partial<DeploymentWish>), true, never),
    ).rejects.toMatchObject({
      code: 'invalid_input',
    });
    expect(creates()).toBe(0);
  });
});

describe('the radar beyond pods', () => {
  const endpoint: Endpoint = {
    id: 'ep1',
    name: 'old endpoint',
    type: 'QUEUE',
    workers: { min: 1, max: 3 },
    scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
    gpu: { pools: ['ADA_24'], count: 2, allowedCudaVersions: [], minCudaVersion: null },
    dataCenterIds: [],
    networkVolumes: [],
    timeout: 0,
    flashboot: 'OFF',
    image: 'runpod/worker-v1-vllm:v2.25.2',
    args: '',
    env: {},
    ports: [],
    createdAt: '2026-11-01T00:00:00Z',
  };

  it('shows endpoints that never sleep and volumes that always bill, with their price', async () => {
    w = world();
    w.fleet.start();
    w.cloud.gpus = w.cloud.gpus.map((gpu) => ({
      ...gpu,
      pool: 'ADA_24',
      price: { ...gpu.price, serverless: 1.12 },
    }));
    w.cloud.endpoints = [endpoint];
    w.cloud.volumes = [{ id: 'v', name: 'big', size: 1500, dataCenter: 'EU-RO-1', type: 'STANDARD' }];
    const { items } = await w.fleet.radar.scan(never);
    expect(items).toMatchObject([
      {
        kind: 'endpoint',
        status: 'ALWAYS_ON',
        usdPerHour: 2.24,
        note: 'Keeps 1 worker running day and night.',
      },
      { kind: 'network-volume', usdPerMonthAtRest: expect.closeTo(1024 * 0.07 + 476 * 0.05, 9) },
    ]);
    expect(await w.fleet.radar.stop('endpoint', 'ep1', never)).toMatchObject({
      status: 'SCALED_TO_ZERO',
      usdPerHour: 0,
    });
    await expect(w.fleet.radar.stop('network-volume', 'v', never)).rejects.toMatchObject({
      code: 'unsupported',
    });
    await expect(w.fleet.radar.stop('endpoint', 'none', never)).rejects.toMatchObject({ code: 'not_found' });
    for (const kind of ['pod', 'endpoint', 'network-volume'] as const) {
      await expect(w.fleet.radar.terminate(kind, 'none', never)).rejects.toMatchObject({
        code: kind === 'pod' ? 'runpod_not_found' : 'not_found',
      });
    }
    await w.fleet.radar.terminate('endpoint', 'ep1', never);
    await w.fleet.radar.terminate('network-volume', 'v', never);
    expect((await w.fleet.radar.scan(never)).items).toEqual([]);
  });

  it('counts the workers of an endpoint that are up, whoever made it', async () => {
    w = world();
    w.fleet.start();
    w.cloud.gpus = w.cloud.gpus.map((gpu) => ({
      ...gpu,
      pool: 'ADA_24',
      price: { ...gpu.price, serverless: 1.12 },
    }));
    const worker = { id: 'w1', isStale: false, gpuCount: 2, startedAt: '2026-11-24T10:00:00Z' };
    w.cloud.endpoints = [{ ...endpoint, workers: { min: 0, max: 3 } }];
    w.cloud.api.serverless.workers = async () => ({
      workers: [
        { ...worker, status: 'RUNNING' },
        { ...worker, id: 'w2', status: 'IDLE' },
        { ...worker, id: 'w3', status: 'INITIALIZING', startedAt: null },
        { ...worker, id: 'w4', status: 'UNHEALTHY' },
      ],
      summary: { running: 1, idle: 1, initializing: 1, throttled: 0, unhealthy: 1, total: 4 },
      endpointVersion: 1,
    });
    const { items } = await w.fleet.radar.scan(never);
    expect(items).toMatchObject([
      { id: 'ep1', status: 'ON_DEMAND', usdPerHour: 4.48, note: '2 workers are up now.' },
    ]);
  });

  it('leaves a volume that a deployment mounts to it, and knows its own from others', async () => {
    w = world();
    w.fleet.start();
    const place = { size: 20, dataCenter: 'EU-RO-1', type: 'STANDARD' } as const;
    w.cloud.volumes = [
      { id: 'v1', name: 'rplm-cache-Qwen--Qwen3-8B', ...place },
      { id: 'v2', name: 'rplm-cache-a--b', ...place },
    ];
    await w.fleet.create(wish({ volume: { networkVolumeId: 'v1' } }), false, never);
    const { items } = await w.fleet.radar.scan(never);
    expect(items).toMatchObject([
      { id: 'v1', ownership: 'known', deployment: 'qwen', actions: [] },
      {
        id: 'v2',
        ownership: 'foreign',
        actions: ['terminate'],
        note: 'Made by this app for a/b; nothing mounts it, and it bills always.',
      },
    ]);
    await expect(w.fleet.radar.terminate('network-volume', 'v1', never)).rejects.toMatchObject({
      code: 'not_allowed_now',
    });
    await expect(w.fleet.radar.stop('network-volume', 'v1', never)).rejects.toMatchObject({
      code: 'unsupported',
    });
  });

  it('hides nothing else when the key may not read one part', async () => {
    w = world();
    await deploy();
    await w.pass(40_000);
    w.cloud.failures.set('list volumes', [error('runpod_key_forbidden')]);
    expect((await w.fleet.radar.scan(never)).items).toHaveLength(1);
    w.cloud.failures.set('list volumes', [error('runpod_unavailable')]);
    await expect(w.fleet.radar.scan(never)).rejects.toMatchObject({ code: 'runpod_unavailable' });
  });

  it('unlocks a locked pod that the user stops, and shows one that is gone as such', async () => {
    w = world();
    w.fleet.start();
    const { id } = await w.cloud.api.pods.create(
      { name: 'x', image: 'y', gpu: { id: 'NVIDIA L40S', count: 1 } },
      never,
    );
    await w.pass(15_000);
    const entry = w.cloud.pod(id);
    entry.pod = { ...entry.pod, locked: true };
    expect((await w.fleet.radar.scan(never)).items[0]?.note).toContain('Locked');
    expect((await w.fleet.radar.stop('pod', id, never)).status).toBe('EXITED');
  });
});

describe('orphans', () => {
  const lost = (): AppError =>
    new AppError('runpod_unavailable', 'no answer', { details: { mayHaveHappened: true } });

  it('are ended for as long as it takes, locked or not', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 40_000 }];
    await deploy();
    await w.pass(35_000);
    const orphan = w.cloud.pod('pod1');
    orphan.pod = { ...orphan.pod, locked: true };
    w.cloud.failures.set(
      'delete',
      times(3, () => error('runpod_unavailable')),
    );
    await w.pass(200_000);
    expect(w.cloud.alive().map((entry) => entry.pod.id)).toEqual(['pod2']);
    expect(w.notes('orphan')).toHaveLength(1);
    expect(w.fleet.history('qwen').entries.map((entry) => entry.kind)).toContain('orphan-ended');
    expect(w.ledger.open().map((entry) => entry.resourceId)).toEqual(['pod2']);
  });
});

describe('bills', () => {
  it('that cannot be read are asked for again', async () => {
    w = world({ timing: { settleAfterMs: 60_000 } });
    await deploy();
    await w.pass(40_000);
    const pods = w.cloud.api.billing.pods.bind(w.cloud.api.billing);
    let asked = 0;
    w.cloud.api.billing.pods = (query, signal) =>
      ++asked <= 2 ? Promise.reject(error('runpod_unavailable')) : pods(query, signal);
    w.cloud.vanish('pod1');
    await w.pass(600_000);
    expect(asked).toBeGreaterThanOrEqual(4);
    expect(w.ledger.settlements).toHaveLength(1);
  });

  it('of nothing are believed only after a day', async () => {
    w = world({ timing: { settleAfterMs: 3_600_000, idlePollMs: 600_000 } });
    await deploy();
    await w.pass(40_000);
    w.cloud.vanish('pod1');
    w.cloud.billed.clear();
    for (let n = 0; n < 20; n++) await w.clock.advance(3_600_000);
    expect(w.ledger.settlements).toEqual([]);
    for (let n = 0; n < 10; n++) await w.clock.advance(3_600_000);
    expect(w.ledger.settlements).toEqual([{ resourceId: 'pod1', billedUsd: 0 }]);
  });
});

describe('waits', () => {
  it('refuse a caller who has left, and tell of a removal', async () => {
    w = world();
    await deploy();
    await expect(w.fleet.wait('qwen', 'ready', 1000, AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
    const wait = w.fleet.wait('qwen', 'ready', 60_000, never).catch((thrown: unknown) => thrown);
    w.fleet.terminate('qwen');
    await w.pass(10_000);
    expect(await wait).toMatchObject({ code: 'deployment_stopped' });
  });
});
