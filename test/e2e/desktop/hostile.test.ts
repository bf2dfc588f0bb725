import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHANNELS } from '../../../src/shared/ipc.ts';
import { DesktopHome, type Desktop } from '../../support/desktop/desktop.ts';
import type { Command } from '../../support/desktop/protocol.ts';
import { builtApp } from '../../support/desktop-double/built-app.ts';
import { addSleeping, callInPage, outcomeInPage, skipWelcome } from './support/in-page.ts';
import { onElectron, startDesktop } from './support/runner.ts';

const home = new DesktopHome();
let app: Desktop;

const own = { url: 'app://bundle/index.html', isMain: true };
const status = { id: 1, name: 'app.status', input: {} };
const forge = (change: Partial<Extract<Command, { do: 'forge' }>>): Promise<unknown> =>
  app.ask({
    do: 'forge',
    channel: CHANNELS.call,
    kind: 'invoke',
    args: [status],
    frame: own,
    sender: 'ours',
    ...change,
  });

beforeAll(async () => {
  await builtApp();
  app = await startDesktop(home);
  await skipWelcome(app);
});
afterAll(async () => {
  await app.end();
  home.remove();
});

// Only the double can forge what reaches the main process.
describe.skipIf(onElectron)('messages that are not what they claim', () => {
  it('answers the app’s own page', async () => {
    expect(await forge({})).toMatchObject({ ok: true, value: { ok: true } });
  });

  it.each([
    ['a sub-frame', { frame: { ...own, isMain: false } }],
    ['a frame that is gone', { frame: null }],
    ['another host of our scheme', { frame: { url: 'app://evil/index.html', isMain: true } }],
    ['a host that begins like ours', { frame: { url: 'app://bundle.evil/index.html', isMain: true } }],
    ['a name before ours', { frame: { url: 'app://bundle@evil/', isMain: true } }],
    ['the web', { frame: { url: 'https://bundle/index.html', isMain: true } }],
    ['a file', { frame: { url: 'file:///bundle/index.html', isMain: true } }],
    ['a dev server that is not in use', { frame: { url: 'http://localhost:5173/', isMain: true } }],
    ['contents that the app never made', { sender: 'stranger' as const }],
  ])('refuses %s', async (_name, change) => {
    expect(await forge(change)).toMatchObject({
      ok: true,
      value: { ok: false, error: { code: 'origin_not_allowed' } },
    });
  });

  it.each([
    ['no argument', []],
    ['two arguments', [status, status]],
    ['no object', ['app.status']],
    ['a field too many', [{ ...status, role: 'main' }]],
    ['a number that is none', [{ ...status, id: 'x' }]],
    ['a name that is an object', [{ ...status, name: { toString: 'app.status' } }]],
  ])('refuses %s', async (_name, args) => {
    expect(await forge({ args })).toMatchObject({ value: { ok: false, error: { code: 'invalid_input' } } });
  });

  it('refuses names outside the contract, inherited ones too, and inputs that its schemas refuse', async () => {
    const page = await app.page();
    for (const name of ['app.nothing', 'constructor', '__proto__', 'toString']) {
      expect(await outcomeInPage(page, name, {})).toMatchObject({ ok: false, error: { code: 'not_found' } });
    }
    const bad = await outcomeInPage(page, 'deployments.create', { spec: { name: '../../etc' } });
    expect(bad).toMatchObject({
      ok: false,
      error: { code: 'invalid_input', advice: expect.any(String) as string },
    });
  });

  it('opens no page but its own for a message, and starts no stream for a stranger', async () => {
    const page = await app.page();
    const before = page.url();
    const send = { kind: 'send' as const };
    for (const address of [
      'javascript:alert(1)',
      '//evil.test/',
      '/../x',
      'https://evil.test',
      '/nowhere',
      '/costs#x',
    ]) {
      await forge({ ...send, channel: CHANNELS.openPage, args: [{ address }] });
    }
    await forge({
      ...send,
      channel: CHANNELS.openStream,
      args: [{ id: 9, name: 'logs.app', input: {} }],
      sender: 'stranger',
    });
    expect(page.url()).toBe(before);
  });

  it('keeps a page from having more under way than it may', async () => {
    const page = await app.page();
    const codes = await page.evaluate(async () => {
      const wait = { deployment: 'nobody', until: 'ready', timeoutSeconds: 1 } as const;
      const calls = Array.from(
        { length: 400 },
        () => globalThis.runpodLlm.call('deployments.wait', wait).outcome,
      );
      const outcomes = await Promise.all(calls);
      return [...new Set(outcomes.map((outcome) => (outcome.ok ? 'ok' : outcome.error.code)))];
    });
    expect(codes.every((code) => code === 'not_found' || code === 'rate_limited')).toBe(true);
  });
});

