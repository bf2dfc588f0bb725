import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf, ownerKey, type ClientKey } from '../../../src/main/proxy/keyring.ts';
import { ROUTES } from '../../../src/main/proxy/routes.ts';
import { eventually, Harness, LOCAL_KEY } from '../../support/proxy-harness.ts';
import { sendJson } from '../../support/proxy-upstream.ts';

let h: Harness;
const GOOD = 'https://good.example';
const limited: ClientKey = {
  id: 'k1',
  name: 'ide',
  scopes: ['infer'],
  mayWake: false,
  models: ['m'],
  limits: { requestsPerMinute: null, tokensPerMinute: null, concurrent: null },
  expiresAt: null,
};
const LIMITED_KEY = 'pat_local_limited';

beforeEach(async () => {
  h = await Harness.start({
    settings: { allowedOrigins: [GOOD], ollamaRoutes: true },
    keys: [ownerKey(LOCAL_KEY), { key: limited, digest: digestOf(LIMITED_KEY) }],
  });
});
afterEach(() => h.stop());

const BODY = JSON.stringify({ model: 'm', messages: [] });

/** A request written by hand: every header is what the test says. */
function request(line: string, headers: readonly string[], body = ''): string {
  const length = body === '' ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return [`${line} HTTP/1.1`, ...headers, ...length, 'Connection: close', '', body].join('\r\n');
}
const auth = `Authorization: Bearer ${LOCAL_KEY}`;
const json = 'Content-Type: application/json';
const host = (): string => `Host: 127.0.0.1:${h.port}`;
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]);
const send = async (line: string, headers: readonly string[], body = ''): Promise<number> =>
  statusOf(await h.raw(request(line, headers, body)));

describe('3: Host', () => {
  it('refuses everything but its own names with the port, before it looks at the key', async () => {
    const port = h.port;
    const wrong = [
      [],
      ['Host: '],
      [`Host: evil.example:${port}`],
      [`Host: 127.0.0.1:${port}`, `Host: 127.0.0.1:${port}`],
      [`Host: 127.0.0.1:${port}`, 'Host: evil.example'],
      [`Host: LOCALHOST:${port}`],
      [`Host: localhost.:${port}`],
      [`Host: localhost:${port + 1}`],
      ['Host: localhost'],
      [`Host: 0.0.0.0:${port}`],
      [`Host: 127.0.0.1.nip.io:${port}`],
      [`Host: mymac.local:${port}`],
      [`Host: [::]:${port}`],
    ];
    for (const headers of wrong) {
      expect([headers, await send('GET /v1/models', [...headers, auth])]).toEqual([headers, 421]);
      expect([headers, await send('GET /health', headers)]).toEqual([headers, 421]);
    }
  });

  it('serves its own names, on both loopback families', async () => {
    for (const name of ['127.0.0.1', 'localhost', '[::1]']) {
      expect(await send('GET /v1/models', [`Host: ${name}:${h.port}`, auth])).toBe(200);
    }
    const six = await fetch(`http://[::1]:${h.port}/health`).then(
      (res) => res.status,
      () => 'no IPv6 here',
    );
    expect([200, 'no IPv6 here']).toContain(six);
  });

  it('refuses an absolute request target that names another host', async () => {
    expect(await send('GET http://evil.example/v1/models', [host(), auth])).toBe(421);
    expect(await send(`GET http://127.0.0.1:${h.port}/v1/models`, [host(), auth])).toBe(200);
    expect(await send('GET evil', [host(), auth])).toBeGreaterThanOrEqual(400);
  });
});

describe('4 and 5: Origin and Sec-Fetch-Site', () => {
  it('refuses origins that are not on the list, look-alikes and null included', async () => {
    const wrong = [
      'null',
      'https://evil.example',
      `${GOOD}.evil`,
      `${GOOD}:8443`,
      'http://good.example',
      `${GOOD}/`,
      '',
    ];
    for (const origin of wrong) {
      expect([origin, await send('GET /v1/models', [host(), auth, `Origin: ${origin}`])]).toEqual([
        origin,
        403,
      ]);
    }
    expect(await send('GET /v1/models', [host(), auth, `Origin: ${GOOD}`, `Origin: ${GOOD}`])).toBe(403);
  });

  it('answers an allowed origin with exactly itself, and never with credentials', async () => {
    const answer = await h.raw(
      request('GET /v1/models', [host(), auth, `Origin: ${GOOD}`, 'Sec-Fetch-Site: cross-site']),
    );
    expect(statusOf(answer)).toBe(200);
    expect(answer).toContain(`access-control-allow-origin: ${GOOD}\r\n`);
    expect(answer).toMatch(/vary: Origin/i);
    expect(answer).not.toMatch(/allow-credentials/i);
    const plain = await h.raw(request('GET /v1/models', [host(), auth]));
    expect(plain).not.toMatch(/access-control/i);
  });

  it('refuses other sites that send no Origin', async () => {
    for (const site of ['cross-site', 'same-site', 'same-origin', 'odd']) {
      expect([site, await send('GET /v1/models', [host(), auth, `Sec-Fetch-Site: ${site}`])]).toEqual([
        site,
        403,
      ]);
    }
    expect(await send('GET /v1/models', [host(), auth, 'Sec-Fetch-Site: none'])).toBe(200);
  });
});

