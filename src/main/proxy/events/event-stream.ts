import { AppError } from '../../../shared/errors.ts';
import { MARK, Through, type Mark } from '../flow.ts';

const LF = 0x0a;
const CR = 0x0d;
const BLANK = '\n\n';
/** Longer than any sane event; a stream that never ends one would fill the memory (trap 3). */
const LONGEST_EVENT_BYTES = 16 * 1024 * 1024;
const COMPACT_PIECES = 512;

/**
 * Cuts bytes into whole server-sent events (WHATWG HTML 9.2.6): LF, CRLF and CR line ends, a leading BOM, events cut
 * anywhere, even inside a UTF-8 sequence. Chunks of whole unremarkable events pass as they came; the others are handed
 * to `onEvent` one by one. Every byte is looked at once.
 */
export abstract class EventStream extends Through {
  #carry: Buffer[] = [];
  #carried = 0;
  /** The carry ends with a line end: one more ends the event. */
  #lineEnded = false;
  #skipLf = false;
  #begun = false;
  /** The stream has failed or ended by an event; what follows is of no interest. */
  protected over = false;

  /** Whether a chunk of whole events may pass untouched. `text` is the chunk in latin1: indices are byte offsets. */
  protected abstract passes(text: string): boolean;
  /** One whole event, blank line included. */
  protected abstract onEvent(event: Buffer): void;
  /** The upstream ended cleanly. */
  protected abstract onEnd(): void;

  override data(chunk: Buffer, _mark: Mark): void {
    if (this.over) {
      // It goes on after its own end: nobody will read it, and nothing would end it for hours.
      this.source.cancel(
        new AppError('upstream_failed', 'The model server went on after the end of its answer.'),
      );
      return;
    }
    const bytes = this.#withoutCr(this.#begun ? chunk : this.#begin(chunk));
    const from = this.#carried === 0 ? 0 : this.#finishCarried(bytes);
    if (from < 0 || this.over) return;
    const end = bytes.lastIndexOf(BLANK, undefined, 'latin1') + BLANK.length;
    if (end >= from + BLANK.length) {
      this.#deliver(from === 0 && end === bytes.length ? bytes : bytes.subarray(from, end));
    }
    const rest = Math.max(from, end >= BLANK.length ? end : 0);
    if (!this.over && rest < bytes.length) this.#keep(bytes.subarray(rest));
  }

  override end(): void {
    if (this.over) return;
    if (this.#carried > 0) {
      // A last event without its blank line: servers that end with a bare `data: [DONE]`.
      const rest = Buffer.concat([...this.#carry, Buffer.from(BLANK)]);
      this.#carry = [];
      this.#carried = 0;
      this.onEvent(rest);
    }
    if (!this.over) this.onEnd();
  }

  override fail(error: Error): void {
    if (this.over) return;
    this.over = true;
    super.fail(error);
  }

  /** Ends the stream with an error of its own. */
  protected breakOff(error: AppError): void {
    if (this.over) return;
    this.over = true;
    this.source.cancel(error);
    this.sink.fail(error);
  }

  protected finish(): void {
    if (this.over) return;
    this.over = true;
    this.sink.end();
  }

  /** Drops a byte order mark, also one that came in pieces. */
  #begin(chunk: Buffer): Buffer {
    const start = this.#carried === 0 ? chunk : Buffer.concat([...this.#carry, chunk]);
    this.#carry = [];
    this.#carried = 0;
    const bom = [0xef, 0xbb, 0xbf];
    const known = Math.min(start.length, bom.length);
    const matches = bom.slice(0, known).every((byte, i) => start[i] === byte);
    if (matches && known < bom.length) {
      this.#carry = [start];
      this.#carried = start.length;
      return Buffer.alloc(0);
    }
    this.#begun = true;
    return matches ? start.subarray(bom.length) : start;
  }

  /** JSON holds no raw carriage returns, so every CRLF and CR here ends a line: made LF. */
  #withoutCr(chunk: Buffer): Buffer {
    if (!this.#skipLf && !chunk.includes(CR)) return chunk;
    const out = Buffer.allocUnsafe(chunk.length);
    let length = 0;
    for (const byte of chunk) {
      const second = byte === LF && this.#skipLf;
      this.#skipLf = byte === CR;
      if (!second) out[length++] = byte === CR ? LF : byte;
    }
    return out.subarray(0, length);
  }

  /** Ends the event that began in earlier chunks. @returns where the next one begins; -1 = it goes on */
  #finishCarried(bytes: Buffer): number {
    const straddles = this.#lineEnded && bytes[0] === LF;
    const at = straddles ? -1 : bytes.indexOf(BLANK, 0, 'latin1');
    if (!straddles && at < 0) {
      if (bytes.length > 0) this.#keep(bytes);
      return -1;
    }
    const next = straddles ? 1 : at + BLANK.length;
    const event = Buffer.concat([...this.#carry, bytes.subarray(0, next)]);
    this.#carry = [];
    this.#carried = 0;
    this.#lineEnded = false;
    this.#deliver(event);
    return next;
  }

  /** Whole events: all at once when nothing about them is remarkable, else one by one. */
  #deliver(events: Buffer): void {
    if (this.passes(events.toString('latin1'))) {
      this.sink.data(events, MARK.events);
      return;
    }
    let from = 0;
    while (from < events.length && !this.over) {
      const end = events.indexOf(BLANK, from, 'latin1') + BLANK.length;
      const event = withoutLeadingBlanks(events.subarray(from, end));
      from = end;
      if (event.length === 0) continue;
      if (this.passes(event.toString('latin1'))) this.sink.data(event, MARK.events);
      else this.onEvent(event);
    }
  }

  #keep(rest: Buffer): void {
    this.#carry.push(rest);
    this.#carried += rest.length;
    this.#lineEnded = rest.at(-1) === LF;
    if (this.#carried > LONGEST_EVENT_BYTES) {
      this.breakOff(new AppError('upstream_failed', 'The model server sent an event without an end.'));
    } else if (this.#carry.length > COMPACT_PIECES) {
      this.#carry = [Buffer.concat(this.#carry)];
    }
  }
}

function withoutLeadingBlanks(event: Buffer): Buffer {
  let start = 0;
  while (event[start] === LF) start++;
  return start === 0 ? event : event.subarray(start);
}

export interface EventFields {
  readonly name: string | null;
  readonly data: string;
}

/** Reads an event's fields; null when it carries no data (comments, `retry:`, empty `data:`). */
export function readEvent(event: Buffer): EventFields | null {
  let name: string | null = null;
  let data: string | null = null;
  for (const line of event.toString('utf8').split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const field = line.slice(0, colon);
    const value = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data = data === null ? value : `${data}\n${value}`;
    else if (field === 'event') name = value;
  }
  // Keep-alives that middle servers wrapped into data break every client's JSON parser (CLIENTS 2.7).
  if (data === null || data.trim() === '' || data.startsWith(':')) return null;
  return { name, data };
}

export function dataEvent(json: unknown): Buffer {
  return Buffer.from(`data: ${JSON.stringify(json)}\n\n`);
}

export function namedEvent(name: string, json: unknown): Buffer {
  return Buffer.from(`event: ${name}\ndata: ${JSON.stringify(json)}\n\n`);
}

export const DONE_EVENT = Buffer.from('data: [DONE]\n\n');
