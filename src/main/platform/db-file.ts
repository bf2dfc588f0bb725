import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../../shared/errors.ts';

/** Which file the name leads to. @throws AppError data_dir_lost */
export function identityOf(path: string): string {
  return orLost(path, () => {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev} ${ino}`;
  });
}

const MAGIC = 'SQLite format 3\0';

/** The mark that the next start of the app would find: read by name. @throws AppError data_dir_lost */
export function readMark(path: string): unknown {
  return orLost(path, () => {
    // The journal may hold every page that is asked for, whatever has become of the file.
    if (beginningOf(path) !== MAGIC) throw new Error('it is no database any more');
    const db = new DatabaseSync(path, { readOnly: true });
    try {
      return db.prepare('SELECT mark FROM marks WHERE id = 1').get()?.['mark'];
    } finally {
      db.close();
    }
  });
}

function beginningOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(MAGIC.length);
    return bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0));
  } finally {
    closeSync(file);
  }
}

function orLost<T>(path: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw lost(`${path} was removed or damaged while the app ran (${reason}).`, error);
  }
}

export const lost = (message: string, cause?: unknown): AppError =>
  new AppError('data_dir_lost', message, { cause });
