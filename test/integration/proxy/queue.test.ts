import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { FakeQueue } from '../../support/fake-queue.ts';
import {
  advanceUntil,
  dataOf,
  eventually,
  Harness,
  settled as settledBy,
  textOf,
} from '../../support/proxy-harness.ts';
import { FakeTarget } from '../../support/proxy-targets.ts';
import {
  answerChat,
  chatEvents,
  chatJson,
  gatewayPage,
  sendJson,
  type Script,
} from '../../support/proxy-upstream.ts';

let h: Harness;
let queue: FakeQueue;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock();
  h = await Harness.start({ clock });
  queue = new FakeQueue(h.upstream);
  h.target.wakeUp(queue.target());
});
afterEach(() => h.stop());

interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string };
}
const errorOf = async (res: Response): Promise<ErrorAnswer['error']> =>
  ((await res.json()) as ErrorAnswer).error;

const settled = <T>(pending: Promise<T>): Promise<T> => settledBy(clock, pending);
const answered = async (pending: Promise<Response>): Promise<{ res: Response; text: string }> => {
  const res = await settled(pending);
  return { res, text: await settled(res.text()) };
};
const submitted = (): Promise<void> => eventually(() => queue.jobs.length > 0, 'a job');
const looked = (n: number): Promise<void> =>
  advanceUntil(clock, 250, () => queue.looks.length >= n, `${n} looks`);
const drop: Script = (_request, res) => {
  res.destroy();
};
const HELLO = chatEvents(['Hello ', 'there'], { usage: true }).join('');

