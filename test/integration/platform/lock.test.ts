import { chmodSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockDirectory } from '../../../src/main/platform/lock.ts';
import { tempDir } from '../../support/temp.ts';
import type { Running } from '../../support/processes.ts';
import { runScript } from './scripts.ts';

const SINCE = '2026-11-24T09:00:00.000Z';

/** Another process that takes the lock and holds it until it is killed. */
function holder(folder: string): Running {
  return runScript(
    `import { lockDirectory } from '@/platform/lock.ts';
     try {
       lockDirectory(process.argv[1], '2026-11-24T10:00:00.000Z');
       process.stdout.write('locked\\n');
       setInterval(() => {}, 1000);
     } catch (error) {
       process.stdout.write('refused ' + error.code + ' ' + error.message + '\\n');
     }`,
    [folder],
  );
}

describe('lockDirectory', () => {
  it('keeps a second process out and tells it who holds the folder, until the holder lets go', async () => {
    const folder = join(tempDir(), 'data');
    const lock = lockDirectory(folder, SINCE);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const refused = await holder(folder).line(/^refused (\S+) (.*)$/);
    expect(refused[1]).toBe('instance_running');
    expect(refused[2]).toContain(`process ${process.pid}, since ${SINCE}`);
    lock.release();
    lock.release();
    const child = holder(folder);
    await child.line(/^locked$/);
    await child.kill();
  });

  it('keeps a second instance in the same process out', () => {
    const folder = tempDir();
    const lock = lockDirectory(folder, SINCE);
    expect(() => lockDirectory(folder, SINCE)).toThrow(expect.objectContaining({ code: 'instance_running' }));
    lock.release();
    lockDirectory(folder, SINCE).release();
  });

  it('ends with a holder that is killed: nothing stale is left to clear', async () => {
    const folder = tempDir();
    for (let round = 0; round < 3; round++) {
      const child = holder(folder);
      await child.line(/^locked$/);
      expect(() => lockDirectory(folder, SINCE)).toThrow(
        expect.objectContaining({ code: 'instance_running' }),
      );
      await child.kill('SIGKILL');
    }
    lockDirectory(folder, SINCE).release();
  });

  it('lets exactly one of many that start at once have it', async () => {
    const folder = tempDir();
    const children = Array.from({ length: 4 }, () => holder(folder));
    const answers = await Promise.all(children.map((child) => child.line(/^(locked|refused)/)));
    expect(answers.filter((answer) => answer[1] === 'locked')).toHaveLength(1);
    await Promise.all(children.map((child) => child.kill('SIGKILL')));
  });

  it('names the folder when it cannot be made or used', () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'file'), '');
    expect(() => lockDirectory(join(folder, 'file/data'), SINCE)).toThrow(
      expect.objectContaining({ code: 'data_dir_unusable' }),
    );
    writeFileSync(
      join(folder, 'instance.lock'),
      'not a database at all, but long enough to be looked at '.repeat(20),
    );
    expect(() => lockDirectory(folder, SINCE)).toThrow(
      expect.objectContaining({
        code: 'data_dir_unusable',
        message: expect.stringContaining(join(folder, 'instance.lock')),
      }),
    );
  });

  it('still names itself when the holder’s note cannot be read', () => {
    const folder = tempDir();
    const lock = lockDirectory(folder, SINCE);
    writeFileSync(join(folder, 'instance.json'), '{ half');
    expect(() => lockDirectory(folder, SINCE)).toThrow(/^Another instance uses /);
    chmodSync(folder, 0o700);
    lock.release();
  });
});
