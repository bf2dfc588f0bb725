import { existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { appStatusSchema, deploymentViewSchema } from '../../../src/shared/model.ts';
import { controlFilePath, readControlFile } from '../../../src/main/control/control-file.ts';
import { cli, run, startCli, type Running } from '../../support/processes.ts';
import { tempDir } from '../../support/temp.ts';

/** The program with the real core on the sandbox cloud. */

const ANY_PORTS = ['--port', '0', '--control-port', '0'];

function serve(dataDir: string, ...more: readonly string[]): Running {
  const program = startCli(['serve', ...ANY_PORTS, '--data-dir', dataDir, '--sandbox-speed', '500', ...more]);
  onTestFinished(async () => void (await program.kill('SIGKILL')));
  return program;
}

const at = (dataDir: string, words: string) => cli([...words.split(' '), '--data-dir', dataDir]);

describe('serve', () => {
  it('answers the other commands, and takes its traces away when told to end', async () => {
    const dataDir = tempDir();
    const program = serve(dataDir);
    await program.line(/UI +http:\/\/127\.0\.0\.1:\d+\/ui\/login\?code=[0-9a-f]{64}$/);
    expect(program.lines.join('\n')).toMatch(/sandbox: everything is simulated/);
    expect(statSync(controlFilePath(dataDir)).mode & 0o777).toBe(0o600);
    expect(readControlFile(dataDir).pid).toBe(program.child.pid);

    const status = await at(dataDir, 'status');
    expect([status.code, status.stderr]).toEqual([0, '']);
    expect(status.stdout).toContain('sandbox (simulated, costs nothing)');
    expect((await at(dataDir, 'list')).stdout).toContain('nothing of this app costs money');

    expect(await program.kill('SIGTERM')).toBe(0);
    expect(existsSync(controlFilePath(dataDir))).toBe(false);
    expect((await at(dataDir, 'list')).code).toBe(3);
  });

  it('goes on when nobody reads its output any longer, and still ends in good order', async () => {
    const dataDir = tempDir();
    const program = serve(dataDir, '--log-level', 'debug');
    await program.line(/UI +http/);
    program.child.stdout?.destroy();
    program.child.stderr?.destroy();
    // Each of these leaves lines in the log.
    for (const words of ['deploy no-such/model --yes', 'plan Qwen/Qwen3-0.6B']) await at(dataDir, words);
    expect((await at(dataDir, 'status')).code).toBe(0);
    program.child.kill('SIGTERM');
    await expect.poll(() => existsSync(controlFilePath(dataDir)), { timeout: 20_000 }).toBe(false);
  });

  it('takes a model from nothing to an answer and back', async () => {
    const dataDir = tempDir();
    const program = serve(dataDir);
    await program.line(/UI +http/);
    const deployed = await at(dataDir, 'deploy Qwen/Qwen3-0.6B --name tiny --wait --json --yes');
    expect([deployed.code, deployed.stderr]).toEqual([0, '']);
    expect(deploymentViewSchema.parse(JSON.parse(deployed.stdout))).toMatchObject({
      name: 'tiny',
      state: 'ready',
    });
    expect((await at(dataDir, 'models')).stdout).toMatch(/^tiny +ready/m);
    const again = await at(dataDir, 'deploy Qwen/Qwen3-0.6B --name tiny --yes');
    expect([again.code, again.stderr]).toEqual([4, expect.stringContaining('tiny')]);
    expect((await at(dataDir, 'terminate tiny --wait')).stdout).toBe('tiny is gone.\n');
    expect((await at(dataDir, 'show tiny')).code).toBe(3);
  });

  it('tells programs where it answers, as one document', async () => {
    const program = serve(tempDir(), '--json');
    await program.line(/^\}$/);
    const start = program.lines.indexOf('{');
    const end = program.lines.indexOf('}');
    const document: unknown = JSON.parse(program.lines.slice(start, end + 1).join('\n'));
    const { status, uiLink } = z.strictObject({ status: appStatusSchema, uiLink: z.url() }).parse(document);
    expect(uiLink.startsWith(`${status.control.url}/ui/login?code=`)).toBe(true);
  });

  it('does not share its data directory, and names who holds it', async () => {
    const dataDir = tempDir();
    const first = serve(dataDir);
    await first.line(/UI +http/);
    const second = await cli(['serve', ...ANY_PORTS, '--data-dir', dataDir]);
    expect(second.code).toBe(4);
    expect(second.stderr).toContain(`process ${first.child.pid}`);
    expect((await at(dataDir, 'status')).code).toBe(0);
  });

  it('names the port that is taken, and starts nothing', async () => {
    const first = serve(tempDir());
    const [, port = ''] = await first.line(/Endpoint +http:\/\/127\.0\.0\.1:(\d+)/);
    const dataDir = tempDir();
    const second = await cli(['serve', '--port', port, '--control-port', '0', '--data-dir', dataDir]);
    expect(second.code).toBe(4);
    expect(second.stderr).toContain(port);
    expect(existsSync(controlFilePath(dataDir))).toBe(false);
  });

  it('refuses a bad configuration with file and line', async () => {
    const dataDir = tempDir();
    const file = join(dataDir, 'llm_config.json');
    writeFileSync(file, '{\n  "proxy": { "prot": 1 }\n}');
    const { code, stderr } = await cli(['serve', ...ANY_PORTS, '--data-dir', dataDir]);
    expect(code).toBe(2);
    expect(stderr).toContain(file);
  });
});

describe('sandbox', () => {
  it('prints what leads a program to it, and ends at Ctrl-C', async () => {
    const program = startCli(['sandbox']);
    onTestFinished(async () => void (await program.kill('SIGKILL')));
    const variables = new Map<string, string>();
    for (const name of [
      'RUNPOD_API_URL',
      'RUNPOD_INVOKE_URL',
      'RUNPOD_GRAPHQL_URL',
      'RUNPOD_POD_URL_TEMPLATE',
      'RUNPOD_LB_URL_TEMPLATE',
      'RUNPOD_API_KEY',
      'SANDBOX_CONTROL_TOKEN',
    ]) {
      const [, value = ''] = await program.line(new RegExp(`^export ${name}='([^']+)'$`));
      variables.set(name, value);
    }
    const pods = await fetch(`${variables.get('RUNPOD_API_URL')}/pods`, {
      headers: { authorization: `Bearer ${variables.get('RUNPOD_API_KEY')}` },
    });
    expect(pods.status).toBe(200);
    expect((await fetch(`${variables.get('RUNPOD_API_URL')}/pods`)).status).toBe(401);
    expect(await program.kill('SIGINT')).toBe(0);
  });
});

describe('npm start', () => {
  it('says in one line why there is no desktop, and serves in the same process', async () => {
    const dataDir = tempDir();
    const program = run(process.execPath, ['scripts/start.ts', ...ANY_PORTS, '--data-dir', dataDir]);
    onTestFinished(async () => void (await program.kill('SIGKILL')));
    await program.line(/^No desktop app, because there is no display: running headless\.$/);
    await program.line(/UI +http/);
    expect(readControlFile(dataDir).pid).toBe(program.child.pid);
    expect(await program.kill('SIGTERM')).toBe(0);
    expect(existsSync(controlFilePath(dataDir))).toBe(false);
  });
});
