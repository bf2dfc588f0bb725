import { extractAll, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import config from '../../../electron-builder.config.ts';
import { builtApp } from '../../support/desktop-double/built-app.ts';
import { DesktopHome } from '../../support/desktop/desktop.ts';
import { DesktopApp } from '../../support/desktop-double/desktop-app.ts';
import { packOnStub, stubElectron } from './support/package-on-stub.ts';
import { skipWelcome } from './support/in-page.ts';

/** The real configuration on a stub of Electron: what is packed and how it is fused, not whether it starts there. */
const folder = mkdtempSync(join(tmpdir(), 'rplm-package-'));
let program: string;
let packed: readonly string[];

beforeAll(async () => {
  await builtApp();
  program = await packOnStub(config, join(folder, 'dist'), stubElectron(join(folder, 'electron')));
  packed = listPackage(join(program, 'resources/app.asar'), { isPack: false })
    .map((path) => path.replaceAll('\\', '/').replace(/^\//, ''))
    .filter((path) => /\.[A-Za-z0-9]+$|LICENSE$/.test(path));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the packed app', () => {
  it('holds what the app needs and nothing else', () => {
    const allowed = [
      /^package\.json$/,
      /^out\/main\/[\w-]+\.js$/,
      /^out\/preload\/index\.cjs$/,
      /^out\/renderer\/(?:index\.html|icon\.svg|assets\/[\w.-]+\.(?:js|css|svg|woff2))$/,
      /^resources\/(?:models|config\.schema)\.json$/,
      /^resources\/(?:watchdog|images)\/[\w./-]+$/,
      /^resources\/tray\/[\w@.-]+\.(?:png|ico)$/,
      /^resources\/icons\/icon-512\.png$/,
      /^node_modules\/@napi-rs\/keyring\/(?:index\.js|package\.json|LICENSE)$/,
      /^node_modules\/@napi-rs\/keyring-[a-z0-9-]+\/[\w.-]+\.(?:node|json)$/,
    ];
    expect(packed.filter((path) => !allowed.some((pattern) => pattern.test(path)))).toEqual([]);
    for (const needed of [
      'out/main/index.js',
      'out/preload/index.cjs',
      'out/renderer/index.html',
      'resources/models.json',
      'resources/watchdog/watchdog.sh',
      'resources/tray/idle.png',
      'resources/tray/runningTemplate@2x.png',
      'resources/tray/attention-dark.ico',
      'node_modules/@napi-rs/keyring/index.js',
    ]) {
      expect(packed).toContain(needed);
    }
    expect(packed.some((path) => path.endsWith('.node'))).toBe(true);
  });

  it('ships no test, map, source or secret', () => {
    expect(packed.filter((path) => /\.map$|\.ts$|\.tsx$|(?:^|\/)test\/|\.env/.test(path))).toEqual([]);
  });

  it('has a preload that asks for nothing but electron, as a sandboxed one must', () => {
    const preload = readFileSync('out/preload/index.cjs', 'utf8');
    const asked = [...preload.matchAll(/require\(\s*["'`]([^"'`]+)["'`]\s*\)/g)].map((match) => match[1]);
    expect([...new Set(asked)]).toEqual(['electron']);
    expect(preload).not.toMatch(/\bimport\s*\(|^import /m);
  });

  it('has its fuses set for good', async () => {
    const wire = await getCurrentFuseWire(join(program, 'runpod-llm-manager'));
    const state = (fuse: FuseV1Options): string => String.fromCharCode(Number(Reflect.get(wire, fuse)));
    expect({
      runAsNode: state(FuseV1Options.RunAsNode),
      cookieEncryption: state(FuseV1Options.EnableCookieEncryption),
      nodeOptions: state(FuseV1Options.EnableNodeOptionsEnvironmentVariable),
      inspect: state(FuseV1Options.EnableNodeCliInspectArguments),
      integrity: state(FuseV1Options.EnableEmbeddedAsarIntegrityValidation),
      onlyAsar: state(FuseV1Options.OnlyLoadAppFromAsar),
      snapshot: state(FuseV1Options.LoadBrowserProcessSpecificV8Snapshot),
      fileProtocol: state(FuseV1Options.GrantFileProtocolExtraPrivileges),
    }).toEqual({
      runAsNode: '0',
      cookieEncryption: '1',
      nodeOptions: '0',
      inspect: '0',
      integrity: '1',
      onlyAsar: '1',
      snapshot: '0',
      fileProtocol: '0',
    });
  });

  it('brings the licences, two languages, and no update feed that was not configured', () => {
    expect(existsSync(join(program, 'resources/licences.txt'))).toBe(true);
    expect(readdirSync(join(program, 'locales')).toSorted()).toEqual(['de.pak', 'en-US.pak']);
    expect(existsSync(join(program, 'resources/app-update.yml'))).toBe(false);
  });

  it('asks for the six packages of the three systems', () => {
    const targets = (list: unknown): string[] => (list as { target: string }[]).map(({ target }) => target);
    expect(targets(config.mac?.target)).toEqual(['dmg', 'zip']);
    expect(targets(config.win?.target)).toEqual(['nsis']);
    expect(targets(config.linux?.target)).toEqual(['AppImage', 'deb']);
  });

  it('refuses a misspelt option', async () => {
    const wrong = { ...config, asarr: true };
    await expect(packOnStub(wrong, join(folder, 'wrong'), join(folder, 'electron'))).rejects.toThrow(/asarr/);
  });

  it('runs from its own archive', async () => {
    const root = join(folder, 'unpacked');
    extractAll(join(program, 'resources/app.asar'), root);
    const home = new DesktopHome();
    const app = await DesktopApp.start(home, { root, packaged: true });
    try {
      await skipWelcome(app);
      const seen = await app.until('the tray', ({ tray }) => /sandbox/.test(tray?.icon ?? ''));
      expect(seen.tray?.icon).toMatch(/unpacked\/resources\/tray\/sandbox\.png$/);
      // No developer tools in the shipped app.
      expect(JSON.stringify(seen.appMenu)).not.toMatch(/toggleDevTools/);
    } finally {
      await app.end();
      home.remove();
    }
  });
});
