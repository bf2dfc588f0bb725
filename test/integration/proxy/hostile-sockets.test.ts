import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually, Harness, LOCAL_KEY } from '../../support/proxy-harness.ts';
import { answerChat, chatEvents, type Script } from '../../support/proxy-upstream.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start({
    settings: { maxConnections: 2000 },
    options: { patience: { headersMs: 200, requestMs: 400, keepAliveMs: 60_000, checkEveryMs: 20 } },
  });
});
afterEach(() => h.stop());

const BODY = '{"model":"m","messages":[{"role":"user","content":"hi"}]}';
const STREAMING = '{"model":"m","stream":true,"messages":[]}';

function post(body: string, extra: readonly string[] = []): string {
  const lines = [
    'POST /v1/chat/completions HTTP/1.1',
    `Host: 127.0.0.1:${h.port}`,
    `Authorization: Bearer ${LOCAL_KEY}`,
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...extra,
  ];
  return `${lines.join('\r\n')}\r\n\r\n${body}`;
}

/** A connection written by hand. */
class Line {
  readonly socket: Socket;
  text = '';
  bytes = 0;
  closed = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk) => {
      this.bytes += chunk.length;
      this.text += chunk.toString('utf8');
    });
    this.socket.on('close', () => {
      this.closed = true;
    });
    this.socket.on('error', () => {});
  }
  write(text: string): this {
    this.socket.write(text);
    return this;
  }
}

