import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectCheck, type ConnectCheckParts } from '../../../src/main/activity/connect-check.ts';
import { createHttpPool } from '../../../src/main/platform/http.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import { checkPatterns } from '../../../src/renderer/view/check-words.de.ts';
import { voiceOf, type ConnectCheckItem } from '../../../src/shared/clients/voice.ts';
import { Installation } from '../../support/instance.ts';
import { Harness, LOCAL_KEY } from '../../support/proxy-harness.ts';

const verdicts = (checks: readonly ConnectCheckItem[]): Record<string, boolean> =>
  Object.fromEntries(checks.map(({ name, ok }) => [name, ok]));

/** Finds that the German interface would show in English. */
const withoutGerman = (checks: readonly ConnectCheckItem[]): string[] =>
  checks.flatMap(({ detail }) => (checkPatterns.some(([pattern]) => pattern.test(detail)) ? [] : [detail]));

describe('a check of a client over the real core', () => {
  const app = new Installation();
  beforeAll(async () => {
    await app.serve(['--sandbox', '--sandbox-speed', '120']);
    await app.call('deployments.create', { spec: { name: 'm', model: 'Qwen/Qwen3-8B' } });
    await app.call('deployments.create', { spec: { name: 'asleep', model: 'Qwen/Qwen3-8B' }, start: false });
    await app.call('deployments.wait', { deployment: 'm', until: 'ready', timeoutSeconds: 60 });
  });
  afterAll(() => app.end());

  it.each([
    ['opencode', ['streaming', 'usage', 'tools', 'abort', 'waiting']],
    ['cline', ['models', 'streaming', 'usage', 'tools', 'abort', 'waiting']],
    ['codex', ['streaming', 'usage', 'tools', 'abort', 'waiting']],
    ['claude-code', ['streaming', 'usage', 'tools', 'abort', 'waiting']],
  ])('finds that %s can work', async (client, names) => {
    const { checks } = await app.call('connect.check', { client, deployment: 'm' });
    expect(checks.map(({ name }) => name)).toEqual(names);
    expect(checks.filter(({ ok }) => !ok)).toEqual([]);
    expect(withoutGerman(checks)).toEqual([]);
  });

  it('refuses to wake a model, and rents nothing', async () => {
    await expect(app.call('connect.check', { client: 'codex', deployment: 'asleep' })).rejects.toThrow(
      'deployment_stopped',
    );
    const { deployments } = await app.call('deployments.list');
    expect(deployments.find(({ name }) => name === 'asleep')?.state).toBe('stopped');
  });
});

describe('a check of a model server that falls short', () => {
  let proxy: Harness;
  let pool: ReturnType<typeof createHttpPool>;
  const parts = (): ConnectCheckParts => ({
    proxyUrl: () => proxy.url,
    proxyKey: async () => LOCAL_KEY,
    fetch: pool.fetch,
    clock: systemClock,
    recordOf: () => Promise.reject(new Error('no record')),
  });
  beforeAll(async () => {
    proxy = await Harness.start();
    pool = createHttpPool({ silenceMs: 0 });
  });
  afterAll(async () => {
    await pool.close();
    await proxy.stop();
  });

  it('names what is missing and goes on', async () => {
    proxy.upstream.script = (_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"delta":{"content":"all at once"},"index":0}]}\n\n');
    };
    const target = { model: 'm', bootSeconds: 400 };
    const checks = await connectCheck(parts(), voiceOf('cline'), target, new AbortController().signal);
    expect(verdicts(checks)).toEqual({
      models: true,
      streaming: false,
      usage: false,
      tools: false,
      abort: false,
      waiting: false,
    });
    expect(checks.find(({ name }) => name === 'waiting')?.detail).toContain('400 s');
    // What the proxy itself says is shown as it is.
    const own = checks.filter(({ name }) => name === 'models' || name === 'usage' || name === 'waiting');
    expect(withoutGerman(own)).toEqual([]);
  });

  it('ends when its caller leaves', async () => {
    const leaving = new AbortController();
    leaving.abort();
    const target = { model: 'm', bootSeconds: null };
    await expect(connectCheck(parts(), voiceOf('cline'), target, leaving.signal)).rejects.toThrow('aborted');
  });
});
