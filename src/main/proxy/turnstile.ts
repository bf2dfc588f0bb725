import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { reasonOf } from './upstream/exchange.ts';

interface Gate {
  inside: number;
  readonly queue: (() => void)[];
  /** Ends one turn. */
  readonly leave: () => void;
}

/** Empty gates kept, so that single requests do not make and forget theirs. */
const KEPT_GATES = 100;

export interface TurnLimits {
  readonly concurrent: number;
  readonly queue: number;
  readonly queueMs: number;
}

/** Lets so many in at once under each name; the others wait in order, up to a bound. */
export class Turnstile {
  readonly #clock: Clock;
  readonly #gates = new Map<string, Gate>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  waiting(name: string): number {
    return this.#gates.get(name)?.queue.length ?? 0;
  }

  /**
   * A turn, if one is free and nobody waits for it; null = there is a queue.
   * @returns the function that ends it; call it exactly once
   */
  tryEnter(name: string, concurrent: number): (() => void) | null {
    const gate = this.#gateOf(name);
    if (gate.inside >= concurrent || gate.queue.length > 0) return null;
    gate.inside++;
    return gate.leave;
  }

  /**
   * Waits for a turn. @returns the function that ends it; call it exactly once
   * @throws AppError rate_limited when the queue is full or the wait too long; the signal's reason when it fires
   */
  async enter(name: string, limits: TurnLimits, signal: AbortSignal): Promise<() => void> {
    const free = this.tryEnter(name, limits.concurrent);
    if (free !== null) return free;
    const gate = this.#gateOf(name);
    if (gate.queue.length >= limits.queue) throw full(name, limits);
    await this.#wait(gate, name, limits, signal);
    return gate.leave;
  }

  #gateOf(name: string): Gate {
    const known = this.#gates.get(name);
    if (known !== undefined) return known;
    const gate: Gate = { inside: 0, queue: [], leave: () => this.#leave(name, gate) };
    this.#gates.set(name, gate);
    return gate;
  }

  #wait(gate: Gate, name: string, limits: TurnLimits, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const turn = (): void => {
        done();
        gate.inside++;
        resolve();
      };
      const giveUp = (error: Error): void => {
        done();
        gate.queue.splice(gate.queue.indexOf(turn), 1);
        reject(error);
      };
      const left = (): void => giveUp(reasonOf(signal));
      const cancelTimer = this.#clock.after(limits.queueMs, () => giveUp(late(name, limits)));
      const done = (): void => {
        cancelTimer();
        signal.removeEventListener('abort', left);
      };
      gate.queue.push(turn);
      if (signal.aborted) left();
      else signal.addEventListener('abort', left, { once: true });
    });
  }

  #leave(name: string, gate: Gate): void {
    gate.inside--;
    const next = gate.queue.shift();
    if (next !== undefined) next();
    else if (gate.inside === 0 && this.#gates.size > KEPT_GATES) this.#gates.delete(name);
  }
}

function full(name: string, limits: TurnLimits): AppError {
  return new AppError(
    'rate_limited',
    `${limits.concurrent} requests to ${name} are under way and ${limits.queue} wait already.`,
    { retryAfterSeconds: 5 },
  );
}

function late(name: string, limits: TurnLimits): AppError {
  return new AppError(
    'rate_limited',
    `No turn came for ${name} within ${Math.round(limits.queueMs / 1000)} s.`,
    {
      retryAfterSeconds: 10,
    },
  );
}
