import type { DeploymentView } from '../../shared/model.ts';
import type { Clock } from '../platform/clock.ts';
import type { Emitter } from '../platform/lifecycle.ts';
import type { DeploymentActor } from './actor.ts';
import type { FleetEvent } from './types.ts';

/** Changes that only move a number are told this much later, many at once. */
const TELL_LATER_MS = 250;

export interface NewsParts {
  readonly clock: Clock;
  readonly events: Emitter<FleetEvent>;
  readonly view: (actor: DeploymentActor) => DeploymentView;
}

/** Tells of one deployment's changes: what matters at once, the rest a few times a second. */
export class News {
  readonly #actor: DeploymentActor;
  readonly #parts: NewsParts;
  #told = '';
  #later = false;

  constructor(actor: DeploymentActor, parts: NewsParts) {
    this.#actor = actor;
    this.#parts = parts;
  }

  changed(): void {
    const { state, desired, pod, problem } = this.#actor.record;
    const now = [state, desired, pod?.id, problem?.code].join(' ');
    if (now === this.#told) this.changedALittle();
    else {
      this.#told = now;
      this.#tell();
    }
  }

  changedALittle(): void {
    if (this.#later) return;
    this.#later = true;
    this.#parts.clock.after(TELL_LATER_MS, () => {
      this.#later = false;
      this.#tell();
    });
  }

  #tell(): void {
    if (this.#actor.disposed) return;
    this.#parts.events.emit({ name: 'deployment.changed', payload: this.#parts.view(this.#actor) });
  }
}
