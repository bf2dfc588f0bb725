import { costKindSchema, type CostKind, type LedgerEntry } from '../../shared/model.ts';
import { number, numberOrNull, text, textOrNull, type Migration, type Row } from '../platform/db.ts';

/**
 * One row an interval. The partial index makes two open entries of one resource and kind impossible, whatever the code
 * above it does. `usd` is money at an instant (adjustments, tokens); intervals carry a rate instead.
 */
export const LEDGER_MIGRATIONS: readonly Migration[] = [
  {
    sql: `
      CREATE TABLE ledger_entries (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        resource_id TEXT NOT NULL,
        deployment_id TEXT,
        deployment_name TEXT,
        kind TEXT NOT NULL,
        started_ms INTEGER NOT NULL,
        ended_ms INTEGER,
        last_seen_ms INTEGER NOT NULL,
        usd_per_hour REAL NOT NULL,
        usd REAL NOT NULL DEFAULT 0,
        estimated INTEGER NOT NULL DEFAULT 0,
        settled INTEGER NOT NULL DEFAULT 0,
        note TEXT
      ) STRICT;
      CREATE UNIQUE INDEX ledger_open ON ledger_entries (resource_id, kind) WHERE ended_ms IS NULL;
      CREATE INDEX ledger_resource ON ledger_entries (resource_id, kind, ended_ms);
      CREATE INDEX ledger_deployment ON ledger_entries (deployment_id, ended_ms);
      CREATE INDEX ledger_ended ON ledger_entries (ended_ms);`,
  },
];

export const kindOf = (row: Row): CostKind => costKindSchema.parse(row['kind']);
const iso = (ms: number): string => new Date(ms).toISOString();

/** A row with its money counted as `counted`. */
export function entryOf(row: Row): LedgerEntry {
  const ended = numberOrNull(row, 'ended_ms');
  return {
    id: text(row, 'id'),
    deploymentId: textOrNull(row, 'deployment_id'),
    deploymentName: textOrNull(row, 'deployment_name'),
    resourceId: text(row, 'resource_id'),
    kind: kindOf(row),
    startedAt: iso(number(row, 'started_ms')),
    endedAt: ended === null ? null : iso(ended),
    usdPerHour: number(row, 'usd_per_hour'),
    usd: number(row, 'counted'),
    estimated: number(row, 'estimated') === 1 && number(row, 'settled') === 0,
    note: textOrNull(row, 'note'),
  };
}
