import { AppError } from '../../shared/errors.ts';
import { hash } from 'node:crypto';
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

/**
 * The targets of the configuration.
 * @throws AppError config_invalid
 */
export function userTargets(configs: readonly UserTargetConfig[], env: NodeJS.ProcessEnv): TargetSource {
  const targets = configs.flatMap((config) => targetsOf(config, env));
  return { list: () => targets, onChange: () => () => {} };
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
