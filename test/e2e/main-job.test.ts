import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CostSummary, DeploymentView, LedgerEntry, Plan, Radar } from '../../src/shared/model.ts';
import { Installation, startSandboxProcess, type SandboxProcess } from '../support/instance.ts';
import { repository, run } from '../support/processes.ts';

/**
 * The main job as a user does it: programs, sockets and the official client, nothing from inside the app. The first
 * half uses the sandbox cloud that the app hosts itself; the second the same commands against a RunPod of its own
 * process, reached through the variables that a real one would be reached through.
 */
const weatherTool: OpenAI.ChatCompletionTool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Weather of a city',
    parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
  },
};

describe('npm start', () => {
  it('says in one line why there is no desktop here, then where everything is', async () => {
    const home = new Installation();
    const program = run('npm', ['start', '--silent', '--', '--port', '0', '--control-port', '0'], {
      cwd: repository,
      env: home.env,
      asGroup: true,
    });
    try {
      await program.line(/no (?:desktop|display)|Electron/i);
      await program.line(/sandbox/i);
      const endpoint = (await program.line(/(http:\/\/127\.0\.0\.1:\d+\/v1)/))[1] ?? '';
      const key = (await program.line(/(pat_local_[0-9a-f]{64})/))[1] ?? '';
      const ui = (await program.line(/(http:\/\/127\.0\.0\.1:\d+\/ui\/login\S*)/))[1] ?? '';
      const models = await fetch(`${endpoint}/models`, { headers: { authorization: `Bearer ${key}` } });
      expect(models.status).toBe(200);
      const page = await fetch(ui, { redirect: 'manual' });
      expect(page.status).toBe(303);
      expect(page.headers.get('set-cookie')).toMatch(/HttpOnly/i);
    } finally {
      await program.kill('SIGINT');
      await expect.poll(() => existsSync(join(home.dataDir, 'control.json'))).toBe(false);
      await home.end();
    }
  });
});

describe.each(['hosted by the app', 'in a process of its own'])('the main job, sandbox %s', (where) => {
  const separate = where !== 'hosted by the app';
  let sandbox: SandboxProcess | null = null;
  let app: Installation;
  let client: OpenAI;

  beforeAll(async () => {
    if (separate) sandbox = await startSandboxProcess(['--speed', '60', '--tokens-per-second', '400']);
    app = new Installation(sandbox?.env ?? {});
    const { endpoint, key } = await app.serve(separate ? [] : ['--sandbox-speed', '60']);
    client = new OpenAI({ baseURL: endpoint, apiKey: key, maxRetries: 0 });
  });

  afterAll(async () => {
    await app.end();
    await sandbox?.stop();
  });

  it('plans with prices, memory and the reasons against cheaper hardware', async () => {
    const text = await app.cli(['plan', '--model', 'Qwen/Qwen3-8B']);
    expect(text.code).toBe(0);
    expect(text.stdout).toMatch(/\$\d+\.\d\d/);
    expect(text.stdout).toMatch(/GiB/);
    const plan = await app.json<Plan>(['plan', '--model', 'Qwen/Qwen3-8B']);
    const best = plan.candidates[0];
    expect(best?.headroomPercent).toBeGreaterThan(0);
    const cheaper = plan.rejected.filter(
      (entry) => entry.usdPerHour !== null && entry.usdPerHour < (best?.usdPerHour ?? 0),
    );
    expect(cheaper.length).toBeGreaterThan(0);
    for (const entry of cheaper) expect(entry.reason).not.toBe('');
  });

  it('deploys through the phases until the model has answered', async () => {
    const result = await app.cli([
      'deploy',
      '--model',
      'Qwen/Qwen3-8B',
      '--name',
      'coder',
      '--yes',
      '--wait',
    ]);
    expect(result.text).toMatch(/ready/i);
    expect(result.code).toBe(0);
    const { deployment: view } = await app.json<{ deployment: DeploymentView }>(['show', 'coder']);
    expect(view.phases.map((phase) => phase.phase)).toEqual([
      'placing',
      'pulling',
      'loading',
      'warming',
      'ready',
    ]);
    expect(view).toMatchObject({ state: 'ready', watchdog: { state: 'armed' } });
    expect(view.unattended.usd).toBeGreaterThan(0);
  });

  it('answers the official client: models, plain, streaming, usage, tools', async () => {
    const models = await client.models.list();
    expect(models.data.map((model) => model.id)).toContain('coder');

    const plain = await client.chat.completions.create({
      model: 'coder',
      messages: [{ role: 'user', content: 'Say hello.' }],
    });
    expect(plain.model).toBe('coder');
    expect(plain.choices[0]?.message.content).toMatch(/Simulated/);
    expect(plain.usage?.total_tokens).toBe(
      (plain.usage?.prompt_tokens ?? 0) + (plain.usage?.completion_tokens ?? 0),
    );

    let text = '';
    let usage: OpenAI.CompletionUsage | null | undefined;
    const stream = await client.chat.completions.create({
      model: 'coder',
      messages: [{ role: 'user', content: 'Count.' }],
      stream: true,
      stream_options: { include_usage: true },
    });
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      usage = chunk.usage ?? usage;
    }
    expect(text.length).toBeGreaterThan(10);
    expect(usage?.completion_tokens).toBeGreaterThan(0);

    const tools = await client.chat.completions.create({
      model: 'coder',
      messages: [{ role: 'user', content: 'What is the weather in Paris?' }],
      tools: [weatherTool],
      tool_choice: { type: 'function', function: { name: 'get_weather' } },
    });
    const call = tools.choices[0]?.message.tool_calls?.[0];
    expect(call).toMatchObject({ type: 'function', function: { name: 'get_weather' } });
    expect(() => JSON.parse(call?.type === 'function' ? call.function.arguments : '-')).not.toThrow();
  });

  it('answers curl', async () => {
    const curl = run('curl', [
      '-sS',
      `${client.baseURL}/chat/completions`,
      '-H',
      `authorization: Bearer ${client.apiKey}`,
      '-H',
      'content-type: application/json',
      '-d',
      JSON.stringify({ model: 'coder', messages: [{ role: 'user', content: 'hi' }], max_tokens: 8 }),
    ]);
    expect(await curl.ended).toBe(0);
    expect(JSON.parse(curl.lines.join('\n'))).toMatchObject({
      object: 'chat.completion',
      model: 'coder',
      choices: [{ finish_reason: 'length' }],
      usage: { completion_tokens: 8 },
    });
  });

  it('follows the logs of the pod', async () => {
    const past = await app.cli(['logs', 'coder', '--tail', '500']);
    expect(past.code).toBe(0);
    expect(past.stdout).toMatch(/watchdog: armed/);
    expect(past.stdout).toMatch(/Application startup complete/);
  });

  it('stops, starts, and shows what it cost; the pod is gone in the cloud', async () => {
    expect((await app.cli(['stop', 'coder', '--wait'])).code).toBe(0);
    expect((await app.json<Radar>(['radar', 'list'])).items.filter((item) => item.kind === 'pod')).toEqual(
      [],
    );
    const costs = await app.json<CostSummary>(['costs']);
    expect(costs.nowUsdPerHour).toBe(0);
    expect(costs.totalUsd).toBeGreaterThan(0);
    const started = await app.cli(['start', 'coder', '--yes', '--wait']);
    expect(started.text).toMatch(/ready/i);
    const again = await client.chat.completions.create({
      model: 'coder',
      messages: [{ role: 'user', content: 'Still there?' }],
    });
    expect(again.choices[0]?.finish_reason).toBe('stop');
  });

  it('wakes a sleeping deployment for a request and holds the client meanwhile', async () => {
    expect((await app.cli(['stop', 'coder', '--wait'])).code).toBe(0);
    const answer = await client.chat.completions.create({
      model: 'coder',
      messages: [{ role: 'user', content: 'Wake up.' }],
    });
    expect(answer.choices[0]?.message.content).toMatch(/Simulated/);
  });

  it('stops everything at once, removes the deployment and keeps its money in the ledger', async () => {
    expect((await app.cli(['stop-all'])).code).toBe(0);
    expect((await app.cli(['terminate', 'coder', '--wait'])).code).toBe(0);
    expect(await app.json<{ deployments: DeploymentView[] }>(['list'])).toEqual({ deployments: [] });
    expect((await app.json<Radar>(['radar', 'list'])).items).toEqual([]);
    const { entries } = await app.json<{ entries: LedgerEntry[] }>(['costs', '--entries']);
    expect(entries.length).toBeGreaterThanOrEqual(3);
    expect(entries.every((entry) => entry.endedAt !== null && entry.deploymentName === 'coder')).toBe(true);
    const gone = await app.cli(['show', 'coder', '--json']);
    expect(gone.code).toBe(3);
    expect(JSON.parse(gone.stderr)).toMatchObject({ error: { code: 'not_found' } });
  });
});

