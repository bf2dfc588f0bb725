import fc from 'fast-check';
import { Response } from 'undici';
import { describe, expect, it } from 'vitest';
import { abortError, ManualClock } from '../../../src/main/platform/clock.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import { AppError } from '../../../src/shared/errors.ts';
import type { LogOptions, PodLogLine } from '../../../src/main/runpod/api.ts';
import { createRunPodApi } from '../../../src/main/runpod/client.ts';
import { followPodLogs, followWorkerLogs, type FollowOptions } from '../../../src/main/runpod/follow-logs.ts';
import { logHeaders, logQuery } from '../../../src/main/runpod/log-stream.ts';
import { html, json, networkError, problem, rig, script, type Step } from './scripted-fetch.ts';

const line = (id: string, text = `line ${id}`): PodLogLine => ({
  id,
  source: 'container',
  line: text,
  ts: '2026-11-24T09:00:00Z',
});

function sse(text: string | ReadableStream, status = 200): Response {
  return new Response(text, { status, headers: { 'content-type': 'text/event-stream' } });
}

/** The text cut into parts at the given places. */
function inParts(text: string, cuts: readonly number[]): ReadableStream<Uint8Array> {
  const bytes = new TextEncoder().encode(text);
  const places = [
    0,
    ...cuts.map((cut) => Math.min(cut, bytes.length)).toSorted((a, b) => a - b),
    bytes.length,
  ];
  const parts = places.slice(1).map((end, index) => bytes.slice(places[index], end));
  return new ReadableStream({
    start(controller) {
      for (const part of parts) if (part.length > 0) controller.enqueue(part);
      controller.close();
    },
  });
}

function open(...steps: readonly Step[]) {
  const play = script(...steps);
  const tools = rig(play.fetch);
  return { ...tools, ...play, api: createRunPodApi(tools.options) };
}

async function collect<T>(lines: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of lines) all.push(item);
  return all;
}

const frame = (id: string, text: string, source = 'container'): string =>
  `id: ${id}\ndata: ${JSON.stringify({ source, line: text, ts: '2026-11-24T09:00:00Z' })}\n\n`;