describe('6: OPTIONS', () => {
  it('answers preflights of allowed origins and nobody else', async () => {
    const ask = [
      'Access-Control-Request-Method: POST',
      'Access-Control-Request-Headers: authorization, x-stainless-os, cookie',
    ];
    const good = await h.raw(request('OPTIONS /v1/chat/completions', [host(), `Origin: ${GOOD}`, ...ask]));
    expect(statusOf(good)).toBe(204);
    expect(good).toContain('access-control-allow-headers: authorization, x-stainless-os\r\n');
    expect(good).toContain('access-control-max-age: 600');
    const bad = await h.raw(
      request('OPTIONS /v1/chat/completions', [host(), 'Origin: https://evil.example', ...ask]),
    );
    expect(statusOf(bad)).toBe(403);
    expect(bad).not.toMatch(/access-control/i);
    expect(await send('OPTIONS /v1/models', [host(), auth])).toBe(403);
  });
});

describe('7: keys', () => {
  it('guards every route of the table, unknown routes and wrong methods too', async () => {
    const open = new Set(['root', 'health']);
    for (const route of ROUTES) {
      if (route.dialect === 'ollama') continue;
      const path = route.path.replace('*', 'x');
      const status = await send(
        `${route.method} ${path}`,
        [host(), json],
        route.method === 'POST' ? BODY : '',
      );
      expect([route.id, status]).toEqual([route.id, open.has(route.id) ? 200 : 401]);
    }
    expect(await send('GET /nope', [host()])).toBe(401);
    expect(await send('DELETE /v1/models', [host()])).toBe(401);
    expect(h.upstream.received).toHaveLength(0);
  });

  it('accepts Bearer, x-api-key and api-key, and both only when equal', async () => {
    const ok = [
      [auth],
      [`X-Api-Key: ${LOCAL_KEY}`],
      [`Api-Key: ${LOCAL_KEY}`],
      [auth, `x-api-key: ${LOCAL_KEY}`],
    ];
    for (const headers of ok) expect(await send('GET /v1/models', [host(), ...headers])).toBe(200);
    const wrong = [
      [auth, 'x-api-key: other'],
      [`Authorization: ${LOCAL_KEY}`],
      [`Authorization: Bearer ${LOCAL_KEY.slice(0, -1)}`],
      [`Authorization: Bearer ${LOCAL_KEY}x`],
      ['Authorization: Bearer '],
      [`Authorization: Basic ${Buffer.from(`x:${LOCAL_KEY}`).toString('base64')}`],
      [`Cookie: key=${LOCAL_KEY}`],
    ];
    for (const headers of wrong)
      expect([headers, await send('GET /v1/models', [host(), ...headers])]).toEqual([headers, 401]);
    expect(await send(`GET /v1/models?api_key=${LOCAL_KEY}`, [host()])).toBe(401);
  });

  it('ends a guessing connection after 20 wrong keys a minute', async () => {
    const answers = await new Promise<string>((resolve) => {
      const socket = connect(h.port, '127.0.0.1');
      let text = '';
      const one = (i: number): string =>
        `GET /v1/models HTTP/1.1\r\n${host()}\r\nAuthorization: Bearer guess${i}\r\n\r\n`;
      socket.write(Array.from({ length: 21 }, (_, i) => one(i)).join(''));
      socket.on('data', (chunk) => {
        text += chunk.toString('latin1');
        if ((text.match(/HTTP\/1.1/g)?.length ?? 0) === 21) socket.destroy();
      });
      socket.on('close', () => resolve(text));
    });
    const statuses = Array.from(answers.matchAll(/HTTP\/1\.1 (\d+)/g), (match) => match[1]);
    expect(statuses.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => '401'));
    expect(statuses[20]).toBe('429');
  });

  it('holds a limited key to its scopes, its models and its right to wake', async () => {
    const key = { headers: { authorization: `Bearer ${LIMITED_KEY}` } };
    expect((await h.chat({}, key)).status).toBe(200);
    expect((await h.chat({ model: 'alias' }, key)).status).toBe(404);
    expect((await h.get('/v1/models', key.headers)).status).toBe(401);
    h.target.sleep();
    const refused = await h.chat({}, key);
    expect(refused.status).toBe(402);
    expect(h.target.wakes).toBe(0);
  });
});

