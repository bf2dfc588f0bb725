import { brotliCompressSync, createGzip, deflateSync, gzipSync } from 'node:zlib';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { advanceUntil, eventually, Harness, LOCAL_KEY, textOf } from '../../support/proxy-harness.ts';
import { upstreamAt } from '../../support/proxy-targets.ts';
import {
  answerChat,
  chatChunk,
  chatEvents,
  chatJson,
  sendEvents,
  sendJson,
} from '../../support/proxy-upstream.ts';

let h: Harness;
let clock: ManualClock;
beforeEach(async () => {
  clock = new ManualClock();
  h = await Harness.start({ clock });
});
afterEach(() => h.stop());

describe('trap 30: compressed answers', () => {
  const packs = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
  for (const [encoding, pack] of Object.entries(packs)) {
    it(`${encoding} is unpacked, although identity was asked for`, async () => {
      h.upstream.script = (_request, res) => {
        res.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': encoding });
        res.end(pack(chatEvents(['packed']).join('')));
      };
      const res = await h.chat({ stream: true });
      expect(res.headers.get('content-encoding')).toBeNull();
      expect(textOf(await res.text())).toBe('packed');
      expect(h.upstream.received[0]?.headers['accept-encoding']).toBe('identity');
    });
  }

  it('broken or unknown compression is an error of the model server', async () => {
    h.settings = { ...h.settings, retries: 0 };
    for (const encoding of ['gzip', 'zstd-odd']) {
      h.upstream.script = (_request, res) => {
        res
          .writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': encoding })
          .end('not packed');
      };
      expect((await h.chat({ stream: true, n: encoding.length })).status).toBe(502);
    }
  });
});

describe('a client that leaves', () => {
  it('a compressed stream ends it at the model server', async () => {
    const gzip = createGzip();
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' });
      gzip.pipe(res);
      gzip.write(chatEvents(['a'])[0] ?? '');
      gzip.write(chatEvents(['x'.repeat(2_000_000)])[1] ?? '');
      gzip.flush();
    };
    const leave = new AbortController();
    const statuses: number[] = [];
    void h.chat({ stream: true }, { signal: leave.signal }).then(
      (res) => statuses.push(res.status),
      () => {},
    );
    await advanceUntil(clock, 1, () => statuses.length === 1, 'the answer begins');
    expect(statuses).toEqual([200]);
    leave.abort();
    await h.upstream.until(() => h.upstream.aborted === 1);
    await eventually(() => h.target.leasesEnded === 1, 'the lease ends');
    gzip.destroy();
  });
});

describe('large JSON answers', () => {
  const embedding = (count: number): object => ({
    object: 'list',
    data: [{ embedding: Array.from({ length: count }, () => 0.125) }],
    model: 'served',
    usage: { prompt_tokens: 9, total_tokens: 9 },
  });

  it('are renamed and metered without being parsed whole', async () => {
    h.upstream.script = (_request, res) => sendJson(res, 200, embedding(60_000));
    const body = (await (await h.post('/v1/embeddings', { model: 'm', input: 'x' })).json()) as {
      model: string;
      data: unknown[];
    };
    expect(body).toEqual({ ...embedding(60_000), model: 'm' });
    expect(h.records[0]?.usage.tokensIn).toBe(9);
  });

  it('are passed on as they come when they would not fit in memory', async () => {
    const text = JSON.stringify(embedding(1_500_000));
    expect(text.length).toBeGreaterThan(8 * 1024 * 1024);
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'application/json' }).end(text);
    };
    const res = await h.post('/v1/embeddings', { model: 'm', input: 'x' });
    expect((await res.text()).length).toBe(text.length);
    await eventually(() => h.target.leasesEnded === 1, 'the lease ends');
  });
});

