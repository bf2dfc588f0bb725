import { silentLog } from '../logs/log.ts';
import { systemRandom } from '../platform/random.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import type { LoadedConfig } from '../settings/load-config.ts';
import type { Cli } from './cli.ts';
import { thisMachine } from './machine.ts';
import { given } from './wish.ts';

/**
 * The configuration as an instance started now would read it.
 * @throws AppError config_invalid
 */
export async function readConfig(cli: Cli, configFile?: string): Promise<LoadedConfig> {
  const { loadConfig } = await import('../settings/load-config.ts');
  const flags = given({ dataDir: cli.dataDirFlag, config: configFile });
  return loadConfig({ ...thisMachine(cli.env), flags });
}

/** Where the configuration file is looked for, whatever stands in it. */
export async function configPath(cli: Cli): Promise<string> {
  const { loadConfig } = await import('../settings/load-config.ts');
  const flags = given({ dataDir: cli.dataDirFlag });
  return loadConfig({ ...thisMachine(cli.env), flags, readText: () => '{}' }).filePath;
}

/**
 * Secrets without a running instance: the same places that one would use, but nothing is kept in memory, as the
 * command ends at once.
 */
export async function openSecrets(cli: Cli): Promise<SecretStore> {
  const [{ createSecretStore }, { openOsKeychain }, { config }] = await Promise.all([
    import('../secrets/create-secret-store.ts'),
    import('../secrets/keychain.ts'),
    readConfig(cli),
  ]);
  return createSecretStore({
    env: cli.env,
    keychain: openOsKeychain({ clock: cli.clock, platform: process.platform, env: cli.env }),
    profile: config.cloud === 'sandbox' ? 'sandbox' : 'runpod',
    memory: false,
    installation: cli.dataDir,
    random: systemRandom,
    log: silentLog,
    onValue: () => {},
  });
}

/** Where the proxy will answer on this computer once it runs. */
export async function configuredProxyUrl(cli: Cli): Promise<string> {
  const { config } = await readConfig(cli);
  return `http://127.0.0.1:${config.proxy.port}/v1`;
}
