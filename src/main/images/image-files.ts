import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { AppError } from '../../shared/errors.ts';
import { throwIfAborted } from '../platform/clock.ts';
import type { ContextFile, ImageScripts } from './dockerfile.ts';
import type { HashedFile } from './image-tag.ts';
import type { TarEntry } from './tar.ts';

/** Reads the scripts that go into images; `resources` is the folder of files shipped with the app. */
export function readImageScripts(resources: string): ImageScripts {
  const read = (...path: string[]): string => readFileSync(join(resources, ...path), 'utf8');
  return {
    entrypoint: read('images', 'entrypoint.sh'),
    smoke: read('images', 'smoke.sh'),
    watchdog: read('watchdog', 'watchdog.sh'),
    front: read('watchdog', 'front.pl'),
    preload: read('watchdog', 'preload.sh'),
    health: read('images', 'health.pl'),
    bake: read('images', 'bake.py'),
    bakeOllama: read('images', 'bake-ollama.sh'),
    worker: read('images', 'worker.py'),
  };
}

/** A file of a build's context: what it is in the tag, and in the archive. */
export interface BuildFile extends HashedFile {
  readonly entry: TarEntry;
}

export function contextFile({ path, content }: ContextFile): BuildFile {
  const bytes = Buffer.from(content, 'utf8');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { path, sha256, entry: { path, size: bytes.length, content: bytes } };
}

const MOST_FILES = 10_000;

/**
 * The files of a folder as `weights/…`, links followed (Hugging Face's cache is made of them), hidden ones left out. Every
 * byte is read once for its hash: weights of the same name and size are not the same weights.
 * @throws AppError invalid_input; AbortError
 */
export async function readWeightsFolder(folder: string, signal: AbortSignal): Promise<BuildFile[]> {
  const paths = await filesBelow(folder, signal);
  if (paths.length === 0) throw unusable(folder, 'holds no files');
  const files: BuildFile[] = [];
  for (const absolute of paths.toSorted()) {
    const path = `weights/${relative(folder, absolute).split(sep).join('/')}`;
    const size = (await stat(absolute)).size;
    const content = (): AsyncIterable<Buffer> => createReadStream(absolute, { highWaterMark: 1024 * 1024 });
    files.push({ path, sha256: await hashOf(content(), signal), entry: { path, size, content } });
  }
  return files;
}

async function filesBelow(folder: string, signal: AbortSignal): Promise<string[]> {
  const found: string[] = [];
  const walk = async (at: string, depth: number): Promise<void> => {
    throwIfAborted(signal);
    if (depth > 20) throw unusable(folder, 'is nested too deeply, or links to itself');
    for (const name of await readdir(at)) {
      if (name.startsWith('.')) continue;
      const path = join(at, name);
      const facts = await stat(path);
      if (facts.isDirectory()) await walk(path, depth + 1);
      else if (facts.isFile()) found.push(path);
      if (found.length > MOST_FILES) throw unusable(folder, `holds more than ${MOST_FILES} files`);
    }
  };
  try {
    await walk(folder, 0);
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
    if (typeof code === 'string' && code.startsWith('E'))
      throw unusable(folder, `cannot be read (${code})`, error);
    throw error;
  }
  return found;
}

function unusable(folder: string, why: string, cause?: unknown): AppError {
  return new AppError('invalid_input', `The weights folder "${basename(folder)}" ${why}.`, {
    ...(cause === undefined ? {} : { cause }),
    details: { field: 'weightsFolder' },
  });
}

async function hashOf(content: AsyncIterable<Buffer>, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of content) {
    throwIfAborted(signal);
    hash.update(chunk);
  }
  return hash.digest('hex');
}
