import { spawnSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { missing } from './missing.ts';
import { tempDir } from './temp.ts';

/** A real file system of `bytes` that ends with the test. */
export function smallDisk(context: { skip(note?: string): never }, bytes: number): string {
  const folder = tempDir('rplm-disk-');
  const mounted = shell(`mount -t tmpfs -o size=${bytes} tmpfs "$1"`, folder);
  if (mounted.status !== 0)
    missing(context, 'a small file system cannot be mounted here (needs root on Linux)');
  onTestFinished(() => {
    shell('umount "$1"', folder);
  });
  return folder;
}

const shell = (command: string, folder: string) => spawnSync('sh', ['-c', command, 'disk', folder]);
