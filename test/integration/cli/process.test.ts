import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { controlFilePath } from '../../../src/main/control/control-file.ts';
import { fakeInstance } from '../../support/command-line.ts';
import { until } from '../../support/control.ts';
import { cli, run, startCli, cliPath } from '../../support/processes.ts';
import { tempDir } from '../../support/temp.ts';

/** What only a process of its own can show: exit codes, signals, pipes, the keychain's absence. */

const env = (dataDir: string, more: Record<string, string> = {}) => ({
  env: { RUNPOD_LLM_DATA_DIR: dataDir, ...more },
});

describe('the program', () => {
  it('prints results to standard output and nothing else', async () => {
    const { dataDir } = await fakeInstance();
    const { code, stdout, stderr } = await cli(['list'], env(dataDir));
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^NAME +STATE +MODEL/);
  });

  it('ends with the code of what went wrong, told on standard error', async () => {
    const { dataDir } = await fakeInstance();
    const missing = await cli(['show', 'nope'], env(dataDir));
    expect([missing.code, missing.stdout]).toEqual([3, '']);
    expect(missing.stderr).toMatch(/^error: There is no deployment "nope"\.\n {2}Deployments: /);
    expect((await cli(['nonsense'])).code).toBe(2);
    expect((await cli(['list'], env(tempDir()))).code).toBe(3);
  });

  it('takes a file that outlived its instance for what it is', async () => {
    const dataDir = tempDir();
    const ended = await cli(['version']);
    expect(ended.code).toBe(0);
    const file = { url: 'http://127.0.0.1:9', token: 't', pid: 2 ** 22 + 1, version: '0.1.0' };
    writeFileSync(controlFilePath(dataDir), JSON.stringify(file));
    const { code, stderr } = await cli(['list'], env(dataDir));
    expect(code).toBe(3);
    expect(stderr).toContain(`process ${file.pid}, named in`);
  });

  it('leaves a wait at Ctrl-C and says what goes on', async () => {
    const { dataDir, fake } = await fakeInstance();
    const program = startCli(['start', 'gemma-3-12b', '--wait'], env(dataDir));
    await until(() => fake.calls.some((call) => call.name === 'deployments.wait'), 'a wait');
    expect(await program.kill('SIGINT')).toBe(130);
    expect(program.lines.join('\n')).toContain(
      'Stopped waiting. gemma-3-12b goes on (Loading weights) and costs $0.26/h.',
    );
  });

  it('ends a followed log quietly at Ctrl-C', async () => {
    const { dataDir } = await fakeInstance();
    const program = startCli(['logs', 'tiny', '--follow'], env(dataDir));
    await program.line(/Application startup complete/);
    expect(await program.kill('SIGINT')).toBe(130);
    expect(program.lines).toHaveLength(4);
  });

  it('is no failure when the reader of a pipe has seen enough', async () => {
    const { dataDir } = await fakeInstance();
    const shell = run(
      'sh',
      ['-c', `'${process.execPath}' '${cliPath}' list | head -n 1; echo "done"`],
      env(dataDir),
    );
    expect(await shell.ended).toBe(0);
    expect(shell.lines.filter((line) => line.includes('rror'))).toEqual([]);
  });

  it('reads a key from standard input', async () => {
    const { dataDir, fake } = await fakeInstance();
    const { code } = await cli(['key', 'set', 'hf'], { ...env(dataDir), input: 'hf_abcdefghijkl\n' });
    expect(code).toBe(0);
    expect(fake.calls).toContainEqual({
      name: 'secrets.set',
      input: { name: 'hf', value: 'hf_abcdefghijkl' },
    });
  });

  it('colours only where colours are wanted', async () => {
    const { dataDir } = await fakeInstance();
    const plain = await cli(['list'], env(dataDir));
    expect(plain.stdout).not.toContain('\u001b[');
    const colored = await cli(['list'], env(dataDir, { NO_COLOR: '', FORCE_COLOR: '1' }));
    expect(colored.stdout).toContain('\u001b[32m');
    const json = await cli(['list', '--json'], env(dataDir, { NO_COLOR: '', FORCE_COLOR: '1' }));
    expect(json.stdout).not.toContain('\u001b[');
  });

  it('fits its tables to the terminal', async () => {
    const { dataDir } = await fakeInstance();
    const { stdout } = await cli(['list'], env(dataDir, { COLUMNS: '60' }));
    for (const line of stdout.split('\n\n')[0]?.split('\n') ?? [])
      expect(Array.from(line).length).toBeLessThanOrEqual(60);
  });

  it('works with keys from the environment where nothing runs and no keychain is there', async () => {
    const { code, stdout } = await cli(['key', 'status'], env(tempDir(), { HF_TOKEN: 'hf_abcdefghijQz1x' }));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^hf +yes +Qz1x +environment$/m);
    expect(stdout).not.toContain('abcdefghij');
    const set = await cli(['key', 'set', 'runpod'], { ...env(tempDir()), input: 'rpa_canary_123456' });
    expect([set.code, set.stdout]).toEqual([4, '']);
    expect(set.stderr).toContain('The keychain cannot be used');
    expect(set.stderr).not.toContain('canary');
  });
});
