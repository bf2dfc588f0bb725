import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DesktopHome, type Desktop } from '../../support/desktop/desktop.ts';
import { DesktopApp } from '../../support/desktop-double/desktop-app.ts';
import type { Seen } from '../../support/desktop/protocol.ts';
import { builtApp } from '../../support/desktop-double/built-app.ts';
import { callInPage, label, skipWelcome } from './support/in-page.ts';
import { onElectron, startDesktop, startLater } from './support/runner.ts';

beforeAll(async () => {
  await builtApp();
});

describe('one instance and its window', () => {
  const home = new DesktopHome();
  let app: Desktop;

  beforeAll(async () => {
    app = await startDesktop(home);
    await skipWelcome(app);
  });
  afterAll(async () => {
    await app.end();
    home.remove();
  });

  it('goes on in the tray when its window is closed, and says so the first time only', async () => {
    await app.ask({ do: 'close-window', url: 'index.html' });
    const hidden = await app.until('a hidden window', (seen) => seen.windows[0]?.visible === false);
    expect(hidden.notifications.map(({ title }) => title)).toEqual(['Still running']);
    await app.clickMenu('Open');
    await app.until('the window', (seen) => seen.windows[0]?.visible === true);
    await app.ask({ do: 'close-window', url: 'index.html' });
    const again = await app.until('hidden again', (seen) => seen.windows[0]?.visible === false);
    expect(again.notifications).toHaveLength(1);
  });

  it('is shown by a second start, which ends without doing anything else', async () => {
    const later = await startLater(home);
    expect(later).toEqual({ code: 0, output: '' });
    await app.until('the window', (seen) => seen.windows[0]?.visible === true);
  });

  it('opens the page that a link handed over names', async () => {
    await startLater(home, { args: ['runpod-llm://open/costs?apikey=x'] });
    const page = await app.page();
    await page.getByRole('heading', { level: 1, name: 'Costs' }).waitFor();
    expect(page.url()).toMatch(/#\/costs$/);
  });

  it('opens a link that macOS hands over, and none that starts or carries anything', async () => {
    const page = await app.page();
    await app.ask({ do: 'open-url', url: 'runpod-llm://open/settings/keys' });
    await expect.poll(() => page.url()).toMatch(/#\/settings\/keys$/);
    for (const bad of ['runpod-llm://deploy/x', 'runpod-llm://open/../../etc', 'https://open/costs']) {
      await app.ask({ do: 'open-url', url: bad });
    }
    await app.ask({ do: 'open-url', url: 'runpod-llm://open/logs' });
    await expect.poll(() => page.url()).toMatch(/#\/logs$/);
  });

  it('is the program for such links', async () => {
    expect((await app.see()).protocolClient).toMatchObject({ scheme: 'runpod-llm' });
  });

  it('comes back where it was, after a restart, with the page’s own memory', async () => {
    const place = { x: 111, y: 99, width: 900, height: 700 };
    await app.ask({ do: 'move-window', url: 'index.html', bounds: place });
    await app.quit();
    app = await startDesktop(home);
    const page = await app.page();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect((await app.see()).windows[0]?.bounds).toEqual(place);
  });

  it.skipIf(onElectron)('comes back into view when its screen is gone', async () => {
    await app.ask({
      do: 'move-window',
      url: 'index.html',
      bounds: { x: 5000, y: 50, width: 900, height: 700 },
    });
    await app.quit();
    app = await startDesktop(home);
    const { windows } = await app.until('a window', (seen) => seen.windows.length > 0);
    expect(windows[0]?.bounds).toEqual({ x: 350, y: 112, width: 900, height: 700 });
  });

  it('starts hidden at login, with the tray only', async () => {
    await app.quit();
    app = await startDesktop(home, { args: ['--autostart'] });
    const seen = await app.until('the tray', (now) => label(now, 'Sandbox') !== undefined);
    expect(seen.windows).toEqual([]);
  });
});

describe('the small window beside the tray icon', () => {
  const home = new DesktopHome();
  let app: Desktop;

  beforeAll(async () => {
    app = await startDesktop(home);
    await skipWelcome(app);
  });
  afterAll(async () => {
    await app.end();
    home.remove();
  });

  it('opens on a click on the icon, whole on the screen, and goes when it loses the focus', async () => {
    await app.ask({ do: 'click-tray', button: 'left' });
    const page = await app.page('#/popover');
    await page.getByText('Sandbox').waitFor();
    const shown = (await app.see()).windows.find(({ url }) => url.endsWith('#/popover'));
    expect(shown).toMatchObject({ visible: true });
    expect((shown?.bounds.x ?? 0) + (shown?.bounds.width ?? 0)).toBeLessThanOrEqual(1600);
    await app.ask({ do: 'blur' });
    await app.until('it hidden', (seen) =>
      seen.windows.every(({ url, visible }) => !url.endsWith('#/popover') || !visible),
    );
  });

  it('opens pages of the main window, and may ask less than that', async () => {
    const page = await app.page('#/popover');
    const { deployments } = await callInPage(page, 'deployments.list', {});
    expect(deployments).toEqual([]);
    await expect(callInPage(page, 'proxy.key', {})).rejects.toThrow(/not_allowed_now/);
    await expect(callInPage(page, 'secrets.delete', { name: 'runpod' })).rejects.toThrow(/not_allowed_now/);
    await page.evaluate(() => globalThis.runpodLlm.openPage('/costs'));
    const main = await app.page();
    await expect.poll(() => main.url()).toMatch(/#\/costs$/);
  });
});

describe.each([
  { host: 'no' as const, title: 'nobody shows tray icons' },
  { host: 'unknown' as const, title: 'it cannot be found out whether icons are shown' },
])('a Linux desktop where $title', ({ host }) => {
  let home: DesktopHome;
  let app: Desktop;

  beforeEach(async () => {
    home = new DesktopHome();
    app = await startDesktop(home, { trayHost: host, args: host === 'unknown' ? ['--autostart'] : [] });
  });
  afterEach(async () => {
    await app.end();
    home.remove();
  });

  it('shows its window even when started hidden, and quits with it', async () => {
    const isSettled =
      host === 'no'
        ? (now: Seen): boolean => now.tray === null && now.notifications.length > 0
        : (): boolean => true;
    const seen = await app.until('the window', (now) => now.windows.length > 0 && isSettled(now));
    expect(seen.windows[0]?.visible).toBe(true);
    const told = seen.notifications.map(({ title }) => title);
    expect({ tray: seen.tray !== null, told }).toEqual(
      host === 'no' ? { tray: false, told: ['No tray on this desktop'] } : { tray: true, told: [] },
    );
    await (await app.page()).getByRole('heading', { level: 1 }).waitFor();
    await app.ask({ do: 'close-window', url: 'index.html' });
    expect(await app.ended).toMatchObject({ code: 0 });
  });
});

describe.skipIf(onElectron)('other systems and languages', () => {
  const home = new DesktopHome();
  let app: DesktopApp;
  afterEach(async () => {
    await app.end();
  });
  afterAll(() => home.remove());

  it('gives macOS template pictures, text beside them, and its own menu', async () => {
    app = await DesktopApp.start(home, { platform: 'darwin' });
    const seen = await app.until('the menu', (now) => now.appMenu.length > 0 && now.tray !== null);
    expect(seen.tray).toMatchObject({ isTemplate: true });
    expect(seen.tray?.icon).toMatch(/Template\.png$/);
    expect(seen.appMenu[0]).toMatchObject({ label: 'RunPod LLM Manager' });
    await app.ask({ do: 'click-tray', button: 'right' });
    expect((await app.see()).tray?.menu.at(-1)?.label).toMatch(/^Quit/);
    await (await app.page()).getByRole('heading', { level: 1 }).waitFor();
    await app.ask({ do: 'close-window', url: 'index.html' });
    await app.until('hidden', (now) => now.windows[0]?.visible === false);
  });

  it('gives Windows icons for the colour of its taskbar', async () => {
    app = await DesktopApp.start(home, { platform: 'win32' });
    const light = await app.until('the tray', (now) => now.tray !== null);
    expect(light.tray?.icon).toMatch(/-dark\.ico$/);
    await app.ask({ do: 'dark', on: true });
    const dark = await app.until('the other tone', (now) => (now.tray?.icon ?? '').endsWith('-light.ico'));
    expect(dark.tray).not.toBeNull();
  });

  it('speaks the system’s language where it knows it', async () => {
    app = await DesktopApp.start(home, { languages: 'fr-CH,de-CH,en' });
    const seen = await app.until('the menu', (now) => label(now, 'Sandbox') !== undefined);
    expect(label(seen, 'Modell bereitstellen')).toBeDefined();
    expect(seen.tray?.menu.at(-1)?.label).toBe('Beenden');
    expect(seen.appMenu.map((item) => item.label)).toContain('Bearbeiten');
    await (await app.page()).getByRole('heading', { level: 1, name: 'Willkommen' }).waitFor();
  });
});
