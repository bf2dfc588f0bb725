import { beforeAll, describe, expect, it } from 'vitest';
import { events, POD, rig, withTime, type Chat, type CallInit, type Chunk, type Rig } from './support.ts';

const AUTH = { authorization: 'Bearer model-key' };
const HELLO = { model: 'qwen3-8b', messages: [{ role: 'user', content: 'Hello there' }] };
const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city'],
    },
  },
};

let world: Rig;
let url: string;

async function serve(args = '', env = {}): Promise<[Rig, string]> {
  const made = rig();
  const pod = await made.pod({
    args: `${POD.args} --enable-auto-tool-choice --tool-call-parser hermes ${args}`,
    env: { VLLM_API_KEY: 'model-key', ...env },
  });
  await made.ready(pod.id);
  return [made, made.podUrl(pod.id)];
}

beforeAll(async () => {
  [world, url] = await serve();
});

const chat = (body: object, init: CallInit = {}): Promise<{ status: number; body: Chat }> =>
  world.call(`${url}/v1/chat/completions`, { headers: AUTH, body: { ...HELLO, ...body }, ...init });

async function streamed(body: object): Promise<Chunk[]> {
  const { body: text } = await world.call<string>(`${url}/v1/chat/completions`, {
    headers: AUTH,
    body: { ...HELLO, stream: true, ...body },
  });
  expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
  return events(text);
}

async function metric(name: string): Promise<number> {
  const { body } = await world.call<string>(`${url}/metrics`);
  const line = body.split('\n').find((entry) => entry.startsWith(`${name}{`) || entry.startsWith(`${name} `));
  return Number(line?.split(' ').at(-1));
}

describe('chat completions', () => {
  it('answer marked as simulated, the same for the same prompt and seed, other for another', async () => {
    const [a, b, c, d] = await Promise.all([
      chat({}),
      chat({}),
      chat({ seed: 2 }),
      chat({ messages: [{ role: 'user', content: 'Else' }] }),
    ]);
    const text = (answer: { body: Chat }): string => answer.body.choices[0]?.message.content ?? '';
    expect(text(a).startsWith('[Simulated]')).toBe(true);
    expect(a.body).toMatchObject({
      system_fingerprint: 'sandbox',
      model: 'qwen3-8b',
      object: 'chat.completion',
    });
    expect(text(b)).toBe(text(a));
    expect(text(c)).not.toBe(text(a));
    expect(text(d)).not.toBe(text(a));
    expect(a.body.usage.total_tokens).toBe(a.body.usage.prompt_tokens + a.body.usage.completion_tokens);
  });

  it('stream as vLLM does: role first, one id, finish, usage last on request', async () => {
    const chunks = await streamed({ stream_options: { include_usage: true } });
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    expect(new Set(chunks.map((chunk) => chunk.id)).size).toBe(1);
    const plain = (await chat({})).body;
    const text = chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('');
    expect(text).toBe(plain.choices[0]?.message.content);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: plain.usage });
    expect((await streamed({})).every((chunk) => chunk.usage === undefined)).toBe(true);
  });

  it('stop at max_tokens, at a stop word, and go on to the limit with ignore_eos', async () => {
    expect((await chat({ max_tokens: 5 })).body).toMatchObject({
      choices: [{ finish_reason: 'length' }],
      usage: { completion_tokens: 5 },
    });
    const stopped = (await chat({ stop: ['sandbox'] })).body.choices[0];
    expect(stopped).toMatchObject({ finish_reason: 'stop', stop_reason: 'sandbox' });
    expect(stopped?.message.content).not.toContain('sandbox');
    expect((await chat({ max_tokens: 700, ignore_eos: true })).body.usage.completion_tokens).toBe(700);
  });

  it('give n choices that differ, streamed with their index', async () => {
    const plain = (await chat({ n: 3 })).body.choices;
    expect(new Set(plain.map((choice) => choice.message.content)).size).toBe(3);
    const chunks = await streamed({ n: 3 });
    for (const index of [0, 1, 2]) {
      const own = chunks.flatMap((chunk) => chunk.choices).filter((choice) => choice.index === index);
      expect(own.map((choice) => choice.delta.content ?? '').join('')).toBe(plain[index]?.message.content);
      expect(own.at(-1)?.finish_reason).toBe('stop');
    }
  });

  it('come at the set pace', async () => {
    const from = world.clock.now();
    await chat({ max_tokens: 500, ignore_eos: true });
    const seconds = (world.clock.now() - from) / 1000;
    expect(seconds).toBeGreaterThan(4.9);
    expect(seconds).toBeLessThan(6);
  });

  it.each([
    ['any object', { type: 'json_object' }, (value: object): boolean => 'simulated' in value],
    [
      'a schema',
      {
        type: 'json_schema',
        json_schema: {
          name: 'x',
          schema: {
            $defs: { level: { enum: ['low', 'high'] } },
            type: 'object',
            properties: {
              level: { $ref: '#/$defs/level' },
              tags: { type: 'array', minItems: 2, items: { type: 'string', maxLength: 4 } },
              score: { type: 'number', maximum: 0.5 },
            },
            required: ['level', 'tags', 'score'],
          },
        },
      },
      (value: object): boolean => {
        expect(value).toEqual({ level: 'low', tags: ['[Sim', '[Sim'], score: 0.5 });
        return true;
      },
    ],
  ])('are JSON on request: %s', async (_name, response_format, check) => {
    const content = (await chat({ response_format })).body.choices[0]?.message.content ?? '';
    const value: object = JSON.parse(content);
    expect(check(value)).toBe(true);
  });
});

