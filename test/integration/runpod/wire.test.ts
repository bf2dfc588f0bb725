import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock, systemClock } from '../../../src/main/platform/clock.ts';
import { createHttpPool, type HttpPool } from '../../../src/main/platform/http.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import { createRunPodApi, type RunPodApiOptions } from '../../../src/main/runpod/client.ts';
import { followPodLogs } from '../../../src/main/runpod/follow-logs.ts';
import { send, startStub, until, type StubRunPod } from './stub-runpod.ts';

const KEY = 'rpa_CANARY0123456789KEY';
const NEVER = new AbortController().signal;
const JSON_TYPE = 'application/json';
const EVENTS = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };

let stub: StubRunPod;
let pool: HttpPool;

beforeAll(async () => {
  stub = await startStub((_, response) => send(response, 200, JSON_TYPE, '{"pods":[]}'));
  pool = createHttpPool({ silenceMs: 30_000 });
});

afterEach(() => {
  stub.arrived.length = 0;
  stub.abandoned.length = 0;
});

afterAll(async () => {
  await pool.close();
  await stub.close();
});

function api(more: Partial<RunPodApiOptions> = {}) {
  return createRunPodApi({
    fetch: pool.fetch,
    clock: systemClock,
    random: seededRandom(1),
    log: silentLog,
    apiKey: () => Promise.resolve(KEY),
    apiUrl: stub.apiUrl,
    graphqlUrl: stub.graphqlUrl,
    graphqlEnabled: true,
    userAgent: 'runpod-llm-manager/test',
    ...more,
  });
}

const frame = (id: string, text: string, source = 'container'): string =>
  `id: ${id}\ndata: ${JSON.stringify({ source, line: text, ts: '2026-11-24T09:00:00Z' })}\n\n`;

describe('a caller that leaves', () => {
  it('ends the connection while RunPod thinks', async () => {
    stub.respond = () => {};
    const controller = new AbortController();
    const create = api().pods.create({ name: 'a', image: 'b', gpu: { id: 'c' } }, controller.signal);
    await until('the request arrived', () => stub.arrived.length === 1);
    controller.abort();
    await expect(create).rejects.toMatchObject({ name: 'AbortError' });
    await until('the server saw it leave', () => stub.abandoned.length === 1);
    expect(stub.arrived).toHaveLength(1);
  });

  it('ends the connection in the middle of an answer', async () => {
    stub.respond = (_, response) => {
      response.writeHead(200, { 'content-type': JSON_TYPE });
      response.write('{"pods":[');
    };
    const controller = new AbortController();
    const list = api().pods.list(controller.signal);
    await until('the request arrived', () => stub.arrived.length === 1);
    controller.abort();
    await expect(list).rejects.toMatchObject({ name: 'AbortError' });
    await until('the server saw it leave', () => stub.abandoned.length === 1);
  });

  it('ends a log stream, by signal or by no longer reading', async () => {
    stub.respond = (_, response) => {
      response.writeHead(200, EVENTS);
      response.write(frame('1', 'a'));
    };
    const controller = new AbortController();
    const lines = api().pods.logs('p1', {}, controller.signal)[Symbol.asyncIterator]();
    await lines.next();
    const next = lines.next();
    controller.abort();
    await expect(next).rejects.toMatchObject({ name: 'AbortError' });
    await until('the server saw it leave', () => stub.abandoned.length === 1);
    for await (const line of api().pods.logs('p1', {}, NEVER)) {
      expect(line.id).toBe('1');
      break;
    }
    await until('the server saw it leave again', () => stub.abandoned.length === 2);
  });
});

