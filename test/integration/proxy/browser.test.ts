import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Harness, LOCAL_KEY } from '../../support/proxy-harness.ts';

/**
 * A page on another origin in a real browser, with and without DNS rebinding (SECURITY 4.4). The names resolve to this
 * machine inside the browser only.
 */
const CHROMIUM = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
const missing = !existsSync(CHROMIUM) && process.env['CI'] !== 'true';

const QUIET = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  // Chrome would ask the user before a page may call loopback; a proxy must be safe without that.
  '--disable-features=LocalNetworkAccessChecks',
];

let h: Harness;
let site: Server;
let browser: Browser;

/** A web page somewhere else. */
async function otherSite(): Promise<Server> {
  const server = createServer((_req, res) => {
    res.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>elsewhere</title><p>hi');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

const pageUrl = (host: string): string => `http://${host}:${portOf(site)}/`;

interface Attempt {
  readonly method?: string;
  readonly body?: string;
  readonly mode?: 'no-cors';
  readonly headers?: Record<string, string>;
}

/** What a script on the page gets when it tries: the status and text, or the error. */
async function attempt(page: Page, url: string, init: Attempt): Promise<string> {
  return page.evaluate(
    async ([target, options]) => {
      try {
        const res = await fetch(target, options);
        return `${res.type} ${res.status} ${(await res.text()).slice(0, 200)}`;
      } catch (error) {
        return `threw ${String(error)}`;
      }
    },
    [url, init] as const,
  );
}

describe.skipIf(missing)('a page on another origin', () => {
  beforeAll(async () => {
    h = await Harness.start();
    site = await otherSite();
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: [...QUIET, '--host-resolver-rules=MAP evil.example 127.0.0.1, MAP good.example 127.0.0.1'],
    });
  });
  afterAll(async () => {
    await browser.close();
    await new Promise((resolve) => site.close(resolve));
    await h.stop();
  });
  beforeEach(() => {
    h.target.sleep();
    h.settings = { ...h.settings, allowedOrigins: [] };
  });

  const open = async (url: string): Promise<Page> => {
    const page = await browser.newPage();
    await page.goto(url);
    return page;
  };
  const auth = { authorization: `Bearer ${LOCAL_KEY}` };
  const body = JSON.stringify({ model: 'm', messages: [] });

  it('cannot read models, start a pod or send a prompt, even with a stolen key', async () => {
    const page = await open(pageUrl('evil.example'));
    const tries: [string, Attempt][] = [
      ['/v1/models', {}],
      ['/v1/models', { headers: auth }],
      ['/v1/models', { mode: 'no-cors' }],
      ['/health', {}],
      ['/v1/chat/completions', { method: 'POST', body, mode: 'no-cors' }],
      [
        '/v1/chat/completions',
        { method: 'POST', body, mode: 'no-cors', headers: { 'content-type': 'text/plain' } },
      ],
      [
        '/v1/chat/completions',
        { method: 'POST', body, headers: { ...auth, 'content-type': 'application/json' } },
      ],
      ['/api/chat', { method: 'POST', body, mode: 'no-cors' }],
    ];
    for (const [path, init] of tries) {
      const seen = await attempt(page, h.url + path, init);
      expect([path, init, seen]).toEqual([path, init, expect.stringMatching(/^(?:threw|opaque 0 $)/)]);
    }
    expect([h.target.wakes, h.upstream.received.length]).toEqual([0, 0]);
    await page.close();
  });

  it('cannot get in by rebinding its own name to this machine', async () => {
    const page = await open(`http://evil.example:${h.port}/health`);
    expect(await page.textContent('body')).toContain('host_not_allowed');
    const seen = await attempt(page, `http://evil.example:${h.port}/v1/models`, { headers: auth });
    expect(seen).toMatch(/^basic 421 /);
    expect(seen).not.toContain('"m"');
    await page.close();
  });

  it('is answered when the user has put its origin on the list, and only it', async () => {
    h.settings = { ...h.settings, allowedOrigins: [`http://good.example:${portOf(site)}`] };
    h.target.wakeUp({
      baseUrl: `${h.upstream.url}/v1`,
      headers: {},
      servedModel: 'served',
      fingerprint: 'f',
    });
    const good = await open(pageUrl('good.example'));
    const chat = {
      method: 'POST',
      body,
      headers: { ...auth, 'content-type': 'application/json', 'x-stainless-os': 'x' },
    };
    expect(await attempt(good, `${h.url}/v1/chat/completions`, chat)).toMatch(/^cors 200 .*Hello there/);
    expect(await attempt(good, `${h.url}/v1/models`, {})).toMatch(/^cors 401 /);
    const evil = await open(pageUrl('evil.example'));
    expect(await attempt(evil, `${h.url}/v1/chat/completions`, chat)).toMatch(/^threw/);
    await good.close();
    await evil.close();
  });
});
