import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../support/instance.ts';

describe('keys for single clients', () => {
  const app = new Installation();
  let endpoint: string;

  beforeAll(async () => {
    ({ endpoint } = await app.serve(['--sandbox-speed', '100']));
    await app.cli(['deploy', '--model', 'Qwen/Qwen3-0.6B', '--name', 'small', '--no-start', '--yes']);
  });
  afterAll(() => app.end());

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
});
