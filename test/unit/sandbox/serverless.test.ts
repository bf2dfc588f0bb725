import { describe, expect, it } from 'vitest';
import { INVOKE_KEY, KEY, READ_KEY, rig, withTime, type Answer, type Chat, type Rig } from './support.ts';

const QUEUE = {
  name: 'q',
  type: 'QUEUE',
  image: 'runpod/worker-v1-vllm:v2.25.2',
  env: { MODEL_NAME: 'Qwen/Qwen3-8B', OPENAI_SERVED_MODEL_NAME_OVERRIDE: 'qwen3-8b', MAX_MODEL_LEN: '16384' },
  gpu: { pools: ['ADA_24'], count: 1, minCudaVersion: '13.0' },
  disk: 60,
  workers: { min: 0, max: 3, idleTimeout: 60 },
  scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
  timeout: 600_000,
};
const BALANCED = {
  ...QUEUE,
  name: 'lb',
  type: 'LOAD_BALANCER',
  image: 'vllm/vllm-openai:v0.27.1',
  args: '--model Qwen/Qwen3-8B --port 8000 --served-model-name qwen3-8b --max-model-len 16384',
  ports: ['8000/http'],
  env: { PORT: '8000', PORT_HEALTH: '8000', HEALTH_CHECK_PATH: '/health' },
  scaling: { type: 'REQUEST_COUNT', requestCount: 16 },
};
const ASK = { model: 'qwen3-8b', messages: [{ role: 'user', content: 'Hello' }] };

interface EndpointBody {
  readonly id: string;
  readonly type: string;
  readonly timeout: number;
  readonly flashboot: string;
  readonly workers: { readonly min: number; readonly max: number; readonly idleTimeout?: number };
  readonly gpu: { readonly pools: string[]; readonly excludedTypes?: string[] };
  readonly requestUrls: Record<string, string>;
  readonly detail: string;
  readonly errors?: string[];
}
interface Health {
  readonly jobs: Record<string, number>;
  readonly workers: Record<string, number>;
}
interface JobBody {
  readonly id: string;
  readonly status: string;
  readonly output?: unknown;
  readonly error?: string;
  readonly stream?: readonly { readonly output: string }[];
}

async function endpoint(world: Rig, body: object): Promise<EndpointBody> {
  const answer = await world.api<EndpointBody>('POST', '/serverless', body);
  expect(answer).toMatchObject({ status: 201 });
  return answer.body;
}

function invoke<T>(world: Rig, id: string, path: string, body?: unknown, key = KEY): Promise<Answer<T>> {
  return world.call<T>(`${world.sandbox.urls().invokeUrl}/${id}${path}`, {
    headers: { authorization: `Bearer ${key}` },
    ...(body === undefined ? {} : { body }),
  });
}

async function finished(world: Rig, id: string, job: string): Promise<JobBody> {
  for (let i = 0; i < 600; i++) {
    const { body } = await invoke<JobBody>(world, id, `/status/${job}`);
    if (body.status !== 'IN_QUEUE' && body.status !== 'IN_PROGRESS') return body;
    await world.clock.advance(500);
  }
  throw new Error('The job never ended');
}

const health = async (world: Rig, id: string): Promise<Health> =>
  (await invoke<Health>(world, id, '/health')).body;

