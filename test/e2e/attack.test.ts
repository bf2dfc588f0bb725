import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { DeploymentView } from '../../src/shared/model.ts';
import { Installation, startSandboxProcess, type SandboxProcess } from '../support/instance.ts';
import { startCli } from '../support/processes.ts';
import { tempDir } from '../support/temp.ts';

/**
 * The product in hostile and clumsy hands: several at once, signals at bad moments, a network that goes away, crowds,
 * pods that break. After each the cloud holds nothing that the app does not know.
 */
const MODEL = 'Qwen/Qwen3-0.6B';
const PATIENCE = { timeout: 60_000, interval: 200 };
const HI = [{ role: 'user' as const, content: 'Say hello.' }];

interface World {
  readonly sandbox: SandboxProcess;
  readonly app: Installation;
  /** Restarted instances keep their port only where one is given. */
  client: OpenAI;
}

async function world(sandboxArgs: readonly string[] = [], config: object = {}): Promise<World> {
  const sandbox = await startSandboxProcess(['--speed', '100', '--tokens-per-second', '400', ...sandboxArgs]);
  const app = new Installation({ ...sandbox.env, RUNPOD_LLM_PROXY_KEY: 'pat_local_a77ac4' });
  const quick = { runpod: { poll_seconds: 0.2, idle_poll_seconds: 0.5 }, log_level: 'warn' };
  writeFileSync(join(app.dataDir, 'llm_config.json'), JSON.stringify({ ...quick, ...config }));
  return { sandbox, app, client: clientOf(await app.serve()) };
}

async function end({ app, sandbox }: World): Promise<void> {
  await app.end();
  await sandbox.stop();
}

const clientOf = ({ endpoint, key }: { endpoint: string; key: string }): OpenAI =>
  new OpenAI({ baseURL: endpoint, apiKey: key, maxRetries: 0 });

const runningPods = async ({ sandbox }: World): Promise<readonly string[]> =>
  (await sandbox.bill()).pods.filter((pod) => pod.running).map((pod) => pod.podId);

const view = async ({ app }: World, deployment: string): Promise<DeploymentView> =>
  app.call('deployments.get', { deployment });

const stateOf =
  (here: World, deployment: string): (() => Promise<string>) =>
  async () =>
    (await view(here, deployment)).state;

/** Exactly the pods that deployments name run in the cloud. */
async function nothingUnknown(here: World): Promise<void> {
  const look = async (): Promise<object> => {
    const { deployments } = await here.app.call('deployments.list');
    const known = deployments.flatMap(({ pod }) => (pod === null ? [] : [pod.id]));
    const { items } = await here.app.call('radar.scan');
    const strays = items.filter((item) => item.kind === 'pod' && item.ownership !== 'known');
    return { unknown: (await runningPods(here)).filter((id) => !known.includes(id)), strays };
  };
  await expect.poll(look, PATIENCE).toEqual({ unknown: [], strays: [] });
}

describe('several hands at once', () => {
  let here: World;
  beforeAll(async () => {
    here = await world();
  });
  afterAll(() => end(here));

  it('one name given four times at once becomes one deployment and one pod', async () => {
    const ask = ['deploy', MODEL, '--name', 'same', '--yes', '--wait'];
    const ended = await Promise.all([1, 2, 3, 4].map(() => here.app.cli(ask)));
    expect(ended.map(({ code }) => code ?? -1).toSorted((a, b) => a - b)).toEqual([0, 4, 4, 4]);
    expect((await here.sandbox.bill()).pods).toHaveLength(1);
    await nothingUnknown(here);
  });

  it('twenty verbs at once leave one pod at most, and the last word counts', async () => {
    const verbs = ['start', 'stop', 'restart', 'start', 'stop'] as const;
    const storm = Array.from({ length: 20 }, (_, index) =>
      here.app.call(`deployments.${verbs[index % verbs.length] ?? 'stop'}`, { deployment: 'same' }),
    );
    await Promise.allSettled(storm);
    await here.app.call('deployments.stop', { deployment: 'same' });
    await expect.poll(stateOf(here, 'same'), PATIENCE).toBe('stopped');
    expect(await runningPods(here)).toEqual([]);
    await here.app.call('deployments.start', { deployment: 'same' });
    await expect.poll(stateOf(here, 'same'), PATIENCE).toBe('ready');
    expect(await runningPods(here)).toHaveLength(1);
  });

  it('a start and a terminate at once, again and again, leave nothing', async () => {
    for (const name of ['r1', 'r2', 'r3', 'r4']) {
      await here.app.call('deployments.create', { spec: { name, model: MODEL }, start: false });
      const start = (): Promise<unknown> => here.app.call('deployments.start', { deployment: name });
      const terminate = (): Promise<unknown> => here.app.call('deployments.terminate', { deployment: name });
      const both = name < 'r3' ? [start(), terminate()] : [terminate(), start()];
      await Promise.allSettled(both);
    }
    const names = async (): Promise<string[]> =>
      (await here.app.call('deployments.list')).deployments.map((entry) => entry.name);
    await expect.poll(names, PATIENCE).toEqual(['same']);
    await nothingUnknown(here);
    expect(await runningPods(here)).toHaveLength(1);
  });
});

