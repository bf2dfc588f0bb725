import { balanceUsd } from '../money/balance.ts';
import { closeSegments } from '../money/segments.ts';
import type { Relay } from '../model-server/relay.ts';
import type { EndpointRecord } from '../state.ts';
import { accountOf, type World } from '../world.ts';
import { Fleet } from './fleet.ts';
import { JobQueue } from './queue.ts';
import { decideScaling } from './scaling.ts';

const DAY_MS = 86_400_000;
/** Days without a request until RunPod lowers workers.max, and to what (FACTS 3.1). */
const IDLE_STEPS: readonly (readonly [afterMs: number, max: number])[] = [
  [3 * DAY_MS, 2],
  [7 * DAY_MS, 0],
];

/** One endpoint at work: its workers, its queue, and what waits for a worker on the load-balancer plane. */
export interface RunningEndpoint {
  readonly record: EndpointRecord;
  readonly fleet: Fleet;
  readonly queue: JobQueue;
  /** Load-balanced requests that wait for a worker. */
  waiting: number;
}

/** Keeps every endpoint scaled: looks at it when something about it changes and when time alone changes the answer. */
export class Endpoints {
  readonly #world: World;
  readonly #relay: Relay | null;
  readonly #running = new Map<string, RunningEndpoint>();
  readonly #timers = new Map<string, () => void>();
  readonly #looking = new Set<string>();
  readonly #unsubscribe: () => void;

  constructor(world: World, relay: Relay | null) {
    this.#world = world;
    this.#relay = relay;
    this.#unsubscribe = world.changes.subscribe((id) => {
      if (world.state.endpoints.has(id)) this.#look(id);
    });
    for (const record of world.state.endpoints.values()) this.#adopt(record);
    for (const id of world.state.endpoints.keys()) this.#look(id);
  }

  get(id: string): RunningEndpoint | null {
    const running = this.#running.get(id) ?? null;
    if (running !== null) this.#look(id);
    return running;
  }

  list(): readonly RunningEndpoint[] {
    for (const id of this.#running.keys()) this.#look(id);
    return [...this.#running.values()];
  }

  add(record: EndpointRecord): RunningEndpoint {
    this.#world.state.endpoints.set(record.id, record);
    const running = this.#adopt(record);
    this.#world.flush();
    this.#look(record.id);
    return running;
  }

  remove(running: RunningEndpoint): void {
    const { record } = running;
    this.#endWork(running, this.#world.clock.now());
    this.#timers.get(record.id)?.();
    this.#running.delete(record.id);
    this.#world.state.endpoints.delete(record.id);
    this.#world.flush();
    this.#world.changes.emit(record.id);
  }

  /** A request came: the idle clock begins anew. */
  touch(running: RunningEndpoint): void {
    running.record.lastRequestAt = this.#world.clock.now();
  }

  /** The balance is gone. */
  endAll(atMs: number): void {
    for (const running of this.#running.values()) running.fleet.endAll(atMs);
  }

  dispose(): void {
    this.#unsubscribe();
    for (const cancel of this.#timers.values()) cancel();
    for (const { fleet, queue } of this.#running.values()) {
      queue.endAll();
      fleet.dispose();
    }
  }

  #endWork(running: RunningEndpoint, atMs: number): void {
    const { record, fleet, queue } = running;
    queue.endAll();
    fleet.endAll(atMs);
    closeSegments(accountOf(this.#world, 'endpoint', record.id, record.name), atMs);
  }

  #adopt(record: EndpointRecord): RunningEndpoint {
    const fleet = new Fleet(this.#world, record, this.#relay);
    const running = { record, fleet, queue: new JobQueue(this.#world, record, fleet), waiting: 0 };
    this.#running.set(record.id, running);
    return running;
  }

  /** Scales, dispatches, and plans the next look. Re-entrant calls are folded into the one under way. */
  #look(id: string): void {
    const running = this.#running.get(id);
    if (running === undefined || this.#looking.has(id)) return;
    this.#looking.add(id);
    try {
      this.#scale(running);
    } finally {
      this.#looking.delete(id);
    }
  }

  #scale(running: RunningEndpoint): void {
    const { record, fleet, queue } = running;
    const now = this.#world.clock.now();
    lowerWhenIdle(record, now);
    fleet.retryThrottled();
    queue.dispatch();
    const queued = queue.queued;
    const broke = balanceUsd(this.#world, now) <= 0;
    const decision = decideScaling({
      endpoint: broke ? { ...record, workers: { ...record.workers, min: 0, max: 0 } } : record,
      load: record.type === 'QUEUE' ? queued.length + queue.inProgress : running.waiting + fleet.inFlight,
      oldestWaitMs: queued.length === 0 ? 0 : now - Math.min(...queued.map((job) => job.queuedAt)),
      workers: fleet.active.map((worker) => fleet.look(worker, now)),
    });
    for (const workerId of decision.park) fleet.park(workerId);
    for (let i = 0; i < decision.start; i++) fleet.start();
    if (decision.start > 0 || decision.park.length > 0) this.#world.save();
    this.#plan(running, now, decision.lookAgainMs);
  }

  #plan({ record, fleet }: RunningEndpoint, now: number, lookAgainMs: number | null): void {
    this.#timers.get(record.id)?.();
    const readies = fleet.active.flatMap((worker) => {
      const at = fleet.readyAt(worker);
      return at === null || at <= now ? [] : [at - now + 1];
    });
    const retry = fleet.retryInMs;
    const waits = [
      ...readies,
      ...[lookAgainMs, retry === null ? null : retry + 1].filter((ms) => ms !== null),
    ];
    if (waits.length === 0) return;
    const cancel = this.#world.clock.after(Math.min(...waits), () => {
      this.#look(record.id);
      this.#world.changes.emit(record.id);
    });
    this.#timers.set(record.id, cancel);
  }
}

function lowerWhenIdle(record: EndpointRecord, now: number): void {
  for (const [afterMs, max] of IDLE_STEPS) {
    if (now - record.lastRequestAt < afterMs || record.workers.max <= max) continue;
    record.workers.max = max;
    record.workers.min = Math.min(record.workers.min, max);
  }
}
