import type { MethodHandlers } from '../../shared/api.ts';
import type { ClientKeyView } from '../../shared/app.ts';
import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import type { KeyView, StoredKeys } from '../proxy/stored-keys.ts';

type Handled = Pick<MethodHandlers, Extract<keyof MethodHandlers, `keys.${string}`>>;

const DAY_MS = 24 * 3_600_000;

/** Keys of the local endpoint for single clients (SPEC 4.11). */
export function clientKeyHandlers(keys: StoredKeys, clock: Clock): Handled {
  return {
    'keys.list': async () => ({ keys: keys.list().map(viewOf) }),
    'keys.make': async ({ name, expiresInDays, ...rules }) => {
      const expiresAt = expiresInDays === null ? null : clock.now() + expiresInDays * DAY_MS;
      const { key, secret } = keys.make(name, { ...rules, expiresAt });
      return { key: viewOf(find(keys, key.id)), secret };
    },
    'keys.revoke': async ({ key }) => {
      keys.revoke(find(keys, key).id);
      return { ok: true as const };
    },
  };
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

function viewOf(key: KeyView): ClientKeyView {
  return {
    id: key.id,
    name: key.name,
    hint: key.hint,
    createdAt: new Date(key.createdAt).toISOString(),
    expiresAt: key.expiresAt === null ? null : new Date(key.expiresAt).toISOString(),
    mayWake: key.mayWake,
    models: key.models === null ? null : [...key.models],
    limits: { ...key.limits },
  };
}