describe('servers that do not do as asked', () => {
  it('a whole answer to a streaming call becomes a stream', async () => {
    h.upstream.script = (_request, res) => sendJson(res, 200, chatJson('whole'));
    const text = await (await h.chat({ stream: true, stream_options: { include_usage: true } })).text();
    expect(textOf(text)).toBe('whole');
    expect(text).toContain('"usage"');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    h.upstream.script = (_request, res) =>
      sendJson(res, 200, {
        id: 'm1',
        type: 'message',
        role: 'assistant',
        model: 'served',
        content: [{ type: 'text', text: 'whole' }],
        stop_reason: 'end_turn',
        usage: {},
      });
    const events = await (await h.post('/v1/messages', { model: 'm', stream: true, messages: [] })).text();
    expect(events).toContain('"text_delta","text":"whole"');
  });

  it('a page of HTML with status 200 is nobody’s answer', async () => {
    h.settings = { ...h.settings, retries: 0 };
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/html' }).end('<html>login</html>');
    };
    expect((await h.chat()).status).toBe(503);
  });

  it('JSON that is none is an error; an odd type is passed on', async () => {
    h.settings = { ...h.settings, retries: 0 };
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'application/json' }).end('{"a":');
    };
    expect((await h.post('/v1/embeddings', { model: 'm' })).status).toBe(502);
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'audio/mpeg' }).end(Buffer.from([1, 2, 255]));
    };
    const audio = await h.post('/v1/audio/speech', { model: 'm', input: 'x' });
    expect(audio.headers.get('content-type')).toBe('audio/mpeg');
    expect(new Uint8Array(await audio.arrayBuffer())).toEqual(new Uint8Array([1, 2, 255]));
  });

  it('nothing, or anything but JSON and events, under 200 is no answer to a chat', async () => {
    h.settings = { ...h.settings, retries: 0, breaker: { ...h.settings.breaker, failures: 100 } };
    h.target.wakeUp(upstreamAt(h.upstream.url, { cutsSilence: false }));
    for (const type of [null, 'text/plain', 'application/octet-stream']) {
      h.upstream.script = (_request, res) => {
        res.writeHead(200, type === null ? {} : { 'content-type': type }).end();
      };
      expect([type, (await h.chat()).status]).toEqual([type, 502]);
      expect([type, (await h.chat({ stream: true })).status]).toEqual([type, 502]);
    }
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify(chatJson('mislabelled')));
    };
    expect(await (await h.chat()).text()).toContain('mislabelled');
  });

  it('a server that streams although nobody asked is put together for a plain call', async () => {
    h.target.wakeUp(upstreamAt(h.upstream.url, { cutsSilence: false }));
    h.upstream.script = (_request, res) => sendEvents(res, chatEvents(['un', 'asked']));
    const answer: unknown = await (await h.chat()).json();
    expect(answer).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { content: 'unasked' } }],
    });
  });

  it('mends whole answers passed through: both reasoning names, tool_calls as the reason', async () => {
    h.target.wakeUp(upstreamAt(h.upstream.url, { cutsSilence: false }));
    const message = {
      role: 'assistant',
      content: null,
      reasoning: 'hm',
      tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }],
    };
    h.upstream.script = (_request, res) =>
      sendJson(res, 200, { ...chatJson(''), choices: [{ index: 0, message, finish_reason: 'stop' }] });
    expect(await (await h.chat()).json()).toMatchObject({
      model: 'm',
      choices: [{ message: { reasoning: 'hm', reasoning_content: 'hm' }, finish_reason: 'tool_calls' }],
    });
  });

  it('sampling that cannot stream is asked for plainly', async () => {
    h.upstream.script = (_request, res) => sendJson(res, 200, { object: 'text_completion', choices: [] });
    await h.post('/v1/completions', { model: 'm', prompt: 'x', best_of: 3 });
    expect(h.upstream.received[0]?.json['stream']).toBeUndefined();
  });
});

describe('time', () => {
  const opened = (): void => {
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chatChunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'x' } }] }));
    };
  };

  it('a server that falls silent inside an answer is left, and the client told', async () => {
    opened();
    const res = await h.chat({ stream: true });
    let text = '';
    const read = res.text().then((value) => (text = value));
    await advanceUntil(clock, 30_000, () => text !== '', 'the end');
    await read;
    expect(text).toContain('fell silent for 300 s');
    expect(text.match(/: keep-alive/g)?.length).toBeGreaterThan(5);
    await h.upstream.until(() => h.upstream.aborted === 1);
  });

  it('trap 26: a reader that stopped reading is cut off and holds nothing any longer', async () => {
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      const event = chatChunk({ choices: [{ index: 0, delta: { content: 'x'.repeat(50_000) } }] });
      const pump = (): void => {
        while (!res.destroyed && res.write(event));
        res.once('drain', pump);
      };
      pump();
    };
    const socket = connect(h.port, '127.0.0.1');
    socket.on('error', () => {});
    const body = JSON.stringify({ model: 'm', stream: true, messages: [] });
    socket.write(
      `POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:${h.port}\r\nAuthorization: Bearer ${LOCAL_KEY}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    );
    socket.pause();
    await advanceUntil(clock, 10_000, () => h.upstream.aborted === 1, 'the model server is let go');
    await eventually(() => h.target.leasesEnded === 1, 'the lease ends');
    expect(h.records[0]?.outcome).toBe('aborted');
    socket.destroy();
  });

  it('SPEC 4.7: a client that timed out and asks again finds its answer still running', async () => {
    let finish = (): void => {};
    h.upstream.script = (_request, res) => {
      finish = () => sendEvents(res, chatEvents(['patience']));
    };
    const leave = new AbortController();
    const first = h.chat({}, { signal: leave.signal });
    await h.upstream.until(() => h.upstream.received.length === 1);
    await clock.advance(30_000);
    leave.abort();
    await expect(first).rejects.toThrow(/abort/i);
    await eventually(() => h.records.length === 1, 'it left');
    const again = h.chat();
    await eventually(() => h.proxy.stats().inFlight === 1, 'it asks again');
    finish();
    expect(await (await again).json()).toMatchObject({ choices: [{ message: { content: 'patience' } }] });
    expect([h.upstream.received.length, h.upstream.aborted]).toEqual([1, 0]);
  });

  it('a timed-out client that does not come back ends the call after a moment', async () => {
    h.upstream.script = () => {};
    const leave = new AbortController();
    const first = h.chat({}, { signal: leave.signal });
    await h.upstream.until(() => h.upstream.received.length === 1);
    await clock.advance(30_000);
    leave.abort();
    await expect(first).rejects.toThrow(/abort/i);
    await eventually(() => h.records.length === 1, 'it left');
    expect(h.upstream.aborted).toBe(0);
    await clock.advance(10_500);
    await h.upstream.until(() => h.upstream.aborted === 1);
    expect(h.target.leasesEnded).toBe(1);
  });

  it('a turn that does not come in time is refused', async () => {
    h.settings = { ...h.settings, limits: { ...h.settings.limits, concurrent: 1, queueSeconds: 1 } };
    h.upstream.script = () => {};
    h.chat({ n: 1 }).catch(() => {});
    await h.upstream.until(() => h.upstream.received.length === 1);
    const second = h.chat({ n: 2 });
    await eventually(() => h.proxy.stats().inFlight === 2, 'the second waits');
    await clock.advance(1001);
    expect((await second).status).toBe(429);
    h.upstream.script = answerChat('x');
  });
});
