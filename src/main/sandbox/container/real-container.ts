import { rmSync } from 'node:fs';
import { serveHttp, type SimServer } from '../http/server.ts';
import { isAbort } from '../../../shared/errors.ts';
import { stampLine, type Launch } from '../model-server/launch.ts';
import type { ModelServer } from '../model-server/model-server.ts';
import { launchEngine } from '../pods/container.ts';
import { RESTART_PAUSE_MS } from '../pods/timeline.ts';
import type { Listening, RealContainer, RunnerHooks } from '../pods/runtimes.ts';
import type { PodLoad } from '../pods/view.ts';
import type { Boot, PodRecord } from '../state.ts';
import type { World } from '../world.ts';
import { containerEnv, hostPorts } from './environment.ts';
import { freePort, portsNamed, rewriteAddresses } from './ports.ts';
import { startProcess, type ContainerProcess } from './process.ts';
import type { Programs } from './shim.ts';
import type { ShimCall, ShimOrder, ShimServer } from './shim-server.ts';
import { ollamaClient } from './ollama-client.ts';

/** A crash loop at high speed must not become a fork bomb. */
const SHORTEST_PAUSE_MS = 200;

export interface ContainerParts {
  readonly world: World;
  readonly programs: Programs;
  readonly shims: ShimServer;
  readonly hooks: RunnerHooks;
  /** The container's home and working folder; removed with it. */
  readonly home: string;
}

/** A model server that a stand-in program serves, with its listener on this machine. */
interface Session {
  readonly server: ModelServer;
  readonly listener: SimServer;
  readonly ending: AbortController;
}

/**
 * One boot of a pod whose start command replaces the image's entrypoint, run as a real process. The model server inside
 * is the sandbox's own: it listens on a real port as soon as the stand-in program has "loaded", and stops with it.
 */
export class ProcessContainer implements RealContainer {
  readonly #parts: ContainerParts;
  readonly #pod: PodRecord;
  readonly #boot: Boot;
  readonly #argv: readonly string[];
  readonly #ending = new AbortController();
  readonly #ports = new Map<number, number>();
  readonly #token: string;
  #session: Session | null = null;
  #process: ContainerProcess | null = null;
  #startedAt = 0;

