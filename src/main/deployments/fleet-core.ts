import { AppError } from '../../shared/errors.ts';
import { formatUsd } from '../../shared/money.ts';
import type { DeploymentView } from '../../shared/model.ts';
import { Emitter } from '../platform/lifecycle.ts';
import type { Pod } from '../runpod/api.ts';
import { DeploymentActor } from './actor.ts';
import { DeploymentTarget } from './deployment-target.ts';
import type { Intent } from './events.ts';
import { Journal } from './journal.ts';
import { Market } from './market.ts';
import { OrphanSweep } from './orphans.ts';
import { LogWatch } from './pod/log-watch.ts';
import { PodEffects } from './pod/perform.ts';
import { podFacts } from './pod/read-pod.ts';
import { Reconciler } from './reconciler.ts';
import type { DeploymentRecord } from './record.ts';
import { BillSettling } from './settle.ts';
import { isBooting } from './state.ts';
import { DeploymentStore } from './store.ts';
import { TargetList } from './target-list.ts';
import { DEFAULT_TIMING, type Timing } from './timing.ts';
import type { FleetDeps, FleetEvent } from './types.ts';
import { viewOf } from './view.ts';

/** Changes that only move a number are told this much later, many at once. */
const TELL_LATER_MS = 250;
const INSTALLATION_BYTES = 5;

interface Member {
  readonly actor: DeploymentActor;
  readonly watch: LogWatch;
  /** What was last told, and whether telling is under way. */
  told: string;
  telling: boolean;
}

/** The deployments and what keeps them in step with the account: actors, reconciler, orphans, bills, targets. */
export class FleetCore {
  readonly store: DeploymentStore;
  readonly market: Market;
  readonly targets: TargetList;
  readonly installation: string;
  readonly timing: Timing;
  readonly #deps: FleetDeps;
  readonly #events: Emitter<FleetEvent>;
  readonly #members = new Map<string, Member>();
  readonly #journal: Journal;
  readonly #effects: PodEffects;
  readonly #reconciler: Reconciler;
  readonly #orphans: OrphanSweep;
  readonly #settling: BillSettling;
  /** Deployments written by another version of this app: their pods are left alone. */
  readonly #unreadable: readonly string[];
  #started = false;

