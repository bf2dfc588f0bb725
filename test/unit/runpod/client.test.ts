import { Response } from 'undici';
import { describe, expect, it } from 'vitest';
import { createRunPodApi } from '../../../src/main/runpod/client.ts';
import type { CreatePodRequest } from '../../../src/main/runpod/api.ts';
import {
  html,
  json,
  KEY,
  networkError,
  pod,
  problem,
  rig,
  script,
  settled,
  type Step,
} from './scripted-fetch.ts';

const BODY: CreatePodRequest = {
  name: 'llm-a-7f3a91',
  image: 'vllm/vllm-openai:v0.27.1',
  gpu: { id: 'NVIDIA L4', count: 1 },
  ports: ['8000/http'],
  env: { VLLM_API_KEY: 'sk-CANARY-env-value' },
};

function start(...steps: readonly Step[]) {
  const play = script(...steps);
  const tools = rig(play.fetch);
  return { ...tools, ...play, api: createRunPodApi(tools.options) };
}

describe('retries', () => {
  it.each([
    ['a 500', problem(500, 'boom')],
    ['a page of Cloudflare', html(502, '502 Bad Gateway')],
    ['a reset connection', networkError('ECONNRESET')],
    ['a refused connection', networkError('ECONNREFUSED')],
  ])('GET gets over %s', async (_, failure) => {
    const { api, clock, seen, signal } = start(failure, failure, json({ pods: [pod()] }));
    const list = settled(api.pods.list(signal));
    await clock.advance(249);
    expect(seen).toHaveLength(1);
    await clock.advance(501);
    expect(seen).toHaveLength(2);
    await clock.advance(1500);
    expect(seen).toHaveLength(3);
    expect(await list.value).toMatchObject([{ id: 'p1' }]);
  });

  it('GET gives up after three tries and tells the last failure', async () => {
    const { api, clock, seen, signal } = start(
      problem(500, 'one'),
      problem(500, 'two'),
      problem(503, 'three'),
    );
    const list = settled(api.pods.list(signal));
    await clock.advance(60_000);
    expect(await list.value).toMatchObject({
      code: 'runpod_unavailable',
      requestId: 'req-1',
      message: expect.stringContaining('three'),
    });
    expect(seen).toHaveLength(3);
    expect(clock.pendingTimers).toBe(0);
  });

  it('DELETE is repeated too: giving up would leave something billing', async () => {
    const { api, clock, seen, signal } = start(networkError('ECONNRESET'), problem(404, 'pod not found'));
    const gone = settled(api.pods.delete('p1', signal));
    await clock.advance(1000);
    expect(await gone.value).toBe('absent');
    expect(seen.map(({ method }) => method)).toEqual(['DELETE', 'DELETE']);
  });

  it.each([
    ['a 500', problem(500, 'boom'), 'runpod_unavailable', true],
    ['a 504 of Cloudflare', html(504), 'runpod_unavailable', true],
    ['a lost connection', networkError('ECONNRESET'), 'runpod_unreachable', true],
    ['a refused connection', networkError('ECONNREFUSED', 'connect'), 'runpod_unreachable', false],
    ['an unknown host', networkError('ENOTFOUND', 'getaddrinfo'), 'runpod_unreachable', false],
    ['a connect that took too long', networkError('UND_ERR_CONNECT_TIMEOUT'), 'runpod_unreachable', false],
    ['a route lost under way', networkError('EHOSTUNREACH', 'read'), 'runpod_unreachable', true],
    ['an unreadable answer', json({ id: 'p1' }, 201), 'runpod_bad_answer', true],
  ])('trap 6: a create is sent once, whatever %s', async (_, failure, code, mayHaveHappened) => {
    const { api, clock, seen, signal } = start(failure, json(pod(), 201));
    const create = settled(api.pods.create(BODY, signal));
    await clock.advance(300_000);
    const error = await create.value;
    expect(error).toMatchObject({ code });
    expect(error).toHaveProperty('details.mayHaveHappened', mayHaveHappened);
    expect(seen).toHaveLength(1);
  });

  it('trap 6: a create that gets no answer in time may have happened', async () => {
    const { api, clock, seen, signal } = start('hang');
    const create = settled(api.pods.create(BODY, signal));
    await clock.advance(59_999);
    expect(create.state()).toBe('waiting');
    await clock.advance(1);
    expect(await create.value).toMatchObject({
      code: 'runpod_unreachable',
      message: expect.stringContaining('no answer within 60 s'),
      details: { mayHaveHappened: true },
    });
    await clock.advance(600_000);
    expect(seen).toHaveLength(1);
  });

  it.each([
    [
      'an update',
      (api: ReturnType<typeof start>['api'], s: AbortSignal) => api.pods.update('p1', { name: 'b' }, s),
    ],
    ['an action', (api: ReturnType<typeof start>['api'], s: AbortSignal) => api.pods.action('p1', 'stop', s)],
    [
      'an endpoint update',
      (api: ReturnType<typeof start>['api'], s: AbortSignal) =>
        api.serverless.update('e1', { workers: { max: 1 } }, s),
    ],
  ])('%s is sent once when the outcome is unknown', async (_, call) => {
    const { api, clock, seen, signal } = start(problem(502, 'boom'));
    const update = settled(call(api, signal));
    await clock.advance(300_000);
    expect(await update.value).toMatchObject({
      code: 'runpod_unavailable',
      details: { mayHaveHappened: true },
    });
    expect(seen).toHaveLength(1);
  });

  it('POST waits out a 429 exactly as told', async () => {
    const limited = problem(429, 'rate limit exceeded', { headers: { 'retry-after': '12' } });
    const { api, clock, seen, signal } = start(limited, json(pod(), 201));
    const create = settled(api.pods.create(BODY, signal));
    await clock.advance(12_000);
    expect(seen).toHaveLength(1);
    await clock.advance(1000);
    expect(seen).toHaveLength(2);
    expect(await create.value).toMatchObject({ id: 'p1' });
  });

  it('takes the wait of a 429 from RateLimit where Retry-After is missing', async () => {
    const limited = problem(429, 'rate limit exceeded', {
      headers: { ratelimit: '"minute";r=0;t=9, "hour";r=5;t=999' },
    });
    const { api, clock, seen, signal } = start(limited, json(pod(), 201));
    const create = settled(api.pods.create(BODY, signal));
    await clock.advance(8_999);
    expect(seen).toHaveLength(1);
    await clock.advance(2000);
    expect(await create.value).toMatchObject({ id: 'p1' });
  });

  it('does not sit out an hour', async () => {
    const { api, clock, seen, signal } = start(problem(429, 'hour', { headers: { 'retry-after': '1812' } }));
    await expect(api.pods.list(signal)).rejects.toMatchObject({
      code: 'runpod_rate_limited',
      retryAfterSeconds: 1812,
    });
    await expect(api.pods.list(signal)).rejects.toMatchObject({
      code: 'runpod_rate_limited',
      retryAfterSeconds: 1812,
    });
    expect(seen).toHaveLength(1); // The second one was not even sent.
    expect(clock.pendingTimers).toBe(0);
  });

  it('a stop goes out although reads must rest', async () => {
    const { api, seen, signal } = start(
      problem(429, 'hour', { headers: { 'retry-after': '1812' } }),
      json(pod('p1', { status: 'EXITED' })),
    );
    await expect(api.pods.list(signal)).rejects.toMatchObject({ code: 'runpod_rate_limited' });
    expect(await api.pods.action('p1', 'stop', signal)).toMatchObject({ status: 'EXITED' });
    expect(seen).toHaveLength(2);
  });

  it.each([
    ['waiting for the answer', ['hang'] as const, 0],
    ['backing off', [problem(500, 'boom')] as const, 100],
    [
      'waiting for the limit to reset',
      [problem(429, 'slow', { headers: { 'retry-after': '30' } })] as const,
      100,
    ],
  ])('leaves at once while %s', async (_, steps, after) => {
    const { api, abort, clock, seen, signal } = start(...steps);
    const list = settled(api.pods.list(signal));
    await clock.advance(after);
    abort();
    expect(await list.value).toMatchObject({ name: 'AbortError' });
    expect(clock.pendingTimers).toBe(0);
    expect(seen).toHaveLength(1);
  });

  it('sends nothing for a caller that has left', async () => {
    const { abort, api, seen, signal } = start(json({ pods: [] }));
    abort();
    await expect(api.pods.list(signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(seen).toHaveLength(0);
  });

  it('asks for the key before every attempt', async () => {
    const play = script(problem(500, 'boom'), json({ pods: [] }));
    const keys = ['rpa_first_key', 'rpa_second_key'];
    const { clock, options, signal } = rig(play.fetch, {
      apiKey: () => Promise.resolve(keys.shift() ?? null),
    });
    const list = settled(createRunPodApi(options).pods.list(signal));
    await clock.advance(1000);
    expect(await list.value).toEqual([]);
    expect(play.seen.map(({ headers }) => headers['authorization'])).toEqual([
      'Bearer rpa_first_key',
      'Bearer rpa_second_key',
    ]);
    await expect(createRunPodApi(options).pods.list(signal)).rejects.toMatchObject({
      code: 'runpod_key_missing',
    });
  });
});

describe('lists', () => {
  it('trap 3: takes an unpaged list as it is', async () => {
    const { api, problems, seen, signal } = start(json({ pods: [pod('a'), pod('b')] }));
    expect((await api.pods.list(signal)).map(({ id }) => id)).toEqual(['a', 'b']);
    expect(seen.map(({ url }) => url)).toEqual(['https://api.runpod.io/v2/pods']);
    expect(problems()).toEqual([]);
  });

  it('trap 3: follows pages and drops what moved between them', async () => {
    const page = (ids: readonly string[], nextCursor: string | null) =>
      json({
        pods: ids.map((id) => pod(id)),
        pagination: { hasNextPage: nextCursor !== null, nextCursor, total: 9 },
      });
    const { api, problems, seen, signal } = start(
      page(['a', 'b'], 'c/1'),
      page(['b', 'c'], 'c/2'),
      page(['d'], null),
    );
    expect((await api.pods.list(signal)).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
    expect(seen.map(({ url }) => new URL(url).search)).toEqual(['', '?cursor=c%2F1', '?cursor=c%2F2']);
    // The document at hand is older than paging (FACTS 0).
    expect(problems()).toEqual([
      'query "cursor" is unknown to listPods',
      'query "cursor" is unknown to listPods',
    ]);
  });

  it('keeps the filters on every page', async () => {
    const { api, seen, signal } = start(
      json({ templates: [], pagination: { hasNextPage: true, nextCursor: 'x' } }),
      json({ templates: [], pagination: { hasNextPage: false } }),
    );
    await api.catalog.templates('verified', signal);
    expect(seen.map(({ url }) => new URL(url).search)).toEqual([
      '?source=verified',
      '?source=verified&cursor=x',
    ]);
  });

  it('a list that does not end, or is cut short, is an error: it could hide a pod that bills', async () => {
    const same = start(json({ pods: [pod()], pagination: { hasNextPage: true, nextCursor: 'x' } }));
    await expect(same.api.pods.list(same.signal)).rejects.toMatchObject({ code: 'runpod_bad_answer' });
    expect(same.seen).toHaveLength(2);
    let cursor = 0;
    const endless = start(() =>
      json({ pods: [], pagination: { hasNextPage: true, nextCursor: `${cursor++}` } }),
    );
    await expect(endless.api.pods.list(endless.signal)).rejects.toMatchObject({ code: 'runpod_bad_answer' });
    expect(endless.seen).toHaveLength(101);
    const cut = start(json({ pods: [], pagination: { hasNextPage: true, nextCursor: null } }));
    await expect(cut.api.pods.list(cut.signal)).rejects.toMatchObject({ details: { path: 'pagination' } });
  });

  it('trap 25: the catalogue row "unknown" is no GPU', async () => {
    const gpu = (id: string) => ({
      id,
      name: id,
      pool: null,
      memory: 24,
      manufacturer: 'NVIDIA',
      secure: true,
      community: true,
      price: { secure: 0.4, community: null },
      maxCount: { secure: 8, community: 0 },
    });
    const odd = { id: 'NVIDIA NEW', name: 'new', pool: null };
    const { api, signal } = start(json({ gpus: [gpu('NVIDIA L4'), gpu('unknown'), odd] }));
    const gpus = await api.catalog.gpus({}, signal);
    expect(gpus.map(({ id }) => id)).toEqual(['NVIDIA L4', 'NVIDIA NEW']);
    expect(gpus[1]).toMatchObject({ memory: 0, secure: false, maxCount: { secure: 0, community: 0 } });
    // No price means not offered, whatever the flag says.
    expect(gpus[0]).toMatchObject({
      id: 'NVIDIA L4',
      secure: true,
      community: false,
      price: { secure: 0.4 },
    });
  });
});

describe('decoding', () => {
  it('lets unknown fields and enum values pass', async () => {
    const { api, signal } = start(
      json({
        pods: [
          pod('a', { status: 'HIBERNATING', entrypoint: ['x'], gpu: { id: 'g', count: 2, vcpuCount: 8 } }),
        ],
        total: 1,
      }),
    );
    expect(await api.pods.list(signal)).toMatchObject([
      { status: 'HIBERNATING', entrypoint: ['x'], gpu: { count: 2, vcpuCount: 8 } },
    ]);
  });

  it('fills harmless gaps', async () => {
    const { api, signal } = start(
      json({
        id: 'a',
        name: 'n',
        status: 'RUNNING',
        actions: ['stop'],
        cost: 0.1,
        createdAt: '2026-11-24T09:00:00Z',
        gpu: { id: 'g' },
      }),
    );
    expect(await api.pods.get('a', signal)).toMatchObject({
      env: {},
      ports: [],
      mounts: {},
      locked: false,
      runtime: null,
      gpu: { count: 1 },
    });
  });

  it('one odd environment value hides no pod', async () => {
    const { api, signal } = start(json({ pods: [pod('a', { env: { A: 'x', B: null } })] }));
    expect(await api.pods.list(signal)).toMatchObject([{ id: 'a', env: { A: 'x', B: '' } }]);
  });

  it('keeps a GPU count of zero: a start without a free GPU', async () => {
    const { api, signal } = start(json(pod('a', { gpu: { id: 'g', count: 0 } })));
    expect((await api.pods.get('a', signal)).gpu?.count).toBe(0);
  });

  it.each([
    ['a list that is not wrapped', json([]), '', 'expected object'],
    ['another wrapper', json({ items: [] }), 'pods', 'expected array'],
    ['a pod without an id', json({ pods: [pod(), pod('')] }), 'pods[1].id', 'pods[1].id'],
    ['a price that is no number', json({ pods: [pod('a', { cost: null })] }), 'pods[0].cost', 'pods[0].cost'],
    ['a page of a hotel', html(200, 'Sign in to WiFi'), '', 'not JSON'],
    ['an empty answer', new Response('', { status: 200 }), '', 'not JSON'],
  ])('trap 31: %s is an error that names the place', async (_, answer, path, text) => {
    const { api, seen, signal } = start(answer);
    await expect(api.pods.list(signal)).rejects.toMatchObject({
      code: 'runpod_bad_answer',
      details: { path, route: 'GET /v2/pods' },
      message: expect.stringContaining(text),
    });
    expect(seen).toHaveLength(1);
  });

  it('trap 31: DELETE and terminate answer 204 without a body', async () => {
    const { api, seen, signal } = start(() => new Response(null, { status: 204 }));
    expect(await api.pods.delete('p1', signal)).toBe('ended');
    expect(await api.pods.action('p1', 'terminate', signal)).toBeNull();
    expect(seen.map(({ method, body }) => [method, body])).toEqual([
      ['DELETE', undefined],
      ['POST', { action: 'terminate' }],
    ]);
  });

  it('what is gone is deleted, but only RunPod itself can say that it is gone', async () => {
    const gone = start(problem(404, 'not found'));
    expect(await gone.api.pods.delete('p1', gone.signal)).toBe('absent');
    expect(await gone.api.pods.action('p1', 'terminate', gone.signal)).toBeNull();
    await expect(gone.api.pods.action('p1', 'stop', gone.signal)).rejects.toMatchObject({
      code: 'runpod_not_found',
    });
    const elsewhere = start(html(404, 'Not here'));
    await expect(elsewhere.api.pods.delete('p1', elsewhere.signal)).rejects.toMatchObject({
      code: 'runpod_bad_answer',
    });
  });

  it('trap 29: reads totals, and asks for public endpoints by their own route', async () => {
    const record = { startTime: '2026-06-01T00:00:00Z', endTime: '2026-06-02T00:00:00Z', totalAmount: 3.21 };
    const answer = json({ records: [record], metadata: { totals: { totalAmount: 3.21 } } });
    const { api, seen, signal } = start(answer);
    expect((await api.billing.publicEndpoints({ lastN: 3 }, signal)).records[0]?.totalAmount).toBe(3.21);
    await expect(api.billing.serverless({ lastN: 3 }, signal)).rejects.toMatchObject({
      details: { path: 'records[0].serverlessId' },
    });
    expect(seen.map(({ url }) => new URL(url).pathname)).toEqual([
      '/v2/billing/endpoints',
      '/v2/billing/serverless',
    ]);
    const renamed = start(
      json({ records: [{ ...record, totalAmount: undefined, amount: 3.21 }], metadata: { totals: {} } }),
    );
    await expect(renamed.api.billing.publicEndpoints({}, renamed.signal)).rejects.toMatchObject({
      details: { path: 'records[0].totalAmount' },
    });
  });
});

describe('what it tells', () => {
  it('rates and the clock', async () => {
    const { api, clock, signal } = start(() =>
      json({ pods: [] }, 200, {
        date: new Date(clock.now() + 90_000).toUTCString(),
        ratelimit: '"minute";r=41;t=30',
        'ratelimit-policy': '"minute";q=60;w=60',
      }),
    );
    expect(api.rates()).toEqual({ windows: [] });
    expect(api.clockOffsetMs()).toBe(0);
    await api.pods.list(signal);
    expect(api.rates()).toEqual({ windows: [{ name: 'minute', left: 41, resetSeconds: 30 }] });
    expect(api.clockOffsetMs()).toBe(90_500);
  });

  it('trap 32: polls are spread before RunPod refuses them', async () => {
    const { api, clock, seen, signal } = start(() =>
      json({ pods: [] }, 200, { ratelimit: '"minute";r=3;t=30', 'ratelimit-policy': '"minute";q=60;w=60' }),
    );
    await api.pods.list(signal);
    const polls = [settled(api.pods.list(signal)), settled(api.pods.list(signal))];
    await clock.advance(9_000);
    expect(seen).toHaveLength(2);
    await clock.advance(30_000);
    expect(seen).toHaveLength(3);
    await Promise.all(polls.map(({ value }) => value));
  });

  it('sends the key in the header only, with a user agent of its own', async () => {
    const { api, seen, signal } = start(json({ pods: [] }));
    await api.pods.list(signal);
    expect(seen[0]?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'user-agent': 'runpod-llm-manager/test',
    });
    expect(seen[0]?.url).not.toContain(KEY);
  });

  it('refuses addresses that cannot be the control plane', () => {
    const { options } = rig(script().fetch);
    expect(() => createRunPodApi({ ...options, apiUrl: 'https://api.runpod.ai/v2' })).toThrow(
      'RUNPOD_API_URL',
    );
    expect(() => createRunPodApi({ ...options, graphqlUrl: 'http://api.runpod.io/graphql' })).toThrow(
      'RUNPOD_GRAPHQL_URL',
    );
  });

  it.each([
    [
      'a refusal that quotes the body',
      problem(422, 'bad env VLLM_API_KEY=sk-CANARY-env-value', { errors: ['$.env: sk-CANARY-env-value'] }),
    ],
    ['a refusal that quotes the key', problem(401, `token ${KEY} is unknown`)],
    ['an unreadable pod', json({ ...pod(), id: 5 }, 201)],
    ['half an answer', new Response('{"id":"p1","env":{"A":"sk-CANARY-env-value"', { status: 201 })],
    ['a firewall', html(403, `blocked ${KEY}`)],
    ['a lost connection', networkError('ECONNRESET')],
  ])('trap 20: no secret comes back through %s', async (_, answer) => {
    const { api, log, signal } = start(answer);
    const error = await api.pods.create(BODY, signal).catch((error: unknown) => error);
    const told = [flatten(error), ...log.lines].join('\n');
    expect(told).toContain('/v2/pods');
    expect(told).not.toContain('CANARY');
  });

  it('trap 20: nor through the log of what went well', async () => {
    const { api, log, signal } = start(json({ pods: [pod()] }));
    expect(JSON.stringify(await api.pods.list(signal))).toContain('CANARY');
    expect(log.lines.join('\n')).toContain('GET /v2/pods');
    expect(log.lines.join('\n')).not.toContain('CANARY');
  });
});

/** Everything an error carries, causes included. */
function flatten(error: unknown): string {
  const parts: string[] = [];
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    parts.push(inner.name, inner.message, inner.stack ?? '', JSON.stringify(inner));
  }
  return parts.join('\n');
}
