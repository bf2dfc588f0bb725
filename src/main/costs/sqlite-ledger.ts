import type { CostKind } from '../../shared/model.ts';
import { AppError } from '../../shared/errors.ts';
import { number, numberOrNull, text, textOrNull, type Db } from '../platform/db.ts';
import type { Ids } from '../platform/ids.ts';
import { closingOf, openingOf } from './interval.ts';
import { LedgerReader } from './ledger-reader.ts';
import { LEDGER_MIGRATIONS, kindOf } from './ledger-table.ts';
import type { CostLedger, Meter } from './ledger.ts';

/** How stale the stored instant of a last sighting may get: it only sharpens the estimate after a crash. */
const SEEN_STALE_MS = 60_000;
/** Half a hundredth of a cent: below it two sums are the same money. */
const SAME_USD = 0.00005;

export interface LedgerOptions {
  readonly db: Db;
  readonly ids: Ids;
}

/** The ledger in SQLite. Opening, closing, settling and charging are durable when they return. */
export function createLedger(options: LedgerOptions): CostLedger {
  options.db.migrate('costs', LEDGER_MIGRATIONS);
  return new SqliteLedger(options);
}

interface OpenEntry {
  readonly id: string;
  readonly deploymentId: string | null;
  readonly deploymentName: string | null;
  readonly startedMs: number;
  readonly storedSeenMs: number;
  readonly usdPerHour: number;
}

class SqliteLedger extends LedgerReader implements CostLedger {
  readonly #db: Db;
  readonly #ids: Ids;
  /** Newest sighting of each open entry, by entry id; written through once it is stale. */
  readonly #seen = new Map<string, number>();

  constructor(options: LedgerOptions) {
    super(options.db);
    this.#db = options.db;
    this.#ids = options.ids;
  }

