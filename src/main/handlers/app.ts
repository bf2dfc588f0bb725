import type { MethodHandlers, StreamHandlers } from '../../shared/api.ts';
import { toErrorBody } from '../../shared/errors.ts';
import { secretNameSchema, type AppStatus } from '../../shared/app.ts';
import { hint } from '../secrets/secret-names.ts';
import type { AppLog } from '../logs/app-log.ts';
import type { Manager } from '../manager.ts';
import type { Clock } from '../platform/clock.ts';
import type { AppSecretStore } from '../secrets/create-secret-store.ts';
import type { ConfigSource } from '../settings/config-source.ts';
import { exposureWarning } from '../settings/exposure.ts';
import { parseDeployments } from '../settings/parse-deployments.ts';
import type { UserSettingsStore } from '../settings/user-settings.ts';
import { examine } from './doctor.ts';

export interface AppParts {
  readonly manager: Manager;
  readonly configuration: ConfigSource;
  readonly settings: UserSettingsStore;
  readonly secrets: AppSecretStore;
  readonly clock: Clock;
  readonly log: AppLog;
  readonly version: string;
  readonly startedAt: string;
  readonly controlUrl: () => string | null;
  readonly onShutdown: () => void;
  readonly declaredProblem: () => string | null;
  /** Changed settings that count only after the next start. */
  readonly afterRestart: () => readonly string[];
}

type Handled = Pick<
  MethodHandlers,
  Extract<keyof MethodHandlers, `app.${string}` | `settings.${string}` | `config.${string}`>
>;

export function appHandlers(parts: AppParts): Handled {
  const { manager, configuration, settings } = parts;
  return {
    'app.status': () => statusOf(parts),
    'app.doctor': async (_input, signal) => ({
      checks: await examine(
        {
          dataDir: configuration.current().dataDir,
          simulated: manager.cloud.simulated,
          secrets: parts.secrets,
          api: manager.runpod,
          clock: parts.clock,
          checkKey: async (abort) => {
            const key = manager.cloud.kind === 'runpod' ? await manager.cloud.apiKey() : null;
            return key === null ? null : manager.checkKey(key, abort);
          },
          proxyUrl: () => manager.proxyUrl(),
          logProblem: () => parts.log.fileProblem(),
          configProblem: () => configProblem(parts),
          storageProblem: () => manager.storageProblem(),
          engine: (abort) => manager.methods['images.engine']({}, abort),
          unprotected: () =>
            manager.fleet
              .list()
              .filter((view) => view.pod !== null && view.watchdog.state === 'unprotected')
              .map((view) => view.name),
        },
        signal,
      ),
    }),
    'app.shutdown': async () => {
      parts.onShutdown();
      return { ok: true as const };
    },
    'settings.get': async () => settings.get(),
    'settings.set': async (next) => settings.set(next),
    'config.parseDeployments': async ({ text }) => parseDeployments(text),
    'config.show': async () => ({
      values: configuration.describe(
        await Promise.all(secretNameSchema.options.map((name) => parts.secrets.status(name))),
      ),
    }),
  };
}

export function appStreams(parts: AppParts): Pick<StreamHandlers, 'logs.app'> {
  return { 'logs.app': (options, signal) => parts.log.follow(options, signal) };
}

export async function statusOf(parts: AppParts): Promise<AppStatus> {
  const { manager, configuration, secrets } = parts;
  const proxyUrl = manager.proxyUrl();
  const storage = manager.storageProblem();
  const [key, keychain, runpod] = await Promise.all([
    secrets.proxyKey(),
    secrets.keychain(),
    runpodStatus(parts),
  ]);
  return {
    version: parts.version,
    cloud: manager.cloud.kind,
    simulated: manager.cloud.simulated,
    startedAt: parts.startedAt,
    dataDir: configuration.current().dataDir,
    proxy: { url: proxyUrl ?? '', keyHint: hint(key.key) ?? '', listening: proxyUrl !== null },
    control: { url: parts.controlUrl() ?? '' },
    keychain,
    runpod,
    configProblem: configProblem(parts),
    storageProblem: storage === null ? null : toErrorBody(storage),
    exposure: exposureWarning(configuration.current().proxy.host),
    deployments: manager.fleet.list().length,
  };
}

/** From what the watch over the account saw last; a status must not cost a call of its own. */
async function runpodStatus({ manager, secrets }: AppParts): Promise<AppStatus['runpod']> {
  const unreachable = manager.cloudProblem();
  const account = manager.fleet.accountProblem();
  const problem = unreachable ?? (account === null ? null : toErrorBody(account));
  return {
    reachable: unreachable === null,
    keyPresent: manager.cloud.kind === 'runpod' && (await secrets.get('runpod')) !== null,
    problem,
  };
}

function configProblem(parts: AppParts): string | null {
  const later = parts.afterRestart();
  return joined([
    parts.configuration.problem(),
    parts.declaredProblem(),
    later.length === 0 ? null : `Restart the app for the change of ${later.join(', ')} to count.`,
  ]);
}

function joined(texts: readonly (string | null)[]): string | null {
  const told = texts.filter((text) => text !== null);
  return told.length === 0 ? null : told.join('\n');
}
