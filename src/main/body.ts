import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { clientFolders } from './connect/client-folders.ts';
import { keepControlFile } from './control/control-file.ts';
import { newControlToken } from './control/credentials.ts';
import { createControlServer, type ControlServer } from './control/server.ts';
import { startHost, type Host } from './host.ts';
import { createLog, type AppLog, type LogOptions } from './logs/app-log.ts';
import { systemClock } from './platform/clock.ts';
import { randomIds } from './platform/ids.ts';
import type { Disposables } from './platform/lifecycle.ts';
import { lockDirectory } from './platform/lock.ts';
import { systemRandom } from './platform/random.ts';
import { createSecretStore, type AppSecretStore } from './secrets/create-secret-store.ts';
import { openOsKeychain } from './secrets/keychain.ts';
import type { AppConfig } from './settings/app-config.ts';
import { openConfiguration, type ConfigSource } from './settings/config-source.ts';
import { refuseWeakKey } from './settings/exposure.ts';
import { openTargetKeys, type TargetKeys } from './secrets/target-keys.ts';
import {
  createUserRouting,
  createUserSettings,
  type SettingsFile,
  type UserRoutingStore,
  type UserSettingsStore,
} from './settings/user-settings.ts';
import { version } from './version.ts';

export interface GroundInput {
  /** Command-line flags, as `serve` has them. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
  readonly openSettings: (dataDir: string) => SettingsFile | Promise<SettingsFile>;
  /** Log lines for people; null = none. */
  readonly terminal: LogOptions['terminal'];
  /** Keeps a secret that no keychain takes until the app ends, instead of refusing it. */
  readonly memorySecrets: boolean;
}

/** What stands before any core runs: a data directory that is ours, and what is read from it. */
export interface Ground {
  readonly configuration: ConfigSource;
  readonly log: AppLog;
  readonly secrets: AppSecretStore;
  readonly settings: UserSettingsStore;
  readonly routing: UserRoutingStore;
  readonly targetKeys: TargetKeys;
}

/**
 * The first half of every body. What was opened is in `owned` even when it throws.
 * @throws AppError config_invalid, instance_running, data_dir_unusable, disk_full
 */
export async function openGround(input: GroundInput, owned: Disposables): Promise<Ground> {
  const configuration = openConfiguration(input);
  owned.add('configuration', configuration);
  const config = configuration.current();
  const lock = lockDirectory(config.dataDir, new Date(systemClock.now()).toISOString());
  owned.defer('lock', () => lock.release());
  const log = newLog(config, input.terminal);
  owned.add('log', log);
  const store = await input.openSettings(config.dataDir);
  return {
    configuration,
    log,
    ...newSecrets(input, config, log),
    settings: createUserSettings(store, log.log),
    routing: createUserRouting(store, log.log),
  };
}

export interface CoreInput {
  /** Folder of files that are shipped with the app. */
  readonly resourcesDir: string;
  /** Folder of the built interface; may not exist. */
  readonly uiDir: string;
  /** A driver asked the program to end. */
  readonly onShutdown: () => void;
}

export interface RunningCore {
  readonly host: Host;
  readonly server: ControlServer;
}

/**
 * The second half: the core, and the control port that the command line reaches it through.
 * @throws AppError port_in_use and others that name what is wrong
 */
export async function startCore(ground: Ground, input: CoreInput, owned: Disposables): Promise<RunningCore> {
  const { configuration, log } = ground;
  const config = configuration.current();
  refuseWeakKey(config.proxy.host, (await ground.secrets.proxyKey()).key);
  const control: { url: string | null } = { url: null };
  const host = await startHost({
    ...ground,
    clock: systemClock,
    random: systemRandom,
    ids: randomIds(systemRandom),
    version,
    resourcesDir: input.resourcesDir,
    computer: { machine: hostname(), folders: clientFolders(process.env, homedir(), process.platform) },
    controlUrl: () => control.url,
    onShutdown: input.onShutdown,
  });
  owned.add('app', host);
  const token = newControlToken(systemRandom);
  const server = createControlServer({
    api: host,
    token,
    clock: systemClock,
    random: systemRandom,
    log: log.log.child({ room: 'control' }),
    port: config.control.port,
    uiDir: input.uiDir,
    version,
  });
  owned.add('control port', server);
  control.url = (await server.listen()).url;
  owned.defer(
    'control file',
    keepControlFile(config.dataDir, { url: control.url, token, pid: process.pid, version }, systemClock),
  );
  return { host, server };
}

function newLog(config: AppConfig, terminal: LogOptions['terminal']): AppLog {
  return createLog({
    level: config.logLevel,
    clock: systemClock,
    file: {
      path: join(config.dataDir, 'logs', 'app.log'),
      maxBytes: config.logs.maxFileMb * 1024 * 1024,
      keep: config.logs.keepFiles,
    },
    terminal,
  });
}

function newSecrets(
  { env, memorySecrets }: GroundInput,
  config: AppConfig,
  log: AppLog,
): Pick<Ground, 'secrets' | 'targetKeys'> {
  const common = {
    keychain: openOsKeychain({ clock: systemClock, platform: process.platform, env }),
    profile: config.cloud === 'sandbox' ? ('sandbox' as const) : ('runpod' as const),
    memory: memorySecrets,
    log: log.log.child({ room: 'secrets' }),
    onValue: (value: string) => log.addSecret(value),
  };
  const secrets = createSecretStore({
    ...common,
    env,
    installation: config.dataDir,
    random: systemRandom,
  });
  return { secrets, targetKeys: openTargetKeys(common) };
}
