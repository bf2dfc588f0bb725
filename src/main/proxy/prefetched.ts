import { NOBODY, type Flow, type Mark, type Piece, type Sink } from './flow.ts';

/**
 * Holds a flow back until `threshold` bytes are there or it is over: until then nothing has reached the client, so the
 * call can still be repeated elsewhere. Starts its source at once.
 */
export class Prefetched implements Flow, Sink {
  readonly #source: Flow;
  readonly #threshold: number;
  #held: Piece[] = [];
  #size = 0;
  #over: 'ended' | Error | null = null;
  #sink: Sink | null = null;
  #paused = true;
  #waiter: { resolve: () => void; reject: (error: Error) => void } | null = null;

  constructor(source: Flow, threshold = 1) {
    this.#source = source;
    this.#threshold = threshold;
  }

  /** Resolves at the threshold or the clean end; rejects when the flow fails before. */
  first(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      this.#source.start(this);
    });
  }

  /** The whole body, when it ended within the threshold; null = there is more to come. */
  whole(): Buffer | null {
    if (this.#over !== 'ended') return null;
    const only = this.#held[0];
    if (this.#held.length === 1 && only !== undefined) return only.chunk;
    return Buffer.concat(this.#held.map((piece) => piece.chunk));
  }

  start(sink: Sink): void {
    this.#sink = sink;
    this.#paused = false;
    this.#drain();
  }
  pause(): void {
    this.#paused = true;
    this.#source.pause();
  }
  resume(): void {
    this.#paused = false;
    this.#drain();
  }
  cancel(reason: Error): void {
    this.#sink = NOBODY;
    this.#held = [];
    this.#source.cancel(reason);
    this.#settle(reason);
  }

  data(chunk: Buffer, mark: Mark): void {
    if (this.#sink !== null && !this.#paused && this.#held.length === 0) {
      this.#sink.data(chunk, mark);
      return;
    }
    this.#held.push({ chunk, mark });
    this.#size += chunk.length;
    if (this.#size < this.#threshold) return;
    this.#source.pause();
    this.#settle(null);
  }
  end(): void {
    this.#over = 'ended';
    this.#settle(null);
    this.#drain();
  }
  fail(error: Error): void {
    this.#over = error;
    this.#settle(error);
    this.#drain();
  }

  #settle(error: Error | null): void {
    const waiter = this.#waiter;
    this.#waiter = null;
    if (error === null) waiter?.resolve();
    else waiter?.reject(error);
  }

  #drain(): void {
    const sink = this.#sink;
    if (sink === null) return;
    while (!this.#paused && this.#sink === sink) {
      const next = this.#held.shift();
      if (next === undefined) break;
      sink.data(next.chunk, next.mark);
    }
    if (this.#held.length > 0 || this.#paused || this.#sink !== sink) return;
    if (this.#over === null) {
      this.#source.resume();
      return;
    }
    this.#sink = NOBODY;
    if (this.#over === 'ended') sink.end();
    else sink.fail(this.#over);
  }
}
