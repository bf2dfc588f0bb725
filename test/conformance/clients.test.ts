import Anthropic from '@anthropic-ai/sdk';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { constructLlmApi } from '@continuedev/openai-adapters';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, streamText } from 'ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/main/platform/clock.ts';
import { AppError } from '../../src/shared/errors.ts';
import { advanceUntil, eventually, Harness, LOCAL_KEY } from '../support/proxy-harness.ts';
import { upstreamAt } from '../support/proxy-targets.ts';
import { chatChunk, sendEvents, sendJson, USAGE, type Script } from '../support/proxy-upstream.ts';

/**
 * The official client libraries through the proxy, against a server with every habit that breaks some of them: CRLF, a
 * BOM, comments, wrapped keep-alives, usage on every chunk, tool names repeated, `stop` after tool calls, no role.
 */
let h: Harness;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock();
  h = await Harness.start({ clock, settings: { ollamaRoutes: true } });
  h.upstream.script = nasty;
});
afterEach(() => h.stop());

const base = (): string => `${h.url}/v1`;
const messages = [{ role: 'user' as const, content: 'hi' }];
const tool = {
  type: 'function' as const,
  function: { name: 'f', parameters: { type: 'object', properties: {} } },
};

function nastyEvents(withTools: boolean): string[] {
  const usage = { usage: USAGE };
  const delta = (part: object, finish: string | null = null): string =>
    chatChunk({ choices: [{ index: 0, delta: part, finish_reason: finish }], ...usage });
  const calls = [
    delta({
      tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }],
    }),
    delta({ tool_calls: [{ index: 0, function: { name: 'f', arguments: '{"a":' } }] }),
    delta({ tool_calls: [{ index: 0, function: { name: 'f', arguments: '1}' } }] }),
  ];
  return [
    ': ping\n\n',
    'data: : keepalive\n\n',
    delta({ content: 'Hel' }),
    delta({ content: 'lo ✓' }),
    'data:\n\n',
    ...(withTools ? calls : []),
    delta({}, 'stop'),
    'data: [DONE]\n\n',
  ];
}

const nasty: Script = (request, res) => {
  if (request.path !== '/v1/chat/completions') return sendJson(res, 404, { detail: 'Not Found' });
  const text = nastyEvents(Array.isArray(request.json['tools'])).join('').replaceAll('\n', '\r\n');
  sendEvents(res, [`\uFEFF${text}`]);
};

const broken: Script = (_request, res) => {
  res.writeHead(200, { 'content-type': 'text/event-stream' });
  res.write(nastyEvents(false).slice(0, 4).join(''));
  setImmediate(() => res.destroy());
};

/** Puts the deployment to sleep for half a minute of the proxy's time, then wakes it. */
async function coldStart(): Promise<void> {
  await eventually(() => h.target.waiting === 1, 'the client waits');
  for (let i = 0; i < 12; i++) await clock.advance(3000);
  h.target.wakeUp(upstreamAt(h.upstream.url));
}

