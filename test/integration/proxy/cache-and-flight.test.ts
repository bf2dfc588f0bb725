import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/main/logs/log.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { SqliteAnswerStore } from '../../../src/main/proxy/answer-store.ts';
import { dataOf, eventually, Harness, textOf } from '../../support/proxy-harness.ts';
import { upstreamAt } from '../../support/proxy-targets.ts';
import { answerChat, chatEvents, type Script } from '../../support/proxy-upstream.ts';

let h: Harness;
beforeEach(async () => {
  h = await Harness.start();
});
afterEach(() => h.stop());

const fixed = { temperature: 0 };
const cacheOf = (res: Response): string | null => res.headers.get('x-cache');

/** A stream that goes on when told. */
function stepped(words: readonly string[]): { script: Script; step: () => void; finish: () => void } {
  let step = (): void => {};
  let finish = (): void => {};
  const script: Script = (_request, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    const events = chatEvents(words, { usage: true });
    res.write(events.shift());
    step = () => res.write(events.shift());
    finish = () => {
      for (const event of events.splice(0)) res.write(event);
      res.end();
    };
  };
  return { script, step: () => step(), finish: () => finish() };
}

describe('the cache', () => {
  it('answers a deterministic request once upstream, in whichever form it is asked again', async () => {
    const first = await h.chat({ ...fixed, stream: true });
    expect([cacheOf(first), textOf(await first.text())]).toEqual(['miss', 'Hello there']);
    const again = await h.chat({ ...fixed, stream: true, stream_options: { include_usage: true } });
    expect(cacheOf(again)).toBe('hit');
    const text = await again.text();
    expect(textOf(text)).toBe('Hello there');
    expect(text).toContain('"usage"');
    expect(text.endsWith('data: [DONE]\n\n')).toBe(true);
    expect(JSON.parse(dataOf(text)[0] ?? '')).toMatchObject({ choices: [{ delta: { role: 'assistant' } }] });
    const plain = await h.chat(fixed);
    expect(cacheOf(plain)).toBe('hit');
    expect(await plain.json()).toMatchObject({ choices: [{ message: { content: 'Hello there' } }] });
    expect(h.upstream.received).toHaveLength(1);
    expect(h.records.map((record) => record.cache)).toEqual(['miss', 'hit', 'hit']);
    expect(h.records[2]?.usage.tokensOut).toBe(3);
  });

  it('is asked by meaning: key order and spacing do not matter, parameters do', async () => {
    await (await h.post('/v1/chat/completions', '{"model":"m","messages":[],"temperature":0}')).text();
    const same = await h.post(
      '/v1/chat/completions',
      '{ "temperature":0, "messages":[], "model":"m", "user":"x" }',
    );
    expect(cacheOf(same)).toBe('hit');
    const other = await h.post(
      '/v1/chat/completions',
      '{"model":"m","messages":[],"temperature":0,"top_k":1}',
    );
    expect(cacheOf(other)).toBe('miss');
    const alias = await h.post('/v1/chat/completions', '{"model":"alias","messages":[],"temperature":0}');
    expect(cacheOf(alias)).toBe('miss');
  });

  it('leaves sampled answers alone unless told otherwise, and obeys the headers', async () => {
    expect([cacheOf(await h.chat()), cacheOf(await h.chat())]).toEqual(['bypass', 'bypass']);
    h.settings = { ...h.settings, cache: { ...h.settings.cache, answers: 'all' } };
    expect([cacheOf(await h.chat()), cacheOf(await h.chat())]).toEqual(['miss', 'hit']);
    const noStore = { headers: { 'cache-control': 'no-store' } };
    expect(cacheOf(await h.chat({ seed: 1 }, noStore))).toBe('bypass');
    expect(cacheOf(await h.chat({ seed: 1 }))).toBe('miss');
    expect(cacheOf(await h.chat({ seed: 1 }, { headers: { 'cache-control': 'no-cache' } }))).toBe('miss');
    expect(cacheOf(await h.chat({ seed: 1 }, { headers: { 'x-cache-ttl': '0' } }))).toBe('bypass');
  });

  it('trap 43: keeps only complete answers', async () => {
    h.upstream.next((_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.write(chatEvents(['half']).slice(0, 2).join(''));
      setImmediate(() => res.destroy());
    });
    expect(await (await h.chat({ ...fixed, stream: true })).text()).toContain('"error"');
    const again = await h.chat({ ...fixed, stream: true });
    expect([cacheOf(again), textOf(await again.text())]).toEqual(['miss', 'Hello there']);
  });

  it('trap 42: a new launch or another key does not see old answers', async () => {
    await (await h.chat(fixed)).text();
    h.target.wakeUp(upstreamAt(h.upstream.url, { fingerprint: 'f2' }));
    expect(cacheOf(await h.chat(fixed))).toBe('miss');
    expect(h.proxy.clearCache('m')).toBe(2);
    expect(cacheOf(await h.chat(fixed))).toBe('miss');
  });

  it('survives a restart on disk, expires and stays bounded', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'answers-'));
    try {
      const open = (): SqliteAnswerStore => new SqliteAnswerStore(folder, 20_000, systemClock, silentLog);
      await h.stop();
      h = await Harness.start({ options: { answerStore: open() } });
      await (await h.chat({ ...fixed, stream: true })).text();
      await h.stop();
      h = await Harness.start({ options: { answerStore: open() } });
      h.target.wakeUp(upstreamAt(h.upstream.url));
      const again = await h.chat(fixed);
      expect([cacheOf(again), h.upstream.received.length]).toEqual(['hit', 0]);
      expect(await again.json()).toMatchObject({ choices: [{ message: { content: 'Hello there' } }] });
      h.upstream.script = answerChat('x'.repeat(3000));
      for (let seed = 0; seed < 60; seed++) await (await h.chat({ seed })).text();
      await h.proxy.close({ graceMs: 0 });
      const store = open();
      expect(store.clear(null)).toBeLessThan(60);
      store.close();
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('trap 45: one flight', () => {
  it('shares one upstream call; who joins late gets the answer from its beginning', async () => {
    const { script, step, finish } = stepped(['one ', 'two ', 'three']);
    h.upstream.script = script;
    const first = await h.chat({ stream: true });
    step();
    const second = await h.chat({ stream: true });
    finish();
    expect([textOf(await first.text()), textOf(await second.text())]).toEqual([
      'one two three',
      'one two three',
    ]);
    expect(cacheOf(second)).toBe('coalesced');
    expect(h.upstream.received).toHaveLength(1);
    expect(h.records.map((record) => record.usage.tokensOut)).toEqual([3, 3]);
    expect([h.target.leasesBegun, h.target.leasesEnded]).toEqual([1, 1]);
  });

  it('a leader that leaves takes nobody with it; the last one to leave ends the call', async () => {
    const { script, step, finish } = stepped(['one ', 'two']);
    h.upstream.script = script;
    const leave = new AbortController();
    const first = await h.chat({ stream: true }, { signal: leave.signal });
    const second = await h.chat({ stream: true });
    leave.abort();
    await expect(first.text()).rejects.toThrow(/abort/i);
    await eventually(() => h.records.length === 1, 'the leader is recorded');
    step();
    finish();
    expect(textOf(await second.text())).toBe('one two');
    expect(h.upstream.aborted).toBe(0);

    const others = [new AbortController(), new AbortController()];
    const pending = Promise.allSettled(
      others.map(async (other) => (await h.chat({ stream: true }, { signal: other.signal })).text()),
    );
    await h.upstream.until(() => h.upstream.received.length === 2);
    for (const other of others) other.abort();
    await h.upstream.until(() => h.upstream.aborted === 1);
    await pending;
    expect(h.target.leasesEnded).toBe(2);
  });

  it('different bodies, keys of different clients and no-cache stay apart', async () => {
    await Promise.all([
      h.chat({ n: 1 }),
      h.chat({ n: 2 }),
      h.chat({ n: 1 }, { headers: { 'cache-control': 'no-cache' } }),
    ]);
    expect(h.upstream.received).toHaveLength(3);
  });

  it('sampled answers can be had one each: by a header, or for all by the setting', async () => {
    const finish: (() => void)[] = [];
    h.upstream.script = (request, res) => finish.push(() => answerChat('own')(request, res));
    const apart = { headers: { 'x-single-flight': 'off' } };
    const asked = [h.chat({}, apart), h.chat({}, apart)];
    await h.upstream.until(() => h.upstream.received.length === 2);
    expect(h.upstream.received[0]?.headers['x-single-flight']).toBeUndefined();
    h.settings = { ...h.settings, singleFlight: 'deterministic' };
    asked.push(h.chat({ n: 1 }), h.chat({ n: 1 }), h.chat({ seed: 5 }), h.chat({ seed: 5 }));
    await h.upstream.until(() => h.upstream.received.length === 5);
    // Who asks again joins what is already running for it.
    asked.push(h.chat({ n: 1 }, { headers: { 'x-stainless-retry-count': '1' } }));
    await eventually(() => h.proxy.stats().inFlight === asked.length, 'all wait');
    for (const answer of finish) answer();
    const answers = await Promise.all(asked.map(async (res) => cacheOf(await res)));
    expect(answers.filter((cache) => cache === 'coalesced')).toHaveLength(2);
    expect(h.upstream.received).toHaveLength(5);
  });

  it('a script with a thousand identical calls at once is served by one', async () => {
    const { script, finish } = stepped(['all']);
    h.upstream.script = script;
    const calls = Array.from({ length: 1000 }, async () => (await h.chat()).text());
    await eventually(() => h.proxy.stats().inFlight === 1000, 'all wait');
    finish();
    const texts = await Promise.all(calls);
    expect(new Set(texts).size).toBe(1);
    expect([h.upstream.received.length, h.records.length]).toEqual([1, 1000]);
  });

  it('plain calls share too', async () => {
    const { script, finish } = stepped(['both']);
    h.upstream.script = script;
    const both = [h.chat(), h.chat()];
    await h.upstream.until(() => h.upstream.received.length === 1);
    await eventually(() => h.proxy.stats().inFlight === 2, 'both wait');
    finish();
    for (const res of await Promise.all(both)) {
      expect(await res.json()).toMatchObject({ choices: [{ message: { content: 'both' } }] });
    }
    expect(h.upstream.received).toHaveLength(1);
  });
});
