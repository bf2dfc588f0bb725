import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatToMessage, MessageEvents } from '../../../src/main/proxy/dialects/anthropic-answer.ts';
import { messagesToChat } from '../../../src/main/proxy/dialects/anthropic-request.ts';
import { ResponsesVoice } from '../../../src/main/proxy/dialects/responses-voice.ts';
import { chatToOllama, OllamaLines, ollamaToChat } from '../../../src/main/proxy/dialects/ollama.ts';
import { chatToResponse, ResponseEvents } from '../../../src/main/proxy/dialects/responses-answer.ts';
import { responsesToChat } from '../../../src/main/proxy/dialects/responses-request.ts';
import { addEvents, assemblerFor } from '../../../src/main/proxy/events/assemble.ts';
import { ChatEvents } from '../../../src/main/proxy/events/chat-events.ts';
import { disassemble } from '../../../src/main/proxy/events/disassemble.ts';
import { dataEvent, DONE_EVENT, namedEvent } from '../../../src/main/proxy/events/event-stream.ts';
import { MESSAGES_RULES, NamedEvents, RESPONSES_RULES } from '../../../src/main/proxy/events/named-events.ts';
import { MARK, Replay, type Flow, type Piece } from '../../../src/main/proxy/flow.ts';
import type { JsonObject } from '../../../src/main/proxy/json.ts';
import { asAppError } from '../../../src/shared/errors.ts';
import { Trace } from '../../../src/main/proxy/trace.ts';

/**
 * Bodies of the right family with anything missing, null or of another type: what clients and model servers of all ages
 * send. Nothing here may throw; what comes out is whole JSON of the dialect asked for.
 */
const identity = { id: 'r1', model: 'm', created: 5 };
const ollamaIdentity = { route: 'ollama_chat' as const, model: 'm', createdAt: 'now', elapsedMs: () => 7 };

const scalar = fc.constantFrom<unknown>(null, '', 'x', '{"a":1}', '{', 0, 3, true, [], {});
const maybe = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 4, arbitrary: value }, { weight: 1, arbitrary: scalar });
const sparse = (fields: Record<string, fc.Arbitrary<unknown>>): fc.Arbitrary<JsonObject> =>
  fc.record(Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, maybe(value)])), {
    requiredKeys: [],
  });
