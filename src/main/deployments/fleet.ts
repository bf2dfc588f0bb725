import { AppError } from '../../shared/errors.ts';
import type {
  DeploymentSpec,
  DeploymentView,
  DeploymentWish,
  EditEffects,
  HistoryEntry,
  LogLine,
  Plan,
  PlanRequest,
} from '../../shared/model.ts';
import { Emitter, type Unsubscribe } from '../platform/lifecycle.ts';
import type { TargetSource } from '../target.ts';
import type { DeploymentActor } from './actor.ts';
import { admit } from './admission.ts';
import { deploymentLogs, type LogPlace, type RestingLog } from './deployment-logs.ts';
import { editEffects } from './edit-effects.ts';
import { FleetCore } from './fleet-core.ts';
import { autoAfterEdit, beginAuto } from './auto-mode.ts';
import { kindOf } from './serverless/kind.ts';
import { launchHash } from './serverless/launch.ts';
import { FleetRadar } from './fleet-radar.ts';
import { patiently } from './patience.ts';
import type { DeploymentRecord } from './record.ts';
import { isBooting } from './state.ts';
import type { Fleet, FleetDeps, FleetEvent, LogOptions } from './types.ts';
import { waitFor } from './wait-for.ts';

/** Builds the fleet on its database; nothing is sent anywhere before `start`. */
export function createFleet(deps: FleetDeps): Fleet {
  return new PodFleet(deps);
}

class PodFleet implements Fleet {
  readonly radar: FleetRadar;
  readonly targets: TargetSource;
  readonly #deps: FleetDeps;
  readonly #events: Emitter<FleetEvent>;
  readonly #core: FleetCore;

