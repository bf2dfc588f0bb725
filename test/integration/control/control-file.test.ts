import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  controlFilePath,
  keepControlFile,
  readControlFile,
  writeControlFile,
} from '../../../src/main/control/control-file.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { tempDir } from '../../support/temp.ts';

const content = { url: 'http://127.0.0.1:27183', token: 'rlm_control_1', pid: process.pid, version: '0.1.0' };

/** The id of a process that has certainly ended. */
const endedPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

describe('control file', () => {
  it('is for its user alone, complete, and gone at the end', () => {
    const folder = tempDir();
    const remove = writeControlFile(folder, content);
    expect(statSync(controlFilePath(folder)).mode & 0o777).toBe(0o600);
    expect(readControlFile(folder)).toEqual(content);
    expect(readdirSync(folder)).toEqual(['control.json']);
    remove();
    remove();
    expect(existsSync(controlFilePath(folder))).toBe(false);
  });

  it('of a newer instance stays when an older one ends', () => {
    const folder = tempDir();
    const removeOld = writeControlFile(folder, content);
    writeControlFile(folder, { ...content, token: 'rlm_control_2' });
    removeOld();
    expect(readControlFile(folder).token).toBe('rlm_control_2');
  });

  it.each([
    ['it is removed', (folder: string) => rmSync(controlFilePath(folder))],
    ['its folder is removed', (folder: string) => rmSync(folder, { recursive: true })],
  ])('comes back when %s under a running app, and goes with it', async (_what, happens) => {
    const clock = new ManualClock();
    const folder = tempDir();
    const end = keepControlFile(folder, content, clock);
    happens(folder);
    await clock.advance(15_000);
    expect(readControlFile(folder)).toEqual(content);
    end();
    await clock.advance(60_000);
    expect(existsSync(controlFilePath(folder))).toBe(false);
  });

  it('is not put over that of another instance, nor does what hinders it end the app', async () => {
    const clock = new ManualClock();
    const folder = tempDir();
    const end = keepControlFile(folder, content, clock);
    writeControlFile(folder, { ...content, token: 'rlm_control_2' });
    await clock.advance(60_000);
    expect(readControlFile(folder).token).toBe('rlm_control_2');
    rmSync(folder, { recursive: true });
    writeFileSync(folder, 'a file stands where the folder was');
    await clock.advance(60_000);
    end();
  });

  it('that is absent means that nothing runs', () => {
    const folder = tempDir();
    expect(() => readControlFile(folder)).toThrow(
      `No instance is running with the data directory ${folder}.`,
    );
  });

  it('that outlived its process is told apart', () => {
    const folder = tempDir();
    const pid = endedPid();
    writeControlFile(folder, { ...content, pid });
    expect(() => readControlFile(folder)).toThrow(
      expect.objectContaining({
        code: 'instance_unreachable',
        message: expect.stringContaining(`process ${pid}, named in`),
        details: { dataDir: folder, found: 'stale' },
      }),
    );
  });

  it.each([
    '',
    '{',
    '{}',
    JSON.stringify({ ...content, pid: 'x' }),
    JSON.stringify({ ...content, url: 'http://evil.example:1' }),
    JSON.stringify({ ...content, url: 'https://127.0.0.1.evil.example' }),
  ])('that is damaged or points elsewhere is not believed: %s', (text) => {
    const folder = tempDir();
    writeFileSync(controlFilePath(folder), text);
    expect(() => readControlFile(folder)).toThrow(/is damaged/);
  });

  it('that cannot be read is named as such', () => {
    const folder = tempDir();
    // Permissions stop everybody but root; a folder in its place stops root too.
    mkdirSync(controlFilePath(folder));
    expect(() => readControlFile(folder)).toThrow(/cannot be read/);
  });
});
