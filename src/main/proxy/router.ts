import { AppError } from '../../shared/errors.ts';
import type { Unsubscribe } from '../platform/lifecycle.ts';
import type { Target, TargetSource } from '../target.ts';
import type { ClientKey } from './keyring.ts';
import type { TargetLoad } from './target-load.ts';

export interface RouterOptions {
  readonly source: TargetSource;
  readonly load: TargetLoad;
  readonly defaultModel: () => string | null;
  /** Whether a target is worth asking now; a broken one comes last. */
  readonly healthy: (targetId: string) => boolean;
}

/**
 * Which targets answer to which `model`. The table is rebuilt when targets change, never on the request path
 * (SPEC 4.3).
 */
export class Router {
  readonly #options: RouterOptions;
  readonly #unsubscribe: Unsubscribe;
  #byModel = new Map<string, readonly Target[]>();
  #names: readonly string[] = [];

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#unsubscribe = options.source.onChange(() => this.#rebuild());
    this.#rebuild();
  }

  dispose(): void {
    this.#unsubscribe();
  }

  /** Every model name that leads somewhere, for this key. */
  models(key: ClientKey): readonly string[] {
    return this.#names.filter((name) => mayUse(key, name));
  }

  targetsOf(model: string): readonly Target[] {
    return this.#byModel.get(model) ?? [];
  }

  /**
   * The targets for a request, best first: ready before waking before sleeping, then least load, then quickest.
   * `name:variant` falls back to `name`; a missing model to the default, or to the only one there is.
   * @throws AppError model_not_found, naming what exists
   */
  resolve(
    model: string | null,
    key: ClientKey,
  ): { readonly model: string; readonly targets: readonly Target[] } {
    const asked = model ?? this.#options.defaultModel() ?? this.#onlyModel(key);
    if (asked !== null && mayUse(key, asked)) {
      const targets = this.#find(asked);
      if (targets !== null) return { model: asked, targets: this.#ranked(targets) };
    }
    throw this.#notFound(asked, key);
  }

  #find(asked: string): readonly Target[] | null {
    const exact = this.#byModel.get(asked) ?? this.#byModel.get(asked.toLowerCase());
    if (exact !== undefined) return exact;
    const colon = asked.lastIndexOf(':');
    return colon > 0 ? this.#find(asked.slice(0, colon)) : null;
  }

  #onlyModel(key: ClientKey): string | null {
    const targets = this.#options.source.list();
    const [only] = targets;
    if (targets.length !== 1 || only === undefined) return null;
    return only.models.find((name) => mayUse(key, name)) ?? null;
  }

  #ranked(targets: readonly Target[]): readonly Target[] {
    if (targets.length < 2) return targets;
    const { load, healthy } = this.#options;
    const rank = (target: Target): readonly number[] => [
      healthy(target.id) ? 0 : 1,
      STATE_RANK[target.state()],
      load.inFlight(target.id),
      load.firstTokenMs(target.id) ?? 0,
    ];
    return targets
      .map((target) => ({ target, rank: rank(target) }))
      .sort((a, b) => compare(a.rank, b.rank))
      .map((entry) => entry.target);
  }

  #notFound(asked: string | null, key: ClientKey): AppError {
    const available = this.models(key);
    const shown = available.slice(0, 20).join(', ');
    const more = available.length > 20 ? `, and ${available.length - 20} more` : '';
    const exists = available.length === 0 ? 'No model is deployed.' : `Available: ${shown}${more}.`;
    const what =
      asked === null
        ? 'The request names no model.'
        : `The model "${asked.slice(0, 200)}" does not exist here.`;
    return new AppError('model_not_found', `${what} ${exists}`, {
      advice: available.length === 0 ? 'Deploy one first.' : '',
      details: { param: 'model', available: available.slice(0, 100) },
    });
  }

  #rebuild(): void {
    const targets = this.#options.source.list();
    const table = new Map<string, Target[]>();
    for (const target of targets) {
      for (const name of target.models) add(table, name, target);
    }
    for (const [name, leading] of table) {
      // A name is its own deployment's: as another's alias it must not bring answers of another model.
      const own = leading.filter((target) => target.name === name);
      if (own.length > 0) table.set(name, own);
    }
    this.#names = Array.from(table.keys());
    for (const name of this.#names) {
      const lower = name.toLowerCase();
      if (!table.has(lower)) table.set(lower, table.get(name) ?? []);
    }
    this.#byModel = table;
    this.#options.load.keepOnly(new Set(targets.map((target) => target.id)));
  }
}

const STATE_RANK = { ready: 0, waking: 1, sleeping: 2, failed: 3 } as const;

function add(table: Map<string, Target[]>, name: string, target: Target): void {
  const known = table.get(name);
  if (known === undefined) table.set(name, [target]);
  else if (!known.includes(target)) known.push(target);
}

function mayUse(key: ClientKey, model: string): boolean {
  return key.models === null || key.models.includes(model);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [i, value] of a.entries()) {
    const difference = value - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
