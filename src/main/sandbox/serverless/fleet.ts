import type { SimRequest, SimReply } from '../http/message.ts';
import type { ModelServer, ServerParts } from '../model-server/model-server.ts';
import { OllamaServer } from '../model-server/ollama-server.ts';
import { OllamaFront } from '../model-server/ollama-front.ts';
import type { Relay } from '../model-server/relay.ts';
import { VllmServer } from '../model-server/vllm-server.ts';
import { stampLine, type ServerConfig } from '../model-server/launch.ts';
import { closeSegments, openSegment, wholeSecondsEnd } from '../money/segments.ts';
import { containerPlan } from '../pods/container.ts';
import { LiveLog } from '../pods/live-log.ts';
import { bootTimes, momentOf } from '../pods/timeline.ts';
import type { EndpointRecord, WorkerRecord } from '../state.ts';
import { accountOf, type World } from '../world.ts';
import type { WorkerLook } from './scaling.ts';
import { drawWorkerBoot, newWorker, placeWorker, workerRate } from './worker-start.ts';

const PARKED_KEPT = 3;
/** Missing capacity often clears in about this time (FACTS 3.3). */
const THROTTLED_RETRY_MS = 30_000;

/** What of a worker lives only in this process. */
interface Live {
  server: ModelServer | null;
  busy: number;
  readonly log: LiveLog;
  readonly ending: AbortController;
}

/** The workers of one endpoint: where they stand, what they cost, and the model servers inside them. */
export class Fleet {
  readonly #world: World;
  readonly #endpoint: EndpointRecord;
  readonly #relay: Relay | null;
  readonly #live = new Map<string, Live>();

  constructor(world: World, endpoint: EndpointRecord, relay: Relay | null) {
    this.#world = world;
    this.#endpoint = endpoint;
    this.#relay = relay;
    // Requests in flight did not survive the last process: everybody is idle.
    for (const worker of endpoint.fleet) worker.idleSince ??= world.clock.now();
  }

  /** Workers that are not parked. */
  get active(): readonly WorkerRecord[] {
    return this.#endpoint.fleet.filter((worker) => worker.state !== 'parked');
  }

  get parked(): readonly WorkerRecord[] {
    return this.#endpoint.fleet.filter((worker) => worker.state === 'parked');
  }

  /** Requests on all workers. */
  get inFlight(): number {
    return this.active.reduce((sum, worker) => sum + this.busy(worker), 0);
  }

  look(worker: WorkerRecord, now: number): WorkerLook {
    const busy = this.#liveOf(worker).busy > 0;
    const state = this.stateOf(worker, now);
    return {
      id: worker.id,
      state: state === 'ready' ? (busy ? 'busy' : 'idle') : state === 'throttled' ? 'starting' : state,
      idleMs: now - Math.max(worker.idleSince ?? now, this.readyAt(worker) ?? now),
      stale: worker.version !== this.#endpoint.version,
    };
  }

  stateOf(worker: WorkerRecord, now: number): 'throttled' | 'starting' | 'ready' | 'unhealthy' {
    if (worker.state === 'throttled') return 'throttled';
    const { phase } = momentOf(worker.container, worker.boot, now);
    if (phase === 'ready' || phase === 'sleeping') return 'ready';
    return phase === 'crash-loop' || phase === 'refused' ? 'unhealthy' : 'starting';
  }

  /** When a healthy worker is done loading; null = never. */
  readyAt(worker: WorkerRecord): number | null {
    if (worker.state === 'throttled' || worker.boot.stuck !== null) return null;
    const plan = containerPlan(worker.container, worker.boot);
    if (plan.kind === 'refused' || plan.launch.kind === 'crashes') return null;
    const loading = plan.launch.kind === 'serves' ? plan.launch.readyMs * worker.boot.pace : 0;
    return Number.isFinite(loading) ? bootTimes(worker.boot).containerAt + loading : null;
  }

  /** What answers in a worker now: its model server, or before that the key check in front of it. */
  listening(worker: WorkerRecord, now: number): ModelServer | null {
    const { phase } = momentOf(worker.container, worker.boot, now);
    if (worker.state === 'throttled' || (phase !== 'ready' && phase !== 'loading')) return null;
    const server = this.server(worker);
    return phase === 'ready' || server instanceof OllamaFront ? server : null;
  }

