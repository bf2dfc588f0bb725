import type { Clock } from '../platform/clock.ts';
import type { Target } from '../target.ts';

/** Closed: calls pass. Open: they do not until `until`. Half-open: one probe is on its way. */
export type BreakerState =
  | { readonly state: 'closed'; readonly failures: number }
  | { readonly state: 'open'; readonly until: number; readonly opened: number }
  | { readonly state: 'half-open'; readonly opened: number };

export interface BreakerRules {
  readonly failures: number;
  readonly openMs: number;
}

const LONGEST_OPEN_MS = 300_000;
const CLOSED: BreakerState = { state: 'closed', failures: 0 };

/** May a call pass? `next` is the state to keep. */
export function admit(
  state: BreakerState,
  now: number,
): { readonly pass: boolean; readonly next: BreakerState; readonly waitMs: number } {
  if (state.state === 'closed') return { pass: true, next: state, waitMs: 0 };
  if (state.state === 'half-open') return { pass: false, next: state, waitMs: 1000 };
  if (now < state.until) return { pass: false, next: state, waitMs: state.until - now };
  return { pass: true, next: { state: 'half-open', opened: state.opened }, waitMs: 0 };
}

/** A call that passed has failed: count, or open again for twice as long. */
export function failed(state: BreakerState, now: number, rules: BreakerRules): BreakerState {
  if (state.state === 'open') return state;
  const opened = state.state === 'half-open' ? state.opened + 1 : 1;
  const failures = state.state === 'closed' ? state.failures + 1 : rules.failures;
  if (failures < rules.failures) return { state: 'closed', failures };
  const openMs = Math.min(LONGEST_OPEN_MS, rules.openMs * 2 ** (opened - 1));
  return { state: 'open', until: now + openMs, opened };
}

/** The breakers of all targets. */
export class Breakers {
  readonly #clock: Clock;
  readonly #rules: () => BreakerRules;
  readonly #states = new Map<string, BreakerState>();
  #followed: ReadonlyMap<string, Target> = new Map();

  constructor(clock: Clock, rules: () => BreakerRules) {
    this.#clock = clock;
    this.#rules = rules;
  }

  state(id: string): BreakerState {
    return this.#states.get(id) ?? CLOSED;
  }

  /** Whether a call would pass now. */
  healthy(id: string): boolean {
    return admit(this.state(id), this.#clock.monotonic()).pass;
  }

  /** Milliseconds until it is worth asking again; 0 = the call may pass. */
  enter(id: string): number {
    const { pass, next, waitMs } = admit(this.state(id), this.#clock.monotonic());
    if (next.state !== 'closed') this.#states.set(id, next);
    return pass ? 0 : waitMs;
  }

  succeeded(id: string): void {
    this.#states.delete(id);
  }

  failed(id: string): void {
    this.#states.set(id, failed(this.state(id), this.#clock.monotonic(), this.#rules()));
  }

  /** Forgets what was held against targets that are gone or have become others under the same id. */
  follow(targets: readonly Target[]): void {
    const now = new Map(targets.map((target) => [target.id, target]));
    for (const [id, target] of this.#followed) {
      if (now.get(id) !== target) this.#states.delete(id);
    }
    this.#followed = now;
  }

  /** A probe that ended without a verdict (the client left): the next call may probe. */
  undecided(id: string): void {
    const state = this.state(id);
    if (state.state !== 'half-open') return;
    this.#states.set(id, { state: 'open', until: this.#clock.monotonic(), opened: state.opened });
  }
}
