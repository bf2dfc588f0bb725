import type { CostKind, LedgerEntry } from '../../shared/model.ts';
import { number, numberOrNull, text, textOrNull, type Db } from '../platform/db.ts';
import { LONGEST_GAP_MS } from './interval.ts';
import { entryOf, kindOf } from './ledger-table.ts';
import type { Interval, Share } from './ledger.ts';

/** End of an entry as counted up to `?`: an open one goes on, but not for ever after it was last seen. */
const END = `min(coalesce(ended_ms, last_seen_ms + ${LONGEST_GAP_MS}), ?)`;
/** Takes to, from, from, to. */
const USD = `(usd_per_hour * max(0, ${END} - max(started_ms, ?)) / 3600000.0
  + CASE WHEN started_ms > ? AND started_ms <= ? THEN usd ELSE 0 END)`;
/** Takes from, to. */
const WITHIN = '(ended_ms IS NULL OR ended_ms >= ?) AND started_ms <= ?';

interface Filter {
  readonly deploymentId?: string;
  readonly kind?: CostKind;
}

/** The sums of the ledger. Money is counted when asked for, from rates and instants. */
export class LedgerReader {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  unsettled(): LedgerEntry[] {
    return this.#db
      .all(
        `SELECT *, ${USD} AS counted FROM ledger_entries
         WHERE ended_ms IS NOT NULL AND estimated = 1 AND settled = 0 ORDER BY seq`,
        ...spanOf(0, Number.MAX_SAFE_INTEGER),
      )
      .map(entryOf);
  }

  entries(filter: { readonly deploymentId?: string; readonly limit: number }, nowMs: number): LedgerEntry[] {
    const [where, values] = whereOf(filter);
    return this.#db
      .all(
        `SELECT *, ${USD} AS counted FROM ledger_entries WHERE ${where} ORDER BY started_ms DESC, seq DESC LIMIT ?`,
        ...spanOf(0, nowMs),
        ...values,
        filter.limit,
      )
      .map(entryOf);
  }

  spent(filter: Filter, fromMs: number, toMs: number): number {
    const [where, values] = whereOf(filter);
    const row = this.#db.get(
      `SELECT total(${USD}) AS usd FROM ledger_entries WHERE ${WITHIN} AND ${where}`,
      ...spanOf(fromMs, toMs),
      ...withinOf(fromMs, toMs),
      ...values,
    );
    return row === undefined ? 0 : number(row, 'usd');
  }

  usdPerHour(filter: { readonly deploymentId?: string }): number {
    const [where, values] = whereOf(filter);
    const row = this.#db.get(
      `SELECT total(usd_per_hour) AS rate FROM ledger_entries WHERE ended_ms IS NULL AND ${where}`,
      ...values,
    );
    return row === undefined ? 0 : number(row, 'rate');
  }

  breakdown(fromMs: number, toMs: number): Share[] {
    return this.#db
      .all(
        `SELECT deployment_id, kind, total(${USD}) AS usd FROM ledger_entries WHERE ${WITHIN}
         GROUP BY deployment_id, kind ORDER BY deployment_id, kind`,
        ...spanOf(fromMs, toMs),
        ...withinOf(fromMs, toMs),
      )
      .map((row) => ({
        deploymentId: textOrNull(row, 'deployment_id'),
        kind: kindOf(row),
        usd: number(row, 'usd'),
      }));
  }

  intervals(fromMs: number, toMs: number): Interval[] {
    return this.#db
      .all(
        `SELECT deployment_id, deployment_name, kind, max(started_ms, ?) AS started, ${END} AS ended, usd_per_hour,
           CASE WHEN started_ms > ? THEN usd ELSE 0 END AS usd
         FROM ledger_entries WHERE ${WITHIN} ORDER BY seq`,
        ...[fromMs, toMs, fromMs, ...withinOf(fromMs, toMs)].map(Math.round),
      )
      .map((row) => ({
        deploymentId: textOrNull(row, 'deployment_id'),
        deploymentName: textOrNull(row, 'deployment_name'),
        kind: kindOf(row),
        startedMs: number(row, 'started'),
        endedMs: Math.max(number(row, 'started'), number(row, 'ended')),
        usdPerHour: number(row, 'usd_per_hour'),
        usd: number(row, 'usd'),
      }));
  }

  rates(): { readonly deploymentId: string | null; readonly usdPerHour: number }[] {
    return this.#db
      .all(
        `SELECT deployment_id, total(usd_per_hour) AS rate FROM ledger_entries WHERE ended_ms IS NULL
         GROUP BY deployment_id ORDER BY deployment_id`,
      )
      .map((row) => ({ deploymentId: textOrNull(row, 'deployment_id'), usdPerHour: number(row, 'rate') }));
  }

  names(): ReadonlyMap<string, string> {
    const rows = this.#db.all(
      `SELECT deployment_id, deployment_name, max(seq) FROM ledger_entries
       WHERE deployment_id IS NOT NULL AND deployment_name IS NOT NULL GROUP BY deployment_id`,
    );
    return new Map(rows.map((row) => [text(row, 'deployment_id'), text(row, 'deployment_name')]));
  }

  spentByResource(resourceIds: readonly string[], fromMs: number, toMs: number): ReadonlyMap<string, number> {
    const rows = this.#db.all(
      `SELECT resource_id, total(${USD}) AS usd FROM ledger_entries
       WHERE ${WITHIN} AND kind <> 'adjustment' AND resource_id IN (SELECT value FROM json_each(?))
       GROUP BY resource_id`,
      ...spanOf(fromMs, toMs),
      ...withinOf(fromMs, toMs),
      JSON.stringify(resourceIds),
    );
    const spent = new Map(rows.map((row) => [text(row, 'resource_id'), number(row, 'usd')]));
    return new Map(resourceIds.map((id) => [id, spent.get(id) ?? 0]));
  }

  firstOf(resourceId: string): { readonly startedMs: number; readonly usdPerHour: number } | null {
    const row = this.#db.get(
      'SELECT started_ms, usd_per_hour FROM ledger_entries WHERE resource_id = ? ORDER BY started_ms, seq LIMIT 1',
      resourceId,
    );
    if (row === undefined) return null;
    return { startedMs: number(row, 'started_ms'), usdPerHour: number(row, 'usd_per_hour') };
  }

  beganMs(): number | null {
    const row = this.#db.get('SELECT min(started_ms) AS began FROM ledger_entries');
    return row === undefined ? null : numberOrNull(row, 'began');
  }
}

const spanOf = (fromMs: number, toMs: number): number[] => [toMs, fromMs, fromMs, toMs].map(Math.round);
const withinOf = (fromMs: number, toMs: number): number[] => [fromMs, toMs].map(Math.round);

function whereOf(filter: Filter): [where: string, values: string[]] {
  const conditions: string[] = [];
  const values: string[] = [];
  if (filter.deploymentId !== undefined) {
    conditions.push('deployment_id = ?');
    values.push(filter.deploymentId);
  }
  if (filter.kind !== undefined) {
    conditions.push('kind = ?');
    values.push(filter.kind);
  }
  return [conditions.length === 0 ? 'TRUE' : conditions.join(' AND '), values];
}
