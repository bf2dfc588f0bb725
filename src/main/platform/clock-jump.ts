import type { Clock } from './clock.ts';

/** Less is the drift that a time service slews away. */
const JUMP_MS = 2000;
/** The cloud's clock is known to half a second, before and after. */
const SAME_MS = 2500;
/** An answer of the cloud comes sooner. */
const UNDECIDED_MS = 45_000;

export interface Jump {
  /** What instants stamped before have to be moved by, for everything to be as old as it is; 0 = nothing jumped. */
  readonly byMs: number;
  /** The clock may be so far ahead: nobody knows yet whether it was put forward or the computer slept. */
  readonly doubtMs: number;
}

/**
 * Tells a clock that was set from one that ran on. Set back, it shows at once: monotonic time went on. Put forward, it
 * looks like a sleep of the computer until the cloud's clock tells: the offset to it changes by as much, or does not.
 */
export class ClockJump {
  readonly #clock: Clock;
  readonly #offsetMs: () => number;
  /** Wall minus monotonic time, and the offset, at the last look. */
  #apart: number;
  #offset: number;
  #ahead: { readonly ms: number; readonly offset: number; readonly at: number } | null = null;

  /** `offsetMs`: the cloud's clock minus this computer's, as known now. */
  constructor(clock: Clock, offsetMs: () => number) {
    this.#clock = clock;
    this.#offsetMs = offsetMs;
    this.#apart = clock.now() - clock.monotonic();
    this.#offset = offsetMs();
  }

  look(): Jump {
    const apart = this.#clock.now() - this.#clock.monotonic();
    const moved = apart - this.#apart;
    this.#apart = apart;
    if (moved > JUMP_MS) this.#ahead = { ms: moved, offset: this.#offset, at: this.#clock.monotonic() };
    const forward = this.#decided();
    this.#offset = this.#offsetMs();
    return { byMs: forward + Math.min(0, moved < -JUMP_MS ? moved : 0), doubtMs: this.#ahead?.ms ?? 0 };
  }

  /** By how much it turns out to have been put forward. */
  #decided(): number {
    const ahead = this.#ahead;
    if (ahead === null) return 0;
    const wasSet = Math.abs(ahead.offset - ahead.ms - this.#offsetMs()) < SAME_MS;
    if (wasSet || this.#clock.monotonic() - ahead.at > UNDECIDED_MS) this.#ahead = null;
    return wasSet ? ahead.ms : 0;
  }
}
