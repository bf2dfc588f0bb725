import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import { number, openDb, text, textOrNull, type Db, type Row } from '../platform/db.ts';
import type { AnswerStore, CachedAnswer } from './answer-cache.ts';
import { MARK, type Mark, type Piece } from './flow.ts';
import { numberOf, objectsOf, parseObject } from './json.ts';

const MIGRATIONS = [
  {
    sql: `CREATE TABLE answers (
            key TEXT PRIMARY KEY, model TEXT NOT NULL, stored_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,
            used_at INTEGER NOT NULL, content_type TEXT NOT NULL, events INTEGER NOT NULL, layout TEXT NOT NULL,
            usage TEXT NOT NULL, finish_reason TEXT, bytes INTEGER NOT NULL, body BLOB NOT NULL
          ) STRICT;
          CREATE INDEX answers_used ON answers (used_at);`,
  },
];

const SWEEP_EVERY_PUTS = 50;

/**
 * Answers on disk, under the cache directory in a database of their own: losing it costs nothing, and its writes stay
 * apart from the ledger's. Bounded in bytes; the longest unused go first. A disk that fails only makes the cache smaller.
 */
export class SqliteAnswerStore implements AnswerStore {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #maxBytes: number;
  #puts = 0;

  /** @throws AppError data_dir_unusable, disk_full */
  constructor(cacheDir: string, maxBytes: number, clock: Clock, log: Log) {
    mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
    this.#db = openDb(join(cacheDir, 'answers.db'));
    this.#db.migrate('answer-cache', MIGRATIONS);
    this.#clock = clock;
    this.#log = log;
    this.#maxBytes = maxBytes;
  }

  get(key: string): CachedAnswer | null {
    return this.#guard(null, () => {
      const now = this.#clock.now();
      const row = this.#db.get('SELECT * FROM answers WHERE key = ? AND expires_at > ?', key, now);
      if (row === undefined) return null;
      this.#db.run('UPDATE answers SET used_at = ? WHERE key = ?', now, key);
      return fromRow(row);
    });
  }

  put(key: string, answer: CachedAnswer): void {
    this.#guard(undefined, () => {
      const body = Buffer.concat(answer.pieces.map((piece) => piece.chunk));
      const layout = answer.pieces.map(({ chunk, mark }) => ({ bytes: chunk.length, mark }));
      this.#db.run(
        'INSERT OR REPLACE INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        key,
        answer.model,
        answer.storedAt,
        answer.expiresAt,
        answer.storedAt,
        answer.contentType,
        answer.events ? 1 : 0,
        JSON.stringify({ layout }),
        JSON.stringify(answer.usage),
        answer.finishReason,
        body.length,
        body,
      );
      if (this.#puts++ % SWEEP_EVERY_PUTS === 0) this.#sweep();
    });
  }

  clear(model: string | null): number {
    return this.#guard(0, () =>
      model === null
        ? this.#db.run('DELETE FROM answers').changes
        : this.#db.run('DELETE FROM answers WHERE model = ?', model).changes,
    );
  }

  close(): void {
    this.#db.close();
  }

  #sweep(): void {
    this.#db.run('DELETE FROM answers WHERE expires_at <= ?', this.#clock.now());
    this.#db.run(
      `DELETE FROM answers WHERE key IN (
         SELECT key FROM (SELECT key, SUM(bytes) OVER (ORDER BY used_at DESC, key) AS upto FROM answers)
         WHERE upto > ?)`,
      this.#maxBytes,
    );
  }

  /** The cache must never fail a request. */
  #guard<T>(fallback: T, work: () => T): T {
    try {
      return work();
    } catch (error) {
      this.#log.warn({ error }, 'answer cache on disk failed');
      return fallback;
    }
  }
}

function fromRow(row: Row): CachedAnswer | null {
  const body = row['body'];
  const usage = parseObject(text(row, 'usage'));
  if (!(body instanceof Uint8Array)) return null;
  return {
    model: text(row, 'model'),
    storedAt: number(row, 'stored_at'),
    expiresAt: number(row, 'expires_at'),
    contentType: text(row, 'content_type'),
    events: number(row, 'events') === 1,
    pieces: cut(Buffer.from(body), text(row, 'layout')),
    usage: {
      tokensIn: numberOf(usage?.['tokensIn']),
      tokensOut: numberOf(usage?.['tokensOut']),
      tokensCached: numberOf(usage?.['tokensCached']),
    },
    finishReason: textOrNull(row, 'finish_reason'),
  };
}

function cut(body: Buffer, layout: string): readonly Piece[] {
  let at = 0;
  return objectsOf(parseObject(layout)?.['layout']).map((piece) => {
    const start = at;
    at += numberOf(piece['bytes']) ?? 0;
    return { chunk: body.subarray(start, at), mark: markOf(numberOf(piece['mark'])) };
  });
}

function markOf(value: number | null): Mark {
  return Object.values(MARK).find((mark) => mark === value) ?? MARK.bytes;
}
