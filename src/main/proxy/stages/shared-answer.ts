import { AppError } from '../../../shared/errors.ts';
import { NOBODY, type Flow, type Mark, type Piece, type Sink } from '../flow.ts';

/** Bytes the fastest reader may be ahead of the slowest before the model server is held back. */
const WINDOW_BYTES = 256 * 1024;

/**
 * One running answer read by several clients, each from its beginning (trap 45). Pieces are kept while new readers may
 * join, up to `keepBytes`; past that only what the slowest reader still needs. The source moves at the pace of the
 * slowest reader, and is cancelled when the last one leaves.
 */
export class SharedAnswer implements Sink {
  readonly #source: Flow;
  readonly #keepBytes: number;
  /** Called once, when nobody can join any more. */
  readonly #finished: () => void;
  readonly #abandoned: () => void;
  readonly #readers = new Set<Reader>();
  #pieces: Piece[] = [];
  /** Absolute index of the first piece kept. */
  #first = 0;
  #total = 0;
  #over: 'no' | 'ended' | Error = 'no';
  #started = false;
  #held = false;

  constructor(source: Flow, keepBytes: number, finished: () => void, abandoned: () => void) {
    this.#source = source;
    this.#keepBytes = keepBytes;
    this.#finished = finished;
    this.#abandoned = abandoned;
  }

  /** Whether a new reader would still see the answer from its beginning. */
  get joinable(): boolean {
    return this.#first === 0 && !(this.#over instanceof Error);
  }

  get readers(): number {
    return this.#readers.size;
  }

  /** A flow over the whole answer. */
  reader(): Flow {
    const reader = new Reader(this);
    this.#readers.add(reader);
    return reader;
  }

  begin(): void {
    if (this.#started) return;
    this.#started = true;
    this.#source.start(this);
  }

  data(chunk: Buffer, mark: Mark): void {
    this.#pieces.push({ chunk, mark });
    this.#total += chunk.length;
    for (const reader of this.#readers) reader.pull();
    this.moved();
  }
  end(): void {
    this.#over = 'ended';
    this.#finished();
    for (const reader of this.#readers) reader.pull();
  }
  fail(error: Error): void {
    this.#over = error;
    this.#finished();
    for (const reader of this.#readers) reader.pull();
  }

  /** The piece at an absolute index, if it has come. */
  at(index: number): Piece | undefined {
    return this.#pieces[index - this.#first];
  }
  get over(): 'no' | 'ended' | Error {
    return this.#over;
  }

  /** A reader took something: what nobody needs any more goes, and the source may go on. */
  moved(): void {
    let slowest = this.#first + this.#pieces.length;
    let taken = this.#total;
    for (const reader of this.#readers) {
      slowest = Math.min(slowest, reader.position);
      taken = Math.min(taken, reader.taken);
    }
    if (this.#total > this.#keepBytes) this.#trim(slowest);
    const hold = this.#total - taken > WINDOW_BYTES && this.#over === 'no';
    if (hold === this.#held) return;
    this.#held = hold;
    if (hold) this.#source.pause();
    else this.#source.resume();
  }

  leave(reader: Reader): void {
    this.#readers.delete(reader);
    if (this.#readers.size > 0) {
      this.moved();
      return;
    }
    if (this.#over === 'no') this.#abandoned();
  }

  /** Nobody reads any more, and nobody will. */
  cancel(reason: Error): void {
    if (this.#over !== 'no') return;
    this.#over = reason;
    this.#source.cancel(reason);
    this.#finished();
  }

  #trim(slowest: number): void {
    if (slowest === this.#first) return;
    this.#pieces.splice(0, slowest - this.#first);
    this.#first = slowest;
  }
}

class Reader implements Flow {
  /** Index of the next piece. */
  position = 0;
  /** Bytes handed on. */
  taken = 0;
  readonly #answer: SharedAnswer;
  #sink: Sink | null = null;
  #paused = false;
  #pulling = false;

  constructor(answer: SharedAnswer) {
    this.#answer = answer;
  }

  start(sink: Sink): void {
    this.#sink = sink;
    this.#answer.begin();
    this.pull();
  }
  pause(): void {
    this.#paused = true;
  }
  resume(): void {
    this.#paused = false;
    this.pull();
    this.#answer.moved();
  }
  cancel(): void {
    this.#sink = NOBODY;
    this.#answer.leave(this);
  }

  /** Hands on what has come, as far as the reader wants it. */
  pull(): void {
    const sink = this.#sink;
    if (sink === null || this.#pulling) return;
    this.#pulling = true;
    while (!this.#paused && this.#sink === sink) {
      const piece = this.#answer.at(this.position);
      if (piece === undefined) break;
      this.position++;
      this.taken += piece.chunk.length;
      sink.data(piece.chunk, piece.mark);
    }
    this.#pulling = false;
    if (this.#paused || this.#sink !== sink || this.#answer.at(this.position) !== undefined) return;
    const { over } = this.#answer;
    if (over === 'no') return;
    this.#sink = NOBODY;
    this.#answer.leave(this);
    if (over === 'ended') sink.end();
    else sink.fail(over);
  }
}

/** Why a shared call ended when nobody was left to read it. */
export function everybodyLeft(): AppError {
  return new AppError('client_closed', 'Every client that waited for this answer left.');
}