describe('slow-loris', () => {
  it('headers that trickle end with 408, and never reach the pipeline', async () => {
    const line = new Line(h.port).write('POST /v1/chat/completions HTTP/1.1\r\n');
    const dribble = setInterval(() => line.write('X-A: b\r\n'), 20);
    await eventually(() => line.closed, 'the connection ends');
    clearInterval(dribble);
    expect(line.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(line.text).toContain('"request_timeout"');
    expect([h.records.length, h.upstream.received.length]).toEqual([0, 0]);
  });

  it('a body that trickles ends with 408, and wakes nothing', async () => {
    h.target.sleep();
    const line = new Line(h.port).write(post(BODY).slice(0, -20));
    const dribble = setInterval(() => line.write(' '), 100);
    await eventually(() => line.closed, 'the connection ends');
    clearInterval(dribble);
    expect(line.text).toMatch(/^HTTP\/1\.1 408 /);
    expect(h.target.wakes).toBe(0);
    await eventually(() => h.proxy.stats().inFlight === 0, 'nothing is held');
  });

  it('two hundred of them do not keep others out, and all are ended', async () => {
    const lines = Array.from({ length: 200 }, (_, i) =>
      new Line(h.port).write(i % 2 === 0 ? 'POST /v1/chat' : post(BODY).slice(0, -9)),
    );
    expect((await h.chat()).status).toBe(200);
    await eventually(() => lines.every((line) => line.closed), 'all are cut');
    expect((await h.chat({ seed: 2 })).status).toBe(200);
  });

  it('says nothing about how long an answer takes', async () => {
    let finish = (): void => {};
    h.upstream.script = (request, res) => {
      finish = () => answerChat('late')(request, res);
    };
    const line = new Line(h.port).write(post(STREAMING));
    await h.upstream.until(() => h.upstream.received.length === 1);
    // Longer than both limits: slow connections begun now are cut in the meantime.
    const slow = new Line(h.port).write(post(BODY).slice(0, -9));
    await eventually(() => slow.closed, 'the slow one is cut');
    finish();
    await eventually(() => line.text.includes('[DONE]'), 'the long one is answered');
    expect([line.closed, line.text.match(/HTTP\/1\.1/g)]).toEqual([false, ['HTTP/1.1']]);
    line.socket.destroy();
  });

  it('bad bytes behind a request that is being answered end the connection and add nothing to the answer', async () => {
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chatEvents(['a'])[0]);
    };
    const line = new Line(h.port).write(post(STREAMING));
    await eventually(() => line.text.includes('assistant'), 'the answer began');
    line.write('\0\0 no HTTP\r\n\r\n');
    await eventually(() => line.closed, 'the connection ends');
    expect(line.text.match(/HTTP\/1\.1/g)).toHaveLength(1);
    await h.upstream.until(() => h.upstream.aborted === 1);
  });

  it('what is no HTTP, or too much of it, is told in our own shape', async () => {
    expect(await h.raw('hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 [^]*"invalid_input"/);
    const huge = await h.raw(`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`);
    expect(huge).toMatch(/^HTTP\/1\.1 431 [^]*"headers_too_large"/);
  });
});

describe('smuggling and hop-by-hop headers', () => {
  const HIDDEN = 'POST /v1/smuggled HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n';
  const framing = fc.constantFrom(
    'Content-Length: 0',
    'Content-Length: 5',
    'Content-Length: +57',
    'Content-Length: 57, 57',
    'Content-Length : 3',
    'Content-Length: 0x10',
    'Transfer-Encoding: chunked',
    'Transfer-Encoding: xchunked',
    'Transfer-Encoding:\tchunked',
    'Transfer-Encoding : chunked',
    'Transfer-Encoding: chunked, identity',
    'Transfer-Encoding: identity',
    'Transfer-Encoding: "chunked"',
    'transfer-encoding: chunked\r\ntransfer-encoding: chunked',
    'X: y\r\n Transfer-Encoding: chunked',
    'X: y\nTransfer-Encoding: chunked',
    'X: y\rTransfer-Encoding: chunked',
    'X\0: y',
    'Foo\r\nTransfer-Encoding: chunked',
  );
  const hop = fc.constantFrom(
    'Connection: X-Secret',
    'Connection: close, x-SECRET , Authorization',
    'Connection: content-length, transfer-encoding, host',
    'Connection: keep-alive\r\nConnection: X-Secret',
    'Keep-Alive: timeout=999',
    'TE: trailers, secret-value',
    'Trailer: Secret-Value',
    'Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: secret-value',
    'Proxy-Connection: secret-value',
    'Proxy-Authenticate: secret-value',
    'Expect: 100-continue',
  );

  it('nothing a client writes makes the model server see two requests, another framing or another key', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(framing, { maxLength: 2 }),
        fc.array(hop, { maxLength: 3 }),
        fc.constantFrom(
          BODY,
          `0\r\n\r\n${HIDDEN}`,
          `${BODY}${HIDDEN}`,
          `39\r\n${BODY}\r\n0\r\n\r\n${HIDDEN}`,
        ),
        async (frames, hops, body) => {
          h.upstream.received.length = 0;
          const named = hops.some((line) => /connection:.*x-secret/i.test(line));
          const answer = await h.raw(
            post(body, [...frames, ...hops, ...(named ? ['X-Secret: secret-value'] : [])]),
            { end: true },
          );
          for (const [, status] of answer.matchAll(/^HTTP\/1\.1 (\d+)/gm)) {
            expect(Number(status)).toBeLessThan(500);
          }
          expect(h.upstream.received.length).toBeLessThanOrEqual(1);
          for (const sent of h.upstream.received) {
            expect(sent.path).toBe('/v1/chat/completions');
            expect(sent.headers['content-length']).toBe(String(Buffer.byteLength(sent.body)));
            expect(sent.headers['transfer-encoding']).toBeUndefined();
            expect(sent.headers.authorization).toBe('Bearer pod-key');
            const names = sent.rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
            expect(new Set(names).size).toBe(names.length);
            expect(sent.rawHeaders.join('\n')).not.toMatch(/secret|upgrade|trailer/i);
          }
        },
      ),
      { numRuns: 150, seed: 27182 },
    );
  });

  it('a model server cannot frame or end our answer by its headers either', async () => {
    const nasty: Script = (_request, res) => {
      res.socket?.end(
        [
          'HTTP/1.1 200 OK',
          'Content-Type: text/event-stream',
          'Connection: X-Hop, close',
          'X-Hop: 1',
          'Keep-Alive: timeout=1',
          'Trailer: X-Late',
          'Transfer-Encoding: chunked',
          '',
          ...chatEvents(['ok']).flatMap((event) => [Buffer.byteLength(event).toString(16), event]),
          '0',
          'X-Late: trailer-value',
          '',
          '',
        ].join('\r\n'),
      );
    };
    h.upstream.next(nasty);
    const line = new Line(h.port).write(post(STREAMING));
    await eventually(() => line.text.includes('[DONE]'), 'the answer');
    expect(line.text).not.toMatch(/x-hop|x-late|trailer|timeout=1\r/i);
    line.text = '';
    line.write(post(BODY));
    await eventually(() => line.text.includes('Hello there'), 'the connection serves on');
    line.socket.destroy();
  });
});

