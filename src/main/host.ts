import type { AppEvent, MethodHandlers, StreamHandlers } from '../shared/api.ts';
import { AppError, asAppError, isAbort } from '../shared/errors.ts';
import { openCloud, type CloudAccess } from './cloud.ts';
import type { CoreApi } from './control/local-api.ts';
import { applyDeclared } from './deployments/declared.ts';
import { appHandlers, appStreams, type AppParts } from './handlers/app.ts';
import { secretHandlers } from './handlers/secrets.ts';
import type { AppLog } from './logs/app-log.ts';
import { createManager, type Manager } from './manager.ts';
import type { Clock } from './platform/clock.ts';
import type { ManagerParts } from './manager-parts.ts';
import type { Ids } from './platform/ids.ts';
import { Emitter, type Disposable } from './platform/lifecycle.ts';
import type { Random } from './platform/random.ts';
import type { AppSecretStore } from './secrets/create-secret-store.ts';
import type { ConfigChange, ConfigSource } from './settings/config-source.ts';
import type { TargetKeys } from './secrets/target-keys.ts';
import type { UserRoutingStore, UserSettingsStore } from './settings/user-settings.ts';

export interface HostParts {
  readonly configuration: ConfigSource;
  readonly settings: UserSettingsStore;
  readonly routing: UserRoutingStore;
  readonly targetKeys: TargetKeys;
  readonly secrets: AppSecretStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly log: AppLog;
  readonly version: string;
  /** Folder of files that are shipped with the app. */
  readonly resourcesDir: string;
  readonly computer: ManagerParts['computer'];
  /** Where the control port answers; null while it does not. */
  readonly controlUrl: () => string | null;
  /** A driver asked the program to end. */
  readonly onShutdown: () => void;
}

/**
 * One running app, as the two bodies drive it: a core for the cloud in use, replaced whole when a RunPod key arrives or
 * goes, so that real and simulated deployments never meet.
 */
export interface Host extends CoreApi, Disposable {
  manager(): Manager;
}

/** @throws AppError port_in_use, data_dir_unusable, config_invalid and others that name what is wrong */
export async function startHost(parts: HostParts): Promise<Host> {
  const host = new AppHost(parts);
  try {
    await host.start();
    return host;
  } catch (error) {
    await host.dispose();
    throw error;
  }
}

interface Core {
  readonly cloud: CloudAccess;
  readonly manager: Manager;
  readonly methods: MethodHandlers;
  readonly streams: StreamHandlers;
  readonly leave: () => void;
}

const FIRST_PAUSE_MS = 2000;
const LONGEST_PAUSE_MS = 60_000;

class AppHost implements Host {
  readonly #parts: HostParts;
  readonly #startedAt: string;
  readonly #events: Emitter<AppEvent>;
  readonly #ending = new AbortController();
  readonly #stopWatching: () => void;
  #core: Core | null = null;
  /** Switches of the cloud, one after the other. */
  #switching: Promise<void> = Promise.resolve();
  #declaredProblem: string | null = null;
  /** Why there is no core now; it is tried again. */
  #openProblem: AppError | null = null;
  /** Changed settings that count only after the next start. */
  #afterRestart: readonly string[] = [];

  constructor(parts: HostParts) {
    this.#parts = parts;
    this.#startedAt = new Date(parts.clock.now()).toISOString();
    this.#events = new Emitter((error) => parts.log.log.error({ err: error }, 'event listener failed'));
    this.#stopWatching = parts.configuration.onChange((change) => this.#configChanged(change));
  }

  get methods(): MethodHandlers {
    return this.#current().methods;
  }

  get streams(): StreamHandlers {
    return this.#current().streams;
  }

  subscribe(listener: (event: AppEvent) => void): () => void {
    return this.#events.subscribe(listener);
  }

  manager(): Manager {
    return this.#current().manager;
  }

  async start(): Promise<void> {
    await this.#open();
    this.#inBackground(() => this.#declare());
  }

  async dispose(): Promise<void> {
    this.#stopWatching();
    this.#ending.abort();
    await this.#switching;
    await this.#close();
  }