describe('the cloud, in a process of its own,', () => {
  it('has no pod left after a stop, and its bill agrees with the ledger to a second of compute', async () => {
    const sandbox = await startSandboxProcess(['--speed', '60']);
    const app = new Installation(sandbox.env);
    try {
      await app.serve();
      await app.cli(['deploy', '--model', 'Qwen/Qwen3-0.6B', '--name', 'small', '--yes', '--wait']);
      expect((await app.cli(['stop', 'small', '--wait'])).code).toBe(0);
      const bill = await sandbox.bill();
      expect(bill.pods).toMatchObject([{ running: false }]);
      const costs = await app.json<CostSummary>(['costs']);
      const aSecond = bill.totalUsd / (bill.pods[0]?.computeSeconds ?? Number.NaN);
      expect(costs.totalUsd).toBeGreaterThan(0);
      expect(Math.abs(costs.totalUsd - bill.totalUsd)).toBeLessThan(aSecond);
    } finally {
      await app.end();
      await sandbox.stop();
    }
  });
});

describe('serve --config', () => {
  it('brings up the deployment that a file in the seed’s form declares', async () => {
    const app = new Installation();
    const config = join(app.dataDir, 'given', 'llm_config.json');
    mkdirSync(join(app.dataDir, 'given'));
    writeFileSync(
      config,
      JSON.stringify({
        mode: 'pod',
        model: { name: 'facebook/opt-125m' },
        compute: { gpu_type_id: 'NVIDIA RTX 4090', gpu_count: 1 },
        pod: { template_id: 'vllm', container_disk_gb: 20, name: 'my-llm-pod' },
      }),
    );
    try {
      await app.serve(['--config', config, '--sandbox-speed', '100']);
      await expect
        .poll(async () => (await app.json<{ deployments: DeploymentView[] }>(['list'])).deployments, {
          timeout: 20_000,
        })
        .toMatchObject([
          {
            name: 'my-llm-pod',
            state: 'stopped',
            spec: {
              model: 'facebook/opt-125m',
              containerDiskGb: 20,
              compute: { gpuTypeIds: ['NVIDIA GeForce RTX 4090'], gpuCount: 1 },
            },
          },
        ]);
      const started = await app.cli(['start', 'my-llm-pod', '--yes', '--wait']);
      expect(started.text).toMatch(/ready/i);
    } finally {
      await app.end();
    }
  });
});
