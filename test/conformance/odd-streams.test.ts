import { gzipSync } from 'node:zlib';
import Anthropic from '@anthropic-ai/sdk';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { constructLlmApi } from '@continuedev/openai-adapters';
import { ChatOpenAI } from '@langchain/openai';
import { generateText, jsonSchema, streamText } from 'ai';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../src/main/platform/clock.ts';
import { oldPlain, oldStreamed } from '../support/openai-4.ts';
import { eventually, Harness, LOCAL_KEY } from '../support/proxy-harness.ts';
import { upstreamAt } from '../support/proxy-targets.ts';
import { chatChunk, chatEvents, sendJson, USAGE, type Script } from '../support/proxy-upstream.ts';

/**
 * The table of PROXY-TRAPS 1, row by row, for every client library installed here: what breaks some of them when a model
 * server sends it must break none behind the proxy. Then CLIENTS 2.2.1: nine minutes of waiting.
 */
let h: Harness;
afterEach(() => h.stop());

const base = (): string => `${h.url}/v1`;
const messages = [{ role: 'user' as const, content: 'hi' }];
const parameters = { type: 'object' as const, properties: {} };
const tool = { type: 'function' as const, function: { name: 'f', parameters } };

/** What a client made of an answer: its text, and a tool call as `name(arguments)`. */
interface Seen {
  readonly text: string;
  readonly call: string;
}

interface Client {
  readonly name: string;
  readonly streams: (tools: boolean) => Promise<Seen>;
  readonly plain: () => Promise<string>;
}

const openai = (): OpenAI => new OpenAI({ baseURL: base(), apiKey: LOCAL_KEY, maxRetries: 0 });
const openaiPlain = async (): Promise<string> =>
  (await openai().chat.completions.create({ model: 'm', messages })).choices[0]?.message.content ?? '';
const langchain = (): ChatOpenAI =>
  new ChatOpenAI({ model: 'm', apiKey: LOCAL_KEY, maxRetries: 0, configuration: { baseURL: base() } });
const vercel = (): Parameters<typeof generateText>[0]['model'] =>
  createOpenAICompatible({ name: 'x', baseURL: base(), apiKey: LOCAL_KEY })('m');
const anthropic = (): Anthropic => new Anthropic({ baseURL: h.url, apiKey: LOCAL_KEY, maxRetries: 0 });
const ollama = (): Ollama => new Ollama({ host: h.url });

