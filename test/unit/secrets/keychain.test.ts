import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { openOsKeychain, type Keychain, type KeyringLibrary } from '../../../src/main/secrets/keychain.ts';

/** A native library whose every call does `answer`; what was called is kept. */
function libraryOf(answer: (call: string) => Promise<string | null>): {
  load: () => Promise<KeyringLibrary>;
  calls: string[];
} {
  const calls: string[] = [];
  class AsyncEntry {
    readonly #name: string;

    constructor(service: string, account: string, options: { linux: { store: string } }) {
      this.#name = `${service}/${account}@${options.linux.store}`;
    }

    getPassword(): Promise<string | null> {
      return this.#call('get');
    }

    async setPassword(password: string): Promise<void> {
      await this.#call(`set ${password}`);
    }

    async deletePassword(): Promise<boolean> {
      return (await this.#call('delete')) !== null;
    }

    #call(what: string): Promise<string | null> {
      calls.push(`${what} ${this.#name}`);
      return answer(what);
    }
  }
  return { load: () => Promise.resolve({ AsyncEntry }), calls };
}

function open(
  answer: (call: string) => Promise<string | null>,
  platform: NodeJS.Platform = 'linux',
  env: Record<string, string> = {},
): { keychain: Keychain; clock: ManualClock; calls: string[] } {
  const clock = new ManualClock();
  const { load, calls } = libraryOf(answer);
  return {
    keychain: openOsKeychain({ clock, platform, env, load, timeoutMs: 1000, restMs: 5000 }),
    clock,
    calls,
  };
}

describe('openOsKeychain', () => {
  it('uses the app’s own service name, and on Linux nothing but the Secret Service', async () => {
    const { keychain, calls, clock } = open(() => Promise.resolve('value'));
    expect(await keychain.get('hf')).toBe('value');
    await keychain.set('hf', 'new');
    await keychain.delete('hf');
    expect(calls).toEqual(
      ['get', 'set new', 'delete'].map((call) => `${call} runpod-llm-manager/hf@secret-service`),
    );
    expect(clock.pendingTimers).toBe(0);
  });

  it('does one call at a time, in order, also after a failure', async () => {
    const running: string[] = [];
    const { keychain, clock } = open(async (call) => {
      running.push(`${call} begins`);
      await Promise.resolve();
      running.push(`${call} ends`);
      return null;
    });
    await Promise.all([keychain.set('a', '1'), keychain.get('a'), keychain.set('a', '2')]);
    expect(running).toEqual(['set 1', 'get', 'set 2'].flatMap((call) => [`${call} begins`, `${call} ends`]));
    expect(clock.pendingTimers).toBe(0);
  });

  it.each([
    ['linux', {}, 'DBus error: Using X11 for dbus-daemon autolaunch', 'there is no desktop session here'],
    ['linux', {}, "Couldn't access platform storage: AccessDenied", 'there is no desktop session here'],
    [
      'linux',
      { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/x' },
      'DBus error: Failed to connect to socket /x',
      'the D-Bus session bus does not answer',
    ],
    ['linux', {}, 'Secret Service: unlock prompt was dismissed', 'it is locked and was not unlocked'],
    ['linux', {}, 'Secret Service: no result found', 'no Secret Service with a default keyring runs here'],
    ['linux', {}, 'something else', 'the Secret Service answered "something else"'],
    ['win32', {}, 'Not enough storage', 'the system answered "Not enough storage"'],
    [
      'darwin',
      {},
      'User interaction is not allowed',
      'the system answered "User interaction is not allowed"',
    ],
  ] as const)('on %s %j explains "%s"', async (platform, env, message, reason) => {
    const { keychain } = open(() => Promise.reject(new Error(message)), platform, env);
    await expect(keychain.get('hf')).rejects.toMatchObject({
      code: 'keychain_unavailable',
      message: expect.stringContaining(reason),
      cause: { message },
    });
  });

  it('gives up on a keychain that does not answer', async () => {
    const { keychain, clock } = open(() => new Promise(() => {}));
    const outcome = keychain.get('hf').catch((error: unknown) => error);
    await clock.advance(1000);
    expect(await outcome).toMatchObject({
      code: 'keychain_unavailable',
      message: expect.stringContaining('waiting for its password'),
    });
  });

  it('leaves a failing keychain alone for a while, then asks again', async () => {
    let works = false;
    const { keychain, clock, calls } = open(() =>
      works ? Promise.resolve('value') : Promise.reject(new Error('away')),
    );
    await expect(keychain.get('hf')).rejects.toThrow('away');
    works = true;
    await expect(keychain.get('hf')).rejects.toThrow('away');
    expect(calls).toHaveLength(1);
    await clock.advance(5000);
    expect(await keychain.get('hf')).toBe('value');
    expect(await keychain.get('hf')).toBe('value');
  });

  it('does not ask again soon after its prompt was dismissed, unless somebody sets something', async () => {
    let unlocked = false;
    const { keychain, clock, calls } = open(() =>
      unlocked ? Promise.resolve('value') : Promise.reject(new Error('unlock prompt was dismissed')),
    );
    await expect(keychain.get('hf')).rejects.toThrow('locked');
    await clock.advance(60_000);
    await expect(keychain.get('hf')).rejects.toThrow('locked');
    expect(calls).toHaveLength(1);
    unlocked = true;
    await keychain.set('hf', 'new');
    expect(await keychain.get('hf')).toBe('value');
  });

  it('explains a platform that the library does not know', async () => {
    const keychain = openOsKeychain({
      clock: new ManualClock(),
      platform: 'freebsd',
      env: {},
      load: () => Promise.reject(new Error('Cannot find native binding')),
    });
    await expect(keychain.get('hf')).rejects.toMatchObject({
      code: 'keychain_unavailable',
      message: expect.stringContaining('Cannot find native binding'),
    });
  });
});
