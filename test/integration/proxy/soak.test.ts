import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { randomInt, seededRandom } from '../../../src/main/platform/random.ts';
import { dataOf, eventually, Harness, textOf } from '../../support/proxy-harness.ts';
import { upstreamAt } from '../../support/proxy-targets.ts';
import { answerChat, chatEvents, gatewayPage, sendJson, type Script } from '../../support/proxy-upstream.ts';

/** Many requests through random faults; afterwards nothing may be left over. */
const REQUESTS = 400;
const AT_ONCE = 24;

let h: Harness;
beforeEach(async () => {
  h = await Harness.start({
    settings: {
      retries: 2,
      breaker: { failures: 100, openSeconds: 0.05 },
      limits: { concurrent: 16, queue: 1000 },
      wakesPerHour: 1000,
    },
  });
});
afterEach(() => h.stop());

const WORDS = ['one ', 'two ', 'three ', 'four'];
const FULL = WORDS.join('');

function faults(random: ReturnType<typeof seededRandom>): Script {
  const bytes = Buffer.from(chatEvents(WORDS, { usage: true }).join(''));
  const dieAt =
    (cut: number): Script =>
    (_request, res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream' });
      res.flushHeaders();
      if (cut > 0) res.write(bytes.subarray(0, cut));
      setImmediate(() => res.destroy());
    };
  const late: Script = (request, res) => {
    setTimeout(() => answerChat(FULL)(request, res), randomInt(random, 1, 20));
  };
  const crumbs: Script = (_request, res) => {
    res.writeHead(200, { 'content-type': 'text/event-stream' });
    for (let at = 0; at < bytes.length; at += 37) res.write(bytes.subarray(at, at + 37));
    res.end();
  };
  return (request, res) => {
    const choices: readonly Script[] = [
      answerChat(FULL),
      answerChat(FULL),
      answerChat(FULL),
      late,
      crumbs,
      dieAt(randomInt(random, 0, bytes.length - 1)),
      gatewayPage(502),
      (_req, broken) => broken.destroy(),
      (_req, busy) => sendJson(busy, 503, { error: { message: 'busy' } }, { 'retry-after': '0' }),
      (_req, failing) => sendJson(failing, 500, { error: { message: 'CUDA' } }),
    ];
    (choices[randomInt(random, 0, choices.length - 1)] ?? answerChat(FULL))(request, res);
  };
}

describe('fault soak', () => {
  it('every request ends honestly, is recorded once, and leaves nothing behind', async () => {
    const random = seededRandom(20_261_124);
    h.upstream.script = faults(random);
    h.target.onUnreachable = () => {
      if (random.next() < 0.3) h.target.sleep();
    };
    const keepAwake = setInterval(() => h.target.wakeUp(upstreamAt(h.upstream.url)), 15);
    const lies: string[] = [];
    let sent = 0;

    const one = async (i: number): Promise<void> => {
      const stream = random.next() < 0.6;
      const leave = new AbortController();
      const leaves = random.next() < 0.2;
      if (leaves) setTimeout(() => leave.abort(), randomInt(random, 0, 25));
      // Some share a body and thus a flight, some are cacheable.
      const fields = { stream, n: i % 50, ...(random.next() < 0.2 ? { temperature: 0 } : {}) };
      try {
        const res = await h.chat(fields, { signal: leave.signal });
        const text = await res.text();
        if (res.status !== 200) return;
        const whole = stream ? text.includes('[DONE]') : text.includes('"finish_reason":"stop"');
        const got = stream
          ? textOf(
              dataOf(text)
                .filter((d) => !d.includes('"error"'))
                .map((d) => `data: ${d}`)
                .join('\n'),
            )
          : '';
        if (whole && stream && got !== FULL) lies.push(`whole but "${got}"`);
        if (!whole && !text.includes('"error"')) lies.push(`neither whole nor error: ${text.slice(-200)}`);
      } catch (error) {
        if (!leaves) lies.push(`threw ${String(error)}`);
      }
    };
    const worker = async (): Promise<void> => {
      while (sent < REQUESTS) await one(sent++);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    clearInterval(keepAwake);

    expect(lies).toEqual([]);
    await eventually(() => h.proxy.stats().inFlight === 0, 'nothing is under way');
    await eventually(() => h.target.leasesEnded === h.target.leasesBegun, 'every lease has ended');
    // Who left before the request had arrived was never a request.
    expect(h.records.length).toBeGreaterThan(REQUESTS * 0.8);
    expect(new Set(h.records.map((record) => record.id)).size).toBe(h.records.length);
    expect(new Set(h.records.map((record) => record.outcome))).toEqual(new Set(['ok', 'error', 'aborted']));
    expect(h.proxy.stats().targets[0]?.inFlight).toBe(0);
    h.target.wakeUp(upstreamAt(h.upstream.url));
    h.upstream.script = answerChat('still here');
    expect(textOf(await (await h.chat({ stream: true })).text())).toBe('still here');
  });
});