const clients: readonly Client[] = [
  {
    name: 'openai, iterated as its users do',
    streams: async (tools) => {
      let text = '';
      let call = '';
      const stream = await openai().chat.completions.create({
        model: 'm',
        messages,
        stream: true,
        ...(tools ? { tools: [tool] } : {}),
      });
      for await (const chunk of stream) {
        // Without the care of `?.`: the usual code, which throws where a chunk has no choices.
        if (chunk.choices.length === 0) continue;
        const piece = chunk.choices[0]?.delta;
        text += piece?.content ?? '';
        for (const part of piece?.tool_calls ?? []) {
          call += `${part.function?.name ?? ''}${part.function?.arguments ?? ''}`;
        }
      }
      return { text, call };
    },
    plain: openaiPlain,
  },
  {
    name: 'openai, its stream helper',
    streams: async (tools) => {
      const done = await openai()
        .chat.completions.stream({ model: 'm', messages, ...(tools ? { tools: [tool] } : {}) })
        .finalChatCompletion();
      const message = done.choices[0]?.message;
      const made = message?.tool_calls?.[0];
      const call = made?.type === 'function' ? `${made.function.name}${made.function.arguments}` : '';
      return { text: message?.content ?? '', call };
    },
    plain: openaiPlain,
  },
  {
    name: 'openai 4.65, as it reads',
    streams: async (tools) =>
      oldStreamed(await h.chat({ stream: true, ...(tools ? { tools: [tool] } : {}) })),
    plain: async () => oldPlain(await h.chat()),
  },
  {
    name: 'ai',
    streams: async (tools) => {
      let failure: unknown = null;
      const result = streamText({
        model: vercel(),
        prompt: 'hi',
        maxRetries: 0,
        ...(tools ? { tools: { f: { inputSchema: jsonSchema(parameters) } } } : {}),
        onError: ({ error }) => {
          failure = error;
        },
      });
      let text = '';
      let call = '';
      for await (const part of result.fullStream) {
        if (part.type === 'text-delta') text += part.text;
        if (part.type === 'tool-call') call = `${part.toolName}${JSON.stringify(part.input)}`;
      }
      if (failure !== null) throw new Error('told by onError', { cause: failure });
      return { text, call };
    },
    plain: async () => (await generateText({ model: vercel(), prompt: 'hi', maxRetries: 0 })).text,
  },
  {
    name: '@langchain/openai',
    streams: async (tools) => {
      const model = tools ? langchain().bindTools([tool]) : langchain();
      let gathered = null;
      for await (const chunk of await model.stream('hi'))
        gathered = gathered === null ? chunk : gathered.concat(chunk);
      const made = gathered?.tool_calls?.[0];
      return {
        text: gathered?.text ?? '',
        call: made === undefined ? '' : `${made.name}${JSON.stringify(made.args)}`,
      };
    },
    plain: async () => (await langchain().invoke('hi')).text,
  },
  {
    name: '@continuedev/openai-adapters',
    streams: async (tools) => {
      const { signal } = new AbortController();
      let text = '';
      let call = '';
      const body = { model: 'm', messages, stream: true as const, ...(tools ? { tools: [tool] } : {}) };
      for await (const chunk of continueApi().chatCompletionStream(body, signal)) {
        const delta = chunk.choices[0]?.delta;
        text += delta?.content ?? '';
        for (const part of delta?.tool_calls ?? []) {
          call += `${part.function?.name ?? ''}${part.function?.arguments ?? ''}`;
        }
      }
      return { text, call };
    },
    plain: async () => {
      const { signal } = new AbortController();
      const whole = await continueApi().chatCompletionNonStream(
        { model: 'm', messages, stream: false },
        signal,
      );
      return whole.choices[0]?.message.content ?? '';
    },
  },
  {
    name: '@anthropic-ai/sdk, translated',
    streams: async (tools) => {
      const asked = tools ? { tools: [{ name: 'f', input_schema: parameters }] } : {};
      const whole = await anthropic()
        .messages.stream({ model: 'm', max_tokens: 20, messages, ...asked })
        .finalMessage();
      const text = whole.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      const made = whole.content.find((block) => block.type === 'tool_use');
      return {
        text,
        call: made?.type === 'tool_use' ? `${made.name}${JSON.stringify(made.input)}` : '',
      };
    },
    plain: async () => {
      const whole = await anthropic().messages.create({ model: 'm', max_tokens: 20, messages });
      return whole.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
    },
  },
  {
    name: 'ollama, translated',
    streams: async (tools) => {
      let text = '';
      let call = '';
      const asked = { model: 'm', messages, stream: true as const, ...(tools ? { tools: [tool] } : {}) };
      for await (const part of await ollama().chat(asked)) {
        text += part.message.content;
        for (const made of part.message.tool_calls ?? [])
          call += `${made.function.name}${JSON.stringify(made.function.arguments)}`;
      }
      return { text, call };
    },
    plain: async () => (await ollama().chat({ model: 'm', messages })).message.content,
  },
];

function continueApi(): NonNullable<ReturnType<typeof constructLlmApi>> {
  const api = constructLlmApi({ provider: 'openai', apiKey: LOCAL_KEY, apiBase: `${base()}/` });
  if (api === undefined) throw new Error('no adapter');
  return api;
}

const TEXT = 'Hello ✓ wörld';

const delta = (part: unknown, finish: string | null = null, more: object = {}): string =>
  chatChunk({ choices: [{ index: 0, delta: part, finish_reason: finish }], ...more });