describe('pods.logs', () => {
  it('reads lines, whatever the line ends, comments and unknown events between them', async () => {
    const text = [
      ': hello\n\n',
      frame('2026-06-01T12:02:03Z/000000000001', 'Model loaded.'),
      frame('2', 'start container', 'system').replaceAll('\n', '\r\n'),
      'retry: 3000\n\n',
      'event: ping\ndata: {}\n\n',
      'id: 3\ndata: not json\n\n',
      'data: {"line":"no id of its own"}\n\n',
      frame('4', 'grüße 🚀 \u001B[31mred\u001B[0m'),
    ].join('');
    const { api, problems, signal } = open(sse(text));
    expect(await collect(api.pods.logs('p1', { tail: 10 }, signal))).toEqual([
      {
        id: '2026-06-01T12:02:03Z/000000000001',
        source: 'container',
        line: 'Model loaded.',
        ts: '2026-11-24T09:00:00Z',
      },
      { id: '2', source: 'system', line: 'start container', ts: '2026-11-24T09:00:00Z' },
      { id: '3', source: 'container', line: 'no id of its own', ts: '' },
      { id: '4', source: 'container', line: 'grüße 🚀 \u001B[31mred\u001B[0m', ts: '2026-11-24T09:00:00Z' },
    ]);
    expect(problems()).toEqual([]);
  });

  it('gives the same lines however the network cuts them', async () => {
    const lines = fc.array(
      fc.record({
        id: fc.stringMatching(/^[a-z0-9:/.]{1,20}$/),
        text: fc.string({ unit: 'grapheme', maxLength: 40 }),
      }),
      { maxLength: 12 },
    );
    await fc.assert(
      fc.asyncProperty(
        lines,
        fc.boolean(),
        fc.array(fc.nat(2000), { maxLength: 30 }),
        async (list, crlf, cuts) => {
          const text = list.map(({ id, text }) => frame(id, text)).join('');
          const { api, signal } = open(sse(inParts(crlf ? text.replaceAll('\n', '\r\n') : text, cuts)));
          const got = await collect(api.pods.logs('p1', {}, signal));
          expect(got.map(({ id, line }) => ({ id, text: line }))).toEqual(list);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('drops an event that the end of the connection cut off: the next connection brings it whole', async () => {
    const { api, signal } = open(sse(`${frame('1', 'a')}id: 2\ndata: {"line":"half`));
    expect(await collect(api.pods.logs('p1', {}, signal))).toMatchObject([{ id: '1', line: 'a' }]);
  });

  it('does not buffer a line without end', async () => {
    const { api, signal } = open(() => sse(`data: ${'x'.repeat(600_000)}`));
    expect(await collect(api.pods.logs('p1', {}, signal))).toEqual([]);
    const endless = open(() => sse(inParts(`data: ${'x'.repeat(1_300_000)}`, [400_000, 800_000, 1_200_000])));
    await expect(collect(endless.api.pods.logs('p1', {}, endless.signal))).rejects.toMatchObject({
      code: 'runpod_bad_answer',
    });
  });

  it('allows silence once the stream is open, but not before', async () => {
    const quiet = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(frame('1', 'a'))),
    });
    const { api, clock, signal } = open(() => sse(quiet));
    const lines = api.pods.logs('p1', {}, signal)[Symbol.asyncIterator]();
    expect((await lines.next()).value).toMatchObject({ id: '1' });
    expect(clock.pendingTimers).toBe(0);
    await lines.return?.();
    const silent = open('hang');
    const first = collect(silent.api.pods.logs('p1', {}, silent.signal)).catch((error: unknown) => error);
    await silent.clock.advance(200_000);
    expect(await first).toMatchObject({ code: 'runpod_unreachable' });
  });

  it.each([
    ['404', problem(404, 'pod not found'), 'runpod_not_found'],
    ['403', problem(403, 'access denied'), 'runpod_key_forbidden'],
    ['a page that is no stream', html(200), 'runpod_bad_answer'],
    ['json that is no stream', json({}), 'runpod_bad_answer'],
  ])('tells %s', async (_, answer, code) => {
    const { api, clock, seen, signal } = open(answer);
    await expect(collect(api.pods.logs('p1', {}, signal))).rejects.toMatchObject({ code });
    expect(seen).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('trap 33: resumes by header with an opaque id, which makes tail and since meaningless', async () => {
    const { api, problems, seen, signal } = open(sse(''));
    await collect(
      api.pods.logs(
        'p1',
        { source: 'system', tail: 9, since: 'x', lastEventId: '2026-06-01T12:02:03Z/01' },
        signal,
      ),
    );
    await collect(api.serverless.workerLogs('e1', 'w1', { tail: 0 }, signal));
    expect(
      seen.map(({ url, headers }) => [new URL(url).pathname + new URL(url).search, headers['last-event-id']]),
    ).toEqual([
      ['/v2/pods/p1/logs?source=system', '2026-06-01T12:02:03Z/01'],
      ['/v2/serverless/e1/workers/w1/logs?tail=0', undefined],
    ]);
    expect(seen[0]?.headers).toMatchObject({
      accept: 'text/event-stream',
      authorization: expect.stringContaining('Bearer'),
    });
    expect(problems()).toEqual([]);
  });
});

describe('logQuery and logHeaders', () => {
  it.each([
    [{ tail: 9999 }, { tail: 5000 }],
    [{ tail: -3 }, { tail: 0 }],
    [{ tail: 2.7 }, { tail: 2 }],
    [{}, {}],
    [{ tail: 5, since: '2026-11-24T09:00:00Z' }, { since: '2026-11-24T09:00:00Z' }],
    [{ tail: 5, lastEventId: 'x' }, {}],
  ])('%j', (options, query) => {
    expect(JSON.parse(JSON.stringify(logQuery(options)))).toEqual(query);
  });

  it.each([['a\r\nx-evil: 1'], ['\u00FC'], [''], [' ']])(
    'an id such as %j cannot stand in a header',
    (lastEventId) => {
      expect(logHeaders({ lastEventId })).toEqual({});
    },
  );
});

/** Connections in order; each gives lines and then ends, or fails. */
type Connection = { readonly lines?: readonly PodLogLine[]; readonly fails?: Error };

function fakeApi(clock: ManualClock, connections: readonly Connection[]) {
  const opened: { readonly options: LogOptions; readonly at: number }[] = [];
  async function* logs(options: LogOptions, signal: AbortSignal): AsyncGenerator<PodLogLine, void> {
    const { lines = [], fails } = connections[Math.min(opened.length, connections.length - 1)] ?? {};
    opened.push({ options, at: clock.now() });
    for (const item of lines) yield item;
    if (fails !== undefined) throw fails;
    if (signal.aborted) throw abortError(signal);
  }
  return {
    opened,
    pods: { logs: (_id: string, options: LogOptions, signal: AbortSignal) => logs(options, signal) },
    serverless: {
      workerLogs: (_id: string, _worker: string, options: LogOptions, signal: AbortSignal) =>
        logs(options, signal),
    },
  };
}

interface Follow {
  readonly texts: string[];
  readonly ended: () => unknown;
  readonly clock: ManualClock;
  readonly opened: readonly { readonly options: LogOptions; readonly at: number }[];
  readonly abort: () => void;
}

function follow(
  connections: readonly Connection[],
  more: Partial<FollowOptions> = {},
  worker = false,
): Follow {
  const clock = new ManualClock();
  const controller = new AbortController();
  const api = fakeApi(clock, connections);
  const options = { clock, random: seededRandom(1), tail: 50, ...more };
  const lines = worker
    ? followWorkerLogs(api, 'e1', 'w1', options, controller.signal)
    : followPodLogs(api, 'p1', options, controller.signal);
  const texts: string[] = [];
  let end: unknown;
  const run = async (): Promise<void> => {
    for (;;) {
      const next = await lines.next();
      if (next.done === true) {
        end = next.value;
        return;
      }
      texts.push(next.value.line);
    }
  };
  run().catch((error: unknown) => {
    end = error;
  });
  return { texts, ended: () => end, clock, opened: api.opened, abort: () => controller.abort() };
}

describe('followPodLogs', () => {
  const gone = new AppError('runpod_not_found', 'gone');
  const trouble = new AppError('runpod_unavailable', 'boom');

  it('trap 33: resumes after the last id and drops what RunPod repeats', async () => {
    const { texts, clock, opened, ended } = follow([
      { lines: [line('1'), line('2'), line('3')], fails: new AppError('runpod_unreachable', 'cut') },
      { lines: [line('2'), line('3'), line('4')] },
      { lines: [line('4'), line('5')], fails: gone },
    ]);
    await clock.advance(60_000);
    expect(texts).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5']);
    expect(opened.map(({ options }) => options)).toEqual([
      { tail: 50 },
      { tail: 50, lastEventId: '3' },
      { tail: 50, lastEventId: '4' },
    ]);
    expect(ended()).toBe('gone');
  });

  it('loses nothing where several lines share an id, or are the same', async () => {
    const ts = '2026-11-24T09:00:00Z';
    const { texts, clock } = follow([
      { lines: [line(ts, 'a'), line(ts, ''), line(ts, ''), line(ts, 'b')] },
      {
        lines: [line(ts, 'a'), line(ts, ''), line(ts, ''), line(ts, ''), line(ts, 'b'), line(ts, 'c')],
        fails: gone,
      },
    ]);
    await clock.advance(60_000);
    expect(texts).toEqual(['a', '', '', 'b', '', 'c']);
  });

  it('does not go back when a server ignores the cursor', async () => {
    const { opened, clock } = follow([
      { lines: [line('1'), line('2')] },
      { lines: [line('1')], fails: trouble },
      { lines: [], fails: gone },
    ]);
    await clock.advance(60_000);
    expect(opened.map(({ options }) => options.lastEventId)).toEqual([undefined, '2', '2']);
  });

  it('copes with a server that sends no ids', async () => {
    const { texts, opened, clock } = follow([
      { lines: [line('', 'a'), line('', 'b')] },
      { lines: [line('', 'a'), line('', 'b'), line('', 'c')], fails: gone },
    ]);
    await clock.advance(60_000);
    expect(texts).toEqual(['a', 'b', 'c']);
    expect(opened[1]?.options).toEqual({ tail: 50 });
  });

  it('backs off from a server in trouble, up to half a minute, and starts small again after a line', async () => {
    const bad: Connection = { fails: trouble };
    const { opened, clock } = follow([
      bad,
      bad,
      bad,
      bad,
      bad,
      bad,
      bad,
      { lines: [line('1')] },
      { fails: gone },
    ]);
    await clock.advance(400_000);
    const waits = opened.slice(1).map(({ at }, index) => at - (opened[index]?.at ?? 0));
    expect(waits).toHaveLength(8);
    [1, 2, 4, 8, 16, 30, 30, 1].forEach((seconds, index) => {
      expect(waits[index]).toBeGreaterThanOrEqual(seconds * 500);
      expect(waits[index]).toBeLessThanOrEqual(seconds * 1500);
    });
  });

  it('a stream that closes at once is not hammered', async () => {
    const { opened, clock } = follow([{ lines: [] }]);
    await clock.advance(300_000);
    expect(opened.length).toBeLessThan(25);
  });

  it('waits as long as a 429 says', async () => {
    const limited = new AppError('runpod_rate_limited', 'slow', { retryAfterSeconds: 120 });
    const { opened, clock } = follow([{ fails: limited }, { fails: gone }]);
    await clock.advance(119_000);
    expect(opened).toHaveLength(1);
    await clock.advance(2000);
    expect(opened).toHaveLength(2);
  });

  it.each([
    ['runpod_not_found', 'gone'],
    ['runpod_key_invalid', 'forbidden'],
    ['runpod_key_forbidden', 'forbidden'],
    ['runpod_key_missing', 'forbidden'],
  ] as const)('ends at %s', async (code, end) => {
    const { opened, clock, ended } = follow([{ fails: new AppError(code, 'x') }]);
    await clock.advance(100_000);
    expect(ended()).toBe(end);
    expect(opened).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0);
  });

  it('bears with a pod that is not known yet, for as long as told', async () => {
    const appears = follow(
      [{ fails: gone }, { fails: gone }, { lines: [line('1')], fails: trouble }, { fails: gone }],
      { appearsWithinMs: 30_000 },
    );
    await appears.clock.advance(100_000);
    expect(appears.texts).toEqual(['line 1']);
    expect(appears.ended()).toBe('gone');
    expect(appears.opened).toHaveLength(4);
    const never = follow([{ fails: gone }], { appearsWithinMs: 30_000 });
    await never.clock.advance(29_000);
    expect(never.ended()).toBeUndefined();
    await never.clock.advance(60_000);
    expect(never.ended()).toBe('gone');
  });

  it('ends quietly when the caller leaves, in a pause or in the stream', async () => {
    const pausing = follow([{ lines: [line('1')] }]);
    await pausing.clock.advance(100);
    pausing.abort();
    await pausing.clock.advance(0);
    expect(pausing.ended()).toBe('aborted');
    expect(pausing.clock.pendingTimers).toBe(0);
    const reading = follow([{ lines: [], fails: trouble }]);
    reading.abort();
    await reading.clock.advance(0);
    expect(reading.ended()).toBe('aborted');
  });

  it('does not swallow a bug', async () => {
    const bug = new TypeError('x is not a function');
    const { clock, ended } = follow([{ fails: bug }]);
    await clock.advance(1000);
    expect(ended()).toBe(bug);
  });

  it('forgets lines beyond its window', async () => {
    const many = Array.from({ length: 5003 }, (_, index) => line(`${index}`));
    const { texts, clock } = follow([{ lines: many }, { lines: many, fails: gone }]);
    await clock.advance(10_000);
    expect(texts.slice(5003)).toEqual(['line 0', 'line 1', 'line 2']);
  });

  it('follows workers too', async () => {
    const { texts, clock, ended } = follow([{ lines: [line('1')], fails: gone }], {}, true);
    await clock.advance(1000);
    expect([texts, ended()]).toEqual([['line 1'], 'gone']);
  });

  it('frees the connection when the consumer stops reading', async () => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode(frame('1', 'a'))),
      cancel: () => {
        cancelled = true;
      },
    });
    const { api, clock, signal } = open(() => sse(body), networkError('ECONNRESET'));
    for await (const item of followPodLogs(api, 'p1', { clock, random: seededRandom(1) }, signal)) {
      expect(item.line).toBe('a');
      break;
    }
    expect(cancelled).toBe(true);
  });
});
