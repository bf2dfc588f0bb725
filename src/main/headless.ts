import { join, resolve } from 'node:path';
import { createControlServer, type ControlServer } from './control/server.ts';
import { writeControlFile } from './control/control-file.ts';
import { newControlToken } from './control/credentials.ts';
import { startHost, type Host } from './host.ts';
import { createLog, type AppLog } from './logs/app-log.ts';
import { systemClock } from './platform/clock.ts';
import { randomIds } from './platform/ids.ts';
import { Disposables } from './platform/lifecycle.ts';
import { lockDirectory } from './platform/lock.ts';
import { systemRandom } from './platform/random.ts';
import { createSecretStore, type AppSecretStore } from './secrets/create-secret-store.ts';
import { openOsKeychain } from './secrets/keychain.ts';
import type { AppConfig } from './settings/app-config.ts';
import { openConfiguration, type ConfigSource } from './settings/config-source.ts';
import { createUserSettings, openSettingsFile } from './settings/user-settings.ts';
import { version } from './version.ts';

export interface HeadlessInput {
  /** Command-line flags of `serve`. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: NodeJS.ProcessEnv;
  /** Lines for people. */
  readonly stdout: (line: string) => void;
}

export interface Headless {
  /** Resolves when everything has ended. */
  readonly stopped: Promise<void>;
  stop(reason: string): Promise<void>;
}

/** The app as one Node process without a display (SPEC 0): chooses adapters, starts the core, says where it answers. */
export async function startHeadless(input: HeadlessInput): Promise<Headless> {
  const owned = new Disposables();
  const ended = Promise.withResolvers<void>();
  let stopping: Promise<void> | null = null;
  const stop = (reason: string): Promise<void> => {
    stopping ??= owned.dispose().then(
      () => ended.resolve(),
      (error: unknown) =>
        ended.reject(new Error(`The app did not end cleanly (${reason})`, { cause: error })),
    );
    return stopping;
  };
  try {
    await open(input, owned, () => void stop('asked to'));
  } catch (error) {
    await owned.dispose();
    throw error;
  }
  return { stopped: ended.promise, stop };
}

async function open(input: HeadlessInput, owned: Disposables, onShutdown: () => void): Promise<void> {
  const configuration = openConfiguration(input);
  owned.add('configuration', configuration);
  const config = configuration.current();
  const lock = lockDirectory(config.dataDir, new Date(systemClock.now()).toISOString());
  owned.defer('lock', () => lock.release());
  const log = newLog(config);
  owned.add('log', log);
  const secrets = newSecrets(input.env, config, log);
  const settings = createUserSettings(await openSettingsFile(config.dataDir), log.log);
  const control: { server: ControlServer | null; url: string | null } = { server: null, url: null };
  const host = await startHost({
    configuration,
    settings,
    secrets,
    clock: systemClock,
    random: systemRandom,
    ids: randomIds(systemRandom),
    log,
    version,
    resourcesDir: resolve(import.meta.dirname, '../../resources'),
    controlUrl: () => control.url,
    onShutdown,
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
    uiDir: resolve(import.meta.dirname, '../../out/renderer'),
    version,
  });
  owned.add('control port', server);
  control.url = (await server.listen()).url;
  owned.defer(
    'control file',
    writeControlFile(config.dataDir, { url: control.url, token, pid: process.pid, version }),
  );
  await announce(input, { host, server, secrets, configuration });
}

function newLog(config: AppConfig): AppLog {
  return createLog({
    level: config.logLevel,
    clock: systemClock,
    file: {
      path: join(config.dataDir, 'logs', 'app.log'),
      maxBytes: config.logs.maxFileMb * 1024 * 1024,
      keep: config.logs.keepFiles,
    },
    terminal: { write: (text) => void process.stderr.write(text), colour: process.stderr.isTTY },
  });
}

function newSecrets(env: NodeJS.ProcessEnv, config: AppConfig, log: AppLog): AppSecretStore {
  return createSecretStore({
    env,
    keychain: openOsKeychain({ clock: systemClock, platform: process.platform, env }),
    profile: config.cloud === 'sandbox' ? 'sandbox' : 'runpod',
    memory: false,
    installation: config.dataDir,
    random: systemRandom,
    log: log.log.child({ room: 'secrets' }),
    onValue: (value) => log.addSecret(value),
  });
}

interface Started {
  readonly host: Host;
  readonly server: ControlServer;
  readonly secrets: AppSecretStore;
  readonly configuration: ConfigSource;
}

/** Where everything is, in the order in which a newcomer needs it. */
async function announce(input: HeadlessInput, started: Started): Promise<void> {
  const manager = started.host.manager();
  const { key, note } = await started.secrets.proxyKey();
  const lines = [
    manager.cloud.simulated
      ? 'Cloud     sandbox: everything is simulated, nothing costs money'
      : `Cloud     RunPod (${manager.cloud.urls.apiUrl})`,
    `Endpoint  ${manager.proxyUrl() ?? '-'}/v1`,
    `Key       ${key}`,
    `UI        ${started.server.loginLink()}`,
    `Data      ${started.configuration.current().dataDir}`,
    ...(note === null ? [] : [note]),
  ];
  for (const line of lines) input.stdout(line);
}
