import type { Emitter, Unsubscribe } from '../platform/lifecycle.ts';
import type { Target, TargetSource } from '../target.ts';
import type { DeploymentTarget } from './deployment-target.ts';

/** The deployments as the proxy's targets; the list is made anew only when it changes. */
export class TargetList implements TargetSource {
  readonly #targets = new Map<string, DeploymentTarget>();
  readonly #changes: Emitter<void>;
  #list: readonly Target[] = [];

  constructor(changes: Emitter<void>) {
    this.#changes = changes;
  }

  list(): readonly Target[] {
    return this.#list;
  }

  onChange(listener: () => void): Unsubscribe {
    return this.#changes.subscribe(listener);
  }

  get(id: string): DeploymentTarget | undefined {
    return this.#targets.get(id);
  }

  add(target: DeploymentTarget): void {
    this.#targets.set(target.id, target);
    this.#renew();
  }

  remove(id: string): void {
    this.#targets.delete(id);
    this.#renew();
  }

  /** Tells the proxy when anything of this target that it sees has changed. */
  refresh(id: string): void {
    if (this.#targets.get(id)?.refresh() === true) this.#changes.emit();
  }

  #renew(): void {
    this.#list = [...this.#targets.values()];
    this.#changes.emit();
  }
}
