import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CostSummary, DeploymentView } from '../../src/shared/model.ts';
import { Installation, startSandboxProcess, type SandboxProcess } from '../support/instance.ts';

/**
 * Traps of RunPod (docs/traps.md) that only the whole product can fall into, or keep out of. The others are held by the
 * tests of the room that handles them.
 */
const MODEL = 'Qwen/Qwen3-0.6B';
const PATIENCE = { timeout: 60_000, interval: 200 };

const podListSchema = z.object({
  pods: z.array(
    z.object({ id: z.string(), ports: z.array(z.string()), env: z.record(z.string(), z.string()) }),
  ),
});

let sandbox: SandboxProcess;
let app: Installation;
let client: OpenAI;

beforeAll(async () => {
  sandbox = await startSandboxProcess(['--speed', '100', '--balance', '5']);
  app = new Installation(sandbox.env);
  writeFileSync(
    join(app.dataDir, 'llm_config.json'),
    JSON.stringify({ runpod: { poll_seconds: 0.2, idle_poll_seconds: 0.5 } }),
  );
  const { endpoint, key } = await app.serve();
  client = new OpenAI({ baseURL: endpoint, apiKey: key, maxRetries: 0 });
});

afterAll(async () => {
  await app.end();
  await sandbox.stop();
});

const view = (deployment: string): Promise<DeploymentView> => app.call('deployments.get', { deployment });

const ask = (model: string): Promise<unknown> =>
  client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hi.' }], max_tokens: 2 });

/** What RunPod shows of the account, past the app. */
async function podsAtRunPod(): Promise<z.infer<typeof podListSchema>['pods']> {
  const response = await fetch(`${sandbox.env['RUNPOD_API_URL'] ?? ''}/pods`, {
    headers: { authorization: `Bearer ${sandbox.env['RUNPOD_API_KEY'] ?? ''}` },
  });
  return podListSchema.parse(await response.json()).pods;
}

describe('looking is free', () => {
  it('trap 14: lists, health and dashboards of a sleeping deployment wake nothing', async () => {
    await app.json(['deploy', MODEL, '--name', 'asleep', '--no-start']);
    const origin = new URL(client.baseURL).origin;
    const authorization = `Bearer ${client.apiKey}`;
    const looks = ['/v1/models', '/v1/models/asleep', '/health', '/metrics', '/dashboard', '/', '/api/tags'];
    for (const path of looks) {
      const response = await fetch(`${origin}${path}`, { headers: { authorization } });
      await response.arrayBuffer();
    }
    for (const command of ['list', 'models', 'status', 'costs', 'doctor', 'radar']) await app.cli([command]);
    expect((await view('asleep')).state).toBe('stopped');
    expect((await sandbox.bill()).pods).toEqual([]);
  });
});

describe('a pod as RunPod shows it', () => {
  it('traps 8, 19 and 34: http ports with their protocol alone, and a key of its own', async () => {
    expect((await app.cli(['start', 'asleep', '--yes', '--wait'])).text).toMatch(/ready/);
    const [pod] = await podsAtRunPod();
    expect(pod?.ports).toEqual(['8000/http']);
    expect(pod?.env['VLLM_API_KEY']).toMatch(/^[0-9a-f]{64}$/);
    expect(Object.values(pod?.env ?? {})).not.toContain(sandbox.env['RUNPOD_API_KEY']);
  });

  it('traps 11 and 20: neither its key nor its environment comes out of the app', async () => {
    const [pod] = await podsAtRunPod();
    const secret = pod?.env['VLLM_API_KEY'] ?? 'none';
    const commands = [
      ['show', 'asleep', '--json'],
      ['list', '--json'],
      ['radar', '--json'],
      ['logs', 'asleep', '--tail', '500'],
      ['logs', '--tail', '500'],
      ['config', 'show'],
    ];
    for (const command of commands) expect((await app.cli(command)).text).not.toContain(secret);
    expect(app.program.lines.join('\n')).not.toContain(secret);
  });
});

describe('an empty account', () => {
  it('trap 16: what goes at a balance of zero is told before, the end is noticed, and requests are told why', async () => {
    const told = await app.json<CostSummary>(['costs']);
    expect(told.balanceUsd).toBeGreaterThan(0);
    expect(told.atZero.deleted).toEqual(['asleep']);
    await sandbox.addCredit(-100);
    await expect.poll(async () => (await view('asleep')).pod, PATIENCE).toBeNull();
    const after = await view('asleep');
    expect(after.stillBilling).toBe(false);
    expect(after.cost.nowUsdPerHour).toBe(0);
    await expect(ask('asleep')).rejects.toMatchObject({ status: 402, code: 'runpod_balance_empty' });
    const { pods } = await sandbox.bill();
    expect(pods.filter((pod) => pod.running)).toEqual([]);
    expect((await app.cli(['list'])).stdout).toMatch(/Balance empty/);
  });

  it('trap 16: and with money again it comes back', async () => {
    await sandbox.addCredit(200);
    expect((await app.cli(['start', 'asleep', '--yes', '--wait'])).text).toMatch(/ready/);
    await ask('asleep');
    expect((await sandbox.bill()).pods.filter((pod) => pod.running)).toHaveLength(1);
  });
});
