import type { Clock } from '../platform/clock.ts';

/** Something that wants to be looked at from time to time: heartbeats, deadlines, holds. */
export interface Ticking {
  /** `now` in monotonic milliseconds. */
  tick(now: number): void;
}

const TICK_MS = 250;
/** Ticks without anybody on board before the timer is let go, so that single requests do not start and stop it. */
const IDLE_TICKS = 40;

/**
 * One timer for every open call. Arming and clearing timers per request and per event would cost more than relaying
 * the event; deadlines of seconds do not need finer steps than a quarter of one.
 */
export class Ticker {
  /** The time of the last tick: near enough for "when did bytes last flow", and free to read. */
  now: number;
  readonly #clock: Clock;
  readonly #riders = new Set<Ticking>();
  #stop: (() => void) | null = null;
  #idle = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.now = clock.monotonic();
  }

  get size(): number {
    return this.#riders.size;
  }

  add(rider: Ticking): void {
    this.#riders.add(rider);
    if (this.#stop !== null) return;
    this.now = this.#clock.monotonic();
    this.#idle = 0;
    this.#stop = this.#clock.every(TICK_MS, () => this.#tick());
  }

  delete(rider: Ticking): void {
    this.#riders.delete(rider);
  }

  close(): void {
    this.#stop?.();
    this.#stop = null;
    this.#riders.clear();
  }

  #tick(): void {
    this.now = this.#clock.monotonic();
    this.#idle = this.#riders.size === 0 ? this.#idle + 1 : 0;
    if (this.#idle > IDLE_TICKS) {
      this.#stop?.();
      this.#stop = null;
      return;
    }
    for (const rider of this.#riders) rider.tick(this.now);
  }
}