const some = (value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc.array(maybe(value), { maxLength: 3 });

const usage = sparse({
  prompt_tokens: fc.constant(7),
  completion_tokens: fc.constant(3),
  prompt_tokens_details: sparse({ cached_tokens: fc.constant(2) }),
});
const call = sparse({
  index: fc.nat(2),
  id: fc.constant('call_1'),
  type: fc.constant('function'),
  function: sparse({ name: fc.constant('f'), arguments: fc.constantFrom('', '{"a":', '1}', '{}') }),
});
const said = sparse({
  role: fc.constant('assistant'),
  content: fc.constantFrom('', 'Hello'),
  reasoning: fc.constant('hm'),
  reasoning_content: fc.constant('hm'),
  tool_calls: some(call),
});
const finish = fc.constantFrom('stop', 'length', 'tool_calls', 'function_call', 'content_filter', '');
const chat = sparse({
  id: fc.constant('c'),
  created: fc.constant(1),
  choices: some(sparse({ index: fc.nat(1), message: said, text: fc.constant('x'), finish_reason: finish })),
  usage,
});
const chunk = sparse({
  id: fc.constant('c'),
  choices: some(sparse({ index: fc.nat(1), delta: said, text: fc.constant('x'), finish_reason: finish })),
  usage,
});
const block = sparse({
  type: fc.constantFrom('text', 'image', 'tool_use', 'tool_result', 'thinking', 'document'),
  text: fc.constant('t'),
  id: fc.constant('toolu_1'),
  name: fc.constant('f'),
  input: sparse({ a: fc.constant(1) }),
  tool_use_id: fc.constant('toolu_1'),
  content: fc.constantFrom<unknown>('result', [{ type: 'text', text: 'r' }]),
  thinking: fc.constant('hm'),
  source: sparse({
    type: fc.constantFrom('base64', 'url'),
    media_type: fc.constant('image/png'),
    data: fc.constant('AA=='),
    url: fc.constant('https://x.example/a.png'),
  }),
});
const messages = sparse({
  model: fc.constant('m'),
  max_tokens: fc.constant(9),
  system: fc.oneof(fc.constant('s'), some(block)),
  messages: some(
    sparse({ role: fc.constantFrom('user', 'assistant'), content: fc.oneof(fc.constant('q'), some(block)) }),
  ),
  tools: some(sparse({ name: fc.constant('f'), description: fc.constant('d'), input_schema: sparse({}) })),
  tool_choice: sparse({ type: fc.constantFrom('auto', 'any', 'tool', 'none'), name: fc.constant('f') }),
  stop_sequences: some(fc.constant('x')),
});
const item = sparse({
  type: fc.constantFrom('message', 'function_call', 'function_call_output', 'reasoning', 'web_search_call'),
  role: fc.constantFrom('user', 'assistant', 'developer'),
  content: fc.oneof(
    fc.constant('q'),
    some(
      sparse({
        type: fc.constantFrom('input_text', 'output_text', 'input_image', 'refusal'),
        text: fc.constant('t'),
        image_url: fc.constant('data:'),
      }),
    ),
  ),
  call_id: fc.constant('c1'),
  name: fc.constant('f'),
  arguments: fc.constant('{}'),
  output: fc.oneof(
    fc.constant('o'),
    some(sparse({ type: fc.constant('input_text'), text: fc.constant('t') })),
  ),
});
const responses = sparse({
  model: fc.constant('m'),
  instructions: fc.constant('be'),
  input: fc.oneof(fc.constant('q'), some(item)),
  tools: some(
    sparse({
      type: fc.constantFrom('function', 'web_search'),
      name: fc.constant('f'),
      parameters: sparse({}),
    }),
  ),
  tool_choice: fc.oneof(
    fc.constant('auto'),
    sparse({ type: fc.constant('function'), name: fc.constant('f') }),
  ),
  text: sparse({
    format: sparse({ type: fc.constantFrom('json_schema', 'json_object', 'text'), name: fc.constant('n') }),
  }),
  reasoning: sparse({ effort: fc.constant('low') }),
  max_output_tokens: fc.constant(9),
});
const ollama = sparse({
  model: fc.constant('m'),
  prompt: fc.constant('p'),
  system: fc.constant('s'),
  suffix: fc.constant('x'),
  images: some(fc.constant('AA==')),
  messages: some(
    sparse({
      role: fc.constant('user'),
      content: fc.constant('q'),
      images: some(fc.constant('AA==')),
      tool_calls: some(call),
    }),
  ),
  options: sparse({ num_predict: fc.constant(5), temperature: fc.constant(0), stop: some(fc.constant('x')) }),
  format: fc.oneof(fc.constant('json'), sparse({ type: fc.constant('object') })),
  think: fc.boolean(),
});

interface Seen {
  readonly text: string;
  readonly end: string;
}

function read(flow: Flow): Seen {
  let text = '';
  let end = 'open';
  flow.start({
    data: (bytes) => {
      text += bytes.toString('utf8');
    },
    end: () => {
      end = 'ended';
    },
    fail: (error) => {
      end = error.message;
    },
  });
  return { text, end };
}

/** Every line that carries JSON does so whole. */
function jsonLines(text: string): JsonObject[] {
  return text
    .split('\n')
    .map((line) => line.replace(/^data: ?/, ''))
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as JsonObject);
}

const runs = { numRuns: 300, seed: 4 };

describe('sparse requests', () => {
  it('become chat requests with messages of known roles', () => {
    fc.assert(
      fc.property(messages, responses, ollama, fc.boolean(), (message, response, asked, stream) => {
        const made = [
          messagesToChat(message, stream),
          responsesToChat(response, stream),
          ollamaToChat('ollama_chat', asked, stream),
          ollamaToChat('ollama_generate', asked, stream),
        ];
        for (const one of made) {
          expect(Array.isArray(one['messages'])).toBe(true);
          expect(() => JSON.stringify(one)).not.toThrow();
        }
      }),
      runs,
    );
  });
});

