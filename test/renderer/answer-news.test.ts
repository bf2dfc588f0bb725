import { describe, expect, it } from 'vitest';
import { answerNews } from '../../src/renderer/view/answer-news.ts';
import type { RequestRecord } from '../../src/shared/model.ts';
import { sampleRequest } from '../support/samples.ts';

const request = (change: Partial<RequestRecord> = {}): RequestRecord => ({
  ...sampleRequest(),
  id: 'now',
  model: 'coder',
  client: 'cline',
  woke: false,
  firstTokenMs: 610,
  usd: 0.0005,
  ...change,
});
const before = request({ id: 'before' });
const WOKE = { title: 'coder woke for cline in 52 s', body: null };

describe('what an answer is worth saying', () => {
  it.each([
    [
      'the first there ever was',
      request(),
      [],
      { title: 'coder answered', body: 'first token 610 ms · $0.00050' },
    ],
    ['not known what was before', request(), null, null],
    ['one of many', request(), [before], null],
    [
      'failures before it are no answers',
      request(),
      [{ ...before, outcome: 'error' }],
      { title: 'coder answered', body: 'first token 610 ms · $0.00050' },
    ],
    ['a failure is no answer', request({ outcome: 'error' }), [], null],
    ['a start it waited for', request({ woke: true, firstTokenMs: 52_000 }), [before], WOKE],
    ['the same start, told already', request({ woke: true }), [{ ...before, woke: true }], null],
    [
      'another deployment woke meanwhile',
      request({ woke: true, firstTokenMs: 52_000 }),
      [{ ...before, woke: true, deployment: 'other' }],
      WOKE,
    ],
  ] as const)('%s', (_what, now, recent, expected) => {
    expect(answerNews(now, recent)).toEqual(expected);
  });
});
