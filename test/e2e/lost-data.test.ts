import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppStatus } from '../../src/shared/model.ts';
import { Installation, startSandboxProcess, type SandboxProcess } from '../support/instance.ts';

/**
 * The data directory goes away under a running app that bills (SPEC 0, 2.3): what it writes then is lost with it. It has to
 * notice, to rent nothing more, to say so, and to stop what runs.
 */
const PATIENCE = { timeout: 60_000, interval: 500 };

let sandbox: SandboxProcess;
let app: Installation;

beforeEach(async () => {
  sandbox = await startSandboxProcess(['--speed', '200']);
  app = new Installation(sandbox.env);
  await app.serve();
  const spec = ['--model', 'Qwen/Qwen3-0.6B'];
  await app.json(['deploy', ...spec, '--name', 'up', '--wait']);
  await app.json(['deploy', ...spec, '--name', 'down', '--no-start']);
}, 90_000);

afterEach(async () => {
  await app.end();
  await sandbox.stop();
});

const running = async (): Promise<number> => (await sandbox.bill()).pods.filter((pod) => pod.running).length;
const database = (): string => join(app.dataDir, 'runpod', 'app.db');

describe('a data directory that is lost under a running app', () => {
  it.each<[string, () => void]>([
    ['removed', () => rmSync(app.dataDir, { recursive: true })],
    ['with a database that is overwritten', () => writeFileSync(database(), 'x'.repeat(400_000))],
  ])(
    '(%s) keeps anything from being rented, is told everywhere, and lets everything be stopped',
    async (_what, happens) => {
      happens();
      // A command finds the app again, wherever its control file went.
      await expect.poll(async () => (await app.cli(['status'])).code, PATIENCE).toBe(0);
      await app.cli(['start', 'down']);
      await expect
        .poll(async () => (await app.json<AppStatus>(['status'])).storageProblem?.code, PATIENCE)
        .toBe('data_dir_lost');
      const again = await app.cli(['start', 'down']);
      expect(again.code).toBe(1);
      expect(again.stderr).toMatch(/app\.db .*while the app ran/);
      expect(again.stderr).toMatch(/Stop what runs/);
      expect((await app.cli(['deploy', '--model', 'Qwen/Qwen3-0.6B', '--name', 'third'])).code).toBe(1);
      expect(await running()).toBe(1);
      expect((await app.cli(['status'])).stdout).toMatch(/trouble: .*app\.db/);
      const doctor = await app.cli(['doctor']);
      expect(doctor.stdout).toMatch(/data directory: .*app\.db/);
      await app.cli(['stop', 'up', '--wait']);
      await expect.poll(running, PATIENCE).toBe(0);
    },
    120_000,
  );
});
