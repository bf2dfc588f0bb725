import { MARK, NOBODY, type Flow, type Sink } from '../flow.ts';

/** Pieces that are asked for one by one, as a flow: a reader that pauses is not asked for the next. */
export class PulledFlow implements Flow {
  readonly #pieces: AsyncGenerator<Buffer, void>;
  readonly #leave: (reason: Error) => void;
  #sink: Sink = NOBODY;
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | null = null;

  /** `leave` ends what the next piece is waiting for. */
  constructor(pieces: AsyncGenerator<Buffer, void>, leave: (reason: Error) => void) {
    this.#pieces = pieces;
    this.#leave = leave;
  }

  start(sink: Sink): void {
    this.#sink = sink;
    void this.#pump();
  }
  pause(): void {
    this.#gate ??= newGate();
  }
  resume(): void {
    this.#gate?.open();
    this.#gate = null;
  }
  cancel(reason: Error): void {
    this.#sink = NOBODY;
    this.#leave(reason);
    this.resume();
    // Suspended between two pieces, it has to be told as well.
    this.#pieces.return().catch(() => {});
  }

  async #pump(): Promise<void> {
    try {
      for (;;) {
        await this.#gate?.opened;
        const next = await this.#pieces.next();
        if (next.done === true) break;
        this.#sink.data(next.value, MARK.bytes);
      }
      this.#sink.end();
    } catch (error) {
      this.#sink.fail(error instanceof Error ? error : new Error('failed', { cause: error }));
    }
  }
}

function newGate(): { readonly opened: Promise<void>; readonly open: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { opened: promise, open: resolve };
}