describe('creating an endpoint', () => {
  it.each([
    [
      'idleTimeout where it does not apply',
      { ...QUEUE, scaling: { type: 'REQUEST_COUNT', requestCount: 4 } },
      422,
      /idleTimeout/,
    ],
    [
      'the queue scaler on a load balancer',
      { ...BALANCED, scaling: { type: 'QUEUE_DELAY', queueDelay: 4 } },
      422,
      /REQUEST_COUNT/,
    ],
    ['mounts', { ...QUEUE, mounts: {} }, 422, /'mounts'/],
    ['no scaling', { ...QUEUE, scaling: undefined }, 422, /'scaling'/],
    ['an idle timeout beyond the hour', { ...QUEUE, workers: { idleTimeout: 3601 } }, 422, /idleTimeout/],
    ['no compute', { ...QUEUE, gpu: undefined }, 400, /exactly one of gpu or cpu/],
    ['an unknown pool', { ...QUEUE, gpu: { pools: ['ADA_25'] } }, 400, /pool "ADA_25" not found/],
    [
      'an exclusion from another pool',
      { ...QUEUE, gpu: { pools: ['ADA_24'], excludedTypes: ['NVIDIA L40'] } },
      400,
      /in none of the pools/,
    ],
    [
      'exclusions that leave nothing',
      { ...QUEUE, gpu: { pools: ['ADA_24'], excludedTypes: ['NVIDIA GeForce RTX 4090'] } },
      400,
      /leaves no GPU/,
    ],
    ['more minimum than maximum', { ...QUEUE, workers: { min: 3, max: 2 } }, 400, /workers\.min/],
    [
      'more workers than the account has',
      { ...QUEUE, workers: { min: 0, max: 6 } },
      400,
      /workers quota \(5\)/,
    ],
    ['an unknown volume', { ...QUEUE, networkVolumes: ['nope'] }, 400, /network volume nope/],
    ['a pod template', { ...QUEUE, image: undefined, templateId: 'runpod-torch-v280' }, 422, /pod template/],
  ])('refuses %s', async (_name, body, status, words) => {
    const answer = await rig().api<EndpointBody>('POST', '/serverless', JSON.parse(JSON.stringify(body)));
    expect(answer.status).toBe(status);
    expect(`${answer.body.detail} ${(answer.body.errors ?? []).join(' ')}`).toMatch(words);
  });

  it('reads back what RunPod makes of what is left out', async () => {
    const world = rig();
    const created = await endpoint(world, {
      name: 'e',
      type: 'QUEUE',
      image: QUEUE.image,
      gpu: { pools: ['ADA_24'] },
      scaling: QUEUE.scaling,
    });
    expect(created).toMatchObject({
      timeout: 0,
      flashboot: 'OFF',
      workers: { min: 0, max: 3, idleTimeout: 10 },
    });
    expect(created.requestUrls['run']).toBe(`${world.sandbox.urls().invokeUrl}/${created.id}/run`);
    const counting = await endpoint(world, {
      name: 'f',
      type: 'QUEUE',
      image: QUEUE.image,
      gpu: { pools: ['ADA_24'] },
      workers: { max: 1 },
      scaling: { type: 'REQUEST_COUNT', requestCount: 1 },
    });
    expect(counting.workers).toEqual({ min: 0, max: 1 });
    expect(await world.api<EndpointBody>('POST', '/serverless', QUEUE)).toMatchObject({ status: 400 });
  });

  it('changes only what is sent; pools drop the exclusions; containers make releases', async () => {
    const world = rig();
    const { id } = await endpoint(world, {
      ...QUEUE,
      gpu: { pools: ['ADA_48_PRO'], excludedTypes: ['NVIDIA L40'] },
    });
    const patch = (body: object): Promise<Answer<EndpointBody>> =>
      world.api<EndpointBody>('PATCH', `/serverless/${id}`, body);
    expect((await patch({ gpu: { count: 2 } })).body.gpu.excludedTypes).toEqual(['NVIDIA L40']);
    expect((await patch({ gpu: { pools: ['ADA_48_PRO', 'ADA_24'] } })).body.gpu.excludedTypes).toEqual([]);
    expect((await patch({ type: 'LOAD_BALANCER' })).status).toBe(422);
    expect((await patch({ gpu: { excludedTypes: ['NVIDIA L40'] } })).status).toBe(422);
    expect((await patch({ cpu: [{ id: 'cpu5c', vcpuCount: 2 }] })).status).toBe(400);
    await patch({ env: { A: '1' } });
    const { body } = await world.api<{
      endpointVersion: number;
      releases: { version: number; diff: { field: string }[] }[];
    }>('GET', `/serverless/${id}/releases`);
    expect(body.endpointVersion).toBe(4);
    expect(body.releases[0]?.diff.map(({ field }) => field)).toEqual(['template.env']);
    expect((await world.api('DELETE', `/serverless/${id}`)).status).toBe(204);
    expect((await world.api('GET', `/serverless/${id}`)).status).toBe(404);
  });
});

