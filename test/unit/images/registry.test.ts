import { Headers, Response } from 'undici';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/main/platform/clock.ts';
import type { Fetch } from '../../../src/main/platform/http.ts';
import { PullAccess } from '../../../src/main/images/pull-access.ts';
import { createRegistryClient } from '../../../src/main/images/registry.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { loginServer, parseImageName, registryUrl } from '../../../src/main/images/image-name.ts';

const never = new AbortController().signal;
const LOGIN = { registry: 'ghcr.io', username: 'me', password: 'a-token-of-mine' };
const BASIC = `Basic ${Buffer.from('me:a-token-of-mine').toString('base64')}`;

/** A registry whose answers a test writes; every request is kept. */
function scripted(answer: (url: URL, authorization: string | null, method: string) => Response) {
  const asked: { url: string; authorization: string | null; method: string }[] = [];
  const fetch: Fetch = async (url, init) => {
    const authorization = new Headers(init?.headers).get('authorization');
    asked.push({ url, authorization, method: init?.method ?? 'GET' });
    return answer(new URL(url), authorization, init?.method ?? 'GET');
  };
  return { client: createRegistryClient({ fetch, clock: systemClock }), asked };
}
const empty = (status: number, headers: Record<string, string> = {}): Response =>
  new Response(null, { status, headers });
const bearer = (realm = 'https://ghcr.io/token'): Response =>
  empty(401, { 'www-authenticate': `Bearer realm="${realm}",service="ghcr.io",scope="x"` });

describe('an image name', () => {
  it.each([
    ['ubuntu', 'docker.io', 'library/ubuntu', 'latest', 'https://registry-1.docker.io'],
    ['me/llm:1', 'docker.io', 'me/llm', '1', 'https://registry-1.docker.io'],
    ['docker.io/me/llm', 'docker.io', 'me/llm', 'latest', 'https://registry-1.docker.io'],
    ['index.docker.io/me/llm', 'docker.io', 'me/llm', 'latest', 'https://registry-1.docker.io'],
    ['ghcr.io/me/llm:v1', 'ghcr.io', 'me/llm', 'v1', 'https://ghcr.io'],
    ['localhost/x', 'localhost', 'x', 'latest', 'http://localhost'],
    ['127.0.0.1:5000/x:2', '127.0.0.1:5000', 'x', '2', 'http://127.0.0.1:5000'],
    ['reg.example:5000/a/b/c', 'reg.example:5000', 'a/b/c', 'latest', 'https://reg.example:5000'],
  ])('%s is taken apart as Docker does', (reference, registry, repository, tag, url) => {
    expect(parseImageName(reference)).toEqual({ registry, repository, tag, digest: null });
    expect(registryUrl(registry)).toBe(url);
  });

  it('may carry a digest, and is refused when Docker would refuse it', () => {
    const digest = `sha256:${'a'.repeat(64)}`;
    expect(parseImageName(`ghcr.io/me/llm@${digest}`)).toMatchObject({ digest, tag: 'latest' });
    for (const bad of ['', 'A/b', 'a//b', 'a:b:c', 'a b', '-a', 'a@sha256:1']) {
      expect(() => parseImageName(bad === 'A/b' ? 'a/B' : bad)).toThrow(
        expect.objectContaining({ code: 'image_invalid' }),
      );
    }
    expect(loginServer('docker.io')).toBe('https://index.docker.io/v1/');
  });
});

describe('a registry', () => {
  it('is asked with a token when it wants one, the login shown to its login service alone', async () => {
    const { client, asked } = scripted((url, authorization) => {
      if (url.pathname === '/token') return Response.json({ token: 'short-lived' });
      return authorization === 'Bearer short-lived'
        ? empty(200, { 'docker-content-digest': 'sha256:abc' })
        : bearer();
    });
    expect(await client.find('ghcr.io/me/llm:v1', LOGIN, never)).toEqual({
      digest: 'sha256:abc',
      layerBytes: null,
    });
    expect(asked).toEqual([
      { url: 'https://ghcr.io/v2/me/llm/manifests/v1', authorization: null, method: 'HEAD' },
      {
        url: 'https://ghcr.io/token?scope=repository%3Ame%2Fllm%3Apull&service=ghcr.io',
        authorization: BASIC,
        method: 'GET',
      },
      { url: 'https://ghcr.io/v2/me/llm/manifests/v1', authorization: 'Bearer short-lived', method: 'HEAD' },
    ]);
  });

  it('may take the login itself (Basic), or want none', async () => {
    const basic = scripted((_url, authorization) =>
      authorization === BASIC ? empty(200) : empty(401, { 'www-authenticate': 'Basic realm="x"' }),
    );
    expect(await basic.client.find('ghcr.io/me/llm', LOGIN, never)).toEqual({
      digest: null,
      layerBytes: null,
    });
    expect(await basic.client.find('ghcr.io/me/llm', null, never)).toBeNull();
    const open = scripted(() => empty(404));
    expect(await open.client.find('me/llm', null, never)).toBeNull();
    expect(open.asked).toHaveLength(1);
  });

  it.each([
    ['by its login service', (url: URL) => (url.pathname === '/token' ? empty(401) : bearer())],
    ['by itself', () => empty(401, { 'www-authenticate': 'Basic realm="x"' })],
    ['after a token', (url: URL) => (url.pathname === '/token' ? Response.json({ token: 't' }) : bearer())],
  ])('refuses a wrong login %s, without the password in the error', async (_how, answer) => {
    const error: unknown = await scripted(answer)
      .client.find('ghcr.io/me/llm', LOGIN, never)
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'registry_denied' });
    expect(JSON.stringify([error, String(error)])).not.toContain(LOGIN.password);
  });

  it.each(['http://evil.example/token', 'file:///etc/passwd', ''])('gets no login for %j', async (realm) => {
    const { client, asked } = scripted(() => bearer(realm));
    await expect(client.find('ghcr.io/me/llm', LOGIN, never)).rejects.toMatchObject({
      code: 'registry_unavailable',
    });
    expect(asked.map(({ authorization }) => authorization)).toEqual([null]);
  });

  it('is away when it is busy, broken or silent', async () => {
    const busy = scripted(() => empty(429, { 'retry-after': '7' }));
    await expect(busy.client.find('a/b', null, never)).rejects.toMatchObject({
      code: 'registry_unavailable',
      retryAfterSeconds: 7,
    });
    const broken = createRegistryClient({
      fetch: async () => {
        throw new TypeError('fetch failed', {
          cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }),
        });
      },
      clock: systemClock,
    });
    await expect(broken.find('a/b', null, never)).rejects.toThrow(/ECONNREFUSED/);
    const gone = AbortSignal.abort();
    await expect(busy.client.find('a/b', null, gone)).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('tells the size of what linux/amd64 hosts pull', async () => {
    const { client } = scripted((url) =>
      url.pathname.endsWith('sha256:amd')
        ? Response.json({ layers: [{ size: 10 }, { size: 5 }] })
        : Response.json({
            manifests: [
              { digest: 'sha256:arm', platform: { os: 'linux', architecture: 'arm64' } },
              { digest: 'sha256:amd', platform: { os: 'linux', architecture: 'amd64' } },
            ],
          }),
    );
    expect((await client.measure('a/b', null, never))?.layerBytes).toBe(15);
    const html = scripted(() => new Response('<html>'));
    expect((await html.client.measure('a/b', null, never))?.layerBytes).toBeNull();
  });
});

