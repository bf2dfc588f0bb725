import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createChatSession, type ChatSession } from '../../src/renderer/app/chat-session.ts';
import {
  beginNext,
  beginTurn,
  giveResult,
  useChat,
  withPieces,
  type Answer,
} from '../../src/renderer/stores/chat.ts';
import { codeSample, EMPTY_PARAMS } from '../../src/renderer/view/code-samples.ts';
import {
  EMPTY_TOOLS,
  jsonAsCode,
  prettyJson,
  readTools,
  SCHEMA_EXAMPLE,
  TOOL_EXAMPLES,
  toolCount,
  toolRequest,
} from '../../src/renderer/view/chat-tools.ts';
import { AppError } from '../../src/shared/errors.ts';
import type { ChatItem, ChatRequest } from '../../src/shared/model.ts';
import { createFakeManager } from '../support/fake-manager.ts';
import { sampleRequest } from '../support/samples.ts';

const WEATHER = JSON.stringify(TOOL_EXAMPLES.weather);

describe('tools as they are written', () => {
  it.each(Object.entries(TOOL_EXAMPLES))('the example %s can be sent', (_name, tools) => {
    const draft = { ...EMPTY_TOOLS, tools: JSON.stringify(tools) };
    expect(toolRequest(draft)).toEqual({ tools, toolChoice: 'auto' });
    expect(toolCount(draft)).toBe(tools.length);
  });

  it.each([
    ['{', 'JSON'],
    ['{}', 'expected array'],
    ['[{"type":"function","function":{"name":"a b"}}]', '0.function.name: must be'],
    ['[{"type":"function"}]', '0.function'],
    [JSON.stringify([...TOOL_EXAMPLES.weather, ...TOOL_EXAMPLES.weather]), 'get_weather'],
  ])('%s is told as wrong and not sent', (text, why) => {
    const read = readTools(text);
    expect(read.ok ? '' : read.why).toContain(why);
    expect(toolRequest({ ...EMPTY_TOOLS, tools: text })).toBeNull();
    expect(toolCount({ ...EMPTY_TOOLS, tools: text })).toBe(0);
  });

  it.each([
    ['required', 'required'],
    ['none', 'none'],
    ['get_weather', { name: 'get_weather' }],
    ['gone', 'auto'],
  ])('the choice %s', (choice, expected) => {
    expect(toolRequest({ ...EMPTY_TOOLS, tools: WEATHER, choice })).toMatchObject({ toolChoice: expected });
  });

  it('JSON is asked for as such or by a schema, which has to be one', () => {
    expect(toolRequest({ ...EMPTY_TOOLS, format: 'json' })).toEqual({
      responseFormat: { type: 'json_object' },
    });
    const schema = JSON.stringify(SCHEMA_EXAMPLE);
    expect(toolRequest({ ...EMPTY_TOOLS, format: 'schema', schema })).toEqual({
      responseFormat: { type: 'json_schema', name: 'answer', schema: SCHEMA_EXAMPLE },
    });
    expect(toolRequest({ ...EMPTY_TOOLS, format: 'schema', schema: '[' })).toBeNull();
    expect(toolRequest(EMPTY_TOOLS)).toEqual({});
  });

  it('pieces of calls find their place', () => {
    const piece = (index: number, id: string | null, name: string | null, text: string) =>
      ({ type: 'call', index, id, name, arguments: text }) as const;
    const calls = withPieces(
      [],
      [
        piece(0, 'a', 'one', '{"x"'),
        piece(1, 'b', 'two', ''),
        piece(0, null, null, ':1}'),
        piece(7, 'z', 'no', ''),
      ],
    );
    expect(calls).toEqual([
      { id: 'a', name: 'one', arguments: '{"x":1}', result: '' },
      { id: 'b', name: 'two', arguments: '', result: '' },
    ]);
    expect(prettyJson('{"x":1}')).toBe('{\n  "x": 1\n}');
    expect(prettyJson('{"x"')).toBe('{"x"');
    expect(jsonAsCode('{"x":1}')).toBe('```json\n{\n  "x": 1\n}\n```');
    for (const text of ['{"x"', '1', 'see {"x":1}']) expect(jsonAsCode(text)).toBe(text);
  });

  it.each(['curl', 'python', 'typescript'] as const)('code in %s offers them too', (language) => {
    const extras = toolRequest({ ...EMPTY_TOOLS, tools: WEATHER, choice: 'required', format: 'json' }) ?? {};
    const text = codeSample(language, 'http://127.0.0.1:1/v1', 'coder', [], EMPTY_PARAMS, extras);
    for (const part of ['get_weather', 'tool_choice', 'required', 'response_format', 'json_object']) {
      expect(text).toContain(part);
    }
    const without = codeSample(language, 'http://127.0.0.1:1/v1', 'coder', [], EMPTY_PARAMS);
    expect(without).not.toContain('tool');
  });
});

