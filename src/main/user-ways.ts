import { nameOfTarget, type AddedTarget } from '../shared/targets.ts';
import type { ManagerParts } from './manager-parts.ts';
import type { TargetKeys } from './secrets/target-keys.ts';
import { effectiveProxy, effectiveTargets } from './settings/effective-proxy.ts';
import type { ProxyConfig } from './settings/proxy-config.ts';
import { targetRules } from './settings/target-rules.ts';

type Parts = Pick<ManagerParts, 'config' | 'settings' | 'routing' | 'targetKeys' | 'log'>;

interface Made {
  readonly config: ProxyConfig;
  readonly user: ReturnType<Parts['settings']['get']>;
  readonly routing: ReturnType<Parts['routing']['get']>;
  readonly proxy: ProxyConfig;
}

/** The proxy's configuration with what was set in the running app over it. */
export class UserWays {
  readonly #parts: Parts;
  readonly #env: NodeJS.ProcessEnv;
  /** Names of those whose problem is in the log already. */
  readonly #told = new Set<string>();
  #made: Made | null = null;

  private constructor(parts: Parts, env: NodeJS.ProcessEnv) {
    this.#parts = parts;
    this.#env = env;
  }

  /** Reads the keys of added servers from the keychain first. */
  static async open(parts: Parts, env: NodeJS.ProcessEnv): Promise<UserWays> {
    const ids = parts.routing.get().targets.map(({ keyId }) => keyId);
    await parts.targetKeys.load(ids.filter((id) => id !== null));
    return new UserWays(parts, env);
  }

  /** Asked many times a request: nothing but three comparisons where nothing changed. */
  proxy(): ProxyConfig {
    const { proxy: config } = this.#parts.config();
    const user = this.#parts.settings.get();
    const routing = this.#parts.routing.get();
    const made = this.#made;
    if (made !== null && made.config === config && made.user === user && made.routing === routing) {
      return made.proxy;
    }
    const proxy = effectiveProxy(config, user, routing);
    this.#made = { config, user, routing, proxy };
    return proxy;
  }

  /** What cannot be used is left out: one server whose key is gone must not keep the app from starting. */
  targets(): AddedTarget[] {
    const { proxy } = this.#parts.config();
    const all = effectiveTargets(proxy, this.#parts.routing.get());
    return all.filter((target, index) => index < proxy.targets.length || this.#isUsable(target));
  }

  readonly storedKey = (id: string): string | null => this.#parts.targetKeys.peek(id)?.value ?? null;

  #isUsable(target: AddedTarget): boolean {
    const problem = hindrance({ env: this.#env, keys: this.#parts.targetKeys }, target);
    if (problem === null) return true;
    const name = nameOfTarget(target);
    if (!this.#told.has(name)) this.#parts.log.warn({ name, problem }, 'an added server is not used');
    this.#told.add(name);
    return false;
  }
}

interface KeySources {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly keys: Pick<TargetKeys, 'peek'>;
}

/** The key an added server is asked with; null = none. */
export function keyOf(
  { env, keys }: KeySources,
  { apiKeyEnv, keyId }: Pick<AddedTarget, 'apiKeyEnv' | 'keyId'>,
): string | null {
  if (apiKeyEnv !== null) return env[apiKeyEnv] ?? null;
  return keyId === null ? null : (keys.peek(keyId)?.value ?? null);
}

/** Why a server that was added in the app is not used; null = it is. One of the file is refused with the file. */
export function hindrance(sources: KeySources, target: AddedTarget): string | null {
  const [broken] = targetRules(target, []);
  if (broken !== undefined) return `${broken.path.join('.')}: ${broken.allowed}`;
  if (target.apiKeyEnv === null && target.keyId === null) return null;
  if (keyOf(sources, target) !== null) return null;
  return target.apiKeyEnv === null
    ? 'Its key cannot be read from the keychain. Enter it again.'
    : `The variable ${target.apiKeyEnv} is not set.`;
}
