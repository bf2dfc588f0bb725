import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { writeFileAtomic } from '../platform/files.ts';

const MOST_BYTES = 1024 * 1024;
const MOST_BACKUPS = 5;
const OWNER_ONLY = 0o600;
const BACKUP_MARK = '.runpod-llm-';

/** A file of the user's, as it is now. */
export interface UserFile {
  /** Where it really is: a link is followed, and stays. */
  readonly path: string;
  /** null = there is none. */
  readonly text: string | null;
  readonly mode: number;
}

/** @throws AppError client_file_unusable */
export function readUserFile(path: string): UserFile {
  return usable(path, () => {
    if (!isThere(path)) return { path, text: null, mode: OWNER_ONLY };
    if (!existsSync(path)) throw unusable(path, 'it is a link that leads nowhere');
    const real = realpathSync(path);
    const stat = statSync(real);
    if (!stat.isFile()) throw unusable(path, 'it is not a file');
    // The new file takes the old one's place, which would part it from its other names.
    if (stat.nlink > 1) throw unusable(path, 'it has other names too (hard links)');
    // A rename would not mind; its owner would.
    if ((stat.mode & 0o200) === 0) throw unusable(path, 'it is read-only');
    if (stat.size > MOST_BYTES) throw unusable(path, 'it is larger than 1 MiB');
    const bytes = readFileSync(real);
    const text = bytes.toString('utf8');
    if (!Buffer.from(text, 'utf8').equals(bytes)) throw unusable(path, 'it is not UTF-8 text');
    return { path: real, text, mode: stat.mode & 0o777 };
  });
}

/** Replaces it whole and keeps its rights. @throws AppError client_file_unusable */
export function writeUserFile(file: UserFile, text: string): void {
  usable(file.path, () => {
    writeFileAtomic(file.path, text, file.mode);
    // What the process masks is given back: the file keeps the rights it had.
    chmodSync(file.path, file.mode);
  });
}

/**
 * Keeps the file as it is beside itself and returns where; older backups beyond five go.
 * @throws AppError client_file_unusable
 */
export function backUp(file: UserFile, now: number): string | null {
  const { path, text } = file;
  if (text === null) return null;
  const stamp = new Date(now).toISOString().replaceAll(/[-:.]/g, '');
  const backup = `${path}${BACKUP_MARK}${stamp}.bak`;
  usable(path, () => {
    writeFileAtomic(backup, text, file.mode & OWNER_ONLY);
    const mine = readdirSync(dirname(path))
      .filter((name) => name.startsWith(`${basename(path)}${BACKUP_MARK}`) && name.endsWith('.bak'))
      .toSorted();
    for (const old of mine.slice(0, -MOST_BACKUPS)) rmSync(join(dirname(path), old), { force: true });
  });
  return backup;
}

export function removeUserFile(path: string): void {
  usable(path, () => rmSync(path));
}

function isThere(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

/** Failures of the disk in the words of the file they concern. */
function usable<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof AppError && error.code !== 'data_dir_unusable') throw error;
    if (error instanceof AppError) throw unusable(path, error.message, error);
    const errno: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    throw unusable(path, typeof errno === 'string' ? errno : 'it could not be read or written', error);
  }
}

/** @param why in a few words */
export function unusable(path: string, why: string, cause?: unknown): AppError {
  return new AppError('client_file_unusable', `${path} was left as it is: ${why}.`, { cause });
}
