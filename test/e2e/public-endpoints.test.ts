import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../support/instance.ts';

const LONG = { timeout: 60_000, interval: 100 };

/** RunPod's public endpoints, tried whole without an account (SPEC 4.4, FACTS 6). */
describe('public endpoints', () => {
  const app = new Installation();
  let endpoint: string;
  let key: string;

  beforeAll(async () => {
    const proxy = { targets: [{ public_endpoint: 'kimi-k2.6', models: ['writer'] }] };
    writeFileSync(join(app.dataDir, 'llm_config.json'), JSON.stringify({ proxy }));
    ({ endpoint, key } = await app.serve(['--sandbox-speed', '100']));
  });
  afterAll(() => app.end());

  const ask = (model: string, fields: object = {}): Promise<Response> =>
    fetch(`${endpoint}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        model,
        messages: [{ role: 'user', content: 'Hello' }],
        max_tokens: 50,
        ...fields,
      }),
    });

  it('are listed with their prices before anybody pays them; what is off answers to nothing', async () => {
    const list = await app.cli(['models', '--public']);
    expect(list.stdout).toMatch(/kimi-k2\.6 .*262144 +\$0\.95 +\$4\.00 +kimi-k2\.6, writer/);
    expect(list.stdout).toMatch(/kimi-k3 .*1048576 +\$3\.00 +\$15\.00 +off/);
    expect(list.stdout).toContain('nothing is charged');
    expect((await ask('kimi-k3')).status).toBe(404);
    expect((await app.cli(['models'])).stdout).toMatch(/^writer +ready +262144 +–/m);
  });

  it('answer, and every token is in the ledger, on the cost page and in the price of the request', async () => {
    const answer = (await (await ask('writer')).json()) as {
      usage: { prompt_tokens: number; completion_tokens: number };
    };
    const { prompt_tokens: input, completion_tokens: output } = answer.usage;
    const streamed = await (await ask('kimi-k2.6', { stream: true })).text();
    expect(streamed).toContain('[DONE]');
    const { requests } = await app.call('requests.recent', { limit: 2 });
    const [second, first] = requests;
    expect(first).toMatchObject({
      deployment: 'kimi-k2.6',
      woke: false,
      usd: expect.closeTo((input * 0.95 + output * 4) / 1e6, 12),
    });
    const total = (first?.usd ?? 0) + (second?.usd ?? 0);
    const { entries } = await app.call('costs.entries', { limit: 10 });
    expect(entries.map(({ kind }) => kind)).toEqual(['tokens', 'tokens']);
    const summary = await app.call('costs.summary');
    expect(summary.todayUsd).toBeCloseTo(total, 12);
    expect(summary.byDeployment).toMatchObject([{ name: 'kimi-k2.6' }]);
    const shares = await app.call('costs.shares', { by: 'key', span: 'today' });
    expect(shares.rows.map(({ name, usd }) => [name, usd])).toEqual([['owner', expect.closeTo(total, 12)]]);
  });

  it('stand in for a deployment that cannot answer', async () => {
    const proxy = {
      targets: [
        { public_endpoint: 'kimi-k2.6' },
        { name: 'broken', base_url: 'http://127.0.0.1:9/v1', models: ['coder'] },
      ],
      fallbacks: { coder: ['kimi-k2.6'] },
    };
    writeFileSync(join(app.dataDir, 'llm_config.json'), JSON.stringify({ proxy }));
    let res = await ask('coder');
    for (let i = 0; i < 100 && res.status === 404; i++) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, 100);
      });
      res = await ask('coder');
    }
    expect([res.status, res.headers.get('x-runpod-llm-target')]).toEqual([200, 'kimi-k2.6']);
  });

  it('bridge the wake of a serverless deployment, whose worker is started meanwhile', async () => {
    const proxy = { targets: [{ public_endpoint: 'kimi-k2.6' }], bridge: { model: 'kimi-k2.6' } };
    writeFileSync(join(app.dataDir, 'llm_config.json'), JSON.stringify({ proxy }));
    const deployed = await app.cli(
      ['deploy', 'Qwen/Qwen3-8B', '--name', 'sleepy', '--mode', 'serverless', '--endpoint', 'queue'].concat([
        '--worker-idle',
        '5s',
        '--yes',
        '--wait',
      ]),
    );
    expect(deployed).toMatchObject({ code: 0 });
    const state = async (): Promise<string | undefined> =>
      (await app.call('deployments.list')).deployments.find(({ name }) => name === 'sleepy')?.state;
    await expect.poll(state, LONG).toBe('sleeping');
    const first = await ask('sleepy', { seed: 1 });
    expect([first.status, first.headers.get('x-runpod-llm-bridge')]).toEqual([200, 'kimi-k2.6']);
    await first.text();
    let seed = 1;
    // Fewer than the bridge's hundred a day: once those are used up, everybody waits.
    await expect
      .poll(
        async () => {
          const next = await ask('sleepy', { seed: ++seed });
          await next.text();
          return [next.status, next.headers.get('x-runpod-llm-bridge')];
        },
        { timeout: 60_000, interval: 1000 },
      )
      .toEqual([200, null]);
  });
});
