import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { probe, type ProbeTarget, type ProbeTools } from '../../../src/main/deployments/pod/readiness.ts';
import { pullModel } from '../../../src/main/deployments/pod/pull-model.ts';
import { ManualClock, systemClock } from '../../../src/main/platform/clock.ts';
import { createHttpPool, type HttpPool } from '../../../src/main/platform/http.ts';

type Reply = (response: ServerResponse, body: string) => void;

const servers: Server[] = [];
const pools: HttpPool[] = [];
afterEach(async () => {
  await Promise.all(pools.splice(0).map((pool) => pool.close()));
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});
const never = new AbortController().signal;

/** A model server whose routes are given; requests without the key get 401 but for those listed as open. */
async function server(
  routes: Readonly<Record<string, Reply>>,
  open: readonly string[] = ['/health', '/api/version'],
): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const path = request.url ?? '';
    const known = request.headers.authorization === 'Bearer secret';
    asked.push(`${known ? 'key' : 'stranger'} ${path}`);
    if (!known && !open.includes(path)) {
      response.writeHead(401).end('{}');
      return;
    }
    const reply = routes[path];
    if (reply === undefined) response.writeHead(404).end('<html>');
    else reply(response, body);
  };
  const made = createServer((request, response) => void handle(request, response));
  servers.push(made);
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(made.address() as AddressInfo).port}`, asked };
}

const json =
  (value: unknown, status = 200): Reply =>
  (response) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));

function tools(): ProbeTools {
  const pool = createHttpPool({ silenceMs: 0 });
  pools.push(pool);
  return { fetch: pool.fetch, clock: systemClock, timeoutMs: 5000, tokenTimeoutMs: 5000 };
}

const target = (url: string, more: Partial<ProbeTarget> = {}): ProbeTarget => ({
  url,
  backend: 'vllm',
  key: 'secret',
  servedModel: 'qwen',
  model: 'Qwen/Qwen3-8B',
  ...more,
});

const health = json({});
const models = (...ids: string[]): Reply => json({ data: ids.map((id) => ({ id })) });
const token = json({ choices: [{ message: { content: 'Hi' } }] });

describe('proving readiness', () => {
  it('takes health, the model, closed doors and a token, in that order', async () => {
    const { url, asked } = await server({
      '/health': health,
      '/v1/models': models('qwen', 'Qwen/Qwen3-8B'),
      '/v1/chat/completions': token,
    });
    expect(await probe(target(url), tools(), never)).toMatchObject({ stage: 'ready', servedModel: 'qwen' });
    expect(asked).toEqual([
      'key /health',
      'key /v1/models',
      'stranger /v1/models',
      'key /v1/chat/completions',
    ]);
  });

  it.each([
    ['nothing listens', null, {}, { stage: 'none' }],
    ['an edge’s 502', { '/health': json('<html>', 502) }, {}, { stage: 'none' }],
    [
      'health, and no list of models yet',
      { '/health': health, '/v1/models': json({}, 503) },
      {},
      { stage: 'server', missing: false },
    ],
    [
      'the token times out at the edge',
      { '/health': health, '/v1/models': models('qwen'), '/v1/chat/completions': json('<html>', 524) },
      {},
      { stage: 'server' },
    ],
    [
      'the model is known under its own id',
      { '/health': health, '/v1/models': models('Qwen/Qwen3-8B'), '/v1/chat/completions': token },
      {},
      { stage: 'ready', servedModel: 'Qwen/Qwen3-8B' },
    ],
    [
      'a custom image’s only model',
      { '/health': health, '/v1/models': models('mine'), '/v1/chat/completions': token },
      {},
      { stage: 'ready', servedModel: 'mine' },
    ],
    [
      'one of several strange models',
      { '/health': health, '/v1/models': models('a', 'b') },
      {},
      { stage: 'server', missing: false },
    ],
    [
      'a base model without chat',
      {
        '/health': health,
        '/v1/models': models('qwen'),
        '/v1/chat/completions': json({}, 400),
        '/v1/completions': token,
      },
      {},
      { stage: 'ready', detail: '/v1/completions' },
    ],
    [
      'an embedding model',
      {
        '/health': health,
        '/v1/models': models('qwen'),
        '/v1/chat/completions': json({}, 404),
        '/v1/completions': json({}, 404),
        '/v1/embeddings': json({ data: [] }),
      },
      {},
      { stage: 'ready', detail: '/v1/embeddings' },
    ],
    [
      'a model that answers nothing at all',
      {
        '/health': health,
        '/v1/models': models('qwen'),
        '/v1/chat/completions': json({ error: 'no' }, 400),
        '/v1/completions': json({}, 400),
        '/v1/embeddings': json({}, 400),
      },
      {},
      { stage: 'refused' },
    ],
    [
      'Ollama without its model',
      { '/api/version': json({}), '/v1/models': models('other') },
      { backend: 'ollama', servedModel: 'llama3.2:3b', model: 'llama3.2:3b' },
      { stage: 'server', missing: true },
    ],
    [
      'Ollama with it, tag added',
      { '/api/version': json({}), '/v1/models': models('llama3.2:latest'), '/v1/chat/completions': token },
      { backend: 'ollama', servedModel: 'llama3.2', model: 'llama3.2' },
      { stage: 'ready', servedModel: 'llama3.2' },
    ],
  ] as readonly (readonly [string, Record<string, Reply> | null, Partial<ProbeTarget>, object])[])(
    '%s',
    async (_, routes, more, expected) => {
      const url = routes === null ? 'http://127.0.0.1:9' : (await server(routes)).url;
      expect(await probe(target(url, more), tools(), never)).toMatchObject(expected);
    },
  );

  it('trap 11: finds a server that needs no key', async () => {
    const routes = { '/health': health, '/v1/models': models('qwen'), '/v1/chat/completions': token };
    const { url } = await server(routes, ['/health', '/v1/models']);
    expect(await probe(target(url), tools(), never)).toMatchObject({ stage: 'open' });
  });

  it('accepts that of a pod taken over from elsewhere', async () => {
    const routes = { '/health': health, '/v1/models': models('qwen'), '/v1/chat/completions': token };
    const { url } = await server(routes, Object.keys(routes));
    expect(await probe(target(url, { key: '' }), tools(), never)).toMatchObject({ stage: 'ready' });
  });

  it('gives up a server that is silent, on the clock it was given', async () => {
    const { url } = await server({ '/health': () => {} });
    const clock = new ManualClock();
    const looking = probe(target(url), { ...tools(), clock }, never);
    while (clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
    await clock.advance(5000);
    expect(await looking).toMatchObject({
      stage: 'none',
      detail: expect.stringContaining('no answer within 5 s'),
    });
    expect(clock.pendingTimers).toBe(0);
  });

  it('ends when it is not wanted any more', async () => {
    const { url, asked } = await server({ '/health': () => {} });
    const abort = new AbortController();
    const looking = probe(target(url), tools(), abort.signal);
    await expect.poll(() => asked.length).toBe(1);
    abort.abort();
    await expect(looking).rejects.toMatchObject({ name: 'AbortError' });
    await expect(probe(target(url), tools(), AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});

describe('having Ollama pull its model', () => {
  const ollama = (url: string): ProbeTarget => target(url, { backend: 'ollama', model: 'llama3.2:3b' });
  const says =
    (...lines: object[]): Reply =>
    (response) => {
      response.writeHead(200);
      for (const line of lines) response.write(`${JSON.stringify(line)}\n`);
      response.end();
    };

  it('tells its progress', async () => {
    let sent = '';
    const { url } = await server({
      '/api/pull': (response, body) => {
        sent = body;
        says(
          { status: 'pulling manifest' },
          { status: 'pulling dde5aa3fc5ff', digest: 'x', total: 200, completed: 50 },
          { status: 'pulling dde5aa3fc5ff', digest: 'x', total: 200, completed: 200 },
          { status: 'success' },
        )(response, body);
      },
    });
    const told: string[] = [];
    await pullModel(ollama(url), tools(), (detail) => told.push(detail), never);
    expect(told).toEqual(['pulling manifest', 'Downloading weights 25 %', 'Downloading weights 100 %']);
    expect(JSON.parse(sent)).toEqual({ model: 'llama3.2:3b', stream: true });
  });

  it.each([
    ['an unknown model', says({ error: 'pull model manifest: file does not exist' }), 'model_unknown', false],
    ['a full disk', says({ error: 'write /models/x: no space left on device' }), 'boot_failed', false],
    [
      'trouble at the registry',
      says({ status: 'pulling manifest' }, { error: 'dial tcp: i/o timeout' }),
      'upstream_failed',
      true,
    ],
    ['an early end', says({ status: 'pulling manifest' }), 'upstream_failed', true],
    ['an edge’s 524', json('<html>', 524), 'upstream_failed', true],
    ['a refusal', json({}, 403), 'boot_failed', false],
    [
      'a broken connection',
      (response: ServerResponse) => {
        response.writeHead(200);
        response.write('{"status":"pulling manifest"}\n');
        setImmediate(() => response.destroy());
      },
      'upstream_failed',
      true,
    ],
  ] as readonly (readonly [string, Reply, string, boolean])[])(
    'fails with its reason: %s',
    async (_, reply, code, retryable) => {
      const { url } = await server({ '/api/pull': reply });
      await expect(pullModel(ollama(url), tools(), () => {}, never)).rejects.toMatchObject({
        code,
        retryable,
      });
    },
  );

  it('ends after a long silence, on the clock it was given', async () => {
    const { url, asked } = await server({
      '/api/pull': (response) => {
        response.writeHead(200);
        response.write('{"status":"pulling manifest"}\n');
      },
    });
    const clock = new ManualClock();
    const told: string[] = [];
    const failed = pullModel(ollama(url), { ...tools(), clock }, (detail) => told.push(detail), never).then(
      () => 'done',
      (error: unknown) => error,
    );
    await expect.poll(() => told.length).toBe(1);
    expect(asked).toHaveLength(1);
    await clock.advance(5000);
    expect(await failed).toMatchObject({ code: 'upstream_failed' });
  });

  it('ends when it is not wanted any more', async () => {
    const { url, asked } = await server({
      '/api/pull': (response) => void response.writeHead(200).write('\n'),
    });
    const abort = new AbortController();
    const pulling = pullModel(ollama(url), tools(), () => {}, abort.signal);
    await expect.poll(() => asked.length).toBe(1);
    abort.abort();
    await expect(pulling).rejects.toMatchObject({ name: 'AbortError' });
  });
});
