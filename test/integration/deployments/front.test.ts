import { existsSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { Agent, fetch, type RequestInit } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { repository, run, type Running } from '../../support/processes.ts';
import { tempDir } from '../../support/temp.ts';

const script = join(repository, 'resources/watchdog/front.pl');
const KEY = '0123456789abcdef0123456789abcdef';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

const programs: Running[] = [];
const servers: Server[] = [];
const agents: Agent[] = [];
afterEach(async () => {
  await Promise.all(agents.splice(0).map((agent) => agent.destroy()));
  await Promise.all(programs.splice(0).map((program) => program.kill('SIGKILL')));
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise<void>((resolve) => server.close(() => resolve()));
  return port;
}

type Ask = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

interface Front {
  readonly url: string;
  readonly port: number;
  readonly activity: string;
  readonly fetch: (path: string, init?: Ask) => ReturnType<typeof fetch>;
}

/** The key check in front of `ollama`; null = nothing listens behind it. */
async function front(ollama: Handler | null, env: Readonly<Record<string, string>> = {}): Promise<Front> {
  let upstream = await freePort();
  if (ollama !== null) {
    const server = createServer(ollama);
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    upstream = (server.address() as AddressInfo).port;
  }
  const port = await freePort();
  const state = tempDir();
  const program = run('perl', [script], {
    env: {
      RPLM_FRONT_KEY: KEY,
      RPLM_FRONT_LISTEN: `127.0.0.1:${port}`,
      RPLM_FRONT_UPSTREAM: `127.0.0.1:${upstream}`,
      RPLM_STATE: state,
      ...env,
    },
  });
  programs.push(program);
  await program.line(/front: listening/);
  const agent = new Agent();
  agents.push(agent);
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    port,
    activity: join(state, 'rplm-activity'),
    fetch: (path, init) =>
      fetch(url + path, {
        dispatcher: agent,
        ...init,
        headers: { authorization: `Bearer ${KEY}`, ...init?.headers },
      }),
  };
}

const reads = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
};

/** Sends bytes as they are and gives everything that came back. */
function raw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.on('error', reject).on('close', () => resolve(text));
    socket.write(bytes);
  });
}

