import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { digestOf } from '../../../src/main/proxy/keyring.ts';
import { systemRandom } from '../../../src/main/platform/random.ts';
import { frontEnv, guardedArgs, scriptEnv } from '../../../src/main/deployments/pod/start-command.ts';
import { createSandbox } from '../../../src/main/sandbox/sandbox.ts';
import type { Sandbox } from '../../../src/main/sandbox/types.ts';
import type { Upstream } from '../../../src/main/target.ts';
import { FakeQueue } from '../../support/fake-queue.ts';
import { dataOf, eventually, Harness, settled as settledBy, textOf } from '../../support/proxy-harness.ts';
import { FakeTarget } from '../../support/proxy-targets.ts';
import { answerChat, chatEvents, gatewayPage, sendJson, type Script } from '../../support/proxy-upstream.ts';

interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string };
}
const errorOf = async (res: Response): Promise<ErrorAnswer['error']> =>
  ((await res.json()) as ErrorAnswer).error;

describe('against fakes', () => {
  let h: Harness;
  let queue: FakeQueue;
  let clock: ManualClock;
  beforeEach(async () => {
    clock = new ManualClock();
    h = await Harness.start({ clock });
    queue = new FakeQueue(h.upstream);
  });
  afterEach(() => h.stop());
  const settled = <T>(pending: Promise<T>): Promise<T> => settledBy(clock, pending);
  const answered = async (pending: Promise<Response>): Promise<string> =>
    settled((await settled(pending)).text());

  describe('RunPod trap 38: a load balancer', () => {
    it('takes 30 MB: more is refused before anything is sent, and a stand-in may take it', async () => {
      h.target.wakeUp(queue.plain({ maxBodyBytes: 1000 }));
      const messages = [{ role: 'user', content: 'x'.repeat(1000) }];
      const res = await settled(h.chat({ messages }));
      expect(res.status).toBe(413);
      expect((await errorOf(res)).code).toBe('body_too_large');
      expect(h.upstream.received).toEqual([]);
      queue.direct = answerChat('from the other');
      h.targets.set(h.target, new FakeTarget('big', queue.plain(), ['big']));
      h.settings = { ...h.settings, fallbacks: { m: ['big'] } };
      const other = await settled(h.chat({ messages }));
      expect([other.status, other.headers.get('x-runpod-llm-target')]).toEqual([200, 'big']);
    });

    describe('ends a request after 5.5 minutes', () => {
      const LIMIT_MS = 330_000;
      const page = gatewayPage(524);
      const hangUp: Script = (_request, res) => void res.destroy();

      it.each([
        ['a page', page],
        ['a hang-up', hangUp],
      ])('before its first byte (%s): told once, repeated by nobody', async (_, cut) => {
        h.target.wakeUp(queue.plain({ longestCallMs: LIMIT_MS }));
        queue.direct = (request, res) => void clock.after(LIMIT_MS, () => cut(request, res));
        const res = await settled(h.chat());
        expect([res.status, res.headers.get('x-should-retry')]).toEqual([504, 'false']);
        const { code, message } = await errorOf(res);
        expect([code, message]).toEqual([
          'upstream_timeout',
          expect.stringMatching(/ended the call after 5\.5 minutes/),
        ]);
        expect(message).toContain('max_tokens');
        expect(h.upstream.received).toHaveLength(1);
        expect(h.target.unreachableReports).toBe(0);
      });

      it('in the middle of an answer, in words of its own; the next call is not kept away', async () => {
        h.target.wakeUp(queue.plain({ longestCallMs: LIMIT_MS }));
        for (let call = 0; call < 6; call++) {
          queue.direct = (_request, res) => {
            res.writeHead(200, { 'content-type': 'text/event-stream' });
            for (const event of chatEvents(['Hel']).slice(0, 2)) res.write(event);
            const stop = clock.every(10_000, () => res.write(chatEvents(['lo']).at(1)));
            clock.after(LIMIT_MS, () => {
              stop();
              res.destroy();
            });
          };
          expect(await answered(h.chat({ stream: true }))).toContain('ended the call after 5.5 minutes');
        }
        queue.direct = answerChat('Hello there');
        expect(textOf(await answered(h.chat({ stream: true })))).toBe('Hello there');
      });

      it('an earlier end is told as what it is', async () => {
        h.target.wakeUp(queue.plain({ longestCallMs: LIMIT_MS }));
        queue.direct = (request, res) => void clock.after(100_000, () => page(request, res));
        expect((await errorOf(await settled(h.chat()))).message).not.toContain('5.5');
      });
    });

    it('passes a refusal of the server’s own key on as that, not as one of RunPod’s', async () => {
      h.target.wakeUp(queue.plain({ account: 'runpod' }));
      const own = { 'x-rplm-front': 'refused' };
      queue.direct = (_request, res) => sendJson(res, 401, { error: 'a valid key is needed' }, own);
      expect((await errorOf(await settled(h.chat()))).code).toBe('upstream_rejected');
      queue.direct = (_request, res) => sendJson(res, 401, { error: 'unauthorized' });
      expect((await errorOf(await settled(h.chat()))).code).toBe('runpod_key_invalid');
    });

    it('drops calls without a worker: they are repeated, not handed to the client', async () => {
      h.target.wakeUp(queue.plain());
      queue.odd['openai'] = [
        (_request, res) => sendJson(res, 400, { error: 'no workers available' }),
        (_request, res) => sendJson(res, 400, { error: 'timed out waiting for worker' }),
      ];
      queue.direct = answerChat('Hello there');
      expect(textOf(await answered(h.chat({ stream: true })))).toBe('Hello there');
      expect(h.target.unreachableReports).toBe(2);
    });
  });

  it('a client key without the right to wake gets no job', async () => {
    const key = {
      id: 'k',
      name: 'guest',
      scopes: ['infer' as const],
      mayWake: false,
      models: null,
      limits: { requestsPerMinute: null, tokensPerMinute: null, concurrent: null },
      expiresAt: null,
    };
    const guarded = await Harness.start({ clock, keys: [{ key, digest: digestOf('guest-key') }] });
    const plane = new FakeQueue(guarded.upstream);
    guarded.target.wakeUp(plane.target());
    const headers = { authorization: 'Bearer guest-key' };
    const res = await settled(guarded.chat({}, { headers }));
    expect([res.status, (await errorOf(res)).code]).toEqual([402, 'deployment_stopped']);
    plane.warm = true;
    plane.direct = answerChat('awake');
    expect((await settled(guarded.chat({}, { headers }))).status).toBe(200);
    await guarded.stop();
  });
});