describe('the queue plane', () => {
  it('wakes a worker for the first job, bills it while up, and lets it go after the idle timeout', async () => {
    const world = rig();
    const { id } = await endpoint(world, QUEUE);
    expect((await health(world, id)).workers).toMatchObject({ idle: 0, initializing: 0, running: 0 });
    await world.clock.advance(60_000);
    expect(world.sandbox.bill().totalUsd).toBe(0);
    const { body } = await invoke<JobBody>(world, id, '/run', {
      input: { openai_route: '/v1/chat/completions', openai_input: ASK },
    });
    expect(body.status).toBe('IN_QUEUE');
    expect((await health(world, id)).workers).toMatchObject({ initializing: 1, running: 0 });
    const done = await finished(world, id, body.id);
    expect(done).toMatchObject({
      status: 'COMPLETED',
      output: [{ object: 'chat.completion', model: 'qwen3-8b' }],
    });
    expect(await health(world, id)).toMatchObject({
      jobs: { completed: 1 },
      workers: { running: 1, ready: 1, idle: 0 },
    });
    const listed = await world.api<{ summary: object; workers: { status: string; gpuTypeId: string }[] }>(
      'GET',
      `/serverless/${id}/workers`,
    );
    expect(listed.body.workers).toMatchObject([{ status: 'IDLE', gpuTypeId: 'NVIDIA GeForce RTX 4090' }]);
    await world.clock.advance(61_000);
    expect(await health(world, id)).toMatchObject({ workers: { running: 0, ready: 1, idle: 1 } });
    expect((await world.api<{ workers: object[] }>('GET', `/serverless/${id}/workers`)).body.workers).toEqual(
      [],
    );
    const billed = world.sandbox.bill().totalUsd;
    expect(billed).toBeGreaterThan((1.12 * 60) / 3600);
    expect((billed / 1.12) * 3600).toBeCloseTo(Math.round((billed / 1.12) * 3600), 6);
    await world.clock.advance(3_600_000);
    expect(world.sandbox.bill().totalUsd).toBe(billed);
  });

  it('streams raw server-sent text in pieces that join to whole events', async () => {
    const world = rig();
    const { id } = await endpoint(world, QUEUE);
    const { body } = await invoke<JobBody>(world, id, '/run', {
      input: { openai_route: '/v1/chat/completions', openai_input: { ...ASK, stream: true } },
    });
    let text = '';
    let status = '';
    for (let i = 0; i < 500 && status !== 'COMPLETED'; i++) {
      const part = await invoke<JobBody>(world, id, `/stream/${body.id}`);
      status = part.body.status;
      text += (part.body.stream ?? []).map(({ output }) => output).join('');
    }
    expect(text.startsWith('data: {')).toBe(true);
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect((await invoke<JobBody>(world, id, `/stream/${body.id}`)).body.stream).toEqual([]);
  });

  it('fails a job with the status of vLLM inside the text', async () => {
    const world = rig();
    const { id } = await endpoint(world, QUEUE);
    const { body } = await invoke<JobBody>(world, id, '/run', {
      input: { openai_route: '/v1/chat/completions', openai_input: { ...ASK, max_tokens: 99_999 } },
    });
    const done = await finished(world, id, body.id);
    expect(done.status).toBe('FAILED');
    expect(done.error).toMatch(/worker_error/);
    expect(done.error).toMatch(/vLLM returned HTTP 400/);
    const again = await invoke<JobBody>(world, id, `/retry/${body.id}`, {});
    expect(again.body.status).toBe('IN_QUEUE');
    expect((await health(world, id)).jobs['retried']).toBe(1);
  });

  it('cancels, purges, and forgets results in time', async () => {
    const world = rig();
    const { id } = await endpoint(world, QUEUE);
    const input = { input: { prompt: 'hi' } };
    const [a, b] = [
      await invoke<JobBody>(world, id, '/run', input),
      await invoke<JobBody>(world, id, '/run', input),
    ];
    expect((await invoke<JobBody>(world, id, `/cancel/${a.body.id}`, {})).body.status).toBe('CANCELLED');
    expect((await invoke<{ removed: number }>(world, id, '/purge-queue', {})).body.removed).toBe(1);
    expect((await invoke<JobBody>(world, id, `/status/${b.body.id}`)).body.status).toBe('CANCELLED');
    await world.clock.advance(31 * 60_000);
    expect((await invoke(world, id, `/status/${a.body.id}`)).status).toBe(404);
  });

  it('takes the old input form, with its 16 tokens', async () => {
    const world = rig();
    const { id } = await endpoint(world, QUEUE);
    const { body } = await invoke<JobBody>(world, id, '/run', { input: { prompt: 'hi' } });
    expect((await finished(world, id, body.id)).output).toMatchObject([{ usage: { output: 16 } }]);
  });

  it('cuts a cold call on the synchronous routes after 100 s; the job goes on', async () => {
    const world = rig({ speed: 1 });
    world.sandbox.arm({ kind: 'slow-boot', factor: 5 });
    const { id } = await endpoint(world, QUEUE);
    expect((await invoke(world, id, '/openai/v1/chat/completions', ASK)).status).toBe(524);
    const sync = await invoke(world, id, '/runsync?wait=300000', { input: { prompt: 'hi' } });
    expect(sync.status).toBe(524);
    expect((await health(world, id)).jobs['inQueue']).toBe(2);
    await world.clock.advance(1_800_000);
    expect((await health(world, id)).jobs).toMatchObject({ inQueue: 0, completed: 2 });
  });

  it('answers a warm call at once, streamed and whole, and loses its status on errors', async () => {
    const world = rig();
    const { id } = await endpoint(world, QUEUE);
    await invoke(world, id, '/openai/v1/models');
    const whole = await invoke<Chat>(world, id, '/openai/v1/chat/completions', ASK);
    expect(whole.body).toMatchObject({ object: 'chat.completion', system_fingerprint: 'sandbox' });
    const streamed = await invoke<string>(world, id, '/openai/v1/chat/completions', { ...ASK, stream: true });
    expect(streamed.body.endsWith('data: [DONE]\n\n')).toBe(true);
    const wrong = await invoke<Chat>(world, id, '/openai/v1/chat/completions', { ...ASK, model: 'other' });
    expect(wrong).toMatchObject({ status: 200, body: { error: { type: 'worker_error' } } });
    const waited = await invoke<JobBody>(world, id, '/runsync?wait=1000', {
      input: {
        openai_route: '/v1/chat/completions',
        openai_input: { ...ASK, max_tokens: 900, ignore_eos: true },
      },
    });
    expect(waited.body.status).toBe('IN_PROGRESS');
  });

  it('needs a key that may invoke', async () => {
    const world = rig();
    const { id } = await endpoint(world, QUEUE);
    expect((await invoke(world, id, '/run', { input: {} }, 'wrong')).status).toBe(401);
    expect((await invoke(world, id, '/run', { input: {} }, READ_KEY)).status).toBe(401);
    expect((await invoke(world, id, '/health', undefined, READ_KEY)).status).toBe(200);
    expect((await invoke(world, id, '/run', { input: { prompt: 'x' } }, INVOKE_KEY)).status).toBe(200);
    expect((await invoke(world, 'nope', '/health')).status).toBe(404);
  });

  it('shows waiting for a machine as throttled and crash loops as unhealthy', async () => {
    const world = rig();
    const scarce = await endpoint(world, { ...QUEUE, workers: { max: 1 } });
    world.sandbox.arm({ kind: 'no-capacity' });
    await invoke(world, scarce.id, '/run', { input: { prompt: 'x' } });
    for (let i = 0; i < 5; i++) {
      expect((await health(world, scarce.id)).workers).toMatchObject({ throttled: 1, running: 0 });
      await world.clock.advance(31_000);
    }
    world.sandbox.clearFaults();
    await world.clock.advance(31_000);
    expect((await health(world, scarce.id)).workers).toMatchObject({ throttled: 0, initializing: 1 });
    const broken = await endpoint(world, {
      ...QUEUE,
      workers: { max: 1 },
      env: { MODEL_NAME: 'meta-llama/Llama-3.3-70B-Instruct', HF_TOKEN: 'x' },
    });
    await invoke(world, broken.id, '/run', { input: { prompt: 'x' } });
    await world.clock.advance(60_000);
    expect((await health(world, broken.id)).workers).toMatchObject({ unhealthy: 1 });
    const { body } = await world.api<{ workers: { id: string; status: string }[] }>(
      'GET',
      `/serverless/${broken.id}/workers`,
    );
    expect(body.workers[0]?.status).toBe('UNHEALTHY');
  });

  it('starts another worker when jobs wait too long, within the maximum', async () => {
    const world = rig({ speed: 100 });
    const { id } = await endpoint(world, {
      ...QUEUE,
      env: { ...QUEUE.env, MAX_CONCURRENCY: '1' },
      workers: { min: 0, max: 2, idleTimeout: 60 },
    });
    const long = {
      input: {
        openai_route: '/v1/chat/completions',
        openai_input: { ...ASK, max_tokens: 4000, ignore_eos: true },
      },
    };
    for (let i = 0; i < 4; i++) await invoke(world, id, '/run', long);
    await world.clock.advance(25_000);
    expect(await health(world, id)).toMatchObject({
      jobs: { inProgress: 2, inQueue: 2 },
      workers: { running: 2 },
    });
  });

  it('times a job out and counts it as failed', async () => {
    const world = rig({ speed: 100 });
    const { id } = await endpoint(world, { ...QUEUE, timeout: 5000 });
    const long = {
      openai_route: '/v1/chat/completions',
      openai_input: { ...ASK, max_tokens: 4000, ignore_eos: true },
    };
    const { body } = await invoke<JobBody>(world, id, '/run', { input: long });
    expect((await finished(world, id, body.id)).status).toBe('TIMED_OUT');
  });

  it('is scaled to zero by RunPod after days without a request, until it is patched', async () => {
    const world = rig();
    const { id } = await endpoint(world, QUEUE);
    const max = async (): Promise<number> =>
      (await world.api<EndpointBody>('GET', `/serverless/${id}`)).body.workers.max;
    await world.clock.advance(3 * 86_400_000);
    expect(await max()).toBe(2);
    await world.clock.advance(4 * 86_400_000);
    expect(await max()).toBe(0);
    const stuck = await invoke<JobBody>(world, id, '/run', { input: { prompt: 'x' } });
    await world.clock.advance(600_000);
    expect((await invoke<JobBody>(world, id, `/status/${stuck.body.id}`)).body.status).toBe('IN_QUEUE');
    await world.api('PATCH', `/serverless/${id}`, { workers: { max: 3 } });
    expect((await finished(world, id, stuck.body.id)).status).toBe('COMPLETED');
  });

  it('replaces workers of an old release when they are idle', async () => {
    const world = rig();
    const { id } = await endpoint(world, { ...QUEUE, workers: { min: 1, max: 1 } });
    await world.clock.advance(60_000);
    const workers = async (): Promise<{ id: string; isStale: boolean; version: number }[]> =>
      (
        await world.api<{ workers: { id: string; isStale: boolean; version: number }[] }>(
          'GET',
          `/serverless/${id}/workers`,
        )
      ).body.workers;
    const [before] = await workers();
    await world.api('PATCH', `/serverless/${id}`, { env: { ...QUEUE.env, MAX_MODEL_LEN: '8192' } });
    const [after] = await workers();
    expect(before).toMatchObject({ isStale: false, version: 1 });
    expect(after).toMatchObject({ isStale: false, version: 2 });
    expect(after?.id).not.toBe(before?.id);
  });

  it('lets worker logs be followed while the worker lives', async () => {
    const world = rig();
    const { id } = await endpoint(world, { ...QUEUE, workers: { min: 1, max: 1 } });
    await world.clock.advance(120_000);
    const { body } = await world.api<{ workers: { id: string }[] }>('GET', `/serverless/${id}/workers`);
    const path = `${world.sandbox.urls().apiUrl}/serverless/${id}/workers/${body.workers[0]?.id}/logs?tail=500`;
    const response = await world.sandbox.fetch(path, { headers: { authorization: `Bearer ${KEY}` } });
    const text = response.text();
    await world.api('DELETE', `/serverless/${id}`);
    expect(await withTime(world.clock, text)).toContain('Application startup complete.');
    expect((await world.api('GET', `/serverless/${id}/workers/x/logs`)).status).toBe(404);
  });
});

