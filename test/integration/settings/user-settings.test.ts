import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/main/logs/log.ts';
import { createUserSettings, openSettingsFile } from '../../../src/main/settings/user-settings.ts';
import { userSettingsSchema } from '../../../src/shared/user-settings.ts';
import { tempDir } from '../../support/temp.ts';

describe('user settings', () => {
  it('begin with the defaults, are on disk once set, private, and are read again', async () => {
    const folder = tempDir();
    const store = createUserSettings(openSettingsFile(folder), silentLog);
    expect(store.get()).toEqual(userSettingsSchema.parse({}));
    const seen: number[] = [];
    store.onChange((settings) => seen.push(settings.budget.usdPerDay ?? -1));
    store.set({ ...store.get(), budget: { usdPerDay: 12, usdPerMonth: null } });
    expect(seen).toEqual([12]);
    const path = join(folder, 'settings.json');
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(createUserSettings(openSettingsFile(folder), silentLog).get().budget.usdPerDay).toBe(12);
  });

  it('refuses what is out of range and keeps the last good ones', async () => {
    const store = createUserSettings(openSettingsFile(tempDir()), silentLog);
    expect(() => store.set({ ...store.get(), budget: { usdPerDay: -1, usdPerMonth: null } })).toThrow(
      /not valid/,
    );
    expect(store.get().budget.usdPerDay).toBe(5);
  });

  it('falls back to the defaults on a damaged value without destroying the file', async () => {
    const folder = tempDir();
    const path = join(folder, 'settings.json');
    writeFileSync(path, '{"settings":{"budget":{"usdPerDay":"lots"}}}');
    expect(createUserSettings(openSettingsFile(folder), silentLog).get().budget.usdPerDay).toBe(5);
    expect(readFileSync(path, 'utf8')).toContain('lots');
  });
});
