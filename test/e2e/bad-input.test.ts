import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, statfsSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { AppStatus, DeploymentView } from '../../src/shared/model.ts';
import { Installation, startSandboxProcess, type SandboxProcess } from '../support/instance.ts';
import { startCli } from '../support/processes.ts';
import { smallDisk } from '../support/small-disk.ts';
import { tempDir } from '../support/temp.ts';

/**
 * What a clumsy user gives it, through the real command line and real processes (SPEC 3.13): every refusal names the
 * value and the way out, ends with its exit code, is JSON where asked for, creates nothing and loses nothing.
 */
interface Refusal {
  readonly exit: number;
  readonly code: string;
  /** Each must be found in what people read: the value, and the way out. */
  readonly says: readonly RegExp[];
}

type Ended = Awaited<ReturnType<Installation['cli']>>;

const MODEL = 'Qwen/Qwen3-0.6B';
const PATIENCE = { timeout: 30_000, interval: 500 };
const PORTS = ['--port', '0', '--control-port', '0'];

/** Asks for text and for JSON; returns what is wrong with the refusal, for `toEqual([])`. */
async function faultsOf(ask: (more: readonly string[]) => Promise<Ended>, want: Refusal): Promise<string[]> {
  const told = await ask([]);
  const faults = want.says.flatMap((words) =>
    new RegExp(words).test(told.stderr) ? [] : [`does not say ${String(words)}: ${told.stderr}`],
  );
  if (/\n\s+at \S+ \(|Something unexpected/.test(told.stderr)) faults.push(`is no sentence: ${told.stderr}`);
  if (told.code !== want.exit) faults.push(`ends with ${told.code}, not ${want.exit}: ${told.text}`);
  const asJson = await ask(['--json']);
  if (asJson.code !== want.exit) faults.push(`--json ends with ${asJson.code}, not ${want.exit}`);
  if (asJson.stdout !== '') faults.push(`--json prints a result: ${asJson.stdout}`);
  const body = errorSchema.safeParse(JSON.parse(asJson.stderr.trim().split('\n').at(-1) ?? ''));
  if (body.data?.error.code !== want.code) faults.push(`--json says ${asJson.stderr}`);
  return faults;
}

const errorSchema = z.object({
  error: z.object({ code: z.string(), message: z.string().min(1), advice: z.string().min(1) }),
});

/** Starts `serve` and expects that it will not; whatever happens, nothing of it stays. */
async function refusedServe(
  dataDir: string,
  args: readonly string[] = PORTS,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const program = startCli(['serve', ...args], { env: { RUNPOD_LLM_DATA_DIR: dataDir, ...env } });
  let out = '';
  let err = '';
  program.child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
  program.child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()));
  let started = false;
  void program.line(/^Endpoint/).then(
    () => {
      started = true;
      return program.kill('SIGKILL');
    },
    () => {},
  );
  const code = await program.ended;
  return { code: started ? null : code, stdout: out, stderr: err, text: out + err };
}

/** Something that holds a port. */
async function takenPort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

