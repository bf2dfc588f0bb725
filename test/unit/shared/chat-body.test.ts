import { describe, expect, it } from 'vitest';
import { chatRequestSchema, type ChatRequest } from '../../../src/shared/activity.ts';
import { chatBody } from '../../../src/shared/chat-body.ts';

const request = (more: object = {}): ChatRequest =>
  chatRequestSchema.parse({ model: 'coder', messages: [{ role: 'user', content: 'hi' }], ...more });
const TOOL = { type: 'function', function: { name: 'get_weather', parameters: { type: 'object' } } };

describe('a playground request on the wire', () => {
  it('says only what was set', () => {
    expect(chatBody(request())).toEqual({
      model: 'coder',
      messages: [{ role: 'user', content: 'hi' }],
      stream: true,
    });
    expect(chatBody(request({ params: { topP: 0.5, maxTokens: 9, stop: ['x'] } }))).toMatchObject({
      top_p: 0.5,
      max_tokens: 9,
      stop: ['x'],
    });
  });

  it.each([
    ['auto', 'auto'],
    ['required', 'required'],
    [{ name: 'get_weather' }, { type: 'function', function: { name: 'get_weather' } }],
  ])('offers tools, with the choice %j', (toolChoice, expected) => {
    expect(chatBody(request({ tools: [TOOL], toolChoice }))).toMatchObject({
      tools: [TOOL],
      tool_choice: expected,
    });
  });

  it('makes no choice among no tools', () => {
    expect(chatBody(request({ tools: [], toolChoice: 'required' }))).not.toHaveProperty('tool_choice');
  });

  it('puts images behind the text they go with', () => {
    const url = 'data:image/png;base64,AAAA';
    const content = (text: string): unknown =>
      chatBody({ model: 'm', params: {}, messages: [{ role: 'user', content: text, images: [url] }] });
    const image = { type: 'image_url', image_url: { url } };
    expect(content('What?')).toMatchObject({
      messages: [{ content: [{ type: 'text', text: 'What?' }, image] }],
    });
    expect(content('')).toMatchObject({ messages: [{ role: 'user', content: [image] }] });
  });

  it.each(['https://example.com/a.png', 'data:image/svg+xml;base64,AAAA', 'data:image/png;base64,A"A'])(
    'takes no image but the pixels themselves: %s',
    (url) => {
      const messages = [{ role: 'user', content: '', images: [url] }];
      expect(chatRequestSchema.safeParse({ model: 'm', messages }).success).toBe(false);
    },
  );

  it('hands calls and their results back', () => {
    const messages = [
      { role: 'user', content: 'weather?' },
      { role: 'assistant', content: '', toolCalls: [{ id: 'c1', name: 'get_weather', arguments: '{}' }] },
      { role: 'tool', toolCallId: 'c1', content: '21 °C' },
    ];
    expect(chatBody(request({ messages }))['messages']).toEqual([
      { role: 'user', content: 'weather?' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '21 °C' },
    ]);
  });

  it('asks for JSON, free or by a schema', () => {
    expect(chatBody(request({ responseFormat: { type: 'json_object' } }))).toMatchObject({
      response_format: { type: 'json_object' },
    });
    const responseFormat = { type: 'json_schema', name: 'answer', schema: { type: 'object' } };
    expect(chatBody(request({ responseFormat }))).toMatchObject({
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'answer', schema: { type: 'object' }, strict: true },
      },
    });
  });

  it.each([
    [{ tools: [{ type: 'function', function: { name: 'has space' } }] }],
    [{ tools: [{ ...TOOL, extra: 1 }] }],
    [{ messages: [{ role: 'tool', content: 'x' }] }],
    [{ messages: [{ role: 'user', content: 'x', toolCalls: [] }] }],
  ])('refuses %j', (more) => {
    expect(
      chatRequestSchema.safeParse({ model: 'm', messages: [{ role: 'user', content: 'x' }], ...more })
        .success,
    ).toBe(false);
  });
});