describe('openai', () => {
  const client = (): OpenAI => new OpenAI({ baseURL: base(), apiKey: LOCAL_KEY, maxRetries: 0 });

  it('lists models', async () => {
    const list = await client().models.list();
    expect(list.data.map((model) => model.id)).toContain('m');
    expect((await client().models.retrieve('Qwen/Qwen3-8B')).id).toBe('Qwen/Qwen3-8B');
  });

  it('streams, with usage once', async () => {
    const stream = await client().chat.completions.create({
      model: 'm',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    const usages: unknown[] = [];
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      if (chunk.usage !== null && chunk.usage !== undefined) usages.push(chunk.usage);
    }
    expect([text, usages]).toEqual(['Hello ✓', [USAGE]]);
  });

  it('its stream helper gets tool calls, content and finish', async () => {
    const completion = await client()
      .chat.completions.stream({ model: 'm', messages, tools: [tool] })
      .finalChatCompletion();
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: 'Hello ✓', tool_calls: [{ function: { name: 'f', arguments: '{"a":1}' } }] },
    });
  });

  it('gets a plain answer and the Responses API', async () => {
    const plain = await client().chat.completions.create({ model: 'm', messages });
    expect([plain.choices[0]?.message.content, plain.usage]).toEqual(['Hello ✓', USAGE]);
    const response = await client().responses.create({ model: 'm', input: 'hi' });
    expect(response.output_text).toBe('Hello ✓');
    let text = '';
    for await (const event of await client().responses.create({ model: 'm', input: 'hi', stream: true })) {
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(text).toBe('Hello ✓');
  });

  it('throws our error, with its code, before and inside a stream', async () => {
    await expect(client().chat.completions.create({ model: 'nope', messages })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
      type: 'runpod_llm_error',
    });
    h.upstream.script = broken;
    const stream = await client().chat.completions.create({ model: 'm', messages, stream: true });
    const read = async (): Promise<void> => {
      for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk');
    };
    await expect(read()).rejects.toMatchObject({ code: 'upstream_failed' });
  });

  it('does not repeat what needs the user', async () => {
    h.target.sleep();
    const pending = new OpenAI({ baseURL: base(), apiKey: LOCAL_KEY }).chat.completions.create({
      model: 'm',
      messages,
    });
    await eventually(() => h.target.waiting === 1, 'it waits');
    h.target.failBoot(new AppError('runpod_balance_empty', 'The balance is empty.'));
    await expect(pending).rejects.toMatchObject({ status: 402, code: 'runpod_balance_empty' });
    expect(h.records).toHaveLength(1);
  });

  it('waits through a cold start, streaming and plain, and reports failure in the stream', async () => {
    for (const stream of [true, false]) {
      h.target.sleep();
      const body = { model: 'm', messages, seed: stream ? 1 : 2 };
      const pending = stream
        ? client().chat.completions.stream(body).finalContent()
        : client()
            .chat.completions.create(body)
            .then((completion) => completion.choices[0]?.message.content);
      await coldStart();
      expect(await pending).toBe('Hello ✓');
    }
    h.target.sleep();
    const failing = client().chat.completions.stream({ model: 'm', messages }).finalContent();
    failing.catch(() => {});
    await eventually(() => h.target.waiting === 1, 'it waits');
    await clock.advance(12_000);
    h.target.failBoot(new AppError('boot_failed', 'No weights.'));
    await expect(failing).rejects.toThrow(/No weights/);
  });
});

describe('@anthropic-ai/sdk', () => {
  const client = (): Anthropic => new Anthropic({ baseURL: h.url, apiKey: LOCAL_KEY, maxRetries: 0 });
  const ask = { model: 'm', max_tokens: 20, messages };

  it('gets whole messages, streams and tools', async () => {
    const whole = await client().messages.create(ask);
    expect(whole.content).toEqual([{ type: 'text', text: 'Hello ✓' }]);
    const tools = [{ name: 'f', input_schema: { type: 'object' as const } }];
    const streamed = await client()
      .messages.stream({ ...ask, tools })
      .finalMessage();
    expect(streamed).toMatchObject({
      stop_reason: 'tool_use',
      content: [
        { type: 'text', text: 'Hello ✓' },
        { type: 'tool_use', name: 'f', input: { a: 1 } },
      ],
      usage: { input_tokens: 7, output_tokens: 3 },
    });
    expect((await client().messages.countTokens({ model: 'm', messages })).input_tokens).toBeGreaterThan(0);
  });

  it('waits through pings and throws typed errors', async () => {
    h.target.sleep();
    const pending = client().messages.stream(ask).finalText();
    await coldStart();
    expect(await pending).toBe('Hello ✓');
    await expect(client().messages.create({ ...ask, model: 'nope' })).rejects.toBeInstanceOf(
      Anthropic.BadRequestError,
    );
    h.upstream.script = broken;
    await expect(client().messages.stream(ask).finalText()).rejects.toThrow(/broke off/);
  });
});

