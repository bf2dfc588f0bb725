import { afterEach, expect, it } from 'vitest';
import type { DeploymentView } from '../../src/shared/model.ts';
import { Installation, startSandboxProcess, type SandboxProcess } from '../support/instance.ts';

const clouds: SandboxProcess[] = [];
let home: Installation;

afterEach(async () => {
  await home.end();
  for (const cloud of clouds.splice(0)) await cloud.stop();
});

async function account(): Promise<SandboxProcess> {
  const cloud = await startSandboxProcess(['--speed', '60']);
  clouds.push(cloud);
  return cloud;
}

const shown = (): Promise<DeploymentView> => home.call('deployments.get', { deployment: 'coder' });

it('started with a key of another account, a running pod is not called gone, and can be stopped with its own', async () => {
  const [ours, other] = [await account(), await account()];
  home = new Installation(ours.env);
  await home.serve();
  await home.json(['deploy', '--model', 'Qwen/Qwen3-8B', '--name', 'coder', '--wait', '--yes']);
  await home.program.kill('SIGTERM');

  home = new Installation(other.env, home.dataDir);
  await home.serve();
  await expect.poll(async () => (await shown()).problem?.code, { timeout: 60_000 }).toBe('account_changed');
  const there = await home.cli(['show', 'coder']);
  expect(there.stdout).toMatch(/may be billing/i);
  expect(there.stdout).toContain('key confirm');
  expect((await home.cli(['status'])).stdout).toMatch(/another RunPod account/);
  expect((await shown()).cost.nowUsdPerHour).toBeGreaterThan(0);
  await home.cli(['stop', 'coder']);
  expect((await shown()).stillBilling).toBe(true);
  await home.program.kill('SIGTERM');

  home = new Installation(ours.env, home.dataDir);
  await home.serve();
  await expect.poll(async () => (await shown()).state, { timeout: 60_000 }).toBe('stopped');
  expect((await ours.bill()).pods.filter((pod) => pod.running)).toEqual([]);
  expect((await other.bill()).pods).toEqual([]);
});
