import { buildViewSchema, type BuildView } from '../../shared/images.ts';
import type { Log } from '../logs/log.ts';
import { text, type Db } from '../platform/db.ts';

const MIGRATIONS = [
  {
    sql: `CREATE TABLE image_builds (
            seq INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            view TEXT NOT NULL
          ) STRICT;`,
  },
];

const KEEP = 100;

/** Builds and pushes that have ended. */
export interface BuildHistory {
  add(view: BuildView): void;
  /** Newest first. */
  list(): BuildView[];
}

export function createBuildHistory(db: Db, log: Log): BuildHistory {
  db.migrate('images', MIGRATIONS);
  return {
    add(view) {
      db.transaction(() => {
        db.run('INSERT OR REPLACE INTO image_builds (id, view) VALUES (?, ?)', view.id, JSON.stringify(view));
        db.run(
          'DELETE FROM image_builds WHERE seq NOT IN (SELECT seq FROM image_builds ORDER BY seq DESC LIMIT ?)',
          KEEP,
        );
      });
    },
    list() {
      return db.all('SELECT view FROM image_builds ORDER BY seq DESC').flatMap((row) => {
        const parsed = buildViewSchema.safeParse(JSON.parse(text(row, 'view')));
        if (!parsed.success) log.warn({ err: parsed.error }, 'a stored build cannot be read');
        return parsed.success ? [parsed.data] : [];
      });
    },
  };
}