  constructor(deps: FleetDeps, events: Emitter<FleetEvent>) {
    const { db, api, clock, ids, log, ledger } = deps;
    this.#deps = deps;
    this.#events = events;
    this.timing = { ...DEFAULT_TIMING, ...deps.timing };
    this.store = new DeploymentStore(db);
    this.installation = this.#installation();
    this.market = new Market(deps, this.store);
    this.targets = new TargetList(
      new Emitter((error) => log.error({ error }, 'a listener to targets failed')),
    );
    const { store, timing, installation } = this;
    this.#journal = new Journal({ store, ledger, clock, ids, events, cloudNow: () => this.cloudNow() });
    this.#effects = new PodEffects({ deps, store, market: this.market, timing, installation });
    this.#orphans = new OrphanSweep({
      api,
      clock,
      ids,
      log,
      ledger,
      store,
      timing,
      installation,
      events,
      actors: () => this.actors(),
      unreadable: () => this.#unreadable,
    });
    this.#settling = new BillSettling({
      api,
      clock,
      log,
      ledger,
      timing,
      createdAt: (podId) => store.pod(podId)?.createdAt ?? null,
    });
    this.#reconciler = new Reconciler({
      api,
      clock,
      log,
      timing,
      moving: () => this.actors().some((actor) => isMoving(actor)),
      onPods: (pods, askedAt) => this.#onPods(pods, askedAt),
      onTick: () => this.#onTick(),
    });
    const open = Map.groupBy(store.openIntents(), (intent) => intent.deploymentId);
    const { records, unreadable } = store.records();
    this.#unreadable = unreadable;
    if (unreadable.length > 0)
      log.error({ deployments: unreadable }, 'stored deployments that cannot be read');
    for (const record of records) this.#join(record, this.#recover(open.get(record.id) ?? []));
  }

  /** Begins to act: what was under way goes on, what starts with the app is started, the account is watched. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#closeForeignIntents();
    for (const { actor } of this.#members.values()) {
      actor.begin();
      const { spec, state } = actor.record;
      if (spec.autostart && (state === 'stopped' || state === 'failed') && this.refusal(actor) === null) {
        actor.post({ type: 'start-asked', by: 'autostart' });
      }
    }
    this.#reconciler.start();
  }

  async dispose(): Promise<void> {
    await this.#reconciler.dispose();
    await Promise.all([...this.#members.values()].map(({ watch }) => watch.dispose()));
    await Promise.all(this.actors().map((actor) => actor.dispose()));
    await Promise.all([this.#orphans.dispose(), this.#settling.dispose()]);
    for (const actor of this.actors()) {
      this.targets.get(actor.record.id)?.close(new AppError('shutting_down', 'The app is closing.'));
    }
  }

  add(record: DeploymentRecord, intent: Intent | null): DeploymentActor {
    this.#journal.commit(record, [
      { type: 'history', kind: 'created', text: `Deployment "${record.spec.name}" was made.`, data: {} },
    ]);
    const actor = this.#join(record, intent);
    this.#tell(record.id);
    return actor;
  }

  actors(): DeploymentActor[] {
    return [...this.#members.values()].map((member) => member.actor);
  }

  byId(id: string): DeploymentActor | undefined {
    return this.#members.get(id)?.actor;
  }

  /** @throws AppError not_found */
  find(ref: string): DeploymentActor {
    const actor = this.byId(ref) ?? this.actors().find(({ record }) => record.spec.name === ref);
    if (actor !== undefined) return actor;
    const names = this.actors().map(({ record }) => record.spec.name);
    throw new AppError('not_found', `There is no deployment "${ref}".`, {
      advice: names.length === 0 ? 'There are none yet.' : `There are: ${names.join(', ')}.`,
      details: { value: ref, allowed: names },
    });
  }

  /** @throws AppError name_taken */
  refuseTakenName(name: string, except: string | null): void {
    const owner = this.actors().find(({ record }) => record.spec.name === name);
    if (owner === undefined || owner.record.id === except) return;
    throw new AppError('name_taken', `There is already a deployment called "${name}".`, {
      details: { field: 'name', value: name },
    });
  }

  /** Why a deployment may not start now; null = it may. */
  refusal(actor: DeploymentActor): AppError | null {
    const foreign = this.#deps.refusal?.(actor.record.id) ?? null;
    if (foreign !== null) return foreign;
    const { usdPerDay } = actor.record.spec.budget;
    if (usdPerDay === null || this.#spentToday(actor.record.id) < usdPerDay) return null;
    return new AppError(
      'budget_exceeded',
      `"${actor.record.spec.name}" has used up its ${formatUsd(usdPerDay)} for today.`,
      { details: { field: 'budget.usdPerDay', value: usdPerDay } },
    );
  }

  note(actor: DeploymentActor, kind: string, text: string): void {
    this.#journal.commit(actor.record, [{ type: 'history', kind, text, data: {} }]);
  }

  view(actor: DeploymentActor): DeploymentView {
    const { id, spec, pod } = actor.record;
    const now = this.cloudNow();
    return viewOf(actor.state, actor.moment(), {
      todayUsd: this.#spentToday(id),
      totalUsd: this.#deps.ledger.spent({ deploymentId: id }, 0, now),
      usualSeconds: (phase) =>
        pod === null ? null : this.market.phaseSeconds(pod.launch.gpuTypeId, spec.model, phase),
    });
  }

  cloudNow(): number {
    return this.#deps.clock.now() + this.#deps.api.clockOffsetMs();
  }

  #spentToday(deploymentId: string): number {
    const now = this.cloudNow();
    return this.#deps.ledger.spent({ deploymentId }, this.#deps.startOfDay(now), now);
  }

  #installation(): string {
    const known = this.store.meta('installation');
    if (known !== null) return known.value;
    const made = this.#deps.random.hex(INSTALLATION_BYTES);
    this.store.setMeta('installation', made, this.#deps.clock.now());
    return made;
  }

  /** Of calls cut off by the end of the last run only a create leaves a question; the others are in the record. */
  #recover(intents: readonly Intent[]): Intent | null {
    const creates = intents.filter((intent) => intent.kind === 'create');
    for (const intent of intents) {
      if (intent !== creates[0]) this.store.closeIntent(intent.id, 'cut off', this.#deps.clock.now());
    }
    return creates[0] ?? null;
  }

  /** Intents of deployments that are gone: a pod they made is found by its name and ended as an orphan. */
  #closeForeignIntents(): void {
    for (const intent of this.store.openIntents()) {
      if (!this.#members.has(intent.deploymentId))
        this.store.closeIntent(intent.id, 'cut off', this.#deps.clock.now());
    }
  }

  #join(record: DeploymentRecord, intent: Intent | null): DeploymentActor {
    const { api, clock, log, podUrlTemplate, simulated } = this.#deps;
    const actor = new DeploymentActor(record, intent, {
      clock,
      log,
      timing: this.timing,
      offsetMs: () => api.clockOffsetMs(),
      run: (effect, context) => this.#effects.run(effect, context),
      commit: (current, notes) => this.#journal.commit(current, notes),
      changed: (changed, kind) => this.#changed(changed, kind),
      removed: (removed) => this.#removed(removed),
    });
    const watch = new LogWatch({ api, clock, log, post: (event) => actor.post(event) });
    this.#members.set(record.id, { actor, watch, told: '', telling: false });
    this.targets.add(
      new DeploymentTarget(actor, {
        podUrlTemplate,
        simulated,
        refusal: (each) => this.refusal(each),
        wakesPaused: () => this.#deps.wakesPaused?.() ?? false,
      }),
    );
    return actor;
  }

  hurry(): void {
    this.#reconciler.hurry();
  }

  #changed(actor: DeploymentActor, kind: 'routine' | 'any'): void {
    const { record } = actor;
    const member = this.#members.get(record.id);
    if (member === undefined) return;
    if (kind === 'routine') {
      this.#tellLater(member);
      return;
    }
    member.watch.update(record);
    this.targets.refresh(record.id);
    if (isMoving(actor)) this.#reconciler.hurry();
    const told = `${record.state} ${record.desired} ${record.pod?.id} ${record.problem?.code}`;
    if (told !== member.told) {
      member.told = told;
      this.#tell(record.id);
    } else {
      this.#tellLater(member);
    }
  }

  #tellLater(member: Member): void {
    if (member.telling) return;
    member.telling = true;
    this.#deps.clock.after(TELL_LATER_MS, () => {
      member.telling = false;
      this.#tell(member.actor.record.id);
    });
  }

  #tell(id: string): void {
    const actor = this.byId(id);
    if (actor !== undefined && !actor.disposed) {
      this.#events.emit({ name: 'deployment.changed', payload: this.view(actor) });
    }
  }

  #removed(actor: DeploymentActor): void {
    const { id, spec } = actor.record;
    const member = this.#members.get(id);
    this.#members.delete(id);
    this.targets.get(id)?.close(new AppError('not_found', `"${spec.name}" was removed.`));
    this.targets.remove(id);
    void member?.watch.dispose();
    this.#events.emit({ name: 'deployment.removed', payload: { id, name: spec.name } });
  }

  #onPods(pods: readonly Pod[], askedAt: number): void {
    const byId = new Map(pods.map((pod) => [pod.id, pod]));
    for (const actor of this.actors()) {
      const ours = actor.record.pod;
      if (ours === null) continue;
      const pod = byId.get(ours.id);
      if (pod === undefined) actor.post({ type: 'pod-absent', askedAt });
      else actor.post({ type: 'pod-observed', pod: podFacts(pod), askedAt });
    }
    this.#orphans.sweep(pods, askedAt);
  }

  #onTick(): void {
    for (const actor of this.actors())
      actor.post({ type: 'tick', spentTodayUsd: this.#spentToday(actor.record.id) });
    this.#settling.tick();
  }
}

/** Whether the account should be looked at often. */
function isMoving({ record, state }: DeploymentActor): boolean {
  const atRest =
    record.state === 'ready' ||
    ((record.state === 'stopped' || record.state === 'failed') && record.ending === null);
  return !atRest || isBooting(record) || state.intent !== null || state.live.absentSince !== null;
}
