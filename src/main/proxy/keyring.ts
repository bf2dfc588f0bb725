import { hash, timingSafeEqual } from 'node:crypto';

/**
 * infer = send requests to models; models = list them; metrics = read /metrics and /dashboard.
 * None of them reaches the control API, which has a listener and a token of its own.
 */
export type KeyScope = 'infer' | 'models' | 'metrics';

interface KeyLimits {
  /** null = no limit. */
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly concurrent: number | null;
}

/** What its requests may cost; null = no limit. */
interface KeyBudget {
  readonly usdPerDay: number | null;
  readonly usdPerMonth: number | null;
}

const UNLIMITED: KeyLimits = { requestsPerMinute: null, tokensPerMinute: null, concurrent: null };

/** Who asks, as far as the proxy knows. */
export interface ClientKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly KeyScope[];
  /** Whether its requests may start hardware that costs money. */
  readonly mayWake: boolean;
  /** Models it may use; null = all. */
  readonly models: readonly string[] | null;
  readonly limits: KeyLimits;
  /** Absent = no limit. */
  readonly budget?: KeyBudget;
  /** Wall-clock milliseconds; null = never. */
  readonly expiresAt: number | null;
}

/** A key as it is kept: never the secret, only its SHA-256. */
export interface StoredKey {
  readonly key: ClientKey;
  readonly digest: Buffer;
}

/** The keys that open this proxy. */
export interface Keyring {
  /** Grows with every change, so that a key remembered for a connection ends with its revocation. */
  readonly generation: number;
  keys(): readonly StoredKey[];
}

export function digestOf(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** Finds the key of a presented secret in a time that does not depend on how much of it is right. */
export function findKey(keyring: Keyring, secret: string, now: number): ClientKey | null {
  const digest = digestOf(secret);
  let found: ClientKey | null = null;
  for (const stored of keyring.keys()) {
    if (timingSafeEqual(stored.digest, digest)) found = stored.key;
  }
  if (found === null || (found.expiresAt !== null && found.expiresAt <= now)) return null;
  return found;
}

/** The owner's key: may do everything the proxy offers. */
export function ownerKey(secret: string): StoredKey {
  return { key: OWNER, digest: digestOf(secret) };
}

const OWNER: ClientKey = {
  id: 'owner',
  name: 'owner',
  scopes: ['infer', 'models', 'metrics'],
  mayWake: true,
  models: null,
  limits: UNLIMITED,
  expiresAt: null,
};

/** Who asks where no key is required. */
export const ANONYMOUS: ClientKey = { ...OWNER, id: 'anonymous', name: 'anonymous' };

/** A keyring with keys that never change. */
export function fixedKeyring(keys: readonly StoredKey[]): Keyring {
  return { generation: 0, keys: () => keys };
}
