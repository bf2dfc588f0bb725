import { resolve } from 'node:path';
import { openGround, startCore, type Ground, type RunningCore } from './body.ts';
import type { Host } from './host.ts';
import { leftRunning } from './left-running.ts';
import { systemClock } from './platform/clock.ts';
import { Disposables } from './platform/lifecycle.ts';
import { exposureWarning } from './settings/exposure.ts';
import { openSettingsFile } from './settings/user-settings.ts';

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
  let host: Host | null = null;
  const end = async (): Promise<void> => {
    const views = host?.manager().fleet.list() ?? [];
    for (const line of leftRunning(views, systemClock.now())) input.stdout(line);
    await owned.dispose();
  };
  const stop = (reason: string): Promise<void> => {
    stopping ??= end().then(
      () => ended.resolve(),
      (error: unknown) =>
        ended.reject(new Error(`The app did not end cleanly (${reason})`, { cause: error })),
    );
    return stopping;
  };
  try {
    host = await open(input, owned, () => void stop('asked to'));
  } catch (error) {
    await owned.dispose();
    throw error;
  }
  return { stopped: ended.promise, stop };
}

async function open(input: HeadlessInput, owned: Disposables, onShutdown: () => void): Promise<Host> {
  const terminal = {
    write: (text: string) => void process.stderr.write(text),
    colour: process.stderr.isTTY,
  };
  const ground = await openGround(
    { ...input, openSettings: openSettingsFile, terminal, memorySecrets: false },
    owned,
  );
  const folders = {
    resourcesDir: resolve(import.meta.dirname, '../../resources'),
    uiDir: resolve(import.meta.dirname, '../../out/renderer'),
  };
  const core = await startCore(ground, { ...folders, onShutdown }, owned);
  await announce(input, ground, core);
  return core.host;
}

/** Where everything is, in the order in which a newcomer needs it. */
async function announce(input: HeadlessInput, ground: Ground, { host, server }: RunningCore): Promise<void> {
  const manager = host.manager();
  const { key, note } = await ground.secrets.proxyKey();
  const exposure = exposureWarning(ground.configuration.current().proxy.host);
  const lines = [
    manager.cloud.simulated
      ? 'Cloud     sandbox: everything is simulated, nothing costs money'
      : `Cloud     RunPod (${manager.cloud.urls.apiUrl})`,
    `Endpoint  ${manager.proxyUrl() ?? '-'}/v1`,
    `Key       ${key}`,
    `UI        ${server.loginLink()}`,
    `Data      ${ground.configuration.current().dataDir}`,
    ...(exposure === null ? [] : [`Warning   ${exposure}`]),
    ...(note === null ? [] : [note]),
    ...ground.configuration.notes(),
  ];
  for (const line of lines) input.stdout(line);
}
