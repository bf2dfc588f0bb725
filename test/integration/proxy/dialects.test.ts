import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { joinSources, UserTargets } from '../../../src/main/proxy/user-targets.ts';
import { userTargetSchema } from '../../../src/shared/targets.ts';
import { advanceUntil, dataOf, eventually, Harness } from '../../support/proxy-harness.ts';
import { FakeTarget, FakeTargets, upstreamAt } from '../../support/proxy-targets.ts';
import {
  answerChat,
  chatChunk,
  sendEvents,
  sendJson,
  USAGE,
  type Script,
} from '../../support/proxy-upstream.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { AppError } from '../../../src/shared/errors.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start({ settings: { ollamaRoutes: true } });
});
afterEach(() => h.stop());

/** A server that knows only chat, as FastAPI says so. */
const chatOnly =
  (chat: Script): Script =>
  (request, res) => {
    if (request.path === '/v1/chat/completions') chat(request, res);
    else sendJson(res, 404, { detail: 'Not Found' });
  };

const toolStream: Script = (_request, res) => {
  const delta = (part: object, finish: string | null = null): string =>
    chatChunk({ choices: [{ index: 0, delta: part, finish_reason: finish }] });
  sendEvents(res, [
    delta({ role: 'assistant', content: '' }),
    delta({ reasoning: 'hm' }),
    delta({ content: 'Let me ' }),
    delta({ content: 'look.' }),
    delta({
      tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }],
    }),
    delta({ tool_calls: [{ index: 0, function: { name: 'f', arguments: '{"a":' } }] }),
    delta({ tool_calls: [{ index: 0, function: { arguments: '1}' } }] }),
    delta({}, 'stop'),
    chatChunk({ choices: [], usage: USAGE }),
    'data: [DONE]\n\n',
  ]);
};

const tools = [{ name: 'f', description: 'd', input_schema: { type: 'object' } }];
const messagesBody = {
  model: 'm',
  max_tokens: 50,
  system: [{ type: 'text', text: 'Be brief.' }],
  tools,
  tool_choice: { type: 'any' },
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'q' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'text', text: 'a' },
        { type: 'tool_use', id: 't1', name: 'f', input: { x: 1 } },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 't1', content: 'r' },
        { type: 'text', text: 'go on' },
      ],
    },
  ],
};

