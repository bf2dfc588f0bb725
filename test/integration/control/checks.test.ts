import { describe, expect, it } from 'vitest';
import { methods, streams } from '../../../src/shared/api.ts';
import { ask, post, raw, serveFake } from '../../support/control.ts';

/** The checks at the door, by real sockets (SECURITY 4.3 and 4.4). */

const statusOf = (answer: string): string => answer.slice(9, 12);

describe('host', () => {
  it.each([
    ['127.0.0.1:PORT', '200'],
    ['localhost:PORT', '200'],
    ['[::1]:PORT', '200'],
    ['127.0.0.1', '421'],
    ['127.0.0.1:1', '421'],
    ['0.0.0.0:PORT', '421'],
    ['127.0.0.1.nip.io:PORT', '421'],
    ['localhost.:PORT', '421'],
    ['LOCALHOST:PORT', '421'],
    ['evil.example:PORT', '421'],
    ['127.0.0.1:PORT, evil.example', '421'],
    ['', '421'],
  ])('%s gives %s', async (host, status) => {
    const served = await serveFake();
    const named = host.replace('PORT', String(served.port));
    const answer = await raw(
      served.port,
      `POST /control/app.status HTTP/1.1\r\nHost: ${named}\r\nAuthorization: Bearer ${served.token}\r\n` +
        'Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}',
    );
    expect(statusOf(answer)).toBe(status);
  });

  it.each([
    ['no Host', ''],
    ['two Hosts', 'Host: 127.0.0.1:PORT\r\nHost: 127.0.0.1:PORT\r\n'],
  ])('%s is refused', async (_name, lines) => {
    const served = await serveFake();
    const answer = await raw(
      served.port,
      `GET / HTTP/1.1\r\n${lines.replaceAll('PORT', String(served.port))}Connection: close\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe('421');
    expect(answer).not.toContain(String(served.port));
  });

  it('an absolute-form target cannot name another host', async () => {
    const served = await serveFake();
    const answer = await raw(
      served.port,
      `GET http://evil.example/ HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\nConnection: close\r\n\r\n`,
    );
    expect(statusOf(answer)).toBe('421');
  });

  it('a name that was allowed is served', async () => {
    const served = await serveFake({ allowedHosts: ['box.lan:9000'] });
    const answer = await post(served, 'app.status', {}, { host: 'box.lan:9000' });
    expect(answer.status).toBe(200);
  });
});

describe('origin', () => {
  it.each([
    [{}, 200],
    [{ origin: 'http://127.0.0.1:PORT' }, 200],
    [{ origin: 'http://127.0.0.1:PORT', 'sec-fetch-site': 'same-origin' }, 200],
    [{ 'sec-fetch-site': 'none' }, 200],
    [{ origin: 'null' }, 403],
    [{ origin: 'http://localhost:PORT' }, 403],
    [{ origin: 'https://127.0.0.1:PORT' }, 403],
    [{ origin: 'http://127.0.0.1:PORT.evil.example' }, 403],
    [{ origin: 'http://127.0.0.1:3000' }, 403],
    [{ origin: 'vscode-webview://abc' }, 403],
    [{ origin: '' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
    [{ 'sec-fetch-site': 'same-site' }, 403],
    [{ origin: 'http://127.0.0.1:PORT', 'sec-fetch-site': 'cross-site' }, 403],
  ])('%j gives %i', async (headers: Record<string, string>, status) => {
    const served = await serveFake();
    const filled = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', String(served.port))]),
    );
    const answer = await post(served, 'app.status', {}, filled);
    expect(answer.status).toBe(status);
    expect(Object.keys(answer.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });

  it('a page’s plain text post is refused and starts nothing', async () => {
    const served = await serveFake();
    const answer = await ask(`${served.url}/control/deployments.start`, {
      method: 'POST',
      headers: { origin: 'https://evil.example', 'content-type': 'text/plain' },
      body: '{"deployment":"tiny"}',
    });
    expect(answer.status).toBe(403);
    expect(served.fake.calls).toEqual([]);
  });

  it('a preflight is never answered with permission', async () => {
    const served = await serveFake();
    for (const origin of ['https://evil.example', served.url]) {
      const answer = await ask(`${served.url}/control/app.status`, {
        method: 'OPTIONS',
        headers: { origin },
      });
      expect([401, 403]).toContain(answer.status);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    }
  });
});

describe('token', () => {
  const paths = [
    ...Object.keys(methods).map((name) => ['POST', `/control/${name}`]),
    ...Object.keys(streams).map((name) => ['POST', `/control/stream/${name}`]),
    ['GET', '/control/events'],
    ['POST', '/control/ui-link'],
    ['GET', '/control/unknown'],
    ['DELETE', '/control/app.status'],
    ['GET', '/'],
    ['GET', '/assets/index.js'],
    ['GET', '/anything'],
  ];

  it('is asked for on every route', async () => {
    const served = await serveFake();
    for (const [method = '', path] of paths) {
      for (const headers of [
        {},
        { authorization: 'Bearer pat_local_0123456789abcdef3f9a' },
        { authorization: `Basic ${served.token}` },
        { 'x-api-key': served.token },
        { cookie: `runpod_llm_${served.port}=${served.token}` },
      ]) {
        const answer = await ask(`${served.url}${path}`, {
          method,
          headers: { 'content-type': 'application/json', ...headers },
        });
        expect([method, path, answer.status]).toEqual([method, path, 401]);
      }
    }
    expect(served.fake.calls).toEqual([]);
    expect(served.fake.listeners).toBe(0);
  });

  it('in the address is worth nothing', async () => {
    const served = await serveFake();
    const answer = await ask(`${served.url}/control/events?token=${served.token}`);
    expect(answer.status).toBe(401);
  });

  it('guessing on one connection is slowed down', async () => {
    const served = await serveFake();
    const one =
      `GET /control/events HTTP/1.1\r\nHost: 127.0.0.1:${served.port}\r\n` +
      'Authorization: Bearer wrong\r\nConnection: keep-alive\r\n\r\n';
    const last = one.replace('keep-alive', 'close');
    const answer = await raw(served.port, one.repeat(21) + last);
    expect(answer.match(/HTTP\/1.1 401/g)).toHaveLength(20);
    expect(answer.match(/HTTP\/1.1 429/g)).toHaveLength(2);
    expect(answer).toMatch(/retry-after: \d+/i);
  });

  it('every answer forbids sniffing, framing and keeping', async () => {
    const served = await serveFake();
    for (const answer of [await post(served, 'app.status', {}), await ask(`${served.url}/nope`)]) {
      expect(answer.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
    }
  });

  it('a known route tells which method it takes', async () => {
    const served = await serveFake();
    const headers = { authorization: `Bearer ${served.token}` };
    const answer = await ask(`${served.url}/control/app.status`, { headers });
    expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
    const events = await ask(`${served.url}/control/events`, { method: 'PUT', headers });
    expect([events.status, events.headers.allow]).toEqual([405, 'GET']);
  });
});
