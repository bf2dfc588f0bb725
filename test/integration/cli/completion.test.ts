import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../../src/main/cli/commands.ts';
import { createFakeManager } from '../../support/fake-manager.ts';
import { commandLine, fakeInstance } from '../../support/command-line.ts';
import { tempDir } from '../../support/temp.ts';

/** What a shell is told while the last of these words is being typed. */
async function words(typed: readonly string[], instance: { readonly dataDir: string }): Promise<string[]> {
  const { code, out, err } = await commandLine(['completion', 'words', '--', ...typed], instance);
  expect([code, err]).toEqual([0, '']);
  return out.split('\n').filter((word) => word !== '');
}

describe('what may come next', () => {
  it('is a command at first', async () => {
    const instance = await fakeInstance();
    expect(await words([''], instance)).toHaveLength(COMMANDS.flatMap(({ entries }) => entries).length);
    expect(await words(['sto'], instance)).toEqual(['stop', 'stop-all']);
  });

  it.each([
    [['radar', 'st'], ['stop']],
    [['deploy', '--max-p'], ['--max-price']],
    [['key', 'make', '--js'], ['--json']],
    [['stop', 'q'], ['qwen3-coder']],
    [['logs', '--tail', '5', 'tin'], ['tiny']],
    [['chat', 'cod'], ['coder']],
    [['connect', 'openc'], ['opencode']],
    [['completion', 'z'], ['zsh']],
    // The value of an option, a second argument where one is taken, a command that is none.
    [['logs', '--tail', ''], []],
    [['stop', 'tiny', ''], []],
    [['nonsense', ''], []],
  ])('after %j is %j', async (typed, expected) => {
    expect(await words(typed, await fakeInstance())).toEqual(expected);
  });

  it('is nothing where no instance knows names, without a word about it', async () => {
    expect(await words(['stop', ''], { dataDir: tempDir() })).toEqual([]);
    const fake = createFakeManager({ deployments: [] });
    expect(await words(['stop', ''], await fakeInstance({ fake }))).toEqual([]);
  });
});

describe('the script', () => {
  it.each(['bash', 'zsh', 'fish'])('of %s asks the program itself', async (shell) => {
    const { code, out } = await commandLine(['completion', shell]);
    expect(code).toBe(0);
    expect(out).toContain('runpod-llm completion words -- ');
  });

  it('of bash completes names, also behind a colon', async () => {
    const { out } = await commandLine(['completion', 'bash']);
    const run = (line: string, reply: string): string =>
      execFileSync('bash', ['--norc', '-c', BASH], {
        env: { SCRIPT: out, LINE: line, REPLY_WITH: reply, PATH: process.env['PATH'] ?? '' },
        encoding: 'utf8',
      });
    expect(run('runpod-llm stop q', 'qwen3-coder')).toBe('asked: completion words -- stop q\nqwen3-coder\n');
    expect(run('runpod-llm stop ', 'one\ntwo')).toBe('asked: completion words -- stop \none two\n');
    expect(run('runpod-llm chat qwen3:8', 'qwen3:8b')).toBe('asked: completion words -- chat qwen3:8\n8b\n');
  });

  it('of an unknown shell is refused with those that are known', async () => {
    const { code, err } = await commandLine(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(err).toContain('Shells: bash, zsh, fish.');
  });

  it('needs no instance to be answered as a document', async () => {
    const result = await commandLine(['completion', 'fish', '--json'], { dataDir: tempDir() });
    expect(result.json()).toMatchObject({ shell: 'fish', script: expect.stringContaining('complete -c') });
  });
});

const BASH = `
runpod-llm() { IFS=' ' eval 'echo "asked: $*"' >&3; printf '%s\\n' "$REPLY_WITH"; }
complete() { :; }
exec 3>&1
eval "$SCRIPT"
COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:' COMP_LINE="$LINE" COMP_POINT=\${#LINE}
_runpod_llm
echo "\${COMPREPLY[*]}"
`;