describe('a warm endpoint', () => {
  it('is called straight, byte for byte, and never sees a job', async () => {
    queue.warm = true;
    queue.direct = answerChat('Hello there');
    const { res, text } = await answered(h.chat({ stream: true }));
    expect([res.status, textOf(text)]).toEqual([200, 'Hello there']);
    expect(h.upstream.received.map(({ path }) => path)).toEqual(['/v2/ep/openai/v1/chat/completions']);
    expect(res.headers.get('x-runpod-llm-job')).toBeNull();
  });

  for (const status of [502, 524]) {
    it(`that turns out to sleep (${status}) is given the call as a job, once`, async () => {
      queue.warm = true;
      queue.direct = gatewayPage(status);
      const pending = h.chat({ stream: true });
      await submitted();
      queue.write(HELLO);
      queue.end('COMPLETED');
      const { res, text } = await answered(pending);
      expect([res.status, textOf(text)]).toEqual([200, 'Hello there']);
      expect(h.target.unreachableReports).toBe(1);
      expect(h.upstream.received.filter(({ path }) => path.includes('/openai/'))).toHaveLength(1);
      expect(queue.jobs).toHaveLength(1);
      // What was cut may run yet, and be billed: the row of the request says so.
      expect(h.records.map(({ maybePaidTwice }) => maybePaidTwice)).toEqual([true]);
    });
  }

  it('is not believed warm again before a job has found a worker', async () => {
    queue.warm = true;
    queue.direct = gatewayPage(524);
    const first = h.chat({ seed: 1 });
    await submitted();
    const second = h.chat({ seed: 2 });
    await eventually(() => queue.jobs.length === 2, 'the second job');
    expect(h.upstream.received.filter(({ path }) => path.includes('/openai/'))).toHaveLength(1);
    for (const job of queue.jobs) Object.assign(job, { status: 'COMPLETED', fresh: [HELLO] });
    expect([(await settled(first)).status, (await settled(second)).status]).toEqual([200, 200]);
    queue.direct = answerChat('straight');
    expect(await (await settled(h.chat({ seed: 3 }))).json()).toMatchObject({
      choices: [{ message: { content: 'straight' } }],
    });
  });

  it('that is crowded is given further calls as jobs, which can wait', async () => {
    queue.warm = true;
    const held: (() => void)[] = [];
    queue.direct = (request, res) => {
      held.push(() => answerChat('straight')(request, res));
    };
    const first = Array.from({ length: 30 }, (_, seed) => h.chat({ seed }));
    await eventually(() => held.length === 30, 'thirty calls');
    const crowded = h.chat({ seed: 99 });
    await submitted();
    queue.write(HELLO);
    queue.end('COMPLETED');
    expect((await answered(crowded)).text).toContain('Hello there');
    for (const answer of held) answer();
    for (const pending of first) expect((await answered(pending)).text).toContain('straight');
    const free = h.chat({ seed: 100 });
    await eventually(() => held.length === 31, 'a straight call again');
    held.at(-1)?.();
    expect((await answered(free)).res.status).toBe(200);
    expect(queue.jobs).toHaveLength(1);
  });

  it('takes thirty calls at once for each worker that runs', async () => {
    queue.warm = true;
    queue.workers = 2;
    const held: (() => void)[] = [];
    queue.direct = (request, res) => {
      held.push(() => answerChat('straight')(request, res));
    };
    const calls = Array.from({ length: 61 }, (_, seed) => h.chat({ seed }));
    await submitted();
    await eventually(() => held.length === 60, 'sixty calls');
    queue.write(HELLO);
    queue.end('COMPLETED');
    for (const answer of held) answer();
    const texts = await Promise.all(calls.map(async (call) => (await answered(call)).text));
    expect(texts.filter((text) => text.includes('Hello there'))).toHaveLength(1);
    expect(queue.jobs).toHaveLength(1);
  });

  it('that says 429 has begun nothing: the call waits as a job, and fewer go straight for a while', async () => {
    queue.warm = true;
    queue.direct = (_request, res) =>
      sendJson(res, 429, { error: { message: 'too many' } }, { 'retry-after': '7' });
    const pending = h.chat({ seed: 1 });
    await submitted();
    queue.write(HELLO);
    queue.end('COMPLETED');
    expect((await answered(pending)).res.status).toBe(200);
    expect(h.records[0]).toMatchObject({ outcome: 'ok', maybePaidTwice: false });
    queue.direct = answerChat('straight');
    expect((await answered(h.chat({ seed: 2 }))).text).toContain('straight');
    expect(queue.jobs).toHaveLength(1);
  });

  it('whose worker failed has been paid for: its call does not become a job', async () => {
    queue.warm = true;
    queue.direct = (_request, res) => sendJson(res, 200, { error: { message: 'CUDA out of memory' } });
    h.settings = { ...h.settings, retries: 0 };
    const res = await settled(h.chat());
    expect([res.status, queue.jobs.length]).toEqual([502, 0]);
  });

  it('RunPod trap 28: a refusal under 200 keeps the status vLLM gave it', async () => {
    queue.warm = true;
    queue.direct = (_request, res) =>
      sendJson(res, 200, {
        error: {
          type: 'worker_error',
          message: 'vLLM returned HTTP 422: {"error":{"message":"tool_choice is odd","param":"tool_choice"}}',
        },
      });
    const res = await settled(h.chat({ stream: true }));
    expect(res.status).toBe(422);
    expect(await errorOf(res)).toMatchObject({ code: 'upstream_rejected', param: 'tool_choice' });
  });
});

