import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLedger } from '../../../src/main/costs/sqlite-ledger.ts';
import type { CostLedger } from '../../../src/main/costs/ledger.ts';
import { openDb, type Db } from '../../../src/main/platform/db.ts';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { seededRandom, systemRandom } from '../../../src/main/platform/random.ts';
import type { LedgerEntry } from '../../../src/shared/model.ts';
import { tempDir } from '../../support/temp.ts';
import { runScript } from '../platform/scripts.ts';

const T = Date.parse('2026-11-24T09:00:00Z');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** What may happen to an app and its clock. `crash` loses what was only in memory. */
type Happening =
  | {
      readonly type: 'observe';
      readonly pod: number;
      readonly rate: number;
      readonly owner: number;
      readonly lag: number;
    }
  | { readonly type: 'close'; readonly pod: number; readonly lag: number; readonly estimated: boolean }
  | { readonly type: 'settle'; readonly pod: number; readonly usd: number }
  | { readonly type: 'pass'; readonly ms: number }
  | { readonly type: 'crash' };

const podNumber = fc.integer({ min: 0, max: 2 });
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('observe' as const),
      pod: podNumber,
      rate: fc.constantFrom(0, 0.5, 0.5, 2),
      owner: fc.constantFrom(0, 0, 1),
      lag: fc.integer({ min: -HOUR, max: 20 * HOUR }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant('close' as const),
      pod: podNumber,
      lag: fc.integer({ min: -HOUR, max: 20 * HOUR }),
      estimated: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant('settle' as const),
      pod: podNumber,
      usd: fc.double({ min: 0, max: 9, noNaN: true }),
    }),
  },
  // Time mostly goes on; now and then a clock is set back.
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('pass' as const),
      ms: fc.integer({ min: -2 * HOUR, max: 6 * HOUR }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ type: 'crash' as const }) },
);

function play(history: readonly Happening[]): { ledger: CostLedger; db: Db; nowMs: number } {
  const db = openDb(':memory:');
  const ids = randomIds(seededRandom(7));
  let ledger = createLedger({ db, ids });
  let nowMs = T;
  for (const event of history) {
    if (event.type === 'pass') nowMs += event.ms;
    else if (event.type === 'crash') ledger = createLedger({ db, ids });
    else if (event.type === 'settle') ledger.settle(`pod${event.pod}`, event.usd, nowMs);
    else if (event.type === 'close')
      ledger.close(`pod${event.pod}`, 'compute', nowMs - event.lag, { estimated: event.estimated });
    else {
      const meter = {
        resourceId: `pod${event.pod}`,
        deploymentId: `dep_${event.owner}`,
        deploymentName: `name-${event.owner}`,
        kind: 'compute' as const,
        usdPerHour: event.rate,
      };
      ledger.observe(meter, nowMs - event.lag, nowMs);
    }
  }
  return { ledger, db, nowMs };
}

const spansOf = (entries: readonly LedgerEntry[], resourceId: string): [number, number][] =>
  entries
    .filter((entry) => entry.resourceId === resourceId && entry.kind === 'compute')
    .map((entry): [number, number] => [
      Date.parse(entry.startedAt),
      entry.endedAt === null ? Infinity : Date.parse(entry.endedAt),
    ])
    .toSorted((a, b) => a[0] - b[0] || a[1] - b[1]);

const whole = (values: Iterable<number>): number => [...values].reduce((total, value) => total + value, 0);

