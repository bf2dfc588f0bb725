import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../src/shared/activity.ts';
import type { RequestShare } from '../../../src/main/costs/attribution.ts';
import { keyRefusal } from '../../../src/main/costs/key-budget.ts';
import { KeySpend } from '../../../src/main/costs/key-spend.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { openDb, type Db } from '../../../src/main/platform/db.ts';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 10, 24, 9);

describe('what a key may cost', () => {
  const today = () => ({ nowMs: NOW, zone: 'UTC' });
  it.each([
    ['no budget', { usdPerDay: null, usdPerMonth: null }, [99, 99], null],
    ['less than it', { usdPerDay: 1, usdPerMonth: 10 }, [0.99, 9.99], null],
    ['the day’s', { usdPerDay: 1, usdPerMonth: 10 }, [1, 5], '2026-11-25T00:00:00.000Z'],
    ['the month’s, which ends later', { usdPerDay: 1, usdPerMonth: 10 }, [1, 10], '2026-12-01T00:00:00.000Z'],
    [
      'met to a rounding',
      { usdPerDay: 0.3, usdPerMonth: null },
      [0.1 + 0.1 + 0.1 - 1e-9, 0],
      '2026-11-25T00:00:00.000Z',
    ],
  ] as const)('%s', (_what, budget, [todayUsd, monthUsd], resetsAt) => {
    const refusal = keyRefusal('editor', budget, { todayUsd, monthUsd }, today);
    expect(refusal?.details?.['resetsAt'] ?? null).toBe(resetsAt);
    if (refusal === null) return;
    expect([refusal.code, refusal.status]).toEqual(['budget_exceeded', 402]);
    expect(refusal.message).toMatch(/key "editor" is used up/);
  });
});

describe('what a key has spent', () => {
  let db: Db;
  let clock: ManualClock;
  /** What the attribution says, by the beginning of the asked span. */
  let told: (fromMs: number, toMs: number) => Record<string, number>;
  let asked: [number, number][];
  let isNeeded: boolean;
  let zone: string;
  beforeEach(() => {
    db = openDb(':memory:');
    clock = new ManualClock(NOW);
    asked = [];
    told = () => ({});
    isNeeded = true;
    zone = 'UTC';
  });
  afterEach(() => db.close());

  const spend = (): KeySpend =>
    new KeySpend({
      db,
      clock,
      zone: () => zone,
      offsetMs: () => 0,
      isNeeded: () => isNeeded,
      attribute: (fromMs, toMs) => {
        asked.push([fromMs, toMs]);
        return { shares: Object.entries(told(fromMs, toMs)).map(([client, usd]) => share(client, usd)) };
      },
    });
  const ended = (client: string | null, usd: number | null): RequestRecord => ({ ...RECORD, client, usd });

  it('is what its requests say, until the attribution says it better', () => {
    const keys = spend();
    keys.add(ended('editor', 0.25));
    keys.add(ended('editor', null));
    keys.add(ended(null, 5));
    expect([keys.of('editor'), keys.of('ci')]).toEqual([
      { todayUsd: 0.25, monthUsd: 0.25 },
      { todayUsd: 0, monthUsd: 0 },
    ]);
    told = () => ({ editor: 0.75 });
    keys.look();
    keys.add(ended('editor', 0.5));
    expect(keys.of('editor').todayUsd).toBe(1.25);
    keys.dispose();
  });

  it('is worked out again and again while a budget asks for it, and not otherwise', async () => {
    const keys = spend();
    isNeeded = false;
    await clock.advance(60_000);
    expect(asked).toEqual([]);
    isNeeded = true;
    told = () => ({ editor: 2 });
    await clock.advance(15_000);
    expect(keys.of('editor').todayUsd).toBe(2);
    keys.dispose();
  });

  it('counts the month from days that are worked out once each, across starts and midnights', async () => {
    const first = Date.UTC(2026, 10, 1);
    told = (fromMs) => ({ editor: fromMs === Date.UTC(2026, 10, 24) ? 0 : 1 });
    const keys = spend();
    await clock.advance(24 * 15_000);
    expect(keys.of('editor')).toEqual({ todayUsd: 0, monthUsd: 23 });
    expect(new Set(asked.map(([fromMs]) => fromMs)).size).toBe(24);
    expect(Math.min(...asked.map(([fromMs]) => fromMs))).toBe(first);
    keys.dispose();
    asked = [];
    const again = spend();
    expect(again.of('editor').monthUsd).toBe(23);
    await clock.advance(DAY_MS);
    expect(asked.filter(([from, to]) => to - from === DAY_MS)).toEqual([
      [Date.UTC(2026, 10, 24), Date.UTC(2026, 10, 25)],
    ]);
    expect(again.of('editor')).toEqual({ todayUsd: 1, monthUsd: 24 });
    await clock.advance(7 * DAY_MS);
    expect(again.of('editor').monthUsd).toBeLessThan(3);
    again.dispose();
  });

  it('follows another time zone', async () => {
    const keys = spend();
    keys.look();
    zone = 'Asia/Tokyo';
    await clock.advance(15_000);
    expect(asked.at(-1)?.[0]).toBe(Date.UTC(2026, 10, 23, 15));
    keys.dispose();
  });
});

const RECORD: RequestRecord = {
  id: 'r',
  at: new Date(NOW).toISOString(),
  route: 'chat',
  model: 'm',
  deployment: 'm',
  client: 'editor',
  status: 200,
  outcome: 'ok',
  errorCode: null,
  cache: 'miss',
  woke: false,
  queueMs: 0,
  firstTokenMs: 1,
  totalMs: 1,
  inputTokens: 1,
  outputTokens: 1,
  cachedTokens: null,
  tokensPerSecond: null,
  usd: null,
};

function share(client: string, usd: number): RequestShare {
  return {
    request: { ...RECORD, client },
    isOfSpan: true,
    busyUsd: usd / 2,
    bootUsd: usd / 4,
    idleUsd: usd / 4,
  };
}
