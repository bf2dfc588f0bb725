import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { Target } from '../target.ts';

const HOUR_MS = 3_600_000;

/** Starting hardware is a spending action open to every holder of a key: so many times an hour (SECURITY 4.3.15). */
export class WakeAllowance {
  readonly #clock: Clock;
  readonly #perHour: () => number;
  readonly #recent = new Map<string, number[]>();

  constructor(clock: Clock, perHour: () => number) {
    this.#clock = clock;
    this.#perHour = perHour;
  }

  /** @throws AppError deployment_stopped */
  take(target: Target): void {
    const now = this.#clock.now();
    const recent = (this.#recent.get(target.id) ?? []).filter((at) => at > now - HOUR_MS);
    const most = this.#perHour();
    const [oldest] = recent;
    if (recent.length >= most && oldest !== undefined) {
      const minutes = Math.ceil((oldest + HOUR_MS - now) / 60_000);
      throw new AppError(
        'deployment_stopped',
        `${target.name} was woken ${most} times within an hour; requests may wake it again in ${minutes} min.`,
      );
    }
    this.#recent.set(target.id, [...recent, now]);
  }
}
