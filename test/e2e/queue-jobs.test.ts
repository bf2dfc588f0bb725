import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation, startSandboxProcess, type SandboxProcess } from '../support/instance.ts';

interface Health {
  readonly jobs: { readonly completed: number; readonly inQueue: number; readonly inProgress: number };
}

const LONG = { timeout: 60_000, interval: 100 };

/** RunPod trap 13 through the whole product: jobs of requests that nobody waits for any more are withdrawn. */
describe('requests to a sleeping queue endpoint', () => {
  let sandbox: SandboxProcess;
  let app: Installation;
  let endpoint: string;
  let key: string;
  let id: string;

  beforeAll(async () => {
    sandbox = await startSandboxProcess(['--speed', '60', '--tokens-per-second', '200']);
    app = new Installation(sandbox.env);
    ({ endpoint, key } = await app.serve());
    const deployed = await app.cli(
      ['deploy', 'Qwen/Qwen3-8B', '--name', 'coder', '--mode', 'serverless', '--endpoint', 'queue'].concat([
        '--worker-idle',
        '1s',
        '--yes',
        '--wait',
      ]),
    );
    if (deployed.code !== 0) throw new Error(deployed.text);
    id = (await app.call('deployments.get', { deployment: 'coder' })).endpoint?.id ?? '';
  });
  afterAll(async () => {
    await app.end();
    await sandbox.stop();
  });

  const sleeps = async (): Promise<void> => {
    const state = async (): Promise<string> =>
      (await app.call('deployments.get', { deployment: 'coder' })).state;
    await expect.poll(state, LONG).toBe('sleeping');
  };
  const jobs = async (): Promise<Health['jobs']> => {
    const headers = { authorization: `Bearer ${sandbox.env['RUNPOD_API_KEY']}` };
    const answer = await fetch(`${sandbox.env['RUNPOD_INVOKE_URL']}/${id}/health`, { headers });
    return ((await answer.json()) as Health).jobs;
  };
  const ask = (fields: object = {}, signal?: AbortSignal): Promise<Response> =>
    fetch(`${endpoint}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'coder', messages: [{ role: 'user', content: 'Hello' }], ...fields }),
      ...(signal === undefined ? {} : { signal }),
    });

  it('are jobs, and answered as any other', async () => {
    await sleeps();
    const before = await jobs();
    const res = await ask({ max_tokens: 40, seed: 1 });
    expect(res.status).toBe(200);
    expect(await res.json()).toMatchObject({ model: 'coder', object: 'chat.completion' });
    expect(res.headers.get('x-runpod-llm-job')).toMatch(/\S/);
    await expect.poll(async () => (await jobs()).completed, LONG).toBe(before.completed + 1);
  });

  it('are withdrawn when their client leaves while the worker boots', async () => {
    await sleeps();
    await sandbox.arm({ kind: 'slow-boot', factor: 200 });
    const before = await jobs();
    const leave = new AbortController();
    const pending = ask({ stream: true, seed: 2 }, leave.signal).then(
      (res) => res.text().catch(() => 'left'),
      () => 'left',
    );
    await expect.poll(async () => (await jobs()).inQueue, LONG).toBe(1);
    leave.abort();
    expect(await pending).toBe('left');
    await expect.poll(async () => (await jobs()).inQueue, LONG).toBe(0);
    expect(await jobs()).toMatchObject({ completed: before.completed, inProgress: 0 });
  });

  it('are withdrawn when the app ends, and the client is told', async () => {
    const pending = ask({ stream: true, seed: 3 }).then((res) => res.text());
    await expect.poll(async () => (await jobs()).inQueue, LONG).toBe(1);
    await app.program.kill('SIGTERM');
    expect(await pending).toContain('"shutting_down"');
    expect(await jobs()).toMatchObject({ inQueue: 0, inProgress: 0 });
  });
});
