import type { MethodHandlers } from '../../shared/api.ts';
import type { ClientKeyView } from '../../shared/app.ts';
import { AppError } from '../../shared/errors.ts';
import type { KeySpend } from '../costs/key-spend.ts';
import type { Clock } from '../platform/clock.ts';
import type { KeyView, StoredKeys } from '../proxy/stored-keys.ts';

export interface ClientKeyParts {
  readonly keys: StoredKeys;
  readonly spend: Pick<KeySpend, 'of' | 'look'>;
  readonly clock: Clock;
}

export type KeyMethods = Pick<MethodHandlers, Extract<keyof MethodHandlers, `keys.${string}`>>;

const DAY_MS = 24 * 3_600_000;

/** Keys of the local endpoint for single clients (SPEC 4.11). */
export function clientKeyHandlers({ keys, spend, clock }: ClientKeyParts): KeyMethods {
  const viewOf = (key: KeyView): ClientKeyView => keyView(key, spend);
  return {
    'keys.list': async () => {
      spend.look();
      return { keys: keys.list().map(viewOf) };
    },
    'keys.make': async ({ name, expiresInDays, ...rules }) => {
      const expiresAt = expiresInDays === null ? null : clock.now() + expiresInDays * DAY_MS;
      const { key, secret } = keys.make(name, { ...rules, expiresAt });
      // Requests of an earlier key of this name count, so what is known of them has to be.
      spend.look();
      return { key: viewOf(find(keys, key.id)), secret };
    },
    'keys.change': async ({ key, ...changes }) => {
      const { id } = find(keys, key);
      keys.change(id, (before) => ({
        ...before,
        mayWake: changes.mayWake ?? before.mayWake,
        models: changes.models === undefined ? before.models : changes.models,
        limits: withGiven(before.limits, changes.limits),
        budget: withGiven(before.budget, changes.budget),
      }));
      spend.look();
      return viewOf(find(keys, id));
    },
    'keys.revoke': async ({ key }) => {
      keys.revoke(find(keys, key).id);
      return { ok: true as const };
    },
  };
}

/** What is given in place of what was; null is given, undefined is not. */
function withGiven<T extends Record<string, number | null>>(
  before: T,
  given: { readonly [K in keyof T]?: T[K] | undefined },
): T {
  const changed = { ...before };
  for (const name in given) {
    const value = given[name];
    if (value !== undefined) changed[name] = value;
  }
  return changed;
}

function find(keys: StoredKeys, nameOrId: string): KeyView {
  const all = keys.list();
  const found = all.find((key) => key.id === nameOrId || key.name === nameOrId);
  if (found !== undefined) return found;
  const names = all.map((key) => key.name).join(', ');
  throw new AppError('not_found', `There is no key "${nameOrId}".`, {
    advice: names === '' ? 'No key was made yet.' : `Keys are: ${names}.`,
  });
}

function keyView(key: KeyView, spend: ClientKeyParts['spend']): ClientKeyView {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    createdAt: new Date(key.createdAt).toISOString(),
    expiresAt: key.expiresAt === null ? null : new Date(key.expiresAt).toISOString(),
    mayWake: key.mayWake,
    models: key.models === null ? null : [...key.models],
    limits: { ...key.limits },
    budget: { ...key.budget },
    spent: { ...spend.of(key.name) },
  };
}
