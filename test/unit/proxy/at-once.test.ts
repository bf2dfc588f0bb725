import { expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { AnswerCache } from '../../../src/main/proxy/answer-cache.ts';
import { bytesReply, type Handle, type Stage } from '../../../src/main/proxy/call.ts';
import { RecentRequests } from '../../../src/main/proxy/dashboard.ts';
import { cacheAnswers } from '../../../src/main/proxy/stages/cache-answers.ts';
import { form } from '../../../src/main/proxy/stages/form.ts';
import { keepAlive } from '../../../src/main/proxy/stages/keep-alive.ts';
import { limitRates } from '../../../src/main/proxy/stages/limit-rates.ts';
import { meter } from '../../../src/main/proxy/stages/meter.ts';
import { recallRefusals } from '../../../src/main/proxy/stages/recall-refusals.ts';
import { speakOllama } from '../../../src/main/proxy/stages/speak-ollama.ts';
import { Ticker } from '../../../src/main/proxy/ticker.ts';
import type { RequestRecord } from '../../../src/main/proxy/trace.ts';
import { Turnstile } from '../../../src/main/proxy/turnstile.ts';
import { chatCall } from '../../support/proxy-call.ts';

const limits = { requestsPerMinute: 2, tokensPerMinute: 1e6, concurrent: 1, queue: 0, queueSeconds: 0 };

function outerStages(): { handle: (innermost: Handle) => Handle; records: RequestRecord[] } {
  const clock = new ManualClock();
  const records: RequestRecord[] = [];
  const stages: readonly Stage[] = [
    meter({ clock, onCompleted: (record) => records.push(record) }),
    keepAlive(new Ticker(clock), clock),
    recallRefusals(clock),
    limitRates({ clock, turnstile: new Turnstile(clock), modelLimits: () => limits }),
    speakOllama(clock),
    form(() => false),
    cacheAnswers({
      clock,
      cache: new AnswerCache(clock, 1e6, null),
      rules: () => ({ answers: 'all', ttlSeconds: 60, maxEntryMb: 1 }),
    }),
  ];
  return {
    handle: (innermost) => stages.reduceRight<Handle>((next, stage) => stage(next), innermost),
    records,
  };
}

it('a hit is answered in the same turn, limited and reported like any other request', async () => {
  const { handle, records } = outerStages();
  let asked = 0;
  const ask = handle(async (call) => {
    asked++;
    call.trace.target = call.target;
    return bytesReply(Buffer.from('{}'));
  });
  const { signal } = new AbortController();
  const first = ask(chatCall(signal));
  expect(first).toBeInstanceOf(Promise);
  await first;
  const again = ask(chatCall(signal));
  expect(again).toMatchObject({
    status: 200,
    headers: { 'x-cache': 'hit', 'x-ratelimit-remaining-requests': '0' },
  });
  await expect(async () => ask(chatCall(signal))).rejects.toMatchObject({ code: 'rate_limited' });
  expect(asked).toBe(1);
  expect(records.map(({ outcome, cache, errorCode }) => [outcome, cache, errorCode])).toEqual([
    ['ok', 'miss', null],
    ['ok', 'hit', null],
    ['error', 'bypass', 'rate_limited'],
  ]);
});

it('what an inner stage throws at once gives back its turn and is reported', async () => {
  const { handle, records } = outerStages();
  const ask = handle(() => {
    throw new AppError('upstream_failed', 'no');
  });
  const { signal } = new AbortController();
  for (const _ of [1, 2]) {
    await expect(async () => ask(chatCall(signal))).rejects.toMatchObject({ code: 'upstream_failed' });
  }
  expect(records.map(({ errorCode }) => errorCode)).toEqual(['upstream_failed', 'upstream_failed']);
});

it('the last requests are listed newest first, and rows given out stay as they were', async () => {
  const recent = new RecentRequests(3);
  const { handle, records } = outerStages();
  await handle(() => bytesReply(Buffer.from('{}')))(chatCall(new AbortController().signal));
  const [sample] = records;
  if (sample === undefined) throw new Error('no record');
  const add = (id: string): void => recent.add({ ...sample, id });
  for (const id of ['a', 'b']) add(id);
  expect(recent.list().map(({ id }) => id)).toEqual(['b', 'a']);
  for (const id of ['c', 'd', 'e']) add(id);
  const listed = recent.list();
  add('f');
  expect(listed.map(({ id }) => id)).toEqual(['e', 'd', 'c']);
  expect(recent.list().map(({ id }) => id)).toEqual(['f', 'e', 'd']);
});
