import { isAbort } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Errands } from './invoke-plane.ts';

/** Work that goes on after the request it was for; the proxy waits for it when it closes. */
export class OpenErrands implements Errands {
  readonly #open = new Set<Promise<void>>();

  /** `errand` must not reject. */
  add(errand: Promise<void>): void {
    const watched = errand.finally(() => this.#open.delete(watched));
    this.#open.add(watched);
  }

  /** Resolves when all have ended, at the latest after `mostMs`. */
  async drain(clock: Clock, mostMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    const done = new AbortController();
    const all = Promise.all(this.#open).then(() => done.abort());
    try {
      await clock.sleep(mostMs, done.signal);
    } catch (error) {
      if (!isAbort(error)) throw error;
      await all;
    }
  }
}