describe('what cannot be deployed', () => {
  let sandbox: SandboxProcess;
  let app: Installation;
  let before: readonly DeploymentView[];

  beforeAll(async () => {
    sandbox = await startSandboxProcess(['--speed', '100']);
    app = new Installation(sandbox.env);
    await app.serve();
    await app.json(['deploy', MODEL, '--name', 'kept', '--alias', 'mine', '--idle', '7', '--no-start']);
    before = (await app.json<{ deployments: DeploymentView[] }>(['list'])).deployments;
  });

  afterAll(async () => {
    await app.end();
    await sandbox.stop();
  });

  const refused = (exit: number, code: string, ...says: RegExp[]): Refusal => ({
    exit,
    code,
    says,
  });

  it.each<[string, readonly string[], Refusal]>([
    ['an unknown GPU', ['--gpu', 'RTX 9090'], refused(2, 'unknown_gpu', /"RTX 9090"/, /Did you mean/)],
    [
      'a GPU by its short name',
      ['--gpu', '4090'],
      refused(2, 'unknown_gpu', /"4090"/, /"NVIDIA GeForce RTX 4090"/),
    ],
    [
      'a model that fits nowhere that was allowed',
      ['--model', 'Qwen/Qwen3-32B', '--gpu', 'NVIDIA L4', '--count', '1'],
      refused(4, 'model_does_not_fit', /Qwen\/Qwen3-32B/, /GiB/, /would fit on/),
    ],
    [
      'a model of which nothing is known',
      ['--model', 'no-such-org/no-such-model'],
      refused(3, 'model_unknown', /no-such-org\/no-such-model/, /check the model id/i),
    ],
    [
      'a model id with a path in it',
      ['--model', '../../etc/passwd'],
      refused(2, 'invalid_input', /etc\/passwd/),
    ],
    ['no model at all', ['--model', ''], refused(2, 'invalid_input', /No model was named/)],
    [
      'a bad image name',
      ['--image', 'Bad Image!'],
      refused(2, 'invalid_input', /^error: image: .*"Bad Image!"/),
    ],
    ['fewer than one GPU', ['--count', '-1'], refused(2, 'invalid_input', /--count.*'-1'.*from 1 to 8/)],
    ['half a GPU', ['--count', '1.5'], refused(2, 'invalid_input', /--count.*'1\.5'.*whole number/)],
    ['a negative context', ['--context', '-1'], refused(2, 'invalid_input', /--context.*'-1'.*32768/)],
    [
      'a negative price',
      ['--max-price', '-0.5'],
      refused(2, 'invalid_input', /--max-price.*'-0\.5'.*above 0/),
    ],
    ['a negative disk', ['--disk', '-20'], refused(2, 'invalid_input', /--disk.*'-20'.*from 1 to 4096/)],
    ['a negative idle time', ['--idle', '-5'], refused(2, 'invalid_input', /--idle.*'-5'.*minutes from 1/)],
    ['no request at once', ['--concurrency', '0'], refused(2, 'invalid_input', /--concurrency.*'0'.*from 1/)],
    [
      'a data centre that there is not',
      ['--data-center', 'EU-XX-9'],
      refused(2, 'invalid_input', /"EU-XX-9"/, /EU-/),
    ],
    [
      'a data centre without this GPU',
      ['--gpu', 'NVIDIA B200', '--data-center', 'EU-RO-1'],
      refused(2, 'invalid_input', /EU-RO-1/, /it is in/, /Allow/),
    ],
    [
      'a price that nothing has',
      ['--max-price', '0.01'],
      refused(2, 'invalid_input', /\$0\.01/, /\$0\.\d\d/),
    ],
    [
      'a start that would cost more than a start may',
      ['--model', 'deepseek-ai/DeepSeek-V3'],
      refused(2, 'invalid_input', /budget\.usdPerBoot: .*\$2\.00.*DeepSeek-V3.*\/h/, /--max-boot-cost \d+/),
    ],
    ['a name with a space in it', ['--name', 'my model'], refused(2, 'invalid_input', /name:.*"my model"/)],
    ['a name in other letters', ['--name', 'модель'], refused(2, 'invalid_input', /name:.*"модель"/)],
    ['an empty name', ['--name', ''], refused(2, 'invalid_input', /name:/)],
    ['a name that is taken', ['--name', 'kept'], refused(4, 'name_taken', /"kept"/, /another name/)],
    [
      'a backend that there is not',
      ['--backend', 'tgi'],
      refused(2, 'invalid_input', /--backend.*'tgi'.*vllm/),
    ],
    [
      'an option that there is not',
      ['--gpus', '2'],
      refused(2, 'invalid_input', /--gpus/, /Did you mean --gpu/),
    ],
  ])('%s is refused, and nothing is rented', async (_what, args, want) => {
    const named = args.includes('--model') ? [] : ['--model', MODEL];
    expect(await faultsOf((more) => app.cli(['deploy', '--yes', ...named, ...args, ...more]), want)).toEqual(
      [],
    );
  });

  it('an image that there is not is refused by RunPod, named as such, and nothing is rented', async () => {
    const args = ['deploy', MODEL, '--image', 'me/does-not-exist:1', '--yes', '--wait'];
    let made = 0;
    expect(
      await faultsOf(
        (more) => app.cli([...args, '--name', `imageless-${++made}`, ...more]),
        refused(2, 'image_invalid', /me\/does-not-exist:1/, /docker-username|repository/),
      ),
    ).toEqual([]);
    for (const name of ['imageless-1', 'imageless-2']) await app.cli(['terminate', name, '--wait']);
  });

  it.each(['show', 'start', 'stop', 'restart', 'terminate', 'logs'])(
    '%s of a deployment that there is not names it and those there are',
    async (verb) => {
      expect(
        await faultsOf(
          (more) => app.cli([verb, 'nothing-like-it', ...more]),
          refused(3, 'not_found', /"nothing-like-it"/, /There are: kept/),
        ),
      ).toEqual([]);
    },
  );

  it('a mistyped command is answered with the one that was meant', async () => {
    expect(
      await faultsOf(
        (more) => app.cli(['lst', ...more]),
        refused(2, 'invalid_input', /'lst'/, /Did you mean list/),
      ),
    ).toEqual([]);
  });

  it('in the end nothing was rented, and what there was is as it was', async () => {
    expect((await sandbox.bill()).pods).toEqual([]);
    const { deployments } = await app.json<{ deployments: DeploymentView[] }>(['list']);
    expect(deployments).toEqual(before);
  });
});

