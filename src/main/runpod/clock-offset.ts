import type { Clock } from '../platform/clock.ts';

const SAMPLES = 9;
/** An answer that took longer says too little about when its Date was stamped. */
const SLOWEST_MS = 5000;

/**
 * Cloud clock minus local clock, from answers' `Date` headers: the median of recent samples, so that one late answer
 * changes nothing. `Date` has whole seconds, hence the half second that is added and the accuracy promised.
 */
export class ClockOffset {
  readonly #clock: Clock;
  #samples: readonly number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** @param sentAt wall clock when the request left */
  learn(date: string | null, sentAt: number): void {
    const cloud = date === null ? Number.NaN : Date.parse(date);
    const tookMs = this.#clock.now() - sentAt;
    if (Number.isNaN(cloud) || tookMs < 0 || tookMs > SLOWEST_MS) return;
    this.#samples = [...this.#samples, cloud + 500 - (sentAt + tookMs / 2)].slice(-SAMPLES);
  }

  /** Milliseconds; 0 until known. */
  get ms(): number {
    const sorted = this.#samples.toSorted((a, b) => a - b);
    return Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
  }
}
