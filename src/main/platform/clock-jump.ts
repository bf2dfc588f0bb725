import type { Clock } from './clock.ts';

/** Less is the drift that a time service slews away. */
const JUMP_MS = 2000;
/** The cloud's clock is known to half a second, before and after. */
const SAME_MS = 2500;
/** An answer of the cloud comes sooner. */
const UNDECIDED_MS = 45_000;

export interface Jump {
  /** It was set back by so much; what it stamped before has to move along. 0 = it was not. */
  readonly backMs: number;
  /** It turns out to have been put forward; what was stamped until `beforeMs` is by the old time. */
  readonly forward: { readonly byMs: number; readonly beforeMs: number } | null;
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
  #ahead: {
    readonly ms: number;
    readonly offset: number;
    readonly at: number;
    readonly beforeMs: number;
  } | null = null;

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
    if (moved > JUMP_MS) {
      const beforeMs = this.#clock.now() - moved;
      this.#ahead = { ms: moved, offset: this.#offset, at: this.#clock.monotonic(), beforeMs };
    }
    const forward = this.#decided();
    this.#offset = this.#offsetMs();
    return { backMs: moved < -JUMP_MS ? -moved : 0, forward, doubtMs: this.#ahead?.ms ?? 0 };
  }

  #decided(): Jump['forward'] {
    const ahead = this.#ahead;
    if (ahead === null) return null;
    const wasSet = Math.abs(ahead.offset - ahead.ms - this.#offsetMs()) < SAME_MS;
    if (wasSet || this.#clock.monotonic() - ahead.at > UNDECIDED_MS) this.#ahead = null;
    return wasSet ? { byMs: ahead.ms, beforeMs: ahead.beforeMs } : null;
  }
}
