import { describe, expect, it } from 'vitest';
import { createBudgetGuard, type BudgetGuard } from '../../../src/main/costs/budget-guard.ts';
import {
  judgeBudget,
  noticesOf,
  periodOf,
  type BudgetLimit,
  type BudgetScope,
} from '../../../src/main/costs/budgets.ts';
import { openDb } from '../../../src/main/platform/db.ts';

const NOON = Date.parse('2026-11-24T12:00:00Z');
const DAY = 86_400_000;
const dayScope: BudgetScope = { kind: 'day' };
const monthScope: BudgetScope = { kind: 'month' };
const ownScope: BudgetScope = { kind: 'deployment', deploymentId: 'dep_1', name: 'coder' };

describe('periodOf', () => {
  it('is the day or month on the user’s clock, and each deployment’s own day', () => {
    expect(periodOf(dayScope, Date.parse('2026-11-24T23:30:00Z'), 'Europe/Berlin')).toEqual({
      key: 'day 2026-11-25',
      fromMs: Date.parse('2026-11-24T23:00:00Z'),
      toMs: Date.parse('2026-11-25T23:00:00Z'),
    });
    expect(periodOf(monthScope, NOON, 'UTC')).toEqual({
      key: 'month 2026-11',
      fromMs: Date.parse('2026-11-01T00:00:00Z'),
      toMs: Date.parse('2026-12-01T00:00:00Z'),
    });
    expect(periodOf(ownScope, NOON, 'UTC').key).toBe('deployment dep_1 2026-11-24');
  });
});

describe('judgeBudget', () => {
  const period = periodOf(dayScope, NOON, 'UTC');

  it.each([
    [0, null, 'ok'],
    [3.99, null, 'ok'],
    [4, null, 'warn'],
    [4.99, null, 'warn'],
    [5, null, 'stop'],
    // Ten additions of 0.5 in floating point.
    [4.9999999999, null, 'stop'],
    [5, 8, 'ok'],
    [6.4, 8, 'warn'],
    [8, 8, 'stop'],
    // An override never lowers a limit.
    [3, 1, 'ok'],
  ])('%d spent of 5, raised to %s, is %s', (spent, override, level) => {
    expect(judgeBudget({ scope: dayScope, usd: 5 }, period, spent, override).level).toBe(level);
  });
});

describe('noticesOf', () => {
  const stateAt = (spent: number, override: number | null = null) =>
    judgeBudget({ scope: dayScope, usd: 5 }, periodOf(dayScope, NOON, 'UTC'), spent, override);

  it('tells each level once in a period, and again for a raised limit', () => {
    const given = new Set<string>();
    const kinds = [3, 4, 4.5, 5, 6].map((spent) => {
      const notices = noticesOf([stateAt(spent)], given);
      for (const notice of notices) given.add(notice.key);
      return notices.map((notice) => notice.kind);
    });
    expect(kinds).toEqual([[], ['warn'], [], ['stop'], []]);
    expect(noticesOf([stateAt(8, 8)], given).map((notice) => notice.kind)).toEqual(['stop']);
  });

  it('says what happened, in money, and what follows', () => {
    const own = judgeBudget({ scope: ownScope, usd: 2 }, periodOf(ownScope, NOON, 'UTC'), 2.5, null);
    expect(noticesOf([stateAt(4.2), own], new Set()).map(({ title, body }) => [title, body])).toEqual([
      ["Today's budget is nearly used up", '$4.20 of $5.00 spent (84 %). At 100 % pods are stopped.'],
      [
        "Today's budget of coder is used up",
        '$2.50 of $2.00 spent. coder is stopped and not started on request until the budget is raised or tomorrow begins.',
      ],
    ]);
  });
});

