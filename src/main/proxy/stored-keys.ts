import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { number, numberOrNull, text, type Db, type Row } from '../platform/db.ts';
import type { Ids } from '../platform/ids.ts';
import type { Random } from '../platform/random.ts';
import { digestOf, type ClientKey, type Keyring, type StoredKey } from './keyring.ts';

const MIGRATIONS = [
  {
    sql: `CREATE TABLE client_keys (
            id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, digest BLOB NOT NULL, hint TEXT NOT NULL,
            rules TEXT NOT NULL, created_at INTEGER NOT NULL, expires_at INTEGER
          ) STRICT;`,
  },
];

const limit = z.int().positive().nullable().default(null);
const usd = z.number().positive().nullable().default(null);

/** What a key may do, as it is made and kept. */
const keyRulesSchema = z.strictObject({
  scopes: z.array(z.enum(['infer', 'models', 'metrics'])).default(['infer', 'models']),
  mayWake: z.boolean().default(true),
  models: z.array(z.string().min(1)).nullable().default(null),
  limits: z
    .strictObject({ requestsPerMinute: limit, tokensPerMinute: limit, concurrent: limit })
    .prefault({}),
  budget: z.strictObject({ usdPerDay: usd, usdPerMonth: usd }).prefault({}),
});
type KeyRules = z.infer<typeof keyRulesSchema>;
export type KeyWish = z.input<typeof keyRulesSchema> & { readonly expiresAt?: number | null };

export interface KeyView extends ClientKey {
  readonly budget: KeyRules['budget'];
  /** Last four characters. */
  readonly hint: string;
  readonly createdAt: number;
}

const SECRET_BYTES = 32;

/**
 * The owner's key plus those made for single clients, of which only SHA-256 digests are kept. Read into memory once: the
 * request path never touches the database.
 */
export class StoredKeys implements Keyring {
  readonly #db: Db;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #ids: Ids;
  #owner: StoredKey | null = null;
  #made: readonly StoredKey[] = [];
  generation = 0;

  constructor(parts: { readonly db: Db; readonly clock: Clock; readonly random: Random; readonly ids: Ids }) {
    this.#db = parts.db;
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#ids = parts.ids;
    this.#db.migrate('proxy-keys', MIGRATIONS);
    this.#load();
  }

  keys(): readonly StoredKey[] {
    return this.#owner === null ? this.#made : [this.#owner, ...this.#made];
  }

  /** The owner's key was set or changed. */
  setOwner(owner: StoredKey | null): void {
    this.#owner = owner;
    this.generation++;
  }

  list(): readonly KeyView[] {
    return this.#db.all('SELECT * FROM client_keys ORDER BY created_at, id').map((row) => ({
      ...keyOf(row),
      hint: text(row, 'hint'),
      createdAt: number(row, 'created_at'),
    }));
  }

  /**
   * Makes a key. The secret is given out here and never again.
   * @throws AppError name_taken
   */
  make(name: string, wish: KeyWish = {}): { readonly key: ClientKey; readonly secret: string } {
    if (this.#db.get('SELECT 1 FROM client_keys WHERE name = ?', name) !== undefined) {
      throw new AppError('name_taken', `A key named "${name}" exists already.`, {
        advice: 'Choose another name or revoke that key.',
      });
    }
    const { expiresAt, ...rules } = wish;
    const secret = `pat_local_${this.#random.hex(SECRET_BYTES)}`;
    const id = this.#ids.next('key');
    this.#db.run(
      'INSERT INTO client_keys VALUES (?, ?, ?, ?, ?, ?, ?)',
      id,
      name,
      digestOf(secret),
      secret.slice(-4),
      JSON.stringify(keyRulesSchema.parse(rules)),
      this.#clock.now(),
      expiresAt ?? null,
    );
    this.#load();
    const made = this.#made.find((stored) => stored.key.id === id);
    if (made === undefined) throw new AppError('internal', 'The key was not stored.');
    return { key: made.key, secret };
  }

  /**
   * Changes what a key may do, for requests that begin from now on.
   * @throws AppError not_found
   */
  change(id: string, rules: (before: KeyRules) => KeyRules): void {
    const row = this.#db.get('SELECT rules FROM client_keys WHERE id = ?', id);
    if (row === undefined) throw noKey(id);
    const changed = keyRulesSchema.parse(rules(rulesOf(row)));
    this.#db.run('UPDATE client_keys SET rules = ? WHERE id = ?', JSON.stringify(changed), id);
    this.#load();
  }

  /** @throws AppError not_found */
  revoke(id: string): void {
    const { changes } = this.#db.run('DELETE FROM client_keys WHERE id = ?', id);
    if (changes === 0) throw noKey(id);
    this.#load();
  }

  #load(): void {
    this.#made = this.#db.all('SELECT * FROM client_keys').map((row) => {
      const digest = row['digest'];
      if (!(digest instanceof Uint8Array)) throw new AppError('internal', 'A stored key has no digest.');
      return { key: keyOf(row), digest: Buffer.from(digest) };
    });
    this.generation++;
  }
}

const noKey = (id: string): AppError => new AppError('not_found', `There is no key ${id}.`);

const rulesOf = (row: Row): KeyRules => keyRulesSchema.parse(JSON.parse(text(row, 'rules')));

function keyOf(row: Row): Omit<KeyView, 'hint' | 'createdAt'> {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    ...rulesOf(row),
    expiresAt: numberOrNull(row, 'expires_at'),
  };
}
