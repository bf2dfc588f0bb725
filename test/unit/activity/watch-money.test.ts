import { afterEach, describe, expect, it } from 'vitest';
import { watchMoney } from '../../../src/main/activity/watch-money.ts';
import { BudgetGuard } from '../../../src/main/costs/budget-guard.ts';
import type { BudgetLimit } from '../../../src/main/costs/budgets.ts';
import { createLedger } from '../../../src/main/costs/sqlite-ledger.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { openDb } from '../../../src/main/platform/db.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import type { AppEvent } from '../../../src/shared/api.ts';

const HOUR = 3_600_000;
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0).toReversed()) end();
});

/** A pod at 3.60 USD/h, a tenth of a cent a second, in a real ledger; a stop closes it at once. */
function rig(limits: BudgetLimit[], zone = 'UTC', start = Date.UTC(2026, 10, 24, 9)) {
  const clock = new ManualClock(start);
  const cloud = { offsetMs: 0 };
  const db = openDb(':memory:');
  const ids = randomIds(seededRandom(1));
  const ledger = createLedger({ db, ids });
  const now = (): number => clock.now() + cloud.offsetMs;
  const stops: { readonly at: number; readonly why: string }[] = [];
  const events: AppEvent[] = [];
  const stopAll = (why = ''): { stopping: string[] } => {
    stops.push({ at: now(), why });
    ledger.close('pod', 'compute', now(), { estimated: false });
    return { stopping: ['coder'] };
  };
  ends.push(
    () => db.close(),
    watchMoney({
      guard: new BudgetGuard({ db, ledger, zone: () => zone, limits: () => limits }),
      ledger,
      fleet: {
        stopAll,
        stop: () => {
          throw new Error('nobody asked for this');
        },
      },
      clock,
      ids,
      log: silentLog,
      zone: () => zone,
      offsetMs: () => cloud.offsetMs,
      emit: (event) => events.push(event),
    }),
  );
  const run = (): void => {
    ledger.observe(
      { resourceId: 'pod', deploymentId: 'dep', deploymentName: 'coder', kind: 'compute', usdPerHour: 3.6 },
      now(),
      now(),
    );
  };
  const spent = (): number => ledger.spent({}, 0, now());
  return { clock, cloud, ledger, stops, events, run, spent };
}

const day = (usd: number): BudgetLimit => ({ scope: { kind: 'day' }, usd });
const month = (usd: number): BudgetLimit => ({ scope: { kind: 'month' }, usd });

describe('budgets over everything (SPEC 5.4)', () => {
  it.each([
    ['day', day(0.0123)],
    ['month', month(0.0123)],
  ])('stop at the instant at which the %s’s limit is reached, whenever looks fall', async (what, limit) => {
    const { clock, stops, run, spent, events } = rig([limit]);
    run();
    await clock.advance(HOUR);
    expect(stops).toHaveLength(1);
    expect(stops[0]?.why).toBe(`the budget of the ${what} is used up`);
    expect(spent()).toBeGreaterThanOrEqual(0.0123 - 1e-6);
    // Within two milliseconds of it, at a tenth of a cent a second.
    expect(spent() - 0.0123).toBeLessThan(2e-6);
    const kinds = events.flatMap((event) => (event.name === 'notification' ? event.payload.kind : []));
    expect(kinds).toEqual(['budget', 'budget']);
  });

  it('follow a rate that changes before it is reached', async () => {
    const { clock, ledger, stops, run, spent } = rig([day(0.05)]);
    run();
    await clock.advance(21_000);
    const other = {
      resourceId: 'two',
      deploymentId: 'dep',
      deploymentName: 'coder',
      kind: 'compute',
    } as const;
    ledger.observe({ ...other, usdPerHour: 36 }, clock.now(), clock.now());
    await clock.advance(HOUR);
    expect(stops).toHaveLength(1);
    // Nobody told that it began: by the next look, five seconds later, eleven tenths of a cent a second.
    expect(ledger.spent({}, 0, stops[0]?.at ?? 0)).toBeLessThan(0.05 + 0.011 * 5);
    expect(spent()).toBeGreaterThan(0.05);
  });

  it('do not stop today for what midnight forgives', async () => {
    const { clock, stops, run } = rig([day(0.02)], 'Europe/Berlin', Date.UTC(2026, 2, 28, 22, 59, 50));
    run();
    // Ten seconds before midnight, then the day on which clocks skip an hour.
    await clock.advance(15_000);
    expect(stops).toEqual([]);
    await clock.advance(20_000);
    expect(stops).toHaveLength(1);
    expect(Math.abs((stops[0]?.at ?? 0) - Date.UTC(2026, 2, 28, 23, 0, 20))).toBeLessThan(3);
  });

  it('do not take a clock that is put forward for spending', async () => {
    const { clock, cloud, stops, run } = rig([day(1)]);
    run();
    await clock.advance(12_000);
    clock.jumpWall(2 * HOUR);
    await clock.advance(10_000);
    expect(stops).toEqual([]);
    cloud.offsetMs -= 2 * HOUR;
    await clock.advance(60_000);
    expect(stops).toEqual([]);
  });

  it('count what ran while the computer slept', async () => {
    const { clock, stops, run } = rig([day(1)]);
    run();
    await clock.advance(12_000);
    await clock.sleepMachine(2 * HOUR);
    await clock.advance(60_000);
    expect(stops).toHaveLength(1);
  });
});
