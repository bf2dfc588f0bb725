import { stampLine, type ServerConfig } from '../model-server/launch.ts';
import type { ModelServer, ServerParts } from '../model-server/model-server.ts';
import { OllamaFront } from '../model-server/ollama-front.ts';
import { OllamaServer } from '../model-server/ollama-server.ts';
import type { Relay } from '../model-server/relay.ts';
import { VllmServer } from '../model-server/vllm-server.ts';
import type { Boot, PodRecord } from '../state.ts';
import type { World } from '../world.ts';
import type { LogEntry } from './boot-lines.ts';
import { addWeights, currentBoot, modelsAt, removeWeights } from './boot.ts';
import { containerPlan } from './container.ts';
import { LiveLog } from './live-log.ts';
import { bootTimes, momentOf } from './timeline.ts';
import { NO_LOAD, type PodLoad } from './view.ts';

/** A model server that listens in a pod, and the signal that it stopped. */
export interface Listening {
  readonly server: ModelServer;
  readonly stopped: AbortSignal;
}

/** A container whose start command runs as a real process. */
export interface RealContainer {
  /** Where traffic for a published port goes; null = nothing listens. */
  route(port: number): Promise<Listening | { readonly realPort: number } | null>;
  readonly load: PodLoad;
  stop(): void;
}

/** Runs entrypoint overrides for real. */
export interface ContainerRunner {
  accepts(argv: readonly string[]): boolean;
  run(pod: PodRecord, boot: Boot, argv: readonly string[], hooks: RunnerHooks): RealContainer;
}

export interface RunnerHooks {
  readonly print: (source: LogEntry['source'], line: string) => void;
  readonly createServer: (config: ServerConfig) => ModelServer;
}

interface Live {
  readonly bootN: number;
  readonly ending: AbortController;
  server: ModelServer | null;
  real: RealContainer | null;
  cancelStart: () => void;
}

/**
 * What of a pod cannot be calculated from its records: model servers with their counters, real processes, lines that
 * really happened. Follows the records: a boot that is over takes its server and process with it.
 */
export class PodRuntimes {
  readonly #world: World;
  readonly #relay: Relay | null;
  readonly #runner: ContainerRunner | null;
  readonly #logs = new Map<string, LiveLog>();
  readonly #live = new Map<string, Live>();
  readonly #unsubscribe: () => void;
  #resumed = false;

  /** `runner` null = start commands are simulated too. */
  constructor(world: World, relay: Relay | null, runner: ContainerRunner | null) {
    this.#world = world;
    this.#relay = relay;
    this.#runner = runner;
    this.#unsubscribe = world.changes.subscribe((id) => this.#follow(id));
  }