const KEY = 'key-all';
const ENDPOINT = {
  name: 'q',
  type: 'QUEUE',
  image: 'runpod/worker-v1-vllm:v2.25.2',
  env: { MODEL_NAME: 'Qwen/Qwen3-8B', OPENAI_SERVED_MODEL_NAME_OVERRIDE: 'qwen3-8b', MAX_MODEL_LEN: '16384' },
  gpu: { pools: ['ADA_24'], count: 1, minCudaVersion: '13.0' },
  disk: 60,
  workers: { min: 0, max: 2, idleTimeout: 60 },
  scaling: { type: 'QUEUE_DELAY', queueDelay: 1 },
  timeout: 600_000,
};

describe('against the simulated RunPod, over real sockets', () => {
  let sandbox: Sandbox;
  let h: Harness;
  let invokeUrl: string;
  let warm = false;
  const authorization = `Bearer ${KEY}`;

  beforeEach(async () => {
    warm = false;
    sandbox = createSandbox({
      clock: systemClock,
      random: systemRandom,
      log: silentLog,
      speed: 60,
      tokensPerSecond: 400,
      balanceUsd: 50,
      keys: [{ key: KEY, rights: 'all' }],
      stateFile: null,
      runProcesses: false,
      answerFrom: null,
    });
    const { apiUrl, invokeUrl: plane } = await sandbox.listen(0);
    const created = await fetch(`${apiUrl}/serverless`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(ENDPOINT),
    });
    const { id } = (await created.json()) as { readonly id: string };
    invokeUrl = `${plane}/${id}`;
    h = await Harness.start();
    const upstream: Upstream = {
      baseUrl: `${invokeUrl}/openai/v1`,
      headers: { authorization },
      servedModel: 'qwen3-8b',
      fingerprint: 'f',
      queue: { invokeUrl, warm: () => warm },
    };
    h.target.wakeUp(upstream);
  });
  afterEach(async () => {
    await h.stop();
    await sandbox.dispose();
  });

  const health = async (): Promise<{ jobs: Record<string, number>; workers: Record<string, number> }> =>
    (await fetch(`${invokeUrl}/health`, { headers: { authorization } })).json() as Promise<
      Awaited<ReturnType<typeof health>>
    >;

  it('a sleeping endpoint is woken by the request itself, then called straight', async () => {
    const cold = await h.chat({ stream: true, max_tokens: 60 });
    const text = await cold.text();
    expect(dataOf(text).at(-1)).toBe('[DONE]');
    expect(textOf(text).length).toBeGreaterThan(20);
    expect(h.records[0]).toMatchObject({ outcome: 'ok', attempts: 1, servedModel: 'qwen3-8b' });
    expect(h.records[0]?.usage.tokensOut).toBeGreaterThan(0);
    warm = true;
    const straight = await h.chat({ max_tokens: 20 });
    expect(straight.headers.get('x-runpod-llm-job')).toBeNull();
    expect(await straight.json()).toMatchObject({ model: 'm', system_fingerprint: 'sandbox' });
    expect((await health()).jobs).toMatchObject({ completed: 2, failed: 0 });
  });

  it('RunPod trap 28: what vLLM refuses is a 400 by both ways', async () => {
    for (const isWarm of [false, true]) {
      warm = isWarm;
      const res = await h.chat({ temperature: -1 });
      expect([res.status, (await errorOf(res)).code]).toEqual([400, 'upstream_rejected']);
    }
  });

  it('a client that leaves while the worker boots takes its job with it', async () => {
    const leave = new AbortController();
    const pending = h.chat({ stream: true }, { signal: leave.signal });
    await eventuallyAsync(async () => (await health()).jobs['inQueue'] === 1, 'the job in the queue');
    leave.abort();
    await pending.then(
      (res) => res.text().catch(() => ''),
      () => '',
    );
    await eventuallyAsync(async () => (await health()).jobs['inQueue'] === 0, 'the empty queue');
    await eventually(() => h.records.length === 1, 'the record');
    expect(h.records[0]?.outcome).toBe('aborted');
    expect((await health()).jobs).toMatchObject({ completed: 0, failed: 0, inProgress: 0 });
  });

  it('speaks the other dialects through jobs too', async () => {
    const body = { model: 'm', max_tokens: 30, messages: [{ role: 'user', content: 'Hello' }] };
    const message = await (await h.post('/v1/messages', body)).json();
    expect(message).toMatchObject({ type: 'message', role: 'assistant' });
    const response = await (await h.post('/v1/responses', { model: 'm', input: 'Hello' })).json();
    expect(response).toMatchObject({ object: 'response', status: 'completed' });
  });
});

