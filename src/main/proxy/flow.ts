/**
 * Bodies in motion. Bytes are pushed from a source through decorators to one sink; whoever writes to the client pauses
 * and resumes the source. Callbacks instead of iterators or web streams: measured 2.6 times the throughput
 * (PERFORMANCE "What pays").
 */

/** What a chunk is. Marked chunks hold whole server-sent events, so that nothing downstream has to frame again. */
export const MARK = {
  /** Opaque bytes. */
  bytes: 0,
  /** One or more complete events. */
  events: 1,
  /** The one event that carries only usage; dropped for clients that did not ask for it. */
  usage: 2,
  /** The end marker `data: [DONE]`. */
  done: 3,
} as const;
export type Mark = (typeof MARK)[keyof typeof MARK];

export interface Sink {
  data(chunk: Buffer, mark: Mark): void;
  /** The body is complete. Nothing follows. */
  end(): void;
  /** The body broke off. Nothing follows. */
  fail(error: Error): void;
}

export interface Flow {
  /** Begins delivery, once. A source may deliver before this returns. */
  start(sink: Sink): void;
  pause(): void;
  resume(): void;
  /** The reader left: the source is released and the sink hears nothing more. Harmless after the end. */
  cancel(reason: Error): void;
}

/** A decorator that passes everything on; subclasses change what they care about. */
export class Through implements Flow, Sink {
  readonly source: Flow;
  /** Set by start; a flow delivers nothing before. */
  protected sink: Sink = NOBODY;

  constructor(source: Flow) {
    this.source = source;
  }

  start(sink: Sink): void {
    this.sink = sink;
    this.source.start(this);
  }
  pause(): void {
    this.source.pause();
  }
  resume(): void {
    this.source.resume();
  }
  cancel(reason: Error): void {
    this.sink = NOBODY;
    this.source.cancel(reason);
  }
  data(chunk: Buffer, mark: Mark): void {
    this.sink.data(chunk, mark);
  }
  end(): void {
    this.sink.end();
  }
  fail(error: Error): void {
    this.sink.fail(error);
  }
}

export const NOBODY: Sink = { data: () => {}, end: () => {}, fail: () => {} };

export type FlowEnd = 'ended' | 'failed' | 'cancelled';

/** Calls `settled` exactly once however the flow finishes: leases, counters and meters hang on this. */
export class Settling extends Through {
  #settled: ((end: FlowEnd, error: Error | null) => void) | null;

  constructor(source: Flow, settled: (end: FlowEnd, error: Error | null) => void) {
    super(source);
    this.#settled = settled;
  }

  override end(): void {
    this.#settle('ended', null);
    this.sink.end();
  }
  override fail(error: Error): void {
    this.#settle('failed', error);
    this.sink.fail(error);
  }
  override cancel(reason: Error): void {
    super.cancel(reason);
    this.#settle('cancelled', reason);
  }

  #settle(end: FlowEnd, error: Error | null): void {
    const settled = this.#settled;
    this.#settled = null;
    settled?.(end, error);
  }
}

export interface Piece {
  readonly chunk: Buffer;
  readonly mark: Mark;
}

/** A flow over pieces that exist already; respects pause. */
export class Replay implements Flow {
  readonly pieces: readonly Piece[];
  #at = 0;
  #sink: Sink | null = null;
  #paused = false;
  #running = false;

  constructor(pieces: readonly Piece[]) {
    this.pieces = pieces;
  }

  start(sink: Sink): void {
    this.#sink = sink;
    this.#run();
  }
  pause(): void {
    this.#paused = true;
  }
  resume(): void {
    this.#paused = false;
    this.#run();
  }
  cancel(): void {
    this.#sink = null;
  }

  #run(): void {
    if (this.#running) return;
    this.#running = true;
    while (!this.#paused && this.#sink !== null) {
      const next = this.pieces[this.#at++];
      if (next === undefined) {
        const sink: Sink = this.#sink;
        this.#sink = null;
        sink.end();
        break;
      }
      this.#sink.data(next.chunk, next.mark);
    }
    this.#running = false;
  }
}

/**
 * Reads a flow into one buffer.
 * @throws what the flow fails with; `tooLarge()` when it passes `limit` bytes, after cancelling the source
 */
export function collect(flow: Flow, limit: number, tooLarge: () => Error): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    flow.start({
      data: (chunk) => {
        size += chunk.length;
        if (size > limit) {
          const error = tooLarge();
          flow.cancel(error);
          reject(error);
          return;
        }
        chunks.push(chunk);
      },
      end: () => resolve(chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks, size)),
      fail: reject,
    });
  });
}
