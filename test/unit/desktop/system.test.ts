import { describe, expect, it } from 'vitest';
import { autostartEntry } from '../../../src/main/desktop/system/autostart-entry.ts';
import { startUpdates, type UpdateEngine } from '../../../src/main/desktop/system/updates.ts';
import { findTrayHost } from '../../../src/main/desktop/tray/tray-host.ts';
import { syncLoginItem } from '../../../src/main/desktop/system/sync-login-item.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import { userSettingsSchema, type UserSettings } from '../../../src/shared/user-settings.ts';
import { CONTENT_POLICY } from '../../../src/main/desktop/security/content-policy.ts';

describe('the autostart entry', () => {
  const facts = { name: 'RunPod LLM Manager', program: '/opt/app/app', appImage: undefined, args: [] };
  const exec = (change: object): string =>
    /^Exec=(.*)$/m.exec(autostartEntry({ ...facts, ...change }))?.[1] ?? '';

  it('starts the program hidden', () => {
    expect(exec({})).toBe('"/opt/app/app" "--autostart"');
  });

  it('starts the AppImage, as its mount is gone at the next login', () => {
    expect(exec({ appImage: '/home/me/Apps/RunPod.AppImage' })).toBe(
      '"/home/me/Apps/RunPod.AppImage" "--autostart"',
    );
  });

  it('quotes what the specification reserves', () => {
    expect(exec({ program: '/a b/100%/c"d' })).toBe('"/a b/100%%/c\\\\"d" "--autostart"');
    expect(exec({ program: '/x', args: ['/my $app`'] })).toBe('"/x" "/my \\\\$app\\\\`" "--autostart"');
  });
});

describe('looking for somebody who shows tray icons', () => {
  const never = new AbortController().signal;
  const find = async (
    answers: readonly (string | Error)[],
    atLogin = true,
  ): Promise<{ presence: string; asked: number }> => {
    const clock = new ManualClock();
    let asked = 0;
    const ask = async (): Promise<string> => {
      const next = answers[Math.min(asked++, answers.length - 1)];
      if (next instanceof Error) throw next;
      return next ?? '';
    };
    const found = findTrayHost({ platform: 'linux', clock, atLogin, ask }, never);
    await clock.advance(60_000);
    return { presence: await found, asked };
  };

  it('takes other systems at their word', async () => {
    expect(await findTrayHost({ platform: 'darwin', clock: new ManualClock(), atLogin: false }, never)).toBe(
      'yes',
    );
  });

  it('waits a while for a shell that comes up later than the app', async () => {
    const absent = new Error('GDBus.Error:org.freedesktop.DBus.Error.ServiceUnknown');
    expect(await find([absent, absent, '(<true>,)'])).toEqual({ presence: 'yes', asked: 3 });
    expect(await find([absent])).toEqual({ presence: 'no', asked: 5 });
    expect(await find(['(<false>,)'])).toEqual({ presence: 'no', asked: 5 });
    expect(await find([absent], false)).toEqual({ presence: 'no', asked: 2 });
  });

  it('does not take silence for a no', async () => {
    expect(await find([new Error('spawn gdbus ENOENT')])).toEqual({ presence: 'unknown', asked: 1 });
  });
});

describe('updates', () => {
  class Engine implements UpdateEngine {
    autoDownload = false;
    autoInstallOnAppQuit = false;
    allowDowngrade = true;
    checks = 0;
    readonly listeners = new Map<string, (value: never) => void>();
    on(event: string, listener: (value: never) => void): void {
      this.listeners.set(event, listener);
    }
    async checkForUpdates(): Promise<void> {
      this.checks++;
    }
    quitAndInstall(): void {}
  }
  const parts = (feedFile: string, engine: Engine) => {
    const clock = new ManualClock();
    const ready: string[] = [];
    const load = async (): Promise<UpdateEngine> => engine;
    const onReady = (version: string): void => void ready.push(version);
    return { feedFile, clock, ready, random: seededRandom(1), log: silentLog, load, onReady };
  };

  it('are off without a feed: nothing is even loaded', async () => {
    const given = parts('/nowhere/app-update.yml', new Engine());
    const load = (): Promise<UpdateEngine> => Promise.reject(new Error('loaded'));
    expect(await startUpdates({ ...given, load })).toBeNull();
  });

  it('are looked for after the start and daily, never downgrade, and say when one is ready', async () => {
    const engine = new Engine();
    const given = parts(import.meta.filename, engine);
    const updates = await startUpdates(given);
    expect(engine).toMatchObject({ allowDowngrade: false, checks: 0 });
    await given.clock.advance(60_000);
    expect(engine.checks).toBe(1);
    await given.clock.advance(26 * 3_600_000);
    expect(engine.checks).toBe(2);
    engine.listeners.get('update-downloaded')?.({ version: '2.0.0' } as never);
    expect(given.ready).toEqual(['2.0.0']);
    updates?.stop();
    expect(given.clock.pendingTimers).toBe(0);
  });
});

describe('start at login', () => {
  const setup = (isOn: boolean, wanted: boolean) => {
    let settings: UserSettings = userSettingsSchema.parse({ desktop: { startAtLogin: wanted } });
    let listener: (next: UserSettings) => void = () => undefined;
    const item = { on: isOn, isOn: () => item.on, set: (on: boolean) => (item.on = on) };
    const store = {
      get: () => settings,
      set: (next: UserSettings) => (settings = next),
      onChange: (heard: (next: UserSettings) => void) => {
        listener = heard;
        return () => undefined;
      },
    };
    syncLoginItem(item, store, silentLog);
    const choose = (startAtLogin: boolean): void =>
      listener({ ...settings, desktop: { ...settings.desktop, startAtLogin } });
    return { item, choose, setting: () => settings.desktop.startAtLogin };
  };

  it('shows what the system will do, and does what the user then chooses', () => {
    const changed = setup(false, true);
    expect(changed.setting()).toBe(false);
    changed.choose(true);
    expect(changed.item.on).toBe(true);
    changed.choose(false);
    expect(changed.item.on).toBe(false);
  });
});

describe('the content policy', () => {
  it('begins with nothing and allows neither inline nor remote content', () => {
    expect(CONTENT_POLICY.split('; ')[0]).toBe("default-src 'none'");
    expect(CONTENT_POLICY).not.toMatch(/unsafe|https?:|\*|ws:/);
    expect(CONTENT_POLICY).toContain("require-trusted-types-for 'script'");
    expect(CONTENT_POLICY).toContain("frame-ancestors 'none'");
  });
});
