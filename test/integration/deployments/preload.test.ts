import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { repository, run, type Running } from '../../support/processes.ts';
import { tempDir } from '../../support/temp.ts';

const script = join(repository, 'resources/watchdog/preload.sh');

/** An `ollama` whose store is a folder; what it is asked goes into `calls`, and files beside tell it to fail. */
const OLLAMA = `#!/usr/bin/env bash
here=$(dirname "$0")
echo "$1 \${OLLAMA_HOST}" >>"$here/calls"
case $1 in
  list) [ -e "$here/up" ] ;;
  show) [ -e "$OLLAMA_MODELS/$2" ] ;;
  pull)
    if [ -s "$here/refusals" ]; then
      head -n 1 "$here/refusals"
      sed -i 1d "$here/refusals"
      exit 1
    fi
    : >"$OLLAMA_MODELS/$2"
    ;;
  run) [ ! -e "$here/cannot-load" ] ;;
esac
`;

const programs: Running[] = [];
afterEach(() => Promise.all(programs.splice(0).map((program) => program.kill('SIGKILL'))));

function worker(options: { readonly up?: boolean; readonly env?: Readonly<Record<string, string>> } = {}) {
  const folder = tempDir();
  const models = join(folder, 'volume/ollama');
  mkdirSync(join(folder, 'bin'));
  const put = (name: string, text = ''): void => writeFileSync(join(folder, 'bin', name), text);
  put('ollama', OLLAMA);
  chmodSync(join(folder, 'bin/ollama'), 0o755);
  put('calls');
  if (options.up !== false) put('up');
  const gate = join(folder, 'loaded');
  const start = (): Running => {
    const program = run('bash', [script], {
      asGroup: true,
      env: {
        PATH: `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`,
        RPLM_PRELOAD: 'qwen3:8b',
        RPLM_FRONT_GATE: gate,
        RPLM_PACE: '0.1',
        OLLAMA_HOST: '127.0.0.1:11435',
        OLLAMA_MODELS: models,
        ...options.env,
      },
    });
    programs.push(program);
    return program;
  };
  const calls = (): string[] => readFileSync(join(folder, 'bin/calls'), 'utf8').trim().split('\n');
  return { folder, models, gate, put, start, calls };
}

describe('what loads the model of a serverless worker', () => {
  it('fetches it once Ollama is up, loads it, and says so', async () => {
    const { gate, models, start, put, calls } = worker({ up: false });
    const program = start();
    await expect.poll(calls).toContain('list 127.0.0.1:11435');
    expect(existsSync(gate)).toBe(false);
    put('up');
    await program.line(/^preload: fetched \d+ MB$/);
    await program.line(/^preload: the model is loaded$/);
    expect(await program.ended).toBe(0);
    expect(existsSync(gate)).toBe(true);
    expect(existsSync(join(models, 'qwen3:8b'))).toBe(true);
  });

  it('fetches nothing that lies there already, on a volume or in the image', async () => {
    const volume = worker();
    mkdirSync(volume.models, { recursive: true });
    writeFileSync(join(volume.models, 'qwen3:8b'), '');
    await volume.start().ended;
    const baked = worker({ env: { RPLM_BAKED: '1' } });
    await baked.start().ended;
    for (const { calls, gate } of [volume, baked]) {
      expect(calls().filter((call) => call.startsWith('pull'))).toEqual([]);
      expect(existsSync(gate)).toBe(true);
    }
  });

  it('says why it cannot fetch it, and tries again', async () => {
    const { start, put, gate } = worker();
    put('refusals', 'pulling manifest\rError: pull model manifest: file does not exist\n');
    const program = start();
    await program.line(/^preload: cannot fetch qwen3:8b: Error: pull model manifest: file does not exist$/);
    expect(await program.ended).toBe(0);
    expect(existsSync(gate)).toBe(true);
  });

  it('lets one of the workers on a volume fetch, and the others wait for it', async () => {
    const { start, put, calls } = worker();
    put('refusals', 'Error: a broken line\n'.repeat(3));
    const both = [start(), start()];
    expect(await Promise.all(both.map(({ ended }) => ended))).toEqual([0, 0]);
    // Three refusals and one success, all of the same worker.
    expect(calls().filter((call) => call.startsWith('pull'))).toHaveLength(4);
    const refused = both.map(({ lines }) => lines.filter((line) => line.includes('cannot fetch')).length);
    expect(refused.toSorted((a, b) => a - b)).toEqual([0, 3]);
  });

  it('leaves a model that cannot be loaded ahead to its first request', async () => {
    const { start, put, gate, calls } = worker();
    put('cannot-load');
    const program = start();
    await program.line(/^preload: qwen3:8b is loaded by its first request$/);
    expect(await program.ended).toBe(0);
    expect(existsSync(gate)).toBe(true);
    expect(calls().filter((call) => call.startsWith('run'))).toHaveLength(3);
  });
});
