import { AppError } from '../../shared/errors.ts';
import { userSettingsSchema, type UserSettings } from '../../shared/user-settings.ts';
import type { Log } from '../logs/log.ts';
import { fileError } from '../platform/files.ts';
import type { Unsubscribe } from '../platform/lifecycle.ts';
import { Emitter } from '../platform/lifecycle.ts';

/** A key-value file: `conf` headless, `electron-store` on the desktop; both read and write the same file. */
export interface SettingsFile {
  readonly path: string;
  get(key: string): unknown;
  set(key: string, value: unknown): void;
}

export interface UserSettingsStore {
  get(): UserSettings;
  /** Replaces the settings; they are on disk when it returns. */
  set(next: UserSettings): UserSettings;
  onChange(listener: (settings: UserSettings) => void): Unsubscribe;
}

const KEY = 'settings';

/** What the user sets in the running app. A damaged file gives the defaults and is left as it is until the next change. */
export function createUserSettings(file: SettingsFile, log: Log): UserSettingsStore {
  let current = read(file, log);
  const changed = new Emitter<UserSettings>((error) => log.error({ err: error }, 'settings listener failed'));
  return {
    get: () => current,
    set(next) {
      const parsed = userSettingsSchema.safeParse(next);
      if (!parsed.success)
        throw new AppError('invalid_input', 'The settings are not valid.', { cause: parsed.error });
      try {
        file.set(KEY, parsed.data);
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

function read(file: SettingsFile, log: Log): UserSettings {
  const parsed = userSettingsSchema.safeParse(file.get(KEY) ?? {});
  if (parsed.success) return parsed.data;
  log.warn({ path: file.path, problem: parsed.error.message }, 'settings file is damaged, defaults are used');
  return userSettingsSchema.parse({});
}

/** The settings file without Electron. */
export async function openSettingsFile(folder: string): Promise<SettingsFile> {
  const { default: Conf } = await import('conf');
  const conf = new Conf<Record<string, unknown>>({
    cwd: folder,
    configName: 'settings',
    projectName: 'runpod-llm-manager',
    clearInvalidConfig: true,
    accessPropertiesByDotNotation: false,
    configFileMode: 0o600,
  });
  return { path: conf.path, get: (key) => conf.get(key), set: (key, value) => conf.set(key, value) };
}