describe('a sleeping endpoint', () => {
  it('gets a job with the OpenAI route and body, a bounded life, and its own key alone', async () => {
    const pending = h.chat({ stream: true, temperature: 0.5 });
    await submitted();
    queue.write(HELLO);
    queue.end('COMPLETED');
    const { res, text } = await answered(pending);
    expect(res.headers.get('content-type')).toContain('text/event-stream');
    expect(res.headers.get('x-runpod-llm-job')).toBe('job-1');
    expect(dataOf(text).at(-1)).toBe('[DONE]');
    expect(textOf(text)).toBe('Hello there');
    expect(queue.only.body).toEqual({
      input: {
        openai_route: '/v1/chat/completions',
        openai_input: {
          model: 'served',
          messages: [{ role: 'user', content: 'hi' }],
          stream: true,
          stream_options: { include_usage: true },
          temperature: 0.5,
        },
      },
      policy: { ttl: 8_100_000 },
    });
    for (const { headers } of h.upstream.received) expect(headers.authorization).toBe('Bearer account-key');
    expect(h.upstream.received.map(({ path }) => path)).not.toContain('/v2/ep/runsync');
    expect(queue.cancelled).toEqual([]);
    expect(h.records[0]).toMatchObject({ outcome: 'ok', usage: { tokensIn: 7, tokensOut: 3 } });
  });

  it('answers events that are cut anywhere as whole ones', async () => {
    const text = chatEvents(['über ', '😀 ', 'end'], { usage: true }).join('').replaceAll('😀', '\u{1F600}');
    for (const size of [1, 3, 7, 50, 5000]) {
      const pending = h.chat({ stream: true, seed: size });
      await eventually(() => queue.jobs.length === 1, 'a job');
      for (let at = 0; at < text.length; at += size) queue.write(text.slice(at, at + size));
      queue.write('', null);
      queue.end('COMPLETED');
      expect(textOf((await answered(pending)).text)).toBe('über 😀 end');
      queue.jobs.length = 0;
    }
  });

  it('puts a plain answer together from the stream', async () => {
    const pending = h.chat();
    await submitted();
    queue.write(HELLO);
    queue.end('COMPLETED');
    const { res, text } = await answered(pending);
    expect(res.headers.get('content-type')).toContain('application/json');
    expect(JSON.parse(text)).toMatchObject({
      model: 'm',
      choices: [{ message: { content: 'Hello there' }, finish_reason: 'stop' }],
      usage: { completion_tokens: 3 },
    });
  });

  it('passes whole answers of other routes on, by path', async () => {
    const pending = h.post('/v1/embeddings', { model: 'm', input: 'hi' });
    await submitted();
    queue.write({ object: 'list', model: 'served', data: [{ index: 0, embedding: [1] }] });
    await looked(2);
    queue.end('COMPLETED');
    const { text } = await answered(pending);
    expect(JSON.parse(text)).toMatchObject({ model: 'm', data: [{ embedding: [1] }] });
    expect(queue.only.body).toMatchObject({
      input: { route: '/v1/embeddings', method: 'POST', body: { model: 'served', input: 'hi' } },
    });
    expect(queue.cancelled).toEqual([]);
  });

  it('takes answers that cannot be streamed, as objects or as text', async () => {
    for (const output of [chatJson('best'), JSON.stringify(chatJson('best'))]) {
      const pending = h.chat({ best_of: 2 });
      await submitted();
      expect(queue.only.body).not.toHaveProperty('input.openai_input.stream');
      queue.write(output);
      queue.end('COMPLETED');
      expect(JSON.parse((await answered(pending)).text)).toMatchObject({
        choices: [{ message: { content: 'best' } }],
      });
      queue.jobs.length = 0;
    }
  });

  it('keeps the client alive while the job waits, looking once a second, and meters the wait', async () => {
    const pending = h.chat({ stream: true });
    await submitted();
    const res = await settled(pending);
    expect(res.status).toBe(200);
    const reader = res.text();
    await clock.advance(120_000);
    await eventually(() => queue.looks.length > 100, 'looks');
    expect(queue.looks.length).toBeLessThanOrEqual(125);
    queue.write(HELLO);
    queue.end('COMPLETED');
    const text = await settled(reader);
    expect(text.match(/: keep-alive/g)?.length).toBeGreaterThan(5);
    expect(textOf(text)).toBe('Hello there');
    expect(h.records[0]?.wakeMs).toBeGreaterThan(119_000);
  });

  it('looks more often while text flows, and follows it as it comes', async () => {
    const pending = h.chat({ stream: true });
    await submitted();
    const [role = '', ...words] = chatEvents(['a', 'b', 'c', 'd'], { usage: true });
    queue.write(role);
    const res = await settled(pending);
    const text = res.text();
    const before = queue.looks.length;
    const startedAt = clock.monotonic();
    for (const word of words) {
      queue.write(word);

      await advanceUntil(clock, 50, () => queue.only.fresh.length === 0, 'the word being taken');
    }
    queue.end('COMPLETED');
    expect(textOf(await settled(text))).toBe('abcd');
    expect(clock.monotonic() - startedAt).toBeLessThan(words.length * 500);
    expect(queue.looks.length - before).toBeLessThan(words.length * 3 + 5);
  });

  it('refuses what /run does not take before anything is sent', async () => {
    const content = 'x'.repeat(10_000_001);
    const res = await settled(h.chat({ messages: [{ role: 'user', content }] }));
    expect(res.status).toBe(413);
    expect((await errorOf(res)).message).toMatch(/up to 10\.0 MB.*wake it with a small request/i);
    expect(h.upstream.received).toEqual([]);
    expect(h.proxy.stats().targets[0]?.breaker).toBe('closed');
  });

  it('is not woken for a key that may not, nor against the target’s refusal', async () => {
    h.target.refused = new AppError('budget_exceeded', 'The budget of today is used up.');
    const res = await settled(h.chat());
    expect([res.status, (await errorOf(res)).code]).toEqual([402, 'budget_exceeded']);
    expect(h.upstream.received).toEqual([]);
  });
});

