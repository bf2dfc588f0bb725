import { silentLog } from '../logs/log.ts';
import { systemRandom } from '../platform/random.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import type { Cli } from './cli.ts';

/** Secrets without a running instance: the same keychain entries, nothing kept in memory, as the command ends at once. */
export async function openSecrets(cli: Cli): Promise<SecretStore> {
  const [{ createSecretStore }, { openOsKeychain }] = await Promise.all([
    import('../secrets/create-secret-store.ts'),
    import('../secrets/keychain.ts'),
  ]);
  return createSecretStore({
    env: cli.env,
    keychain: openOsKeychain({ clock: cli.clock, platform: process.platform, env: cli.env }),
    profile: 'runpod',
    memory: false,
    installation: '',
    random: systemRandom,
    log: silentLog,
    onValue: () => {},
  });
}

/** Where the proxy will answer once it runs. */
export async function configuredProxyUrl(cli: Cli): Promise<string> {
  return `http://127.0.0.1:${cli.env['RUNPOD_LLM_PORT'] ?? '27182'}/v1`;
}
