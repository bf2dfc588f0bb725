import { AppError } from '../../shared/errors.ts';
import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Unsubscribe } from '../platform/lifecycle.ts';
import { publicPriceOf } from '../costs/public-prices.ts';
import { nameOfTarget, type AddedTarget, type UserTargetConfig } from '../../shared/targets.ts';
import { PublicTarget, type PublicAccess } from './public-target.ts';
import type { Lease, Target, TargetSource, TargetState, Upstream } from '../target.ts';

const LOOPBACK_HOST = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;
const NO_LEASE: Lease = { end: () => {} };
const USUAL_CONTEXT_TOKENS = 32_768;

/**
 * A server the user added (SPEC 4.4): always awake as far as the app knows; the breaker learns when it is not. Nothing
 * here costs money by the second, so leases mean nothing.
 */
class UserTarget implements Target {
  readonly id: string;
  readonly name: string;
  readonly models: readonly string[];
  readonly contextTokens: number;
  readonly simulated = false;
  readonly payment = { kind: 'unknown' } as const;
  readonly #upstream: Upstream;

  constructor(config: UserTargetConfig, key: string | undefined) {
    const url = checkedUrl(config);
    this.name = nameOfTarget(config);
    this.id = `user_${this.name}`;
    this.models = config.models;
    this.contextTokens = config.contextTokens ?? USUAL_CONTEXT_TOKENS;
    this.#upstream = {
      baseUrl: url.href.replace(/\/+$/, ''),
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      servedModel: config.servedModel ?? config.models[0] ?? this.name,
      fingerprint: hash('sha256', JSON.stringify(config), 'hex').slice(0, 16),
      cutsSilence: !LOOPBACK_HOST.test(url.hostname),
    };
  }

  state(): TargetState {
    return 'ready';
  }
  upstream(): Upstream {
    return this.#upstream;
  }
  ensureReady(): Promise<Upstream> {
    return Promise.resolve(this.#upstream);
  }
  lease(): Lease {
    return NO_LEASE;
  }
  reportUnreachable(): void {}
}

/** A server with its key in a variable, or, added in the app, in the keychain. */
type TargetConfig = UserTargetConfig & Partial<Pick<AddedTarget, 'keyId'>>;

/** One target a model, when the server's names are the ones asked for. */
function ownTargets(config: UserTargetConfig, key: string | undefined): readonly Target[] {
  if (config.apiKeyEnv !== null && key === undefined) {
    throw new AppError(
      'config_invalid',
      `Target "${nameOfTarget(config)}" needs ${config.apiKeyEnv}, which is not set.`,
    );
  }
  if (config.servedModel !== null || config.models.length === 1) return [new UserTarget(config, key)];
  return config.models.map(
    (model) => new UserTarget({ ...config, name: `${nameOfTarget(config)}-${model}`, models: [model] }, key),
  );
}

/** @throws AppError config_invalid for plain http beyond this machine (SPEC 1.3), or credentials in the URL */
function checkedUrl(config: UserTargetConfig): URL {
  const url = new URL(config.baseUrl ?? '');
  if (url.protocol === 'http:' && !LOOPBACK_HOST.test(url.hostname)) {
    throw new AppError(
      'config_invalid',
      `Target "${nameOfTarget(config)}": plain http is allowed on this machine only.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError(
      'config_invalid',
      `Target "${nameOfTarget(config)}": put the key in a variable, not in the URL.`,
    );
  }
  return url;
}

/** @throws AppError config_invalid for an endpoint that is not known */
function publicTarget(config: UserTargetConfig, access: PublicAccess | null): Target {
  const price = publicPriceOf(config.publicEndpoint ?? '');
  if (price !== null && access !== null) return new PublicTarget(config, price, access);
  throw new AppError('config_invalid', `RunPod has no public endpoint "${config.publicEndpoint}".`, {
    advice: 'See what there is with: runpod-llm models --public',
  });
}

/** The targets of the configuration, replaced when it changes. */
export class UserTargets implements TargetSource {
  readonly #env: NodeJS.ProcessEnv;
  readonly #access: PublicAccess | null;
  readonly #storedKey: (id: string) => string | null;
  readonly #listeners = new Set<() => void>();
  #kept: ReadonlyMap<string, Kept> = new Map();
  #targets: readonly Target[] = [];

  /** `access` null = RunPod's public endpoints cannot be had. @throws AppError config_invalid */
  constructor(
    configs: readonly TargetConfig[],
    env: NodeJS.ProcessEnv,
    access: PublicAccess | null = null,
    storedKey: (id: string) => string | null = () => null,
  ) {
    this.#env = env;
    this.#access = access;
    this.#storedKey = storedKey;
    this.update(configs);
  }

  list(): readonly Target[] {
    return this.#targets;
  }

  onChange(listener: () => void): Unsubscribe {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /**
   * Takes a changed configuration, or, when any of it is bad, nothing of it. Targets it does not change stay the same
   * objects, with what is known of them; requests under way go on with the ones they have.
   * @throws AppError config_invalid
   */
  update(configs: readonly TargetConfig[]): void {
    const kept = new Map(
      configs.map((config): [string, Kept] => {
        const name = nameOfTarget(config);
        const before = this.#kept.get(name);
        const same = before !== undefined && isDeepStrictEqual(before.config, config);
        return [name, same ? before : { config, targets: this.#targetsOf(config) }];
      }),
    );
    const targets = [...kept.values()].flatMap((entry) => entry.targets);
    const changed = targets.length !== this.#targets.length || targets.some((t, i) => t !== this.#targets[i]);
    this.#kept = kept;
    this.#targets = targets;
    if (!changed) return;
    for (const listener of this.#listeners) listener();
  }

  #targetsOf(config: TargetConfig): readonly Target[] {
    if (config.publicEndpoint !== null) return [publicTarget(config, this.#access)];
    return ownTargets(config, this.#keyOf(config));
  }

  #keyOf({ apiKeyEnv, keyId }: TargetConfig): string | undefined {
    if (apiKeyEnv !== null) return this.#env[apiKeyEnv];
    return keyId == null ? undefined : (this.#storedKey(keyId) ?? undefined);
  }
}

interface Kept {
  readonly config: TargetConfig;
  readonly targets: readonly Target[];
}

/** Several sources as one; earlier ones come first where they serve the same model. */
export function joinSources(...sources: readonly TargetSource[]): TargetSource {
  return {
    list: () => sources.flatMap((source) => source.list()),
    onChange: (listener): Unsubscribe => {
      const stops = sources.map((source) => source.onChange(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
  };
}
