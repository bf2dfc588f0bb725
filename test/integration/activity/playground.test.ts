import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readControlFile } from '../../../src/main/control/control-file.ts';
import { createControlClient, type ControlClient } from '../../../src/main/control/client.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { createHttpPool } from '../../../src/main/platform/http.ts';
import type { ChatItem } from '../../../src/shared/activity.ts';
import type { StreamInput } from '../../../src/shared/api.ts';
import { Installation } from '../../support/instance.ts';

describe('the playground over the real core', () => {
  const app = new Installation();
  const pool = createHttpPool({ silenceMs: 0 });
  let client: ControlClient;
  beforeAll(async () => {
    await app.serve(['--sandbox', '--sandbox-speed', '120']);
    await app.call('deployments.create', { spec: { name: 'm', model: 'Qwen/Qwen3-8B' } });
    await app.call('deployments.wait', { deployment: 'm', until: 'ready', timeoutSeconds: 60 });
    const { url, token } = readControlFile(app.dataDir);
    client = createControlClient({
      url,
      token,
      fetch: pool.fetch,
      clock: systemClock,
      onError: (error) => {
        throw error;
      },
    });
  });
  afterAll(async () => {
    await client.dispose();
    await pool.close();
    await app.end();
  });

  const chat = (input: Omit<StreamInput<'playground.chat'>, 'model'>): Promise<ChatItem[]> =>
    Array.fromAsync(client.stream('playground.chat', { model: 'm', ...input }, new AbortController().signal));
  const weather = {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  };
  const question = { role: 'user' as const, content: 'Use get_weather for Rome.' };

  it('streams a tool call, and goes on with its result', async () => {
    const items = await chat({ messages: [question], tools: [weather], toolChoice: 'required' });
    const calls = items.filter((item) => item.type === 'call');
    expect(calls[0]).toMatchObject({ index: 0, name: 'get_weather', id: expect.stringMatching(/.+/) });
    const written = calls.map((item) => item.arguments).join('');
    expect(JSON.parse(written)).toHaveProperty('city');
    expect(items.at(-1)).toMatchObject({ type: 'done', finishReason: 'tool_calls' });
    const id = calls[0]?.id ?? '';
    const next = await chat({
      messages: [
        question,
        {
          role: 'assistant',
          content: '',
          toolCalls: [{ id, name: 'get_weather', arguments: written }],
        },
        { role: 'tool', toolCallId: id, content: 'sunny, 21 degrees' },
      ],
      tools: [weather],
    });
    const text = next.map((item) => (item.type === 'delta' ? item.text : '')).join('');
    expect(text).toContain('sunny, 21 degrees');
    expect(next.at(-1)).toMatchObject({ type: 'done', finishReason: 'stop' });
  });

  it('is answered by a target that the proxy tells about', async () => {
    await chat({ messages: [{ role: 'user', content: 'Hello' }] });
    const { targets } = await app.call('targets.list');
    expect(targets).toEqual([
      {
        id: expect.any(String),
        name: 'm',
        models: expect.arrayContaining(['m']),
        state: 'ready',
        inFlight: 0,
        firstTokenMs: expect.any(Number),
        breaker: 'closed',
      },
    ]);
  });

  it('carries an image larger than any other call may be', async () => {
    const url = `data:image/png;base64,${'A'.repeat(2_000_000)}`;
    const items = await chat({ messages: [{ role: 'user', content: 'What is this?', images: [url] }] });
    expect(items.at(-1)).toMatchObject({ type: 'done', request: { outcome: 'ok' } });
  });

  it('asks for JSON by a schema', async () => {
    const schema = { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] };
    const items = await chat({
      messages: [{ role: 'user', content: 'A book about rivers.' }],
      responseFormat: { type: 'json_schema', name: 'answer', schema },
    });
    const text = items.map((item) => (item.type === 'delta' ? item.text : '')).join('');
    expect(JSON.parse(text)).toMatchObject({ title: expect.any(String) });
  });

  it('refuses tools that are none before anything is asked', async () => {
    const bad = { type: 'function' as const, function: { name: 'has space' } };
    await expect(chat({ messages: [question], tools: [bad] })).rejects.toMatchObject({
      code: 'invalid_input',
    });
  });
});
