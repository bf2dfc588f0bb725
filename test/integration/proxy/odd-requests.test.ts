import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, Harness, LOCAL_KEY, textOf } from '../../support/proxy-harness.ts';
import { chatEvents, sendEvents } from '../../support/proxy-upstream.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start({ settings: { retries: 0, breaker: { failures: 100 } } });
});
afterEach(() => h.stop());

const BODY = '{"model":"m","messages":[{"role":"user","content":"hi"}]}';
const DEEP = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;

interface Told {
  readonly status: number;
  readonly code: string | undefined;
  readonly message: string | undefined;
}

async function send(
  path: string,
  body: Buffer | string,
  headers: Record<string, string> = {},
): Promise<Told> {
  const res = await fetch(h.url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${LOCAL_KEY}`, 'content-type': 'application/json', ...headers },
    body,
  });
  const { error } = (await res.json()) as { error?: { code: string; message: string } };
  return { status: res.status, code: error?.code, message: error?.message };
}

describe('bodies', () => {
  it('a byte order mark is taken off before the model server sees it', async () => {
    expect(await send('/v1/chat/completions', `\uFEFF${BODY}`)).toMatchObject({ status: 200 });
    expect(h.upstream.received[0]?.body.startsWith('{')).toBe(true);
  });

  it('bytes that are no UTF-8 are refused: two of them must not look like one request', async () => {
    const bad = Buffer.from(BODY.replace('hi', '\xff\xfe'), 'latin1');
    expect(await send('/v1/chat/completions', bad)).toMatchObject({ status: 400, code: 'invalid_input' });
    expect(h.upstream.received).toHaveLength(0);
  });

  it('a compressed one is refused with the reason', async () => {
    const told = await send('/v1/chat/completions', gzipSync(BODY), { 'content-encoding': 'gzip' });
    expect(told).toMatchObject({ status: 415, code: 'unsupported_media_type' });
    expect(told.message).toContain('Compressed');
    const plain = await send('/v1/chat/completions', BODY, { 'content-encoding': 'identity' });
    expect(plain.status).toBe(200);
  });

  it('bottomless nesting is passed on, and never asked of the cache', async () => {
    const body = `{"model":"m","temperature":0,"messages":${DEEP}}`;
    for (let n = 1; n <= 2; n++) {
      expect((await send('/v1/chat/completions', body)).status).toBe(200);
      expect(h.upstream.received).toHaveLength(n);
    }
    const session = { 'x-claude-code-session-id': 'one' };
    expect((await send('/v1/chat/completions', body, session)).status).toBe(200);
  });

  it('seeds that differ in digits JavaScript loses get answers of their own', async () => {
    for (const seed of ['9007199254740992', '9007199254740993']) {
      const body = `{"model":"m","seed":${seed},"messages":[]}`;
      expect((await send('/v1/chat/completions', body)).status).toBe(200);
    }
    expect(h.upstream.received.map(({ body }) => /"seed":(\d+)/.exec(body)?.[1])).toEqual([
      '9007199254740992',
      '9007199254740993',
    ]);
  });
});

it('a route spelt with escapes is the same route: metered, named, shaped', async () => {
  const answer = await h.raw(
    [
      'POST /v1/%63hat/completions HTTP/1.1',
      `Host: 127.0.0.1:${h.port}`,
      `Authorization: Bearer ${LOCAL_KEY}`,
      'Content-Type: application/json',
      `Content-Length: ${BODY.length}`,
      'Connection: close',
      '',
      BODY,
    ].join('\r\n'),
  );
  expect(answer).toContain('HTTP/1.1 200');
  expect(h.upstream.received[0]?.path).toBe('/v1/chat/completions');
  expect(h.records[0]).toMatchObject({ route: 'chat', usage: { tokensOut: 3 } });
});

it('a client that asks first whether to send too much is told no at once', async () => {
  const answer = await h.raw(
    [
      'POST /v1/chat/completions HTTP/1.1',
      `Host: 127.0.0.1:${h.port}`,
      `Authorization: Bearer ${LOCAL_KEY}`,
      'Content-Type: application/json',
      'Content-Length: 999999999',
      'Expect: 100-continue',
      '',
      '',
    ].join('\r\n'),
  );
  expect(answer.startsWith('HTTP/1.1 413')).toBe(true);
});

it('a refusal without a body to skip keeps the connection', async () => {
  const lines = [
    'GET /v1/nothing HTTP/1.1',
    `Host: 127.0.0.1:${h.port}`,
    `Authorization: Bearer ${LOCAL_KEY}`,
  ];
  const last = `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`;
  const answer = await h.raw(`${lines.join('\r\n')}\r\n\r\n${last}`);
  expect(Array.from(answer.matchAll(/HTTP\/1\.1 (\d+)/g), ([, status]) => status)).toEqual(['405', '405']);
});

describe('model servers that go on', () => {
  it('after [DONE]: what follows is not told, and the connection is ended', async () => {
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chatEvents(['hi']).join(''));
      const more = setInterval(() => res.write(chatEvents(['EVIL'])[1]), 5);
      res.on('close', () => clearInterval(more));
    };
    const res = await h.chat({ stream: true });
    expect(textOf(await res.text())).toBe('hi');
    await eventually(() => h.upstream.aborted === 1, 'the model server is left');
    expect(h.records[0]).toMatchObject({ outcome: 'ok' });
  });

  it('trap 17: an error in the middle names no address', async () => {
    h.upstream.script = (_request, res) =>
      sendEvents(res, [
        ...chatEvents(['hi']).slice(0, 2),
        'data: {"error":{"message":"boom at https://abc-8000.proxy.runpod.net/v1/chat"}}\n\n',
      ]);
    const text = await (await h.chat({ stream: true })).text();
    expect(text).toContain('boom at [address]');
    expect(text).not.toContain('runpod.net');
  });

  it('deep or foreign fields in an event do no harm', async () => {
    const [role = '', word = '', ...rest] = chatEvents(['hi']);
    h.upstream.script = (_request, res) =>
      sendEvents(res, [
        role,
        'data: {"__proto__":{"error":{"message":"x"}},"choices":[]}\n\n',
        `data: {"choices":[{"index":0,"delta":{"content":"-","x":${DEEP}}}]}\n\n`,
        word,
        ...rest,
      ]);
    const text = await (await h.chat({ stream: true })).text();
    expect(text.endsWith('data: [DONE]\n\n') || text.includes('"error"')).toBe(true);
    expect((await h.chat({ stream: true })).status).toBe(200);
  });
});
