import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import { fileError } from '../platform/files.ts';
import type { Clock } from '../platform/clock.ts';
import { toErrorBody } from '../../shared/errors.ts';

export interface RotatingFileOptions {
  readonly path: string;
  /** A new file is begun rather than letting one grow past this. */
  readonly maxBytes: number;
  /** Files kept, the current one included. */
  readonly keep: number;
  readonly clock: Clock;
  /** The file cannot be written; told once until it works again. Lines go on arriving and are counted. */
  readonly onProblem: (problem: string) => void;
  /** It works again; so many lines never reached it. */
  readonly onRecovered: (lostLines: number) => void;
}

/** Lines wait this long for company; what is urgent does not. */
const GATHER_MS = 200;
const GATHER_BYTES = 64 * 1024;
const RETRY_MS = 5000;

/**
 * A log file bounded in size: `app.log`, then `app.1.log` (newer) to `app.N.log` (oldest). Lines are gathered and
 * written synchronously in few calls, so that nothing is in flight when the process ends. A disk that is full, or a
 * folder that goes away, costs lines, never the app.
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions;
  #file: number | null = null;
  #size = 0;
  #waiting: string[] = [];
  #waitingBytes = 0;
  #cancelFlush: (() => void) | null = null;
  #failedAt: number | null = null;
  #lost = 0;

  constructor(options: RotatingFileOptions) {
    this.#options = options;
    this.#attempt(() => {
      this.#open();
      this.#removeBeyondKept();
    });
  }

  /** Takes one line, its line break included. `urgent` writes it now. */
  write(line: string, urgent: boolean): void {
    this.#waiting.push(line);
    this.#waitingBytes += Buffer.byteLength(line);
    if (urgent || this.#waitingBytes >= GATHER_BYTES) this.flush();
    else this.#cancelFlush ??= this.#options.clock.after(GATHER_MS, () => this.flush());
  }

  /** Writes what waits. */
  flush(): void {
    this.#cancelFlush?.();
    this.#cancelFlush = null;
    const lines = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    if (lines.length === 0) return;
    if (this.#isResting()) {
      this.#lost += lines.length;
      return;
    }
    let written = 0;
    const ok = this.#attempt(() => {
      for (const chunk of chunksOf(lines, this.#options.maxBytes)) {
        this.#append(chunk.text);
        written += chunk.lines;
      }
    });
    if (!ok) this.#lost += lines.length - written;
  }

  /** Writes what waits and closes the file. */
  dispose(): void {
    this.flush();
    this.#close();
  }

  #isResting(): boolean {
    return this.#failedAt !== null && this.#options.clock.monotonic() - this.#failedAt < RETRY_MS;
  }

  /** Runs file work; a failure is reported once and retried later, a success after one is told with the loss. */
  #attempt(work: () => void): boolean {
    try {
      work();
    } catch (error) {
      const first = this.#failedAt === null;
      this.#failedAt = this.#options.clock.monotonic();
      this.#close();
      if (first) this.#options.onProblem(problemText(error, this.#options.path));
      return false;
    }
    if (this.#failedAt !== null) {
      this.#failedAt = null;
      const lost = this.#lost;
      this.#lost = 0;
      this.#options.onRecovered(lost);
    }
    return true;
  }

  #append(text: string): void {
    const bytes = Buffer.from(text, 'utf8');
    // Somebody deleted it: what is written to it now, nobody will ever read.
    if (this.#file !== null && fstatSync(this.#file).nlink === 0) this.#close();
    if (this.#file !== null && this.#size > 0 && this.#size + bytes.length > this.#options.maxBytes) {
      this.#rotate();
    }
    const file = this.#file ?? this.#open();
    let offset = 0;
    try {
      while (offset < bytes.length) offset += writeSync(file, bytes, offset);
    } catch (error) {
      // Half a line would make the next one unreadable.
      if (offset > 0) ftruncateSync(file, this.#size);
      throw error;
    }
    this.#size += bytes.length;
  }

  #open(): number {
    mkdirSync(dirname(this.#options.path), { recursive: true, mode: 0o700 });
    const file = openSync(this.#options.path, 'a', 0o600);
    this.#file = file;
    this.#size = fstatSync(file).size;
    return file;
  }

  #close(): void {
    if (this.#file === null) return;
    const file = this.#file;
    this.#file = null;
    closeSync(file);
  }

  #rotate(): void {
    this.#close();
    const { path, keep } = this.#options;
    if (keep === 1) rmSync(path, { force: true });
    for (let index = keep - 1; index >= 1; index--) {
      renameIfThere(index === 1 ? path : numbered(path, index - 1), numbered(path, index));
    }
    this.#open();
  }

  /** What an earlier, larger setting left behind. */
  #removeBeyondKept(): void {
    const { path, keep } = this.#options;
    const extension = extname(path);
    const stem = basename(path, extension);
    for (const file of readdirSync(dirname(path))) {
      if (!file.startsWith(`${stem}.`) || !file.endsWith(extension)) continue;
      const index = file.slice(stem.length + 1, file.length - extension.length);
      if (/^\d+$/.test(index) && Number(index) >= keep) rmSync(join(dirname(path), file), { force: true });
    }
  }
}

function numbered(path: string, index: number): string {
  const extension = extname(path);
  return join(dirname(path), `${basename(path, extension)}.${index}${extension}`);
}

function renameIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error) || Reflect.get(error, 'code') !== 'ENOENT') throw error;
  }
}

/** Lines joined into as few writes as the size of a file allows. */
function chunksOf(lines: readonly string[], maxBytes: number): { text: string; lines: number }[] {
  const chunks: { text: string; lines: number }[] = [];
  let text = '';
  let count = 0;
  let bytes = 0;
  for (const line of lines) {
    const length = Buffer.byteLength(line);
    if (count > 0 && bytes + length > Math.min(maxBytes, GATHER_BYTES)) {
      chunks.push({ text, lines: count });
      [text, count, bytes] = ['', 0, 0];
    }
    text += line;
    count++;
    bytes += length;
  }
  if (count > 0) chunks.push({ text, lines: count });
  return chunks;
}

function problemText(error: unknown, path: string): string {
  const known = fileError(error, path);
  const body = toErrorBody(known);
  return body.code === 'internal' && error instanceof Error
    ? `Cannot write ${path}: ${error.message}`
    : body.message;
}
