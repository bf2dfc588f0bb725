import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { advanceUntil, dataOf, eventually, Harness, textOf } from '../../support/proxy-harness.ts';
import { upstreamAt } from '../../support/proxy-targets.ts';
import { chatEvents, sendEvents } from '../../support/proxy-upstream.ts';

let h: Harness;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock();
  h = await Harness.start({ clock });
  h.target.sleep();
});
afterEach(() => h.stop());

const awake = (): void => h.target.wakeUp(upstreamAt(h.upstream.url));
const waiting = (n = 1): Promise<void> => eventually(() => h.target.waiting === n, `${n} waiters`);

/** Reads what has come so far without waiting for the end. */
class Reader {
  text = '';
  ended = false;
  error: unknown = null;
  constructor(res: Response) {
    void this.#read(res);
  }
  async #read(res: Response): Promise<void> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of res.body ?? [])
        this.text += decoder.decode(chunk as Uint8Array, { stream: true });
    } catch (error) {
      this.error = error;
    }
    this.ended = true;
  }
}

describe('waking on request', () => {
  it('holds the status, then keeps a chat stream alive with comments, then joins the answer', async () => {
    const pending = h.chat({ stream: true });
    await waiting();
    await advanceUntil(clock, 250, () => h.proxy.stats().inFlight === 1, 'in flight');
    await clock.advance(2500);
    const res = await pending;
    expect(res.status).toBe(200);
    const reader = new Reader(res);
    await eventually(() => reader.text === ': keep-alive\n', 'the opening comment');
    await clock.advance(10_250);
    await eventually(() => reader.text === ': keep-alive\n: keep-alive\n', 'a second comment');
    awake();
    await advanceUntil(clock, 1, () => reader.ended, 'the end');
    expect(textOf(reader.text)).toBe('Hello there');
    expect(h.records[0]).toMatchObject({ outcome: 'ok', attempts: 1 });
    expect(h.records[0]?.wakeMs).toBeGreaterThan(12_000);
  });

  it('gives real errors inside the hold, in words that make clients stop asking', async () => {
    const pending = h.chat({ stream: true });
    await waiting();
    h.target.failBoot(new AppError('no_gpu_capacity', 'No RTX 4090 is free.'));
    const res = await pending;
    expect(res.status).toBe(402);
    expect(res.headers.get('x-should-retry')).toBe('false');
    expect(await res.json()).toMatchObject({ error: { code: 'no_gpu_capacity', type: 'runpod_llm_error' } });
    expect([h.target.leasesBegun, h.target.leasesEnded]).toEqual([1, 1]);
  });

  it('tells a boot failure inside the open stream, without [DONE]', async () => {
    const pending = h.chat({ stream: true });
    await waiting();
    await clock.advance(2500);
    const res = await pending;
    const reader = new Reader(res);
    h.target.failBoot(new AppError('boot_failed', 'The weights could not be loaded.'));
    await advanceUntil(clock, 1, () => reader.ended, 'the end');
    expect(reader.error).toBeNull();
    const [data, ...more] = dataOf(reader.text);
    expect(JSON.parse(data ?? '')).toMatchObject({
      error: { code: 'boot_failed', type: 'runpod_llm_error' },
    });
    expect(more).toEqual([]);
    expect(h.records[0]).toMatchObject({ outcome: 'error', errorCode: 'boot_failed' });
  });

  it('trap 25: all waiters share one wake; one that leaves does not disturb the others', async () => {
    const leave = new AbortController();
    const first = h.chat({ stream: true, seed: 1 }, { signal: leave.signal });
    const second = h.chat({ stream: true, seed: 2 });
    await waiting(2);
    expect(h.target.wakes).toBe(1);
    leave.abort();
    await expect(first).rejects.toThrow(/abort/i);
    await waiting(1);
    awake();
    expect(textOf(await (await second).text())).toBe('Hello there');
    expect(h.upstream.received).toHaveLength(1);
    expect(h.records.map((record) => record.outcome).sort()).toEqual(['aborted', 'ok']);
  });

  it('gives up at the wake limit with its own error', async () => {
    h.settings = { ...h.settings, wakeTimeoutSeconds: 60 };
    const pending = h.chat({ stream: true });
    await waiting();
    await clock.advance(2500);
    const reader = new Reader(await pending);
    await advanceUntil(clock, 5000, () => reader.ended, 'the end');
    expect(reader.text).toContain('"wait_timeout"');
    expect(h.target.leasesEnded).toBe(1);
  });

  it('wakes one deployment only so many times an hour', async () => {
    h.settings = { ...h.settings, wakesPerHour: 2 };
    for (let i = 0; i < 2; i++) {
      h.target.sleep();
      const pending = h.chat({ seed: i });
      await waiting();
      awake();
      expect((await pending).status).toBe(200);
    }
    h.target.sleep();
    const refused = await h.chat({});
    expect(refused.status).toBe(402);
    expect(await refused.json()).toMatchObject({ error: { code: 'deployment_stopped' } });
    await clock.advance(3_600_000);
    const again = h.chat({});
    await waiting();
    awake();
    expect((await again).status).toBe(200);
  });
});

