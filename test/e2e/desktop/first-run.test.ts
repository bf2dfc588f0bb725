import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DesktopHome, menuItem, type Desktop } from '../../support/desktop/desktop.ts';
import { startSandboxProcess, type SandboxProcess } from '../../support/instance.ts';
import { cli } from '../../support/processes.ts';
import { builtApp } from '../../support/desktop-double/built-app.ts';
import { addSleeping, callInPage, label, skipWelcome, startFromTray } from './support/in-page.ts';
import { startDesktop } from './support/runner.ts';

describe('from the first start to stopping everything, by the tray', () => {
  const home = new DesktopHome();
  let app: Desktop;

  beforeAll(async () => {
    await builtApp();
    app = await startDesktop(home, { args: ['--sandbox-speed', '100'] });
  });
  afterAll(async () => {
    await app.end();
    home.remove();
  });

  it('shows a window with the welcome page, and a tray that says what it is', async () => {
    const page = await app.page();
    await page.getByRole('heading', { level: 1, name: 'Welcome' }).waitFor();
    const seen = await app.until('the sandbox in the tray', (now) => label(now, 'Sandbox') !== undefined);
    expect(seen.windows).toMatchObject([{ visible: true, focused: true }]);
    expect(seen.tray?.icon).toMatch(/resources\/tray\/sandbox\.png$/);
    expect(seen.tray?.tooltip).toMatch(/nothing running · today \$0\.00 of \$5\.00/);
    expect(seen.tray?.menu[0]?.label).toBe('Open RunPod LLM Manager');
    expect(seen.tray?.menu.at(-1)?.label).toBe('Quit');
    expect(menuItem(seen.tray?.menu ?? [], 'Stop all')).toMatchObject({ enabled: false });
  });

  it('keeps what the sandbox says about money in view, and asks no network for anything', async () => {
    await skipWelcome(app);
    expect((await app.see()).network).toEqual([]);
  });

  it('copies the endpoint and the key that the proxy then accepts', async () => {
    await app.clickMenu('Copy endpoint URL');
    const endpoint = (await app.until('the endpoint', (seen) => seen.clipboard.startsWith('http'))).clipboard;
    await app.clickMenu('Copy local key');
    const { clipboard: key } = await app.until('the key', (seen) => seen.clipboard.startsWith('pat_local_'));
    const models = await fetch(`${endpoint}/models`, { headers: { authorization: `Bearer ${key}` } });
    expect(models.status).toBe(200);
  });

  it('is the instance that the command line finds', async () => {
    const status = await cli(['status', '--json'], { env: { RUNPOD_LLM_DATA_DIR: home.dataDir } });
    expect(status.code).toBe(0);
  });

  it('opens the page to deploy from the tray', async () => {
    await app.clickMenu('Deploy…');
    const page = await app.page();
    await page.getByRole('heading', { level: 1, name: /Deploy/ }).waitFor();
    expect(page.url()).toMatch(/#\/deploy$/);
  });

  it('starts a deployment from the tray at the price in its label, and tells when it is ready', async () => {
    await addSleeping(app, 'tiny');
    await app.ask({ do: 'blur' });
    const seen = await startFromTray(app, 'tiny');
    expect(seen.tray?.icon).toMatch(/running\.png$/);
    expect(seen.tray?.tooltip).toMatch(/1 running · \$\d/);
    expect(label(seen, 'If this computer dies now: at most $')).toBeDefined();
    expect(label(seen, 'Quit… (pods keep running)')).toBeDefined();
    const { notifications } = await app.until('the notification', (now) => now.notifications.length > 0);
    expect(notifications.at(-1)?.title).toMatch(/tiny/);
    await app.ask({ do: 'click-notification', title: 'tiny', action: null });
    const page = await app.page();
    await expect.poll(() => page.url()).toMatch(/#\/deployments\/tiny/);
  });

  it('stops and starts it again by its toggle', async () => {
    await app.clickMenu('tiny', 'Stop, saves $');
    const stopped = await app.until('it stopped', (seen) => label(seen, 'tiny — Stopped') !== undefined);
    expect(stopped.tray?.icon).toMatch(/sandbox\.png$/);
    await startFromTray(app, 'tiny');
  });

  it('keeps it awake for as long as asked', async () => {
    const page = await app.page();
    const before = await callInPage(page, 'deployments.get', { deployment: 'tiny' });
    await app.clickMenu('tiny', 'Keep awake', '4 hours');
    await expect
      .poll(async () => (await callInPage(page, 'deployments.get', { deployment: 'tiny' })).idleStopsAt)
      .not.toBe(before.idleStopsAt);
  });

  it('stops everything after one question that says what ends', async () => {
    await app.clickMenu('Stop all (1 running');
    const seen = await app.until('the question', ({ dialogs }) => dialogs.length > 0);
    const [dialog] = seen.dialogs;
    expect(dialog?.detail).toMatch(/tiny: \$[\d.]+\/h ends/);
    await app.answer(dialog?.buttons[0] ?? '');
    await app.until('nothing running', (now) => label(now, 'Stop all (nothing running)') !== undefined);
  });

  it('pauses starts on request for all deployments: the proxy then refuses to wake one', async () => {
    expect(menuItem((await app.see()).tray?.menu ?? [], 'Start on request')).toMatchObject({ checked: true });
    await app.clickMenu('Start on request');
    await app.until(
      'the pause',
      (seen) => menuItem(seen.tray?.menu ?? [], 'Start on request')?.checked === false,
    );
    await app.clickMenu('Copy endpoint URL');
    const endpoint = (await app.until('the endpoint', (seen) => seen.clipboard.startsWith('http'))).clipboard;
    await app.clickMenu('Copy local key');
    const { clipboard: key } = await app.until('the key', (seen) => seen.clipboard.startsWith('pat_local_'));
    const answer = await fetch(`${endpoint}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'hi' }] }),
    });
    expect(answer.status).toBe(402);
    expect(await answer.text()).toMatch(/paused/);
    await app.clickMenu('Start on request');
  });

  it('shows who made it and whose work is in it', async () => {
    await app.clickMenu('About');
    const about = await app.answer('Licences');
    expect(about.detail).toMatch(/Version \d+\.\d+\.\d+/);
    const { openedPaths } = await app.until('the licences', (seen) => seen.openedPaths.length > 0);
    expect(existsSync(openedPaths[0] ?? '')).toBe(true);
  });

  it('ends cleanly: the proxy, the control port and its file are gone', async () => {
    expect(existsSync(join(home.dataDir, 'control.json'))).toBe(true);
    expect(await app.quit()).toMatchObject({ code: 0 });
    expect(existsSync(join(home.dataDir, 'control.json'))).toBe(false);
  });

  it('kept its settings in the file that the headless app reads too', () => {
    const kept = JSON.parse(readFileSync(join(home.dataDir, 'settings.json'), 'utf8')) as {
      settings: { proxy: { wakeOnRequest: boolean } };
      window: { bounds: object };
    };
    expect(kept.settings.proxy.wakeOnRequest).toBe(true);
    expect(kept.window.bounds).toMatchObject({ width: 1180 });
  });
});

describe('entering a RunPod key', () => {
  const home = new DesktopHome();
  let sandbox: SandboxProcess;
  let app: Desktop;

  beforeAll(async () => {
    await builtApp();
    sandbox = await startSandboxProcess(['--speed', '60']);
    const { RUNPOD_API_KEY: _key, ...env } = sandbox.env;
    app = await startDesktop(home, { env });
  });
  afterAll(async () => {
    await app.end();
    await sandbox.stop();
    home.remove();
  });

  it('goes from the welcome page to RunPod, and says where the key is kept when there is no keychain', async () => {
    const page = await app.page();
    await page.getByRole('button', { name: /Use my RunPod key/ }).click();
    await page.getByLabel('RunPod key').fill(sandbox.env['RUNPOD_API_KEY'] ?? '');
    await page.getByRole('button', { name: 'Check and go on' }).click();
    await page.getByRole('button', { name: 'Continue' }).click();
    await expect
      .poll(async () => (await callInPage(page, 'app.status', {})).cloud, { timeout: 15_000 })
      .toBe('runpod');
    const { secrets } = await callInPage(page, 'secrets.status', {});
    // Machines with a keychain keep it there; without one it lasts until the app ends.
    expect(['keychain', 'memory']).toContain(secrets.find(({ name }) => name === 'runpod')?.source);
    await app.until('the tray without the sandbox', (seen) => label(seen, 'Sandbox') === undefined);
  });

  it('never hands the key to the page, nor writes it anywhere', async () => {
    const page = await app.page();
    const key = sandbox.env['RUNPOD_API_KEY'] ?? '';
    const status = await callInPage(page, 'secrets.status', {});
    expect(JSON.stringify(status)).not.toContain(key);
    await app.quit();
    const log = readFileSync(join(home.dataDir, 'logs', 'app.log'), 'utf8');
    expect(log).not.toContain(key);
    expect(readFileSync(join(home.dataDir, 'settings.json'), 'utf8')).not.toContain(key);
  });
});
