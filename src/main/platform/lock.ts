import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../shared/errors.ts';
import { fileError, writeFileAtomic } from './files.ts';

export interface DirectoryLock {
  release(): void;
}

const SQLITE_BUSY = 5;
const SQLITE_FULL = 13;

/** Held here so that a caller who drops its lock object does not lose the lock to the garbage collector. */
const held = new Set<DatabaseSync>();

/**
 * One process owns a data directory. The lock is an operating-system file lock (held through an SQLite transaction, as
 * Node has no flock), so it ends with its process however that dies: there is no stale lock to guess about. The holder
 * is named from a file beside it.
 * @throws AppError instance_running, data_dir_unusable, disk_full
 */
export function lockDirectory(folder: string, nowIso: string): DirectoryLock {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw fileError(error, folder);
  }
  const holderPath = join(folder, 'instance.json');
  const db = takeLock(join(folder, 'instance.lock'), folder, holderPath);
  try {
    writeFileAtomic(holderPath, JSON.stringify({ pid: process.pid, since: nowIso }));
  } catch (error) {
    db.close();
    throw error;
  }
  held.add(db);
  return {
    release: () => {
      if (held.delete(db)) db.close();
    },
  };
}

function takeLock(path: string, folder: string, holderPath: string): DatabaseSync {
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(path);
    db.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db?.close();
    const code: unknown = error instanceof Error ? Reflect.get(error, 'errcode') : null;
    if (code === SQLITE_FULL) {
      throw new AppError('disk_full', `No space left to write ${path}.`, { cause: error });
    }
    if (code === SQLITE_BUSY) {
      throw new AppError('instance_running', `Another instance${holderText(holderPath)} uses ${folder}.`, {
        cause: error,
        details: { dataDir: folder },
      });
    }
    const reason = error instanceof Error ? error.message : String(error);
    throw new AppError('data_dir_unusable', `${path} cannot be locked (${reason}).`, {
      cause: error,
      advice: 'Make the data directory writable, or delete that file if it is damaged: it holds nothing.',
    });
  }
}

function holderText(path: string): string {
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (typeof value !== 'object' || value === null) return '';
    const pid: unknown = Reflect.get(value, 'pid');
    const since: unknown = Reflect.get(value, 'since');
    return ` (process ${String(pid)}, since ${String(since)})`;
  } catch {
    return ''; // The holder's name is a courtesy; the lock itself is the truth.
  }
}