describe('chat normalisation', () => {
  it('traps 6, 10, 40, 41: role first, both reasoning names, tool names once, tool_calls as the reason', async () => {
    h.upstream.script = toolStream;
    const chunks = dataOf(await (await h.chat({ stream: true })).text())
      .slice(0, -1)
      .map(
        (data) =>
          JSON.parse(data) as { choices: { delta: Record<string, unknown>; finish_reason: unknown }[] },
      );
    const deltas = chunks.map((chunk) => chunk.choices[0]?.delta ?? {});
    expect(deltas[0]).toEqual({ role: 'assistant', content: '' });
    expect(deltas[1]).toEqual({ reasoning: 'hm', reasoning_content: 'hm' });
    expect(deltas[5]?.['tool_calls']).toEqual([{ index: 0, function: { arguments: '{"a":' } }]);
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls');
    const plain = await (await h.chat()).json();
    expect(plain).toMatchObject({
      choices: [
        {
          message: {
            content: 'Let me look.',
            reasoning: 'hm',
            reasoning_content: 'hm',
            tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'f', arguments: '{"a":1}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: USAGE,
    });
  });
});

describe('Messages', () => {
  it('passes through to a server that speaks it', async () => {
    const events = [
      {
        type: 'message_start',
        message: { id: 'x', model: 'served', content: [], usage: { input_tokens: 4, output_tokens: 0 } },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 2 } },
      { type: 'message_stop' },
    ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    h.upstream.script = (_request, res) => sendEvents(res, events);
    const text = await (await h.post('/v1/messages?beta=true', { ...messagesBody, stream: true })).text();
    expect(text).toBe(events.join('').replace('"model":"served"', '"model":"m"'));
    expect(h.upstream.received[0]?.path).toBe('/v1/messages?beta=true');
    const whole = await (await h.post('/v1/messages', messagesBody)).json();
    expect(whole).toMatchObject({
      model: 'm',
      content: [{ type: 'text', text: 'Hi' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 4, output_tokens: 2 },
    });
    expect(h.records[0]?.usage).toMatchObject({ tokensIn: 4, tokensOut: 2 });
  });

  it('tells a server that speaks it what stands between turns inside the user’s', async () => {
    h.upstream.script = (_request, res) => sendJson(res, 200, { type: 'message', content: [] });
    const turns = [
      { role: 'user', content: 'q' },
      { role: 'system', content: 'Tools: none' },
    ];
    await h.post('/v1/messages?beta=true', { ...messagesBody, messages: turns });
    await h.post('/v1/messages/count_tokens', { ...messagesBody, messages: turns });
    const told = { type: 'text', text: '<system-reminder>\nTools: none\n</system-reminder>' };
    expect(h.upstream.received.map(({ json }) => [json['messages'], json['system']])).toEqual(
      Array.from({ length: 2 }, () => [
        [{ role: 'user', content: [{ type: 'text', text: 'q' }, told] }],
        messagesBody.system,
      ]),
    );
  });

  it('is translated over chat where the server lacks it, and asks for the route only once', async () => {
    h.upstream.script = chatOnly(toolStream);
    const text = await (await h.post('/v1/messages', { ...messagesBody, stream: true })).text();
    const types = dataOf(text).map((data) => (JSON.parse(data) as { type: string }).type);
    expect(types).toEqual([
      'message_start',
      'content_block_start',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'content_block_start',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    const chat = h.upstream.received[1]?.json;
    expect(chat).toMatchObject({
      model: 'served',
      max_tokens: 50,
      tool_choice: 'required',
      tools: [
        { type: 'function', function: { name: 'f', description: 'd', parameters: { type: 'object' } } },
      ],
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'q' }, { type: 'image_url' }] },
        {
          role: 'assistant',
          content: 'a',
          tool_calls: [{ id: 't1', function: { name: 'f', arguments: '{"x":1}' } }],
        },
        { role: 'tool', tool_call_id: 't1', content: 'r' },
        { role: 'user', content: 'go on' },
      ],
    });
    const whole = await (await h.post('/v1/messages', messagesBody)).json();
    expect(whole).toMatchObject({
      type: 'message',
      content: [
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'Let me look.' },
        { type: 'tool_use', id: 'call_1', name: 'f', input: { a: 1 } },
      ],
      stop_reason: 'tool_use',
      usage: { input_tokens: 7, output_tokens: 3 },
    });
    expect(h.upstream.received.filter((request) => request.path === '/v1/messages')).toHaveLength(1);
    const count = await (await h.post('/v1/messages/count_tokens', messagesBody)).json();
    expect(count).toEqual({ input_tokens: expect.any(Number) });
  });
});

describe('Responses', () => {
  const input = [
    { role: 'developer', content: 'dev' },
    { role: 'user', content: [{ type: 'input_text', text: 'q' }] },
    { type: 'reasoning', summary: [] },
    { type: 'function_call', call_id: 'c1', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: 'c1', output: 'r' },
  ];
  const responseTools = [
    { type: 'function', name: 'f', parameters: {} },
    { type: 'web_search' },
    { type: 'namespace:multi_agent_v1' },
  ];

  it('drops tools nobody knows on the way to a server that speaks it', async () => {
    h.upstream.script = (_request, res) =>
      sendJson(res, 200, {
        object: 'response',
        id: 'r',
        status: 'completed',
        output: [],
        usage: { input_tokens: 1, output_tokens: 2 },
      });
    await h.post('/v1/responses', { model: 'm', input, tools: responseTools });
    expect(h.upstream.received[0]?.json['tools']).toEqual([{ type: 'function', name: 'f', parameters: {} }]);
  });

  it('is translated over chat where the server lacks it', async () => {
    h.upstream.script = chatOnly(toolStream);
    const text = await (
      await h.post('/v1/responses', {
        model: 'm',
        input,
        tools: responseTools,
        stream: true,
        instructions: 'sys',
      })
    ).text();
    const events = dataOf(text).map(
      (data) =>
        JSON.parse(data) as { type: string; sequence_number: number; response?: { output: unknown[] } },
    );
    expect(events.map((event) => event.sequence_number)).toEqual(events.map((_event, i) => i));
    expect(events.map((event) => event.type)).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.content_part.added',
      'response.output_text.delta',
      'response.output_text.delta',
      'response.output_text.done',
      'response.content_part.done',
      'response.output_item.done',
      'response.output_item.added',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.delta',
      'response.function_call_arguments.done',
      'response.output_item.done',
      'response.completed',
    ]);
    expect(events.at(-1)?.response?.output).toMatchObject([
      { type: 'message', content: [{ type: 'output_text', text: 'Let me look.' }] },
      { type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{"a":1}' },
    ]);
    expect(h.upstream.received[1]?.json['messages']).toEqual([
      { role: 'system', content: 'sys' },
      { role: 'system', content: 'dev' },
      { role: 'user', content: 'q' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'r' },
    ]);
    const whole = await (await h.post('/v1/responses', { model: 'm', input: 'x' })).json();
    expect(whole).toMatchObject({
      object: 'response',
      status: 'completed',
      usage: { input_tokens: 7, output_tokens: 3, total_tokens: 10 },
    });
    const kept = await h.post('/v1/responses', { model: 'm', input: 'x', previous_response_id: 'r1' });
    expect(kept.status).toBe(400);
  });
});