describe('whatever happens', () => {
  it('no stretch of a resource is counted twice, and no entry ends before it begins', () => {
    fc.assert(
      fc.property(fc.array(happenings, { maxLength: 60 }), (history) => {
        const { ledger, db, nowMs } = play(history);
        const entries = ledger.entries({ limit: 1000 }, nowMs);
        for (const pod of ['pod0', 'pod1', 'pod2']) {
          const spans = spansOf(entries, pod);
          expect(spans.every(([start, end]) => start <= end)).toBe(true);
          expect(spans.every(([start], index) => index === 0 || start >= (spans[index - 1]?.[1] ?? 0))).toBe(
            true,
          );
        }
        db.close();
      }),
      { numRuns: 150 },
    );
  });

  it('the parts add up to the whole, and spans to their sum', () => {
    fc.assert(
      fc.property(
        fc.array(happenings, { maxLength: 60 }),
        fc.tuple(
          fc.integer({ min: -30 * HOUR, max: 60 * HOUR }),
          fc.integer({ min: 0, max: 90 * HOUR }),
          fc.integer({ min: 0, max: 90 * HOUR }),
        ),
        (history, [offset, first, second]) => {
          const { ledger, db } = play(history);
          const a = T + offset;
          const b = a + first;
          const c = b + second;
          const all = ledger.spent({}, a, c);
          expect(ledger.spent({}, a, b) + ledger.spent({}, b, c)).toBeCloseTo(all, 8);
          expect(whole(ledger.breakdown(a, c).map((share) => share.usd))).toBeCloseTo(all, 8);
          expect(
            whole(['dep_0', 'dep_1'].map((deploymentId) => ledger.spent({ deploymentId }, a, c))),
          ).toBeCloseTo(all, 8);
          const intervals = ledger.intervals(a, c);
          expect(
            whole(intervals.map((one) => one.usd + (one.usdPerHour * (one.endedMs - one.startedMs)) / HOUR)),
          ).toBeCloseTo(all, 8);
          const entries = ledger.entries({ limit: 1000 }, c);
          expect(whole(entries.map((entry) => entry.usd))).toBeCloseTo(ledger.spent({}, 0, c), 8);
          db.close();
        },
      ),
      { numRuns: 150 },
    );
  });

  it('a pod that is watched to its end is counted to the cent, whatever crashes and sleeps lie between', () => {
    const runs = fc.array(
      fc.record({
        runMs: fc.integer({ min: 1, max: 50 * HOUR }),
        pauseMs: fc.integer({ min: 1, max: 50 * HOUR }),
        /** Where in the run the app looks, crashes in between or not. */
        looks: fc.array(
          fc.record({ at: fc.double({ min: 0, max: 1, noNaN: true }), crashes: fc.boolean() }),
          { minLength: 1, maxLength: 6 },
        ),
      }),
      { minLength: 1, maxLength: 5 },
    );
    fc.assert(
      fc.property(runs, (lives) => {
        const db = openDb(':memory:');
        const ids = randomIds(seededRandom(3));
        let ledger = createLedger({ db, ids });
        const meter = {
          resourceId: 'pod',
          deploymentId: 'dep',
          deploymentName: 'd',
          kind: 'compute' as const,
          usdPerHour: 1.2,
        };
        let nowMs = T;
        let trueMs = 0;
        for (const life of lives) {
          const since = nowMs;
          for (const look of life.looks.toSorted((a, b) => a.at - b.at)) {
            if (look.crashes) ledger = createLedger({ db, ids });
            ledger.observe(meter, since, since + Math.round(look.at * life.runMs));
          }
          ledger.close('pod', 'compute', since + life.runMs, { estimated: false });
          trueMs += life.runMs;
          nowMs = since + life.runMs + life.pauseMs;
        }
        expect(ledger.spent({}, 0, nowMs)).toBeCloseTo((1.2 * trueMs) / HOUR, 8);
        db.close();
      }),
      { numRuns: 100 },
    );
  });
});

describe('a kill at any instant', () => {
  it('loses no opening and no closing that was acknowledged, and leaves one open entry at most', async () => {
    const path = join(tempDir(), 'ledger.db');
    for (let round = 1; round <= 4; round++) {
      const child = runScript(
        `import { openDb } from '@/platform/db.ts';
         import { randomIds } from '@/platform/ids.ts';
         import { systemRandom } from '@/platform/random.ts';
         import { createLedger } from '@/costs/sqlite-ledger.ts';
         const ledger = createLedger({ db: openDb(process.argv[1]), ids: randomIds(systemRandom) });
         const begin = Number(process.argv[2]);
         for (let n = 0; ; n++) {
           const at = begin + n * 60_000;
           const meter = { resourceId: 'pod', deploymentId: 'dep', deploymentName: 'd', kind: 'compute', usdPerHour: 60 };
           ledger.observe(meter, at, at);
           process.stdout.write('opened ' + at + '\\n');
           ledger.close('pod', 'compute', at + 30_000, { estimated: false });
           process.stdout.write('closed ' + at + '\\n');
         }`,
        [path, `${T + round * 100 * HOUR}`],
      );
      await child.line(/^closed \d+$/);
      await child.kill('SIGKILL');
      const opened = instants(child.lines, 'opened');
      const closed = new Set(instants(child.lines, 'closed'));
      const db = openDb(path);
      const ledger = createLedger({ db, ids: randomIds(systemRandom) });
      const entries = ledger.entries({ limit: 100_000 }, T + 10_000 * HOUR);
      const byStart = new Map(entries.map((entry) => [Date.parse(entry.startedAt), entry]));
      expect(opened.every((at) => byStart.has(at))).toBe(true);
      expect(
        [...closed].every((at) => byStart.get(at)?.endedAt === new Date(at + 30_000).toISOString()),
      ).toBe(true);
      expect(ledger.open().length).toBeLessThanOrEqual(1);
      // What the next start does: the pod is gone, its end is inferred.
      for (const left of ledger.open())
        ledger.close(left.resourceId, left.kind, left.lastSeenMs, { estimated: true });
      db.close();
    }
  });
});

const instants = (lines: readonly string[], what: string): number[] =>
  lines.filter((line) => new RegExp(`^${what} \\d+$`).test(line)).map((line) => Number(line.split(' ')[1]));