describe('what jobs come to', () => {
  const failing: [string, string, unknown, unknown[], number, string, RegExp][] = [
    [
      'RunPod trap 28: vLLM’s 400',
      'FAILED',
      null,
      [refusal(400, 'bad temperature')],
      400,
      'upstream_rejected',
      /bad temperature/,
    ],
    [
      'RunPod trap 28: the same as text of the job',
      'FAILED',
      JSON.stringify(refusal(400, 'bad temperature')),
      [],
      400,
      'upstream_rejected',
      /bad temperature/,
    ],
    [
      'a prompt that is too long',
      'FAILED',
      refusal(400, 'maximum context length is 100 tokens'),
      [],
      400,
      'context_length_exceeded',
      /maximum context/,
    ],
    [
      'a refusal that is no JSON',
      'FAILED',
      'vLLM returned HTTP 404: <html>gone</html>',
      [],
      404,
      'upstream_rejected',
      /gone/,
    ],
    [
      'a refusal that came as COMPLETED',
      'COMPLETED',
      null,
      [refusal(422, 'odd')],
      422,
      'upstream_rejected',
      /odd/,
    ],
    ['a crash', 'FAILED', 'CUDA out of memory', [], 502, 'upstream_failed', /CUDA out of memory/],
    ['an end without a word', 'FAILED', null, [], 502, 'upstream_failed', /without an answer/],
    ['success without a word', 'COMPLETED', null, [], 502, 'upstream_failed', /without an answer/],
    ['a cancel from outside', 'CANCELLED', null, [], 502, 'upstream_failed', /cancelled at RunPod/],
    [
      'the endpoint’s time limit',
      'TIMED_OUT',
      'job timed out',
      [],
      504,
      'upstream_timeout',
      /longer than its endpoint allows/,
    ],
  ];
  for (const [what, status, error, outputs, code, name, words] of failing) {
    it(`${what} → ${code}, and nobody pays twice`, async () => {
      const pending = h.chat({ stream: true });
      await submitted();
      if (outputs.length > 0) queue.write(...outputs);
      queue.end(status, error);
      const res = await settled(pending);
      expect(res.status).toBe(code);
      expect(res.headers.get('x-should-retry')).toBe('false');
      const told = await errorOf(res);
      expect([told.code, told.message]).toEqual([name, expect.stringMatching(words)]);
      expect(queue.jobs).toHaveLength(1);
      expect([h.target.leasesBegun, h.target.leasesEnded]).toEqual([1, 1]);
      expect(queue.cancelled).toEqual([]);
    });
  }

  it('is told in the client’s dialect', async () => {
    const pending = h.post('/v1/messages', { model: 'm', max_tokens: 5, messages: [], stream: true });
    await submitted();
    expect(queue.only.body).toMatchObject({ input: { openai_route: '/v1/messages' } });
    queue.end('FAILED', 'CUDA out of memory');
    const res = await settled(pending);
    expect(await res.json()).toMatchObject({ type: 'error', error: { type: 'api_error' } });
  });

  it('a failure in the middle ends the open stream with an error and no [DONE]', async () => {
    const pending = h.chat({ stream: true });
    await submitted();
    queue.write(...chatEvents(['a', 'b']).slice(0, 3));
    const res = await settled(pending);
    queue.end('FAILED', 'CUDA error');
    const data = dataOf(await settled(res.text()));
    expect(data).not.toContain('[DONE]');
    expect(data.at(-1)).toContain('upstream_failed');
    expect(h.records[0]).toMatchObject({ outcome: 'error', usageEstimated: true });
  });

  it('RunPod trap 30: a job that RunPod forgot is told as such, not as an unknown model', async () => {
    const pending = h.chat({ stream: true });
    await submitted();
    queue.jobs.length = 0;
    const res = await settled(pending);
    expect(res.status).toBe(502);
    const { code, message } = await errorOf(res);
    expect([code, message]).toEqual(['upstream_failed', expect.stringMatching(/result is gone/)]);
    expect(queue.jobs).toEqual([]);
  });

  it('a job that begins anew after its worker died does not give its text twice', async () => {
    const pending = h.chat({ stream: true });
    await submitted();
    queue.write(...chatEvents(['a', 'b']).slice(0, 3));
    const res = await settled(pending);
    queue.only.status = 'IN_QUEUE';
    const data = dataOf(await settled(res.text()));
    expect(data.at(-1)).toMatch(/lost its worker/);
    await eventually(() => queue.cancelled.length === 1, 'the cancel');
  });

  it('gives up on a worker that never comes, and withdraws the job', async () => {
    h.settings = { ...h.settings, wakeTimeoutSeconds: 60 };
    const pending = h.chat({ stream: true });
    await submitted();
    expect(await settled((await settled(pending)).text())).toMatch(/got no worker within 60 s/);
    await eventually(() => queue.cancelled.length === 1, 'the cancel');
    expect(clock.monotonic()).toBeLessThan(70_000);
  });

  it('gives up on a worker that falls silent', async () => {
    h.settings = { ...h.settings, deadlines: { ...h.settings.deadlines, silenceSeconds: 30 } };
    const pending = h.chat({ stream: true });
    await submitted();
    queue.write(...chatEvents(['a']).slice(0, 2));
    const text = await settled((await settled(pending)).text());
    expect(text).toMatch(/fell silent for 30 s/);
    await eventually(() => queue.cancelled.length === 1, 'the cancel');
  });
});

