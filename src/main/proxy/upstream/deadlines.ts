import { AppError } from '../../../shared/errors.ts';
import type { Ticker, Ticking } from '../ticker.ts';
import type { Exchange } from './exchange.ts';

export interface Deadlines {
  /** From the request being sent to the first byte of the answer's body. */
  readonly firstByteMs: number;
  /** Between bytes of the answer. Silence caused by a client that does not read is not the model server's. */
  readonly silenceMs: number;
  readonly totalMs: number;
}

/**
 * Ends an exchange that takes too long. undici's own time-outs are off for model servers (trap 18): they do not know
 * of wakes, and a slow prefill is not a dead server.
 */
export class DeadlineWatch implements Ticking {
  readonly #exchange: Exchange;
  readonly #deadlines: Deadlines;
  readonly #ticker: Ticker;
  readonly #targetName: string;
  readonly #expire: (error: AppError) => void;
  readonly #startedAt: number;
  #seen = 0;
  #lastAt: number;
  /** The client is not reading; the clock of silence stands still. */
  held = false;

  constructor(
    exchange: Exchange,
    deadlines: Deadlines,
    ticker: Ticker,
    targetName: string,
    expire: (error: AppError) => void,
  ) {
    this.#exchange = exchange;
    this.#deadlines = deadlines;
    this.#ticker = ticker;
    this.#targetName = targetName;
    this.#expire = expire;
    ticker.add(this);
    this.#startedAt = ticker.now;
    this.#lastAt = ticker.now;
  }

  tick(now: number): void {
    if (this.#exchange.received !== this.#seen || this.held) {
      this.#seen = this.#exchange.received;
      this.#lastAt = now;
    }
    const late = this.#lateness(now);
    if (late === null) return;
    this.end();
    this.#expire(
      new AppError('upstream_timeout', `${this.#targetName} ${late}.`, { details: { late: true } }),
    );
  }

  end(): void {
    this.#ticker.delete(this);
  }

  #lateness(now: number): string | null {
    const { firstByteMs, silenceMs, totalMs } = this.#deadlines;
    if (now - this.#startedAt > totalMs) return `was still answering after ${seconds(totalMs)}`;
    if (this.#seen === 0) {
      return now - this.#startedAt > firstByteMs ? `sent nothing for ${seconds(firstByteMs)}` : null;
    }
    return now - this.#lastAt > silenceMs ? `fell silent for ${seconds(silenceMs)}` : null;
  }
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
