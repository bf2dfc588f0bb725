import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOfLink } from '../../../src/main/desktop/deep-link.ts';
import { isOwnUrl, trustedRole } from '../../../src/main/desktop/ipc/trusted-sender.ts';
import { mayAsk } from '../../../src/main/desktop/ipc/allowed-calls.ts';
import { parseLaunch } from '../../../src/main/desktop/launch.ts';
import { judgeLink } from '../../../src/main/desktop/security/links.ts';
import { isPermitted } from '../../../src/main/desktop/security/permissions.ts';

describe('links of our own', () => {
  it.each([
    ['runpod-llm://open', '/'],
    ['runpod-llm://open/', '/'],
    ['runpod-llm://open/overview', '/'],
    ['runpod-llm://open/costs', '/costs'],
    ['runpod-llm://open/settings/keys', '/settings/keys'],
    ['runpod-llm://open/deployments/coder-7b?tab=logs', '/deployments/coder-7b?tab=logs'],
    ['runpod-llm://open/deploy?model=Qwen%2FQwen3-8B&start=yes', '/deploy?model=Qwen%2FQwen3-8B'],
  ])('%s opens %s', (link, page) => {
    expect(pageOfLink(link)).toBe(page);
  });

  it.each([
    'runpod-llm://deploy/coder',
    'runpod-llm://open/popover',
    'runpod-llm://open/unknown',
    'runpod-llm://user:pw@open/costs',
    'runpod-llm://open:1/costs',
    'runpod-llm://open/deployments/UPPER',
    'runpod-llm://open/deployments/a%2F..%2Fb',
    'https://open/costs',
    'runpod-llm:costs',
    'not a link',
    `runpod-llm://open/deploy?model=${'x'.repeat(2000)}`,
  ])('%s opens nothing', (link) => {
    expect(pageOfLink(link)).toBeNull();
  });

  it('never gives anything but a page address, whatever comes', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 60 }), (rest) => {
        const page = pageOfLink(`runpod-llm://open/${rest}`);
        expect(page === null || /^\/[A-Za-z0-9/?=&%._~:+-]*$/.test(page)).toBe(true);
      }),
    );
  });
});

describe('links to elsewhere', () => {
  it.each([
    'https://console.runpod.io/user/settings',
    'https://huggingface.co/Qwen/Qwen3-8B',
    'https://status.runpod.io',
  ])('%s goes to the browser', (url) => {
    expect(judgeLink(url)).toEqual({ kind: 'external', url: new URL(url).href });
  });

  it.each([
    'http://console.runpod.io/',
    'https://console.runpod.io.evil.test/',
    'https://evil.test/https://console.runpod.io/',
    'https://console.runpod.io@evil.test/',
    'https://user:secret@console.runpod.io/',
    'https://console.runpod.io:8443/',
    'file:///etc/passwd',
    'smb://share/x',
    'ms-msdt:/id',
    'javascript:alert(1)',
    'runpod-llm://deploy/x',
    'vscode://file/x',
    '',
  ])('%s is refused', (url) => {
    expect(judgeLink(url)).toEqual({ kind: 'refused' });
  });

  it('takes a link of ours to its page', () => {
    expect(judgeLink('runpod-llm://open/logs')).toEqual({ kind: 'page', address: '/logs' });
  });
});

describe('who may speak', () => {
  const own = { url: 'app://bundle/index.html#/costs', isMain: true };

  it('is the main frame of a window of ours, showing our page', () => {
    expect(trustedRole({ frame: own, role: 'main' }, null)).toBe('main');
    expect(trustedRole({ frame: own, role: 'popover' }, null)).toBe('popover');
    expect(trustedRole({ frame: own, role: null }, null)).toBeNull();
    expect(trustedRole({ frame: null, role: 'main' }, null)).toBeNull();
    expect(trustedRole({ frame: { ...own, isMain: false }, role: 'main' }, null)).toBeNull();
  });

  it('counts the dev server only while it is in use, and only its exact origin', () => {
    expect(isOwnUrl('http://localhost:5173/x', 'http://localhost:5173')).toBe(true);
    expect(isOwnUrl('http://localhost:5174/x', 'http://localhost:5173')).toBe(false);
    expect(isOwnUrl('http://localhost:5173/x', null)).toBe(false);
    expect(isOwnUrl('http://localhost:5173.evil.test/', 'http://localhost:5173')).toBe(false);
  });

  it('may ask less from the popover', () => {
    expect(mayAsk('popover', 'deployments.stop')).toBe(true);
    for (const name of [
      'deployments.terminate',
      'proxy.key',
      'secrets.set',
      'settings.set',
      'app.shutdown',
    ]) {
      expect(mayAsk('popover', name)).toBe(false);
      expect(mayAsk('main', name)).toBe(true);
    }
  });

  it('gives pages no permission that stands not in the table, inherited names included', () => {
    const ask = { url: 'app://bundle/index.html', isMainFrame: true };
    expect(isPermitted({ ...ask, permission: 'clipboard-sanitized-write' }, null)).toBe(true);
    for (const permission of ['media', 'hid', 'constructor', '__proto__', 'toString', '']) {
      expect(isPermitted({ ...ask, permission }, null)).toBe(false);
    }
  });
});

describe('what the app was started with', () => {
  it('reads its own options among those of others', () => {
    expect(
      parseLaunch([
        '/opt/app',
        '--no-sandbox',
        '--original-process-start-time=13',
        '--sandbox',
        '--port',
        '4000',
        '--data-dir=/x y',
        '--autostart',
      ]),
    ).toEqual({
      flags: { sandbox: true, port: 4000, dataDir: '/x y' },
      dataDir: '/x y',
      hidden: true,
      page: null,
    });
  });

  it('takes a page from a link, and leaves bad values for the configuration to refuse', () => {
    expect(parseLaunch(['.', 'runpod-llm://open/costs'])).toMatchObject({ page: '/costs', hidden: false });
    expect(parseLaunch(['--port', 'many'])).toMatchObject({ flags: { port: 'many' } });
    expect(parseLaunch(['runpod-llm://nowhere/costs'])).toMatchObject({ page: null });
  });

  it('never fails, whatever stands there', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 20 }), { maxLength: 6 }), (argv) => {
        expect(parseLaunch(argv)).toHaveProperty('flags');
      }),
    );
  });
});
