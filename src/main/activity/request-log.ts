import { requestRecordSchema, type RequestRecord, type Traffic } from '../../shared/activity.ts';
import type { Log } from '../logs/log.ts';
import { abortError, type Clock } from '../platform/clock.ts';
import { text, type Db, type Row } from '../platform/db.ts';
import { Emitter } from '../platform/lifecycle.ts';
import { trafficOf } from './traffic.ts';

export interface RequestLogOptions {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** Records kept on disk; the oldest go first. */
  readonly keep?: number;
  /** How long records wait for company before they are written together. */
  readonly flushMs?: number;
}

export interface RequestLog {
  /** Cheap: remembers the record and writes it with the next batch, off the request path. */
  add(record: RequestRecord): void;
  /** Newest first. */
  recent(filter: { readonly deployment?: string | undefined; readonly limit: number }): RequestRecord[];
  /** Those that ended within a span, oldest first, as far back as records are kept. */
  between(
    filter: { readonly deployment?: string | undefined },
    fromMs: number,
    toMs: number,
  ): RequestRecord[];
  /** The last ones that ended before an instant, oldest first. */
  before(atMs: number, limit: number): RequestRecord[];
  traffic(
    filter: { readonly deployment?: string | undefined; readonly windowMinutes: number },
    inFlight: number,
  ): Traffic;
  /** The record of a request once it has ended. @throws AbortError */
  waitFor(id: string, signal: AbortSignal): Promise<RequestRecord>;
  /** Writes what waits. */
  dispose(): void;
}

const MIGRATIONS = [
  {
    sql: `CREATE TABLE requests (
            seq INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            deployment TEXT,
            record TEXT NOT NULL
          ) STRICT;
          CREATE INDEX requests_at ON requests (at);`,
  },
];

/** Enough for a day of heavy use at the dashboard; older questions go to the table. */
const IN_MEMORY = 10_000;

/** The request log (SPEC 4.14): who asked what model when, how long it took and how it ended; never what was said. */
export function createRequestLog(options: RequestLogOptions): RequestLog {
  options.db.migrate('activity', MIGRATIONS);
  return new SqliteRequestLog(options);
}

class SqliteRequestLog implements RequestLog {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #keep: number;
  readonly #ring: RequestRecord[];
  readonly #stopFlushing: () => void;
  readonly #added: Emitter<RequestRecord>;
  #waiting: RequestRecord[] = [];
  #dropped = 0;

  constructor(options: RequestLogOptions) {
    this.#db = options.db;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#keep = options.keep ?? 100_000;
    this.#added = new Emitter((error) => options.log.error({ err: error }, 'a waiter for a request failed'));
    this.#ring = this.#load(IN_MEMORY).toReversed();
    this.#stopFlushing = options.clock.every(options.flushMs ?? 1000, () => this.#flush());
  }

  add(record: RequestRecord): void {
    this.#ring.push(record);
    if (this.#ring.length > IN_MEMORY * 1.1) this.#ring.splice(0, this.#ring.length - IN_MEMORY);
    if (this.#waiting.length < IN_MEMORY) this.#waiting.push(record);
    else this.#dropped++;
    this.#added.emit(record);
  }

  waitFor(id: string, signal: AbortSignal): Promise<RequestRecord> {
    const known = this.#ring.findLast((record) => record.id === id);
    if (known !== undefined) return Promise.resolve(known);
    return new Promise((resolve, reject) => {
      const stop = this.#added.subscribe((record) => {
        if (record.id !== id) return;
        signal.removeEventListener('abort', abandon);
        stop();
        resolve(record);
      });
      const abandon = (): void => {
        stop();
        reject(abortError(signal));
      };
      signal.addEventListener('abort', abandon, { once: true });
      if (signal.aborted) abandon();
    });
  }

  recent(filter: { readonly deployment?: string | undefined; readonly limit: number }): RequestRecord[] {
    const { deployment, limit } = filter;
    const found: RequestRecord[] = [];
    for (let index = this.#ring.length - 1; index >= 0 && found.length < limit; index--) {
      const record = this.#ring[index];
      if (record === undefined) break;
      if (deployment === undefined || record.deployment === deployment) found.push(record);
    }
    return found;
  }

  between(
    { deployment }: { readonly deployment?: string | undefined },
    fromMs: number,
    toMs: number,
  ): RequestRecord[] {
    this.#flush();
    return recordsOf(
      this.#db.all(
        'SELECT record FROM requests WHERE at >= ? AND at < ? AND (?3 IS NULL OR deployment = ?3) ORDER BY at, seq',
        Math.round(fromMs),
        Math.round(toMs),
        deployment ?? null,
      ),
    );
  }

  before(atMs: number, limit: number): RequestRecord[] {
    this.#flush();
    return recordsOf(
      this.#db.all(
        'SELECT record FROM requests WHERE at < ? ORDER BY at DESC, seq DESC LIMIT ?',
        Math.round(atMs),
        limit,
      ),
    ).toReversed();
  }

  traffic(
    filter: { readonly deployment?: string | undefined; readonly windowMinutes: number },
    inFlight: number,
  ): Traffic {
    const records =
      filter.deployment === undefined
        ? this.#ring
        : this.#ring.filter((record) => record.deployment === filter.deployment);
    return trafficOf(records, this.#clock.now(), filter.windowMinutes, inFlight);
  }

  dispose(): void {
    this.#stopFlushing();
    this.#flush();
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    try {
      this.#db.transaction(() => {
        for (const record of batch) {
          this.#db.run(
            'INSERT INTO requests (at, deployment, record) VALUES (?, ?, ?)',
            Date.parse(record.at),
            record.deployment,
            JSON.stringify(record),
          );
        }
        this.#db.run('DELETE FROM requests WHERE seq <= (SELECT max(seq) FROM requests) - ?', this.#keep);
      });
    } catch (error) {
      // A full disk must not take the proxy down; the records of this batch stay in memory only.
      this.#log.error({ err: error, lost: batch.length }, 'request log could not be written');
    }
    if (this.#dropped > 0) {
      this.#log.warn({ dropped: this.#dropped }, 'request log could not keep up');
      this.#dropped = 0;
    }
  }

  #load(limit: number): RequestRecord[] {
    return recordsOf(this.#db.all('SELECT record FROM requests ORDER BY seq DESC LIMIT ?', limit));
  }
}

/** What an older version wrote differently is left out. */
function recordsOf(rows: readonly Row[]): RequestRecord[] {
  return rows
    .map((row) => requestRecordSchema.safeParse(JSON.parse(text(row, 'record'))))
    .flatMap((parsed) => (parsed.success ? [parsed.data] : []));
}