describe('what a page can reach', () => {
  it('has the verbs of the bridge, frozen, and nothing of Node or Electron', async () => {
    const page = await app.page();
    const found = await page.evaluate(() => ({
      keys: Object.keys(globalThis.runpodLlm).toSorted(),
      frozen: Object.isFrozen(globalThis.runpodLlm),
      node: ['require', 'process', 'module', 'Buffer', 'ipcRenderer', 'electron'].filter(
        (name) => name in globalThis,
      ),
    }));
    expect(found).toEqual({
      keys: ['call', 'onShowPage', 'openPage', 'stream', 'subscribe'],
      frozen: true,
      node: [],
    });
  });

  it('passes a listener the payload, never an event object', async () => {
    const page = await app.page();
    const kinds = await page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          globalThis.runpodLlm.stream(
            'logs.app',
            { tail: 1, follow: false },
            {
              item: (value) => resolve(Object.keys(value as object)),
              end: () => resolve([]),
            },
          );
        }),
    );
    expect(kinds).not.toContain('sender');
  });

  it('runs no script that was injected, by the content policy', async () => {
    const page = await app.page();
    const result = await page.evaluate<{ injected: boolean; fetched: string; violations: string[] }>(
      `(async () => {
        const violations = [];
        document.addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective));
        const script = document.createElement('script');
        try {
          script.textContent = 'window.injected = true';
        } catch {
          violations.push('trusted-types');
        }
        document.body.append(script);
        const remote = document.createElement('img');
        remote.src = 'https://evil.test/x.png';
        document.body.append(remote);
        const fetched = await fetch('https://evil.test/').then(() => 'answered', () => 'refused');
        await new Promise((done) => setTimeout(done, 200));
        return { injected: 'injected' in window, fetched, violations };
      })()`,
    );
    expect(result).toMatchObject({ injected: false, fetched: 'refused' });
    expect(result.violations.length).toBeGreaterThanOrEqual(2);
    expect((await app.see()).network.filter((line) => line.startsWith('left'))).toEqual([]);
  });

  it('navigates nowhere else and opens no window; known links go to the system’s browser', async () => {
    const page = await app.page();
    const before = page.url();
    await page.evaluate(`location.href = 'https://evil.test/'`);
    for (const url of [
      'https://evil.test/',
      'https://console.runpod.io.evil.test/',
      'http://console.runpod.io/',
      'https://console.runpod.io/user/settings',
    ]) {
      await page.evaluate((link) => {
        Reflect.apply(Reflect.get(globalThis, 'open') as () => void, globalThis, [link]);
      }, url);
    }
    const seen = await app.until('the one link', ({ openedLinks }) => openedLinks.length > 0);
    expect(seen.openedLinks).toEqual(['https://console.runpod.io/user/settings']);
    expect(page.url()).toBe(before);
    expect(seen.windows).toHaveLength(1);
    expect(await outcomeInPage(page, 'app.status', {})).toMatchObject({ ok: true });
  });

  it.skipIf(onElectron)('may write to the clipboard and nothing else', async () => {
    const ask = (permission: string, change: object = {}): Promise<unknown> =>
      app.ask({ do: 'permission', permission, url: 'app://bundle/index.html', isMainFrame: true, ...change });
    expect(await ask('clipboard-sanitized-write')).toEqual({ check: true, request: true });
    expect(await ask('clipboard-sanitized-write', { isMainFrame: false })).toEqual({
      check: false,
      request: false,
    });
    expect(await ask('clipboard-sanitized-write', { url: 'https://evil.test/' })).toEqual({
      check: false,
      request: false,
    });
    for (const permission of [
      'media',
      'geolocation',
      'notifications',
      'clipboard-read',
      'openExternal',
      'toString',
    ]) {
      expect(await ask(permission)).toEqual({ check: false, request: false });
    }
  });

  it.skipIf(onElectron)(
    'saves only what it made itself when the user asked, through the system’s dialog',
    async () => {
      const download = (url: string, hasGesture = true): Promise<unknown> =>
        app.ask({ do: 'download', url, hasGesture });
      expect(await download('blob:app://bundle/5d2c')).toEqual({
        cancelled: false,
        dialog: { defaultPath: 'costs.csv' },
      });
      const refused = { cancelled: true, dialog: null };
      expect(await download('blob:app://bundle/5d2c', false)).toEqual(refused);
      for (const url of [
        'https://evil.test/x.exe',
        'blob:https://evil.test/1',
        'app://bundle/index.html',
        'data:text/html,x',
      ]) {
        expect(await download(url)).toEqual(refused);
      }
    },
  );
});

