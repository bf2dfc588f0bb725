/** What one worker takes at once: worker-vllm's MAX_CONCURRENCY (FACTS 3.7). Beyond it a call waits in RunPod's queue. */
const A_WORKER = 30;

/** What an endpoint's OpenAI routes take at once is 400; looks at jobs count too, and get the rest (FACTS 3.4). */
const AN_ENDPOINT = 360;

/**
 * How many calls may go straight to each endpoint at once. A call beyond what its workers take would be cut after 100 s, and
 * run later for nobody. Where RunPod says 429 before that, half of what was under way is the limit from then on, and
 * every straight answer gives one place back.
 */
export class StraightRoom {
  /** Endpoints that said 429, and what they are believed to take. */
  readonly #learned = new Map<string, number>();

  /** @param workers those that run; 0 = not known, which means one */
  of(endpoint: string, workers: number): number {
    const most = Math.min(AN_ENDPOINT, Math.max(1, workers) * A_WORKER);
    return Math.min(most, this.#learned.get(endpoint) ?? Infinity);
  }

  refused(endpoint: string, underWay: number): void {
    this.#learned.set(endpoint, Math.max(1, Math.floor(underWay / 2)));
  }

  answered(endpoint: string): void {
    const learned = this.#learned.get(endpoint);
    if (learned === undefined) return;
    if (learned < AN_ENDPOINT) this.#learned.set(endpoint, learned + 1);
    else this.#learned.delete(endpoint);
  }
}
