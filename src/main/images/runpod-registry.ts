import { randomBytes, scryptSync, timingSafeEqual } from 'node:crypto';
import { asAppError } from '../../shared/errors.ts';
import { text, type Db } from '../platform/db.ts';
import type { RunPodApi } from '../runpod/api.ts';
import type { RegistryLogin } from './build-session.ts';

const MIGRATIONS = [
  {
    sql: `CREATE TABLE registry_credentials (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            salt TEXT NOT NULL,
            fingerprint TEXT NOT NULL
          ) STRICT;`,
  },
];

const MOST_NAMES = 20;

/** The login that RunPod's hosts use to pull a private image. */
export interface RunPodRegistries {
  /**
   * Its id at RunPod, to be put into `registry` of a pod or endpoint. One that was registered with the same password is
   * reused; RunPod never tells passwords, so a salted fingerprint is kept here.
   * @throws AppError as RunPod answers; AbortError
   */
  ensure(login: RegistryLogin, signal: AbortSignal): Promise<string>;
}

export function createRunPodRegistries(api: Pick<RunPodApi, 'registries'>, db: Db): RunPodRegistries {
  db.migrate('images-registries', MIGRATIONS);
  const registrations = new Registrations(api, db);
  let last: Promise<unknown> = Promise.resolve();
  return {
    ensure(login, signal) {
      // One after the other: two at once would register the same login twice.
      const next = last.then(() => registrations.ensure(login, signal));
      last = next.catch(() => {
        // Its caller hears of it.
      });
      return next;
    },
  };
}

class Registrations {
  readonly #api: Pick<RunPodApi, 'registries'>;
  readonly #db: Db;

  constructor(api: Pick<RunPodApi, 'registries'>, db: Db) {
    this.#api = api;
    this.#db = db;
  }

  async ensure(login: RegistryLogin, signal: AbortSignal): Promise<string> {
    const wanted = `runpod-llm ${login.registry} ${login.username}`;
    const ours = (await this.#api.registries.list(signal)).filter(({ name }) => isOf(name, wanted));
    const same = ours.find(({ id }) => this.#matches(id, login));
    if (same !== undefined) return same.id;
    const taken = new Set<string>();
    // The password changed, or this computer never knew it. RunPod keeps one that a pod still uses.
    for (const { id, name } of ours) if (!(await this.#remove(id, signal))) taken.add(name);
    const name = nameBeside(taken, wanted);
    const { id } = await this.#api.registries.create(
      { name, username: login.username, password: login.password },
      signal,
    );
    this.#remember(id, name, login);
    return id;
  }

  async #remove(id: string, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#api.registries.delete(id, signal);
    } catch (error) {
      const { code } = asAppError(error);
      if (code === 'runpod_conflict' || code === 'runpod_rejected') return false;
      if (code !== 'runpod_not_found') throw error;
    }
    this.#db.run('DELETE FROM registry_credentials WHERE id = ?', id);
    return true;
  }

  #matches(id: string, login: RegistryLogin): boolean {
    const row = this.#db.get('SELECT salt, fingerprint FROM registry_credentials WHERE id = ?', id);
    if (row === undefined) return false;
    const known = Buffer.from(text(row, 'fingerprint'), 'hex');
    return timingSafeEqual(known, fingerprint(login, text(row, 'salt')));
  }

  #remember(id: string, name: string, login: RegistryLogin): void {
    const salt = randomBytes(16).toString('hex');
    this.#db.run(
      'INSERT OR REPLACE INTO registry_credentials (id, name, salt, fingerprint) VALUES (?, ?, ?, ?)',
      id,
      name,
      salt,
      fingerprint(login, salt).toString('hex'),
    );
  }
}

/** Slow on purpose: whoever reads the database must not be able to guess a password with it. */
const fingerprint = ({ username, password }: RegistryLogin, salt: string): Buffer =>
  scryptSync(`${username}\0${password}`, salt, 32);

const isOf = (name: string, wanted: string): boolean =>
  name === wanted || (/^ \d+$/.test(name.slice(wanted.length)) && name.startsWith(wanted));

function nameBeside(taken: ReadonlySet<string>, wanted: string): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; number < MOST_NAMES; number++) {
    if (!taken.has(`${wanted} ${number}`)) return `${wanted} ${number}`;
  }
  return `${wanted} ${MOST_NAMES}`;
}
