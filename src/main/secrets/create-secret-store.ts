import type { SecretName, SecretStatus } from '../../shared/model.ts';
import { AppError, asAppError } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Random } from '../platform/random.ts';
import type { Keychain } from './keychain.ts';
import { deriveProxyKey, newProxyKey, type ProxyKey } from './proxy-key.ts';
import { SECRET_VARIABLES, hint } from './secret-names.ts';
import type { SecretStore } from './secret-store.ts';

export interface SecretStoreOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** null = none is to be used. */
  readonly keychain: Keychain | null;
  /** The sandbox has secrets of its own, and no RunPod key at all. */
  readonly profile: 'runpod' | 'sandbox';
  /** Keeps in memory, until the app ends, what no keychain can; otherwise such a secret is refused. */
  readonly memory: boolean;
  /** Sets this installation's derived proxy key apart from another's. Not a secret. */
  readonly installation: string;
  readonly random: Random;
  readonly log: Log;
  /** Told every secret value that passes, so that the log can keep it out of its lines. */
  readonly onValue: (value: string) => void;
}

export interface AppSecretStore extends SecretStore {
  /** The local proxy key: found, or made and kept as well as this machine allows. The same for all callers. */
  proxyKey(): Promise<ProxyKey>;
}

interface Found {
  readonly value: string;
  readonly source: SecretStatus['source'];
}

/** Why there is no keychain, the log says. */
const CHANGES = `Without a keychain the local key changes at every start; set ${SECRET_VARIABLES.proxy} to keep one.`;

/** Environment over keychain over memory (SPEC 1.4); never a file. */
export function createSecretStore(options: SecretStoreOptions): AppSecretStore {
  return new LayeredSecretStore(options);
}

class LayeredSecretStore implements AppSecretStore {
  readonly #options: SecretStoreOptions;
  readonly #memory = new Map<SecretName, Found>();
  /** Values once read from the keychain: it is asked again only after a change, not on every request. */
  readonly #read = new Map<SecretName, string>();
  #unavailable: string | null = null;
  #asked = false;
  #proxyKey: Promise<ProxyKey> | null = null;

  constructor(options: SecretStoreOptions) {
    this.#options = options;
    if (options.keychain === null) this.#unavailable = 'The keychain is not used here.';
  }