describe('trap 13: a create that is billed', () => {
  const lost: [string, Script][] = [
    ['the connection breaks', drop],
    ['the edge times out', gatewayPage(524)],
    ['RunPod fails', (_request, res) => sendJson(res, 500, { error: 'internal' })],
    ['the answer holds no id', (_request, res) => sendJson(res, 200, { status: 'IN_QUEUE' })],
  ];
  for (const [what, script] of lost) {
    it(`RunPod trap 13: is not sent again when ${what}, and the client hears what that means`, async () => {
      queue.odd['run'] = [script];
      const res = await settled(h.chat({ stream: true }));
      expect(res.status).toBe(504);
      expect(res.headers.get('x-should-retry')).toBe('false');
      expect((await errorOf(res)).message).toMatch(/may run once, and be billed.*not sent again/);
      expect(h.upstream.received.map(({ path }) => path)).toEqual(['/v2/ep/run']);
    });
  }

  it('RunPod trap 13: is not sent again when the answer never comes', async () => {
    queue.odd['run'] = [() => {}];
    const pending = h.chat();
    await eventually(() => h.upstream.received.length === 1, 'the submit');
    const res = await settled(pending);
    expect(res.status).toBe(504);
    expect(h.upstream.received).toHaveLength(1);
  });

  it('is sent again where nothing can have been created', async () => {
    queue.odd['run'] = [(_request, res) => sendJson(res, 429, { error: 'too many' }, { 'retry-after': '3' })];
    const pending = h.chat({ stream: true });
    await advanceUntil(clock, 250, () => queue.jobs.length === 1, 'the second submit');
    expect(clock.monotonic()).toBeGreaterThanOrEqual(3000);
    queue.write(HELLO);
    queue.end('COMPLETED');
    expect(textOf((await answered(pending)).text)).toBe('Hello there');
  });

  it('tells a client the wait that RunPod asks for', async () => {
    queue.odd['run'] = [
      (_request, res) => sendJson(res, 429, { error: 'too many' }, { 'retry-after': '60' }),
    ];
    const res = await settled(h.chat());
    expect([res.status, res.headers.get('retry-after')]).toEqual([429, '60']);
  });

  it('may be answered by a stand-in, which is another server and another bill', async () => {
    const other = new FakeTarget('other', queue.plain(), ['m2']);
    h.targets.set(h.target, other);
    h.settings = { ...h.settings, fallbacks: { m: ['m2'] } };
    queue.odd['run'] = [drop];
    queue.direct = answerChat('from the other');
    const res = await settled(h.chat());
    expect([res.status, res.headers.get('x-runpod-llm-target')]).toEqual([200, 'other']);
    expect(h.upstream.received.filter(({ path }) => path.endsWith('/run'))).toHaveLength(1);
  });

  it('is refused by RunPod in its own words and with its status', async () => {
    queue.odd['run'] = [(_request, res) => sendJson(res, 413, { error: 'payload too large' })];
    const res = await settled(h.chat());
    expect([res.status, (await errorOf(res)).message]).toEqual([
      413,
      expect.stringContaining('payload too large'),
    ]);
  });

  const accounts: [number, string][] = [
    [401, 'runpod_key_invalid'],
    [402, 'runpod_balance_empty'],
    [403, 'runpod_key_forbidden'],
  ];
  for (const [status, code] of accounts) {
    it(`is the account’s trouble when RunPod says ${status}, by both ways`, async () => {
      queue.odd['run'] = [(_request, res) => sendJson(res, status, { error: 'no' })];
      const cold = await settled(h.chat({ seed: 1 }));
      queue.warm = true;
      queue.direct = (_request, res) => sendJson(res, status, { error: 'no' });
      const straight = await settled(h.chat({ seed: 2 }));
      expect([cold.status, straight.status]).toEqual([402, 402]);
      expect([(await errorOf(cold)).code, (await errorOf(straight)).code]).toEqual([code, code]);
      expect(queue.jobs).toEqual([]);
    });
  }

  it('at an endpoint that is gone: the target looks for itself', async () => {
    queue.odd['run'] = [(_request, res) => sendJson(res, 404, { error: 'endpoint not found' })];
    const pending = h.chat({ stream: true });
    await advanceUntil(clock, 250, () => queue.jobs.length === 1, 'the job');
    expect(h.target.unreachableReports).toBe(1);
    queue.write(HELLO);
    queue.end('COMPLETED');
    expect(textOf((await answered(pending)).text)).toBe('Hello there');
  });
});

function refusal(status: number, message: string): object {
  const said = JSON.stringify({ error: { message, type: 'BadRequestError', code: status } });
  return { error: { message: `vLLM returned HTTP ${status}: ${said}`, type: 'worker_error' } };
}