describe('a conversation with tools', () => {
  let asked: ChatRequest[];
  let replies: (() => Iterable<ChatItem>)[];
  let session: ChatSession;
  const answer = (): Answer => {
    const turn = useChat.getState().turns.at(-1);
    if (turn?.role !== 'assistant') throw new Error('no answer');
    return turn;
  };
  const idle = async (): Promise<void> => {
    await expect.poll(() => useChat.getState().busy).toBe(false);
  };
  const done: ChatItem = { type: 'done', finishReason: 'tool_calls', request: sampleRequest() };
  const call: ChatItem = {
    type: 'call',
    index: 0,
    id: 'c1',
    name: 'get_weather',
    arguments: '{"city":"Rom"}',
  };

  beforeEach(async () => {
    useChat.setState(useChat.getInitialState(), true);
    useChat.setState({ tools: { ...EMPTY_TOOLS, tools: WEATHER } });
    globalThis.requestAnimationFrame = (callback) => {
      queueMicrotask(() => callback(0));
      return 1;
    };
    globalThis.cancelAnimationFrame = () => undefined;
    asked = [];
    replies = [() => [{ type: 'delta', text: 'Let me look.', reasoning: 'Hm.' }, call, done]];
    const manager = createFakeManager();
    manager.replyStream('playground.chat', async function* (request) {
      asked.push(request);
      yield* replies[asked.length - 1]?.() ?? [];
    });
    session = createChatSession({
      ...manager.api,
      body: 'browser',
      onConnection: () => () => undefined,
      openPage: () => undefined,
      onShowPage: () => () => undefined,
    });
    const [id = 0] = beginTurn('weather in Rom?', ['coder']);
    session.ask('coder', id);
    await idle();
  });
  afterEach(() => useChat.setState(useChat.getInitialState(), true));

  it('offers them, shows the call, takes the result and goes on in the same answer', async () => {
    expect(asked[0]).toMatchObject({ toolChoice: 'auto', tools: [{ function: { name: 'get_weather' } }] });
    expect(answer()).toMatchObject({
      text: 'Let me look.',
      calls: [{ id: 'c1', arguments: '{"city":"Rom"}' }],
    });
    expect(answer().thoughtMs).not.toBeNull();
    expect(beginNext(answer().id), 'without a result').toBe(false);
    giveResult(answer().id, 'c1', '21 °C');
    replies.push(() => [
      { type: 'delta', text: 'It is warm.', reasoning: '' },
      { ...done, finishReason: 'stop' },
    ]);
    expect(beginNext(answer().id)).toBe(true);
    session.ask('coder', answer().id);
    await idle();
    expect(answer()).toMatchObject({
      text: 'It is warm.',
      calls: [],
      past: [{ text: 'Let me look.', calls: [{ id: 'c1', result: '21 °C' }] }],
    });
    expect(asked[1]?.messages).toEqual([
      { role: 'user', content: 'weather in Rom?' },
      {
        role: 'assistant',
        content: 'Let me look.',
        toolCalls: [{ id: 'c1', name: 'get_weather', arguments: '{"city":"Rom"}' }],
      },
      { role: 'tool', toolCallId: 'c1', content: '21 °C' },
    ]);
    // The next question brings the whole exchange along.
    replies.push(() => [done]);
    const [next = 0] = beginTurn('thanks', ['coder']);
    session.ask('coder', next);
    await idle();
    expect(asked[2]?.messages.map(({ role }) => role)).toEqual([
      'user',
      'assistant',
      'tool',
      'assistant',
      'user',
    ]);
  });

  it('a call nobody answered is left out of the next question', async () => {
    const [next = 0] = beginTurn('never mind', ['coder']);
    session.ask('coder', next);
    await idle();
    expect(asked[1]?.messages).toEqual([
      { role: 'user', content: 'weather in Rom?' },
      { role: 'assistant', content: 'Let me look.' },
      { role: 'user', content: 'never mind' },
    ]);
  });

  it('keeps the results when going on fails, so that they can be sent again', async () => {
    giveResult(answer().id, 'c1', '21 °C');
    replies.push(() => {
      throw new AppError('upstream_failed', 'The model server broke off.');
    });
    beginNext(answer().id);
    session.ask('coder', answer().id);
    await idle();
    expect(answer()).toMatchObject({
      state: 'failed',
      past: [],
      text: 'Let me look.',
      calls: [{ result: '21 °C' }],
      problem: { code: 'upstream_failed' },
    });
    expect(beginNext(answer().id)).toBe(true);
  });
});
