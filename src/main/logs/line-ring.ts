import { Emitter, type Unsubscribe } from '../platform/lifecycle.ts';

export interface FollowOptions {
  /** Lines before now. */
  readonly tail: number;
  /** Goes on with what comes; otherwise ends after the tail. */
  readonly follow: boolean;
}

/** A reader that is this far behind loses the oldest lines, and is told how many. */
const MOST_QUEUED = 1000;

/**
 * The last items of an endless sequence, for those who come late, and every new one for those who stay. Bounded in
 * number and in size.
 */
export class LineRing<T> {
  readonly #maxItems: number;
  readonly #maxSize: number;
  readonly #sizeOf: (item: T) => number;
  /** A listener's failure cannot be told here: telling it would be another line, to the same listener. */
  readonly #emitter = new Emitter<T>(() => {});
  readonly #ends = new Set<() => void>();
  #items: T[] = [];
  #start = 0;
  #size = 0;

  constructor(options: {
    readonly maxItems: number;
    readonly maxSize: number;
    readonly sizeOf: (item: T) => number;
  }) {
    this.#maxItems = options.maxItems;
    this.#maxSize = options.maxSize;
    this.#sizeOf = options.sizeOf;
  }

  push(item: T): void {
    this.#items.push(item);
    this.#size += this.#sizeOf(item);
    while (this.#count > 1 && (this.#count > this.#maxItems || this.#size > this.#maxSize))
      this.#dropOldest();
    this.#emitter.emit(item);
  }

  /** The last `limit` items, oldest first. */
  recent(limit: number): T[] {
    return limit <= 0 ? [] : this.#items.slice(Math.max(this.#start, this.#items.length - limit));
  }

  subscribe(listener: (item: T) => void): Unsubscribe {
    return this.#emitter.subscribe(listener);
  }

  /**
   * The tail and, when asked to follow, every later item, until the caller leaves, the signal fires or the ring ends.
   * `skipped` makes the item that tells a slow reader how many it missed.
   */
  async *follow(
    options: FollowOptions,
    signal: AbortSignal,
    skipped: (count: number) => T,
  ): AsyncGenerator<T> {
    const queue: T[] = [];
    let missed = 0;
    let wake = (): void => {};
    const state = { ended: !options.follow };
    const end = (): void => {
      state.ended = true;
      wake();
    };
    const leave = this.subscribe((item) => {
      queue.push(item);
      if (queue.length > MOST_QUEUED) {
        queue.shift();
        missed++;
      }
      wake();
    });
    this.#ends.add(end);
    signal.addEventListener('abort', end, { once: true });
    try {
      // The queue was opened first: what arrives while the tail is being read follows it.
      yield* this.recent(options.tail);
      for (;;) {
        if (signal.aborted) return;
        const item = missed > 0 ? skipped(missed) : queue.shift();
        missed = 0;
        if (item !== undefined) yield item;
        else if (state.ended) return;
        else await new Promise<void>((resolve) => (wake = resolve));
      }
    } finally {
      leave();
      this.#ends.delete(end);
      signal.removeEventListener('abort', end);
    }
  }

  /** Ends every follower after what it has queued. */
  dispose(): void {
    for (const end of Array.from(this.#ends)) end();
  }

  get #count(): number {
    return this.#items.length - this.#start;
  }

  #dropOldest(): void {
    const oldest = this.#items[this.#start];
    if (oldest !== undefined) this.#size -= this.#sizeOf(oldest);
    this.#start++;
    // Cut off in bulk: shifting a long array one by one costs its whole length each time.
    if (this.#start > this.#maxItems) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
  }
}
