import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { FakeQueue } from '../../support/fake-queue.ts';
import {
  advanceUntil,
  dataOf,
  eventually,
  Harness,
  settled as settledBy,
  textOf,
} from '../../support/proxy-harness.ts';
import { chatEvents, gatewayPage, sendJson, type Script } from '../../support/proxy-upstream.ts';

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

const settled = <T>(pending: Promise<T>): Promise<T> => settledBy(clock, pending);
const answered = async (pending: Promise<Response>): Promise<{ res: Response; text: string }> => {
  const res = await settled(pending);
  return { res, text: await settled(res.text()) };
};
const submitted = (): Promise<void> => eventually(() => queue.jobs.length > 0, 'a job');
const drop: Script = (_request, res) => {
  res.destroy();
};
const HELLO = chatEvents(['Hello ', 'there'], { usage: true }).join('');

describe('a client that leaves', () => {
  it('while the submit is on its way: the job is withdrawn when its id is known', async () => {
    const held: (() => void)[] = [];
    queue.odd['run'] = [
      (_request, res) => {
        held.push(() => {
          queue.jobs.push({ id: 'late', body: {}, status: 'IN_QUEUE', fresh: [], all: [], error: null });
          sendJson(res, 200, { id: 'late', status: 'IN_QUEUE' });
        });
      },
    ];
    const leave = new AbortController();
    const pending = h.chat({ stream: true }, { signal: leave.signal });
    await eventually(() => held.length === 1, 'the submit');
    leave.abort();
    await expect(pending).rejects.toThrow(/abort/i);
    await eventually(() => h.records.length === 1, 'the record');
    held[0]?.();
    await eventually(() => queue.cancelled.includes('late'), 'the cancel');
    expect(h.records[0]).toMatchObject({ outcome: 'aborted' });
    expect(queue.looks).toEqual([]);
  });

  for (const stream of [true, false]) {
    it(`while it waits in the queue (${stream ? 'streamed' : 'plain'}): the job is withdrawn`, async () => {
      const leave = new AbortController();
      const pending = h.chat({ stream }, { signal: leave.signal });
      await submitted();
      await eventually(() => queue.looks.length === 1, 'a look');
      leave.abort();
      await expect(pending).rejects.toThrow(/abort/i);
      await eventually(() => queue.cancelled.length === 1, 'the cancel');
      const looks = queue.looks.length;
      await clock.advance(10_000);
      expect([queue.cancelled, queue.looks.length]).toEqual([['job-1'], looks]);
      expect([h.target.leasesBegun, h.target.leasesEnded]).toEqual([1, 1]);
    });
  }

  it('while the answer flows: the job is withdrawn', async () => {
    const leave = new AbortController();
    const pending = h.chat({ stream: true }, { signal: leave.signal });
    await submitted();
    queue.write(...chatEvents(['a', 'b']).slice(0, 3));
    const res = await settled(pending);
    const reader = res.body?.getReader();
    await reader?.read();
    leave.abort();
    await eventually(() => queue.cancelled.length === 1, 'the cancel');
    await eventually(() => h.records.length === 1, 'the record');
    expect(h.records[0]).toMatchObject({ outcome: 'aborted', usageEstimated: true });
  });

  it('is one of several that share a job: the job goes on for the others', async () => {
    const leave = new AbortController();
    const body = { stream: true, seed: 1 };
    const first = h.chat(body, { signal: leave.signal });
    await submitted();
    const second = h.chat(body);
    await eventually(() => h.proxy.stats().inFlight === 2, 'both');
    leave.abort();
    await expect(first).rejects.toThrow(/abort/i);
    await eventually(() => h.records.length === 1, 'the record');
    queue.write(HELLO);
    queue.end('COMPLETED');
    expect(textOf((await answered(second)).text)).toBe('Hello there');
    expect([queue.jobs.length, queue.cancelled]).toEqual([1, []]);
  });

  it('withdraws again where RunPod did not hear it, and leaves jobs that are over alone', async () => {
    queue.odd['cancel'] = [
      drop,
      (_request, res) => sendJson(res, 429, { error: 'too many' }, { 'retry-after': '2' }),
    ];
    const leave = new AbortController();
    const pending = h.chat({ stream: true }, { signal: leave.signal });
    await submitted();
    leave.abort();
    await expect(pending).rejects.toThrow(/abort/i);
    await advanceUntil(clock, 500, () => queue.cancelled.length === 3, 'three cancels');
    await clock.advance(60_000);
    expect(queue.cancelled).toEqual(['job-1', 'job-1', 'job-1']);
  });

  it('the app closes: jobs are withdrawn before the connections are', async () => {
    const pending = h.chat({ stream: true });
    await submitted();
    const closed = h.proxy.close({ graceMs: 0 });
    await advanceUntil(clock, 250, () => queue.cancelled.length === 1, 'the cancel');
    expect((await settled(pending)).status).toBe(503);
    await settled(closed);
  });
});

