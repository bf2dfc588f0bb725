import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RotatingFile } from '../../../src/main/logs/rotating-file.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { tempDir } from '../../support/temp.ts';

interface Told {
  readonly problems: string[];
  readonly recovered: number[];
}

function openAt(path: string, options: { maxBytes?: number; keep?: number } = {}) {
  const clock = new ManualClock();
  const told: Told = { problems: [], recovered: [] };
  const file = new RotatingFile({
    path,
    maxBytes: options.maxBytes ?? 1000,
    keep: options.keep ?? 3,
    clock,
    onProblem: (problem) => told.problems.push(problem),
    onRecovered: (lost) => told.recovered.push(lost),
  });
  return { file, clock, told };
}

const line = (n: number): string => `${String(n).padStart(99, '.')}\n`;
const numbers = (text: string): number[] =>
  text
    .split('\n')
    .filter((part) => part !== '')
    .map((part) => Number(part.replaceAll('.', '')));

describe('RotatingFile', () => {
  it('writes urgent lines at once and gathers the others', async () => {
    const path = join(tempDir(), 'logs/app.log');
    const { file, clock } = openAt(path);
    file.write('a\n', false);
    expect(readFileSync(path, 'utf8')).toBe('');
    file.write('b\n', true);
    expect(readFileSync(path, 'utf8')).toBe('a\nb\n');
    file.write('c\n', false);
    await clock.advance(200);
    expect(readFileSync(path, 'utf8')).toBe('a\nb\nc\n');
    file.write('d\n', false);
    file.dispose();
    expect(readFileSync(path, 'utf8')).toBe('a\nb\nc\nd\n');
    expect(clock.pendingTimers).toBe(0);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('begins new files in time, keeps the newest ones and splits no line', () => {
    const folder = tempDir();
    const { file } = openAt(join(folder, 'app.log'), { maxBytes: 1000, keep: 3 });
    for (let n = 0; n < 57; n++) file.write(line(n), n % 7 === 0);
    file.dispose();
    const files = readdirSync(folder).toSorted();
    expect(files).toEqual(['app.1.log', 'app.2.log', 'app.log']);
    expect(files.every((name) => statSync(join(folder, name)).size <= 1000)).toBe(true);
    const kept = ['app.2.log', 'app.1.log', 'app.log'].flatMap((name) =>
      numbers(readFileSync(join(folder, name), 'utf8')),
    );
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => 57 - kept.length + index));
    expect(kept.length).toBeGreaterThan(20);
  });

  it('goes on in the file of the last run, and removes what a larger setting left', () => {
    const folder = tempDir();
    const path = join(folder, 'app.log');
    for (const index of [1, 2, 3, 17]) writeFileSync(join(folder, `app.${index}.log`), '');
    writeFileSync(join(folder, 'app.notes.log'), 'mine');
    writeFileSync(path, 'old\n');
    const { file } = openAt(path, { keep: 2 });
    file.write('new\n', true);
    file.dispose();
    expect(readFileSync(path, 'utf8')).toBe('old\nnew\n');
    expect(readdirSync(folder).toSorted()).toEqual(['app.1.log', 'app.log', 'app.notes.log']);
  });

  it('keeps one file only when told so', () => {
    const folder = tempDir();
    const { file } = openAt(join(folder, 'app.log'), { maxBytes: 500, keep: 1 });
    for (let n = 0; n < 12; n++) file.write(line(n), true);
    file.dispose();
    expect(readdirSync(folder)).toEqual(['app.log']);
    expect(numbers(readFileSync(join(folder, 'app.log'), 'utf8'))).toEqual([10, 11]);
  });

  it('begins anew when somebody deletes the file', () => {
    const folder = join(tempDir(), 'logs');
    const { file, told } = openAt(join(folder, 'app.log'));
    file.write('gone\n', true);
    rmSync(folder, { recursive: true });
    file.write('here\n', true);
    file.dispose();
    expect([readFileSync(join(folder, 'app.log'), 'utf8'), told.problems]).toEqual(['here\n', []]);
  });

  it('survives a full disk, says so once, leaves no half line, and tells what was lost when there is room', async (context) => {
    const folder = smallDisk(context, 100_000);
    const path = join(folder, 'app.log');
    const { file, clock, told } = openAt(path, { maxBytes: 10_000_000 });
    let n = 0;
    while (told.problems.length === 0 && n < 2000) file.write(line(n++), true);
    expect(told.problems).toEqual([expect.stringContaining('No space left')]);
    for (let more = 0; more < 10; more++) file.write(line(n++), true);
    await clock.advance(5000);
    file.write(line(n++), true);
    expect(told.problems).toHaveLength(1);

    const before = numbers(readFileSync(path, 'utf8'));
    expect(before).toEqual(Array.from({ length: before.length }, (_, index) => index));
    writeFileSync(path, '');
    await clock.advance(5000);
    file.write(line(n), true);
    expect(told.recovered).toEqual([n - before.length]);
    expect(numbers(readFileSync(path, 'utf8'))).toEqual([n]);
    file.dispose();
  });

  it('starts without its folder, and writes once it can be made', async () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'logs'), 'a file is in the way');
    const { file, clock, told } = openAt(join(folder, 'logs/app.log'));
    file.write('lost\n', true);
    expect(told.problems).toHaveLength(1);
    rmSync(join(folder, 'logs'));
    mkdirSync(join(folder, 'logs'));
    await clock.advance(5000);
    file.write('kept\n', true);
    expect([told.recovered, readFileSync(join(folder, 'logs/app.log'), 'utf8')]).toEqual([[1], 'kept\n']);
    file.dispose();
  });
});
