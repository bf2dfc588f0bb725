import ElectronStore from 'electron-store';
import type { SettingsFile } from '../settings/user-settings.ts';

/** The settings file of `openSettingsFile`, name and form, kept by electron-store. */
export function openElectronSettings(folder: string): SettingsFile {
  const store = new ElectronStore<Record<string, unknown>>({
    cwd: folder,
    name: 'settings',
    clearInvalidConfig: true,
    accessPropertiesByDotNotation: false,
    configFileMode: 0o600,
  });
  return { path: store.path, get: (key) => store.get(key), set: (key, value) => store.set(key, value) };
}
