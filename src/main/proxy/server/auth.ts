import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { ANONYMOUS, findKey, type ClientKey, type Keyring, type KeyScope } from '../keyring.ts';

export interface AuthOptions {
  readonly keyring: Keyring;
  readonly clock: Clock;
  /** A connection keeps guessing. */
  readonly onGuessing: () => void;
}

const MOST_FAILURES = 20;
const MINUTE_MS = 60_000;

/** What is remembered of a connection: hashing the same key for each of its requests would be work for nothing. */
interface Known {
  /** The Authorization header it sent last, and the secret in it. */
  header: string | undefined;
  bearer: string | null;
  secret: string;
  generation: number;
  key: ClientKey | null;
  failures: number;
  since: number;
}

/** Who asks? Constant time in the secret, remembered per connection, and deaf to guessing. */
export class Auth {
  readonly #options: AuthOptions;
  readonly #connections = new WeakMap<Socket, Known>();

  constructor(options: AuthOptions) {
    this.#options = options;
  }

  /**
   * The key of a request that needs `scope`; null = the route needs none. Where none is `required`, a request without
   * one is anonymous, but a wrong one is still refused.
   * @throws AppError invalid_api_key, rate_limited
   */
  check(socket: Socket, headers: IncomingHttpHeaders, scope: KeyScope | null, required: boolean): ClientKey {
    if (scope === null) return ANONYMOUS;
    const known = this.#known(socket);
    const secret = secretOf(known, headers, scope === 'metrics');
    if (!required && secret === null) return ANONYMOUS;
    const now = this.#options.clock.now();
    if (known.failures >= MOST_FAILURES && now - known.since < MINUTE_MS) {
      throw new AppError('rate_limited', 'Too many wrong keys on this connection.', {
        retryAfterSeconds: 60,
      });
    }
    const key = secret === null ? null : this.#find(known, secret, now);
    if (key === null) throw this.#refused(known, now, secret);
    if (!key.scopes.includes(scope)) {
      throw new AppError('invalid_api_key', `The key "${key.name}" is not allowed to do this.`, {
        advice: `It lacks the scope "${scope}".`,
      });
    }
    return key;
  }

  #known(socket: Socket): Known {
    const known = this.#connections.get(socket);
    if (known !== undefined) return known;
    const fresh: Known = {
      header: undefined,
      bearer: null,
      secret: '',
      generation: -1,
      key: null,
      failures: 0,
      since: 0,
    };
    this.#connections.set(socket, fresh);
    return fresh;
  }

  #find(known: Known, secret: string, now: number): ClientKey | null {
    const { keyring } = this.#options;
    const current = known.generation === keyring.generation && known.secret === secret;
    if (current && known.key !== null && (known.key.expiresAt ?? Infinity) > now) return known.key;
    const key = findKey(keyring, secret, now);
    if (key !== null) Object.assign(known, { secret, generation: keyring.generation, key });
    return key;
  }

  #refused(known: Known, now: number, secret: string | null): AppError {
    if (now - known.since >= MINUTE_MS) Object.assign(known, { failures: 0, since: now });
    known.failures++;
    if (known.failures === MOST_FAILURES) this.#options.onGuessing();
    return new AppError(
      'invalid_api_key',
      secret === null ? 'A key is needed here.' : 'This is not a key of this proxy.',
    );
  }
}

/** A connection mostly repeats its one header, which then need not be taken apart again. */
function secretOf(known: Known, headers: IncomingHttpHeaders, basic: boolean): string | null {
  const alone = headers['x-api-key'] === undefined && headers['api-key'] === undefined;
  if (!alone || basic) return secretIn(headers, basic);
  if (headers.authorization !== known.header) {
    known.bearer = secretIn(headers, false);
    known.header = headers.authorization;
  }
  return known.bearer;
}

/**
 * The secret a request carries in its headers; query, cookies and paths are never looked at. Two different ones are
 * none. `basic`: a browser's password prompt counts too (the dashboard only; browsers repeat it unasked).
 */
function secretIn(headers: IncomingHttpHeaders, basic: boolean): string | null {
  const bearer = /^Bearer +(\S+)\s*$/i.exec(headers.authorization ?? '')?.[1];
  const password = basic ? basicPassword(headers.authorization ?? '') : undefined;
  const found = [bearer ?? password, single(headers['x-api-key']), single(headers['api-key'])].filter(
    (value) => value !== undefined && value !== '',
  );
  const [first] = found;
  return first !== undefined && found.every((value) => value === first) ? first : null;
}

function single(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value.trim() : undefined;
}

function basicPassword(header: string): string | undefined {
  if (!header.startsWith('Basic ')) return undefined;
  const text = Buffer.from(header.slice('Basic '.length), 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : text.slice(colon + 1);
}
