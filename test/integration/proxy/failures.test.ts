import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dataOf, eventually, Harness, LOCAL_KEY, textOf } from '../../support/proxy-harness.ts';
import { FakeTarget, upstreamAt } from '../../support/proxy-targets.ts';
import {
  answerChat,
  chatChunk,
  chatEvents,
  gatewayPage,
  sendJson,
  type Script,
} from '../../support/proxy-upstream.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start();
});
afterEach(() => h.stop());

interface ErrorAnswer {
  readonly error: { readonly code: string; readonly message: string; readonly type: string };
}
const errorOf = async (res: Response): Promise<ErrorAnswer['error']> =>
  ((await res.json()) as ErrorAnswer).error;

describe('before the first byte', () => {
  for (const status of [404, 502, 503]) {
    it(`trap 16: a gateway page with ${status} is reported, proven anew and repeated unseen`, async () => {
      h.upstream.next(gatewayPage(status));
      const res = await h.chat({ stream: true });
      expect(res.status).toBe(200);
      expect(textOf(await res.text())).toBe('Hello there');
      expect([h.upstream.received.length, h.target.unreachableReports]).toEqual([2, 1]);
      expect([h.target.leasesBegun, h.target.leasesEnded]).toEqual([2, 2]);
      expect(h.records).toHaveLength(1);
      expect(h.records[0]).toMatchObject({ outcome: 'ok', attempts: 2 });
    });
  }

  it('a gateway that stays down becomes 503 JSON with retry-after, without an address', async () => {
    h.upstream.script = gatewayPage(502);
    const res = await h.chat({ stream: true });
    expect(res.status).toBe(503);
    expect(Number(res.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(res.headers.get('server')).toBeNull();
    const error = await errorOf(res);
    expect(error.code).toBe('upstream_unreachable');
    expect(JSON.stringify(error)).not.toContain('127.0.0.1');
  });

  it('trap 19: the 100 s cut is a timeout that nobody repeats', async () => {
    h.upstream.script = gatewayPage(524);
    const res = await h.chat({ stream: true });
    expect(res.status).toBe(504);
    expect(res.headers.get('x-should-retry')).toBe('false');
    expect(h.upstream.received).toHaveLength(1);
  });

  it('trap 33: a refused connection and a reset before the first byte are repeated', async () => {
    h.upstream.next((_request, res) => {
      res.destroy();
    });
    expect(textOf(await (await h.chat({ stream: true })).text())).toBe('Hello there');
    const dead = new FakeTarget('m', upstreamAt('http://127.0.0.1:9'));
    dead.onUnreachable = () => dead.wakeUp(upstreamAt(h.upstream.url));
    h.targets.set(dead);
    expect((await h.chat()).status).toBe(200);
    expect(dead.unreachableReports).toBe(1);
  });

  it('the model server’s own refusals keep their status and say who spoke', async () => {
    h.upstream.next((_request, res) =>
      sendJson(res, 422, {
        error: { message: 'tool_choice is odd', type: 'BadRequestError', param: 'tool_choice' },
      }),
    );
    const res = await h.chat();
    expect(res.status).toBe(422);
    expect(await res.json()).toMatchObject({
      error: {
        code: 'upstream_rejected',
        type: 'runpod_llm_error',
        param: 'tool_choice',
        source: 'model-server',
      },
    });
    expect(h.upstream.received).toHaveLength(1);
  });

  it('a refused pod key is not the client’s 401', async () => {
    h.upstream.script = (_request, res) => sendJson(res, 401, { error: 'Unauthorized' });
    const res = await h.chat();
    expect(res.status).toBe(402);
    expect(JSON.stringify(await res.json())).not.toContain('pod-key');
  });

  it('PROXY-TRAPS 1: an error under status 200 becomes a real one, for streams and plain calls', async () => {
    h.upstream.script = (_request, res) => sendJson(res, 200, { error: { message: 'bad', code: 400 } });
    for (const stream of [true, false]) {
      const res = await h.chat({ stream });
      expect(res.status).toBe(400);
      expect((await errorOf(res)).message).toContain('bad');
    }
  });

  it('an overloaded server is asked again after the time it names', async () => {
    h.upstream.next((_request, res) =>
      sendJson(res, 503, { error: { message: 'queue full' } }, { 'retry-after': '0' }),
    );
    expect((await h.chat()).status).toBe(200);
    h.upstream.script = (_request, res) =>
      sendJson(res, 503, { error: { message: 'queue full' } }, { 'retry-after': '60' });
    const res = await h.chat();
    expect([res.status, res.headers.get('retry-after')]).toEqual([503, '60']);
    const messages = await h.post('/v1/messages', { model: 'm', messages: [], max_tokens: 1 });
    expect(messages.status).toBe(529);
    expect(await messages.json()).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
  });

  it('lowers max_tokens to what the context leaves, exactly when the server says how much', async () => {
    h.target.contextTokens = 1_000_000;
    h.upstream.next((_request, res) =>
      sendJson(res, 400, {
        error: {
          message:
            "This model's maximum context length is 32768 tokens. However, you requested 52000 tokens (20000 in the messages, 32000 in the completion).",
        },
      }),
    );
    expect((await h.chat({ max_tokens: 32_000 })).status).toBe(200);
    expect(h.upstream.received.map((request) => request.json['max_tokens'])).toEqual([32_000, 12_767]);
    h.target.contextTokens = 32_768;
    await h.chat({ max_tokens: 40_000 });
    expect(h.upstream.received.at(-1)?.json['max_tokens']).toBeLessThan(32_768);
    expect(h.records.at(-1)?.clamped).toBe(true);
  });

  it('a prompt that is too long is told in each dialect', async () => {
    h.upstream.script = (_request, res) =>
      sendJson(res, 400, {
        error: { message: 'maximum context length is 8192 tokens, the prompt has 9000 tokens' },
      });
    const chat = await h.chat();
    expect([chat.status, (await errorOf(chat)).code]).toEqual([400, 'context_length_exceeded']);
    const messages = await h.post('/v1/messages', { model: 'm', messages: [], max_tokens: 1 });
    expect(await messages.json()).toMatchObject({
      error: { type: 'invalid_request_error', message: expect.stringMatching(/^prompt is too long/) },
    });
  });

  it('trap 9: resends without stream_options to a server that does not know it', async () => {
    h.upstream.next((_request, res) =>
      sendJson(res, 422, { detail: 'Extra inputs are not permitted: stream_options' }),
    );
    expect(textOf(await (await h.chat({ stream: true })).text())).toBe('Hello there');
    expect(h.upstream.received[1]?.json['stream_options']).toBeUndefined();
  });

  it('never follows a redirect', async () => {
    h.upstream.script = (_request, res) => {
      res.writeHead(307, { location: 'http://169.254.169.254/latest/meta-data' }).end();
    };
    expect((await h.chat()).status).toBe(502);
  });

  it('moves on to the next target and to configured stand-ins, and names who answered', async () => {
    const broken = new FakeTarget('broken', upstreamAt('http://127.0.0.1:9'), ['m2']);
    h.targets.set(h.target, broken);
    h.settings = { ...h.settings, retries: 0, fallbacks: { m2: ['m'] } };
    const res = await h.chat({ model: 'm2' });
    expect([res.status, res.headers.get('x-runpod-llm-target')]).toEqual([200, 'm']);
    expect(h.records[0]).toMatchObject({ model: 'm2', targetName: 'm' });
  });

  it('opens the breaker after failures in a row and lets one probe through later', async () => {
    h.settings = { ...h.settings, retries: 0, breaker: { failures: 2, openSeconds: 0.05 } };
    h.upstream.script = (_request, res) => sendJson(res, 500, { error: { message: 'CUDA' } });
    expect([(await h.chat()).status, (await h.chat()).status, (await h.chat()).status]).toEqual([
      502, 502, 503,
    ]);
    expect(h.upstream.received).toHaveLength(2);
    expect(h.proxy.stats().targets[0]?.breaker).toBe('open');
    h.upstream.script = answerChat('back');
    for (let i = 0; i < 200 && (await h.chat()).status !== 200; i++) await eventually(() => true, 'a turn');
    expect(h.proxy.stats().targets[0]?.breaker).toBe('closed');
  });
});

describe('after the first byte', () => {
  const partial =
    (words: string[], then: (res: Parameters<Script>[1]) => void): Script =>
    (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const event of chatEvents(words).slice(0, words.length + 1)) res.write(event);
      setImmediate(() => then(res));
    };

  const ends: [string, Script][] = [
    ['the connection dies', partial(['a', 'b'], (res) => res.destroy())],
    ['the server ends cleanly without a finish', partial(['a', 'b'], (res) => res.end())],
    [
      'an error object',
      partial(['a', 'b'], (res) => res.end('data: {"error":{"message":"CUDA error"}}\n\ndata: [DONE]\n\n')),
    ],
    ['an error text', partial(['a', 'b'], (res) => res.end('data: {"error":"CUDA error"}\n\n'))],
    [
      'an error event',
      partial(['a', 'b'], (res) => res.end('event: error\ndata: {"message":"CUDA error"}\n\n')),
    ],
    ['an event that is no JSON', partial(['a', 'b'], (res) => res.end('data: {"id":\n\n'))],
  ];
  for (const [what, script] of ends) {
    it(`traps 5 and 15: ${what} → the text so far, an error event, no [DONE]`, async () => {
      h.upstream.script = script;
      const res = await h.chat({ stream: true });
      expect(res.status).toBe(200);
      const data = dataOf(await res.text());
      expect(data).not.toContain('[DONE]');
      const last = JSON.parse(data.at(-1) ?? '') as ErrorAnswer;
      expect(last.error).toMatchObject({ code: 'upstream_failed', type: 'runpod_llm_error' });
      expect(
        textOf(
          data
            .slice(0, -1)
            .map((line) => `data: ${line}`)
            .join('\n'),
        ),
      ).toBe('ab');
      expect(h.records[0]).toMatchObject({
        outcome: 'error',
        errorCode: 'upstream_failed',
        usageEstimated: true,
      });
      expect(h.records[0]?.usage.tokensOut).toBe(2);
      expect(h.upstream.received).toHaveLength(1);
    });
  }

  it('upstream death at every byte of an answer never looks like a whole one', async () => {
    h.settings = { ...h.settings, retries: 0, breaker: { failures: 100, openSeconds: 1 } };
    const bytes = Buffer.from(chatEvents(['é', 'b'], { usage: true }).join(''));
    const finish = bytes.indexOf('"finish_reason":"stop"');
    for (let cut = 0; cut < bytes.length; cut += 1) {
      h.upstream.next((_request, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream' });
        res.flushHeaders();
        if (cut > 0) res.write(bytes.subarray(0, cut));
        setImmediate(() => res.destroy());
      });
      const res = await h.chat({ stream: true });
      const text = await res.text();
      const done = text.includes('[DONE]');
      const outcome = {
        cut,
        wholeTooEarly: done && cut < finish,
        silent: res.status === 200 && !done && !text.includes('"error"'),
        honest: res.status === 200 || res.status >= 502,
      };
      expect(outcome).toEqual({ cut, wholeTooEarly: false, silent: false, honest: true });
    }
    expect(h.target.leasesEnded).toBe(h.target.leasesBegun);
  });
});

describe('trap 24: a client that leaves is seen upstream in every phase', () => {
  const silent: Script = () => {};
  const headersOnly: Script = (_request, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.flushHeaders();
  };
  const streaming: Script = (_request, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    res.write(chatChunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'x' } }] }));
  };
  const phases: [string, Script, boolean][] = [
    ['waiting for headers (stream)', silent, true],
    ['waiting for headers (plain)', silent, false],
    ['waiting for the first event', headersOnly, true],
    ['streaming', streaming, true],
    ['assembling a plain answer', streaming, false],
  ];
  for (const [phase, script, stream] of phases) {
    it(`while ${phase}`, async () => {
      h.upstream.script = script;
      const leave = new AbortController();
      const pending = h.chat({ stream }, { signal: leave.signal }).then((res) => res.text());
      pending.catch(() => {});
      await h.upstream.until(() => h.upstream.received.length === 1);
      await new Promise((resolve) => setImmediate(resolve));
      leave.abort();
      await h.upstream.until(() => h.upstream.aborted === 1);
      await eventually(() => h.records.length === 1, 'the record');
      expect(h.records[0]?.outcome).toBe('aborted');
      expect([h.target.leasesBegun, h.target.leasesEnded]).toEqual([1, 1]);
      await expect(pending).rejects.toThrow(/abort/i);
    });
  }

  it('backing off', async () => {
    h.upstream.script = (_request, res) =>
      sendJson(res, 503, { error: { message: 'x' } }, { 'retry-after': '7' });
    const leave = new AbortController();
    const pending = h.chat({}, { signal: leave.signal });
    await h.upstream.until(() => h.upstream.received.length === 1);
    await eventually(() => h.target.leasesEnded === 1, 'the first attempt is over');
    leave.abort();
    await expect(pending).rejects.toThrow(/abort/i);
    await eventually(() => h.records.length === 1, 'the record');
    expect(h.upstream.received).toHaveLength(1);
  });

  it('trap 23: a request body that ends is no client that leaves', async () => {
    h.upstream.script = (request, res) => {
      setTimeout(() => answerChat('late')(request, res), 60);
    };
    expect(textOf(await (await h.chat({ stream: true })).text())).toBe('late');
    expect(h.upstream.aborted).toBe(0);
  });
});

