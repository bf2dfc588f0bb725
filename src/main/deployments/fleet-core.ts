import { AppError } from '../../shared/errors.ts';
import type { DeploymentView } from '../../shared/model.ts';
import { Emitter } from '../platform/lifecycle.ts';
import { AccountProof, accountError, heldBy, type Held, type KeyInUse } from './account-proof.ts';
import { beginAuto } from './auto-mode.ts';
import { AutoWatch } from './auto-watch.ts';
import { AccountWatch, isMoving } from './account-watch.ts';
import { DeploymentActor } from './actor.ts';
import { DeploymentTarget } from './deployment-target.ts';
import { dayBudgetRefusal, idleWindowUsd } from './day-budget.ts';
import type { Intent } from './events.ts';
import { Journal } from './journal.ts';
import { Market } from './market.ts';
import { News } from './news.ts';
import { startAhead } from './pod/hours.ts';
import { LogWatch } from './pod/log-watch.ts';
import { PodEffects } from './pod/perform.ts';
import { InvokePlane } from './serverless/invoke-plane.ts';
import { EndpointEffects } from './serverless/perform.ts';
import { isEndpointEffect, kindOf } from './serverless/kind.ts';
import { bootMsOf, habitualIdle } from './habitual-idle.ts';
import { withEndpointType } from './policy/endpoint-type.ts';
import { wakeRefusal } from './policy/schedule.ts';
import { installationId, recoverIntents } from './recovery.ts';
import type { DeploymentRecord } from './record.ts';
import { DeploymentStore } from './store.ts';
import { TargetList } from './target-list.ts';
import { workersOf } from './state.ts';
import { DEFAULT_TIMING, type Timing } from './timing.ts';
import type { FleetDeps, FleetEvent } from './types.ts';
import { viewOf } from './view.ts';

/** Enough to find hardware behind disks and adjustments. */
const LAST_ENTRIES = 20;

interface Member {
  readonly actor: DeploymentActor;
  readonly watch: LogWatch;
  readonly news: News;
}

/** The deployments, each with its actor, its log and its target, and the watch over the account. */
export class FleetCore {
  readonly store: DeploymentStore;
  readonly market: Market;
  readonly targets: TargetList;
  readonly installation: string;
  readonly timing: Timing;
  readonly plane: InvokePlane;
  /** Ids of deployments that another version of the app wrote: they exist, and this one cannot read them. */
  readonly unreadable: readonly string[];
  readonly #deps: FleetDeps;
  readonly #events: Emitter<FleetEvent>;
  readonly #members = new Map<string, Member>();
  readonly #journal: Journal;
  readonly #effects: PodEffects;
  readonly #endpointEffects: EndpointEffects;
  readonly #account: AccountWatch;
  readonly #auto: AutoWatch;
  readonly #proof: AccountProof;
  #started = false;