  #current(): Core {
    if (this.#core !== null) return this.#core;
    if (this.#openProblem !== null) throw this.#openProblem;
    throw new AppError('shutting_down', 'The app is switching between the sandbox and RunPod, or ending.', {
      advice: 'Try again in a moment.',
      retryAfterSeconds: 1,
    });
  }

  async #open(): Promise<void> {
    const { configuration, secrets, log } = this.#parts;
    const config = configuration.current();
    const cloud = await openCloud({ ...this.#parts, config, secrets, log: log.log });
    try {
      const manager = await createManager({
        ...this.#parts,
        cloud,
        config: () => configuration.current(),
        onReachability: () => this.#inBackground(() => this.#tellStatus()),
        log: log.log,
        scrub: (text) => log.scrub(text),
      });
      const leave = manager.subscribe((event) => this.#events.emit(event));
      const parts = this.#appParts(manager);
      this.#core = {
        cloud,
        manager,
        leave,
        methods: { ...manager.methods, ...appHandlers(parts), ...this.#secretHandlers(manager) },
        streams: { ...manager.streams, ...appStreams(parts) },
      };
      await manager.start();
    } catch (error) {
      if (this.#core === null) await cloud.dispose();
      throw error;
    }
  }

  async #close(): Promise<void> {
    const core = this.#core;
    if (core === null) return;
    this.#core = null;
    core.leave();
    try {
      await core.manager.dispose();
    } finally {
      await core.cloud.dispose();
    }
  }

  #secretHandlers(manager: Manager): ReturnType<typeof secretHandlers> {
    return secretHandlers({
      secrets: this.#parts.secrets,
      checkKey: (key, signal) => manager.checkKey(key, signal),
      onRunPodKey: () => this.#inBackground(() => this.#keyChanged()),
    });
  }

  /** With `cloud: auto` a key moves the app to RunPod and its removal back to the sandbox. */
  async #keyChanged(): Promise<void> {
    if (this.#parts.configuration.current().cloud !== 'auto') return;
    const wanted = (await this.#parts.secrets.get('runpod')) === null ? 'sandbox' : 'runpod';
    if (this.#core === null || this.#core.cloud.kind === wanted) return;
    this.#parts.log.log.info({ from: this.#core.cloud.kind, to: wanted }, 'switching clouds');
    await this.#close();
    await this.#openAtLast();
    await this.#declare();
    await this.#tellStatus();
  }

  /** What hinders it (a full disk, a folder that cannot be used) may pass: an app without a core helps nobody. */
  async #openAtLast(): Promise<void> {
    const { clock, log } = this.#parts;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        await this.#open();
        this.#openProblem = null;
        return;
      } catch (error) {
        // With a core something can be done about it: only its proxy does not listen.
        if (this.#core !== null) throw error;
        this.#openProblem = asAppError(error);
        log.log.error({ err: error }, 'the other cloud cannot be opened yet');
      }
      await clock.sleep(pause, this.#ending.signal);
    }
  }

  #configChanged({ config, changed, afterRestart }: ConfigChange): void {
    const { log, configuration } = this.#parts;
    const reason = configuration.problem();
    log.setLevel(config.logLevel);
    if (reason === null) log.log.info({ changed, afterRestart }, 'the configuration file was read again');
    else log.log.warn({ reason }, 'the configuration file cannot be used; the last good one is');
    this.#afterRestart = afterRestart;
    this.#inBackground(async () => {
      await this.#declare();
      await this.#tellStatus();
    });
    // Last: what it throws is told as the file's problem.
    this.#core?.manager.reconfigure();
  }

  async #tellStatus(): Promise<void> {
    const payload = await this.methods['app.status']({}, this.#ending.signal);
    this.#events.emit({ name: 'app.changed', payload });
  }

  /** Brings up what the configuration file declares; a declaration that cannot be met is told, and hinders no other. */
  async #declare(): Promise<void> {
    const { fleet } = this.#current().manager;
    const wishes = this.#parts.configuration.current().deployments;
    this.#declaredProblem = await applyDeclared(fleet, wishes, this.#parts.log.log, this.#ending.signal);
  }

  #inBackground(work: () => Promise<void>): void {
    this.#switching = this.#switching.then(async () => {
      if (this.#ending.signal.aborted) return;
      try {
        await work();
      } catch (error) {
        if (isAbort(error) && this.#ending.signal.aborted) return;
        this.#parts.log.log.error({ err: error }, 'work in the background failed');
      }
    });
  }

  #appParts(manager: Manager): AppParts {
    return {
      ...this.#parts,
      manager,
      startedAt: this.#startedAt,
      declaredProblem: () => this.#declaredProblem,
      afterRestart: () => this.#afterRestart,
    };
  }
}
