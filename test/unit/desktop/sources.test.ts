import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Doors of Electron that must stay single, each with the one file that may open it. */
const root = resolve(import.meta.dirname, '../../..');
const files = ['src/main', 'src/preload'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name)),
);

const holding = (pattern: RegExp): string[] =>
  files.filter((file) => pattern.test(readFileSync(file, 'utf8'))).map((file) => relative(root, file));

describe('the doors of Electron', () => {
  it.each([
    ['ipcMain, where senders are checked', /\bipcMain\.\w+\(/, ['src/main/desktop/ipc/serve-ipc.ts']],
    ['ipcRenderer, behind the bridge', /\bipcRenderer\.\w+\(/, ['src/preload/index.ts']],
    [
      'openExternal, behind the table of hosts',
      /\bopenExternal\(/,
      ['src/main/desktop/security/open-link.ts'],
    ],
    ['the preferences of pages', /\bwebPreferences\b/, ['src/main/desktop/windows/window-options.ts']],
    ['the permissions of a session', /setPermissionRequestHandler/, ['src/main/desktop/security/harden.ts']],
    ['the bridge', /contextBridge\.expose/, ['src/preload/index.ts']],
  ])('has one file for %s', (_what, pattern, only) => {
    expect(holding(pattern)).toEqual(only);
  });

  it.each([
    ['synchronous messages', /sendSync|\.returnValue\b/],
    [
      'an opened page',
      /nodeIntegration: true|contextIsolation: false|sandbox: false|webSecurity: false|webviewTag: true/,
    ],
    [
      'features that are not finished',
      /experimentalFeatures|enableBlinkFeatures|allowRunningInsecureContent/,
    ],
    ['a shell around commands', /shell: true/],
    ['pages from files', /loadFile\(|['"`]file:\/\//],
    ['code in text', /executeJavaScript|\beval\(|new Function\(/],
  ])('uses no %s', (_what, pattern) => {
    expect(holding(pattern)).toEqual([]);
  });
});
