/** How busy and how quick targets are, for choosing among several that serve one model (SPEC 4.3). */
export class TargetLoad {
  readonly #now: () => number;
  readonly #targets = new Map<string, { inFlight: number; firstTokenMs: number | null }>();

  /** `now` gives monotonic milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  inFlight(id: string): number {
    return this.#targets.get(id)?.inFlight ?? 0;
  }

  /** Moving average of the time to the first token; null = not measured yet. */
  firstTokenMs(id: string): number | null {
    return this.#targets.get(id)?.firstTokenMs ?? null;
  }

  /** A request begins at the target. Its `leave` counts once. */
  enter(id: string): { leave(firstTokenAt: number | null): void } {
    const entry = this.#targets.get(id) ?? { inFlight: 0, firstTokenMs: null };
    this.#targets.set(id, entry);
    entry.inFlight++;
    const startedAt = this.#now();
    let left = false;
    return {
      leave: (firstTokenAt) => {
        if (left) return;
        left = true;
        entry.inFlight--;
        if (firstTokenAt === null || firstTokenAt < startedAt) return;
        const took = firstTokenAt - startedAt;
        entry.firstTokenMs = entry.firstTokenMs === null ? took : entry.firstTokenMs * 0.8 + took * 0.2;
      },
    };
  }

  /** Forgets targets that are no longer listed. */
  keepOnly(ids: ReadonlySet<string>): void {
    for (const [id, entry] of this.#targets) {
      if (!ids.has(id) && entry.inFlight === 0) this.#targets.delete(id);
    }
  }
}
