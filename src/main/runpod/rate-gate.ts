import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { RateState } from './api.ts';
import type { QuotaWindow } from './rate-headers.ts';

/** Longest wait for a turn; a call that would wait longer fails at once and says when to come back. */
const LONGEST_WAIT_MS = 60_000;

/** Reads spread out once this share of a window is left, so that stops and creates always find room. */
const RESERVE_SHARE = 0.1;
/** The reserve where no policy told the quota, and its least size. */
const RESERVE_REQUESTS = 5;

/**
 * How far apart reads should be, in ms, so that what is left of every window lasts until that window resets. 0 while
 * there is plenty. The limit is the account's: the user's other tools spend it too (FACTS 1).
 */
export function readSpacingMs(windows: readonly QuotaWindow[]): number {
  return Math.max(0, ...windows.map(windowSpacingMs));
}

function windowSpacingMs({ left, resetSeconds, quota }: QuotaWindow): number {
  const reserve = Math.max(RESERVE_REQUESTS, Math.ceil((quota ?? 0) * RESERVE_SHARE));
  // What is used up is waited for, not spread.
  return left > reserve || left <= 0 ? 0 : (resetSeconds * 1000) / left;
}

/**
 * Slows reads down before RunPod refuses them. Writes never wait here: they are few, the reserve is kept for them, and
 * a stop that waits costs money.
 */
export class RateGate {
  readonly #clock: Clock;
  #windows: readonly QuotaWindow[] = [];
  #learntAt = 0;
  #nextReadAt = 0;
  #wall: number;
  #monotonic: number;
  #passed = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#wall = clock.now();
    this.#monotonic = clock.monotonic();
  }

  /** Waits for a read's turn. @throws AppError runpod_rate_limited, AbortError */
  async enterRead(signal: AbortSignal): Promise<void> {
    const now = this.#now();
    const windows = this.#current();
    const waitMs = Math.max((this.exhaustedForSeconds() ?? 0) * 1000, this.#nextReadAt - now);
    if (waitMs > LONGEST_WAIT_MS) {
      throw new AppError('runpod_rate_limited', 'The request limit of this RunPod account is used up.', {
        retryAfterSeconds: Math.ceil(waitMs / 1000),
      });
    }
    this.#nextReadAt = Math.max(now, this.#nextReadAt) + readSpacingMs(windows);
    if (waitMs > 0) await this.#clock.sleep(waitMs, signal);
  }

  /** Takes in what an answer said; an answer without rate headers (an exempt account) changes nothing. */
  learn(windows: readonly QuotaWindow[]): void {
    if (windows.length === 0) return;
    this.#windows = windows;
    this.#learntAt = this.#now();
    this.#nextReadAt = Math.min(this.#nextReadAt, this.#learntAt + readSpacingMs(windows));
  }

  /** A 429 came: reads rest as long as it said. */
  block(seconds: number): void {
    this.#nextReadAt = Math.max(this.#nextReadAt, this.#now() + seconds * 1000);
  }

  /** Seconds until the windows that are used up reset; undefined when none is. */
  exhaustedForSeconds(): number | undefined {
    const resets = this.#current().flatMap(({ left, resetSeconds }) => (left <= 0 ? [resetSeconds] : []));
    return resets.length === 0 ? undefined : Math.max(...resets);
  }

  rates(): RateState {
    return {
      windows: this.#current().map(({ name, left, resetSeconds }) => ({ name, left, resetSeconds })),
    };
  }

  /** Windows that have not reset yet. */
  #current(): QuotaWindow[] {
    const elapsed = Math.floor((this.#now() - this.#learntAt) / 1000);
    return this.#windows
      .filter((window) => window.resetSeconds > elapsed)
      .map((window) => ({ ...window, resetSeconds: window.resetSeconds - elapsed }));
  }

  /** Milliseconds passed: the monotonic clock stands still while the laptop sleeps, the wall clock can be set back. */
  #now(): number {
    const wall = this.#clock.now();
    const monotonic = this.#clock.monotonic();
    this.#passed += Math.max(0, wall - this.#wall, monotonic - this.#monotonic);
    this.#wall = wall;
    this.#monotonic = monotonic;
    return this.#passed;
  }
}
