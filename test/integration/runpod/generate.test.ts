import { spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, expect, it } from 'vitest';

const GENERATED = 'src/main/runpod/generated/openapi.ts';
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function generate(folder: string, ...args: readonly string[]): { code: number | null; said: string } {
  const run = spawnSync(process.execPath, ['scripts/generate.ts', ...args], {
    cwd: folder,
    encoding: 'utf8',
  });
  return { code: run.status, said: run.stdout + run.stderr };
}

/** What the generators read and write, apart from the work tree. */
function copyOfTree(): string {
  const folder = mkdtempSync(join(tmpdir(), 'generate-'));
  folders.push(folder);
  for (const part of ['scripts', 'resources', 'src', 'package.json'])
    cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  return folder;
}

it('the committed RunPod types are what the document gives', () => {
  expect(generate('.', '--check').said).not.toContain(GENERATED);
});

it('names a file that was changed by hand, and puts it right', () => {
  const folder = copyOfTree();
  generate(folder);
  appendFileSync(join(folder, GENERATED), '// by hand\n');
  const checked = generate(folder, '--check');
  expect(checked.code).toBe(1);
  expect(checked.said).toContain(GENERATED);
  expect(readFileSync(join(folder, GENERATED), 'utf8')).toContain('// by hand');
  expect(generate(folder)).toMatchObject({ code: 0, said: expect.stringContaining(`wrote ${GENERATED}`) });
  expect(generate(folder, '--check')).toEqual({ code: 0, said: '' });
  rmSync(join(folder, GENERATED));
  expect(generate(folder).code).toBe(0);
  expect(readFileSync(join(folder, GENERATED), 'utf8')).toBe(readFileSync(GENERATED, 'utf8'));
});
