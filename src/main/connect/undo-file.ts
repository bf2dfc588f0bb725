import { hash } from 'node:crypto';
import type { FilePreview, FileRestored } from '../../shared/clients/files.ts';
import { AppError } from '../../shared/errors.ts';
import type { ClientFile } from './client-files.ts';
import { backUp, readUserFile, removeUserFile, unusable, writeUserFile, type UserFile } from './user-file.ts';
import type { Written } from './write-record.ts';

/** How the last write can be undone: whole, by its part alone, or not. @throws TextError */
export function undoKind(
  { takeOut }: ClientFile,
  { text }: UserFile,
  written: Written,
): NonNullable<FilePreview['undo']>['kind'] | null {
  if (text === null) return null;
  if (digestOf(text) === written.digest) return 'whole';
  return (takeOut?.(text) ?? null) === null ? null : 'part';
}

/**
 * Puts back what stood there before, or takes out what this app put there where the file was changed since.
 * @throws TextError; AppError client_file_changed, client_file_unusable
 */
export function undoFile(
  known: ClientFile,
  file: UserFile,
  written: Written,
  now: number,
): FileRestored['outcome'] {
  const kind = undoKind(known, file, written);
  if (kind === 'whole') return putBack(file, written);
  const rest = kind === null || file.text === null ? null : known.takeOut?.(file.text);
  if (rest === null || rest === undefined) throw changedSince(written);
  backUp(file, now);
  writeUserFile(file, rest);
  return 'taken-out';
}

function putBack(file: UserFile, { path, backup }: Written): FileRestored['outcome'] {
  if (backup === null) {
    removeUserFile(file.path);
    return 'removed';
  }
  const before = readUserFile(backup).text;
  if (before === null) throw unusable(path, 'its backup is gone');
  writeUserFile(file, before);
  return 'restored';
}

function changedSince({ path, backup }: Written): AppError {
  return new AppError('client_file_changed', `${path} was changed after this app wrote it.`, {
    advice:
      backup === null
        ? 'Take what is not wanted out by hand.'
        : `What stood there before is kept in ${backup}.`,
  });
}

export const digestOf = (text: string): string => hash('sha256', text);
