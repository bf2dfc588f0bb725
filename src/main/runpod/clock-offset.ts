import type { Clock } from '../platform/clock.ts';

const SAMPLES = 9;
/** An answer that took longer says too little about when its Date was stamped. */
const SLOWEST_MS = 5000;
/** Wall and monotonic time drift apart by less than this unless the clock was set or the computer slept. */
const JUMP_MS = 2000;

/** A request's beginning on both clocks: how long it took is monotonic; where wall time says more, it was put forward or slept. */
export interface Departure {
  readonly wall: number;
  readonly monotonic: number;
}

/**
 * Cloud clock minus local clock, from answers' `Date` headers: the median of recent samples, so that one late answer
 * changes nothing. `Date` has whole seconds, hence the half second that is added and the accuracy promised.
 *
 * A clock that is set changes the offset at once: set back (never a sleep), by as much as it was; put forward, it may
 * have slept as well, and the next answer decides.
 */
export class ClockOffset {
  readonly #clock: Clock;
  #samples: readonly number[] = [];
  /** Wall minus monotonic time at the last look. */
  #apart: number;
  #isDoubtful = false;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#apart = clock.now() - clock.monotonic();
  }

  /** When a request leaves; to be given to `learn` with its answer. */
  leaves(): Departure {
    return { wall: this.#clock.now(), monotonic: this.#clock.monotonic() };
  }

  learn(date: string | null, left: Departure): void {
    this.#follow();
    const cloud = date === null ? Number.NaN : Date.parse(date);
    const now = this.#clock.now();
    const tookMs = this.#clock.monotonic() - left.monotonic;
    // Ahead meanwhile: where it slept, nobody knows on which side of that the answer was stamped.
    const isAhead = now - left.wall - tookMs > JUMP_MS;
    if (Number.isNaN(cloud) || isAhead || tookMs > SLOWEST_MS) return;
    const before = this.#isDoubtful ? [] : this.#samples;
    this.#isDoubtful = false;
    this.#samples = [...before, cloud + 500 - (now - tookMs / 2)].slice(-SAMPLES);
  }

  /** Milliseconds; 0 until known. */
  get ms(): number {
    this.#follow();
    const sorted = this.#samples.toSorted((a, b) => a - b);
    return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
  }

  #follow(): void {
    const apart = this.#clock.now() - this.#clock.monotonic();
    const movedMs = apart - this.#apart;
    this.#apart = apart;
    if (Math.abs(movedMs) < JUMP_MS) return;
    if (movedMs < 0) this.#samples = this.#samples.map((sample) => sample - movedMs);
    else this.#isDoubtful = true;
  }
}
