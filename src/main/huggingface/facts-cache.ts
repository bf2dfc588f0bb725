import type { Log } from '../logs/log.ts';
import { number, text, type Db, type Migration } from '../platform/db.ts';
import type { ModelFacts } from '../planner/types.ts';
import { modelFactsSchema } from './facts-schema.ts';

const MIGRATIONS: readonly Migration[] = [
  {
    sql: `
      CREATE TABLE hf_facts (
        model TEXT NOT NULL,
        sha TEXT NOT NULL,
        facts TEXT NOT NULL,
        stored_at INTEGER NOT NULL,
        PRIMARY KEY (model, sha)
      ) STRICT;
      CREATE TABLE hf_revisions (
        model TEXT NOT NULL,
        revision TEXT NOT NULL,
        sha TEXT NOT NULL,
        seen_at INTEGER NOT NULL,
        PRIMARY KEY (model, revision)
      ) STRICT;
    `,
  },
];

/** Facts kept; a plan page is used with a handful of models. */
const MAX_ROWS = 500;
/** Stands for "the default branch". */
const DEFAULT_REVISION = '';

export interface Cached {
  readonly facts: ModelFacts;
  /** When the hub last said that the revision is this commit. */
  readonly seenAt: number;
}

/** Facts by commit, which never change, and the commits that revisions stood for when last asked. */
export class FactsCache {
  readonly #db: Db;
  readonly #log: Log;

  constructor(db: Db, log: Log) {
    this.#db = db;
    this.#log = log;
    db.migrate('huggingface', MIGRATIONS);
  }

  byCommit(model: string, sha: string): ModelFacts | null {
    const row = this.#db.get('SELECT facts FROM hf_facts WHERE model = ? AND sha = ?', model, sha);
    return row === undefined ? null : this.#parse(model, text(row, 'facts'));
  }

  byRevision(model: string, revision: string | null): Cached | null {
    const row = this.#db.get(
      `SELECT f.facts, r.seen_at FROM hf_revisions r JOIN hf_facts f ON f.model = r.model AND f.sha = r.sha
       WHERE r.model = ? AND r.revision = ?`,
      model,
      revision ?? DEFAULT_REVISION,
    );
    if (row === undefined) return null;
    const facts = this.#parse(model, text(row, 'facts'));
    return facts === null ? null : { facts, seenAt: number(row, 'seen_at') };
  }

  store(model: string, revision: string | null, sha: string, facts: ModelFacts, now: number): void {
    this.#db.transaction(() => {
      this.#db.run(
        `INSERT INTO hf_facts (model, sha, facts, stored_at) VALUES (?, ?, ?, ?)
         ON CONFLICT (model, sha) DO UPDATE SET facts = excluded.facts, stored_at = excluded.stored_at`,
        model,
        sha,
        JSON.stringify(facts),
        now,
      );
      this.seen(model, revision, sha, now);
      this.#forgetOldest();
    });
  }

  /** The hub said that the revision is this commit now. */
  seen(model: string, revision: string | null, sha: string, now: number): void {
    this.#db.run(
      `INSERT INTO hf_revisions (model, revision, sha, seen_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (model, revision) DO UPDATE SET sha = excluded.sha, seen_at = excluded.seen_at`,
      model,
      revision ?? DEFAULT_REVISION,
      sha,
      now,
    );
  }

  #forgetOldest(): void {
    this.#db.run(
      `DELETE FROM hf_facts WHERE rowid NOT IN (SELECT rowid FROM hf_facts ORDER BY stored_at DESC LIMIT ?)`,
      MAX_ROWS,
    );
    this.#db.run(
      `DELETE FROM hf_revisions WHERE NOT EXISTS
       (SELECT 1 FROM hf_facts f WHERE f.model = hf_revisions.model AND f.sha = hf_revisions.sha)`,
    );
  }

  /** What an older version stored may not be what this one understands; it is asked for again. */
  #parse(model: string, json: string): ModelFacts | null {
    const parsed = modelFactsSchema.safeParse(JSON.parse(json));
    if (parsed.success) return parsed.data;
    this.#log.warn({ model, err: parsed.error }, 'cached model facts are of another form');
    return null;
  }
}
