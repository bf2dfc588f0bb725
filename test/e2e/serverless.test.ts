import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CostSummary,
  DeploymentView,
  HistoryEntry,
  LedgerEntry,
  Radar,
} from '../../src/shared/model.ts';
import { Installation, startSandboxProcess, type SandboxProcess } from '../support/instance.ts';

/** Serverless as a user has it: the command line, the proxy and a RunPod in a process of its own. */

interface Shown {
  readonly deployment: DeploymentView;
  readonly history: readonly HistoryEntry[];
}

const LONG = { timeout: 120_000, interval: 100 };

describe.each([
  ['vLLM behind a queue', ['Qwen/Qwen3-8B', '--endpoint', 'queue']],
  ['vLLM behind a load balancer', ['Qwen/Qwen3-8B', '--endpoint', 'load-balancer']],
  ['Ollama', ['qwen3:8b', '--backend', 'ollama']],
])('a serverless deployment: %s', (_, what) => {
  let sandbox: SandboxProcess;
  let app: Installation;
  let client: OpenAI;
  const deployed = async (): Promise<DeploymentView> =>
    (await app.json<Shown>(['show', 'coder', '--history', '1'])).deployment;
  const state = async (): Promise<string> => (await deployed()).state;
  const ask = async (): Promise<string> => {
    const answer = await client.chat.completions.create({
      model: 'coder',
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 400,
    });
    return answer.choices[0]?.message.content ?? '';
  };

  beforeAll(async () => {
    sandbox = await startSandboxProcess(['--speed', '60', '--tokens-per-second', '400']);
    app = new Installation(sandbox.env);
    const { endpoint, key } = await app.serve();
    client = new OpenAI({ baseURL: endpoint, apiKey: key, maxRetries: 0 });
  });

  afterAll(async () => {
    await app.end();
    await sandbox.stop();
  });

  it('is planned and deployed until it has answered', async () => {
    const result = await app.cli(
      ['deploy', ...what, '--name', 'coder', '--mode', 'serverless'].concat(
        '--worker-idle',
        '2s',
        '--yes',
        '--wait',
      ),
    );
    expect(result.text).toContain('while a worker runs');
    expect(result).toMatchObject({ code: 0 });
    expect(result.stdout).toContain('coder is ready');
    const view = await deployed();
    expect(view.pod).toBeNull();
    expect(view.endpoint).toMatchObject({ idleTimeoutSeconds: 2, workers: { min: 0 } });
  });

  it('answers through the proxy, then sleeps for nothing', async () => {
    expect(await ask()).not.toBe('');
    await expect.poll(state, LONG).toBe('sleeping');
    const { cost, unattended } = await deployed();
    expect(cost.nowUsdPerHour).toBe(0);
    expect(unattended.usd).toBe(0);
    expect((await app.cli(['list'])).stdout).toContain('Sleeping');
  });

  it('is woken by a request, and streams', async () => {
    const stream = await client.chat.completions.create({
      model: 'coder',
      messages: [{ role: 'user', content: 'Hello' }],
      max_tokens: 400,
      stream: true,
    });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).not.toBe('');
    await expect.poll(async () => (await deployed()).cost.todayUsd, LONG).toBeGreaterThan(0);
    const { entries } = await app.json<{ entries: LedgerEntry[] }>(['costs', '--entries']);
    expect(entries.map(({ kind }) => kind)).toContain('serverless');
  });

  it('is shown by the radar as its own', async () => {
    const { items } = await app.json<Radar>(['radar']);
    expect(items).toMatchObject([{ kind: 'endpoint', ownership: 'known', deployment: 'coder' }]);
  });

  it('stops, which is read back, and starts again without a new endpoint', async () => {
    const before = (await deployed()).endpoint?.id;
    const stop = await app.cli(['stop', 'coder', '--wait']);
    expect(stop).toMatchObject({ code: 0 });
    expect(await deployed()).toMatchObject({
      state: 'stopped',
      stillBilling: false,
      endpoint: { workers: { max: 0 } },
    });
    const start = await app.cli(['start', 'coder', '--wait', '--yes']);
    expect(start).toMatchObject({ code: 0 });
    expect(start.stdout).toContain('coder is ready');
    expect(await ask()).not.toBe('');
    expect((await deployed()).endpoint?.id).toBe(before);
  });

  it('shows what its workers log', async () => {
    await ask();
    const { stdout } = await app.cli(['logs', 'coder', '--tail', '200']);
    expect(stdout).toMatch(/\[sbw\w+\]/);
  });

  it('is terminated, and nothing is left in the account', async () => {
    const gone = await app.cli(['terminate', 'coder', '--wait']);
    expect(gone).toMatchObject({ code: 0 });
    expect((await app.json<Radar>(['radar'])).items).toEqual([]);
    const { nowUsdPerHour } = await app.json<CostSummary>(['costs']);
    expect(nowUsdPerHour).toBe(0);
  });
});

describe('a serverless deployment out of a configuration file', () => {
  let sandbox: SandboxProcess;
  let app: Installation;
  let args: string[];
  const shown = async (): Promise<DeploymentView> =>
    (await app.json<Shown>(['show', 'coder', '--history', '1'])).deployment;

  beforeAll(async () => {
    sandbox = await startSandboxProcess(['--speed', '60', '--tokens-per-second', '400']);
    app = new Installation(sandbox.env);
    const file = join(app.dataDir, 'deployments.json');
    writeFileSync(
      file,
      JSON.stringify({
        mode: 'serverless',
        model: { name: 'Qwen/Qwen3-8B' },
        serverless: { name: 'coder', max_workers: 1, idle_timeout_seconds: 2 },
      }),
    );
    args = ['--config', file];
    await app.serve(args);
  });

  afterAll(async () => {
    await app.end();
    await sandbox.stop();
  });

  it('is declared, not started, and costs nothing', async () => {
    expect(await shown()).toMatchObject({ state: 'stopped', spec: { mode: 'serverless' } });
    expect((await app.json<Radar>(['radar'])).items).toEqual([]);
  });

  it('killed while its first worker starts, it goes on with the same endpoint', async () => {
    await app.call('deployments.start', { deployment: 'coder' });
    await expect.poll(async () => (await shown()).endpoint?.id ?? null, LONG).not.toBeNull();
    const { endpoint } = await shown();
    await app.program.kill('SIGKILL');
    await app.serve(args);
    const wait = await app.cli(['start', 'coder', '--wait', '--yes']);
    expect(wait).toMatchObject({ code: 0 });
    expect((await shown()).endpoint?.id).toBe(endpoint?.id);
    expect((await app.json<Radar>(['radar'])).items).toHaveLength(1);
  });

  it('killed asleep, it is asleep afterwards', async () => {
    await expect.poll(async () => (await shown()).state, LONG).toBe('sleeping');
    await app.program.kill('SIGKILL');
    await app.serve(args);
    expect(await shown()).toMatchObject({ state: 'sleeping', cost: { nowUsdPerHour: 0 } });
  });

  it('is stopped with everything else', async () => {
    expect(await app.json(['stop-all'])).toMatchObject({ stopping: ['coder'] });
    await expect.poll(async () => (await shown()).state, LONG).toBe('stopped');
    expect((await shown()).endpoint?.workers.max).toBe(0);
  });
});