  constructor(deps: FleetDeps, events: Emitter<FleetEvent>) {
    const { db, clock, ids, log, ledger, random } = deps;
    this.#deps = deps;
    this.#events = events;
    this.timing = { ...DEFAULT_TIMING, ...deps.timing };
    this.store = new DeploymentStore(db, deps.confirmStored);
    this.installation = installationId(this.store, random, clock.now());
    this.market = new Market(deps, this.store.experience);
    this.targets = new TargetList(
      new Emitter((error) => log.error({ error }, 'a listener to targets failed')),
    );
    const { store, market, timing, installation } = this;
    this.#journal = new Journal({ store, ledger, clock, ids, events, cloudNow: () => this.cloudNow() });
    this.#effects = new PodEffects({ deps, store, market, timing, installation });
    this.plane = new InvokePlane({ ...deps, key: deps.invokeKey, timeoutMs: timing.probeTimeoutMs });
    this.#endpointEffects = new EndpointEffects({
      deps,
      store,
      market,
      timing,
      installation,
      plane: this.plane,
    });
    const { records, unreadable } = store.records();
    this.unreadable = unreadable;
    if (unreadable.length > 0) log.error({ deployments: unreadable }, 'stored deployments cannot be read');
    this.#auto = new AutoWatch({ deps, market, timing });
    this.#proof = new AccountProof({
      ...deps,
      store,
      installation,
      changed: () => this.#accountChanged(),
      held: () => this.#held(),
    });
    this.#account = new AccountWatch({
      proof: this.#proof,
      deps,
      store,
      timing,
      installation,
      events,
      unreadable,
      actors: () => this.actors(),
      numbers: ({ record }) => ({
        spentTodayUsd: this.#spentToday(record.id),
        ...this.#day(),
        idle: habitualIdle(record, store, market),
      }),
      startAhead: (actor) => {
        this.#startAhead(actor);
        this.#auto.tick(actor);
      },
    });
    const creates = recoverIntents(store, new Set(records.map(({ id }) => id)), clock.now());
    for (const record of records) this.#join(record, creates.get(record.id) ?? null);
  }

  /** Begins to act: what was under way goes on, what starts with the app is started, the account is watched. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    for (const { actor } of this.#members.values()) {
      actor.begin();
      const { spec, state } = actor.record;
      if (spec.autostart && (state === 'stopped' || state === 'failed') && this.refusal(actor) === null) {
        actor.post({ type: 'start-asked', by: 'autostart' });
      }
    }
    this.#account.start();
  }

  async dispose(): Promise<void> {
    await Promise.all([this.#account.dispose(), this.#auto.dispose()]);
    await Promise.all([...this.#members.values()].map(({ watch }) => watch.dispose()));
    await Promise.all(this.actors().map((actor) => actor.dispose()));
    for (const actor of this.actors()) {
      this.targets.get(actor.record.id)?.close(new AppError('shutting_down', 'The app is closing.'));
    }
  }

  add(record: DeploymentRecord, intent: Intent | null): DeploymentActor {
    this.#journal.commit(record, [
      { type: 'history', kind: 'created', text: `Deployment "${record.spec.name}" was made.`, data: {} },
    ]);
    const actor = this.#join(record, intent);
    this.#members.get(record.id)?.news.changed();
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
  refusal({ record }: DeploymentActor): AppError | null {
    const needUsd = idleWindowUsd(record, this.#lastUsdPerHour(record.id));
    const foreign = this.#deps.refusal?.(record.id, needUsd) ?? null;
    return foreign ?? dayBudgetRefusal(record, this.#spentToday(record.id), needUsd);
  }

  /** Why what runs may not go on; null = it may. */
  restartRefusal({ record }: DeploymentActor): AppError | null {
    return this.#deps.refusal?.(record.id, 0) ?? dayBudgetRefusal(record, this.#spentToday(record.id), 0);
  }

  /** What an hour of its hardware cost the last time; null = it never ran. */
  #lastUsdPerHour(deploymentId: string): number | null {
    const entries = this.#deps.ledger.entries({ deploymentId, limit: LAST_ENTRIES }, this.cloudNow());
    return entries.find(({ kind, usdPerHour }) => kind === 'compute' && usdPerHour > 0)?.usdPerHour ?? null;
  }

  /** The user's day, on this computer's clock. */
  #day(): { readonly dayFrom: number; readonly dayUntil: number } {
    const { startOfDay, api } = this.#deps;
    const [offsetMs, now] = [api.clockOffsetMs(), this.cloudNow()];
    return { dayFrom: startOfDay(now) - offsetMs, dayUntil: startOfDay(now, 1) - offsetMs };
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

  get podsAtRestUsd(): number | null {
    return this.#account.podsAtRestUsd;
  }

  /** Pods may be out of sight of the key in use; null = nothing speaks for it. */
  accountProblem(): AppError | null {
    const { doubt } = this.#proof;
    const [first] = this.#held();
    return doubt === undefined || doubt === 'not-looked' || first === undefined
      ? null
      : accountError(doubt, first);
  }

  keyInUse(): Promise<KeyInUse> {
    return this.#proof.now();
  }

  #held(): Held[] {
    return this.actors().flatMap(({ record }) => heldBy(record) ?? []);
  }

  /** The user's word that the key in use is of the same account. */
  confirmAccount(): void {
    this.#proof.confirm();
    this.#account.hurry();
  }

  #accountChanged(): void {
    for (const { news } of this.#members.values()) news.changed();
    this.#deps.accountChanged?.();
  }

  #startAhead(actor: DeploymentActor): void {
    const due = startAhead(actor.state, actor.moment(), () => bootMsOf(this.market, actor.record.spec.model));
    if (due !== null && this.refusal(actor) === null) actor.post(due);
  }

  #zone(): string {
    return this.#deps.zone?.() ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  #spentToday(deploymentId: string): number {
    const now = this.cloudNow();
    return this.#deps.ledger.spent({ deploymentId }, this.#deps.startOfDay(now), now);
  }

  #join(record: DeploymentRecord, intent: Intent | null): DeploymentActor {
    const { api, clock, log, podUrlTemplate, simulated } = this.#deps;
    record.spec = withEndpointType(record.spec);
    // Stored before there was anything to weigh.
    if (record.spec.mode === 'auto') record.auto ??= beginAuto(kindOf(record), clock.now());
    const actor = new DeploymentActor(record, intent, {
      clock,
      log,
      timing: this.timing,
      offsetMs: () => api.clockOffsetMs(),
      zone: () => this.#zone(),
      account: () => this.#proof.doubt,
      run: (effect, context) =>
        isEndpointEffect(effect)
          ? this.#endpointEffects.run(effect, context)
          : this.#effects.run(effect, context),
      commit: (current, notes) => this.#journal.commit(current, notes),
      changed: (changed, kind) => this.#changed(changed, kind),
      removed: (removed) => this.#removed(removed),
    });
    const watch = new LogWatch({ api, clock, log, post: (event) => actor.post(event) });
    const news = new News(actor, { clock, events: this.#events, view: (each) => this.view(each) });
    this.#members.set(record.id, { actor, watch, news });
    this.targets.add(
      new DeploymentTarget(actor, {
        podUrlTemplate,
        plane: this.plane,
        simulated,
        refusal: (each) => this.refusal(each),
        wakesPaused: () => this.#deps.wakesPaused?.() ?? false,
        outsideHours: ({ spec }) => wakeRefusal(spec.schedule, clock.now(), this.#zone())?.why ?? null,
      }),
    );
    return actor;
  }

  hurry(): void {
    this.#account.hurry();
  }

  #changed(actor: DeploymentActor, kind: 'routine' | 'any'): void {
    const { record } = actor;
    const member = this.#members.get(record.id);
    if (member === undefined) return;
    if (kind === 'routine') {
      member.news.changedALittle();
      return;
    }
    member.watch.update(record, workersOf(actor.state));
    this.targets.refresh(record.id);
    if (isMoving(actor)) this.#account.hurry();
    member.news.changed();
  }

  #removed(actor: DeploymentActor): void {
    const { id, spec } = actor.record;
    const member = this.#members.get(id);
    this.#endpointEffects.forget(id);
    this.#members.delete(id);
    this.targets.get(id)?.close(new AppError('not_found', `"${spec.name}" was removed.`));
    this.targets.remove(id);
    void member?.watch.dispose();
    this.#events.emit({ name: 'deployment.removed', payload: { id, name: spec.name } });
  }
}