describe('one account, two homes', () => {
  it('the other’s pods are shown and left alone; what a lost home left behind can be taken over', async () => {
    const here = await world();
    const other: World = { ...here, app: new Installation(here.sandbox.env) };
    onTestFinished(async () => {
      await other.app.end();
      await end(here);
    });
    await here.app.cli(['deploy', MODEL, '--name', 'mine', '--yes', '--wait']);
    const [pod] = await runningPods(here);
    await other.app.serve();
    expect(await other.app.call('radar.scan')).toMatchObject({
      items: [{ id: pod, ownership: 'other-machine', deployment: null }],
    });
    await other.app.cli(['deploy', MODEL, '--name', 'mine', '--yes', '--wait']);
    expect((await other.app.cli(['stop-all', '--wait'])).code).toBe(0);
    expect((await other.app.cli(['terminate', 'mine', '--wait'])).code).toBe(0);
    expect(await runningPods(here)).toEqual([pod]);
    expect((await view(here, 'mine')).state).toBe('ready');

    await here.app.program.kill('SIGKILL');
    expect((await other.app.cli(['radar', 'adopt', pod ?? '', 'found'])).code).toBe(0);
    await expect.poll(stateOf(other, 'found'), PATIENCE).toBe('ready');
    expect((await other.app.cli(['terminate', 'found', '--wait'])).code).toBe(0);
    expect(await runningPods(here)).toEqual([]);
  });
});

describe('crowds', () => {
  let here: World;
  beforeAll(async () => {
    here = await world();
    await here.app.json(['deploy', MODEL, '--name', 'crowd', '--no-start']);
  });
  afterAll(() => end(here));

  it('two hundred requests wake one pod, and each is answered', async () => {
    const asked = Array.from({ length: 200 }, (_, index) =>
      here.client.chat.completions.create({
        model: 'crowd',
        messages: [{ role: 'user', content: `Number ${index}` }],
        max_tokens: 3,
      }),
    );
    const answers = await Promise.allSettled(asked);
    const failures = answers.flatMap((answer) =>
      answer.status === 'rejected' ? [String(answer.reason)] : [],
    );
    expect(failures).toEqual([]);
    expect((await here.sandbox.bill()).pods).toHaveLength(1);
    expect((await view(here, 'crowd')).inFlight).toBe(0);
  });

  it('a prompt of 20 MB is refused with its reason, and the next request works', async () => {
    const content = 'word '.repeat(4_000_000);
    const ask = here.client.chat.completions.create({
      model: 'crowd',
      messages: [{ role: 'user', content }],
    });
    await expect(ask).rejects.toMatchObject({
      status: expect.toSatisfy((status) => status === 400 || status === 413),
    });
    const next = await here.client.chat.completions.create({ model: 'crowd', messages: HI });
    expect(next.choices[0]?.finish_reason).toBe('stop');
  });

  it('clients that leave while it wakes are forgotten, and do not disturb the one that stays', async () => {
    expect((await here.app.cli(['stop', 'crowd', '--wait'])).code).toBe(0);
    const leaving = new AbortController();
    const impatient = Array.from({ length: 20 }, (_, index) =>
      here.client.chat.completions.create(
        {
          model: 'crowd',
          stream: index % 2 === 0,
          messages: [{ role: 'user', content: `Impatient ${index}` }],
        },
        { signal: leaving.signal },
      ),
    );
    const left = Promise.allSettled(impatient);
    const stays = here.client.chat.completions.create({ model: 'crowd', messages: HI, seed: 7 });
    await expect.poll(async () => (await view(here, 'crowd')).inFlight, PATIENCE).toBe(21);
    leaving.abort();
    await left;
    expect((await stays).choices[0]?.finish_reason).toBe('stop');
    await expect.poll(async () => (await view(here, 'crowd')).inFlight, PATIENCE).toBe(0);
  });
});

