import type { SecretStatus } from '../../shared/model.ts';
import { createScrubber } from '../logs/scrubber.ts';
import { SECRET_VARIABLES } from '../secrets/secret-names.ts';
import { appConfigSchema } from './app-config.ts';
import type { ValuePath } from './config-problem.ts';
import { leavesOf, type LoadedConfig } from './load-config.ts';

export interface ConfigValue {
  readonly path: string;
  readonly value: unknown;
  /** Absent where no value of its own stands behind it: folders, deployments, secrets. */
  readonly default?: unknown;
  readonly source: string;
}

const MASK = '••••';

/** Every value with its source, for `config show`; secrets masked, and those of the keychain by their last characters. */
export function describeConfig(loaded: LoadedConfig, secrets: readonly SecretStatus[] = []): ConfigValue[] {
  const { dataDir, cacheDir } = loaded.config;
  const defaults = new Map(
    leavesOf(appConfigSchema.parse({ dataDir, cacheDir })).map((leaf) => [leaf.name, leaf.value]),
  );
  for (const own of ['data_dir', 'cache_dir']) defaults.delete(own);
  const values = leavesOf(loaded.config).map((leaf) => ({
    path: leaf.name,
    value: masked(leaf.value, leaf.path),
    ...(defaults.has(leaf.name) ? { default: defaults.get(leaf.name) } : {}),
    source: loaded.sources.get(leaf.name) ?? 'default',
  }));
  return [...values, ...secrets.map(secretValue)];
}

function secretValue(status: SecretStatus): ConfigValue {
  const source =
    status.source === 'environment' ? `environment ${SECRET_VARIABLES[status.name]}` : status.source;
  const shown = status.hint === null ? MASK : `${MASK}${status.hint}`;
  return { path: `secrets.${status.name}`, value: status.present ? shown : null, source };
}

const scrubber = createScrubber();

/** Environments and arguments of model servers may hold tokens of the user's own. */
function masked(value: unknown, path: ValuePath): unknown {
  const last = path.at(-1);
  if (last === 'env' && typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.keys(value).map((name) => [name, MASK]));
  }
  if (last === 'extraArgs' && Array.isArray(value))
    return value.map((item, index) => maskedArgument(item, value[index - 1]));
  return typeof value === 'string' ? scrubber.scrub(value) : value;
}

const SECRET_ARGUMENT = /^--?[\w-]*(?:key|token|password|secret)$/i;

function maskedArgument(item: unknown, before: unknown): unknown {
  if (typeof before === 'string' && SECRET_ARGUMENT.test(before)) return MASK;
  const [name, ...rest] = String(item).split('=');
  return rest.length > 0 && SECRET_ARGUMENT.test(name ?? '') ? `${name}=${MASK}` : item;
}