describe('BudgetGuard', () => {
  function guarded(limits: BudgetLimit[]) {
    const db = openDb(':memory:');
    const spent = { all: 0, own: 0 };
    const rate = { all: 0, own: 0 };
    const open = (): BudgetGuard =>
      createBudgetGuard({
        db,
        ledger: {
          spent: (filter) => (filter.deploymentId === undefined ? spent.all : spent.own),
          usdPerHour: (filter) => (filter.deploymentId === undefined ? rate.all : rate.own),
        },
        limits: () => limits,
        zone: () => 'UTC',
      });
    return { guard: open(), open, spent, rate };
  }

  it('refuses what a used-up budget covers, and only that', () => {
    const { guard, spent } = guarded([
      { scope: dayScope, usd: 5 },
      { scope: ownScope, usd: 2 },
    ]);
    expect(guard.refusal('dep_1', NOON)).toBeNull();
    spent.own = 2;
    expect(guard.refusal('dep_1', NOON)).toMatchObject({
      code: 'budget_exceeded',
      message: "Today's budget of coder of $2.00 is used up ($2.00 spent).",
      details: { resetsAt: '2026-11-25T00:00:00.000Z' },
    });
    expect(guard.refusal('dep_2', NOON)).toBeNull();
    spent.all = 5;
    expect(guard.refusal('dep_2', NOON)).toMatchObject({
      code: 'budget_exceeded',
      details: { scope: 'day' },
    });
  });

  it('refuses a start that costs more than what is left, and none that fits', () => {
    const { guard, spent } = guarded([{ scope: dayScope, usd: 5 }]);
    spent.all = 4.8;
    expect(guard.refusal('dep_1', NOON, 0.2)).toBeNull();
    expect(guard.refusal('dep_1', NOON, 0.21)).toMatchObject({
      code: 'budget_exceeded',
      message:
        "Today's budget of $5.00 has too little left ($4.80 spent): a start costs $0.21 at the least, until its idle time is over.",
      details: { needUsd: 0.21 },
    });
  });

  it('knows when the next limit is reached at the present rates, within its period', () => {
    const { guard, spent, rate } = guarded([
      { scope: dayScope, usd: 5 },
      { scope: ownScope, usd: 2 },
    ]);
    expect(guard.nextStop(NOON)).toBeNull();
    rate.all = 1;
    spent.all = 4;
    expect(guard.nextStop(NOON)).toBe(NOON + 3_600_000);
    rate.own = 1;
    spent.own = 1.5;
    expect(guard.nextStop(NOON)).toBe(NOON + 1_800_000);
    spent.own = 2;
    expect(guard.nextStop(NOON)).toBe(NOON + 3_600_000);
    // Not before midnight: tomorrow is another budget.
    spent.all = 0;
    rate.all = 0.3;
    expect(guard.nextStop(NOON)).toBeNull();
  });

  it('is raised by hand until its period ends, also across a restart', () => {
    const { guard, open, spent } = guarded([{ scope: dayScope, usd: 5 }]);
    spent.all = 5;
    expect(guard.raise(dayScope, 8, NOON)).toMatchObject({ limitUsd: 8, raised: true, level: 'ok' });
    expect(open().refusal('dep_1', NOON)).toBeNull();
    expect(open().refusal('dep_1', NOON + DAY)).toMatchObject({ code: 'budget_exceeded' });
  });

  it('refuses an override that raises nothing, or a budget there is not', () => {
    const { guard } = guarded([{ scope: dayScope, usd: 5 }]);
    for (const usd of [5, 1, Number.NaN]) {
      expect(() => guard.raise(dayScope, usd, NOON)).toThrow(
        expect.objectContaining({ code: 'invalid_input' }),
      );
    }
    expect(() => guard.raise(monthScope, 100, NOON)).toThrow('no such budget');
  });

  it('gives a notice again whose consequence failed', () => {
    const { guard, spent } = guarded([{ scope: dayScope, usd: 5 }]);
    spent.all = 6;
    const failing = (): void => {
      throw new Error('disk full');
    };
    expect(() => guard.takeNotices(NOON, failing)).toThrow('disk full');
    const carriedOut: string[] = [];
    guard.takeNotices(NOON, (notice) => carriedOut.push(notice.kind));
    expect([carriedOut, guard.takeNotices(NOON)]).toEqual([['stop'], []]);
  });

  it('gives each notice once, also across a restart, and anew in the next period; the state stays', () => {
    const { guard, open, spent } = guarded([{ scope: dayScope, usd: 5 }]);
    spent.all = 6;
    expect(guard.takeNotices(NOON).map((notice) => notice.kind)).toEqual(['stop']);
    expect(open().takeNotices(NOON)).toEqual([]);
    expect(open().states(NOON)).toMatchObject([{ level: 'stop' }]);
    expect(
      open()
        .takeNotices(NOON + DAY)
        .map((notice) => notice.kind),
    ).toEqual(['stop']);
  });
});