describe('traps 3 and 26: back-pressure', () => {
  it('a reader that stops reading stops the model server, and nothing piles up', async () => {
    let written = 0;
    let blocked = false;
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const event = chatChunk({ choices: [{ index: 0, delta: { content: 'x'.repeat(8000) } }] });
      const pump = (): void => {
        while (written < 200_000_000) {
          written += event.length;
          if (!res.write(event)) {
            blocked = true;
            res.once('drain', () => {
              blocked = false;
              pump();
            });
            return;
          }
        }
        res.end();
      };
      pump();
    };
    const socket = connect(h.port, '127.0.0.1');
    const body = JSON.stringify({ model: 'm', stream: true, messages: [] });
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:${h.port}\r\nAuthorization: Bearer ${LOCAL_KEY}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    socket.pause();
    let last = -1;
    await eventually(() => {
      const still = blocked && written === last && written > 0;
      last = written;
      return still;
    }, 'the server is held back');
    // Socket buffers of two connections and the streams' own marks: a fixed number of bytes, far from 200 MB.
    expect(written).toBeLessThan(24_000_000);
    socket.destroy();
    await h.upstream.until(() => h.upstream.aborted === 1);
    await eventually(() => h.target.leasesEnded === 1, 'the lease ends');
  });
});

describe('trap 27: closing', () => {
  it('lets answers finish inside the grace, ends the rest in their dialect, and accepts nothing new', async () => {
    let finish = (): void => {};
    h.upstream.next((_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chatEvents(['a'])[0]);
      finish = () => {
        for (const event of chatEvents(['done']).slice(1)) res.write(event);
        res.end();
      };
    });
    const first = await h.chat({ stream: true });
    const closing = h.proxy.close({ graceMs: 5000 });
    await expect(h.chat()).rejects.toThrow(/fetch failed/);
    finish();
    expect(textOf(await first.text())).toBe('done');
    await closing;
  });

  it('ends a stream that takes longer with an error event', async () => {
    h.upstream.next((_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chatEvents(['a'])[0]);
    });
    const res = await h.chat({ stream: true });
    const text = res.text();
    await h.proxy.close({ graceMs: 30 });
    expect(await text).toContain('"shutting_down"');
    await h.upstream.until(() => h.upstream.aborted === 1);
  });
});
