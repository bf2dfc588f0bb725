import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { writeFileAtomic } from '../platform/files.ts';

/** How a running instance is reached; lies in its data directory, readable by its user alone (SPEC 10). */
const controlFileSchema = z.object({
  url: z.url().refine(isLoopback, { error: 'must be a loopback address' }),
  token: z.string().min(1),
  pid: z.int().positive(),
  version: z.string(),
});
export type ControlFile = z.infer<typeof controlFileSchema>;

export function controlFilePath(dataDir: string): string {
  return join(dataDir, 'control.json');
}

/**
 * Says where this instance answers. Returns the function that takes the file away again, unless another instance has
 * put its own there since.
 * @throws AppError disk_full, data_dir_unusable
 */
export function writeControlFile(dataDir: string, content: ControlFile): () => void {
  const path = controlFilePath(dataDir);
  writeFileAtomic(path, `${JSON.stringify(content, null, 2)}\n`, 0o600);
  return () => {
    const current = read(path);
    if (current.kind === 'found' && current.file.token === content.token) rmSync(path, { force: true });
  };
}

/** A folder that was removed under a running app says nothing. */
const LOOK_MS = 15_000;

/**
 * Puts the file back when somebody removed it, with its folder or alone: an app that bills must not be one that no
 * command reaches. Returns the function that ends this and takes the file away.
 * @throws AppError disk_full, data_dir_unusable: it cannot be written at first
 */
export function keepControlFile(
  dataDir: string,
  content: ControlFile,
  clock: Pick<Clock, 'after'>,
): () => void {
  let remove = writeControlFile(dataDir, content);
  const look = (): void => {
    if (read(controlFilePath(dataDir)).kind === 'absent') {
      try {
        remove = writeControlFile(dataDir, content);
      } catch {
        // The folder cannot be made again now; the watch over the data directory tells about that.
      }
    }
    cancel = clock.after(LOOK_MS, look);
  };
  let cancel = clock.after(LOOK_MS, look);
  return () => {
    cancel();
    remove();
  };
}

/**
 * Where the instance of this data directory answers.
 * @throws AppError instance_unreachable: none was started, it has ended without tidying up, or its file is damaged
 */
export function readControlFile(
  dataDir: string,
  isAlive: (pid: number) => boolean = processIsAlive,
): ControlFile {
  const path = controlFilePath(dataDir);
  const result = read(path);
  if (result.kind === 'found' && isAlive(result.file.pid)) return result.file;
  throw new AppError('instance_unreachable', reason(result, dataDir, path), {
    details: { dataDir, found: result.kind === 'found' ? 'stale' : result.kind },
  });
}

type ReadResult =
  | { readonly kind: 'found'; readonly file: ControlFile }
  | { readonly kind: 'absent' | 'unreadable' | 'damaged' };

function read(path: string): ReadResult {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const absent = error instanceof Error && Reflect.get(error, 'code') === 'ENOENT';
    return { kind: absent ? 'absent' : 'unreadable' };
  }
  const parsed = z.string().transform(parseJson).pipe(controlFileSchema).safeParse(text);
  return parsed.success ? { kind: 'found', file: parsed.data } : { kind: 'damaged' };
}

function reason(result: ReadResult, dataDir: string, path: string): string {
  switch (result.kind) {
    case 'absent':
      return `No instance is running with the data directory ${dataDir}.`;
    case 'found':
      return `No instance is running: process ${result.file.pid}, named in ${path}, has ended.`;
    case 'unreadable':
      return `${path} cannot be read; it belongs to the user who started the instance.`;
    case 'damaged':
      return `${path} is damaged; the instance writes a new one when it starts.`;
  }
}

function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined; // The schema says that this is no control file.
  }
}

/** The token goes to this address: a file that names any other machine is not believed. */
function isLoopback(value: string): boolean {
  const { protocol, hostname } = new URL(value);
  return protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

function processIsAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return error instanceof Error && Reflect.get(error, 'code') === 'EPERM';
  }
}