describe('what RunPod refuses', () => {
  let sandbox: SandboxProcess;
  let readOnlyKey: string;

  beforeAll(async () => {
    sandbox = await startSandboxProcess(['--speed', '100', '--read-only-key']);
    readOnlyKey = (await sandbox.program.line(/SANDBOX_READ_ONLY_KEY='([^']+)/))[1] ?? '';
  });
  afterAll(() => sandbox.stop());

  const withoutKey = (): Record<string, string> =>
    Object.fromEntries(Object.entries(sandbox.env).filter(([name]) => name !== 'RUNPOD_API_KEY'));

  /** The same data directory, first with the good key and a deployment, then as the case has it. */
  async function afterAGoodStart(
    env: Record<string, string>,
    args: readonly string[],
  ): Promise<Installation> {
    const good = new Installation(sandbox.env);
    await good.serve();
    await good.json(['deploy', MODEL, '--name', 'kept', '--no-start']);
    await good.program.kill('SIGTERM');
    const app = new Installation(env, good.dataDir);
    onTestFinished(() => app.end());
    await app.serve(args);
    return app;
  }

  it.each<[string, () => Record<string, string>, readonly string[], Refusal, RegExp]>([
    [
      'no key',
      withoutKey,
      ['--runpod'],
      { exit: 4, code: 'runpod_key_missing', says: [/No RunPod key/, /key set runpod/] },
      /no key; set one with/,
    ],
    [
      'a wrong key',
      () => ({ ...withoutKey(), RUNPOD_API_KEY: 'rpa_0000WRONGKEY0000' }),
      [],
      {
        exit: 4,
        code: 'runpod_key_invalid',
        says: [/does not accept the key \(401/, /RunPod request/, /new key/],
      },
      /does not accept the key/,
    ],
    [
      'a read-only key',
      () => ({ ...withoutKey(), RUNPOD_API_KEY: readOnlyKey }),
      [],
      { exit: 4, code: 'runpod_key_forbidden', says: [/the key lacks the right/, /read and write access/] },
      /reachable/,
    ],
  ])('%s: said plainly, nothing rented, nothing lost', async (_what, env, args, want, status) => {
    const app = await afterAGoodStart(env(), args);
    await expect.poll(async () => (await app.cli(['status'])).stdout, PATIENCE).toMatch(status);
    expect(await faultsOf((more) => app.cli(['start', 'kept', '--yes', '--wait', ...more]), want)).toEqual(
      [],
    );
    const { deployments } = await app.json<{ deployments: DeploymentView[] }>(['list']);
    expect(deployments).toMatchObject([{ name: 'kept', pod: null, stillBilling: false }]);
    const doctor = await app.cli(['doctor']);
    expect(doctor.stdout).toMatch(/✗ RunPod/);
    expect(doctor.code).toBe(1);
    const told = `${doctor.text}${app.program.lines.join('\n')}`;
    expect(told).not.toContain('rpa_0000WRONGKEY0000');
    expect(told).not.toContain(readOnlyKey);
    expect((await sandbox.bill()).pods).toEqual([]);
  });

  it('an empty balance: said plainly, nothing rented, and money makes it work again', async () => {
    const broke = await startSandboxProcess(['--speed', '100', '--balance', '0']);
    const app = new Installation(broke.env);
    onTestFinished(async () => {
      await app.end();
      await broke.stop();
    });
    await app.serve();
    expect(
      await faultsOf(
        (more) => app.cli(['deploy', MODEL, '--name', `x${more.length}`, '--yes', '--wait', ...more]),
        {
          exit: 4,
          code: 'runpod_balance_empty',
          says: [/balance is too low \(402/, /RunPod request/, /Add credit/],
        },
      ),
    ).toEqual([]);
    expect((await broke.bill()).pods).toEqual([]);
    expect((await app.cli(['show', 'x0'])).stdout).toMatch(/Balance empty/);
    await broke.addCredit(10);
    expect((await app.cli(['start', 'x0', '--yes', '--wait'])).text).toMatch(/ready/i);
  });
});

