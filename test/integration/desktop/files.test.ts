import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keepCrashReport } from '../../../src/main/desktop/crash/crash-report.ts';
import { serveAssets } from '../../../src/main/desktop/security/serve-assets.ts';
import { createScrubber } from '../../../src/main/logs/scrubber.ts';
import { licencesText, shippedPackages } from '../../../scripts/licences.ts';
import { tempDir } from '../../support/temp.ts';

describe('pages of our own protocol', () => {
  const site = (): { folder: string; get: (path: string, init?: RequestInit) => Promise<Response> } => {
    const parent = tempDir();
    const folder = join(parent, 'ui');
    mkdirSync(join(folder, 'assets'), { recursive: true });
    writeFileSync(join(folder, 'index.html'), '<!doctype html>');
    writeFileSync(join(folder, 'assets/app.js'), 'run()');
    writeFileSync(join(folder, 'secret.pem'), 'key');
    writeFileSync(join(folder, '.env.json'), '{}');
    writeFileSync(join(parent, 'outside.html'), 'outside');
    symlinkSync(join(parent, 'outside.html'), join(folder, 'link.html'));
    const serve = serveAssets(folder);
    return { folder, get: (path, init) => serve(new Request(`app://bundle${path}`, init)) };
  };

  it('are files of known types, each under the policy', async () => {
    const { get } = site();
    for (const path of ['/', '/index.html', '/assets/app.js', '/index.html?x=1']) {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect((await get('/assets/app.js')).headers.get('content-type')).toMatch(/^text\/javascript/);
    expect(await (await get('/index.html', { method: 'HEAD' })).text()).toBe('');
  });

  it.each([
    '/../outside.html',
    '/%2e%2e/outside.html',
    '/..%2foutside.html',
    '/%252e%252e/outside.html',
    '/assets/..%5c..%5coutside.html',
    '/link.html',
    '/.env.json',
    '/secret.pem',
    '/nothing.html',
    '/assets',
    '/%00index.html',
    '/%zz.html',
  ])('are never %s', async (path) => {
    const { get } = site();
    expect((await get(path)).status).toBe(404);
  });

  it('are neither written to nor served for another host', async () => {
    const { folder, get } = site();
    expect((await get('/index.html', { method: 'POST', body: 'x' })).status).toBe(405);
    expect((await serveAssets(folder)(new Request('app://evil/index.html'))).status).toBe(404);
    expect((await serveAssets(folder)(new Request('https://bundle/index.html'))).status).toBe(404);
  });
});

describe('crash reports', () => {
  const crash = (minute: number) => ({
    at: `2026-11-24T09:${String(minute).padStart(2, '0')}:00.000Z`,
    what: 'page',
    facts: {
      reason: 'crashed',
      env: { RUNPOD_API_KEY: 'rpa_0123456789ABCDEF' },
      err: new Error('asked with Bearer abcdefghijklmnop and my-registered-secret'),
    },
    versions: { app: '1.0.0' },
    lastLines: [
      { at: '2026-11-24T08:59:00Z', source: 'app' as const, level: 'error' as const, text: 'before it' },
    ],
  });

  it('hold what is needed to look into one, and no secret', () => {
    const folder = tempDir();
    const scrubber = createScrubber();
    scrubber.add('my-registered-secret');
    const path = keepCrashReport(folder, (text) => scrubber.scrub(text), crash(0));
    const text = readFileSync(path, 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      what: 'page',
      versions: { app: '1.0.0' },
      facts: { reason: 'crashed' },
    });
    expect(text).toContain('before it');
    for (const secret of ['rpa_0123456789ABCDEF', 'abcdefghijklmnop', 'my-registered-secret']) {
      expect(text).not.toContain(secret);
    }
  });

  it('are kept for the last ten', () => {
    const folder = tempDir();
    for (let minute = 0; minute < 14; minute++) keepCrashReport(folder, (text) => text, crash(minute));
    const kept = readdirSync(folder).toSorted();
    expect(kept).toHaveLength(10);
    expect(kept[0]).toContain('T090400');
  });
});

describe('the licences that are shipped', () => {
  it('name every package that the app depends on, and are up to date', () => {
    const packages = shippedPackages();
    expect(packages.length).toBeGreaterThan(50);
    const shipped = readFileSync(join(import.meta.dirname, '../../../resources/licences.txt'), 'utf8');
    const missing = packages.filter(({ name, version }) => !shipped.includes(`${name} ${version} (`));
    expect(missing.map(({ name }) => name)).toEqual([]);
    expect(licencesText(packages).length).toBeGreaterThan(10_000);
  });
});