  async get(name: SecretName): Promise<string | null> {
    return (await this.#find(name))?.value ?? null;
  }

  async set(name: SecretName, given: string): Promise<SecretStatus> {
    const value = checked(name, given);
    this.#refuseInSandbox(name);
    this.#refuseBehindEnvironment(name);
    this.#tell(name, value);
    try {
      await this.#store(name, value);
      this.#memory.delete(name);
    } catch (error) {
      if (!this.#options.memory) throw error;
      this.#memory.set(name, { value, source: 'memory' });
    }
    if (name === 'proxy') this.#proxyKey = null;
    return this.status(name);
  }

  async delete(name: SecretName): Promise<SecretStatus> {
    this.#memory.delete(name);
    this.#read.delete(name);
    if (name === 'proxy') this.#proxyKey = null;
    if (this.#options.keychain !== null) await this.#options.keychain.delete(this.#account(name));
    return this.status(name);
  }

  async status(name: SecretName): Promise<SecretStatus> {
    const found = await this.#find(name);
    if (found === null) return { name, present: false, hint: null, source: 'none' };
    return { name, present: true, hint: hint(found.value), source: found.source };
  }

  async keychain(): Promise<{ readonly available: boolean; readonly reason: string | null }> {
    // What reading and setting told is known; asking at every look could mean a prompt at every look.
    if (!this.#asked) await this.#fromKeychain('proxy');
    return { available: this.#unavailable === null, reason: this.#unavailable };
  }

  proxyKey(): Promise<ProxyKey> {
    this.#proxyKey ??= this.#makeProxyKey().catch((error: unknown) => {
      this.#proxyKey = null;
      throw error;
    });
    return this.#proxyKey;
  }

  async #makeProxyKey(): Promise<ProxyKey> {
    const found = await this.#find('proxy');
    if (found?.source === 'environment') return { key: found.value, kept: 'environment', note: null };
    if (found?.source === 'keychain') return { key: found.value, kept: 'keychain', note: null };
    if (found !== null) return { key: found.value, kept: 'this-start', note: CHANGES };
    const key = newProxyKey(this.#options.random);
    try {
      await this.#store('proxy', key);
      this.#tell('proxy', key);
      return { key, kept: 'keychain', note: null };
    } catch {
      // #store has told the log why; without a keychain the key is made from what there is.
      return this.#keyWithoutKeychain(key);
    }
  }

  async #keyWithoutKeychain(fresh: string): Promise<ProxyKey> {
    const runpod = await this.get('runpod');
    const key = runpod === null ? fresh : deriveProxyKey(runpod, this.#options.installation);
    this.#tell('proxy', key);
    this.#memory.set('proxy', { value: key, source: 'generated' });
    if (runpod === null) return { key, kept: 'this-start', note: CHANGES };
    return {
      key,
      kept: 'derived',
      note: 'The local key is derived from the RunPod key and stays until that changes.',
    };
  }

  async #find(name: SecretName): Promise<Found | null> {
    if (this.#isKeptOut(name)) return null;
    const fromEnvironment = this.#fromEnvironment(name);
    if (fromEnvironment !== null) {
      this.#tell(name, fromEnvironment);
      return { value: fromEnvironment, source: 'environment' };
    }
    const value = await this.#fromKeychain(name);
    return value === null ? (this.#memory.get(name) ?? null) : { value, source: 'keychain' };
  }

  #fromEnvironment(name: SecretName): string | null {
    const value = this.#options.env[SECRET_VARIABLES[name]]?.trim() ?? '';
    return value === '' ? null : value;
  }

  /** null = not there, or the keychain cannot be read; the reason is kept for `keychain()`. */
  async #fromKeychain(name: SecretName): Promise<string | null> {
    const { keychain } = this.#options;
    if (keychain === null) return null;
    const known = this.#read.get(name);
    if (known !== undefined) return known;
    this.#asked = true;
    try {
      const value = await keychain.get(this.#account(name));
      this.#unavailable = null;
      if (value === null) return null;
      this.#tell(name, value);
      this.#read.set(name, value);
      return value;
    } catch (error) {
      this.#noteUnavailable(error);
      return null;
    }
  }

  /** @throws AppError keychain_unavailable */
  async #store(name: SecretName, value: string): Promise<void> {
    const { keychain } = this.#options;
    if (keychain === null) throw new AppError('keychain_unavailable', this.#unavailable ?? '');
    try {
      await keychain.set(this.#account(name), value);
      // Some keychains cut long values or drop writes without a word.
      if ((await keychain.get(this.#account(name))) !== value) {
        throw new AppError('keychain_unavailable', 'The keychain did not keep the value as it was given.');
      }
      this.#unavailable = null;
      this.#read.set(name, value);
    } catch (error) {
      this.#read.delete(name);
      this.#noteUnavailable(error);
      throw error;
    }
  }

  #noteUnavailable(error: unknown): void {
    const reason = asAppError(error).message;
    if (this.#unavailable !== reason) this.#options.log.warn({ reason }, 'the keychain cannot be used');
    this.#unavailable = reason;
  }

  /** A user name stands in image names and is no secret: taken out of the log it would leave holes. */
  #tell(name: SecretName, value: string): void {
    if (name !== 'docker-username') this.#options.onValue(value);
  }

  #account(name: SecretName): string {
    return this.#options.profile === 'sandbox' ? `sandbox/${name}` : name;
  }

  #isKeptOut(name: SecretName): boolean {
    return this.#options.profile === 'sandbox' && name === 'runpod';
  }

  #refuseInSandbox(name: SecretName): void {
    if (!this.#isKeptOut(name)) return;
    throw new AppError('unsupported', 'The sandbox keeps no RunPod key.', {
      advice: 'Start the app without --cloud sandbox, then set the key.',
    });
  }

  #refuseBehindEnvironment(name: SecretName): void {
    if (this.#fromEnvironment(name) === null) return;
    const variable = SECRET_VARIABLES[name];
    throw new AppError('not_allowed_now', `${variable} in the environment would win over a stored value.`, {
      advice: `Change or remove ${variable} and start the app again.`,
      details: { variable },
    });
  }
}

const SHORTEST_PROXY_KEY = 16;

/** What is pasted often brings a line break or the word Bearer along; no key holds spaces. */
function checked(name: SecretName, given: string): string {
  const value = given.trim();
  const advice = 'Paste the key alone, as it was shown when it was made.';
  if (!/^[\x21-\x7e]+$/.test(value)) {
    const found = value === '' ? 'nothing' : 'spaces or characters that no key has';
    throw new AppError('invalid_input', `The value for "${name}" holds ${found}.`, {
      advice,
      details: { field: 'value', allowed: 'printable characters without spaces' },
    });
  }
  if (name === 'proxy' && value.length < SHORTEST_PROXY_KEY) {
    throw new AppError('invalid_input', `A local key of ${value.length} characters could be guessed.`, {
      advice: `Use at least ${SHORTEST_PROXY_KEY} characters, or let the app make one.`,
      details: { field: 'value', allowed: `at least ${SHORTEST_PROXY_KEY} characters` },
    });
  }
  return value;
}