async function eventuallyAsync(condition: () => Promise<boolean>, what: string): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await condition()) return;
    await systemClock.sleep(10);
  }
  throw new Error(`never happened: ${what}`);
}

describe('Ollama behind the simulated load balancer, over real sockets', () => {
  const OWN_KEY = '0123456789abcdef';
  const UPSTREAM = { servedModel: 'qwen3:8b', fingerprint: 'f', account: 'runpod' } as const;
  const FRONT = { watchdog: false, preload: true } as const;
  const scripts = { watchdog: '', front: '# front', preload: '# preload' };
  const authorization = `Bearer ${KEY}`;
  let sandbox: Sandbox;
  let h: Harness;
  let baseUrl: string;
  let knock = 0;
  const never = new AbortController().signal;

  beforeEach(async () => {
    const options = { clock: systemClock, random: systemRandom, log: silentLog, stateFile: null } as const;
    sandbox = createSandbox({
      ...options,
      speed: 600,
      tokensPerSecond: 400,
      balanceUsd: 50,
      keys: [{ key: KEY, rights: 'all' }],
      runProcesses: false,
      answerFrom: null,
    });
    const { apiUrl, lbUrlTemplate, invokeUrl } = await sandbox.listen(0);
    const created = await fetch(`${apiUrl}/serverless`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({
        ...ENDPOINT,
        type: 'LOAD_BALANCER',
        image: 'ollama/ollama:0.33.0',
        args: guardedArgs('ollama', [], FRONT),
        ports: ['11434/http'],
        env: {
          PORT: '11434',
          PORT_HEALTH: '11434',
          HEALTH_CHECK_PATH: '/ping',
          RPLM_PRELOAD: 'qwen3:8b',
          ...scriptEnv('ollama', scripts, FRONT),
          ...frontEnv(OWN_KEY, 11_434),
        },
        gpu: { pools: ['ADA_24'], count: 1 },
        scaling: { type: 'REQUEST_COUNT', requestCount: 4 },
      }),
    });
    const { id } = (await created.json()) as { readonly id: string };
    baseUrl = lbUrlTemplate.replace('{endpointId}', id);
    h = await Harness.start({ settings: { ollamaRoutes: true } });
    h.target.wakeUp({
      baseUrl: `${baseUrl}/v1`,
      headers: { authorization, 'x-rplm-key': OWN_KEY },
      ...UPSTREAM,
    });
    // Nobody waits for a worker but who asks: the first is told that there is none, and wakes one.
    knock = (await fetch(`${baseUrl}/ping`, { headers: { authorization } })).status;
    const ready = async (): Promise<number> => {
      const answer = await fetch(`${invokeUrl}/${id}/health`, { headers: { authorization } });
      return ((await answer.json()) as { readonly workers: { readonly running: number } }).workers.running;
    };
    for (let tries = 0; (await ready()) === 0 && tries < 600; tries++) await systemClock.sleep(50, never);
  });
  afterEach(async () => {
    await h.stop();
    await sandbox.dispose();
  });

  it('serves every kind of client through the key check', async () => {
    expect(knock).toBe(400);
    const chat = await h.chat({ stream: true, max_tokens: 20 });
    expect(textOf(await chat.text())).toContain('[Simulated]');
    expect((await h.chat({ max_tokens: 20 })).status).toBe(200);
    const post = (path: string, body: object) => h.post(path, { model: 'm', ...body });
    expect((await post('/v1/completions', { prompt: 'Hi', max_tokens: 8 })).status).toBe(200);
    expect((await post('/v1/embeddings', { input: 'Hi' })).status).toBe(200);
    const messages = [{ role: 'user', content: 'Hi' }];
    expect((await post('/api/chat', { messages, stream: false })).status).toBe(200);
    expect((await post('/api/generate', { prompt: 'Hi', stream: false })).status).toBe(200);
    expect((await post('/api/embed', { input: 'Hi' })).status).toBe(200);
  });

  it('a key that the server refuses is neither the client’s fault nor the account’s', async () => {
    const headers = { authorization, 'x-rplm-key': 'of another endpoint' };
    h.target.wakeUp({ ...UPSTREAM, baseUrl: `${baseUrl}/v1`, headers });
    const res = await h.chat();
    expect([res.status, (await errorOf(res)).code]).toEqual([402, 'upstream_rejected']);
  });
});