describe('keep-alive sockets', () => {
  it('carry many requests, refusals between them, pipelined ones in order', async () => {
    h.upstream.script = (request, res) => answerChat(String(request.json['seed']))(request, res);
    const bodies = Array.from({ length: 5 }, (_, seed) => `{"model":"m","messages":[],"seed":${seed}}`);
    const line = new Line(h.port).write(bodies.map((body) => post(body)).join(''));
    await eventually(() => (line.text.match(/HTTP\/1\.1 200/g)?.length ?? 0) === 5, 'five answers');
    expect([...line.text.matchAll(/"content":"(\d)"/g)].map((match) => match[1])).toEqual([
      '0',
      '1',
      '2',
      '3',
      '4',
    ]);
    line.text = '';
    line.write(post('{"model":"nope","messages":[]}'));
    await eventually(() => line.text.includes('model_not_found'), 'a refusal');
    line.write(post(BODY));
    await eventually(() => line.text.includes('"content":"undefined"'), 'and an answer after it');
    expect(line.closed).toBe(false);
    line.socket.destroy();
  });

  it('trap 27: at the end idle ones are closed, busy ones finish, and what is asked on them then is refused', async () => {
    let finish = (): void => {};
    h.upstream.next((_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chatEvents(['a'])[0]);
      finish = () => {
        for (const event of chatEvents(['done']).slice(1)) res.write(event);
        res.end();
      };
    });
    const idle = new Line(h.port).write(`GET /health HTTP/1.1\r\nHost: 127.0.0.1:${h.port}\r\n\r\n`);
    await eventually(() => idle.text.includes('200 OK'), 'an idle connection');
    const busy = new Line(h.port).write(post(STREAMING));
    await eventually(() => busy.text.includes('assistant'), 'a busy connection');
    const closing = h.proxy.close({ graceMs: 30_000 });
    await eventually(() => idle.closed, 'the idle one is closed');
    busy.write(post(BODY));
    finish();
    await eventually(() => busy.closed, 'the busy one ends');
    await closing;
    expect(busy.text).toContain('[DONE]');
    expect(h.upstream.received).toHaveLength(1);
  });
});

describe('500 open slow streams', () => {
  const STREAMS = 500;
  const ROUNDS = 20;

  it('are all served, and not a byte stays behind between two events', async () => {
    // Five hundred at once may well take longer over their headers than the slow-loris above may.
    await h.stop();
    h = await Harness.start({ settings: { maxConnections: 2000 } });
    const open: Parameters<Script>[1][] = [];
    h.upstream.script = (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chatEvents([])[0]);
      open.push(res);
    };
    const lines = Array.from({ length: STREAMS }, (_, i) =>
      new Line(h.port).write(post(`{"model":"m","stream":true,"messages":[],"seed":${i}}`)),
    );
    await eventually(() => lines.every((line) => line.text.includes('assistant')), 'all have begun');
    expect(h.proxy.stats().inFlight).toBe(STREAMS);
    const event = chatEvents(['x'.repeat(1000)])[1] ?? '';
    for (let round = 0; round < ROUNDS; round++) {
      const before = lines.map((line) => line.bytes);
      for (const res of open) res.write(event);
      // Everything that went in has come out: what the proxy holds does not grow with the age of a stream.
      await eventually(
        () => lines.every((line, i) => line.bytes - (before[i] ?? 0) >= event.length),
        'everything came out',
      );
    }
    for (const res of open) {
      for (const last of chatEvents([]).slice(1)) res.write(last);
      res.end();
    }
    await eventually(() => lines.every((line) => line.text.includes('[DONE]')), 'all have ended');
    expect(lines.every((line) => (line.text.match(/x{1000}/g)?.length ?? 0) === ROUNDS)).toBe(true);
    await eventually(() => h.proxy.stats().inFlight === 0, 'nothing is under way');
    expect([h.target.leasesBegun, h.target.leasesEnded]).toEqual([STREAMS, STREAMS]);
    expect(h.records.filter((record) => record.outcome === 'ok')).toHaveLength(STREAMS);
    for (const line of lines) line.socket.destroy();
  });
});