  constructor(deps: FleetDeps) {
    this.#deps = deps;
    this.#events = new Emitter((error) => deps.log.error({ error }, 'a listener to deployments failed'));
    this.#core = new FleetCore(deps, this.#events);
    this.targets = this.#core.targets;
    this.radar = new FleetRadar(deps, this.#core, this.#events);
  }

  start(): void {
    this.#core.start();
    this.radar.start();
  }

  async dispose(): Promise<void> {
    await this.radar.dispose();
    await this.#core.dispose();
  }

  subscribe(listener: (event: FleetEvent) => void): Unsubscribe {
    return this.#events.subscribe(listener);
  }

  list(): DeploymentView[] {
    return this.#core.actors().map((actor) => this.#core.view(actor));
  }

  async plan(request: PlanRequest, signal: AbortSignal): Promise<Plan> {
    const weigh = (patience: AbortSignal) => this.#core.market.weigh(request, patience);
    return (await patiently(this.#deps.clock, signal, weigh)).plan;
  }

  podsAtRestUsdPerMonth(): number | null {
    return this.#core.podsAtRestUsd;
  }

  hurry(): void {
    this.#core.hurry();
  }

  accountProblem(): AppError | null {
    return this.#core.accountProblem();
  }

  confirmAccount(): void {
    this.#core.confirmAccount();
  }

  computerSleeps(): void {
    // Its time to undo would pass unseen.
    this.radar.dropSweep();
    for (const actor of this.#core.actors()) actor.post({ type: 'sleep-coming' });
  }

  get(ref: string): DeploymentView {
    return this.#core.view(this.#core.find(ref));
  }

  async create(wish: DeploymentWish, start: boolean, signal: AbortSignal): Promise<DeploymentView> {
    const { market } = this.#core;
    // Nobody is told that something was made which the next start would know nothing of.
    this.#deps.confirmStored?.();
    this.#core.refuseTakenName(wish.name, null);
    const spec = await admit(wish, start, { deps: this.#deps, market }, signal);
    // Looked at again: another create of that name may have come in between.
    this.#core.refuseTakenName(spec.name, null);
    const actor = this.#core.add(newRecord(this.#deps.ids.next('dep'), spec, this.#deps.clock.now()), null);
    if (spec.mode === 'auto') {
      this.#core.note(
        actor,
        'mode',
        'Begins on a pod; its own requests decide whether serverless is cheaper.',
      );
    }
    if (start) actor.post({ type: 'start-asked', by: 'user' });
    return this.#core.view(actor);
  }

  startDeployment(ref: string): DeploymentView {
    const actor = this.#alive(ref);
    const refusal = isBooting(actor.record) ? null : this.#core.refusal(actor);
    if (refusal !== null) throw refusal;
    actor.post({ type: 'start-asked', by: 'user' });
    return this.#core.view(actor);
  }

  stop(ref: string, why = 'you stopped it'): DeploymentView {
    const actor = this.#alive(ref);
    actor.post({ type: 'stop-asked', why });
    return this.#core.view(actor);
  }

  restart(ref: string): DeploymentView {
    const actor = this.#alive(ref);
    const refusal = this.#core.restartRefusal(actor);
    if (refusal !== null) throw refusal;
    actor.post({ type: 'restart-asked' });
    return this.#core.view(actor);
  }

  terminate(ref: string): DeploymentView {
    const actor = this.#core.find(ref);
    actor.post({ type: 'terminate-asked' });
    return this.#core.view(actor);
  }

  async edit(ref: string, wish: DeploymentWish, signal: AbortSignal): Promise<DeploymentView> {
    const before = this.#alive(ref);
    this.#core.refuseTakenName(wish.name, before.record.id);
    const runs = before.record.desired === 'running';
    const endpointId = before.record.endpoint?.id ?? null;
    const parts = { deps: this.#deps, market: this.#core.market, endpointId };
    const spec = await admit(wish, runs, parts, signal);
    const actor = this.#alive(before.record.id);
    this.#core.refuseTakenName(spec.name, actor.record.id);
    const auto = autoAfterEdit(actor.record, spec, this.#deps.clock.now());
    actor.post({ type: 'edited', spec, specHash: launchHash(spec, kindOf({ spec, auto })), auto });
    return this.#core.view(actor);
  }

  editEffects(ref: string, spec: DeploymentSpec): EditEffects {
    const { record, state } = this.#alive(ref);
    const { pod, endpoint } = record;
    const { medianSeconds } = this.#core.market.bootTime(pod?.launch.gpuTypeId ?? null, record.spec.model);
    return editEffects(record.spec, spec, {
      pod,
      endpoint,
      inFlight: state.live.inFlight,
      bootMs: medianSeconds === null ? null : medianSeconds * 1000,
    });
  }

  stopAll(why = 'everything was stopped'): { stopping: string[] } {
    const running = this.#core
      .actors()
      .filter(({ record }) => record.desired !== 'terminated' && mayRun(record));
    for (const actor of running) actor.post({ type: 'stop-asked', why });
    return { stopping: running.map((actor) => actor.record.spec.name) };
  }

  keepAlive(ref: string, minutes: number): DeploymentView {
    const actor = this.#alive(ref);
    if (actor.record.state !== 'ready' && !isBooting(actor.record)) {
      throw new AppError('not_allowed_now', `"${actor.record.spec.name}" does not run.`, {
        advice: 'Start it.',
      });
    }
    actor.post({ type: 'keep-alive-asked', minutes });
    return this.#core.view(actor);
  }

  history(ref: string): { entries: HistoryEntry[] } {
    return { entries: this.#core.store.history(this.#core.find(ref).record.id) };
  }

  wait(
    ref: string,
    until: 'ready' | 'stopped' | 'terminated',
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<DeploymentView> {
    const { id } = this.#core.find(ref).record;
    return waitFor(
      { core: this.#core, events: this.#events, clock: this.#deps.clock, id, until, timeoutMs },
      signal,
    );
  }

  logs(ref: string, options: LogOptions, signal: AbortSignal): AsyncIterable<LogLine> {
    const { id } = this.#core.find(ref).record;
    const { api, clock } = this.#deps;
    const place = (): LogPlace | null | undefined => {
      const actor = this.#core.byId(id);
      return actor === undefined ? undefined : logPlace(actor);
    };
    const resting = (): RestingLog | null => {
      const actor = this.#core.byId(id);
      return actor === undefined ? null : restingLog(actor);
    };
    return deploymentLogs({ api, clock, place, resting }, options, signal);
  }

  #alive(ref: string): DeploymentActor {
    const actor = this.#core.find(ref);
    if (actor.record.desired !== 'terminated') return actor;
    throw new AppError('not_allowed_now', `"${actor.record.spec.name}" is being removed.`);
  }
}

const mayRun = (record: DeploymentRecord): boolean =>
  record.pod !== null || isBooting(record) || (record.endpoint !== null && record.endpoint.maxWorkers > 0);

/** Workers come and go by themselves: while none runs there is no log to read. */
function restingLog({ record, state }: DeploymentActor): RestingLog | null {
  const { kept } = state.live;
  const { name } = record.spec;
  if (record.pod !== null || isBooting(record) || record.state === 'ready') return null;
  const why =
    record.state === 'sleeping'
      ? `"${name}" sleeps: no worker runs, and a worker's log goes with it. The next request starts one.`
      : `Nothing of "${name}" runs.`;
  return { kept, why };
}

function logPlace({ record: { pod, endpoint } }: DeploymentActor): LogPlace | null {
  if (pod !== null) return { kind: 'pod', id: pod.id };
  return endpoint === null ? null : { kind: 'endpoint', id: endpoint.id };
}

function newRecord(id: string, spec: DeploymentSpec, now: number): DeploymentRecord {
  return {
    id,
    spec,
    specHash: launchHash(spec, kindOf({ spec })),
    createdAt: now,
    desired: 'stopped',
    state: 'stopped',
    since: now,
    pod: null,
    endpoint: null,
    auto: spec.mode === 'auto' ? beginAuto('pod', now) : null,
    boot: null,
    ending: null,
    problem: null,
    lastRequestAt: null,
    readyAt: null,
    keepAliveUntil: null,
    idleWarnedAt: null,
    wantedAt: null,
    restsByHabit: false,
    aheadOf: null,
    hoursWarnedAt: null,
    budgetToldAt: null,
    spell: null,
    idle: null,
    answers: null,
    late: [],
    ownImage: null,
  };
}