describe('an app that ends at a bad moment', () => {
  it.each<[NodeJS.Signals, number | null, RegExp]>([
    ['SIGTERM', 0, /x goes on: \$0\.\d\d\/h, ended by its own watchdog within/],
    ['SIGINT', 0, /x goes on: \$0\.\d\d\/h, ended by its own watchdog within/],
    ['SIGKILL', null, /./],
  ])(
    '%s in the middle of a start: the next run takes the same pod to its end',
    async (signal, code, says) => {
      const here = await world(['--speed', '40']);
      onTestFinished(() => end(here));
      await here.app.call('deployments.create', { spec: { name: 'x', model: MODEL } });
      await expect.poll(() => runningPods(here), PATIENCE).toHaveLength(1);
      const [pod] = await runningPods(here);
      expect(await here.app.program.kill(signal)).toBe(code);
      expect(here.app.program.lines.join('\n')).toMatch(says);
      await here.app.serve();
      await expect.poll(stateOf(here, 'x'), PATIENCE).toBe('ready');
      expect((await here.sandbox.bill()).pods.map((entry) => entry.podId)).toEqual([pod]);
    },
  );

  it('a stream and a wake that its end cuts off end for the client; the same address serves again', async () => {
    const here = await world(['--tokens-per-second', '5']);
    onTestFinished(() => end(here));
    await here.app.cli(['deploy', MODEL, '--name', 'x', '--yes', '--wait']);
    await here.app.cli(['deploy', MODEL, '--name', 'y', '--no-start']);
    const stream = await here.client.chat.completions.create({
      model: 'x',
      messages: [{ role: 'user', content: 'Write a long story.' }],
      stream: true,
    });
    const reading = (async () => {
      let chunks = 0;
      for await (const { choices } of stream) chunks += choices.length;
      return chunks;
    })().catch((error: unknown) => error);
    const waking = here.client.chat.completions
      .create({ model: 'y', messages: HI })
      .catch((error: unknown) => error);
    await expect.poll(stateOf(here, 'y'), PATIENCE).not.toBe('stopped');
    await here.app.program.kill('SIGTERM');
    expect(await waking).toBeInstanceOf(Error);
    expect(await reading).toBeDefined();
    const port = new URL(here.client.baseURL).port;
    here.client = clientOf(await here.app.serve(['--port', port]));
    const next = await here.client.chat.completions.create({ model: 'x', messages: HI, max_tokens: 2 });
    expect(next.choices).toHaveLength(1);
    await nothingUnknown(here);
  });
});

describe('a cloud that goes away', () => {
  it('mid-boot and back: the pod is found again and taken to its end', async () => {
    const stateFile = join(tempDir(), 'cloud.json');
    const lasting = ['--speed', '40', '--key', 'sandbox-lasting-key', '--state-file', stateFile];
    let here = await world(lasting);
    onTestFinished(() => end(here));
    await here.app.call('deployments.create', { spec: { name: 'x', model: MODEL } });
    await expect.poll(() => runningPods(here), PATIENCE).toHaveLength(1);
    const [pod] = await runningPods(here);
    await here.sandbox.program.kill('SIGKILL');
    const { problem, state } = await view(here, 'x');
    expect(problem).toBeNull();
    expect(state).not.toBe('failed');
    const port = new URL(here.sandbox.origin).port;
    here = { ...here, sandbox: await startSandboxProcess(['--port', port, ...lasting]) };
    await expect.poll(stateOf(here, 'x'), PATIENCE).toBe('ready');
    expect((await here.sandbox.bill()).pods.map((entry) => entry.podId)).toEqual([pod]);
  });

  it('during a stop: it says that it may bill on, keeps trying, and gets its way', async () => {
    const here = await world();
    onTestFinished(() => end(here));
    await here.app.cli(['deploy', MODEL, '--name', 'x', '--yes', '--wait']);
    here.sandbox.program.child.kill('SIGSTOP');
    const asked = await here.app.cli(['stop', 'x', '--wait', '--timeout', '5', '--json']);
    expect(asked.code).toBe(5);
    expect(JSON.parse(asked.stderr)).toMatchObject({
      error: { code: 'wait_timeout', details: { state: 'stopping' } },
    });
    expect((await here.app.cli(['list'])).stdout).toMatch(/Stopping, still billing/);
    expect((await here.app.cli(['status'])).code).toBe(0);
    here.sandbox.program.child.kill('SIGCONT');
    await expect.poll(stateOf(here, 'x'), PATIENCE).toBe('stopped');
    expect(await runningPods(here)).toEqual([]);
  });

  it('altogether: plan, deploy and requests say who cannot be reached, and the app ends in good order', async () => {
    const here = await world();
    onTestFinished(() => end(here));
    await here.app.json(['deploy', MODEL, '--name', 'x', '--no-start']);
    await here.sandbox.program.kill('SIGKILL');
    const planned = await here.app.cli(['plan', MODEL]);
    expect(planned.stderr).toMatch(/RunPod cannot be reached|RunPod could not be reached/);
    expect(planned.code).toBe(1);
    expect((await here.app.cli(['radar'])).code).toBe(1);
    await expect
      .poll(async () => (await here.app.cli(['status'])).stdout, PATIENCE)
      .toMatch(/RunPod +.*reach/);
    expect(await here.app.program.kill('SIGTERM')).toBe(0);
  });
});

