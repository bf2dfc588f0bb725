import type { Db } from '../platform/db.ts';

/**
 * Network volumes made by this installation. Their names tell the model, not the computer (a second one is to find them),
 * so that only what is noted here is known to be this computer's own to sweep.
 */
export class MadeVolumes {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
    db.migrate('volumes', [
      { sql: 'CREATE TABLE made_volumes (id TEXT PRIMARY KEY, at REAL NOT NULL) STRICT;' },
    ]);
  }

  add(id: string, at: number): void {
    this.#db.run('INSERT INTO made_volumes (id, at) VALUES (?, ?) ON CONFLICT (id) DO NOTHING', id, at);
  }

  has(id: string): boolean {
    return this.#db.get('SELECT 1 AS found FROM made_volumes WHERE id = ?', id) !== undefined;
  }
}