  observe(meter: Meter, sinceMs: number, seenMs: number, changedMs = seenMs): void {
    assertMoney(meter.usdPerHour, 'rate');
    assertInstant(seenMs);
    this.#db.transaction(() => {
      const open = this.#openEntry(meter.resourceId, meter.kind);
      if (open === null) {
        const previousEndMs = this.#lastEnd(meter.resourceId, meter.kind);
        const { startedMs, note } = openingOf({ sinceMs, seenMs, previousEndMs });
        this.#insertOpen(meter, startedMs, seenMs, note);
      } else if (open.usdPerHour === meter.usdPerHour && open.deploymentId === meter.deploymentId) {
        this.#saw(open, seenMs);
        if (open.deploymentName !== meter.deploymentName) this.#rename(open.id, meter.deploymentName);
      } else {
        const lastSeenMs = Math.max(open.storedSeenMs, this.#seen.get(open.id) ?? 0);
        const atMs = Math.max(
          Math.round(Math.min(changedMs, seenMs)),
          Math.min(lastSeenMs, Math.round(seenMs)),
          open.startedMs,
        );
        this.#close(open, { atMs, estimated: false, note: null });
        this.#insertOpen(meter, atMs, seenMs, null);
      }
    });
  }

  close(
    resourceId: string,
    kind: CostKind,
    atMs: number,
    options: { readonly estimated: boolean; readonly note?: string },
  ): void {
    this.#db.transaction(() => {
      const open = this.#openEntry(resourceId, kind);
      if (open === null) return;
      this.#close(open, { atMs, estimated: options.estimated, note: options.note ?? null });
    });
  }

  charge(
    what: Omit<Meter, 'usdPerHour'> & { readonly usd: number; readonly note: string | null },
    atMs: number,
  ): void {
    assertMoney(what.usd, 'charge');
    assertInstant(atMs);
    this.#insertMoney(what, what.usd, atMs, what.note);
  }

  settle(resourceId: string, billedUsd: number, atMs: number): void {
    assertMoney(billedUsd, 'bill');
    assertInstant(atMs);
    this.#db.transaction(() => {
      const row = this.#db.get(
        `SELECT count(*) AS entries, count(*) FILTER (WHERE ended_ms IS NULL) AS open,
           total(usd_per_hour * (coalesce(ended_ms, started_ms) - started_ms) / 3600000.0 + usd) AS booked
         FROM ledger_entries WHERE resource_id = ?`,
        resourceId,
      );
      if (row === undefined || number(row, 'entries') === 0 || number(row, 'open') > 0) return;
      const bookedUsd = number(row, 'booked');
      this.#db.run('UPDATE ledger_entries SET settled = 1 WHERE resource_id = ?', resourceId);
      if (Math.abs(billedUsd - bookedUsd) < SAME_USD) return;
      const note = `RunPod billed $${billedUsd.toFixed(4)}; the ledger had $${bookedUsd.toFixed(4)}`;
      this.#insertMoney(
        { ...this.#owner(resourceId), kind: 'adjustment' },
        billedUsd - bookedUsd,
        atMs,
        note,
      );
    });
  }

  open(): { readonly resourceId: string; readonly kind: CostKind; readonly lastSeenMs: number }[] {
    return this.#db
      .all(
        'SELECT id, resource_id, kind, last_seen_ms FROM ledger_entries WHERE ended_ms IS NULL ORDER BY seq',
      )
      .map((row) => ({
        resourceId: text(row, 'resource_id'),
        kind: kindOf(row),
        lastSeenMs: Math.max(number(row, 'last_seen_ms'), this.#seen.get(text(row, 'id')) ?? 0),
      }));
  }

  flush(): void {
    this.#db.transaction(() => {
      for (const [id, seenMs] of this.#seen) this.#storeSeen(id, seenMs);
    });
  }

  #openEntry(resourceId: string, kind: CostKind): OpenEntry | null {
    const row = this.#db.get(
      'SELECT * FROM ledger_entries WHERE resource_id = ? AND kind = ? AND ended_ms IS NULL',
      resourceId,
      kind,
    );
    if (row === undefined) return null;
    return {
      id: text(row, 'id'),
      deploymentId: textOrNull(row, 'deployment_id'),
      deploymentName: textOrNull(row, 'deployment_name'),
      startedMs: number(row, 'started_ms'),
      storedSeenMs: number(row, 'last_seen_ms'),
      usdPerHour: number(row, 'usd_per_hour'),
    };
  }

  #lastEnd(resourceId: string, kind: CostKind): number | null {
    const row = this.#db.get(
      'SELECT max(ended_ms) AS ended FROM ledger_entries WHERE resource_id = ? AND kind = ?',
      resourceId,
      kind,
    );
    return row === undefined ? null : numberOrNull(row, 'ended');
  }

  #owner(resourceId: string): Pick<Meter, 'resourceId' | 'deploymentId' | 'deploymentName'> {
    const row = this.#db.get(
      'SELECT deployment_id, deployment_name FROM ledger_entries WHERE resource_id = ? ORDER BY seq DESC LIMIT 1',
      resourceId,
    );
    return {
      resourceId,
      deploymentId: row === undefined ? null : textOrNull(row, 'deployment_id'),
      deploymentName: row === undefined ? null : textOrNull(row, 'deployment_name'),
    };
  }

  #insertOpen(meter: Meter, startedMs: number, seenMs: number, note: string | null): void {
    this.#db.run(
      `INSERT INTO ledger_entries
         (id, resource_id, deployment_id, deployment_name, kind, started_ms, last_seen_ms, usd_per_hour, note)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      this.#ids.next('led'),
      meter.resourceId,
      meter.deploymentId,
      meter.deploymentName,
      meter.kind,
      startedMs,
      Math.max(startedMs, Math.round(seenMs)),
      meter.usdPerHour,
      note,
    );
  }

  #insertMoney(what: Omit<Meter, 'usdPerHour'>, usd: number, atMs: number, note: string | null): void {
    const at = Math.round(atMs);
    this.#db.run(
      `INSERT INTO ledger_entries
         (id, resource_id, deployment_id, deployment_name, kind, started_ms, ended_ms, last_seen_ms, usd_per_hour, usd,
          settled, note)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, 1, ?)`,
      this.#ids.next('led'),
      what.resourceId,
      what.deploymentId,
      what.deploymentName,
      what.kind,
      at,
      at,
      at,
      usd,
      note,
    );
  }

  #saw(open: OpenEntry, seenMs: number): void {
    const newest = Math.max(open.storedSeenMs, this.#seen.get(open.id) ?? 0, Math.round(seenMs));
    this.#seen.set(open.id, newest);
    if (newest - open.storedSeenMs >= SEEN_STALE_MS) this.#storeSeen(open.id, newest);
  }

  #storeSeen(id: string, seenMs: number): void {
    this.#db.run('UPDATE ledger_entries SET last_seen_ms = max(last_seen_ms, ?) WHERE id = ?', seenMs, id);
  }

  #rename(id: string, name: string | null): void {
    this.#db.run('UPDATE ledger_entries SET deployment_name = ? WHERE id = ?', name, id);
  }

  #close(
    open: OpenEntry,
    report: { readonly atMs: number; readonly estimated: boolean; readonly note: string | null },
  ): void {
    const lastSeenMs = Math.max(open.storedSeenMs, this.#seen.get(open.id) ?? 0);
    const { endedMs, estimated, note } = closingOf({ startedMs: open.startedMs, lastSeenMs }, report);
    this.#db.run(
      `UPDATE ledger_entries SET ended_ms = ?, last_seen_ms = max(last_seen_ms, ?), estimated = ?,
         note = CASE WHEN note IS NULL THEN ? WHEN ? IS NULL THEN note ELSE note || '; ' || ? END
       WHERE id = ?`,
      endedMs,
      Math.min(lastSeenMs, endedMs),
      estimated ? 1 : 0,
      note,
      note,
      note,
      open.id,
    );
    this.#seen.delete(open.id);
  }
}

function assertMoney(usd: number, what: string): void {
  if (Number.isFinite(usd) && usd >= 0) return;
  throw new AppError('internal', `The ledger was given a ${what} of ${usd}.`);
}

function assertInstant(ms: number): void {
  if (!Number.isFinite(ms)) throw new AppError('internal', `The ledger was given the instant ${ms}.`);
}