describe('pods that go wrong', () => {
  let here: World;
  beforeAll(async () => {
    here = await world();
  });
  afterAll(() => end(here));

  const deploy = (name: string, ...more: string[]): ReturnType<Installation['cli']> =>
    here.app.cli([
      'deploy',
      '--name',
      name,
      '--yes',
      '--wait',
      ...more,
      ...(more.includes('--model') ? [] : [MODEL]),
    ]);

  it.each([
    [
      'oom',
      'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB',
      1,
      /ran out of GPU memory/,
      /bigger GPU/,
    ],
    [
      'flags',
      'vllm: error: unrecognized arguments: --frobnicate',
      1,
      /does not accept its arguments/,
      /--frobnicate|extraArgs/,
    ],
    [
      'unknown',
      'Segmentation fault (core dumped)',
      1,
      /starts, fails and starts again.*Segmentation fault/,
      /log/,
    ],
  ])(
    'trap 18: a crash loop (%s) ends with its reason; nothing bills',
    async (name, line, exit, why, advice) => {
      await here.sandbox.arm({ kind: 'crash-loop', line, times: 1 });
      const ended = await deploy(name);
      expect(ended.stderr).toMatch(why);
      expect(ended.stderr).toMatch(advice);
      expect(ended.code).toBe(exit);
      await expect.poll(() => runningPods(here), PATIENCE).toEqual([]);
      const shown = (await here.app.cli(['show', name])).stdout;
      expect(shown).toMatch(why);
      expect(shown).toMatch(/✗ Failed/);
      await here.app.call('deployments.terminate', { deployment: name });
    },
  );

  it('trap 36: a gated model without a token is refused before anything is rented', async () => {
    const before = (await here.sandbox.bill()).pods.length;
    const ended = await deploy('gated', '--model', 'meta-llama/Llama-3.1-8B-Instruct');
    expect(ended.stderr).toMatch(/is gated/);
    expect(ended.stderr).toMatch(/key set hf/);
    expect(ended.code).toBe(4);
    expect((await here.sandbox.bill()).pods).toHaveLength(before);
  });

  it('a start command that RunPod ignores: it serves, plainly marked as unprotected', async () => {
    await here.sandbox.arm({ kind: 'no-entrypoint-override' });
    const ended = await deploy('plain');
    expect(ended.text).toMatch(/ready/);
    expect(await view(here, 'plain')).toMatchObject({
      watchdog: { state: 'unprotected' },
      unattended: { usd: null },
    });
    const shown = (await here.app.cli(['show', 'plain'])).stdout;
    expect(shown).toMatch(/Watchdog +unprotected/);
    expect(shown).toMatch(/no bound: it bills until somebody stops it/);
    expect((await here.app.cli(['doctor'])).stdout).toMatch(/▲ watchdogs: No watchdog guards plain/);
    const open = await deploy('open', '--model', 'llama3.2:1b', '--backend', 'ollama');
    // An own image brings the key check; here none can be made, and an open server is not let stand.
    expect(open.stderr).toMatch(/An image of its own could not be made.*carries Ollama’s key check/);
    expect(open.code).not.toBe(0);
    await here.sandbox.clearFaults();
    await here.app.call('deployments.terminate', { deployment: 'plain' });
    await expect.poll(() => runningPods(here), PATIENCE).toEqual([]);
  });

  it('logs --follow goes on through the pod that replaces another', async () => {
    await deploy('logged');
    const program = startCli(['logs', 'logged', '--follow'], { env: here.app.env });
    onTestFinished(async () => void (await program.kill('SIGINT')));
    await program.line(/Application startup complete/);
    const before = program.lines.length;
    const first = (await view(here, 'logged')).pod?.id;
    expect((await here.app.cli(['stop', 'logged', '--wait'])).code).toBe(0);
    expect((await here.app.cli(['start', 'logged', '--yes', '--wait'])).text).toMatch(/ready/);
    expect((await view(here, 'logged')).pod?.id).not.toBe(first);
    await expect
      .poll(
        () => program.lines.slice(before).filter((line) => /Application startup complete/.test(line)),
        PATIENCE,
      )
      .toHaveLength(1);
    await here.app.call('deployments.terminate', { deployment: 'logged' });
  });
});