describe('tool calls', () => {
  const ask = {
    messages: [{ role: 'user', content: 'What is the weather in New York for 3 days?' }],
    tools: [WEATHER],
  };

  it('are made when the user speaks of the tool', async () => {
    const { body } = await chat(ask);
    expect(body.choices[0]).toMatchObject({ finish_reason: 'tool_calls', message: { content: null } });
    const call = body.choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } });
    expect(JSON.parse(call?.function.arguments ?? '')).toEqual({ city: 'New York', days: 3 });
  });

  it('stream id, type and name once, then the arguments in pieces', async () => {
    const deltas = (await streamed(ask)).flatMap((chunk) => chunk.choices[0]?.delta.tool_calls ?? []);
    expect(deltas[0]).toMatchObject({
      index: 0,
      type: 'function',
      id: expect.any(String),
      function: { name: 'get_weather', arguments: '' },
    });
    const later = deltas.slice(1);
    expect(later.length).toBeGreaterThan(2);
    expect(
      later.every(
        (delta) => delta.id === undefined && delta.function.name === undefined && delta.index === 0,
      ),
    ).toBe(true);
    expect(JSON.parse(later.map((delta) => delta.function.arguments).join(''))).toEqual({
      city: 'New York',
      days: 3,
    });
  });

  it.each([
    ['not when nothing asks for one', { messages: HELLO.messages }, 'stop'],
    ['when one is required', { messages: HELLO.messages, tool_choice: 'required' }, 'tool_calls'],
    [
      'when one is named',
      { messages: HELLO.messages, tool_choice: { type: 'function', function: { name: 'get_weather' } } },
      'tool_calls',
    ],
    ['not when they are forbidden', { tool_choice: 'none' }, 'stop'],
    [
      'not again when the tool has answered',
      { messages: [...ask.messages, { role: 'tool', tool_call_id: 'x', content: '21 degrees' }] },
      'stop',
    ],
  ])('are made %s', async (_name, changes, finish) => {
    expect((await chat({ ...ask, ...changes })).body.choices[0]?.finish_reason).toBe(finish);
  });

  it('need the parser for "auto", as in vLLM', async () => {
    const made = rig();
    const pod = await made.pod();
    await made.ready(pod.id);
    const answer = await made.call(`${made.podUrl(pod.id)}/v1/chat/completions`, {
      body: { ...HELLO, ...ask },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.error.message).toContain('--enable-auto-tool-choice');
  });
});

describe('refusals', () => {
  it.each([
    ['no messages', { messages: [] }, 400, /at least 1 item/],
    ['messages that are none', { messages: 'hi' }, 400, /messages/],
    ['an unknown model', { model: 'gpt-4' }, 404, /The model `gpt-4` does not exist/],
    [
      'a prompt beyond the context',
      { messages: [{ role: 'user', content: 'word '.repeat(17_000) }] },
      400,
      /maximum context length is 16384 tokens/,
    ],
    ['more output than the context leaves', { max_tokens: 16_384 }, 400, /you requested 16384 output tokens/],
    ['no output at all', { max_tokens: 0 }, 400, /max_tokens must be at least 1/],
  ])('of %s', async (_name, body, status, message) => {
    const answer = await chat(body);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ code: status, message: expect.stringMatching(message) });
  });

  it('without the key on /v1 alone; the rest is open to anybody', async () => {
    expect(await world.call(`${url}/v1/models`)).toMatchObject({
      status: 401,
      body: { error: 'Unauthorized' },
    });
    expect((await world.call(`${url}/v1/models`, { headers: AUTH })).status).toBe(200);
    for (const path of ['/health', '/metrics', '/version', '/ping']) {
      expect((await world.call(`${url}${path}`)).status).toBe(200);
    }
    const counted = await world.call<{ count: number }>(`${url}/tokenize`, { body: { prompt: 'one two' } });
    expect(counted.body.count).toBeGreaterThan(1);
  });

  it('of a body that is not announced as JSON', async () => {
    const answer = await chat({}, { headers: { ...AUTH, 'content-type': 'text/plain' } });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('application/json') } },
    });
  });

  it('of embeddings by a model that generates', async () => {
    const answer = await world.call(`${url}/v1/embeddings`, {
      headers: AUTH,
      body: { model: 'qwen3-8b', input: 'x' },
    });
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { message: expect.stringContaining('does not support Embeddings') } },
    });
  });
});

