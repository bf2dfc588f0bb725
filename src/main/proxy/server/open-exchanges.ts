import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { AppError, isAbort } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Flow } from '../flow.ts';

/** An exchange with a client that is under way. */
export interface Exchanging {
  readonly res: ServerResponse;
  /** Aborted when the client left or the app closes. */
  readonly leave: AbortController;
  /** The body being written. */
  flow: Flow | null;
}

const LAST_WORDS_MS = 1000;

/** Every exchange that has not ended; knows when clients leave, and how to close (trap 27). */
export class OpenExchanges {
  readonly #clock: Clock;
  readonly #open = new Set<Exchanging>();
  #onEmpty: () => void = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#open.size;
  }

  begin(res: ServerResponse): Exchanging {
    const exchanging: Exchanging = { res, leave: new AbortController(), flow: null };
    this.#open.add(exchanging);
    res.on('close', () => this.#closed(exchanging));
    return exchanging;
  }

  /** Whether a connection's request has arrived whole and its answer has not ended. Looked up only when bytes are bad. */
  owes(socket: Duplex): boolean {
    for (const { res } of this.#open) {
      if (res.socket === socket && (res.headersSent || res.req.complete)) return true;
    }
    return false;
  }

  /** Waits for all to end; after `graceMs` the rest is ended in its own dialect, then cut. */
  async drain(graceMs: number): Promise<void> {
    await this.#empty(graceMs);
    const error = new AppError('shutting_down', 'The app is closing.');
    for (const { leave } of this.#open) leave.abort(error);
    await this.#empty(LAST_WORDS_MS);
    for (const { res } of this.#open) res.destroy();
  }

  /** The response's close with an unfinished body is the one sure sign that the client left (trap 23). */
  #closed(exchanging: Exchanging): void {
    this.#open.delete(exchanging);
    if (this.#open.size === 0) this.#onEmpty();
    if (exchanging.res.writableFinished) return;
    const left = new AppError('client_closed', 'The client left.');
    exchanging.flow?.cancel(left);
    exchanging.leave.abort(left);
  }

  async #empty(mostMs: number): Promise<void> {
    if (this.#open.size === 0 || mostMs <= 0) return;
    const patience = new AbortController();
    this.#onEmpty = () => patience.abort();
    try {
      await this.#clock.sleep(mostMs, patience.signal);
    } catch (error) {
      if (!isAbort(error)) throw error;
    }
  }
}
