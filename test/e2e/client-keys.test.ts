import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../support/instance.ts';

describe('keys for single clients', () => {
  const home = mkdtempSync(join(tmpdir(), 'rplm-home-'));
  const app = new Installation({ HOME: home, XDG_CONFIG_HOME: join(home, '.config') });
  let endpoint: string;

  beforeAll(async () => {
    ({ endpoint } = await app.serve(['--sandbox-speed', '100']));
    await app.cli(['deploy', '--model', 'Qwen/Qwen3-0.6B', '--name', 'small', '--no-start', '--yes']);
  });
  afterAll(async () => {
    await app.end();
    rmSync(home, { recursive: true, force: true });
  });

  const models = (key: string): Promise<Response> =>
    fetch(`${endpoint}/models`, { headers: { authorization: `Bearer ${key}` } });

  it('open the endpoint until they are revoked, and are shown once', async () => {
    const made = await app.cli(['key', 'make', 'editor']);
    const secret = made.stdout.trim();
    expect(secret).toMatch(/^pat_local_[0-9a-f]{64}$/);
    expect((await models(secret)).status).toBe(200);
    const list = await app.cli(['key', 'list']);
    expect(list.stdout).toContain('editor');
    expect(list.stdout).not.toContain(secret);
    expect((await app.cli(['key', 'make', 'editor'])).code).toBe(4);
    expect((await app.cli(['key', 'revoke', 'editor'])).code).toBe(0);
    expect((await models(secret)).status).toBe(401);
    expect((await app.cli(['key', 'revoke', 'editor'])).code).toBe(3);
  });

  it('stand in the file of a tool that was written, and end with its undo', async () => {
    const path = join(home, '.config/opencode/opencode.json');
    expect((await app.cli(['connect', 'opencode', '--write'])).code, 'nobody said yes').toBe(4);
    expect(existsSync(path)).toBe(false);
    const written = await app.cli(['connect', 'opencode', '--write', '--yes']);
    expect(written.text).toContain(`Wrote ${path}.`);
    const secret = /pat_local_[0-9a-f]{64}/.exec(readFileSync(path, 'utf8'))?.[0] ?? '';
    expect(written.text).not.toContain(secret);
    expect((await models(secret)).status).toBe(200);
    expect((await app.cli(['key', 'list'])).stdout).toContain('OpenCode');
    expect((await app.cli(['connect', 'opencode', '--undo'])).code).toBe(0);
    expect(existsSync(path)).toBe(false);
    expect((await models(secret)).status).toBe(401);
  });

  it('may be denied to start hardware', async () => {
    const secret = (await app.cli(['key', 'make', 'ci', '--no-wake'])).stdout.trim();
    const answer = await fetch(`${endpoint}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content: 'hi' }] }),
    });
    expect(answer.status).toBe(402);
    const { deployments } = await app.json<{ deployments: { state: string }[] }>(['list']);
    expect(deployments).toMatchObject([{ state: 'stopped' }]);
  });

  it('have budgets that end their requests, alone, and may be changed', async () => {
    expect((await app.cli(['start', 'small', '--yes', '--wait'])).code).toBe(0);
    const secret = (await app.cli(['key', 'make', 'spender', '--usd-per-day', '0.000001'])).stdout.trim();
    const ask = (key: string, content: string): Promise<Response> =>
      fetch(`${endpoint}/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'small', messages: [{ role: 'user', content }], max_tokens: 40 }),
      });
    const first = await ask(secret, 'first');
    expect(first.status).toBe(200);
    await first.json();
    const refused = await ask(secret, 'second');
    expect([refused.status, refused.headers.get('x-should-retry')]).toEqual([402, 'false']);
    expect(await refused.json()).toMatchObject({
      error: {
        code: 'budget_exceeded',
        message: expect.stringMatching(/key "spender" is used up.*wait until tomorrow/),
      },
    });
    const owner = (await app.cli(['key', 'show'])).stdout.trim();
    expect((await ask(owner, 'of the owner')).status).toBe(200);
    const { keys } = await app.json<{ keys: { name: string; spent: { todayUsd: number } }[] }>([
      'key',
      'list',
    ]);
    expect(keys.find(({ name }) => name === 'spender')?.spent.todayUsd).toBeGreaterThan(0);
    expect(
      (await app.cli(['key', 'change', 'spender', '--usd-per-day', '5', '--concurrent', '2'])).stdout,
    ).toMatch(/spender.*2 at once.*\$5\.00\/day/);
    expect((await ask(secret, 'third')).status).toBe(200);
    const limits = await app.json<{ budget: object; limits: object }>([
      'key',
      'change',
      'spender',
      '--usd-per-day',
      'none',
      '--no-wake',
    ]);
    expect(limits).toMatchObject({
      budget: { usdPerDay: null, usdPerMonth: null },
      limits: { concurrent: 2 },
      mayWake: false,
    });
  });
});