describe('a machine that is in the way', () => {
  it('a taken endpoint port is named', async () => {
    const port = String(await takenPort());
    const dataDir = tempDir();
    expect(
      await faultsOf((more) => refusedServe(dataDir, ['--port', port, '--control-port', '0', ...more]), {
        exit: 4,
        code: 'port_in_use',
        says: [new RegExp(`Port ${port}`), /choose another port/],
      }),
    ).toEqual([]);
  });

  it('a taken control port is named, with its flag', async () => {
    const port = String(await takenPort());
    const dataDir = tempDir();
    expect(
      await faultsOf((more) => refusedServe(dataDir, ['--port', '0', '--control-port', port, ...more]), {
        exit: 4,
        code: 'port_in_use',
        says: [new RegExp(`Port ${port}`), /--control-port/],
      }),
    ).toEqual([]);
  });

  it('a host that is not this computer’s is named', async () => {
    const dataDir = tempDir();
    const asked = ['--port', '0', '--control-port', '0', '--host', '192.0.2.1'];
    expect(
      await faultsOf((more) => refusedServe(dataDir, [...asked, ...more]), {
        exit: 2,
        code: 'config_invalid',
        says: [/192\.0\.2\.1/, /--host/],
      }),
    ).toEqual([]);
  });

  it('an endpoint for others: no key that can be guessed, and a warning that stays in sight', async () => {
    const env = { RUNPOD_LLM_PROXY_KEY: 'hunter2' };
    const dataDir = tempDir();
    const others = [...PORTS, '--host', '0.0.0.0'];
    expect(
      await faultsOf((more) => refusedServe(dataDir, [...others, ...more], env), {
        exit: 2,
        code: 'config_invalid',
        says: [/7 characters/, /"0\.0\.0\.0"/, /RUNPOD_LLM_PROXY_KEY/],
      }),
    ).toEqual([]);
    const app = new Installation();
    onTestFinished(() => app.end());
    const { endpoint } = await app.serve(['--host', '0.0.0.0']);
    await app.program.line(/Warning +The endpoint listens on 0\.0\.0\.0/);
    expect((await app.cli(['status'])).stdout).toMatch(/warning: The endpoint listens on 0\.0\.0\.0/);
    expect((await fetch(`${endpoint}/models`)).status).toBe(401);
  });

  it('a second instance is told who holds the data directory, and the first goes on', async () => {
    const app = new Installation();
    onTestFinished(() => app.end());
    await app.serve();
    expect(
      await faultsOf((more) => refusedServe(app.dataDir, [...PORTS, ...more]), {
        exit: 4,
        code: 'instance_running',
        says: [new RegExp(`process ${app.program.child.pid}`), /--data-dir/],
      }),
    ).toEqual([]);
    expect((await app.json<AppStatus>(['status'])).proxy.listening).toBe(true);
  });

  it('a data directory that is a file, or lies below one, is named', async () => {
    const file = join(tempDir(), 'file');
    writeFileSync(file, '');
    for (const dataDir of [file, join(file, 'below')]) {
      expect(
        await faultsOf((more) => refusedServe(dataDir, [...PORTS, ...more]), {
          exit: 1,
          code: 'data_dir_unusable',
          says: [new RegExp(`Cannot write ${file}`), /writable or choose another/],
        }),
      ).toEqual([]);
    }
  });

  it('a data directory that may not be written is named', async (context) => {
    const dataDir = process.getuid?.() === 0 ? readOnlyDisk(context) : tempDir();
    if (process.getuid?.() !== 0) chmodSync(dataDir, 0o500);
    expect(
      await faultsOf((more) => refusedServe(dataDir, [...PORTS, ...more]), {
        exit: 1,
        code: 'data_dir_unusable',
        says: [new RegExp(dataDir), /writable/],
      }),
    ).toEqual([]);
  });

  it.each(['instance.lock', 'sandbox/app.db'])('a damaged %s is named and left as it is', async (name) => {
    const dataDir = tempDir();
    mkdirSync(join(dataDir, 'sandbox'), { recursive: true });
    writeFileSync(join(dataDir, name), 'no database at all '.repeat(500));
    expect(
      await faultsOf((more) => refusedServe(dataDir, [...PORTS, ...more]), {
        exit: 1,
        code: 'data_dir_unusable',
        says: [new RegExp(join(dataDir, name)), /file is not a database/],
      }),
    ).toEqual([]);
  });

  it('a full disk stops neither the app nor a pod’s end, is told, and passes', async (context) => {
    const disk = smallDisk(context, 1_500_000);
    const sandbox = await startSandboxProcess(['--speed', '100']);
    const app = new Installation(sandbox.env, join(disk, 'data'));
    onTestFinished(async () => {
      await app.program.kill('SIGKILL');
      await sandbox.stop();
    });
    await app.serve();
    expect((await app.cli(['deploy', MODEL, '--name', 'kept', '--yes', '--wait'])).code).toBe(0);
    fill(disk);
    expect(
      await faultsOf((more) => app.cli(['deploy', MODEL, '--name', 'more', '--yes', ...more]), {
        exit: 1,
        code: 'disk_full',
        says: [/full|No space/, /Free space/],
      }),
    ).toEqual([]);
    expect((await sandbox.bill()).pods).toHaveLength(1);
    expect((await app.cli(['doctor'])).stdout).toMatch(/✗ data directory: .*full/);
    await app.cli(['stop', 'kept', '--wait', '--timeout', '60']);
    expect((await sandbox.bill()).pods.filter((pod) => pod.running)).toEqual([]);
    writeFileSync(join(disk, 'filling'), '');
    expect((await app.cli(['start', 'kept', '--yes', '--wait'])).text).toMatch(/ready/i);
    await app.program.kill('SIGTERM');
    await app.serve();
    const { deployments } = await app.json<{ deployments: DeploymentView[] }>(['list']);
    expect(deployments).toMatchObject([{ name: 'kept', state: 'ready' }]);
  });

  it('a disk that is full from the beginning ends the start, with its reason', async (context) => {
    const disk = smallDisk(context, 200_000);
    fill(disk);
    expect(
      await faultsOf((more) => refusedServe(join(disk, 'data'), [...PORTS, ...more]), {
        exit: 1,
        code: 'disk_full',
        says: [/full|No space/, /Free space/],
      }),
    ).toEqual([]);
  });
});