describe('8 and 2: content type and sizes', () => {
  it('a no-cors POST of text/plain wakes nothing', async () => {
    h.target.sleep();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
      expect(await send('POST /v1/chat/completions', [host(), auth, `Content-Type: ${type}`], BODY)).toBe(
        415,
      );
    }
    expect(await send('POST /v1/chat/completions', [host(), auth], BODY)).toBe(415);
    expect(h.target.wakes).toBe(0);
  });

  it('trap 56: a body over the limit is refused in OpenAI’s shape, declared or chunked', async () => {
    h.settings = { ...h.settings, maxBodyMb: 0.001 };
    const big = JSON.stringify({ model: 'm', messages: ['x'.repeat(3000)] });
    const declared = await h.raw(request('POST /v1/chat/completions', [host(), auth, json], big));
    expect(statusOf(declared)).toBe(413);
    expect(declared).toContain('"body_too_large"');
    const chunked = `POST /v1/chat/completions HTTP/1.1\r\n${host()}\r\n${auth}\r\n${json}\r\nTransfer-Encoding: chunked\r\n\r\n${big.length.toString(16)}\r\n${big}\r\n0\r\n\r\n`;
    expect(statusOf(await h.raw(chunked))).toBe(413);
    expect(h.upstream.received).toHaveLength(0);
  });

  it('refuses oversized headers, smuggling shapes and broken JSON', async () => {
    expect(await send('GET /v1/models', [host(), auth, `X-Pad: ${'x'.repeat(20_000)}`])).toBe(431);
    const both = `POST /v1/chat/completions HTTP/1.1\r\n${host()}\r\n${auth}\r\n${json}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expect(statusOf(await h.raw(both))).toBe(400);
    for (const body of ['{', '[]', '"x"', '{"model":1}', '{"model":"m","stream":"yes"}']) {
      expect([body, await send('POST /v1/chat/completions', [host(), auth, json], body)]).toEqual([
        body,
        400,
      ]);
    }
  });

  it('wrong methods and WebSocket upgrades get nothing', async () => {
    expect(await send('GET /v1/chat/completions', [host(), auth])).toBe(405);
    expect(await send('DELETE /v1/models', [host(), auth])).toBe(405);
    const upgrade = [host(), auth, 'Upgrade: websocket', 'Sec-WebSocket-Key: x', 'Sec-WebSocket-Version: 13'];
    expect(await send('GET /v1/realtime', upgrade)).toBe(405);
  });
});

describe('10 and 11: headers', () => {
  it('sends no private header on, and keeps the client’s own', async () => {
    const secret = 'canary-7f3a';
    const privates = [
      'Cookie',
      'Origin',
      'Referer',
      'HTTP-Referer',
      'X-Title',
      'Sec-Fetch-Mode',
      'X-Codex-Turn-Metadata',
      'X-Claude-Code-Session-Id',
      'X-Session-Id',
      'X-Stainless-Os',
      'Forwarded',
      'X-Forwarded-For',
      'Proxy-Authorization',
      'X-Hop',
      'Api-Key',
      'TE',
    ].filter((name) => name !== 'Origin' && name !== 'Api-Key');
    await send(
      'POST /v1/chat/completions',
      [
        host(),
        auth,
        json,
        'Connection: X-Hop',
        ...privates.map((name) => `${name}: ${secret}`),
        'X-Custom: kept',
        'Anthropic-Version: 2023-06-01',
      ],
      BODY,
    );
    const [sent] = h.upstream.received;
    expect(JSON.stringify(sent?.rawHeaders)).not.toContain(secret);
    expect(JSON.stringify(sent)).not.toContain(LOCAL_KEY);
    expect(sent?.headers).toMatchObject({
      'x-custom': 'kept',
      'anthropic-version': '2023-06-01',
      authorization: 'Bearer pod-key',
      'user-agent': 'runpod-llm-manager',
      'accept-encoding': 'identity',
    });
  });

  it('trap 28: returns no hop-by-hop, cookie, CORS or gateway header, and always the safe ones', async () => {
    h.target.wakeUp({
      baseUrl: `${h.upstream.url}/v1`,
      headers: {},
      servedModel: 'm',
      fingerprint: 'f',
      cutsSilence: false,
    });
    h.upstream.script = (_request, res) =>
      sendJson(
        res,
        200,
        { ok: true },
        {
          'set-cookie': 'a=b',
          server: 'uvicorn',
          'cf-ray': '1',
          'access-control-allow-origin': '*',
          'x-hop': '1',
          connection: 'x-hop',
          'x-kept': 'yes',
        },
      );
    const res = await h.chat();
    const headers = Object.fromEntries(res.headers);
    expect(headers).toMatchObject({
      'x-kept': 'yes',
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    for (const name of ['set-cookie', 'server', 'cf-ray', 'access-control-allow-origin', 'x-hop']) {
      expect(headers[name]).toBeUndefined();
    }
  });

  it('carries a sane request id in and out, and makes one otherwise', async () => {
    const res = await h.chat({}, { headers: { 'x-request-id': 'my-id.1' } });
    expect(res.headers.get('x-request-id')).toBe('my-id.1');
    expect(h.upstream.received[0]?.headers['x-request-id']).toBe('my-id.1');
    const other = await h.chat({}, { headers: { 'x-request-id': 'x'.repeat(500) } });
    expect(other.headers.get('x-request-id')).toMatch(/^req_/);
  });
});

describe('1: binding', () => {
  it('trap 57: a taken port is an error that names it, on either family', async () => {
    const other = await Harness.start();
    try {
      await expect(other.proxy.listen('127.0.0.1', h.port)).rejects.toMatchObject({
        code: 'port_in_use',
        message: expect.stringContaining(String(h.port)),
      });
    } finally {
      await other.stop();
    }
  });

  it('a public address needs a key', async () => {
    const open = await Harness.start({ keys: [] });
    try {
      await expect(open.proxy.listen('0.0.0.0', 0)).rejects.toMatchObject({ code: 'config_invalid' });
    } finally {
      await open.stop();
    }
  });

  it('a host that is nobody’s, or another computer’s, is refused with its name', async () => {
    for (const name of ['no-such-host.invalid', '192.0.2.1']) {
      await expect(h.proxy.listen(name, 0)).rejects.toMatchObject({
        code: 'config_invalid',
        message: expect.stringContaining(name),
      });
    }
  });

  it('trap 20: idle connections outlive the pools of SDKs', async () => {
    const answer = await h.raw(
      `GET /health HTTP/1.1\r\n${host()}\r\n\r\nGET /health HTTP/1.1\r\n${host()}\r\nConnection: close\r\n\r\n`,
    );
    expect(answer).toContain('Keep-Alive: timeout=75');
  });
});

describe('switches', () => {
  it('host names for containers add a name and remove nothing', async () => {
    const name = `Host: host.docker.internal:${h.port}`;
    expect(await send('GET /v1/models', [name, auth])).toBe(421);
    h.settings = { ...h.settings, allowedHosts: ['host.docker.internal'] };
    expect(await send('GET /v1/models', [name, auth])).toBe(200);
    expect(await send('GET /v1/models', [name])).toBe(401);
    expect(await send('GET /v1/models', [name, auth, 'Origin: https://evil.example'])).toBe(403);
  });

  it('a proxy without a required key still checks Host and Origin, and still refuses wrong keys', async () => {
    h.settings = { ...h.settings, requireKey: false };
    expect(await send('GET /v1/models', [host()])).toBe(200);
    expect(await send('GET /v1/models', [host(), 'Authorization: Bearer wrong'])).toBe(401);
    expect(await send('GET /v1/models', [host(), 'Origin: https://evil.example'])).toBe(403);
  });

  it('cuts connections above the limit', async () => {
    await h.stop();
    h = await Harness.start({ settings: { maxConnections: 2 } });
    const sockets = Array.from({ length: 3 }, () => connect(h.port, '127.0.0.1'));
    let closed = 0;
    for (const socket of sockets) {
      socket.on('close', () => closed++);
      socket.on('error', () => {});
    }
    await eventually(() => closed > 0, 'the third connection is dropped');
    expect(closed).toBe(1);
    for (const socket of sockets) socket.destroy();
  });
});
