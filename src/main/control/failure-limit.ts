import type { Socket } from 'node:net';
import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';

const MOST_FAILURES = 20;
const WINDOW_MS = 60_000;

/** Slows guessing down: twenty wrong tokens a minute on one connection, then 429 (SECURITY 4.3, rule 7). */
export class FailureLimit {
  readonly #clock: Clock;
  readonly #failures = new WeakMap<Socket, { since: number; count: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @throws AppError rate_limited */
  count(socket: Socket): void {
    const now = this.#clock.monotonic();
    const entry = this.#failures.get(socket);
    if (entry === undefined || now - entry.since >= WINDOW_MS) {
      this.#failures.set(socket, { since: now, count: 1 });
      return;
    }
    entry.count += 1;
    if (entry.count <= MOST_FAILURES) return;
    throw new AppError('rate_limited', 'Too many wrong tokens on this connection.', {
      retryAfterSeconds: (entry.since + WINDOW_MS - now) / 1000,
    });
  }
}
