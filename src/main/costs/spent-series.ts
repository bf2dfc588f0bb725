import type { RequestRecord } from '../../shared/activity.ts';
import type { Spent } from './attribution.ts';

/** Money by bucket and by what its requests have in common, such as their model or their key. */
export class SpentSeries {
  readonly #starts: readonly number[];
  readonly #endMs: number;
  readonly #nameOf: (request: RequestRecord) => string;
  readonly #buckets: Map<string, number>[];

  /** Bucket `n` ends where the next begins, the last one at `endMs`. */
  constructor(starts: readonly number[], endMs: number, nameOf: (request: RequestRecord) => string) {
    this.#starts = starts;
    this.#endMs = endMs;
    this.#nameOf = nameOf;
    this.#buckets = starts.map(() => new Map());
  }

  add({ fromMs, toMs, usd, requests }: Spent): void {
    if (usd === 0) return;
    const parts = requests.length === 0 ? [''] : requests.map((request) => this.#nameOf(request));
    for (const [index, share] of this.#sharesOf(fromMs, toMs)) {
      const bucket = this.#buckets[index];
      for (const name of parts) {
        bucket?.set(name, (bucket.get(name) ?? 0) + (usd * share) / parts.length);
      }
    }
  }

  /** By bucket, oldest first; the name "" is what was spent for nobody. */
  points(): Record<string, number>[] {
    return this.#buckets.map((bucket) => Object.fromEntries(bucket));
  }

  /** How much of a stretch lies in which bucket; an instant on an edge ends the bucket before, as in the ledger. */
  *#sharesOf(fromMs: number, toMs: number): Generator<readonly [index: number, share: number]> {
    const length = toMs - fromMs;
    for (const [index, start] of this.#starts.entries()) {
      const end = this.#starts[index + 1] ?? this.#endMs;
      if (length > 0) {
        const overlap = Math.min(toMs, end) - Math.max(fromMs, start);
        if (overlap > 0) yield [index, overlap / length];
      } else if (fromMs > start && fromMs <= end) {
        yield [index, 1];
      }
    }
  }
}
