import { describe, expect, it } from 'vitest';
import { chatToMessage } from '../../../src/main/proxy/dialects/anthropic-answer.ts';
import { messagesToChat } from '../../../src/main/proxy/dialects/anthropic-request.ts';
import { chatToOllama, ollamaToChat } from '../../../src/main/proxy/dialects/ollama.ts';
import { chatToResponse } from '../../../src/main/proxy/dialects/responses-answer.ts';
import { responsesToChat } from '../../../src/main/proxy/dialects/responses-request.ts';
import { withoutSystemTurns } from '../../../src/main/proxy/dialects/system-turns.ts';
import { disassemble } from '../../../src/main/proxy/events/disassemble.ts';
import { assemblerFor, addEvents } from '../../../src/main/proxy/events/assemble.ts';

const identity = { id: 'r1', model: 'm', created: 5 };
const tool = { name: 'f', input_schema: { type: 'object' } };
const chatAnswer = (message: object, finish: string, usage?: object): Record<string, unknown> => ({
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason: finish }],
  ...(usage === undefined ? {} : { usage }),
});

describe('Messages → chat', () => {
  it.each([
    [{ type: 'auto' }, 'auto'],
    [{ type: 'any' }, 'required'],
    [{ type: 'none' }, 'none'],
    [
      { type: 'tool', name: 'f' },
      { type: 'function', function: { name: 'f' } },
    ],
  ])('tool choice %j', (choice, expected) => {
    expect(
      messagesToChat({ model: 'm', messages: [], tools: [tool], tool_choice: choice }, false)['tool_choice'],
    ).toEqual(expected);
  });

  it('keeps sampling, drops what chat has no word for, and needs no tools to have a choice', () => {
    const chat = messagesToChat(
      {
        model: 'm',
        max_tokens: 5,
        temperature: 0.1,
        top_p: 0.2,
        top_k: 3,
        stop_sequences: ['x'],
        tool_choice: { type: 'any' },
        thinking: { type: 'enabled' },
        metadata: { user_id: 'u' },
        tools: [{ type: 'web_search_20250305', name: 'web' }],
        system: 'sys',
        messages: [
          { role: 'user', content: 'q' },
          { role: 'assistant', content: [{ type: 'tool_use', id: 't', name: 'f' }] },
        ],
      },
      true,
    );
    expect(chat).toEqual({
      model: 'm',
      max_tokens: 5,
      temperature: 0.1,
      top_p: 0.2,
      top_k: 3,
      stop: ['x'],
      stream: true,
      stream_options: { include_usage: true },
      messages: [
        { role: 'system', content: 'sys' },
        { role: 'user', content: 'q' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
        },
      ],
    });
  });

  it('carries images by address and by bytes', () => {
    const blocks = [
      { type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AA' } },
    ];
    expect(messagesToChat({ messages: [{ role: 'user', content: blocks }] }, false)['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'image_url', image_url: { url: 'https://x/y.png' } },
          { type: 'image_url', image_url: { url: 'data:image/jpeg;base64,AA' } },
        ],
      },
    ]);
  });
});

describe('system turns among the others', () => {
  const note = (text: string) => ({ type: 'text', text: `<system-reminder>\n${text}\n</system-reminder>` });

  it('are told inside the turn of the user before them', () => {
    const result = { type: 'tool_result', tool_use_id: 't', content: 'r' };
    const answer = { role: 'assistant', content: 'a' };
    expect(
      withoutSystemTurns([
        { role: 'user', content: 'q' },
        { role: 'system', content: 'one' },
        { role: 'system', content: [{ type: 'text', text: 'two', cache_control: { type: 'ephemeral' } }] },
        answer,
        { role: 'system', content: 'three' },
        { role: 'user', content: [result] },
        { role: 'system', content: 'four' },
      ]),
    ).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'q' }, note('one'), note('two')] },
      answer,
      { role: 'user', content: [note('three')] },
      { role: 'user', content: [result, note('four')] },
    ]);
  });

  it('are in few requests, which stay as they are', () => {
    expect(withoutSystemTurns([{ role: 'user', content: 'q' }])).toBeNull();
    expect(withoutSystemTurns(undefined)).toBeNull();
  });
});

describe('chat → Messages', () => {
  it.each([
    ['stop', 'end_turn'],
    ['length', 'max_tokens'],
    ['tool_calls', 'tool_use'],
    ['content_filter', 'refusal'],
  ])('finish %s → %s', (finish, reason) => {
    const usage = { prompt_tokens: 10, completion_tokens: 2, prompt_tokens_details: { cached_tokens: 4 } };
    expect(chatToMessage(chatAnswer({ content: 'a' }, finish, usage), identity)).toMatchObject({
      id: 'msg_r1',
      model: 'm',
      stop_reason: reason,
      content: [{ type: 'text', text: 'a' }],
      usage: { input_tokens: 6, output_tokens: 2, cache_read_input_tokens: 4 },
    });
  });
});

