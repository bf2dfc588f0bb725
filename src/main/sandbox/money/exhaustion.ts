import { stopPod, terminatePod } from '../pods/lifecycle.ts';
import type { World } from '../world.ts';
import { exhaustedAt } from './balance.ts';

/** RunPod's charging loop (FACTS 2.8) looks no later than this after the balance is gone. */
const LOOK_AGAIN_MS = 300_000;

/**
 * Ends what runs when the balance reaches zero: pods without a network volume are terminated with their data, the
 * others are stopped (FACTS 2.8). The charge ends at the instant of zero, however late this is noticed.
 */
export class Exhaustion {
  readonly #world: World;
  readonly #others: (atMs: number) => void;
  readonly #unsubscribe: () => void;
  #cancel: () => void = () => {};

  /** `others` ends what is not a pod. */
  constructor(world: World, others: (atMs: number) => void) {
    this.#world = world;
    this.#others = others;
    this.#unsubscribe = world.changes.subscribe(() => this.#plan());
    this.settle();
  }

  /** Brings the account up to date; called before anything reads or spends. */
  settle(): void {
    const now = this.#world.clock.now();
    const at = exhaustedAt(this.#world, now);
    if (at !== null && at <= now) this.#end(at);
    this.#plan();
  }

  dispose(): void {
    this.#cancel();
    this.#unsubscribe();
  }

  #end(atMs: number): void {
    for (const pod of this.#world.state.pods.values()) {
      if ((pod.mounts.network ?? []).length === 0)
        terminatePod(this.#world, pod, Math.max(atMs, pod.startedAt));
      else if (pod.running) stopPod(this.#world, pod, Math.max(atMs, pod.startedAt));
    }
    this.#others(atMs);
  }

  #plan(): void {
    this.#cancel();
    const now = this.#world.clock.now();
    const at = exhaustedAt(this.#world, now);
    if (at === null) return;
    const wait = at <= now ? LOOK_AGAIN_MS : at - now + 1;
    this.#cancel = this.#world.clock.after(wait, () => this.settle());
  }
}
