import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DesktopHome, type Desktop } from '../../support/desktop/desktop.ts';
import { builtApp } from '../../support/desktop-double/built-app.ts';
import { addSleeping, callInPage, label, skipWelcome, startFromTray } from './support/in-page.ts';
import { onElectron, startDesktop } from './support/runner.ts';

const home = new DesktopHome();
let app: Desktop;

const logOf = (): string => readFileSync(join(home.dataDir, 'logs', 'app.log'), 'utf8');
const autostart = join(home.folder, 'config', 'autostart', 'runpod-llm-manager.desktop');

beforeAll(async () => {
  await builtApp();
  app = await startDesktop(home, {
    args: ['--sandbox-speed', '100'],
    env: { APPIMAGE: '/opt/My Apps/RunPod LLM.AppImage' },
  });
  await skipWelcome(app);
});
afterAll(async () => {
  await app.end();
  home.remove();
});

describe('the system around the app', () => {
  it('looks at the account at once when the machine wakes, and keeps what it shows', async () => {
    await addSleeping(app, 'tiny');
    await startFromTray(app, 'tiny');
    await app.ask({ do: 'power', event: 'suspend' });
    await app.ask({ do: 'power', event: 'resume' });
    await expect.poll(logOf).toMatch(/the machine is awake/);
    const seen = await app.see();
    expect(label(seen, 'tiny — Ready')).toBeDefined();
    const page = await app.page();
    expect(await callInPage(page, 'deployments.get', { deployment: 'tiny' })).toMatchObject({
      state: 'ready',
    });
  });

  it('hides the small window when the screen is locked', async () => {
    await app.ask({ do: 'click-tray', button: 'left' });
    await app.until('the small window', (seen) =>
      seen.windows.some(({ url, visible }) => url.includes('popover') && visible),
    );
    await app.ask({ do: 'power', event: 'lock-screen' });
    const locked = await app.until('it gone', (seen) =>
      seen.windows.every(({ url, visible }) => !url.includes('popover') || !visible),
    );
    expect(locked.tray).not.toBeNull();
  });

  it.skipIf(onElectron)('goes on when the network goes and comes', async () => {
    await app.ask({ do: 'online', on: false });
    await app.ask({ do: 'online', on: true });
    expect(label(await app.see(), 'tiny — Ready')).toBeDefined();
  });

  it('writes and removes an autostart entry that starts the AppImage, not its mount', async () => {
    const page = await app.page();
    const settings = await callInPage(page, 'settings.get', {});
    await callInPage(page, 'settings.set', {
      ...settings,
      desktop: { ...settings.desktop, startAtLogin: true },
    });
    const entry = readFileSync(autostart, 'utf8');
    expect(entry).toContain('Exec="/opt/My Apps/RunPod LLM.AppImage"');
    expect(entry).toMatch(/"--autostart"$/m);
    await callInPage(page, 'settings.set', {
      ...settings,
      desktop: { ...settings.desktop, startAtLogin: false },
    });
    expect(existsSync(autostart)).toBe(false);
  });

  it('takes the system’s word for start at login', async () => {
    const page = await app.page();
    const settings = await callInPage(page, 'settings.get', {});
    await callInPage(page, 'settings.set', {
      ...settings,
      desktop: { ...settings.desktop, startAtLogin: true },
    });
    writeFileSync(autostart, `${readFileSync(autostart, 'utf8')}Hidden=true\n`);
    await app.ask({ do: 'quit' });
    await app.answer('Quit, keep running');
    await app.ended;
    app = await startDesktop(home, { args: ['--sandbox-speed', '100'] });
    const again = await app.page();
    await again.getByRole('heading', { level: 1 }).waitFor();
    expect((await callInPage(again, 'settings.get', {})).desktop.startAtLogin).toBe(false);
  });

  it('changes the language of its menus at once', async () => {
    const page = await app.page();
    const settings = await callInPage(page, 'settings.get', {});
    await callInPage(page, 'settings.set', { ...settings, desktop: { ...settings.desktop, language: 'de' } });
    const seen = await app.until('German', (now) => label(now, 'Einstellungen') !== undefined);
    expect(seen.appMenu.map((item) => item.label)).toContain('Ansicht');
    await callInPage(page, 'settings.set', settings);
    await app.until('English', (now) => label(now, 'Settings') !== undefined);
  });

  it('shows how many deployments need somebody on its icon', async () => {
    const page = await app.page();
    await callInPage(page, 'deployments.create', {
      // No such hardware is ever offered, so it fails with a reason.
      spec: { name: 'broken', model: 'Qwen/Qwen3-0.6B', backend: 'vllm', extraArgs: ['--no-such-option'] },
      start: true,
    });
    const seen = await app.until('the failure', (now) => now.badge === 1, 60_000);
    expect(seen.tray?.icon).toMatch(/attention\.png$/);
    expect(label(seen, 'broken — Failed')).toBeDefined();
  });
});

describe('the end of the system', () => {
  it('does not ask when the system shuts down, whatever bills', async () => {
    await app.until('something billing', (seen) => label(seen, 'Quit…') !== undefined, 30_000);
    await app.ask({ do: 'power', event: 'shutdown' }).catch(() => undefined);
    expect(await app.ended).toMatchObject({ code: 0 });
  });
});
