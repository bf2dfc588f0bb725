import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { ask, post, serveFake, type Served } from '../../support/control.ts';
import { tempDir } from '../../support/temp.ts';

function builtUi(): string {
  const folder = join(tempDir(), 'renderer');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>UI</title>');
  writeFileSync(join(folder, 'assets/index-Ab3dE_9x.js'), 'console.log(1)');
  writeFileSync(join(folder, 'icon.svg'), '<svg/>');
  writeFileSync(join(folder, '.hidden'), 'secret');
  writeFileSync(join(folder, '../outside.txt'), 'secret');
  symlinkSync(join(folder, '../outside.txt'), join(folder, 'link.txt'));
  return folder;
}

async function signIn(served: Served, link = served.server.loginLink()): Promise<string> {
  const answer = await ask(link, { headers: { 'sec-fetch-site': 'none' } });
  expect([answer.status, answer.headers.location]).toEqual([303, '/']);
  return String(answer.headers['set-cookie']?.[0]).split(';')[0] ?? '';
}

describe('signing a browser in', () => {
  it('exchanges the link for a cookie that pages cannot read and other sites cannot send', async () => {
    const served = await serveFake();
    const answer = await ask(served.server.loginLink());
    expect(answer.headers['set-cookie']?.[0]).toMatch(
      new RegExp(`^runpod_llm_${served.port}=[0-9a-f]{64}; HttpOnly; SameSite=Strict; Path=/$`),
    );
    expect(answer.headers['referrer-policy']).toBe('no-referrer');
  });

  it('works once', async () => {
    const served = await serveFake();
    const link = served.server.loginLink();
    await signIn(served, link);
    const again = await ask(link);
    expect(again.status).toBe(401);
    expect(again.headers['set-cookie']).toBeUndefined();
    expect(again.text).toContain('runpod-llm ui');
  });

  it('works for five minutes', async () => {
    const clock = new ManualClock();
    const served = await serveFake({ clock });
    const [early, late] = [served.server.loginLink(), served.server.loginLink()];
    await clock.advance(299_000);
    await signIn(served, early);
    await clock.advance(2000);
    expect((await ask(late)).status).toBe(401);
  });

  it('is not used up by a browser that loads links ahead, nor by HEAD', async () => {
    const served = await serveFake();
    const link = served.server.loginLink();
    expect((await ask(link, { headers: { 'sec-purpose': 'prefetch;prerender' } })).status).toBe(503);
    expect((await ask(link, { method: 'HEAD' })).status).toBe(405);
    await signIn(served, link);
  });

  it('refuses a made-up code', async () => {
    const served = await serveFake();
    for (const code of ['', 'code=', `code=${'0'.repeat(64)}`]) {
      expect((await ask(`${served.url}/ui/login?${code}`)).status).toBe(401);
    }
  });

  it('gives new links to the holder of the token alone', async () => {
    const served = await serveFake();
    const answer = await post(served, 'ui-link', {});
    const cookie = await signIn(served, JSON.parse(answer.text).url);
    const fromPage = await ask(`${served.url}/control/ui-link`, {
      method: 'POST',
      headers: { cookie, origin: served.url, 'content-type': 'application/json' },
    });
    expect(fromPage.status).toBe(404);
  });
});

describe('a session', () => {
  it('writes files of clients only from a browser on this computer', async () => {
    const served = await serveFake({ allowedHosts: ['box.lan:9000'] });
    const cookie = await signIn(served);
    const input = { client: 'opencode', deployment: 'qwen3-coder' };
    const preview = (host: string) =>
      ask(`${served.url}/control/connect.preview`, {
        method: 'POST',
        headers: { cookie, host, origin: `http://${host}`, 'content-type': 'application/json' },
        body: JSON.stringify(input),
      });
    expect((await preview(`127.0.0.1:${served.port}`)).status).toBe(200);
    const refused = await preview('box.lan:9000');
    expect(refused.status).toBe(403);
    expect(refused.json()).toMatchObject({ error: { advice: expect.stringContaining('--write') } });
    expect(served.fake.calls.map(({ name }) => name)).toEqual(['connect.preview']);
  });

  it('may call, from its own page only', async () => {
    const served = await serveFake();
    const cookie = await signIn(served);
    const call = (headers: Record<string, string>) =>
      ask(`${served.url}/control/app.status`, {
        method: 'POST',
        headers: { cookie, 'content-type': 'application/json', ...headers },
        body: '{}',
      });
    expect((await call({ origin: served.url })).status).toBe(200);
    expect((await call({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
    expect((await call({})).status).toBe(403);
    expect((await call({ origin: 'http://127.0.0.1:3000', 'sec-fetch-site': 'same-site' })).status).toBe(403);
  });

  it('does not excuse a wrong token', async () => {
    const served = await serveFake();
    const cookie = await signIn(served);
    const answer = await ask(served.url, { headers: { cookie, authorization: 'Bearer wrong' } });
    expect(answer.status).toBe(401);
  });

  it('ends with its process', async () => {
    const cookie = await signIn(await serveFake());
    const next = await serveFake();
    const answer = await ask(next.url, { headers: { cookie, accept: 'text/html' } });
    expect(answer.status).toBe(401);
    expect(answer.text).toContain('not signed in');
  });
});

describe('files of the interface', () => {
  async function signedIn() {
    const served = await serveFake({ uiDir: builtUi() });
    const cookie = await signIn(served);
    return (path: string, method = 'GET') => ask(served.url + path, { method, headers: { cookie } });
  }

  it('are served with types, a policy without inline or remote parts, and kept when their name is a hash', async () => {
    const get = await signedIn();
    const index = await get('/');
    expect(index.text).toContain('<title>UI</title>');
    expect(index.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(index.headers['cache-control']).toBe('no-store');
    const policy = String(index.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    const script = await get('/assets/index-Ab3dE_9x.js');
    expect(script.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(script.headers['cache-control']).toContain('immutable');
    expect((await get('/icon.svg')).headers['cache-control']).toBe('no-store');
    expect((await get('/icon.svg', 'HEAD')).text).toBe('');
  });

  it('answer addresses of pages with the index, and missing files with 404', async () => {
    const get = await signedIn();
    expect((await get('/deployments/qwen2.5-7b')).text).toContain('<title>UI</title>');
    expect((await get('/assets/gone.js')).status).toBe(404);
  });

  it.each([
    '/../outside.txt',
    '/..%2foutside.txt',
    '/%2e%2e/outside.txt',
    '/assets/..%5c..%5coutside.txt',
    '/.hidden',
    '/link.txt',
    '/%00',
    '/%',
    '//etc/passwd.txt',
    '/assets/',
  ])('%s leads nowhere', async (path) => {
    const get = await signedIn();
    const answer = await get(path);
    expect(answer.text).not.toContain('secret');
    expect(answer.text.includes('<title>UI</title>') || answer.status === 404).toBe(true);
  });

  it('say how to build them while they are not', async () => {
    const served = await serveFake({ uiDir: join(tempDir(), 'absent') });
    const answer = await ask(served.url, { headers: { cookie: await signIn(served) } });
    expect(answer.status).toBe(503);
    expect(answer.text).toContain('npm run build');
  });
});
