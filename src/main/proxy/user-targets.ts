import { AppError } from '../../shared/errors.ts';
import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Unsubscribe } from '../platform/lifecycle.ts';
import type { UserTargetConfig } from '../settings/proxy-config.ts';
import type { Lease, Target, TargetSource, TargetState, Upstream } from '../target.ts';

const LOOPBACK_HOST = /^(?:127\.\d+\.\d+\.\d+|localhost|\[::1\])$/;
const NO_LEASE: Lease = { end: () => {} };

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
  readonly #upstream: Upstream;

  constructor(config: UserTargetConfig, key: string | undefined) {
    const url = checkedUrl(config);
    this.id = `user_${config.name}`;
    this.name = config.name;
    this.models = config.models;
    this.contextTokens = config.contextTokens;
    this.#upstream = {
      baseUrl: url.href.replace(/\/+$/, ''),
      headers: key === undefined ? {} : { authorization: `Bearer ${key}` },
      servedModel: config.servedModel ?? config.models[0] ?? config.name,
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

/** One target a model, when the server's names are the ones asked for. */
function targetsOf(config: UserTargetConfig, env: NodeJS.ProcessEnv): readonly Target[] {
  const key = config.apiKeyEnv === null ? undefined : env[config.apiKeyEnv];
  if (config.apiKeyEnv !== null && key === undefined) {
    throw new AppError(
      'config_invalid',
      `Target "${config.name}" needs ${config.apiKeyEnv}, which is not set.`,
    );
  }
  if (config.servedModel !== null || config.models.length === 1) return [new UserTarget(config, key)];
  return config.models.map(
    (model) => new UserTarget({ ...config, name: `${config.name}-${model}`, models: [model] }, key),
  );
}

/** @throws AppError config_invalid for plain http beyond this machine (SPEC 1.3), or credentials in the URL */
function checkedUrl(config: UserTargetConfig): URL {
  const url = new URL(config.baseUrl);
  if (url.protocol === 'http:' && !LOOPBACK_HOST.test(url.hostname)) {
    throw new AppError(
      'config_invalid',
      `Target "${config.name}": plain http is allowed on this machine only.`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new AppError(
      'config_invalid',
      `Target "${config.name}": put the key in a variable, not in the URL.`,
    );
  }
  return url;
}

/** The targets of the configuration, replaced when it changes. */
export class UserTargets implements TargetSource {
  readonly #env: NodeJS.ProcessEnv;
  readonly #listeners = new Set<() => void>();
  #kept: ReadonlyMap<string, Kept> = new Map();
  #targets: readonly Target[] = [];

  /** @throws AppError config_invalid */
  constructor(configs: readonly UserTargetConfig[], env: NodeJS.ProcessEnv) {
    this.#env = env;
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
  update(configs: readonly UserTargetConfig[]): void {
    const kept = new Map(
      configs.map((config): [string, Kept] => {
        const before = this.#kept.get(config.name);
        const same = before !== undefined && isDeepStrictEqual(before.config, config);
        return [config.name, same ? before : { config, targets: targetsOf(config, this.#env) }];
      }),
    );
    const targets = [...kept.values()].flatMap((entry) => entry.targets);
    const changed = targets.length !== this.#targets.length || targets.some((t, i) => t !== this.#targets[i]);
    this.#kept = kept;
    this.#targets = targets;
    if (!changed) return;
    for (const listener of this.#listeners) listener();
  }
}

interface Kept {
  readonly config: UserTargetConfig;
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