  busy(worker: WorkerRecord): number {
    return this.#liveOf(worker).busy;
  }

  server(worker: WorkerRecord): ModelServer | null {
    const live = this.#liveOf(worker);
    if (live.server !== null) return live.server;
    const plan = containerPlan(worker.container, worker.boot);
    if (plan.kind === 'refused' || plan.launch.kind !== 'serves') return null;
    live.server = this.#newServer(worker, plan.launch.server, this.#serverParts(worker, live));
    return live.server;
  }

  #newServer(worker: WorkerRecord, config: ServerConfig, parts: ServerParts): ModelServer {
    if (config.engine === 'vllm') return new VllmServer(config, parts);
    const ollama = new OllamaServer(config, parts);
    const { front, loads } = config;
    if (front === undefined || loads === undefined) return ollama;
    if (!parts.models().includes(loads)) parts.addModel(loads);
    return new OllamaFront(ollama, front, () => this.stateOf(worker, this.#world.clock.now()) === 'ready');
  }

  /** Hands a request to a worker's model server; it counts as busy until the answer has ended. */
  async ask(worker: WorkerRecord, request: SimRequest): Promise<SimReply> {
    const server = this.server(worker);
    const live = this.#liveOf(worker);
    const done = this.occupy(worker);
    const leaving = AbortSignal.any([request.signal, live.ending.signal]);
    try {
      const reply = server === null ? null : await server.handle({ ...request, signal: leaving });
      if (reply === null || 'drop' in reply || reply.body === null || typeof reply.body === 'string') {
        done();
        return reply ?? { drop: 'reset' };
      }
      return { ...reply, body: reply.body instanceof Uint8Array ? reply.body : held(reply.body, done) };
    } catch (error) {
      done();
      throw error;
    }
  }

  /** Marks a worker busy; the returned function ends it, once. */
  occupy(worker: WorkerRecord): () => void {
    const live = this.#liveOf(worker);
    live.busy += 1;
    worker.idleSince = null;
    let ended = false;
    return () => {
      if (ended) return;
      ended = true;
      live.busy -= 1;
      if (live.busy === 0) worker.idleSince = this.#world.clock.now();
      this.#changed();
    };
  }

  /** Brings one more worker up: a parked one where there is one, else on a fresh machine. */
  start(): void {
    const parked = this.parked.find((worker) => worker.version === this.#endpoint.version);
    const worker = parked ?? newWorker(this.#world, this.#endpoint, this.#volumeModels());
    if (parked === undefined) this.#endpoint.fleet.push(worker);
    else parked.boot = this.#drawBoot(parked, true);
    worker.idleSince = null;
    worker.state = placeWorker(this.#world, this.#endpoint, worker) ? 'running' : 'throttled';
    if (worker.state === 'running') this.#bill(worker);
  }

  /** Looks for machines again, now and then, for those that wait for one. */
  retryThrottled(): void {
    for (const worker of this.active.filter(({ state }) => state === 'throttled')) {
      if (this.#retryInMs(worker) > 0) continue;
      worker.boot = { ...worker.boot, startedAt: this.#world.clock.now() };
      if (!placeWorker(this.#world, this.#endpoint, worker)) continue;
      worker.boot = this.#drawBoot(worker, false);
      worker.state = 'running';
      this.#bill(worker);
    }
  }

  /** Until the next try for a machine; null = nobody waits for one. */
  get retryInMs(): number | null {
    const waiting = this.active.filter(({ state }) => state === 'throttled');
    return waiting.length === 0 ? null : Math.min(...waiting.map((worker) => this.#retryInMs(worker)));
  }

  #retryInMs(worker: WorkerRecord): number {
    return Math.max(0, worker.boot.startedAt + THROTTLED_RETRY_MS - this.#world.clock.now());
  }

  /** Scaled down: not billed, forgotten but for a few that start quicker next time. */
  park(id: string, atMs = this.#world.clock.now()): void {
    const worker = this.#endpoint.fleet.find((entry) => entry.id === id);
    if (worker === undefined) return;
    this.#end(worker, atMs);
    worker.state = 'parked';
    const surplus = this.parked.length - PARKED_KEPT;
    const stale = worker.version !== this.#endpoint.version;
    if (surplus > 0 || stale) this.#forget(stale ? worker : (this.parked[0] ?? worker));
  }

  endAll(atMs: number): void {
    for (const worker of this.#endpoint.fleet.slice()) {
      this.#end(worker, atMs);
      this.#forget(worker);
    }
  }

  log(workerId: string): LiveLog | null {
    return this.#live.get(workerId)?.log ?? null;
  }

  dispose(): void {
    for (const live of this.#live.values()) live.ending.abort();
  }

  #forget(worker: WorkerRecord): void {
    this.#endpoint.fleet = this.#endpoint.fleet.filter((entry) => entry !== worker);
    this.#live.delete(worker.id);
  }

  #end(worker: WorkerRecord, atMs: number): void {
    if (worker.state === 'running') this.#rememberWeights(worker);
    this.#live.get(worker.id)?.ending.abort();
    this.#live.delete(worker.id);
    const account = accountOf(this.#world, 'endpoint', this.#endpoint.id, this.#endpoint.name);
    closeSegments(account, wholeSecondsEnd(bootTimes(worker.boot).containerAt, atMs), { part: worker.id });
  }

  #drawBoot(worker: WorkerRecord, warm: boolean): WorkerRecord['boot'] {
    const start = { n: worker.boot.n + 1, warm, models: this.#volumeModels() };
    return drawWorkerBoot(this.#world, this.#endpoint, start);
  }

  /** Start of the container to its end, loading and idling included, in whole seconds (FACTS 3.1, 3.3). */
  #bill(worker: WorkerRecord): void {
    const account = accountOf(this.#world, 'endpoint', this.#endpoint.id, this.#endpoint.name);
    const rate = workerRate(this.#endpoint, worker);
    openSegment(account, 'worker-gpu', rate, bootTimes(worker.boot).containerAt, worker.id);
  }

  /** What a worker that came up has fetched lies on the endpoint's volume for those that come after it. */
  #rememberWeights(worker: WorkerRecord): void {
    const plan = containerPlan(worker.container, worker.boot);
    if (plan.kind === 'refused' || plan.launch.kind !== 'serves') return;
    if (this.stateOf(worker, this.#world.clock.now()) !== 'ready') return;
    const { server } = plan.launch;
    const model = server.engine === 'vllm' ? server.args.model : server.loads;
    for (const id of this.#endpoint.networkVolumes) {
      const models = this.#world.state.volumes.get(id)?.models;
      if (model !== undefined && models?.includes(model) === false) models.push(model);
    }
  }

  #volumeModels(): string[] {
    for (const worker of this.active) this.#rememberWeights(worker);
    return this.#endpoint.networkVolumes.flatMap((id) => this.#world.state.volumes.get(id)?.models ?? []);
  }

  #serverParts(worker: WorkerRecord, live: Live): ServerParts {
    const models: string[] = this.#volumeModels();
    return {
      clock: this.#world.clock,
      random: this.#world.random,
      tokensPerSecond: this.#world.tokensPerSecond,
      speed: this.#world.speed,
      relay: this.#relay,
      print: (line) => {
        const now = Math.round(this.#world.clock.now());
        live.log.append(worker.boot, now, 'container', stampLine(line, now));
        this.#world.output.emit(worker.id);
      },
      models: () => models,
      addModel: (model) => models.push(model),
      removeModel: (model) => models.splice(models.indexOf(model), 1),
    };
  }

  #liveOf(worker: WorkerRecord): Live {
    let live = this.#live.get(worker.id);
    if (live === undefined) {
      live = { server: null, busy: 0, log: new LiveLog(), ending: new AbortController() };
      this.#live.set(worker.id, live);
    }
    return live;
  }

  #changed(): void {
    this.#world.save();
    this.#world.changes.emit(this.#endpoint.id);
  }
}

async function* held(
  body: AsyncIterable<string | Uint8Array>,
  done: () => void,
): AsyncGenerator<string | Uint8Array, void> {
  try {
    yield* body;
  } finally {
    done();
  }
}
