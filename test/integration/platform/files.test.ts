import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileError, writeFileAtomic } from '../../../src/main/platform/files.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { smallDisk } from '../../support/small-disk.ts';
import { tempDir } from '../../support/temp.ts';
import { runScript } from './scripts.ts';

describe('writeFileAtomic', () => {
  it('makes missing folders, replaces content, and writes for its owner alone', () => {
    const path = join(tempDir(), 'a/b/state.json');
    writeFileAtomic(path, 'one');
    writeFileAtomic(path, new Uint8Array([0x74, 0x77, 0x6f]));
    expect(readFileSync(path, 'utf8')).toBe('two');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(path, '..'))).toEqual(['state.json']);
  });

  it('takes another mode where it is asked for', () => {
    const path = join(tempDir(), 'public.desktop');
    writeFileAtomic(path, 'x', 0o644);
    expect(statSync(path).mode & 0o777).toBe(0o644);
  });

  it('neither follows nor keeps what lies where its temporary file goes', () => {
    const folder = tempDir();
    const path = join(folder, 'state.json');
    const victim = join(folder, 'victim');
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, join(folder, `.${basename(path)}.${process.pid}.tmp`));
    writeFileAtomic(path, 'new');
    expect([readFileSync(victim, 'utf8'), readFileSync(path, 'utf8')]).toEqual(['untouched', 'new']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('keeps the old content and nothing else when the disk is full', (context) => {
    const folder = smallDisk(context, 200_000);
    const path = join(folder, 'state.json');
    writeFileAtomic(path, 'old');
    expect(() => writeFileAtomic(path, 'x'.repeat(1_000_000))).toThrow(
      expect.objectContaining({ code: 'disk_full', message: expect.stringContaining(path) }),
    );
    expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['old', ['state.json']]);
  });

  it('names the path when something else stands there', () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));
    for (const path of [join(folder, 'file/state.json'), join(folder, 'folder')]) {
      expect(() => writeFileAtomic(path, 'x')).toThrow(
        expect.objectContaining({ code: 'data_dir_unusable', message: expect.stringContaining(path) }),
      );
    }
  });

  it('shows a reader old or new content in full while a writer is killed again and again', async () => {
    const path = join(tempDir(), 'state.json');
    for (let round = 0; round < 5; round++) {
      const child = runScript(
        `import { writeFileAtomic } from '@/platform/files.ts';
         for (let n = 0; ; n++) {
           writeFileAtomic(process.argv[1], JSON.stringify({ n, fill: String(n % 10).repeat(100_000) }));
           if (n === 5) process.stdout.write('writing\\n');
         }`,
        [path],
      );
      await child.line(/^writing$/);
      for (let read = 0; read < 20; read++) expect(contentOf(path)).toMatchObject(WHOLE);
      await child.kill('SIGKILL');
      expect(contentOf(path)).toMatchObject(WHOLE);
    }
  });
});

const WHOLE = { fill: expect.stringMatching(/^(\d)\1{99999}$/) };
const contentOf = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

describe('fileError', () => {
  it('passes what it does not know, and what is an AppError already', () => {
    const known = new AppError('disk_full', 'x');
    const other = new Error('other');
    expect([fileError(known, '/p'), fileError(other, '/p'), fileError('text', '/p')]).toEqual([
      known,
      other,
      'text',
    ]);
  });
});