describe('trouble on the line', () => {
  it('a time limit covers the body, and is counted on the given clock', async () => {
    stub.respond = (_, response) => {
      response.writeHead(201, { 'content-type': JSON_TYPE });
      response.write('{"id":');
    };
    const clock = new ManualClock();
    const create = api({ clock }).pods.create({ name: 'a', image: 'b', gpu: { id: 'c' } }, NEVER);
    const failed = create.catch((error: unknown) => error);
    await until('the request arrived', () => stub.arrived.length === 1);
    await clock.advance(60_000);
    expect(await failed).toMatchObject({ code: 'runpod_unreachable', details: { mayHaveHappened: true } });
    await until('the connection was given up', () => stub.abandoned.length === 1);
    expect(stub.arrived).toHaveLength(1);
  });

  it('an open log stream has no time limit', async () => {
    let more = (): void => {};
    stub.respond = (_, response) => {
      response.writeHead(200, EVENTS);
      response.write(frame('1', 'a'));
      more = () => response.end(frame('2', 'b'));
    };
    const clock = new ManualClock();
    const lines = api({ clock }).pods.logs('p1', {}, NEVER)[Symbol.asyncIterator]();
    await lines.next();
    await clock.advance(86_400_000);
    more();
    expect((await lines.next()).value).toMatchObject({ id: '2' });
    expect((await lines.next()).done).toBe(true);
    expect(clock.pendingTimers).toBe(0);
  });

  it('a connection cut in the middle of an answer: a read is repeated, a create is not', async () => {
    stub.respond = (request, response) => {
      if (request.method === 'GET' && stub.arrived.length > 1)
        return send(response, 200, JSON_TYPE, '{"pods":[]}');
      response.writeHead(200, { 'content-type': JSON_TYPE });
      response.write('{"pods":[');
      setImmediate(() => response.destroy());
    };
    expect(await api().pods.list(NEVER)).toEqual([]);
    expect(stub.arrived).toHaveLength(2);
    await expect(api().pods.create({ name: 'a', image: 'b', gpu: { id: 'c' } }, NEVER)).rejects.toMatchObject(
      {
        code: 'runpod_unreachable',
        details: { mayHaveHappened: true },
      },
    );
    expect(stub.arrived).toHaveLength(3);
  });

  it('nobody listens: a create surely never left', async () => {
    const closed = await startStub(() => {});
    await closed.close();
    const create = api({ apiUrl: closed.apiUrl }).pods.create(
      { name: 'a', image: 'b', gpu: { id: 'c' } },
      NEVER,
    );
    await expect(create).rejects.toMatchObject({
      code: 'runpod_unreachable',
      details: { reason: 'ECONNREFUSED', mayHaveHappened: false },
    });
  });

  it('a redirect is not followed: the key stays with RunPod', async () => {
    let asked = 0;
    const elsewhere = createServer((_, response) => {
      asked++;
      response.end('{"pods":[]}');
    });
    await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
    const address = elsewhere.address();
    const port = typeof address === 'object' ? address?.port : 0;
    stub.respond = (_, response) => {
      response.writeHead(307, { location: `http://127.0.0.1:${port}/v2/pods` });
      response.end();
    };
    await expect(api().pods.list(NEVER)).rejects.toMatchObject({
      code: 'runpod_bad_answer',
      details: { status: 307 },
    });
    expect(asked).toBe(0);
    await new Promise((resolve) => elsewhere.close(resolve));
  });

  it('an answer without end is cut off', async () => {
    stub.respond = (_, response) => {
      response.writeHead(200, { 'content-type': JSON_TYPE });
      const part = Buffer.alloc(1024 * 1024, ' ');
      const pump = (): void => {
        while (!response.destroyed && response.write(part));
        if (!response.destroyed) response.once('drain', pump);
      };
      pump();
    };
    await expect(api().pods.list(NEVER)).rejects.toMatchObject({
      code: 'runpod_bad_answer',
      message: expect.stringContaining('32 MB'),
    });
    await until('the connection was given up', () => stub.abandoned.length === 1);
  });

  it('reads a problem with its request id and rates', async () => {
    stub.respond = (_, response) =>
      send(
        response,
        402,
        'application/problem+json',
        '{"title":"Payment Required","status":402,"detail":"insufficient balance"}',
        {
          RateLimit: '"minute";r=41;t=30, "hour";r=2000;t=1800',
        },
      );
    const runpod = api();
    await expect(
      runpod.pods.create({ name: 'a', image: 'b', gpu: { id: 'c' } }, NEVER),
    ).rejects.toMatchObject({
      code: 'runpod_balance_empty',
      requestId: 'req-stub',
      message: expect.stringContaining('insufficient balance'),
    });
    expect(runpod.rates().windows.map(({ name, left }) => [name, left])).toEqual([
      ['minute', 41],
      ['hour', 2000],
    ]);
  });
});

describe('followPodLogs', () => {
  it('trap 33: brings every line once across cuts in mid-line, CRLF and repeats', async () => {
    const asked: (string | undefined)[] = [];
    stub.respond = ({ headers }, response) => {
      asked.push(headers['last-event-id']?.toString());
      if (asked.length === 4)
        return send(
          response,
          404,
          'application/problem+json',
          '{"title":"Not Found","status":404,"detail":"gone"}',
        );
      response.writeHead(200, EVENTS);
      if (asked.length === 1) {
        response.write(frame('1', 'pulling') + frame('2', 'pulled', 'system'));
        response.write('id: 3\ndata: {"source":"container","li', () => response.destroy());
      } else if (asked.length === 2) {
        const text = (frame('2', 'pulled', 'system') + frame('3', 'loading ⏳')).replaceAll('\n', '\r\n');
        const bytes = Buffer.from(text, 'utf8');
        response.write(bytes.subarray(0, bytes.length - 7));
        response.end(bytes.subarray(bytes.length - 7));
      } else response.end(frame('3', 'loading ⏳') + frame('4', 'ready'));
    };
    const clock = new ManualClock();
    const got: string[] = [];
    let end: unknown;
    const read = async (): Promise<void> => {
      const lines = followPodLogs(api(), 'p1', { clock, random: seededRandom(1), tail: 100 }, NEVER);
      for (;;) {
        const next = await lines.next();
        if (next.done === true) {
          end = next.value;
          return;
        }
        got.push(`${next.value.source}: ${next.value.line}`);
      }
    };
    const done = read();
    for (const connection of [1, 2, 3]) {
      await until(
        `a pause after connection ${connection}`,
        () => asked.length === connection && clock.pendingTimers === 1,
      );
      // No pause is longer than three seconds here, and none ends before its timer fires.
      while (clock.pendingTimers === 1 && asked.length === connection) await clock.advance(50);
    }
    await done;
    expect(got).toEqual([
      'container: pulling',
      'system: pulled',
      'container: loading ⏳',
      'container: ready',
    ]);
    expect(asked).toEqual([undefined, '2', '3', '4']);
    expect(end).toBe('gone');
  });
});
