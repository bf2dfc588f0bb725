import { join } from 'node:path';
import { isGuardCommand } from './deployments/pod/start-command.ts';
import { ownImageCommands } from './images/own-image-command.ts';
import type { Log } from './logs/log.ts';
import type { Clock } from './platform/clock.ts';
import type { Random } from './platform/random.ts';
import type { Sandbox } from './sandbox/types.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import type { AppConfig } from './settings/app-config.ts';

/** Which cloud the app works with: RunPod (or whatever stands in at its addresses), or the sandbox in this process. */
export interface CloudAccess {
  readonly kind: 'sandbox' | 'runpod';
  /** True when every amount of money is simulated. */
  readonly simulated: boolean;
  readonly urls: {
    readonly apiUrl: string;
    readonly invokeUrl: string;
    readonly graphqlUrl: string;
    readonly podUrlTemplate: string;
    readonly lbUrlTemplate: string;
  };
  /** Folder of this cloud's own data: real and simulated deployments never share a database. */
  readonly dataDir: string;
  apiKey(): Promise<string | null>;
  dispose(): Promise<void>;
}

export interface CloudParts {
  readonly config: AppConfig;
  readonly secrets: SecretStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Folder of files that are shipped with the app. */
  readonly resourcesDir: string;
}

/** `auto` means RunPod as soon as a key is known, the sandbox until then. */
export async function openCloud(parts: CloudParts): Promise<CloudAccess> {
  const { config, secrets } = parts;
  if (await usesRunPod(config, secrets)) {
    return {
      kind: 'runpod',
      simulated: false,
      urls: config.runpod,
      dataDir: join(config.dataDir, 'runpod'),
      apiKey: () => secrets.get('runpod'),
      dispose: () => Promise.resolve(),
    };
  }
  const dataDir = join(config.dataDir, 'sandbox');
  const key = `sandbox-${parts.random.hex(16)}`;
  const sandbox = await startSandbox(parts, dataDir, key);
  return {
    kind: 'sandbox',
    simulated: true,
    urls: sandbox.urls(),
    dataDir,
    apiKey: () => Promise.resolve(key),
    dispose: () => sandbox.dispose(),
  };
}

async function usesRunPod(config: AppConfig, secrets: SecretStore): Promise<boolean> {
  if (config.cloud !== 'auto') return config.cloud === 'runpod';
  return (await secrets.get('runpod')) !== null;
}

async function startSandbox(parts: CloudParts, dataDir: string, key: string): Promise<Sandbox> {
  // Imported on use: with a real key the simulator is never loaded.
  const { createSandbox } = await import('./sandbox/sandbox.ts');
  const { config } = parts;
  const images = ownImageCommands(parts.resourcesDir, join(dataDir, 'own-images'));
  const sandbox = createSandbox({
    clock: parts.clock,
    random: parts.random,
    log: parts.log.child({ room: 'sandbox' }),
    speed: config.sandbox.speed,
    tokensPerSecond: config.sandbox.tokensPerSecond,
    balanceUsd: config.sandbox.balanceUsd,
    keys: [{ key, rights: 'all' }],
    stateFile: join(dataDir, 'cloud.json'),
    runProcesses: (argv) => process.platform !== 'win32' && (isGuardCommand(argv) || images.accepts(argv)),
    imageCommand: (image) => images.commandOf(image),
    answerFrom: null,
  });
  await sandbox.listen(0);
  return sandbox;
}
