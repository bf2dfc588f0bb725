import { Readable } from 'node:stream';
import { AppError } from '../../shared/errors.ts';

export interface TarEntry {
  /** Relative, with slashes. */
  readonly path: string;
  readonly size: number;
  /** Permission bits; 0644 where left out. */
  readonly mode?: number;
  readonly content: string | Buffer | (() => AsyncIterable<Buffer>);
}

const BLOCK = 512;
const NAME_BYTES = 100;
/** Eleven octal digits. */
const LARGEST_PLAIN_SIZE = 8 ** 11 - 1;

/**
 * A tar archive (POSIX pax) as it is read: never more than a chunk in memory. Owner, group and times are zero, so that
 * the same files always give the same bytes.
 * @throws AppError invalid_input: a file was not as long as its entry says; it changed while it was read
 */
export function tarStream(entries: Iterable<TarEntry>): Readable {
  return Readable.from(archive(entries), { objectMode: false });
}

async function* archive(entries: Iterable<TarEntry>): AsyncGenerator<Buffer> {
  for (const entry of entries) {
    yield heading(entry);
    yield* body(entry);
  }
  yield Buffer.alloc(2 * BLOCK);
}

async function* body(entry: TarEntry): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const chunk of contentOf(entry)) {
    sent += chunk.length;
    if (sent > entry.size) break;
    yield chunk;
  }
  if (sent !== entry.size) {
    throw new AppError(
      'invalid_input',
      `${entry.path} changed while it was read: it was ${entry.size} bytes long.`,
    );
  }
  yield padding(entry.size);
}

async function* contentOf({ content }: TarEntry): AsyncGenerator<Buffer> {
  if (typeof content === 'function') yield* content();
  else yield Buffer.from(content);
}

/** The entry's header, behind a pax record for what does not fit into it. */
function heading(entry: TarEntry): Buffer {
  const long = {
    ...(Buffer.byteLength(entry.path) > NAME_BYTES ? { path: entry.path } : {}),
    ...(entry.size > LARGEST_PLAIN_SIZE ? { size: String(entry.size) } : {}),
  };
  const records = Object.entries(long).map(([name, value]) => paxRecord(name, value));
  const plain = header(entry.path, Math.min(entry.size, LARGEST_PLAIN_SIZE), entry.mode ?? 0o644, '0');
  if (records.length === 0) return plain;
  const pax = Buffer.from(records.join(''), 'utf8');
  return Buffer.concat([header('pax', pax.length, 0o644, 'x'), pax, padding(pax.length), plain]);
}

/** `<length> <name>=<value>\n`, where the length counts its own digits. */
function paxRecord(name: string, value: string): string {
  const rest = ` ${name}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + String(bytes).length;
  if (String(length).length !== String(bytes).length) length = bytes + String(length).length;
  return `${length}${rest}`;
}

function header(path: string, size: number, mode: number, type: '0' | 'x'): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, width: number): void => {
    block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
  };
  Buffer.from(path, 'utf8').copy(block, 0, 0, NAME_BYTES);
  octal(mode, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(0, 136, 12);
  block.write('        ', 148, 'latin1');
  block.write(type, 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

const padding = (size: number): Buffer => Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
