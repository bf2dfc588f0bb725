import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { AppError } from '../../shared/errors.ts';
import { identityOf, lost, readMark } from './db-file.ts';

export type Row = Record<string, SQLOutputValue>;
type Value = SQLInputValue;

/** One step of a room's schema; steps run once, in order, each in a transaction. Never edit a released step. */
export interface Migration {
  readonly sql: string;
}

/**
 * SQLite behind the few verbs the rooms use, so that the engine can be changed in this file alone. Synchronous: keep
 * statements short and off the request path.
 */
export interface Db {
  run(sql: string, ...params: Value[]): { changes: number };
  get(sql: string, ...params: Value[]): Row | undefined;
  all(sql: string, ...params: Value[]): Row[];
  /**
   * Runs `fn` in a transaction; an exception rolls it back. A nested call is a part of the outer one: it is durable when
   * the outer one ends, and when it fails its own changes are undone even if the outer one goes on. `fn` is synchronous.
   */
  transaction<T>(fn: () => T): T;
  /** Brings one room's tables up to date. */
  migrate(room: string, migrations: readonly Migration[]): void;
  /**
   * Makes sure that what was written so far is there for whoever opens the file next: writes a mark and reads it through
   * the file's name. A file that was removed or replaced beneath an open connection takes writes and keeps none. Costs
   * one durable write. Not within a transaction.
   * @throws AppError data_dir_lost, disk_full
   */
  confirm(): void;
  close(): void;
}

/**
 * Opens (and creates) the database file; ':memory:' for tests.
 * @throws AppError data_dir_unusable, disk_full
 */
export function openDb(path: string): Db {
  let db: SqliteDb | null = null;
  try {
    if (path !== ':memory:') createPrivately(path);
    db = new SqliteDb(new DatabaseSync(path), path);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;');
    db.exec('PRAGMA busy_timeout = 5000; PRAGMA wal_autocheckpoint = 500;');
    db.exec(
      'CREATE TABLE IF NOT EXISTS schema_versions (room TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT',
    );
    db.exec('CREATE TABLE IF NOT EXISTS marks (id INTEGER PRIMARY KEY, mark TEXT NOT NULL) STRICT');
    return db;
  } catch (error) {
    db?.close();
    throw dbError(error, path);
  }
}

/** The file belongs to its user alone; SQLite gives its journal files the same mode. */
function createPrivately(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  closeSync(openSync(path, 'a', 0o600));
}

class SqliteDb implements Db {
  readonly #db: DatabaseSync;
  readonly #path: string;
  readonly #identity: string | null;
  readonly #statements = new Map<string, StatementSync>();
  #depth = 0;

  constructor(db: DatabaseSync, path: string) {
    this.#db = db;
    this.#path = path;
    this.#identity = path === ':memory:' ? null : identityOf(path);
  }

  exec(sql: string): void {
    this.#db.exec(sql);
  }

  run(sql: string, ...params: Value[]): { changes: number } {
    return guard(() => ({ changes: Number(this.#prepare(sql).run(...params).changes) }));
  }

  get(sql: string, ...params: Value[]): Row | undefined {
    return guard(() => this.#prepare(sql).get(...params));
  }

  all(sql: string, ...params: Value[]): Row[] {
    return guard(() => this.#prepare(sql).all(...params));
  }

  transaction<T>(fn: () => T): T {
    const depth = this.#depth;
    const [begin, commit, undo] =
      depth === 0
        ? ['BEGIN IMMEDIATE', 'COMMIT', 'ROLLBACK']
        : [`SAVEPOINT s${depth}`, `RELEASE s${depth}`, `ROLLBACK TO s${depth}; RELEASE s${depth}`];
    guard(() => this.#db.exec(begin));
    this.#depth++;
    try {
      const result = fn();
      if (result instanceof Promise) {
        throw new AppError('internal', 'A transaction was given asynchronous work.');
      }
      guard(() => this.#db.exec(commit));
      return result;
    } catch (error) {
      // A full disk makes SQLite roll back by itself; then there is nothing left to undo.
      if (this.#db.isTransaction) this.#db.exec(undo);
      throw error;
    } finally {
      this.#depth = depth;
    }
  }

  migrate(room: string, migrations: readonly Migration[]): void {
    const found = this.get('SELECT version FROM schema_versions WHERE room = ?', room);
    const version = Number(found?.['version'] ?? 0);
    if (version > migrations.length) {
      throw new AppError(
        'data_dir_unusable',
        `The data of "${room}" was written by a newer version of this app.`,
        {
          advice: 'Update the app, or choose another data directory.',
        },
      );
    }
    migrations.slice(version).forEach((step, index) => {
      this.transaction(() => {
        guard(() => this.#db.exec(step.sql));
        this.run(
          'INSERT INTO schema_versions (room, version) VALUES (?, ?) ON CONFLICT(room) DO UPDATE SET version = excluded.version',
          room,
          version + index + 1,
        );
      });
    });
  }

  confirm(): void {
    const mark = String(process.hrtime.bigint());
    this.run(
      'INSERT INTO marks (id, mark) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET mark = excluded.mark',
      mark,
    );
    if (this.#path === ':memory:') return;
    // A copy in the file's place shares its journal, but only until the journal's content goes to the old file.
    if (identityOf(this.#path) === this.#identity && readMark(this.#path) === mark) return;
    throw lost(`${this.#path} was replaced while the app ran: what the app writes is not in it.`);
  }

  close(): void {
    this.#statements.clear();
    if (this.#db.isOpen) this.#db.close();
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

function guard<T>(fn: () => T): T {
  try {
    return fn();
  } catch (error) {
    throw dbError(error);
  }
}

const SQLITE_FULL = 13;
/** SQLITE_CORRUPT and SQLITE_NOTADB. */
const DAMAGED = new Set([11, 26]);
/** SQLITE_READONLY, SQLITE_IOERR and SQLITE_CANTOPEN, beside damage: nothing more is written. */
const LOST = new Set([8, 10, 14, ...DAMAGED]);

function dbError(error: unknown, path?: string): unknown {
  if (!(error instanceof Error)) return error;
  if (error instanceof AppError) return error;
  const code: unknown = Reflect.get(error, 'errcode');
  const errno: unknown = Reflect.get(error, 'code');
  if ((typeof code === 'number' && (code & 0xff) === SQLITE_FULL) || errno === 'ENOSPC') {
    return new AppError('disk_full', 'The disk that holds the data directory is full.', { cause: error });
  }
  if (path === undefined) {
    const isLost = typeof code === 'number' && LOST.has(code & 0xff);
    return isLost ? lost(`The app's data cannot be written any more: ${error.message}.`, error) : error;
  }
  const damaged = typeof code === 'number' && DAMAGED.has(code & 0xff);
  return new AppError('data_dir_unusable', `${path} cannot be used: ${error.message}`, {
    cause: error,
    ...(damaged ? { advice: 'Put a copy back, or move it away: the app then begins anew.' } : {}),
  });
}

/** Reads a text column, or fails loudly: a wrong type in our own table is a bug. */
export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new AppError('internal', `Column ${column} is not text.`);
  return value;
}

export function textOrNull(row: Row, column: string): string | null {
  return row[column] === null ? null : text(row, column);
}

export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'number') throw new AppError('internal', `Column ${column} is not a number.`);
  return value;
}

export function numberOrNull(row: Row, column: string): number | null {
  return row[column] === null ? null : number(row, column);
}