it('serverless is woken as often as it is asked: that is what it is for', async () => {
  h.settings = { ...h.settings, wakesPerHour: 1 };
  h.target.serverless = true;
  for (let i = 0; i < 4; i++) {
    h.target.sleep();
    const pending = h.chat({ seed: i });
    await waiting();
    awake();
    expect((await pending).status).toBe(200);
  }
});

describe('a wake that is refused', () => {
  it('does not use up the wakes of the hour', async () => {
    h.settings = { ...h.settings, wakesPerHour: 1 };
    h.target.sleep();
    h.target.refused = new AppError('runpod_balance_empty', 'No money.');
    for (let i = 0; i < 5; i++) expect((await h.chat({ seed: i })).status).toBe(402);
    expect(h.target.wakes).toBe(0);
    h.target.refused = null;
    const pending = h.chat({ seed: 9 });
    await waiting();
    awake();
    expect((await pending).status).toBe(200);
  });
});

describe('other dialects while waiting', () => {
  const responsesEvents = (id: string): string[] =>
    [
      {
        type: 'response.created',
        sequence_number: 0,
        response: { id, status: 'in_progress', model: 'served' },
      },
      {
        type: 'response.in_progress',
        sequence_number: 1,
        response: { id, status: 'in_progress', model: 'served' },
      },
      { type: 'response.output_text.delta', sequence_number: 2, delta: 'Hi' },
      {
        type: 'response.completed',
        sequence_number: 3,
        response: {
          id,
          status: 'completed',
          model: 'served',
          usage: { input_tokens: 5, output_tokens: 2, total_tokens: 7 },
        },
      },
    ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);

  it('Responses: created, in_progress with rising numbers, then the answer under the same id', async () => {
    h.upstream.script = (_request, res) => sendEvents(res, responsesEvents('resp_up'));
    const pending = h.post('/v1/responses', { model: 'm', input: 'x', stream: true });
    await waiting();
    await clock.advance(2500);
    const reader = new Reader(await pending);
    await clock.advance(31_000);
    awake();
    await advanceUntil(clock, 1, () => reader.ended, 'the end');
    const events = dataOf(reader.text).map((data) => JSON.parse(data) as Record<string, unknown>);
    expect(events.map((event) => event['type'])).toEqual([
      'response.created',
      'response.in_progress',
      'response.in_progress',
      'response.output_text.delta',
      'response.completed',
    ]);
    expect(events.map((event) => event['sequence_number'])).toEqual([0, 1, 2, 3, 4]);
    const ids = events.flatMap((event) => (event['response'] as { id: string } | undefined)?.id ?? []);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).not.toBe('resp_up');
    expect(h.records[0]?.usage).toMatchObject({ tokensIn: 5, tokensOut: 2 });
  });

  it('Responses: a failure is response.failed with the code that makes Codex show our text once', async () => {
    const pending = h.post('/v1/responses', { model: 'm', input: 'x', stream: true });
    await waiting();
    await clock.advance(2500);
    const reader = new Reader(await pending);
    h.target.failBoot(new AppError('budget_exceeded', 'Today’s budget is used up.'));
    await advanceUntil(clock, 1, () => reader.ended, 'the end');
    expect(JSON.parse(dataOf(reader.text).at(-1) ?? '')).toMatchObject({
      type: 'response.failed',
      response: { status: 'failed', error: { code: 'invalid_prompt' } },
    });
  });

  it('Responses: what needs the user is told in the stream at once, so that Codex does not ask again', async () => {
    const pending = h.post('/v1/responses', { model: 'm', input: 'x', stream: true });
    await waiting();
    h.target.failBoot(new AppError('no_gpu_capacity', 'No GPU is free.'));
    const res = await pending;
    expect(res.status).toBe(200);
    const events = dataOf(await res.text()).map((data) => JSON.parse(data) as { type: string });
    expect(events).toMatchObject([
      { type: 'response.created', sequence_number: 0 },
      { type: 'response.failed', sequence_number: 1, response: { error: { code: 'invalid_prompt' } } },
    ]);
    expect(h.records[0]).toMatchObject({ outcome: 'error', errorCode: 'no_gpu_capacity' });
  });

  it('Claude Code’s silent plain repeat hears the same refusal instead of waking again', async () => {
    const headers = { 'x-claude-code-session-id': 's1' };
    const body = { model: 'm', messages: [], max_tokens: 5 };
    const pending = h.post('/v1/messages', { ...body, stream: true }, { headers });
    await waiting();
    h.target.failBoot(new AppError('boot_failed', 'No.'));
    expect((await pending).status).toBe(402);
    const again = await h.post('/v1/messages', body, { headers });
    expect([again.status, h.target.wakes]).toEqual([402, 1]);
    await clock.advance(10_000);
    const later = h.post('/v1/messages', body, { headers });
    await waiting();
    h.target.failBoot(new AppError('boot_failed', 'No.'));
    expect((await later).status).toBe(402);
  });

  it('Messages: pings before message_start, and an error event', async () => {
    const pending = h.post('/v1/messages', { model: 'm', messages: [], max_tokens: 5, stream: true });
    await waiting();
    await clock.advance(2500);
    const reader = new Reader(await pending);
    await clock.advance(10_250);
    h.target.failBoot(new AppError('boot_failed', 'No.'));
    await advanceUntil(clock, 1, () => reader.ended, 'the end');
    expect(reader.text.match(/event: ping\ndata: \{"type":"ping"\}\n\n/g)).toHaveLength(2);
    expect(JSON.parse(dataOf(reader.text).at(-1) ?? '')).toMatchObject({
      type: 'error',
      error: { type: 'billing_error' },
    });
  });
});