describe('a configuration that cannot be used', () => {
  it.each<[string, string, readonly RegExp[]]>([
    ['no JSON', '{ "mode": "pod",\n}', [/llm_config\.json:2:1/, /comma/]],
    ['nothing', '', [/llm_config\.json:1:1/, /end of the file/]],
    ['an unknown key', '{\n  "modle": { "name": "x" }\n}', [/llm_config\.json:2:3/, /did you mean "model"/]],
    ['a wrong type', '{ "proxy": { "port": "often" } }', [/proxy\.port: found "often"/, /whole number/]],
    [
      'a number out of its range',
      '{ "model": { "name": "Qwen/Qwen3-8B" }, "compute": { "gpu_count": -2 } }',
      [/compute\.gpu_count: found -2/, /from 1 up to 8/],
    ],
    [
      'two names for one thing',
      '{ "model": { "name": "a/b" }, "compute": { "gpu_type_id": "a", "gpu_type_ids": ["b"] } }',
      [/compute\.gpu_type_id/, /either gpu_type_id or gpu_type_ids/],
    ],
    [
      'two deployments of one name',
      '{ "deployments": [{ "model": { "name": "a/b" } }, { "model": { "name": "c/b" } }] }',
      [/deployments\.1/, /found "b"/, /no other deployment has/],
    ],
    [
      'the user’s own RunPod key for a pod',
      '{ "model": { "name": "a/b" }, "pod": { "env": { "RUNPOD_API_KEY": "rpa_secret" } } }',
      [/pod\.env/, /gives every pod a key of its own/],
    ],
    [
      'plain http to another machine',
      '{ "runpod": { "api_url": "http://runpod.example/v2" } }',
      [/runpod\.api_url/, /https/],
    ],
    [
      'strangers let in without a key',
      '{ "proxy": { "host": "0.0.0.0", "require_key": false } }',
      [/proxy\.require_key: found false/, /others can reach it/],
    ],
    ['a secret in it', '{ "runpod": { "api_key": "rpa_secret" } }', [/runpod\.api_key/, /unknown key/]],
  ])('%s: file, place, value and what is allowed', async (_what, text, says) => {
    const dataDir = tempDir();
    writeFileSync(join(dataDir, 'llm_config.json'), text);
    const ask = (more: readonly string[]): Promise<Ended> => refusedServe(dataDir, [...PORTS, ...more]);
    expect(await faultsOf(ask, { exit: 2, code: 'config_invalid', says })).toEqual([]);
    expect((await ask([])).text).not.toContain('rpa_secret');
  });

  it('a file that is not there, and a variable that makes no sense', async () => {
    const dataDir = tempDir();
    const missing = join(dataDir, 'nowhere.json');
    expect(
      await faultsOf((more) => refusedServe(dataDir, [...PORTS, '--config', missing, ...more]), {
        exit: 2,
        code: 'config_invalid',
        says: [/--config/, new RegExp(missing)],
      }),
    ).toEqual([]);
    expect(
      await faultsOf((more) => refusedServe(dataDir, [...more], { RUNPOD_LLM_PORT: 'often' }), {
        exit: 2,
        code: 'config_invalid',
        says: [/RUNPOD_LLM_PORT/, /"often"/],
      }),
    ).toEqual([]);
  });

  it('one that becomes bad while the app runs: the last good one is kept, and said so until it is good', async () => {
    const app = new Installation();
    onTestFinished(() => app.end());
    const file = join(app.dataDir, 'llm_config.json');
    const declares = (idle: number): string =>
      JSON.stringify({ model: { name: MODEL }, pod: { name: 'kept' }, idle: { minutes: idle } });
    const minutes = async (): Promise<readonly number[]> =>
      (await app.json<{ deployments: DeploymentView[] }>(['list'])).deployments.map(
        (view) => view.spec.idle.minutes,
      );
    const warning = async (): Promise<string> =>
      /warning: (.*)/.exec((await app.cli(['status'])).stdout)?.[1] ?? '';
    writeFileSync(file, declares(11));
    await app.serve();
    await expect.poll(minutes, PATIENCE).toEqual([11]);

    writeFileSync(file, '{ "idle": { "minutes": -3 } ');
    await expect.poll(warning, PATIENCE).toMatch(/llm_config\.json:1:\d+/);
    expect(await minutes()).toEqual([11]);
    expect((await app.cli(['doctor'])).stdout).toMatch(/✗ configuration: .*\n +.*last good one is used/);

    writeFileSync(file, declares(23));
    await expect.poll(minutes, PATIENCE).toEqual([23]);
    expect(await warning()).toBe('');
  });
});

/** Takes all the room that is left. */
function fill(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, 'filling'), Buffer.alloc(bavail * bsize));
}

/** A file system that nobody may write, root neither. */
function readOnlyDisk(context: Parameters<typeof smallDisk>[0]): string {
  const disk = smallDisk(context, 100_000);
  const { status } = spawnSync('mount', ['-o', 'remount,ro', disk]);
  expect(status).toBe(0);
  return disk;
}