describe('ai with @ai-sdk/openai-compatible', () => {
  const model = (): Parameters<typeof generateText>[0]['model'] =>
    createOpenAICompatible({ name: 'x', baseURL: base(), apiKey: LOCAL_KEY, includeUsage: true })('m');

  it('generates and streams, with usage', async () => {
    const whole = await generateText({ model: model(), prompt: 'hi', maxRetries: 0 });
    expect([whole.text, whole.usage.outputTokens]).toEqual(['Hello ✓', 3]);
    const streamed = streamText({ model: model(), prompt: 'hi', maxRetries: 0 });
    let text = '';
    for await (const part of streamed.textStream) text += part;
    expect([text, (await streamed.usage).outputTokens, await streamed.finishReason]).toEqual([
      'Hello ✓',
      3,
      'stop',
    ]);
  });

  it('waits through a cold start', async () => {
    h.target.sleep();
    const pending = Promise.resolve(streamText({ model: model(), prompt: 'hi', maxRetries: 0 }).text);
    await coldStart();
    expect(await pending).toBe('Hello ✓');
  });
});

describe('@langchain/openai', () => {
  const model = (): ChatOpenAI =>
    new ChatOpenAI({ model: 'm', apiKey: LOCAL_KEY, maxRetries: 0, configuration: { baseURL: base() } });

  it('invokes, streams, and keeps tool calls', async () => {
    expect((await model().invoke('hi')).content).toBe('Hello ✓');
    let text = '';
    for await (const chunk of await model().stream('hi')) text += chunk.text;
    expect(text).toBe('Hello ✓');
    const bound = model().bindTools([tool]);
    let gathered = null;
    for await (const chunk of await bound.stream('hi'))
      gathered = gathered === null ? chunk : gathered.concat(chunk);
    expect(gathered?.tool_calls).toMatchObject([{ name: 'f', args: { a: 1 } }]);
  });
});

describe('@continuedev/openai-adapters', () => {
  it('streams chat with text neither lost nor doubled', async () => {
    const api = constructLlmApi({ provider: 'openai', apiKey: LOCAL_KEY, apiBase: `${base()}/` });
    if (api === undefined) throw new Error('no adapter');
    let text = '';
    const { signal } = new AbortController();
    for await (const chunk of api.chatCompletionStream({ model: 'm', messages, stream: true }, signal)) {
      text += chunk.choices[0]?.delta.content ?? '';
    }
    expect(text).toBe('Hello ✓');
    const whole = await api.chatCompletionNonStream({ model: 'm', messages, stream: false }, signal);
    expect(whole.choices[0]?.message.content).toBe('Hello ✓');
  });
});

describe('ollama', () => {
  const client = (): Ollama => new Ollama({ host: h.url });

  it('lists, chats, streams and generates', async () => {
    expect((await client().list()).models.map((model) => model.name)).toContain('m');
    const whole = await client().chat({ model: 'm', messages });
    expect([whole.message.content, whole.eval_count]).toEqual(['Hello ✓', 3]);
    let text = '';
    for await (const part of await client().chat({ model: 'm', messages, stream: true }))
      text += part.message.content;
    expect(text).toBe('Hello ✓');
    expect((await client().generate({ model: 'm', prompt: 'hi' })).response).toBe('Hello ✓');
  });

  it('waits through a cold start', async () => {
    h.target.sleep();
    const pending = (async () => {
      let text = '';
      for await (const part of await client().chat({ model: 'm', messages, stream: true }))
        text += part.message.content;
      return text;
    })();
    await coldStart();
    await advanceUntil(clock, 1, () => h.records.length === 1, 'it is served');
    expect(await pending).toBe('Hello ✓');
  });
});
