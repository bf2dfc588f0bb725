import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { methods } from '../../../src/shared/api.ts';
import { CLIENTS } from '../../../src/shared/clients/clients.ts';
import { deploymentViewSchema, historyEntrySchema, logLineSchema } from '../../../src/shared/model.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { COMMANDS } from '../../../src/main/cli/commands.ts';
import { createFakeManager } from '../../support/fake-manager.ts';
import { commandLine, fakeInstance } from '../../support/command-line.ts';
import { tempDir } from '../../support/temp.ts';

const names = COMMANDS.flatMap((group) => group.entries.map((entry) => entry.name));

describe('help', () => {
  it('lists every command', async () => {
    const { code, out } = await commandLine(['--help']);
    expect(code).toBe(0);
    for (const name of names) expect(out).toMatch(new RegExp(`^ {2}${name} `, 'm'));
  });

  it.each(names)('%s has help, with examples that name it', async (name) => {
    const help = await commandLine([name, '--help']);
    expect(help.code).toBe(0);
    expect(help.out).toMatch(new RegExp(`^Usage: runpod-llm ${name}`));
    const below = [...help.out.matchAll(/^ {2}([a-z]+)(?: <\w+>)* {2,}\S/gm)].map((match) => match[1] ?? '');
    const leaves = help.out.includes('Commands:') ? below.filter((word) => word !== 'help') : [];
    const pages = await Promise.all(leaves.map((leaf) => commandLine([name, leaf, '--help'])));
    for (const page of pages.length === 0 ? [help] : pages) {
      expect(page.out).toContain(`  $ runpod-llm ${name}`);
      expect(page.out).toContain('--json');
      expect(page.out).toContain('--data-dir');
    }
  });
});

