import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { builtApp } from '../../support/desktop-double/built-app.ts';
import { DesktopHome, type Desktop } from '../../support/desktop/desktop.ts';
import { callInPage, outcomeInPage, skipWelcome } from './support/in-page.ts';
import { startDesktop } from './support/runner.ts';

/**
 * What the double claims about Electron, held against Electron itself wherever its program is (`npm run test:desktop`).
 * A difference found there is corrected in the double.
 */
describe('the desktop app as Electron runs it', () => {
  const home = new DesktopHome();
  let app: Desktop;

  beforeAll(async () => {
    await builtApp();
    app = await startDesktop(home);
  });
  afterAll(async () => {
    await app.quit();
    await app.end();
    home.remove();
  });

  it('shows its page under its own address, with the bridge and nothing of Node', async () => {
    const page = await skipWelcome(app);
    const found = await page.evaluate(() => ({
      keys: Object.keys(globalThis.runpodLlm).toSorted(),
      isFrozen: Object.isFrozen(globalThis.runpodLlm),
      hasNode: 'require' in globalThis || 'process' in globalThis,
    }));
    expect(found).toEqual({
      keys: ['call', 'onShowPage', 'openPage', 'stream', 'subscribe'],
      isFrozen: true,
      hasNode: false,
    });
  });

  it('answers calls with values, and failures with code and advice', async () => {
    const page = await app.page();
    expect(await callInPage(page, 'deployments.list', {})).toEqual({ deployments: [] });
    expect(await outcomeInPage(page, 'deployments.get', { deployment: 'nobody' })).toMatchObject({
      ok: false,
      error: { code: 'not_found', advice: expect.any(String) as string },
    });
  });

  it('ends a stream after its last item, and one that is left', async () => {
    const page = await app.page();
    const ended = await page.evaluate(
      () =>
        new Promise<unknown>((resolve) => {
          globalThis.runpodLlm.stream(
            'logs.app',
            { tail: 5, follow: false },
            { item: () => undefined, end: resolve },
          );
        }),
    );
    expect(ended).toBeNull();
  });

  it('brings events to the page', async () => {
    const page = await app.page();
    const name = await page.evaluate(
      () =>
        new Promise<string>((resolve) => {
          globalThis.runpodLlm.subscribe((event) => resolve(event.name));
          const spec = { name: 'quiet', model: 'Qwen/Qwen3-0.6B' };
          void globalThis.runpodLlm.call('deployments.create', { spec, start: false }).outcome;
        }),
    );
    expect(name).toMatch(/^(?:deployment|history|costs|app)\./);
  });

  it('has the system’s menus, which open pages', async () => {
    const labels = (await app.see()).appMenu.map(({ label }) => label);
    expect(labels).toEqual(expect.arrayContaining(['File', 'Edit', 'View', 'Help']));
    await app.ask({ do: 'click-menu', menu: 'app', path: ['View', 'Costs'] });
    const page = await app.page();
    await page.getByRole('heading', { level: 1, name: 'Costs' }).waitFor();
  });

  it('does not run injected script', async () => {
    const page = await app.page();
    const injected = await page.evaluate<boolean>(
      `(() => { const script = document.createElement('script'); try { script.textContent = 'window.injected = true'; } catch {} document.body.append(script); return 'injected' in window; })()`,
    );
    expect(injected).toBe(false);
  });

  it('keeps running when its window is closed', async () => {
    await app.ask({ do: 'close-window', url: 'index.html' });
    const seen = await app.until('no window', ({ windows }) => windows.every(({ visible }) => !visible));
    expect(seen.tray).not.toBeNull();
  });
});