describe('Ollama', () => {
  it('trap 11: answers through the proxy; its public address answers nobody without the key of this pod', async () => {
    const here = await world();
    onTestFinished(() => end(here));
    const ended = await here.app.cli([
      'deploy',
      'llama3.2:1b',
      '--backend',
      'ollama',
      '--name',
      'llama',
      '--yes',
      '--wait',
    ]);
    expect(ended.text).toMatch(/ready/);
    const answer = await here.client.chat.completions.create({ model: 'llama', messages: HI });
    expect(answer.choices[0]?.finish_reason).toBe('stop');
    const { pod, watchdog } = await view(here, 'llama');
    expect(watchdog.state).toBe('armed');
    const base = (here.sandbox.env['RUNPOD_POD_URL_TEMPLATE'] ?? '')
      .replace('{podId}', pod?.id ?? '')
      .replace('{port}', '11434');
    const strangers = [{}, { authorization: `Bearer ${here.client.apiKey}` }, { authorization: 'Bearer x' }];
    const doors = [
      'GET /',
      'GET /api/tags',
      'GET /v1/models',
      'POST /api/generate',
      'DELETE /api/delete',
      'GET //api/tags',
    ];
    for (const headers of strangers) {
      for (const door of doors) {
        const [method = '', path = ''] = door.split(' ');
        const reply = await fetch(`${base}${path}`, {
          method,
          headers,
          ...(method === 'GET' ? {} : { body: '{}' }),
        });
        expect(`${door} ${reply.status}`).toBe(`${door} 401`);
      }
    }
  });
});

describe('nobody home', () => {
  it('the pod of a killed app is ended from inside by its own watchdog', async () => {
    const here = await world([], {
      model: { name: MODEL },
      pod: { name: 'alone', env: { RPLM_INTERVAL: '1' } },
      watchdog: { max_hours: 15 / 3600 },
    });
    onTestFinished(() => end(here));
    await expect.poll(async () => (await here.app.cli(['start', 'alone', '--yes'])).code, PATIENCE).toBe(0);
    await expect.poll(async () => (await view(here, 'alone')).watchdog.state, PATIENCE).toBe('armed');
    await here.app.program.kill('SIGKILL');
    expect(await runningPods(here)).toHaveLength(1);
    await expect.poll(() => runningPods(here), PATIENCE).toEqual([]);
    await here.app.serve();
    await expect.poll(async () => (await view(here, 'alone')).pod, PATIENCE).toBeNull();
    expect((await view(here, 'alone')).cost.nowUsdPerHour).toBe(0);
    await nothingUnknown(here);
  });
});

describe('a big file', () => {
  it('fifty deployments come up, and the one that cannot hinders no other', async () => {
    const deployments = Array.from({ length: 50 }, (_, index) => ({
      model: { name: MODEL },
      pod: { name: `d${index}` },
      ...(index === 25 ? { compute: { gpu_type_id: 'NVIDIA RTX 9090 Imaginary' } } : {}),
    }));
    const here = await world([], { deployments });
    onTestFinished(() => end(here));
    const count = async (): Promise<number> => (await here.app.call('deployments.list')).deployments.length;
    await expect.poll(count, PATIENCE).toBe(49);
    const status = (await here.app.cli(['status'])).stdout;
    expect(status).toMatch(/warning: .*d25.*NVIDIA RTX 9090 Imaginary/);
    expect((await here.sandbox.bill()).pods).toEqual([]);
    const models = await here.client.models.list();
    expect(models.data.map((model) => model.id)).toContain('d49');
  });
});
