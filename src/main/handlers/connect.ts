import type { MethodHandlers } from '../../shared/api.ts';
import { AppError } from '../../shared/errors.ts';
import type { ConnectFiles, FileKeys, FileTarget } from '../connect/connect-files.ts';
import type { Fleet } from '../deployments/types.ts';
import type { Clock } from '../platform/clock.ts';
import { findKey } from '../proxy/keyring.ts';
import type { StoredKeys } from '../proxy/stored-keys.ts';

export interface ConnectParts {
  readonly files: ConnectFiles;
  readonly fleet: Pick<Fleet, 'list'>;
  /** null until the proxy listens. */
  readonly proxyUrl: () => string | null;
}

type Handled = Pick<
  MethodHandlers,
  'connect.found' | 'connect.preview' | 'connect.write' | 'connect.restore'
>;

/** Files of clients on this computer (CLIENTS 2.8): shown, then written, then put back. */
export function connectHandlers(parts: ConnectParts): Handled {
  return {
    'connect.found': async () => {
      const served = new Set(parts.fleet.list().flatMap(({ name, models }) => [name, ...models]));
      return { clients: parts.files.found(served) };
    },
    'connect.preview': async ({ client, deployment }) =>
      parts.files.preview(client, targetOf(parts, deployment)),
    'connect.write': async ({ client, deployment, fingerprint }) =>
      parts.files.write(client, targetOf(parts, deployment), fingerprint),
    'connect.restore': async ({ client }) => parts.files.restore(client),
  };
}

function targetOf({ fleet, proxyUrl }: ConnectParts, ref: string): FileTarget {
  const view = fleet.list().find(({ name, id }) => name === ref || id === ref);
  if (view === undefined) throw new AppError('not_found', `There is no deployment "${ref}".`);
  const url = proxyUrl();
  if (url === null) throw new AppError('not_allowed_now', 'The endpoint does not listen yet.');
  return {
    baseUrl: `${url}/v1`,
    model: view.models[0] ?? view.name,
    contextTokens: view.spec.contextTokens,
  };
}

/** The keys of the endpoint as files need them: never the owner's, which every tool may have been given. */
export function fileKeys(keys: StoredKeys, clock: Clock): FileKeys {
  return {
    opens: (secret) => {
      const found = findKey(keys, secret, clock.now());
      return found !== null && keys.list().some(({ id }) => id === found.id);
    },
    make: (wanted) => {
      const { key, secret } = keys.make(freeName(keys, wanted));
      return { id: key.id, name: key.name, secret };
    },
    revoke: (id) => {
      const name = keys.list().find((key) => key.id === id)?.name ?? null;
      if (name !== null) keys.revoke(id);
      return name;
    },
  };
}

function freeName(keys: StoredKeys, wanted: string): string {
  const taken = new Set(keys.list().map(({ name }) => name));
  let name = wanted;
  for (let count = 2; taken.has(name); count++) name = `${wanted} ${count}`;
  return name;
}
