import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { AppError } from '../../shared/errors.ts';

/**
 * Replaces a file so that a reader, or a crash at any instant, sees either the old or the new content in full.
 * `mode` defaults to 0600: everything the app writes belongs to its user alone.
 */
export function writeFileAtomic(path: string, content: string | Uint8Array, mode = 0o600): void {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}.tmp`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // What a killed process of the same id left behind goes first: `wx` then neither keeps its mode nor follows a link.
    rmSync(temporary, { force: true });
    const file = openSync(temporary, 'wx', mode);
    try {
      writeFileSync(file, content);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    removeQuietly(temporary);
    throw fileError(error, path);
  }
}

/** Clearing up after a failure must not hide the failure. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The folder itself is missing or closed: that is the failure being reported.
  }
}

/** The place is closed, or something else stands there. */
const UNUSABLE: ReadonlyMap<string, string> = new Map([
  ['EACCES', 'this user may not'],
  ['EROFS', 'the disk is read-only'],
  ['EPERM', 'this user may not'],
  ['ENOTDIR', 'a part of the path is a file'],
  ['EEXIST', 'something else stands there'],
  ['EISDIR', 'a folder stands there'],
  ['ENAMETOOLONG', 'the path is too long'],
  ['ELOOP', 'its links go round in a circle'],
]);

/** Turns a file-system error into one that names the path and the way out. */
export function fileError(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || error instanceof AppError) return error;
  const errno: unknown = Reflect.get(error, 'code');
  if (errno === 'ENOSPC' || errno === 'EDQUOT') {
    return new AppError('disk_full', `No space left to write ${path}.`, { cause: error });
  }
  const why = typeof errno === 'string' ? UNUSABLE.get(errno) : undefined;
  if (why !== undefined) {
    return new AppError('data_dir_unusable', `Cannot write ${path}: ${why} (${String(errno)}).`, {
      cause: error,
    });
  }
  return error;
}