  constructor(parts: ContainerParts, pod: PodRecord, boot: Boot, argv: readonly string[]) {
    this.#parts = parts;
    this.#pod = pod;
    this.#boot = boot;
    this.#argv = argv;
    this.#token = parts.world.random.hex(16);
    this.#startedAt = parts.world.clock.now();
    this.#run().catch((error: unknown) => {
      if (!isAbort(error))
        parts.world.log.error({ podId: pod.id, error: String(error) }, 'container process failed');
    });
  }

  get load(): PodLoad {
    return {
      runningRequests: this.#session?.server.stats.running ?? 0,
      containerSince: this.#startedAt,
      loaded: this.#session !== null,
    };
  }

  route(port: number): Promise<Listening | { readonly realPort: number } | null> {
    const session = this.#session;
    if (session?.server.port === port) {
      return Promise.resolve({ server: session.server, stopped: session.ending.signal });
    }
    const realPort = this.#ports.get(port);
    return Promise.resolve(realPort === undefined ? null : { realPort });
  }

  stop(): void {
    if (this.#ending.signal.aborted) return;
    this.#ending.abort();
    this.#process?.kill();
    this.#endSession();
    this.#cleanUp();
  }

  #cleanUp(): void {
    this.#parts.shims.unregister(this.#token);
    rmSync(this.#parts.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }

  /** The container is started again whenever its main process ends, as on RunPod (FACTS 2.5). */
  async #run(): Promise<void> {
    const { world, hooks } = this.#parts;
    const env = await this.#prepare();
    // The pod may have stopped meanwhile.
    if (this.#ending.signal.aborted) this.#cleanUp();
    while (!this.#ending.signal.aborted) {
      this.#startedAt = world.clock.now();
      hooks.print('system', `start container for ${this.#pod.image}: begin`);
      await this.#once(env);
      this.#endSession();
      await world.clock.sleep(
        Math.max(SHORTEST_PAUSE_MS, RESTART_PAUSE_MS * this.#boot.pace),
        this.#ending.signal,
      );
    }
  }

  async #prepare(): Promise<Record<string, string>> {
    const { world, shims, programs } = this.#parts;
    const env = containerEnv(this.#pod, world);
    const named = portsNamed([...this.#argv, ...Object.values(env)], this.#pod.ports, hostPorts(world));
    for (const port of named) this.#ports.set(port, await freePort());
    const rewritten = Object.entries(env).map(([name, value]) => [
      name,
      rewriteAddresses(value, this.#ports),
    ]);
    const engine = this.#pod.image.includes('ollama') ? 'ollama' : 'vllm';
    return {
      ...Object.fromEntries(rewritten),
      ...Object.fromEntries(
        [...this.#ports].map(([port, real]) => [`RUNPOD_SANDBOX_PORT_${port}`, String(real)]),
      ),
      PATH: programs.path(engine),
      HOME: this.#parts.home,
      LANG: 'C.UTF-8',
      RUNPOD_SANDBOX_SHIM: await shims.register(this.#token, (call, left) => this.#orders(call, left)),
    };
  }

  #once(env: Readonly<Record<string, string>>): Promise<void> {
    return new Promise((resolve) => {
      if (this.#ending.signal.aborted) {
        resolve();
        return;
      }
      this.#process = startProcess({
        argv: this.#argv.map((word) => rewriteAddresses(word, this.#ports)),
        env,
        cwd: this.#parts.home,
        onLine: (line) => this.#parts.hooks.print('container', line),
        onExit: () => resolve(),
      });
    });
  }

  /** What `vllm` or `ollama` does inside the container. */
  async *#orders(call: ShimCall, left: AbortSignal): AsyncGenerator<ShimOrder, void> {
    if (call.program === 'ollama' && call.argv[0] !== 'serve') {
      yield* ollamaClient(call.argv, this.#session?.server ?? null, left);
      return;
    }
    const words = call.program === 'vllm' && call.argv[0] === 'serve' ? call.argv.slice(1) : call.argv;
    const inside = { ...this.#pod, env: { ...this.#pod.env, ...this.#logicalEnv(call.env) } };
    const launch = launchEngine(call.program, words, inside, this.#boot.cachedModels);
    const quick = this.#boot.stuck === 'loading';
    yield* this.#played(launch, quick ? 5000 : Number.POSITIVE_INFINITY, left);
    if (launch.kind === 'crashes') yield { exit: launch.exitCode };
    if (launch.kind !== 'serves' || quick) return;
    yield* this.#serve(launch, left);
  }

  async *#played(launch: Launch, untilMs: number, left: AbortSignal): AsyncGenerator<ShimOrder, void> {
    const { clock } = this.#parts.world;
    const started = clock.now();
    const lines = launch.lines.filter((line) => line.atMs < untilMs).toSorted((a, b) => a.atMs - b.atMs);
    for (const { atMs, line } of lines) {
      const wait = started + atMs * this.#boot.pace - clock.now();
      if (wait > 0) await clock.sleep(wait, left);
      yield { line: stampLine(line, clock.now()) };
    }
    if (untilMs !== Number.POSITIVE_INFINITY) await forever(left);
    const end = launch.kind === 'serves' ? launch.readyMs : launch.kind === 'crashes' ? launch.afterMs : 0;
    const rest = started + end * this.#boot.pace - clock.now();
    if (rest > 0) await clock.sleep(rest, left);
  }

  async *#serve(
    launch: Launch & { readonly kind: 'serves' },
    left: AbortSignal,
  ): AsyncGenerator<ShimOrder, void> {
    const server = this.#parts.hooks.createServer(launch.server);
    const ending = new AbortController();
    const real = this.#ports.get(server.port) ?? (await freePort());
    let listener: SimServer;
    try {
      listener = await serveHttp(server.handle, real);
    } catch {
      yield { line: `OSError: [Errno 98] Address already in use: port ${server.port}` };
      yield { exit: 1 };
      return;
    }
    this.#session = { server, listener, ending };
    this.#parts.world.changes.emit(this.#pod.id);
    try {
      await forever(left);
    } finally {
      this.#endSession();
    }
  }

  #endSession(): void {
    const session = this.#session;
    this.#session = null;
    if (session === null) return;
    session.ending.abort();
    session.listener.close().catch((error: unknown) => {
      this.#parts.world.log.warn({ error: String(error) }, 'model server listener did not close');
    });
  }

  /** Addresses as the container knows them, from those of this machine. */
  #logicalEnv(env: Readonly<Record<string, string>>): Record<string, string> {
    const back = new Map([...this.#ports].map(([port, real]) => [real, port]));
    return Object.fromEntries(
      Object.entries(env).map(([name, value]) => [
        name,
        value.replaceAll(/:(\d+)/g, (whole: string, port: string) => {
          const logical = back.get(Number(port));
          return logical === undefined ? whole : `:${logical}`;
        }),
      ]),
    );
  }
}

/** Resolves when the signal fires. */
function forever(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
