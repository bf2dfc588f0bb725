import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { userRoutingSchema, type UserRouting } from '../../shared/targets.ts';
import { userSettingsSchema, type UserSettings } from '../../shared/user-settings.ts';
import type { Log } from '../logs/log.ts';
import { fileError, writeFileAtomic } from '../platform/files.ts';
import type { Unsubscribe } from '../platform/lifecycle.ts';
import { Emitter } from '../platform/lifecycle.ts';

/** A key-value file: read and written by `electron-store` on the desktop, and in the same form headless. */
export interface SettingsFile {
  readonly path: string;
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

/** One thing of the settings file, checked by its schema. */
export interface Stored<T> {
  get(): T;
  /** Replaces it; it is on disk when it returns. @throws AppError invalid_input, or what the disk says */
  set(next: T): T;
  onChange(listener: (value: T) => void): Unsubscribe;
}

export type UserSettingsStore = Stored<UserSettings>;
export type UserRoutingStore = Stored<UserRouting>;

/** What the user sets in the running app. A damaged file gives the defaults and is left as it is until the next change. */
export const createUserSettings = (file: SettingsFile, log: Log): UserSettingsStore =>
  openStored(file, 'settings', userSettingsSchema, log);

/** Servers and ways of requests that were set in the running app. */
export const createUserRouting = (file: SettingsFile, log: Log): UserRoutingStore =>
  openStored(file, 'routing', userRoutingSchema, log);

function openStored<T>(file: SettingsFile, key: string, schema: z.ZodType<T>, log: Log): Stored<T> {
  let current = read(file, key, schema, log);
  const changed = new Emitter<T>((error) => log.error({ err: error }, 'settings listener failed'));
  return {
    get: () => current,
    set(next) {
      const parsed = schema.safeParse(next);
      if (!parsed.success)
        throw new AppError('invalid_input', 'The settings are not valid.', { cause: parsed.error });
      try {
        file.set(key, parsed.data);
      } catch (error) {
        throw fileError(error, file.path);
      }
      current = parsed.data;
      changed.emit(current);
      return current;
    },
    onChange: (listener) => changed.subscribe(listener),
  };
}

function read<T>(file: SettingsFile, key: string, schema: z.ZodType<T>, log: Log): T {
  const parsed = schema.safeParse(file.get(key) ?? {});
  if (parsed.success) return parsed.data;
  log.warn({ path: file.path, problem: parsed.error.message }, 'settings file is damaged, defaults are used');
  return schema.parse({});
}

/**
 * The settings file without Electron: what electron-store reads and writes, a JSON object. Its library would be a fifth
 * of a server's memory for one small file.
 */
export function openSettingsFile(folder: string): SettingsFile {
  const path = join(folder, 'settings.json');
  return {
    path,
    get: (key) => readObject(path)[key],
    set: (key, value) =>
      writeFileAtomic(path, JSON.stringify({ ...readObject(path), [key]: value }, null, '\t')),
  };
}

/** A file that is not there or damaged holds nothing; it stays as it is until the next change. */
function readObject(path: string): Record<string, unknown> {
  try {
    const parsed = z.record(z.string(), z.unknown()).safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : {};
  } catch (error) {
    if (error instanceof SyntaxError || isMissing(error)) return {};
    throw fileError(error, path);
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && Reflect.get(error, 'code') === 'ENOENT';
}
