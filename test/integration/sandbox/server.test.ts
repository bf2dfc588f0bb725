import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { live, VLLM, type Live } from './live.ts';

async function served(options: Parameters<typeof live>[0] = {}, args = ''): Promise<[Live, string]> {
  const cloud = await live(options);
  const { body } = await cloud.api('POST', '/pods', {
    ...VLLM,
    args: `${VLLM.args} ${args}`,
    env: { VLLM_API_KEY: 'k' },
  });
  await cloud.until(`${cloud.podUrl(body.id)}/health`, 200);
  return [cloud, cloud.podUrl(body.id)];
}

async function metric(base: string, pattern: RegExp): Promise<number> {
  const text = await (await fetch(`${base}/metrics`)).text();
  return Number(
    text
      .split('\n')
      .find((line) => pattern.test(line))
      ?.split(' ')
      .at(-1),
  );
}

describe('the official OpenAI client', () => {
  it('chats, streams, calls tools and parses JSON against a simulated vLLM', async () => {
    const [, base] = await served({}, '--enable-auto-tool-choice --tool-call-parser hermes');
    const openai = new OpenAI({ baseURL: `${base}/v1`, apiKey: 'k', maxRetries: 0 });
    const model = (await openai.models.list()).data[0]?.id ?? '';
    expect(model).toBe('qwen3-8b');
    const messages = [{ role: 'user' as const, content: 'weather in Oslo' }];
    const plain = await openai.chat.completions.create({ model, messages });
    expect(plain.choices[0]?.message.content).toMatch(/^\[Simulated\]/);
    let text = '';
    const stream = await openai.chat.completions.create({ model, messages, stream: true });
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toBe(plain.choices[0]?.message.content);
    const tools = [
      {
        type: 'function' as const,
        function: {
          name: 'get_weather',
          parameters: { type: 'object', properties: { city: { type: 'string' } } },
        },
      },
    ];
    const called = await openai.chat.completions.stream({ model, messages, tools }).finalChatCompletion();
    expect(called.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
    });
    const response = await openai.responses.create({ model, input: 'Hello' });
    expect(response.output_text).toMatch(/^\[Simulated\]/);
    const wrong = openai.chat.completions.create({ model: 'gpt-4', messages });
    await expect(wrong).rejects.toMatchObject({ status: 404 });
    const stranger = new OpenAI({ baseURL: `${base}/v1`, apiKey: 'other', maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401 });
  });
});