describe('the key check in front of Ollama', () => {
  it.each([
    ['no key', {}],
    ['a wrong key', { authorization: `Bearer ${KEY.replace('0', 'f')}` }],
    ['a key that begins right', { authorization: `Bearer ${KEY.slice(0, 10)}` }],
    ['a longer key', { authorization: `Bearer ${KEY}0` }],
    ['another scheme', { authorization: `Basic ${KEY}` }],
  ])('refuses %s and lets nothing through', async (_, headers) => {
    let asked = 0;
    const { url } = await front(() => asked++);
    const answer = await fetch(`${url}/api/version`, { headers });
    expect(answer.status).toBe(401);
    expect(await answer.json()).toEqual({ error: 'a valid key is needed' });
    expect(asked).toBe(0);
  });

  it('passes a request with its body, without the key, under a name that Ollama accepts on loopback', async () => {
    const { fetch: ask } = await front((request, response) => {
      void reads(request).then((body) => {
        response.setHeader('x-made-by', 'ollama');
        response.end(
          JSON.stringify({ body, headers: request.headers, url: request.url, method: request.method }),
        );
      });
    });
    const body = JSON.stringify({ model: 'llama3.2', prompt: 'ü'.repeat(50_000) });
    const answer = await ask('/api/generate?x=1', {
      method: 'POST',
      body,
      headers: { origin: 'https://evil.test' },
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-made-by')).toBe('ollama');
    const seen = (await answer.json()) as {
      body: string;
      headers: Record<string, string>;
      url: string;
      method: string;
    };
    expect(seen).toMatchObject({ body, url: '/api/generate?x=1', method: 'POST' });
    expect(seen.headers['host']).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(seen.headers['authorization']).toBeUndefined();
    expect(seen.headers['origin']).toBeUndefined();
  });

  it('passes a chunked body', async () => {
    const { fetch: ask } = await front((request, response) => {
      void reads(request).then((body) => response.end(body));
    });
    async function* parts(): AsyncGenerator<Uint8Array> {
      for (const part of ['one ', 'two ', 'three']) yield Buffer.from(part);
    }
    const answer = await ask('/api/chat', { method: 'POST', body: parts(), duplex: 'half' });
    expect(await answer.text()).toBe('one two three');
  });

  it('passes statuses, and answers without a body', async () => {
    const { fetch: ask } = await front((request, response) => {
      response.writeHead(request.method === 'HEAD' ? 200 : 204).end();
    });
    expect((await ask('/', { method: 'HEAD' })).status).toBe(200);
    expect((await ask('/api/delete', { method: 'DELETE' })).status).toBe(204);
  });

  it('hands a stream on piece by piece, as it comes', async () => {
    let write: (text: string) => void = () => {};
    let end = (): void => {};
    const { fetch: ask } = await front((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      write = (text) => void response.write(text);
      end = () => void response.end();
      response.write('data: 0\n\n');
    });
    const answer = await ask('/v1/chat/completions', { method: 'POST', body: '{}' });
    const seen: string[] = [];
    for await (const chunk of answer.body ?? []) {
      seen.push(Buffer.from(chunk as Uint8Array).toString());
      // The next piece is only sent once this one has arrived.
      if (seen.length < 5) write(`data: ${seen.length}\n\n`);
      else end();
    }
    expect(seen).toEqual(['data: 0\n\n', 'data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n', 'data: 4\n\n']);
  });

  it('lets Ollama know when the client leaves', async () => {
    const left = Promise.withResolvers<void>();
    const { fetch: ask } = await front((_, response) => {
      response.on('close', () => left.resolve());
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{}\n');
    });
    const abort = new AbortController();
    const answer = await ask('/api/chat', { method: 'POST', body: '{}', signal: abort.signal });
    expect(answer.status).toBe(200);
    abort.abort();
    await left.promise;
  });

  it('lets Ollama know when the client leaves before the first byte', async () => {
    const asked = Promise.withResolvers<void>();
    const left = Promise.withResolvers<void>();
    const { fetch: ask } = await front((request) => {
      request.socket.on('close', () => left.resolve());
      asked.resolve();
    });
    const abort = new AbortController();
    const answer = ask('/api/chat', { method: 'POST', body: '{}', signal: abort.signal }).catch(() => 'gone');
    await asked.promise;
    abort.abort();
    expect(await answer).toBe('gone');
    await left.promise;
  });

  it('holds a slow reader’s answer back instead of piling it up', async () => {
    const total = 64 * 1024 * 1024;
    let sent = 0;
    let drained: (() => void) | null = null;
    const { port } = await front((_, response) => {
      const piece = Buffer.alloc(64 * 1024);
      const pump = (): void => {
        while (sent < total) {
          sent += piece.length;
          if (!response.write(piece)) {
            drained?.();
            response.once('drain', pump);
            return;
          }
        }
        response.end();
      };
      pump();
    });
    const socket: Socket = connect(port, '127.0.0.1');
    const full = new Promise<void>((resolve) => (drained = resolve));
    socket.write(`GET /big HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\n\r\n`);
    socket.pause();
    await full;
    // Kernel buffers on four sockets hold some megabytes; a relay that read ahead would hold all of it.
    expect(sent).toBeLessThan(total / 2);
    socket.destroy();
  });

  it('answers 100 parallel requests', async () => {
    const { fetch: ask } = await front((request, response) => {
      void reads(request).then((body) => response.end(body));
    });
    const answers = await Promise.all(
      Array.from({ length: 100 }, async (_, n) => {
        const answer = await ask('/api/embed', { method: 'POST', body: `request ${n}` });
        return answer.text();
      }),
    );
    expect(answers).toEqual(Array.from({ length: 100 }, (_, n) => `request ${n}`));
  });

  it('closes after each answer, so that no second request can ride on the first one’s key', async () => {
    const urls: string[] = [];
    const { port } = await front((request, response) => {
      urls.push(request.url ?? '');
      response.end('ok');
    });
    const one = `POST /one HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\ncontent-length: 2\r\n\r\n{}`;
    const text = await raw(port, `${one}GET /two HTTP/1.1\r\nhost: x\r\n\r\n`);
    expect(text).toMatch(/^HTTP\/1\.1 200 /);
    expect(text).toMatch(/connection: close/i);
    expect(urls).toEqual(['/one']);
  });

  it.each([
    ['two lengths', 'content-length: 2\r\ncontent-length: 20\r\n'],
    ['a length and chunks', 'content-length: 2\r\ntransfer-encoding: chunked\r\n'],
    ['a coding it does not know', 'transfer-encoding: gzip\r\n'],
    ['a field folded over two lines', 'x-a: b\r\n c\r\n'],
  ])('refuses a message with %s', async (_, fields) => {
    let asked = 0;
    const { port } = await front(() => asked++);
    const text = await raw(
      port,
      `POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${KEY}\r\n${fields}\r\n{}`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 400 /);
    expect(asked).toBe(0);
  });

  it('says 502 while Ollama is not up', async () => {
    const { fetch: ask } = await front(null);
    expect((await ask('/api/version')).status).toBe(502);
  });

  it('tells the watchdog of work, and not of looks', async () => {
    const { fetch: ask, activity } = await front((_, response) => response.end('{}'));
    expect(existsSync(activity)).toBe(true);
    utimesSync(activity, 1000, 1000);
    for (const path of ['/', '/api/version', '/api/tags', '/api/ps', '/v1/models'])
      await (await ask(path)).text();
    await (await fetch(`${(await front(null)).url}/api/chat`)).text();
    expect(statSync(activity).mtimeMs).toBe(1_000_000);
    await (await ask('/api/chat', { method: 'POST', body: '{}' })).text();
    expect(statSync(activity).mtimeMs).toBeGreaterThan(1_000_000);
  });

  it('tells the watchdog of work for as long as an answer takes', async () => {
    let end = (): void => {};
    const { fetch: ask, activity } = await front((_, response) => {
      response.writeHead(200);
      response.write('a');
      end = () => void response.end();
    });
    const answer = await ask('/api/chat', { method: 'POST', body: '{}' });
    utimesSync(activity, 1000, 1000);
    await expect
      .poll(() => statSync(activity).mtimeMs, { timeout: 30_000, interval: 200 })
      .toBeGreaterThan(1_000_000);
    end();
    await answer.text();
  });

  it('does not start without a key', async () => {
    const program = run('perl', [script], { env: { RPLM_FRONT_LISTEN: '127.0.0.1:1' } });
    expect(await program.ended).not.toBe(0);
    expect(program.lines.join('\n')).toContain('no key is set');
  });
});

describe('the key check behind a load balancer', () => {
  const loaded = (): string => join(tempDir(), 'loaded');

  it('takes the key in a header of its own, whatever RunPod makes of the other one', async () => {
    const { url } = await front((request, response) => response.end(JSON.stringify(request.headers)), {
      RPLM_FRONT_GATE: loaded(),
    });
    const ask = async (headers: Readonly<Record<string, string>>): Promise<[number, string]> => {
      const answer = await fetch(`${url}/api/version`, { headers });
      return [answer.status, await answer.text()];
    };
    const [status, text] = await ask({ 'x-rplm-key': KEY, authorization: 'Bearer of-the-account' });
    expect(status).toBe(200);
    expect(text).not.toMatch(/x-rplm-key|authorization|of-the-account/);
    expect((await ask({ 'x-rplm-key': 'wrong', authorization: `Bearer ${KEY}` }))[0]).toBe(401);
    expect((await ask({}))[0]).toBe(401);
  });

  it('tells without a key whether the model is loaded, and nothing else', async () => {
    const gate = loaded();
    let asked = 0;
    const { url } = await front(
      (_, response) => {
        asked++;
        response.end('ok');
      },
      { RPLM_FRONT_GATE: gate },
    );
    const ping = async (method: string, path = '/ping'): Promise<number> =>
      (await fetch(`${url}${path}`, { method })).status;
    expect([await ping('GET'), await ping('HEAD')]).toEqual([204, 204]);
    writeFileSync(gate, '');
    expect([await ping('GET'), await ping('HEAD'), await ping('GET', '/ping?x=1')]).toEqual([200, 200, 200]);
    expect([await ping('POST'), await ping('GET', '/pingu'), await ping('GET', '/')]).toEqual([
      401, 401, 401,
    ]);
    expect(asked).toBe(0);
  });

  it('is not healthy without an Ollama behind it, nor asked for its health on a pod', async () => {
    const gate = loaded();
    writeFileSync(gate, '');
    const alone = await front(null, { RPLM_FRONT_GATE: gate });
    expect((await fetch(`${alone.url}/ping`)).status).toBe(204);
    const pod = await front((_, response) => response.end('ok'));
    expect((await fetch(`${pod.url}/ping`)).status).toBe(401);
  });
});