describe('plain calls while waiting', () => {
  it('hold silently, then 200 and spaces before the JSON', async () => {
    const pending = h.chat({}, { headers: { 'user-agent': 'Java-http-client/17' } });
    await waiting();
    await clock.advance(46_000);
    const res = await pending;
    const reader = new Reader(res);
    await clock.advance(20_500);
    awake();
    await advanceUntil(clock, 1, () => reader.ended, 'the end');
    expect(reader.text).toMatch(/^ {3,}\{/);
    expect(JSON.parse(reader.text)).toMatchObject({ choices: [{ message: { content: 'Hello there' } }] });
  });

  it('break the connection when the padded answer fails', async () => {
    const pending = h.chat({}, { headers: { 'user-agent': 'Java-http-client/17' } });
    await waiting();
    await clock.advance(46_000);
    const reader = new Reader(await pending);
    h.target.failBoot(new AppError('boot_failed', 'No.'));
    await advanceUntil(clock, 1, () => reader.ended, 'the end');
    expect(reader.error).not.toBeNull();
  });

  it('get HTTP 102 where the client is known to bear it, and then a real status', async () => {
    const pending = h.raw(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:${h.port}\r\nAuthorization: Bearer pat_local_0123456789abcdef\r\nUser-Agent: OpenAI/JS 6.49.0\r\nContent-Type: application/json\r\nContent-Length: 28\r\nConnection: close\r\n\r\n{"model":"m","messages":[]} `,
    );
    await waiting();
    await clock.advance(46_000);
    h.target.failBoot(new AppError('boot_failed', 'No.'));
    const answer = await pending;
    expect(answer.match(/HTTP\/1.1 102 Processing/g)).toHaveLength(3);
    expect(answer).toContain('HTTP/1.1 402');
  });
});

describe('waiting behind an awake server', () => {
  it('keeps the client through a long prefill, and ends a server that stays silent', async () => {
    awake();
    let finish = (): void => {};
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.flushHeaders();
      finish = () => sendRest(res);
    };
    const sendRest = (res: Parameters<typeof sendEvents>[0]): void => {
      for (const event of chatEvents(['late'])) res.write(event);
      res.end();
    };
    const pending = h.chat({ stream: true });
    await h.upstream.until(() => h.upstream.received.length === 1);
    await clock.advance(2500);
    const reader = new Reader(await pending);
    await clock.advance(30_000);
    finish();
    await advanceUntil(clock, 1, () => reader.ended, 'the end');
    expect(textOf(reader.text)).toBe('late');
    expect(reader.text.match(/^: keep-alive$/gm)?.length).toBeGreaterThanOrEqual(3);
  });

  it('trap 18: a server that never answers is left at the first-byte deadline, and told so', async () => {
    awake();
    h.upstream.script = () => {};
    const pending = h.chat({ stream: true });
    await h.upstream.until(() => h.upstream.received.length === 1);
    await clock.advance(2500);
    const reader = new Reader(await pending);
    await advanceUntil(clock, 60_000, () => reader.ended, 'the end');
    expect(reader.text).toContain('"upstream_timeout"');
    await h.upstream.until(() => h.upstream.aborted === 1);
    expect(h.upstream.received).toHaveLength(1);
  });

  it('a client that names its patience is spoken to in time', async () => {
    const pending = h.chat({ stream: true }, { headers: { 'x-stainless-read-timeout': '4' } });
    await waiting();
    await clock.advance(2500);
    const reader = new Reader(await pending);
    await clock.advance(8250);
    await eventually(() => (reader.text.match(/keep-alive/g)?.length ?? 0) >= 4, 'beats every two seconds');
    awake();
    await advanceUntil(clock, 1, () => reader.ended, 'the end');
    expect(textOf(reader.text)).toBe('Hello there');
  });
});