describe('the load-balancer plane', () => {
  const ask = (world: Rig, id: string, changes: object = {}): Promise<Answer<Chat>> =>
    world.call(`${world.sandbox.urls().lbUrlTemplate.replace('{endpointId}', id)}/v1/chat/completions`, {
      headers: { authorization: `Bearer ${KEY}`, ...changes },
      body: ASK,
    });

  it('refuses a cold call while it wakes a worker, holds the next, then serves', async () => {
    const world = rig();
    const { id } = await endpoint(world, BALANCED);
    expect(await ask(world, id)).toMatchObject({ status: 400, body: { error: 'no workers available' } });
    const held = await ask(world, id);
    expect(held).toMatchObject({ status: 200, body: { object: 'chat.completion' } });
    expect(held.headers['x-runpod-worker-id']).toMatch(/^sbw/);
    expect((await health(world, id)).workers).toMatchObject({ running: 1, ready: 1 });
    expect(await invoke(world, id, '/run', { input: {} })).toMatchObject({
      status: 400,
      body: { error: 'not allowed for QB API' },
    });
  });

  it.each([
    ['its port is not named', { PORT: '80', PORT_HEALTH: '8000', HEALTH_CHECK_PATH: '/health' }],
    ['its health port is not named', { PORT: '8000', HEALTH_CHECK_PATH: '/health' }],
    ['its health path answers nothing', { PORT: '8000', PORT_HEALTH: '8000', HEALTH_CHECK_PATH: '/nowhere' }],
  ])('hangs two minutes and gives up when %s', async (_name, env) => {
    const world = rig();
    const { id } = await endpoint(world, { ...BALANCED, env });
    await ask(world, id);
    const from = world.clock.now();
    expect(await ask(world, id)).toMatchObject({
      status: 400,
      body: { error: 'timed out waiting for worker' },
    });
    expect((world.clock.now() - from) / 1000).toBeCloseTo(120, -1);
  });

  it('uses the Authorization header up, so that a keyed model server refuses everybody', async () => {
    const world = rig();
    const { id } = await endpoint(world, { ...BALANCED, env: { ...BALANCED.env, VLLM_API_KEY: KEY } });
    await ask(world, id);
    expect((await ask(world, id)).status).toBe(401);
  });

  it('keeps to a worker on request and says when it is gone', async () => {
    const world = rig();
    const { id } = await endpoint(world, BALANCED);
    await ask(world, id);
    const worker = (await ask(world, id)).headers['x-runpod-worker-id'] ?? '';
    expect((await ask(world, id, { 'x-runpod-worker-id': worker })).headers['x-runpod-worker-id']).toBe(
      worker,
    );
    expect(await ask(world, id, { 'x-runpod-worker-id': 'strict sbwgone' })).toMatchObject({
      status: 404,
      body: { error: 'affinity_worker_gone' },
    });
    expect((await ask(world, id, { 'x-runpod-worker-id': 'sbwgone' })).status).toBe(200);
  });

  it('cuts a request after five and a half minutes', async () => {
    const world = rig({ tokensPerSecond: 20 });
    const { id } = await endpoint(world, BALANCED);
    await ask(world, id);
    await ask(world, id);
    const from = world.clock.now();
    const url = `${world.sandbox.urls().lbUrlTemplate.replace('{endpointId}', id)}/v1/chat/completions`;
    const long = { ...ASK, max_tokens: 15_000, ignore_eos: true, stream: true };
    const call = world.call<string>(url, { headers: { authorization: `Bearer ${KEY}` }, body: long });
    await expect(call).rejects.toThrow(/gave up/);
    expect((world.clock.now() - from) / 1000).toBeCloseTo(330, -1);
  });

  it('is closed to strangers', async () => {
    const world = rig();
    const { id } = await endpoint(world, BALANCED);
    const url = world.sandbox.urls().lbUrlTemplate.replace('{endpointId}', id);
    expect((await world.call(`${url}/health`)).status).toBe(401);
    expect((await health(world, id)).workers).toMatchObject({ initializing: 0 });
  });
});