  /** Starts what should be running after a restart of the hosting process; harmless when called again. */
  resume(): void {
    if (this.#resumed) return;
    this.#resumed = true;
    for (const id of this.#world.state.pods.keys()) this.#follow(id);
  }

  /** True when this pod's entrypoint override runs as a process, so that its lines are real. */
  runsReally(pod: PodRecord): boolean {
    const boot = pod.boots.at(-1);
    if (this.#runner === null || boot === undefined) return false;
    const plan = containerPlan(pod, boot);
    return plan.kind === 'override' && this.#runner.accepts(plan.argv);
  }

  liveLines(podId: string): readonly LogEntry[] {
    return this.#logs.get(podId)?.lines ?? [];
  }

  print(podId: string, source: LogEntry['source'], line: string): void {
    const boot = this.#world.state.pods.get(podId)?.boots.at(-1);
    if (boot === undefined) return;
    const log = this.#logs.get(podId) ?? new LiveLog();
    this.#logs.set(podId, log);
    const now = Math.round(this.#world.clock.now());
    log.append(boot, now, source, stampLine(line, now));
    this.#world.output.emit(podId);
  }

  /** Who answers on this port now. */
  async listening(pod: PodRecord, port: number): Promise<Listening | { readonly realPort: number } | null> {
    const boot = currentBoot(pod);
    if (boot === null || pod.attachedGpus === 0) return null;
    const live = this.#liveOf(pod, boot);
    if (live.real !== null) return live.real.route(port);
    if (this.runsReally(pod)) return null;
    const server = this.#server(pod, boot, live);
    return server === null || server.port !== port ? null : { server, stopped: live.ending.signal };
  }

  load(pod: PodRecord): PodLoad {
    const live = this.#live.get(pod.id);
    if (live === undefined) return NO_LOAD;
    return live.real?.load ?? { ...NO_LOAD, runningRequests: live.server?.stats.running ?? 0 };
  }

  /** A model server on this pod's machine, for the pod's own disks. */
  createServer(pod: PodRecord, config: ServerConfig): ModelServer {
    const path = config.engine === 'ollama' ? config.modelsPath : (pod.env['HF_HOME'] ?? '/root');
    const parts: ServerParts = {
      clock: this.#world.clock,
      random: this.#world.random,
      tokensPerSecond: this.#world.tokensPerSecond,
      speed: this.#world.speed,
      relay: this.#relay,
      print: (line) => this.print(pod.id, 'container', line),
      models: () => modelsAt(this.#world, pod, path),
      addModel: (model) => {
        addWeights(this.#world, pod, path, model);
        this.#world.save();
      },
      removeModel: (model) => {
        removeWeights(this.#world, pod, path, model);
        this.#world.save();
      },
    };
    if (config.engine === 'vllm') return new VllmServer(config, parts);
    return config.front === undefined
      ? new OllamaServer(config, parts)
      : new OllamaFront(new OllamaServer(config, parts), config.front, null);
  }

  dispose(): void {
    this.#unsubscribe();
    for (const id of this.#live.keys()) this.#end(id);
  }

  #server(pod: PodRecord, boot: Boot, live: Live): ModelServer | null {
    if (momentOf(pod, boot, this.#world.clock.now()).phase !== 'ready') return null;
    const plan = containerPlan(pod, boot);
    if (plan.kind === 'refused' || plan.launch.kind !== 'serves') return null;
    live.server ??= this.createServer(pod, plan.launch.server);
    return live.server;
  }

  #follow(id: string): void {
    const pod = this.#world.state.pods.get(id);
    const boot = pod === undefined ? null : currentBoot(pod);
    if (pod === undefined || boot === null) {
      this.#end(id);
      if (pod === undefined) this.#logs.delete(id);
      return;
    }
    this.#liveOf(pod, boot);
  }

  #liveOf(pod: PodRecord, boot: Boot): Live {
    const known = this.#live.get(pod.id);
    if (known !== undefined && known.bootN === boot.n) return known;
    this.#end(pod.id);
    const live: Live = {
      bootN: boot.n,
      ending: new AbortController(),
      server: null,
      real: null,
      cancelStart: () => {},
    };
    this.#live.set(pod.id, live);
    this.#startProcess(pod, boot, live);
    return live;
  }

  /** Starts the real process of a boot once its image is there. */
  #startProcess(pod: PodRecord, boot: Boot, live: Live): void {
    const plan = containerPlan(pod, boot);
    if (plan.kind !== 'override' || !this.runsReally(pod)) return;
    if (boot.stuck === 'placing' || boot.stuck === 'pulling') return;
    const wait = bootTimes(boot).containerAt - this.#world.clock.now();
    if (wait > 0) {
      live.cancelStart = this.#world.clock.after(wait, () => this.#startProcess(pod, boot, live));
      return;
    }
    live.real =
      this.#runner?.run(pod, boot, plan.argv, {
        print: (source, line) => this.print(pod.id, source, line),
        createServer: (config) => this.createServer(pod, config),
      }) ?? null;
  }

  #end(id: string): void {
    const live = this.#live.get(id);
    if (live === undefined) return;
    this.#live.delete(id);
    live.cancelStart();
    live.real?.stop();
    live.ending.abort();
  }
}
