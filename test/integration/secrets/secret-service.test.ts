import { delimiter, join } from 'node:path';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/main/logs/log.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { systemRandom } from '../../../src/main/platform/random.ts';
import { createSecretStore, type AppSecretStore } from '../../../src/main/secrets/create-secret-store.ts';
import { openOsKeychain } from '../../../src/main/secrets/keychain.ts';
import { secretNameSchema } from '../../../src/shared/model.ts';
import { secretStoreContract } from '../../support/contracts/secret-store.ts';
import { missing } from '../../support/missing.ts';
import { repository, run, type Running } from '../../support/processes.ts';
import { tempDir } from '../../support/temp.ts';

/**
 * The real keychain of a Linux desktop. This file plays several parts: the outer one starts a D-Bus session with a
 * gnome-keyring of its own and runs this same file inside it; the inner ones, told so by RPLM_KEYRING, do the work. The
 * outer part never opens a keychain: it might be the developer's own.
 */
const part = process.env['RPLM_KEYRING'] ?? 'outside';

function openStore(): AppSecretStore {
  return createSecretStore({
    env: {},
    keychain: openOsKeychain({
      clock: systemClock,
      platform: process.platform,
      env: process.env,
      timeoutMs: 20_000,
    }),
    profile: 'runpod',
    memory: false,
    installation: 'test',
    random: systemRandom,
    log: silentLog,
    onValue: () => {},
  });
}

const installed = (program: string): boolean =>
  (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));

const VITEST = [
  join(repository, 'node_modules/vitest/vitest.mjs'),
  'run',
  '--project',
  'integration',
  import.meta.filename,
];

interface Result {
  readonly code: number | null;
  readonly text: string;
}

async function resultOf(child: Running): Promise<Result> {
  const code = await child.ended;
  return { code, text: child.lines.join('\n') };
}

const homeEnv = (home: string, keyring: string): Record<string, string> => ({
  HOME: home,
  XDG_DATA_HOME: join(home, 'data'),
  XDG_RUNTIME_DIR: home,
  XDG_CACHE_HOME: join(home, 'cache'),
  RPLM_KEYRING: keyring,
});

/** Runs this file in a D-Bus session whose keyring is started by `start`. */
function inSession(home: string, keyring: string, start: string): Promise<Result> {
  const command = `${start} >/dev/null 2>&1; exec "$@"`;
  const args = ['--', 'bash', '-c', command, 'keyring', process.execPath, ...VITEST];
  return resultOf(run('dbus-run-session', args, { env: homeEnv(home, keyring) }));
}

const UNLOCK = "printf 'pw' | gnome-keyring-daemon --unlock --components=secrets";
/** The daemon without the password of its keyring, and nobody to ask for it. */
const LOCKED = 'gnome-keyring-daemon --start --components=secrets';

function outside(): void {
  describe('the Secret Service', () => {
    it('keeps secrets under an unlocked keyring; a locked one is reported as such', async (context) => {
      const absent = ['dbus-run-session', 'gnome-keyring-daemon', 'bash'].filter(
        (program) => !installed(program),
      );
      if (absent.length > 0) missing(context, `not installed: ${absent.join(', ')}`);
      const home = tempDir('rplm-keyring-');
      const open = await inSession(home, 'unlocked', UNLOCK);
      expect(open).toEqual({ code: 0, text: expect.stringMatching(/Tests .*\d+ passed/) });
      const closed = await inSession(home, 'locked', LOCKED);
      expect(closed).toEqual({ code: 0, text: expect.stringMatching(/Tests .*\d+ passed/) });
    });

    it('is missing without a session, with a reason for people, and costs nothing but the secret', async (context) => {
      if (process.platform !== 'linux') missing(context, 'only Linux can be without a keychain');
      const alone = run(process.execPath, VITEST, { env: homeEnv(tempDir('rplm-keyring-'), 'none') });
      expect(await resultOf(alone)).toEqual({ code: 0, text: expect.stringMatching(/Tests .*\d+ passed/) });
    });
  });
}

function unlocked(): void {
  secretStoreContract('Secret Service', async () => {
    const store = openStore();
    for (const name of secretNameSchema.options) await store.delete(name);
    return { store, reopened: openStore, source: 'keychain' };
  });

  describe('inside a session with an unlocked keyring', () => {
    it('is available', async () => {
      expect(await openStore().keychain()).toEqual({ available: true, reason: null });
    });
  });
}

function locked(): void {
  describe('inside a session with a locked keyring', () => {
    it('says that it is locked, gives nothing and keeps nothing', async () => {
      const store = openStore();
      expect(await store.get('runpod')).toBeNull();
      expect(await store.keychain()).toEqual({
        available: false,
        reason: 'The keychain cannot be used: it is locked and was not unlocked.',
      });
      await expect(store.set('hf', 'hf_SOMETHING0123')).rejects.toMatchObject({
        code: 'keychain_unavailable',
      });
    });
  });
}

function none(): void {
  describe('without a session', () => {
    it('says so, gives nothing, keeps nothing, and still has a proxy key', async () => {
      const store = openStore();
      expect(await store.get('hf')).toBeNull();
      expect(await store.keychain()).toEqual({
        available: false,
        reason: 'The keychain cannot be used: there is no desktop session here (no D-Bus session bus).',
      });
      await expect(store.set('hf', 'hf_SOMETHING0123')).rejects.toMatchObject({
        code: 'keychain_unavailable',
      });
      expect((await store.proxyKey()).kept).toBe('this-start');
    });
  });
}

const parts: Readonly<Record<string, () => void>> = { outside, unlocked, locked, none };
parts[part]?.();
