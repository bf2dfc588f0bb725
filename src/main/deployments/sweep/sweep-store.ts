import { text, type Db } from '../../platform/db.ts';
import { storedSweepSchema, type StoredSweep } from './thing.ts';

const SCHEMA = `
CREATE TABLE sweeps (id TEXT PRIMARY KEY, made_at REAL NOT NULL, body TEXT NOT NULL) STRICT;
CREATE INDEX sweeps_by_time ON sweeps (made_at);
`;
const KEPT = 50;

/** Sweeps that could no longer be undone: what each is to do and how far it came, one row written whole at every step. */
export class SweepStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
    db.migrate('sweeps', [{ sql: SCHEMA }]);
  }

  save(sweep: StoredSweep): void {
    this.#db.transaction(() => {
      this.#db.run(
        'INSERT INTO sweeps (id, made_at, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET body = excluded.body',
        sweep.id,
        sweep.madeAt,
        JSON.stringify(sweep),
      );
      this.#db.run(
        "DELETE FROM sweeps WHERE json_extract(body, '$.state') <> 'working' AND id NOT IN (SELECT id FROM sweeps ORDER BY made_at DESC LIMIT ?)",
        KEPT,
      );
    });
  }

  /** Newest first; rows of another version of the app that this one cannot read are left out. */
  all(): StoredSweep[] {
    return this.#db.all('SELECT body FROM sweeps ORDER BY made_at DESC').flatMap((row) => {
      const parsed = storedSweepSchema.safeParse(JSON.parse(text(row, 'body')));
      return parsed.success ? [parsed.data] : [];
    });
  }
}