const [ROLE, HEL, LO, STOP, DONE] = [
  delta({ role: 'assistant', content: '' }),
  delta({ content: 'Hel' }),
  delta({ content: 'lo ✓ wörld' }),
  delta({}, 'stop'),
  'data: [DONE]\n\n',
];
const usual = [ROLE, HEL, LO, STOP, DONE];
const between = (odd: string): string[] => [odd, ROLE, odd, HEL, odd, LO, odd, STOP, odd, DONE];
const called = (first: object, second: object): string[] => [
  delta({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', ...first }] }),
  delta({ tool_calls: [{ index: 0, ...second }] }),
  delta({}, 'tool_calls'),
  DONE,
];

const EVENTS = { 'content-type': 'text/event-stream' };
const sends =
  (events: readonly string[], headers: Record<string, string> = EVENTS): Script =>
  (request, res) => {
    if (request.path !== '/v1/chat/completions') return sendJson(res, 404, { detail: 'Not Found' });
    res.writeHead(200, headers);
    for (const event of events) res.write(event);
    res.end();
  };

/** One byte a write: every UTF-8 sequence and every event is cut everywhere. */
const byteWise: Script = (request, res) => {
  if (request.path !== '/v1/chat/completions') return sendJson(res, 404, { detail: 'Not Found' });
  res.writeHead(200, EVENTS);
  for (const byte of Buffer.from(usual.join(''))) res.write(Buffer.of(byte));
  res.end();
};

const gzipped: Script = (request, res) => {
  if (request.path !== '/v1/chat/completions') return sendJson(res, 404, { detail: 'Not Found' });
  res.writeHead(200, { ...EVENTS, 'content-encoding': 'gzip' }).end(gzipSync(usual.join('')));
};

const whole: readonly (readonly [string, Script])[] = [
  ['comments between chunks', sends(between(': text\n\n'))],
  ['bare comments without a blank line', sends(between(':\n'))],
  ['a retry field', sends(between('retry: 1000\n\n'))],
  ['data: : keepalive', sends(between('data: : keepalive\n\n'))],
  ['empty data', sends(between('data:\n\n'))],
  ['data: {}', sends(between('data: {}\n\n'))],
  ['event: ping with {}', sends(between('event: ping\ndata: {}\n\n'))],
  ['choices: []', sends(between(chatChunk({ choices: [] })))],
  ['no choices', sends(between(chatChunk({})))],
  ['choices: null', sends(between(chatChunk({ choices: null })))],
  ['empty deltas', sends(between(delta({})))],
  ['delta: null', sends(between(delta(null)))],
  ['role and empty content again and again', sends(between(ROLE))],
  ['no role at all', sends([HEL, LO, STOP, DONE])],
  [
    'usage on every chunk',
    sends(usual.map((event) => event.replace(/\}\n\n$/, `,"usage":${JSON.stringify(USAGE)}}\n\n`))),
  ],
  [
    'usage: {} on a text chunk',
    sends([ROLE, delta({ content: 'Hel' }, null, { usage: {} }), LO, STOP, DONE]),
  ],
  ['usage on the finish chunk', sends([ROLE, HEL, LO, delta({}, 'stop', { usage: USAGE }), DONE])],
  ['usage before the finish', sends([ROLE, HEL, LO, chatChunk({ choices: [], usage: USAGE }), STOP, DONE])],
  ['CRLF', sends(usual.map((event) => event.replaceAll('\n', '\r\n')))],
  ['CR', sends(usual.map((event) => event.replaceAll('\n', '\r')))],
  ['data: without its space', sends(usual.map((event) => event.replace('data: ', 'data:')))],
  ['data over several lines', sends(usual.map((event) => event.replace(',"object"', ',\ndata: "object"')))],
  ['UTF-8 cut at every byte', byteWise],
  ['gzip although identity was asked for', gzipped],
  ['a wrong content type', sends(usual, { 'content-type': 'text/plain; charset=utf-8' })],
  ['no content type', sends(usual, {})],
  ['two [DONE]', sends([...usual, DONE])],
  ['a byte order mark', sends([`\uFEFF${ROLE}`, HEL, LO, STOP, DONE])],
  ['no [DONE] after a finish', sends([ROLE, HEL, LO, STOP])],
  ['reasoning under its other name', sends([ROLE, delta({ reasoning: 'hm' }), HEL, LO, STOP, DONE])],
];

const killed: Script = (request, res) => {
  if (request.path !== '/v1/chat/completions') return sendJson(res, 404, { detail: 'Not Found' });
  res.writeHead(200, EVENTS);
  for (const event of [ROLE, HEL]) res.write(event);
  setImmediate(() => res.destroy());
};
const inner = { message: 'the engine fell over', type: 'x', code: 500 };
const jsonError =
  (json: unknown): Script =>
  (request, res) =>
    sendJson(res, request.path === '/v1/chat/completions' ? 200 : 404, json);

const broken: readonly (readonly [string, Script, RegExp])[] = [
  ['neither [DONE] nor finish', sends([ROLE, HEL, LO]), /before it was finished|broke off/],
  ['an error object', sends([ROLE, HEL, `data: ${JSON.stringify({ error: inner })}\n\n`]), /fell over/],
  [
    'an error event, and [DONE] over it',
    sends([ROLE, HEL, `event: error\ndata: ${JSON.stringify({ error: inner })}\n\n`, DONE]),
    /fell over/,
  ],
  ['an error that is a text', sends([ROLE, HEL, 'data: {"error":"the engine fell over"}\n\n']), /fell over/],
  ['a killed socket', killed, /broke off|connection/i],
  ['HTTP 200 with a JSON error', jsonError({ error: inner }), /fell over/],
];

/** The words of an error and of what caused it, wherever a library hides them. */
function wordsOf(error: unknown): string {
  const words: string[] = [];
  for (let at: unknown = error; at instanceof Object && words.length < 20; at = Reflect.get(at, 'cause')) {
    words.push(at instanceof Error ? at.message : '', JSON.stringify(at));
  }
  return words.join('\n');
}

describe('PROXY-TRAPS 1', () => {
  beforeEach(async () => {
    h = await Harness.start({ settings: { ollamaRoutes: true, retries: 0, breaker: { failures: 100 } } });
  });

  it.each(whole)('%s: the whole text, streamed and plain', async (_what, script) => {
    h.upstream.script = script;
    for (const client of clients) {
      expect([client.name, (await client.streams(false)).text]).toEqual([client.name, TEXT]);
      expect([client.name, await client.plain()]).toEqual([client.name, TEXT]);
    }
  });

  it.each([
    [
      'without a role',
      called({ function: { name: 'f', arguments: '' } }, { function: { arguments: '{"a":1}' } }),
    ],
    [
      'with the name repeated',
      called({ function: { name: 'f', arguments: '{"a"' } }, { function: { name: 'f', arguments: ':1}' } }),
    ],
  ])('a tool call %s arrives whole', async (_what, events) => {
    h.upstream.script = sends(events);
    for (const client of clients) {
      expect([client.name, (await client.streams(true)).call]).toEqual([client.name, 'f{"a":1}']);
    }
  });

  it.each(broken)('%s: every client throws our words, streamed and plain', async (_what, script, words) => {
    h.upstream.script = script;
    for (const client of clients) {
      for (const ask of [() => client.streams(false), () => client.plain()]) {
        const error: unknown = await ask().then(
          (answer) => `no error: ${JSON.stringify(answer)}`,
          (thrown: unknown) => thrown,
        );
        expect([client.name, wordsOf(error)]).toEqual([client.name, expect.stringMatching(words)]);
      }
    }
  });
});

describe('CLIENTS 2.2.1: nine minutes until the pod is awake', () => {
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock();
    h = await Harness.start({ clock, settings: { ollamaRoutes: true, wakesPerHour: 1000 } });
    h.upstream.script = sends(chatEvents([TEXT]));
  });

  const asleepFor = async (minutes: number): Promise<void> => {
    await eventually(() => h.target.waiting === 1, 'the client waits');
    for (let at = 0; at < minutes * 60; at += 5) await clock.advance(5000);
    h.target.wakeUp(upstreamAt(h.upstream.url));
  };

  it.each(clients)('$name', async (client) => {
    for (const ask of [async () => (await client.streams(false)).text, client.plain]) {
      h.target.sleep();
      const pending = ask();
      await asleepFor(9);
      expect(await pending).toBe(TEXT);
    }
    expect(h.records.map((record) => record.outcome)).toEqual(['ok', 'ok']);
    expect(Math.min(...h.records.map((record) => record.wakeMs ?? 0))).toBeGreaterThanOrEqual(9 * 60_000);
  });
});