describe('leaving early', () => {
  it('is seen by the server and counted, streaming or not', async () => {
    for (const stream of [true, false]) {
      const before = await metric(
        'vllm:request_success_total{engine="0",model_name="qwen3-8b",finished_reason="abort"}',
      );
      const leave = new AbortController();
      const call = world.sandbox
        .fetch(`${url}/v1/chat/completions`, {
          method: 'POST',
          headers: { ...AUTH, 'content-type': 'application/json' },
          body: JSON.stringify({ ...HELLO, stream, max_tokens: 2000, ignore_eos: true }),
          signal: leave.signal,
        })
        .then((response) => response.text());
      call.catch(() => {});
      await world.clock.advance(2000);
      expect(await metric('vllm:num_requests_running')).toBe(1);
      leave.abort();
      await expect(call).rejects.toThrow(/abort|terminated|gave up|operation/i);
      await world.clock.advance(0);
      expect(await metric('vllm:num_requests_running')).toBe(0);
      expect(
        await metric('vllm:request_success_total{engine="0",model_name="qwen3-8b",finished_reason="abort"}'),
      ).toBe(before + 1);
    }
  });

  it('stops the writer when nobody reads, and goes on when somebody does', async () => {
    const before = await metric('vllm:generation_tokens_total');
    const response = await world.sandbox.fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...AUTH, 'content-type': 'application/json' },
      body: JSON.stringify({ ...HELLO, stream: true, max_tokens: 300, ignore_eos: true }),
    });
    await world.clock.advance(60_000);
    expect((await metric('vllm:generation_tokens_total')) - before).toBeLessThan(5);
    await withTime(world.clock, response.text());
    expect((await metric('vllm:generation_tokens_total')) - before).toBe(300);
  });

  it('frees the place in the queue', async () => {
    const [made, base] = await serve('--max-num-seqs 1');
    const body = { ...HELLO, max_tokens: 200, ignore_eos: true };
    const leave = new AbortController();
    const first = made.call(`${base}/v1/chat/completions`, { headers: AUTH, body });
    const second = made.sandbox.fetch(`${base}/v1/chat/completions`, {
      method: 'POST',
      headers: { ...AUTH, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: leave.signal,
    });
    second.catch(() => {});
    const third = made.call(`${base}/v1/chat/completions`, { headers: AUTH, body });
    await made.clock.advance(500);
    const { body: text } = await made.call<string>(`${base}/metrics`);
    expect(text).toMatch(/num_requests_running\{[^}]*\} 1/);
    expect(text).toMatch(/num_requests_waiting\{[^}]*\} 2/);
    leave.abort();
    await expect(second).rejects.toThrow(/abort|terminated|gave up|operation/i);
    expect((await first).status).toBe(200);
    expect((await third).status).toBe(200);
  });
});

describe('the pod proxy in front', () => {
  it('gives 524 after 100 s without a byte, and aborts the server', async () => {
    const from = world.clock.now();
    const answer = await chat({ max_tokens: 15_000, ignore_eos: true });
    expect(answer.status).toBe(524);
    expect((world.clock.now() - from) / 1000).toBeCloseTo(100, -1);
    expect(await metric('vllm:num_requests_running')).toBe(0);
  });

  it('lets a stream with steady bytes live longer', async () => {
    const from = world.clock.now();
    const chunks = await streamed({ max_tokens: 12_000, ignore_eos: true });
    expect(world.clock.now() - from).toBeGreaterThan(110_000);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('length');
  });

  it('cuts what is under way when the pod stops', async () => {
    const made = rig();
    const pod = await made.pod();
    await made.ready(pod.id);
    const response = await made.sandbox.fetch(`${made.podUrl(pod.id)}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...HELLO, stream: true, max_tokens: 2000, ignore_eos: true }),
    });
    const text = response.text();
    text.catch(() => {});
    await made.clock.advance(2000);
    await made.api('POST', `/pods/${pod.id}/action`, { action: 'stop' });
    await expect(withTime(made.clock, text)).rejects.toThrow(/abort|terminated|gave up|operation/i);
  });
});

describe('reasoning', () => {
  it('comes before the text where the server has a parser, unless it is switched off', async () => {
    const [made, base] = await serve('--reasoning-parser qwen3');
    const ask = async (body: object): Promise<Chat['choices'][number]['message'] | undefined> =>
      (await made.call(`${base}/v1/chat/completions`, { headers: AUTH, body: { ...HELLO, ...body } })).body
        .choices[0]?.message;
    expect((await ask({}))?.reasoning).toMatch(/^\[Simulated\]/);
    expect((await ask({ chat_template_kwargs: { enable_thinking: false } }))?.reasoning).toBeUndefined();
  });
});