describe('a page that was taken over', () => {
  const budget = (usdPerDay: number | null) => ({ usdPerDay, usdPerMonth: null });

  it('deletes nothing by itself: the system’s box asks, and only one at a time', async () => {
    const page = await app.page();
    await addSleeping(app, 'kept');
    const outcome = outcomeInPage(page, 'deployments.terminate', { deployment: 'kept' });
    const seen = await app.until('the question', ({ dialogs }) => dialogs.length > 0);
    expect(seen.dialogs).toMatchObject([{ message: 'Delete kept?', buttons: ['Delete', 'Cancel'] }]);
    expect(await outcomeInPage(page, 'secrets.delete', { name: 'runpod' })).toMatchObject({
      ok: false,
      error: { code: 'not_allowed_now' },
    });
    await app.answer('Cancel');
    expect(await outcome).toMatchObject({ ok: false, error: { code: 'declined' } });
    expect(await outcomeInPage(page, 'deployments.get', { deployment: 'kept' })).toMatchObject({ ok: true });
  });

  it('raises no limit of spending by itself, but may lower it', async () => {
    const page = await app.page();
    const settings = await callInPage(page, 'settings.get', {});
    await callInPage(page, 'settings.set', { ...settings, budget: budget(1) });
    expect((await app.see()).dialogs).toEqual([]);
    const outcome = outcomeInPage(page, 'settings.set', { ...settings, budget: budget(null) });
    const box = await app.answer('Cancel');
    expect(box).toMatchObject({ message: 'Raise the limit of what may be spent?' });
    expect(box.detail).toContain('A day: $1.00 → no limit');
    expect(await outcome).toMatchObject({ ok: false, error: { code: 'declined' } });
    expect(await callInPage(page, 'settings.get', {})).toMatchObject({ budget: budget(1) });
  });

  it('deletes what a person agreed to, with one question in all', async () => {
    const page = await app.page();
    await page.evaluate(`location.hash = '#/deployments/kept'`);
    await page.getByRole('button', { name: 'More for kept' }).click();
    await page.getByRole('menuitem', { name: 'Delete…' }).click();
    const box = await app.answer('Delete');
    expect(box.message).toBe('Delete kept?');
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(await outcomeInPage(page, 'deployments.get', { deployment: 'kept' })).toMatchObject({
      ok: false,
      error: { code: 'not_found' },
    });
  });
});