describe('the socket', () => {
  it('tells the model server of a client that left', async () => {
    const [, base] = await served();
    const leave = new AbortController();
    const call = fetch(`${base}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: 'Bearer k', 'content-type': 'application/json' },
      body: JSON.stringify({
        model: 'qwen3-8b',
        messages: [{ role: 'user', content: 'x' }],
        max_tokens: 16_000,
        ignore_eos: true,
      }),
      signal: leave.signal,
    });
    call.catch(() => {});
    await expect.poll(() => metric(base, /^vllm:num_requests_running/)).toBe(1);
    leave.abort();
    await expect.poll(() => metric(base, /finished_reason="abort"/)).toBe(1);
    expect(await metric(base, /^vllm:num_requests_running/)).toBe(0);
  });

  it('does not write what nobody reads', async () => {
    const [cloud, base] = await served({ tokensPerSecond: 100_000 }, '--max-model-len 16384');
    const url = new URL(`${base}/v1/chat/completions`);
    const body = JSON.stringify({
      model: 'qwen3-8b',
      messages: [{ role: 'user', content: 'x' }],
      n: 8,
      max_tokens: 16_000,
      ignore_eos: true,
      stream: true,
    });
    const outgoing = request(url, {
      method: 'POST',
      headers: {
        authorization: 'Bearer k',
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
      },
    });
    outgoing.end(body);
    const [incoming] = await once(outgoing, 'response');
    incoming.pause();
    // The generator comes to rest once the socket's buffers are full, long before the 128,000 tokens are written.
    let before = -1;
    let now = await metric(base, /^vllm:generation_tokens_total/);
    for (let i = 0; i < 100 && now !== before; i++) {
      before = now;
      await systemClock.sleep(200);
      now = await metric(base, /^vllm:generation_tokens_total/);
    }
    expect(now).toBe(before);
    expect(now).toBeLessThan(100_000);
    expect(cloud.sandbox.bill().pods[0]?.running).toBe(true);
    outgoing.destroy();
    await expect.poll(() => metric(base, /^vllm:num_requests_running/)).toBe(0);
  });

  it('is reset when a fault says so, after the work was done', async () => {
    const cloud = await live();
    cloud.sandbox.arm({ kind: 'lost-answer', route: 'POST /v2/pods', how: 'reset', times: 1 });
    await expect(cloud.api('POST', '/pods', VLLM)).rejects.toMatchObject({ cause: { code: 'ECONNRESET' } });
    expect((await cloud.api<{ pods: object[] }>('GET', '/pods')).body.pods).toHaveLength(1);
  });

  it('answers to loopback names alone and is bound to loopback', async () => {
    const cloud = await live();
    const port = Number(new URL(cloud.apiUrl).port);
    const status = async (host: string): Promise<string> => {
      const socket = connect(port, '127.0.0.1');
      socket.end(`GET /v2/pods HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
      const [first] = await once(socket, 'data');
      socket.destroy();
      return String(first).split(' ')[1] ?? '';
    };
    expect(await status(`127.0.0.1:${port}`)).toBe('401');
    expect(await status(`localhost:${port}`)).toBe('401');
    expect(await status('evil.example')).toBe('421');
  });

  it('refuses a second listener on a used port with a plain error', async () => {
    const cloud = await live();
    const port = Number(new URL(cloud.apiUrl).port);
    await expect(live({}, port)).rejects.toMatchObject({ code: 'port_in_use' });
  });

  it('ends open streams when the sandbox ends', async () => {
    const [cloud, base] = await served();
    const podId = /pods\/(.*)-8000/.exec(base)?.[1] ?? '';
    const logs = await fetch(`${cloud.apiUrl}/pods/${podId}/logs`, {
      headers: { authorization: 'Bearer key-all' },
    });
    const text = logs.text();
    text.catch(() => {});
    await cloud.sandbox.dispose();
    await expect(
      text.then(
        () => 'ended',
        () => 'ended',
      ),
    ).resolves.toBe('ended');
    await expect(fetch(cloud.apiUrl)).rejects.toThrow('fetch failed');
  });
});

describe("a local server in the model's place", () => {
  it('answers for every dialect', async () => {
    const [, real] = await served();
    const relayed = await live({ answerFrom: `${real}/v1` });
    // The answering server wants a key the relay does not have: the refusal has to be told, not hidden.
    const { body } = await relayed.api('POST', '/pods', VLLM);
    await relayed.until(`${relayed.podUrl(body.id)}/health`, 200);
    const ask = (path: string, value: object): Promise<Response> =>
      fetch(`${relayed.podUrl(body.id)}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'qwen3-8b', ...value }),
      });
    const refused = await ask('/v1/chat/completions', { messages: [{ role: 'user', content: 'x' }] });
    expect(refused.status).toBe(502);

    const open = await live();
    const source = await open.api('POST', '/pods', {
      ...VLLM,
      args: '--model Qwen/Qwen3-4B --served-model-name other --max-model-len 8192',
    });
    await open.until(`${open.podUrl(source.body.id)}/health`, 200);
    const cloud = await live({ answerFrom: `${open.podUrl(source.body.id)}/v1/` });
    const pod = await cloud.api('POST', '/pods', VLLM);
    await cloud.until(`${cloud.podUrl(pod.body.id)}/health`, 200);
    const chat = await fetch(`${cloud.podUrl(pod.body.id)}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'qwen3-8b', messages: [{ role: 'user', content: 'x' }], max_tokens: 12 }),
    });
    expect(await chat.json()).toMatchObject({
      model: 'qwen3-8b',
      choices: [{ finish_reason: 'length', message: { content: expect.stringContaining('Qwen/Qwen3-4B') } }],
    });
  });
});
