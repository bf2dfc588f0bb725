import { describe, expect, it } from 'vitest';
import { toRequestRecord, usdOfTokens } from '../../../src/main/activity/from-proxy.ts';
import { attribute } from '../../../src/main/costs/attribution.ts';
import { PUBLIC_PRICES, publicPriceOf } from '../../../src/main/costs/public-prices.ts';
import type { RequestRecord } from '../../../src/main/proxy/trace.ts';

const KIMI = { kind: 'tokens', usdPerMillionInput: 0.95, usdPerMillionOutput: 4 } as const;
const AROUND = { usdPerHour: 3.6, sharing: 1 };

const record = (fields: Partial<RequestRecord> = {}): RequestRecord => ({
  id: 'r',
  at: Date.UTC(2026, 10, 24, 9),
  route: 'chat',
  model: 'kimi-k2.6',
  keyId: 'owner',
  keyName: 'owner',
  userAgent: '',
  stream: true,
  outcome: 'ok',
  status: 200,
  errorCode: null,
  targetId: 'public_kimi-k2.6',
  targetName: 'kimi-k2.6',
  servedModel: 'kimi-k2.6',
  simulated: false,
  cache: 'miss',
  usage: { tokensIn: 1000, tokensOut: 500, tokensCached: null },
  usageEstimated: false,
  costUsd: null,
  payment: KIMI,
  ttftMs: 10,
  durationMs: 1000,
  tokensPerSecond: 10,
  wakeMs: null,
  queuedMs: null,
  attempts: 1,
  clamped: false,
  bridged: false,
  maybePaidTwice: false,
  finishReason: 'stop',
  bytesIn: 4000,
  bytesOut: 1,
  ...fields,
});
const unused = { tokensIn: null, tokensOut: null, tokensCached: null };

describe('what a request to a public endpoint cost', () => {
  it.each([
    ['its tokens at list price', {}, 0.00295],
    ['what the answer says, when it does', { costUsd: 0.0012 }, 0.0012],
    [
      'an estimate of the prompt, when the answer broke off',
      { usage: { ...unused, tokensOut: 500 } },
      0.00295,
    ],
    ['nothing, when nothing was answered', { usage: unused, outcome: 'error', status: 503 }, 0],
    ['nothing to book, from the cache', { cache: 'hit' }, null],
    ['nothing to book, shared with another request', { cache: 'coalesced' }, null],
  ] as const)('%s', (_what, fields, usd) => {
    expect(usdOfTokens(record(fields))).toStrictEqual(usd);
    expect(toRequestRecord(record(fields), AROUND).usd).toStrictEqual(usd);
  });

  it('is not the price of hardware, and unknown for a server of the user’s own', () => {
    expect(toRequestRecord(record({ payment: null }), AROUND).usd).toBeCloseTo(0.001, 12);
    expect(toRequestRecord(record({ payment: { kind: 'unknown' } }), AROUND).usd).toBeNull();
    expect(usdOfTokens(record({ payment: { kind: 'unknown' }, costUsd: 9 }))).toBeNull();
  });

  it('is its own on the cost page, to the cent', () => {
    const requests = ['a', 'b'].map((id) => toRequestRecord(record({ id, keyName: id }), AROUND));
    const charged = (usd: number) => ({
      deploymentId: 'public_kimi-k2.6',
      deploymentName: 'kimi-k2.6',
      kind: 'tokens' as const,
      startedMs: 0,
      endedMs: 0,
      usdPerHour: 0,
      usd,
    });
    const { shares, nobody, usd } = attribute({
      intervals: [charged(0.00295), charged(0.00295), charged(0.001)],
      requests,
      deploymentOf: () => 'public_kimi-k2.6',
      offsetMs: 0,
    });
    expect(shares.map(({ busyUsd }) => busyUsd)).toEqual([expect.closeTo(0.00295), expect.closeTo(0.00295)]);
    expect(nobody).toEqual([{ deploymentId: 'public_kimi-k2.6', usd: expect.closeTo(0.001) }]);
    expect(usd).toBeCloseTo(0.0069, 12);
  });
});

it('every public endpoint has a name of its own and a price', () => {
  const ids = PUBLIC_PRICES.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const price of PUBLIC_PRICES) {
    expect(Math.min(price.usdPerMillionInput, price.usdPerMillionOutput)).toBeGreaterThan(0);
    expect(price.id).toMatch(/^[a-z0-9][a-z0-9._-]{0,39}$/);
  }
  expect([publicPriceOf('kimi-k3')?.slug, publicPriceOf('kimi')]).toEqual(['moonshot-kimi', null]);
});

it('a row says that a request may have been billed twice, except to those who shared its answer', () => {
  const row = (fields: Partial<RequestRecord>): boolean | undefined =>
    toRequestRecord(record(fields), AROUND).maybePaidTwice;
  expect(row({})).toBeUndefined();
  expect(row({ maybePaidTwice: true })).toBe(true);
  expect(row({ maybePaidTwice: true, cache: 'coalesced' })).toBeUndefined();
});