describe('usage errors', () => {
  it.each([
    [[], 'No command was given.'],
    [['lst'], "Unknown command 'lst' (Did you mean list?)"],
    [['list', '--jsn'], "Unknown option '--jsn' (Did you mean --json?)"],
    [['show'], "Missing required argument 'deployment'"],
    [['list', 'extra'], 'Too many arguments'],
    [['plan', 'a/b', '--count', '9'], 'It must be a whole number from 1 to 8.'],
    [['key', 'sat'], "Unknown command 'sat' (Did you mean set?)"],
    [['logs', '--source', 'gpu'], 'It must be one of: system, container.'],
  ])('%j ends with 2', async (argv, message) => {
    const { code, out, err } = await commandLine(argv);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain(message);
    expect(err).toMatch(/^error: .*\n {2}See: runpod-llm .*--help\n$/);
  });

  it('are JSON where JSON was asked for', async () => {
    const { code, err } = await commandLine(['list', '--jsn', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(err)).toMatchObject({ error: { code: 'invalid_input' } });
  });
});

describe('without an instance', () => {
  it.each([
    'list',
    'plan x/y',
    'deploy x/y',
    'costs',
    'models',
    'doctor',
    'radar',
    'status',
    'ui',
    'stop-all',
    'key check',
    'key show',
    'logs',
  ])('%s ends with 3 and says how to start one', async (words) => {
    const dataDir = tempDir();
    const { code, err } = await commandLine(words.split(' '), { dataDir });
    expect(code).toBe(3);
    expect(err).toBe(
      `error: No instance is running with the data directory ${dataDir}.\n  Start it with: runpod-llm serve\n`,
    );
  });

  it('an instance that went away without tidying up is told apart', async () => {
    const instance = await fakeInstance();
    await instance.server.dispose();
    const { code, err } = await commandLine(['list'], instance);
    expect(code).toBe(3);
    expect(err).toContain(`The instance that should answer at ${instance.url} does not.`);
  });

  it('connect still shows how tools are pointed at it', async () => {
    const { code, out } = await commandLine(['connect', 'curl'], { dataDir: tempDir() });
    expect(code).toBe(0);
    expect(out).toContain('http://127.0.0.1:27182/v1/chat/completions');
    expect(out).toContain('$(runpod-llm key show)');
  });
});

describe('--json', () => {
  const shapes: readonly (readonly [string, z.ZodType])[] = [
    ['list', methods['deployments.list'].output],
    ['show tiny', z.strictObject({ deployment: deploymentViewSchema, history: z.array(historyEntrySchema) })],
    ['plan Qwen/Qwen3-8B', methods['plan.make'].output],
    ['costs', methods['costs.summary'].output],
    ['costs --entries', methods['costs.entries'].output],
    ['costs --by project', methods['costs.shares'].output],
    ['models', methods['models.list'].output],
    ['doctor', methods['app.doctor'].output],
    ['status', methods['app.status'].output],
    ['targets', methods['targets.settings'].output],
    ['targets add lab --url https://lab.example/v1 --model m', methods['targets.save'].output],
    ['targets public kimi-k2.6', methods['targets.save'].output],
    ['targets remove company', methods['targets.remove'].output],
    ['targets test company', methods['targets.test'].output],
    ['targets fallback tiny company', methods['targets.route'].output],
    ['targets bridge company --per-day 5', methods['targets.route'].output],
    ['radar', methods['radar.scan'].output],
    ['radar stop pod podtest2', methods['radar.stop'].output],
    ['radar terminate pod podtest2 --yes', methods['radar.terminate'].output],
    ['radar adopt podtest2 adopted', deploymentViewSchema],
    ['key', methods['secrets.status'].output],
    ['key check', methods['secrets.check'].output],
    ['key show', methods['proxy.key'].output],
    ['key delete hf', methods['secrets.delete'].output],
    ['deploy Qwen/Qwen3-8B --no-start', deploymentViewSchema],
    [
      'deploy Qwen/Qwen3-8B --dry-run',
      z.strictObject({ plan: methods['plan.make'].output, spec: z.object({ name: z.literal('qwen3-8b') }) }),
    ],
    ['start tiny', deploymentViewSchema],
    ['stop tiny', deploymentViewSchema],
    ['restart tiny', deploymentViewSchema],
    ['terminate tiny', deploymentViewSchema],
    ['stop-all', methods['deployments.stopAll'].output],
    ['ui', z.strictObject({ url: z.url() })],
    ['version', z.strictObject({ version: z.string(), node: z.string() })],
    [
      'connect',
      z.object({
        baseUrl: z.url(),
        keyHint: z.string(),
        models: z.array(z.string()),
        running: z.literal(true),
      }),
    ],
    [
      'connect zed',
      z.object({
        client: z.object({ id: z.literal('zed') }),
        snippets: z.array(z.object({ text: z.string() })),
      }),
    ],
  ];

  it.each(shapes)('%s prints one document of a known shape, and nothing else', async (words, shape) => {
    const instance = await fakeInstance();
    const { code, out, err } = await commandLine([...words.split(' '), '--json'], instance);
    expect([code, err]).toEqual([0, '']);
    expect(shape.safeParse(JSON.parse(out)).error).toBeUndefined();
  });

  it('logs prints a document a line', async () => {
    const { code, out } = await commandLine(['logs', 'tiny', '--json'], await fakeInstance());
    expect(code).toBe(0);
    const lines = out.trim().split('\n');
    expect(lines).toHaveLength(4);
    for (const line of lines) expect(logLineSchema.safeParse(JSON.parse(line)).success).toBe(true);
  });

  it('errors are JSON on standard error, with their exit code', async () => {
    const { code, out, err } = await commandLine(['show', 'nope', '--json'], await fakeInstance());
    expect([code, out]).toEqual([3, '']);
    expect(JSON.parse(err)).toEqual({
      error: {
        code: 'not_found',
        message: 'There is no deployment "nope".',
        advice: 'Deployments: qwen3-coder, gemma-3-12b, tiny, llama-70b.',
      },
    });
  });

  it('may stand before the command', async () => {
    const instance = await fakeInstance();
    const result = await commandLine(['--json', '--data-dir', instance.dataDir, 'models']);
    expect(result.json()).toHaveProperty('models');
  });
});

describe('exit codes', () => {
  it.each([
    ['invalid_input', 2],
    ['not_found', 3],
    ['budget_exceeded', 4],
    ['wait_timeout', 5],
    ['runpod_unavailable', 1],
  ] as const)('%s is %i', async (code, exit) => {
    const fake = createFakeManager();
    fake.fail('deployments.list', new AppError(code, 'What happened.', { requestId: 'req-3' }));
    const result = await commandLine(['list'], await fakeInstance({ fake }));
    expect(result.code).toBe(exit);
    expect(result.err).toContain('error: What happened. (RunPod request req-3)');
  });

  it('doctor is 1 when a check fails', async () => {
    const fake = createFakeManager();
    fake.reply('app.doctor', () =>
      Promise.resolve({ checks: [{ name: 'key', status: 'fail', detail: 'refused', advice: null }] }),
    );
    const result = await commandLine(['doctor'], await fakeInstance({ fake }));
    expect([result.code, result.out]).toEqual([1, '✗ key: refused\n']);
  });
});

describe('texts', () => {
  it.each([
    ['list', 'qwen3-coder'],
    ['show qwen3-coder', 'Watchdog'],
    ['plan Qwen/Qwen3-8B', 'Cheaper, but rejected'],
    ['costs', 'This month'],
    ['costs', 'for 1 network volume, used or not'],
    ['costs --deployment qwen3-coder', 'still open'],
    ['costs --by key --span today', 'SAME TOKENS, PUBLIC'],
    ['status', 'sandbox (simulated'],
    ['models', 'coder'],
    ['logs tiny --tail 1', 'Application startup complete.'],
    ['logs --tail 1', 'ready'],
    ['logs tiny --source system', 'image pulled'],
    ['stop qwen3-coder', 'It bills until RunPod confirms'],
    ['stop-all', 'Stopping qwen3-coder, gemma-3-12b.'],
    ['terminate tiny', 'tiny is being terminated.'],
    ['deploy Qwen/Qwen3-8B --no-start', 'stored and stopped'],
    ['key delete hf', '"hf" is deleted.'],
    ['targets test company', 'company answers (84 ms): gpt-oss-120b, gpt-oss-20b'],
    ['radar stop pod podtest2', 'pod podtest2 (test-2) is EXITED.'],
  ])('%s', async (words, text) => {
    const { code, out } = await commandLine(words.split(' '), await fakeInstance());
    expect(code).toBe(0);
    expect(out).toContain(text);
  });

  it('stop-all tells what it did not stop because it did not make it', async () => {
    const { err } = await commandLine(['stop-all'], await fakeInstance());
    expect(err).toBe(
      '1 thing under no deployment goes on billing $0.44/h and $4.00 a month at rest: runpod-llm radar\n',
    );
    const json = await commandLine(['stop-all', '--json'], await fakeInstance());
    expect(json.err).toBe('');
  });

  it('an unknown client names the nearest', async () => {
    const { code, err } = await commandLine(['connect', 'opncode'], await fakeInstance());
    expect(code).toBe(3);
    expect(err).toContain('did you mean "opencode"?');
  });

  it('every client can be shown, and shows the key only when asked', async () => {
    const instance = await fakeInstance();
    for (const { id } of CLIENTS) {
      const plain = await commandLine(['connect', id], instance);
      expect([id, plain.code]).toEqual([id, 0]);
      expect(plain.out).not.toContain('pat_local_');
    }
    const shown = await commandLine(['connect', 'curl', '--show-key', '--model', 'coder'], instance);
    expect(shown.out).toContain('Bearer pat_local_0123456789abcdef3f9a');
    expect(shown.out).toContain('"model":"coder"');
  });

  it('a client’s file is written after its difference was shown and a yes', async () => {
    const instance = await fakeInstance();
    const called = (): string[] => instance.fake.calls.map(({ name }) => name);
    const no = await commandLine(['connect', 'opencode', '--write'], { ...instance, answers: ['n'] });
    expect(no.code).toBe(4);
    expect(no.err).toContain('-   "provider": {}');
    expect(no.err).toContain('A key for this client alone');
    expect(no.questions).toEqual(['Write /home/me/.config/opencode/opencode.json? [y/N] ']);
    const nobody = await commandLine(['connect', 'opencode', '--write', '--json'], instance);
    expect(nobody.code).toBe(4);
    expect(called()).not.toContain('connect.write');
    const yes = await commandLine(['connect', 'opencode', '--write'], { ...instance, answers: ['y'] });
    expect(yes.code).toBe(0);
    expect(yes.out).toContain('Then: opencode -m runpod-llm/');
    const again = await commandLine(['connect', 'opencode', '--write', '--yes'], instance);
    expect([again.out, again.err]).toEqual([expect.stringContaining('says all of it already'), '']);
    const undone = await commandLine(['connect', 'opencode', '--undo'], instance);
    expect(undone.out).toContain('The key "opencode" opens nothing any more.');
  });

  it('a client without such a file, a model that is not there, and a changed file are refused', async () => {
    const instance = await fakeInstance();
    const fields = await commandLine(['connect', 'jetbrains', '--write'], instance);
    expect([fields.code, fields.err]).toEqual([2, expect.stringContaining('opencode, kilo, zed')]);
    const model = await commandLine(['connect', 'zed', '--write', '--model', 'nope'], instance);
    expect(model.code).toBe(3);
    instance.fake.fail('connect.write', new AppError('client_file_changed', 'It changed.'));
    const changed = await commandLine(['connect', 'zed', '--write', '--yes'], instance);
    expect(changed.code).toBe(4);
  });
});

describe('configuration without an instance', () => {
  it('is what one started now would read, with sources', async () => {
    const dataDir = tempDir();
    writeFileSync(join(dataDir, 'llm_config.json'), '{ "proxy": { "port": 4000 } }');
    const { code, out } = await commandLine(['config', 'show'], { dataDir, env: { LOG_LEVEL: 'debug' } });
    expect(code).toBe(0);
    expect(out).toMatch(/^proxy\.port +4000 +file .*llm_config\.json/m);
    expect(out).toMatch(/^log_level +debug +environment LOG_LEVEL$/m);
    const connect = await commandLine(['connect', 'env'], { dataDir });
    expect(connect.out).toContain('OPENAI_BASE_URL=http://127.0.0.1:4000/v1');
  });

  it('is checked: a bad file is named, and found all the same', async () => {
    const dataDir = tempDir();
    const file = join(dataDir, 'other.json');
    writeFileSync(file, '{ "proxy": { "prot": 4000 } }');
    const { code, err } = await commandLine(['config', 'show', '--config', file], { dataDir });
    expect(code).toBe(2);
    expect(err).toContain(file);
    expect(err).toContain('prot');
    const path = await commandLine(['config', 'path'], { dataDir, env: { CONFIG_PATH: file } });
    expect([path.code, path.out]).toEqual([0, `${file}\n`]);
  });
});

describe('keys', () => {
  it('come from standard input and never from arguments', async () => {
    const instance = await fakeInstance();
    const { code, out, err } = await commandLine(['key', 'set', 'runpod'], {
      ...instance,
      input: 'rpa_canary1234\n',
    });
    expect(code).toBe(0);
    expect(instance.fake.calls).toContainEqual({
      name: 'secrets.set',
      input: { name: 'runpod', value: 'rpa_canary1234' },
    });
    expect(out).toContain('✓ pods: yes');
    expect(out + err).not.toContain('canary');
    const argument = await commandLine(['key', 'set', 'runpod', 'rpa_canary1234'], instance);
    expect(argument.code).toBe(2);
  });

  it('are asked for at a keyboard', async () => {
    const instance = await fakeInstance();
    const { code, questions } = await commandLine(['key', 'set', 'hf'], {
      ...instance,
      answers: ['hf_abcdefghijkl'],
    });
    expect(code).toBe(0);
    expect(questions).toEqual(['Value of "hf" (not shown): ']);
  });

  it.each([
    [['key', 'set', 'hf'], '', 'Nothing was given for "hf".'],
    [['key', 'set', 'openai'], 'x', 'There is no key "openai"; keys are runpod, proxy, hf'],
    [['key', 'delete', 'x'], '', 'There is no key "x"'],
  ])('%j is refused', async (argv, input, message) => {
    const { code, err } = await commandLine(argv, { ...(await fakeInstance()), input });
    expect(code).toBe(2);
    expect(err).toContain(message);
  });
});
