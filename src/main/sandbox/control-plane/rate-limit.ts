import type { Clock } from '../../platform/clock.ts';

interface Window {
  readonly name: string;
  readonly quota: number;
  readonly seconds: number;
  startedAt: number;
  used: number;
}

/** Requests an account may make a minute unless told otherwise; the longer windows follow from it. */
export const REQUESTS_PER_MINUTE = 1200;

/** Fixed windows per account, told in RunPod's structured headers (FACTS 1). */
export class RateLimit {
  readonly #clock: Clock;
  readonly #windows: readonly Window[];

  constructor(clock: Clock, perMinute: number) {
    this.#clock = clock;
    const startedAt = clock.now();
    this.#windows = [
      { name: 'minute', quota: perMinute, seconds: 60, startedAt, used: 0 },
      { name: 'hour', quota: perMinute * 40, seconds: 3600, startedAt, used: 0 },
      { name: 'day', quota: perMinute * 600, seconds: 86_400, startedAt, used: 0 },
    ];
  }

  /** Counts a request; gives the window that is exhausted, or null. */
  take(): { readonly window: string; readonly retryAfterSeconds: number } | null {
    const now = this.#clock.now();
    for (const window of this.#windows) {
      if (now - window.startedAt >= window.seconds * 1000) {
        window.startedAt = now;
        window.used = 0;
      }
    }
    const full = this.#windows.find((window) => window.used >= window.quota);
    if (full !== undefined) return { window: full.name, retryAfterSeconds: this.#resetSeconds(full) };
    for (const window of this.#windows) window.used += 1;
    return null;
  }

  headers(): Record<string, string> {
    const state = this.#windows.map(
      (window) =>
        `"${window.name}";r=${Math.max(0, window.quota - window.used)};t=${this.#resetSeconds(window)}`,
    );
    const policy = this.#windows.map((window) => `"${window.name}";q=${window.quota};w=${window.seconds}`);
    return { ratelimit: state.join(', '), 'ratelimit-policy': policy.join(', ') };
  }

  #resetSeconds(window: Window): number {
    return Math.max(1, Math.ceil(window.seconds - (this.#clock.now() - window.startedAt) / 1000));
  }
}
