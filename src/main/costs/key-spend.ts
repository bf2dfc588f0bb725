import type { RequestRecord } from '../../shared/activity.ts';
import type { Clock } from '../platform/clock.ts';
import { number, text, type Db, type Migration } from '../platform/db.ts';
import { shareUsd, type Attribution } from './attribution.ts';
import { dayOf, startOfDay, startOfMonth } from './calendar.ts';
import type { KeySpending } from './key-budget.ts';

export interface KeySpendParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly zone: () => string;
  /** Added to this computer's time to get the cloud's, which the ledger keeps. */
  readonly offsetMs: () => number;
  /** Who money was spent for within a span of the cloud's time. Costs as much as there were requests. */
  readonly attribute: (fromMs: number, toMs: number) => Pick<Attribution, 'shares'>;
  /** Whether any key has a budget: nothing is worked out for nobody. */
  readonly isNeeded: () => boolean;
}

const MIGRATIONS: readonly Migration[] = [
  {
    // A day without spending has a row with an empty name.
    sql: `CREATE TABLE key_days (
            day TEXT NOT NULL, key TEXT NOT NULL, usd REAL NOT NULL, PRIMARY KEY (day, key)
          ) STRICT;`,
  },
];

const DAY_DONE = '';
const LOOK_MS = 15_000;
/** At most a fiftieth of the time goes into looking, however many requests there were. */
const REST_FACTOR = 50;
const DAYS_KEPT_MS = 70 * 86_400_000;

/**
 * What each client key has spent today and this month: the figures of the cost page, start and idle time included. Days
 * that are over are worked out once and kept; today every few seconds, and in between by the requests' own prices.
 */
export class KeySpend {
  readonly #parts: KeySpendParts;
  readonly #stop: () => void;
  #day = '';
  #zone: string;
  #fromMs = 0;
  #untilMs = 0;
  /** Of this month before today, by key. */
  #before = new Map<string, number>();
  #missing: number[] = [];
  #today = new Map<string, number>();
  #since = new Map<string, number>();
  #restUntil = -Infinity;

  constructor(parts: KeySpendParts) {
    this.#parts = parts;
    this.#zone = parts.zone();
    parts.db.migrate('key-spend', MIGRATIONS);
    this.#stop = parts.clock.every(LOOK_MS, () => {
      this.#turn(parts.zone());
      if (parts.isNeeded()) this.look();
    });
  }

  dispose(): void {
    this.#stop();
  }

  /** Cheap: asked on the request path. */
  of(key: string): KeySpending {
    this.#turn();
    const todayUsd = (this.#today.get(key) ?? 0) + (this.#since.get(key) ?? 0);
    return { todayUsd, monthUsd: (this.#before.get(key) ?? 0) + todayUsd };
  }

  /** Cheap: a request has ended. */
  add({ client, usd }: RequestRecord): void {
    if (client === null || usd === null || usd === 0) return;
    this.#turn();
    this.#since.set(client, (this.#since.get(client) ?? 0) + usd);
  }

  /** Works out today, and one earlier day that nobody has worked out yet. */
  look(): void {
    this.#turn();
    const { clock, offsetMs } = this.#parts;
    const startedAt = clock.monotonic();
    if (startedAt < this.#restUntil) return;
    const missing = this.#missing.pop();
    if (missing !== undefined) this.#settleDay(missing);
    this.#today = this.#spentWithin(this.#fromMs, clock.now() + offsetMs());
    this.#since = new Map();
    this.#restUntil = startedAt + (clock.monotonic() - startedAt) * REST_FACTOR;
  }

  /** A new day, or another idea of when days begin. Asking for the zone is slow, so requests do not. */
  #turn(zone = this.#zone): void {
    const { clock, offsetMs } = this.#parts;
    const nowMs = clock.now() + offsetMs();
    if (nowMs >= this.#fromMs && nowMs < this.#untilMs && zone === this.#zone) return;
    this.#zone = zone;
    this.#day = dayOf(nowMs, this.#zone);
    this.#fromMs = startOfDay(nowMs, this.#zone);
    this.#untilMs = startOfDay(nowMs, this.#zone, 1);
    this.#today = new Map();
    this.#since = new Map();
    this.#restUntil = -Infinity;
    this.#loadMonth(startOfMonth(nowMs, this.#zone));
  }

  #loadMonth(monthMs: number): void {
    const { db } = this.#parts;
    db.run('DELETE FROM key_days WHERE day < ?', dayOf(monthMs - DAYS_KEPT_MS, this.#zone));
    const rows = db.all(
      'SELECT * FROM key_days WHERE day >= ? AND day < ?',
      dayOf(monthMs, this.#zone),
      this.#day,
    );
    const known = new Set(rows.map((row) => text(row, 'day')));
    this.#before = new Map();
    for (const row of rows) addTo(this.#before, text(row, 'key'), number(row, 'usd'));
    this.#missing = [];
    for (let dayMs = monthMs; dayMs < this.#fromMs; dayMs = startOfDay(dayMs, this.#zone, 1)) {
      if (!known.has(dayOf(dayMs, this.#zone))) this.#missing.push(dayMs);
    }
  }

  #settleDay(dayMs: number): void {
    const { db } = this.#parts;
    const day = dayOf(dayMs, this.#zone);
    const spent = this.#spentWithin(dayMs, startOfDay(dayMs, this.#zone, 1));
    db.transaction(() => {
      db.run('INSERT OR REPLACE INTO key_days VALUES (?, ?, 0)', day, DAY_DONE);
      for (const [key, usd] of spent)
        db.run('INSERT OR REPLACE INTO key_days VALUES (?, ?, ?)', day, key, usd);
    });
    for (const [key, usd] of spent) addTo(this.#before, key, usd);
  }

  #spentWithin(fromMs: number, toMs: number): Map<string, number> {
    const spent = new Map<string, number>();
    for (const share of this.#parts.attribute(fromMs, toMs).shares) {
      if (share.request.client !== null) addTo(spent, share.request.client, shareUsd(share));
    }
    return spent;
  }
}

function addTo(sums: Map<string, number>, key: string, usd: number): void {
  sums.set(key, (sums.get(key) ?? 0) + usd);
}