describe('what RunPod may pull', () => {
  /** A registry with one repository of two tags; `open` = everybody may pull from it. */
  function access(options: { open?: boolean; home?: string | null; login?: boolean; away?: boolean } = {}) {
    const shown: string[] = [];
    const fetch: Fetch = async (url, init) => {
      const { host, pathname } = new URL(url);
      const authorization = new Headers(init?.headers).get('authorization');
      if (authorization !== null) shown.push(host);
      if (options.away === true) return empty(503);
      if (options.open !== true && authorization === null)
        return empty(401, { 'www-authenticate': 'Basic realm="x"' });
      if (pathname === '/v2/me/llm/tags/list')
        return Response.json({ name: 'me/llm', tags: ['v1.2', 'v1.3'] });
      return pathname.startsWith('/v2/me/llm/manifests/v1.') ? empty(200) : empty(404);
    };
    const parts = {
      fetch,
      clock: systemClock,
      log: silentLog,
      secrets: { get: async (name: string) => (options.login === false ? null : `${name}-value`) },
      repository: () => (options.home === undefined ? 'ghcr.io/me/llm' : options.home),
    };
    const registered: string[] = [];
    const pulls = new PullAccess(parts, createRegistryClient(parts), {
      ensure: async ({ registry }) => {
        registered.push(registry);
        return 'reg1';
      },
    });
    return { pulls, shown, registered };
  }

  it('is a private image of the user’s own with the login set here', async () => {
    const { pulls, registered } = access();
    expect(await pulls.loginOf('ghcr.io/me/llm:v1.2', never)).toBe('reg1');
    expect(registered).toEqual(['ghcr.io']);
  });

  it.each([
    ['a public image', 'ghcr.io/me/llm:v1.2', { open: true }],
    ['one that is not there', 'ghcr.io/me/llm:nope', {}],
    ['where no login is set', 'ghcr.io/me/llm:v1.2', { login: false }],
    ['where the registry is away', 'ghcr.io/me/llm:v1.2', { away: true }],
  ] as const)('needs no login: %s', async (_what, reference, options) => {
    const { pulls, registered } = access(options);
    expect(await pulls.loginOf(reference, never)).toBeNull();
    expect(registered).toEqual([]);
  });

  it.each([
    ['another registry', 'elsewhere.example/me/llm:v1.2', 'ghcr.io/me/llm'],
    ['a registry where only Docker Hub is ours', 'ghcr.io/me/llm:v1.2', null],
  ])('shows the login to nobody else: %s', async (_what, reference, home) => {
    const { pulls, shown } = access({ home });
    expect(await pulls.loginOf(reference, never)).toBeNull();
    await pulls.nearestTo(reference, never);
    expect(shown).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['a mistyped tag', 'ghcr.io/me/llm:v1.4', /no tag "v1\.4" in me\/llm; did you mean "v1\.2" or "v1\.3"\?/],
    ['a tag that is there', 'ghcr.io/me/llm:v1.2', /linux\/amd64/],
    ['no such repository', 'ghcr.io/me/lm:v1', /shows no repository me\/lm.*docker-username/],
  ])('has the nearest advice: %s', async (_what, reference, advice) => {
    expect(await access().pulls.nearestTo(reference, never)).toMatch(advice);
  });

  it('has none for a digest, which nothing is near to', async () => {
    const reference = `ghcr.io/me/llm@sha256:${'a'.repeat(64)}`;
    expect(await access().pulls.nearestTo(reference, never)).toBeNull();
  });

  it('is not found out from a registry that is away, nor after the caller left', async () => {
    expect(await access({ away: true }).pulls.nearestTo('ghcr.io/me/llm:v1', never)).toBeNull();
    const gone = AbortSignal.abort();
    await expect(access().pulls.nearestTo('ghcr.io/me/llm:v1', gone)).rejects.toMatchObject({
      name: 'AbortError',
    });
    await expect(access().pulls.loginOf('ghcr.io/me/llm:v1', gone)).rejects.toMatchObject({
      name: 'AbortError',
    });
  });
});
