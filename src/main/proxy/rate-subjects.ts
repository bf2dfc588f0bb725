import type { Clock } from '../platform/clock.ts';

/** What has been taken under one name: a key's or a model's. */
export interface Subject {
  /** `key:` and `model:` never meet. */
  readonly id: string;
  readonly what: string;
  readonly requests: Bucket;
  readonly tokens: Bucket;
}

/** A limit's instant (gcra). */
export interface Bucket {
  tat: number;
}

const MOST_SUBJECTS = 1000;

/** Subjects of one sort by what they are told apart by; those whose limits are full again are forgotten. */
export class Subjects {
  readonly #clock: Clock;
  readonly #sort: 'key' | 'model';
  readonly #known = new Map<string, Subject>();

  constructor(clock: Clock, sort: 'key' | 'model') {
    this.#clock = clock;
    this.#sort = sort;
  }

  of(id: string, name: string): Subject {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    if (this.#known.size >= MOST_SUBJECTS) this.#forget();
    const subject: Subject = {
      id: `${this.#sort}:${id}`,
      what: `${this.#sort} "${name}"`,
      requests: { tat: 0 },
      tokens: { tat: 0 },
    };
    this.#known.set(id, subject);
    return subject;
  }

  #forget(): void {
    const now = this.#clock.monotonic();
    for (const [id, { requests, tokens }] of this.#known) {
      if (requests.tat <= now && tokens.tat <= now) this.#known.delete(id);
    }
  }
}
