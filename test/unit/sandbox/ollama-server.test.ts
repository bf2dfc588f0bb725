import { beforeAll, describe, expect, it } from 'vitest';
import { rig, type Answer, type Chat, type Rig } from './support.ts';

const OLLAMA = {
  image: 'ollama/ollama:0.33.0',
  args: undefined,
  ports: ['11434/http'],
  gpu: { id: 'NVIDIA RTX A5000', count: 1, minCudaVersion: '12.4' },
};

interface Line {
  readonly status?: string;
  readonly completed?: number;
  readonly total?: number;
  readonly response?: string;
  readonly message?: {
    readonly content: string;
    readonly tool_calls?: readonly {
      readonly function: { readonly name: string; readonly arguments: object };
    }[];
  };
  readonly done?: boolean;
  readonly done_reason?: string;
  readonly eval_count?: number;
  readonly error?: string;
}

let world: Rig;
let url: string;

async function serve(changes: object = {}): Promise<[Rig, string, string]> {
  const made = rig();
  const pod = await made.pod({ ...OLLAMA, ...changes });
  await made.ready(pod.id, 11_434);
  return [made, made.podUrl(pod.id, 11_434), pod.id];
}

const lines = (text: string): Line[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const post = <T = Line>(path: string, body: object): Promise<Answer<T>> =>
  world.call<T>(`${url}${path}`, { body });

beforeAll(async () => {
  [world, url] = await serve();
  await post<string>('/api/pull', { model: 'qwen3:8b' });
});

describe('models', () => {
  it('have to be pulled first', async () => {
    const [made, base] = await serve();
    expect((await made.call<{ models: object[] }>(`${base}/api/tags`)).body.models).toEqual([]);
    const refused = await made.call<Line>(`${base}/api/chat`, { body: { model: 'qwen3:8b', messages: [] } });
    expect(refused).toMatchObject({ status: 404, body: { error: "model 'qwen3:8b' not found" } });
    const openai = await made.call(`${base}/v1/chat/completions`, {
      body: { model: 'qwen3:8b', messages: [] },
    });
    expect(openai).toMatchObject({ status: 404, body: { error: { message: "model 'qwen3:8b' not found" } } });
    const pull = await made.call<string>(`${base}/api/pull`, { body: { model: 'qwen3:8b' } });
    const steps = lines(pull.body);
    expect(steps[0]).toEqual({ status: 'pulling manifest' });
    expect(steps.at(-1)).toEqual({ status: 'success' });
    const progress = steps.flatMap((step) => step.completed ?? []);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(steps.find((step) => step.total !== undefined)?.total);
    expect((await made.call(`${base}/api/tags`)).body).toMatchObject({
      models: [{ name: 'qwen3:8b', details: { format: 'gguf' } }],
    });
  });

  it('that do not exist fail inside the stream, under 200', async () => {
    const { status, body } = await post<string>('/api/pull', { model: 'no-such-model' });
    expect(status).toBe(200);
    expect(lines(body).at(-1)?.error).toContain('file does not exist');
  });

  it('are loaded on first use, held as long as asked, and shown meanwhile', async () => {
    const ps = async (): Promise<string[]> =>
      (await world.call<{ models: { name: string }[] }>(`${url}/api/ps`)).body.models.map(({ name }) => name);
    await world.clock.advance(600_000);
    expect(await ps()).toEqual([]);
    expect((await post('/api/generate', { model: 'qwen3:8b', keep_alive: '10s' })).body.done_reason).toBe(
      'load',
    );
    expect(await ps()).toEqual(['qwen3:8b']);
    await world.clock.advance(11_000);
    expect(await ps()).toEqual([]);
    await post('/api/generate', { model: 'qwen3:8b', keep_alive: -1 });
    await world.clock.advance(86_400_000);
    expect(await ps()).toEqual(['qwen3:8b']);
    expect((await post('/api/generate', { model: 'qwen3:8b', keep_alive: 0 })).body.done_reason).toBe(
      'unload',
    );
    expect(await ps()).toEqual([]);
  });

  it('survive a stop on a volume and not on the container disk', async () => {
    for (const [mounts, left] of [
      [{}, 0],
      [{ persistent: { size: 20, path: '/workspace' } }, 1],
    ] as const) {
      const [made, base, id] = await serve({ mounts, env: { OLLAMA_MODELS: '/workspace/ollama' } });
      await made.call<string>(`${base}/api/pull`, { body: { model: 'qwen3:8b' } });
      await made.api('POST', `/pods/${id}/action`, { action: 'stop' });
      await made.api('POST', `/pods/${id}/action`, { action: 'start' });
      await made.ready(id, 11_434);
      expect((await made.call<{ models: object[] }>(`${base}/api/tags`)).body.models).toHaveLength(left);
    }
  });

  it('are shown with what clients look for, and can be deleted', async () => {
    const shown = await post<object>('/api/show', { model: 'qwen3:8b' });
    expect(shown.body).toMatchObject({
      capabilities: ['completion', 'tools'],
      model_info: { 'general.architecture': 'qwen' },
    });
    const [made, base] = await serve();
    await made.call<string>(`${base}/api/pull`, { body: { model: 'a:1b' } });
    expect(
      (await made.call(`${base}/api/delete`, { method: 'DELETE', body: { model: 'a:1b' } })).status,
    ).toBe(200);
    expect((await made.call(`${base}/api/show`, { body: { model: 'a:1b' } })).status).toBe(404);
  });
});

describe('answers', () => {
  const ask = { model: 'qwen3:8b', messages: [{ role: 'user', content: 'Hello' }] };

  it('stream as lines of JSON by default and come whole on request', async () => {
    const plain = (await post('/api/chat', { ...ask, stream: false })).body;
    expect(plain.message?.content).toMatch(/^\[Simulated\]/);
    expect(plain).toMatchObject({ done: true, done_reason: 'stop', eval_count: expect.any(Number) });
    const chunks = lines((await post<string>('/api/chat', ask)).body);
    expect(chunks.map((chunk) => chunk.message?.content).join('')).toBe(plain.message?.content);
    expect(chunks.filter((chunk) => chunk.done)).toHaveLength(1);
    const generated = lines(
      (await post<string>('/api/generate', { model: 'qwen3:8b', prompt: 'Hello' })).body,
    );
    expect(generated.map((chunk) => chunk.response).join('')).toMatch(/^\[Simulated\]/);
  });

  it('honour options, format and tools', async () => {
    const short = await post('/api/chat', { ...ask, stream: false, options: { num_predict: 4 } });
    expect(short.body).toMatchObject({ done_reason: 'length', eval_count: 4 });
    const json = await post('/api/chat', {
      ...ask,
      stream: false,
      format: { type: 'object', properties: { ok: { type: 'boolean' } } },
    });
    expect(JSON.parse(json.body.message?.content ?? '')).toEqual({ ok: true });
    const tools = [
      {
        type: 'function',
        function: {
          name: 'get_weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } } },
        },
      },
    ];
    const messages = [{ role: 'user', content: 'weather in Rome' }];
    for (const stream of [true, false]) {
      const { body } = await world.call<string | Line>(`${url}/api/chat`, {
        body: { ...ask, messages, tools, stream },
      });
      const answer =
        typeof body === 'string' ? lines(body).find((line) => line.message?.tool_calls !== undefined) : body;
      expect(answer?.message?.tool_calls).toEqual([
        { function: { name: 'get_weather', arguments: { city: 'Rome' } } },
      ]);
    }
  });

  it('come through the OpenAI routes too, without a key', async () => {
    const chat = await post<Chat>('/v1/chat/completions', ask);
    expect(chat.body).toMatchObject({ model: 'qwen3:8b', system_fingerprint: 'sandbox' });
    expect((await world.call<{ data: object[] }>(`${url}/v1/models`)).body.data).toHaveLength(1);
    const embedded = await post<{ embeddings: number[][] }>('/api/embed', {
      model: 'qwen3:8b',
      input: ['a', 'b'],
    });
    expect(embedded.body.embeddings).toHaveLength(2);
  });

  it('beyond the queue are refused as busy', async () => {
    const [made, base] = await serve({ env: { OLLAMA_MAX_QUEUE: '1', OLLAMA_NUM_PARALLEL: '1' } });
    await made.call<string>(`${base}/api/pull`, { body: { model: 'a:1b' } });
    await made.call(`${base}/api/generate`, { body: { model: 'a:1b' } });
    const long = { model: 'a:1b', messages: ask.messages, stream: false, options: { num_predict: 200 } };
    const first = made.call(`${base}/api/chat`, { body: long });
    await made.clock.advance(100);
    const second = made.call(`${base}/api/chat`, { body: long });
    await made.clock.advance(100);
    expect((await made.call(`${base}/api/chat`, { body: long })).status).toBe(503);
    expect([(await first).status, (await second).status]).toEqual([200, 200]);
  });
});

describe('the server', () => {
  it('says it runs, and its version, at once', async () => {
    expect((await world.call<string>(url)).body).toBe('Ollama is running');
    expect((await world.call(`${url}/api/version`)).body).toEqual({ version: '0.33.0' });
    expect((await world.call(`${url}/nowhere`)).status).toBe(404);
  });
});