describe('sparse answers', () => {
  it('become whole answers of each dialect', () => {
    fc.assert(
      fc.property(chat, (json) => {
        expect(chatToMessage(json, identity)).toMatchObject({ type: 'message', role: 'assistant' });
        expect(chatToResponse(json, identity)).toMatchObject({ object: 'response' });
        expect(chatToOllama(json, ollamaIdentity)).toMatchObject({ model: 'm', done: true });
      }),
      runs,
    );
  });

  it('taken apart and put together keep their shape, or say that they were not finished', () => {
    fc.assert(
      fc.property(
        fc.oneof(chat, messages),
        fc.constantFrom('chat' as const, 'completions' as const, 'messages' as const, 'responses' as const),
        (json, dialect) => {
          const pieces = disassemble(dialect, json);
          const assembler = assemblerFor(dialect);
          for (const piece of pieces) addEvents(assembler, piece.chunk);
          expect(
            jsonLines(pieces.map((piece) => piece.chunk.toString('utf8')).join('')).length,
          ).toBeGreaterThanOrEqual(0);
          let outcome: unknown;
          try {
            outcome = typeof assembler.result();
          } catch (error) {
            outcome = asAppError(error).code;
          }
          expect(['object', 'upstream_failed']).toContain(outcome);
        },
      ),
      runs,
    );
  });
});

describe('sparse streams', () => {
  const bytesOf = (chunks: readonly JsonObject[]): Piece[] => [
    { chunk: Buffer.concat([...chunks.map(dataEvent), DONE_EVENT]), mark: MARK.bytes },
  ];
  const normal = (chunks: readonly JsonObject[], trace: Trace): Flow =>
    new ChatEvents(
      new Replay(bytesOf(chunks)),
      { object: 'chat.completion.chunk', model: 'm', id: 'i', created: 1 },
      trace,
      'pod',
      () => 1,
    );

  it('end once, in every dialect, as an answer or as an error', () => {
    fc.assert(
      fc.property(fc.array(chunk, { maxLength: 6 }), (chunks) => {
        const flows = [
          normal(chunks, new Trace(0)),
          new MessageEvents(normal(chunks, new Trace(0)), identity),
          new ResponseEvents(normal(chunks, new Trace(0)), identity),
          new OllamaLines(normal(chunks, new Trace(0)), ollamaIdentity),
        ];
        for (const flow of flows) {
          const { text, end } = read(flow);
          expect(end).not.toBe('open');
          jsonLines(text);
        }
      }),
      runs,
    );
  });

  it('of native Messages and Responses end at their own terminals, also under a name given before', () => {
    const name = fc.constantFrom(
      'response.created',
      'response.output_text.delta',
      'response.completed',
      'response.failed',
      'message_start',
      'content_block_start',
      'content_block_delta',
      'message_delta',
      'message_stop',
      'ping',
      'error',
    );
    const fields = sparse({
      response: sparse({ id: fc.constant('r'), model: fc.constant('served'), usage }),
      message: sparse({ model: fc.constant('served'), usage }),
      delta: sparse({ text: fc.constant('t'), stop_reason: fc.constant('end_turn') }),
      content_block: block,
      index: fc.nat(2),
      usage,
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(name, fields), { maxLength: 8 }), fc.boolean(), (events, typed) => {
        const bytes = events.map(([type, json]) => namedEvent(type, typed ? { type, ...json } : json));
        const pieces = [{ chunk: Buffer.concat(bytes), mark: MARK.bytes }];
        for (const [rules, holder] of [
          [MESSAGES_RULES, 'message'],
          [RESPONSES_RULES, 'response'],
        ] as const) {
          const source = (): Flow =>
            new NamedEvents(new Replay(pieces), rules, 'm', new Trace(0), 'pod', () => 1);
          const { text, end } = read(source());
          expect(end).not.toBe('open');
          const holders = jsonLines(text).map((json) => json[holder]);
          expect(holders).not.toContainEqual(expect.objectContaining({ model: 'served' }));
          const voice = new ResponsesVoice({ requestId: 'q', model: 'm', created: 1 });
          voice.open();
          const numbers = jsonLines(read(voice.adopt(source())).text).map((json) => json['sequence_number']);
          expect(numbers).toEqual(numbers.map((_, i) => i + 1));
        }
      }),
      runs,
    );
  });
});