describe('answers that are lost on the way', () => {
  it('while the job waits, cost nothing', async () => {
    queue.odd['stream'] = [drop, gatewayPage(502), (_request, res) => sendJson(res, 500, {})];
    const pending = h.chat({ stream: true });
    await submitted();
    await advanceUntil(
      clock,
      250,
      () => queue.looks.filter((look) => look === 'status').length >= 3,
      'looks',
    );
    queue.write(HELLO);
    queue.end('COMPLETED');
    expect(textOf((await answered(pending)).text)).toBe('Hello there');
    expect(queue.looks.filter((look) => look === 'stream').length).toBeGreaterThan(3);
  });

  it('in the middle of the text are made good from the whole output, without a gap', async () => {
    const pending = h.chat({ stream: true });
    await submitted();
    const events = chatEvents(['a', 'b', 'c', 'd'], { usage: true });
    queue.write(...events.slice(0, 2));
    const res = await settled(pending);
    const text = res.text();
    // This look takes what is new, and its answer is lost.
    queue.odd['stream'] = [
      (_request, response) => {
        queue.only.fresh = [];
        response.destroy();
      },
    ];
    queue.write(...events.slice(2, 4));
    await advanceUntil(clock, 250, () => queue.looks.includes('status'), 'a look at the state');
    queue.write(...events.slice(4));
    queue.end('COMPLETED');
    expect(textOf(await settled(text))).toBe('abcd');
    expect(h.records[0]).toMatchObject({ outcome: 'ok' });
  });

  it('that cannot be made good end the stream with an error', async () => {
    const pending = h.chat({ stream: true });
    await submitted();
    queue.write(...chatEvents(['a']).slice(0, 2));
    const res = await settled(pending);
    queue.odd['stream'] = [drop];
    queue.end('COMPLETED');
    queue.only.all.length = 0;
    queue.only.all.push('data: something else');
    expect(dataOf(await settled(res.text())).at(-1)).toMatch(/lost on the way/);
  });

  it('for minutes end the wait', async () => {
    queue.odd['stream'] = [drop];
    queue.odd['status'] = Array.from({ length: 100 }, () => drop);
    const pending = h.chat({ stream: true });
    await submitted();
    expect(await settled((await settled(pending)).text())).toMatch(/cannot be reached/);
    expect(clock.monotonic()).toBeLessThan(200_000);
  });

  it('are not hurried when RunPod says so', async () => {
    queue.odd['stream'] = [
      (_request, res) => sendJson(res, 429, { error: 'too many' }, { 'retry-after': '20' }),
    ];
    const pending = h.chat({ stream: true });
    await submitted();
    await eventually(() => queue.looks.length === 1, 'a look');
    await clock.advance(19_000);
    expect(queue.looks).toHaveLength(1);
    queue.write(HELLO);
    queue.end('COMPLETED');
    expect(textOf((await answered(pending)).text)).toBe('Hello there');
  });
});