describe('Responses ↔ chat', () => {
  it('keeps text as text, images as parts, formats, and calls made together in one message', () => {
    const chat = responsesToChat(
      {
        model: 'm',
        temperature: 0.5,
        max_output_tokens: 9,
        parallel_tool_calls: true,
        tools: [{ type: 'function', name: 'f', parameters: {}, strict: true }],
        tool_choice: { type: 'function', name: 'f' },
        text: { format: { type: 'json_schema', name: 's', schema: { type: 'object' } } },
        input: [
          {
            type: 'message',
            role: 'user',
            content: [
              { type: 'input_text', text: 'look' },
              { type: 'input_image', image_url: 'u' },
            ],
          },
          { type: 'function_call', call_id: 'a', name: 'f', arguments: '{}' },
          { type: 'function_call', call_id: 'b', name: 'f', arguments: '{}' },
          { type: 'function_call_output', call_id: 'a', output: [{ type: 'input_text', text: 'x' }] },
        ],
      },
      false,
    );
    expect(chat).toMatchObject({
      temperature: 0.5,
      max_tokens: 9,
      parallel_tool_calls: true,
      tool_choice: { type: 'function', function: { name: 'f' } },
      response_format: { type: 'json_schema', json_schema: { name: 's', schema: { type: 'object' } } },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image_url', image_url: { url: 'u' } },
          ],
        },
        { role: 'assistant', tool_calls: [{ id: 'a' }, { id: 'b' }] },
        { role: 'tool', tool_call_id: 'a', content: '[{"type":"input_text","text":"x"}]' },
      ],
    });
    expect(
      responsesToChat({ input: 'q', tool_choice: 'auto', text: { format: { type: 'text' } } }, false),
    ).not.toHaveProperty('tool_choice');
    expect(responsesToChat({ text: { format: { type: 'json_object' } } }, false)['response_format']).toEqual({
      type: 'json_object',
    });
    expect(
      responsesToChat({ tools: [{ type: 'function', name: 'f' }], tool_choice: 'required' }, false)[
        'tool_choice'
      ],
    ).toBe('required');
  });

  it('a cut answer is incomplete, calls stand without an empty message', () => {
    expect(chatToResponse(chatAnswer({ content: 'a' }, 'length'), identity)).toMatchObject({
      status: 'incomplete',
      incomplete_details: { reason: 'max_output_tokens' },
    });
    const calls = chatAnswer(
      { content: '', tool_calls: [{ id: 'c', function: { name: 'f', arguments: '{}' } }] },
      'tool_calls',
    );
    expect(chatToResponse(calls, identity)['output']).toMatchObject([
      { type: 'function_call', call_id: 'c' },
    ]);
  });

  it('a whole response taken apart ends with itself', () => {
    const response = {
      id: 'x',
      object: 'response',
      status: 'completed',
      output: [{ type: 'message' }],
      usage: { input_tokens: 1 },
    };
    const assembler = assemblerFor('responses');
    for (const piece of disassemble('responses', response)) addEvents(assembler, piece.chunk);
    expect(assembler.result()).toEqual(response);
    expect(() => assemblerFor('responses').result()).toThrow(/before it was finished/);
    expect(() => assemblerFor('messages').result()).toThrow(/before it was finished/);
  });

  it('a whole completion taken apart keeps its text', () => {
    const completion = {
      id: 'x',
      object: 'text_completion',
      choices: [{ index: 0, text: 'ab', logprobs: null, finish_reason: 'stop' }],
    };
    const assembler = assemblerFor('completions');
    for (const piece of disassemble('completions', completion)) addEvents(assembler, piece.chunk);
    expect(assembler.result()).toEqual(completion);
  });
});

describe('Ollama ↔ chat', () => {
  it('options, formats, images, systems and tool results find their place', () => {
    const chat = ollamaToChat(
      'ollama_chat',
      {
        model: 'm',
        format: { type: 'object' },
        tools: [tool],
        options: { temperature: 0, num_predict: -1, num_ctx: 5, stop: ['x'] },
        messages: [
          { role: 'user', content: 'q', images: ['AA'] },
          {
            role: 'assistant',
            content: '',
            tool_calls: [{ function: { name: 'f', arguments: { a: 1 } } }, { function: { name: 'g' } }],
          },
          { role: 'tool', content: 'r1' },
          { role: 'tool', content: 'r2' },
        ],
      },
      false,
    );
    expect(chat).toMatchObject({
      temperature: 0,
      stop: ['x'],
      tools: [tool],
      response_format: { type: 'json_schema', json_schema: { schema: { type: 'object' } } },
      messages: [
        {
          content: [
            { type: 'text', text: 'q' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
          ],
        },
        {
          tool_calls: [
            { id: 'call_0', function: { name: 'f', arguments: '{"a":1}' } },
            { id: 'call_1', function: { arguments: '{}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_0', content: 'r1' },
        { role: 'tool', tool_call_id: 'call_1', content: 'r2' },
      ],
    });
    expect(chat).not.toHaveProperty('max_tokens');
    const generated = ollamaToChat(
      'ollama_generate',
      { prompt: 'p', system: 's', format: 'json', options: { num_predict: 7 } },
      true,
    );
    expect(generated).toMatchObject({
      max_tokens: 7,
      response_format: { type: 'json_object' },
      messages: [
        { role: 'system', content: 's' },
        { role: 'user', content: 'p' },
      ],
    });
  });

  it('whole answers carry thinking, tool calls with object arguments, and why they ended', () => {
    const answer = chatAnswer(
      {
        content: 'a',
        reasoning_content: 'hm',
        tool_calls: [{ function: { name: 'f', arguments: '{"x":1}' } }],
      },
      'length',
      { prompt_tokens: 1, completion_tokens: 2 },
    );
    const base = { model: 'm', createdAt: '2026-11-24T00:00:00.000Z', elapsedMs: () => 2 };
    expect(chatToOllama(answer, { ...base, route: 'ollama_chat' })).toMatchObject({
      message: {
        content: 'a',
        thinking: 'hm',
        tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }],
      },
      done: true,
      done_reason: 'length',
      eval_count: 2,
      total_duration: 2_000_000,
    });
    expect(chatToOllama(answer, { ...base, route: 'ollama_generate' })).toMatchObject({
      response: 'a',
      thinking: 'hm',
      done: true,
    });
  });
});
