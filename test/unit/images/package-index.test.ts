import { Response } from 'undici';
import { describe, expect, it } from 'vitest';
import { createPackageIndex } from '../../../src/main/images/package-index.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import type { Fetch } from '../../../src/main/platform/http.ts';
import { settled } from '../deployments/harness.ts';

const never = new AbortController().signal;

function indexOf(answer: Fetch) {
  const asked: string[] = [];
  const clock = new ManualClock(0);
  const fetch: Fetch = (url, init) => {
    asked.push(url);
    return answer(url, init);
  };
  const index = createPackageIndex({ fetch, clock, packageIndex: () => 'https://pypi.test/' });
  return { index, asked, clock };
}
const json = (body: unknown, status = 200): Promise<Response> =>
  Promise.resolve(new Response(JSON.stringify(body), { status }));

describe('the index of Python packages', () => {
  it('gives each package its newest version, and asks for none that has one', async () => {
    const { index, asked } = indexOf(() => json({ info: { version: '0.8.1' }, releases: {} }));
    expect(await index.pin(['einops', 'vllm[audio]==0.27.1'], never)).toEqual([
      'einops==0.8.1',
      'vllm[audio]==0.27.1',
    ]);
    expect(asked).toEqual(['https://pypi.test/pypi/einops/json']);
  });

  it.each<[string, Fetch, string, RegExp]>([
    [
      'knows no such package',
      () => json({ message: 'Not Found' }, 404),
      'invalid_input',
      /no Python package "einops"/,
    ],
    ['is broken', () => json({}, 503), 'registry_unavailable', /answered 503/],
    ['tells no version', () => json({ info: {} }), 'registry_unavailable', /names no version/],
    [
      'tells a version that is more than one',
      () => json({ info: { version: '1.0 --index-url=http://evil.test' } }),
      'registry_unavailable',
      /names no version/,
    ],
    [
      'is a page of something in between',
      () => Promise.resolve(new Response('<html>', { status: 200 })),
      'registry_unavailable',
      /names no version/,
    ],
    [
      'cannot be reached',
      () => Promise.reject(new TypeError('fetch failed')),
      'registry_unavailable',
      /no connection/,
    ],
  ])('is of no use when it %s', async (_what, answer, code, message) => {
    await expect(indexOf(answer).index.pin(['einops'], never)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });

  it('is not waited for without end, and no longer than its caller waits', async () => {
    const hangs: Fetch = (_url, init) =>
      new Promise((_, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      });
    const { index, clock } = indexOf(hangs);
    const waiting = settled(index.pin(['einops'], never));
    await clock.advance(30_000);
    expect(await waiting).toMatchObject({ error: { message: expect.stringContaining('no answer in time') } });
    const left = new AbortController();
    const leaving = settled(index.pin(['einops'], left.signal));
    left.abort();
    expect(await leaving).toMatchObject({ error: { name: 'AbortError' } });
    expect(await settled(index.pin(['einops'], left.signal))).toMatchObject({
      error: { name: 'AbortError' },
    });
  });

  it('may not send more than anybody needs', async () => {
    const { index } = indexOf(() => Promise.resolve(new Response('x'.repeat(33 * 1024 * 1024))));
    await expect(index.pin(['einops'], never)).rejects.toThrow(/without end/);
  });
});