describe('Ollama', () => {
  it('is off unless turned on, and then needs no key but still a good Host and Origin', async () => {
    expect((await fetch(`${h.url}/api/version`)).status).toBe(200);
    expect(
      (await fetch(`${h.url}/api/version`, { headers: { origin: 'https://evil.example' } })).status,
    ).toBe(403);
    expect((await fetch(`${h.url}/v1/models`)).status).toBe(401);
    h.settings = { ...h.settings, ollamaRoutes: false };
    expect((await h.get('/api/version')).status).toBe(404);
  });

  it('lists, shows, chats in lines and in one piece, generates and embeds', async () => {
    const api = (path: string, body: object): Promise<Response> =>
      fetch(`${h.url}/api/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    expect(await (await fetch(`${h.url}/api/tags`)).json()).toMatchObject({
      models: [{ name: 'm' }, { name: 'alias' }, {}],
    });
    expect(await (await api('show', { model: 'm' })).json()).toMatchObject({
      model_info: { 'llama.context_length': 32768 },
    });
    h.upstream.script = toolStream;
    const lines = (
      await (
        await api('chat', {
          model: 'm:latest',
          messages: [{ role: 'user', content: 'q' }],
          options: { num_predict: 9 },
        })
      ).text()
    )
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map((line) => (line['message'] as { content: string }).content).join('')).toBe(
      'Let me look.',
    );
    expect(lines.at(-2)).toMatchObject({
      message: { tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }] },
      done: false,
    });
    expect(lines.at(-1)).toMatchObject({
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 7,
      eval_count: 3,
    });
    expect(h.upstream.received[0]?.json).toMatchObject({ max_tokens: 9, stream: true });
    h.upstream.script = answerChat('Hello there');
    expect(await (await api('generate', { model: 'm', prompt: 'q', stream: false })).json()).toMatchObject({
      response: 'Hello there',
      done: true,
    });
    h.upstream.script = (_request, res) =>
      sendJson(res, 200, { data: [{ embedding: [1, 2] }], model: 'served', usage: { prompt_tokens: 3 } });
    expect(await (await api('embed', { model: 'm', input: 'q' })).json()).toMatchObject({
      embeddings: [[1, 2]],
      prompt_eval_count: 3,
    });
    expect((await api('chat', { model: 'nope' })).status).toBe(404);
  });
});

describe('targets and bridge', () => {
  it('user-added servers stand beside deployments and are asked under the right name', async () => {
    const source = new UserTargets(
      [
        userTargetSchema.parse({
          name: 'local',
          baseUrl: `${h.upstream.url}/v1`,
          models: ['llama', 'phi'],
          apiKeyEnv: 'LOCAL_LLM_KEY',
        }),
      ],
      { LOCAL_LLM_KEY: 'k1' },
    );
    const other = await Harness.start({
      options: { source: joinSources(new FakeTargets(h.target), source) },
    });
    try {
      expect((await other.chat({ model: 'phi' })).status).toBe(200);
      expect(h.upstream.received[0]).toMatchObject({
        json: { model: 'phi' },
        headers: { authorization: 'Bearer k1' },
      });
      expect(h.upstream.received[0]?.json['stream']).toBeUndefined();
    } finally {
      await other.stop();
    }
    const refused = userTargetSchema.parse({ name: 'x', baseUrl: 'http://192.168.1.9/v1', models: ['m'] });
    expect(() => new UserTargets([refused], {})).toThrow(/plain http/);
  });

  it('a bridge answers while the deployment wakes, says so, and has a daily end', async () => {
    const sleepy = new FakeTarget('big', null);
    h.targets.set(h.target, sleepy);
    h.settings = { ...h.settings, bridge: { model: 'm', requestsPerDay: 1 } };
    const res = await h.chat({ model: 'big' });
    expect([res.status, res.headers.get('x-runpod-llm-bridge')]).toEqual([200, 'm']);
    expect([sleepy.wakes, h.records[0]?.bridged]).toEqual([1, true]);
    const waiting = h.chat({ model: 'big' });
    await eventually(() => sleepy.waiting === 2, 'the second request waits');
    sleepy.wakeUp(upstreamAt(h.upstream.url, { servedModel: 'big' }));
    const own = await waiting;
    expect([own.status, own.headers.get('x-runpod-llm-bridge')]).toEqual([200, null]);
    expect([sleepy.leasesBegun, sleepy.leasesEnded]).toEqual([2, 2]);
  });
});

describe('a bridge', () => {
  it('goes on answering when the wake behind it fails or is not allowed', async () => {
    const sleepy = new FakeTarget('big', null);
    h.targets.set(h.target, sleepy);
    h.settings = { ...h.settings, wakesPerHour: 1, bridge: { model: 'm', requestsPerDay: 100 } };
    for (let seed = 0; seed < 2; seed++) {
      const res = await h.chat({ model: 'big', seed });
      expect([res.status, res.headers.get('x-runpod-llm-bridge')]).toEqual([200, 'm']);
      if (seed === 0) sleepy.failBoot(new AppError('no_gpu_capacity', 'None is free.'));
      await eventually(() => sleepy.leasesBegun === sleepy.leasesEnded, 'no lease is held');
    }
    expect(sleepy.wakes).toBe(1);
  });
});

describe('Ollama’s lists', () => {
  it('version, what runs, and words about what does not exist', async () => {
    await h.stop();
    h = await Harness.start({ settings: { ollamaRoutes: true } });
    const get = async (path: string): Promise<unknown> => (await fetch(h.url + path)).json();
    expect(await get('/api/version')).toEqual({ version: expect.stringMatching(/^\d+\.\d+/) });
    expect(await get('/api/ps')).toMatchObject({ models: [{ name: 'm' }, {}, {}] });
    h.target.sleep();
    expect(await get('/api/ps')).toEqual({ models: [] });
    expect(await (await h.post('/api/show', { name: 'nope' })).json()).toEqual({
      error: expect.stringContaining('nope'),
    });
    expect((await h.post('/api/show', {})).status).toBe(400);
    h.target.wakeUp(upstreamAt(h.upstream.url));
    h.upstream.script = (_request, res) => sendJson(res, 200, { data: [{ embedding: [1] }] });
    expect(await (await h.post('/api/embed', { model: 'm', prompt: 'q' })).json()).toEqual({
      model: 'm',
      embeddings: [[1]],
      prompt_eval_count: 0,
    });
  });
});

describe('local pages', () => {
  it('metrics count what happened; the dashboard shows it to browsers and programs', async () => {
    await h.chat();
    await h.chat({ model: '<b>nope' });
    const metrics = await (await h.get('/metrics')).text();
    expect(metrics).toContain(
      'runpod_llm_proxy_requests_total{route="chat",model="m",outcome="ok",cache="bypass"} 1',
    );
    expect(metrics).toContain(
      'runpod_llm_proxy_completion_tokens_total{route="chat",model="m",outcome="ok",cache="bypass"} 3',
    );
    expect(metrics).toMatch(/time_to_first_token_seconds_bucket\{le="\+Inf"\} 1/);
    const json = (await (await h.get('/dashboard')).json()) as { recent: unknown[] };
    expect(json.recent).toHaveLength(2);
    const page = await h.get('/dashboard', {
      accept: 'text/html',
      authorization: `Basic ${Buffer.from('x:pat_local_0123456789abcdef').toString('base64')}`,
    });
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('<caption>Targets</caption>');
    const locked = await fetch(`${h.url}/dashboard`);
    expect([locked.status, locked.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer, Basic realm="RunPod LLM"',
    ]);
  });
});

describe('a waiting Ollama client', () => {
  it('is kept with spaces, which every parser skips: blank lines end Python’s and Go’s clients', async () => {
    const clock = new ManualClock();
    await h.stop();
    h = await Harness.start({ clock, settings: { ollamaRoutes: true } });
    h.target.sleep();
    const pending = h.post('/api/chat', { model: 'm', messages: [] });
    await eventually(() => h.target.waiting === 1, 'it waits');
    await clock.advance(2500);
    const res = await pending;
    expect(res.headers.get('content-type')).toBe('application/x-ndjson');
    await clock.advance(10_500);
    h.target.wakeUp(upstreamAt(h.upstream.url));
    let text = '';
    const read = res.text().then((value) => (text = value));
    await advanceUntil(clock, 1, () => text !== '', 'the answer');
    await read;
    expect(text).toMatch(/^ {2,}\{/);
  });
});
