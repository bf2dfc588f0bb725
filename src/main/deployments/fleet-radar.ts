import { AppError, asAppError } from '../../shared/errors.ts';
import type {
  DeploymentView,
  Radar,
  RadarItem,
  Sweep,
  SweepPreview,
  SweepThing,
} from '../../shared/model.ts';
import type { Emitter } from '../platform/lifecycle.ts';
import type { DeploymentActor } from './actor.ts';
import { adoptedEndpointRecord, adoptedRecord, readAdoption, type Adopted } from './adoption.ts';
import type { FleetCore } from './fleet-core.ts';
import { meterLeftover } from './leftover-money.ts';
import { MadeVolumes } from './made-volumes.ts';
import { noteOrphan } from './orphan-pursuit.ts';
import { patiently } from './patience.ts';
import { podUrl } from './pod/pod-url.ts';
import { probe } from './pod/readiness.ts';
import { podFacts } from './pod/read-pod.ts';
import { awaitsLate } from './pod/late-creates.ts';
import { isNamed, parsePodName } from './pod/names.ts';
import { podItem, radarOf, type Ownership } from './radar.ts';
import { readAccount, type Account } from './read-account.ts';
import { readEndpointAdoption } from './serverless/endpoint-adoption.ts';
import { proveEndpoint } from './serverless/prove-endpoint.ts';
import { endpointFacts } from './serverless/read-endpoint.ts';
import { endThing } from './sweep/read-thing.ts';
import { Sweeper, type SweepWish } from './sweep/sweeper.ts';
import type { FleetDeps, FleetEvent, RadarApi } from './types.ts';

/** The radar over this fleet: what deployments own is left to them, the rest is the user's to stop. */
export class FleetRadar implements RadarApi {
  readonly #deps: FleetDeps;
  readonly #core: FleetCore;
  readonly #volumes: MadeVolumes;
  readonly #sweeper: Sweeper;

  readonly #nameOf = (deploymentId: string): string | null =>
    this.#core.byId(deploymentId)?.record.spec.name ?? null;

  constructor(deps: FleetDeps, core: FleetCore, events: Emitter<FleetEvent>) {
    this.#deps = deps;
    this.#core = core;
    this.#volumes = new MadeVolumes(deps.db);
    this.#sweeper = new Sweeper({
      ...deps,
      events,
      store: core.store,
      timing: core.timing,
      ownership: () => this.#ownership(),
      nameOf: this.#nameOf,
      key: () => core.keyInUse(),
      look: (signal) => this.#look(signal),
    });
  }

  /** Goes on with sweeps that the last run of the app was at. */
  start(): void {
    this.#sweeper.start();
  }

  dispose(): Promise<void> {
    return this.#sweeper.dispose();
  }

  async scan(signal: AbortSignal): Promise<Radar> {
    return (await this.#look(signal)).radar;
  }

  sweepPreview(ids: readonly string[] | null, signal: AbortSignal): Promise<SweepPreview> {
    return this.#sweeper.preview(ids, signal);
  }

  sweep(wish: SweepWish, signal: AbortSignal): Promise<Sweep> {
    return this.#sweeper.sweep(wish, signal);
  }

  undo(id: string | null): Sweep {
    return this.#sweeper.undo(id);
  }

  dropSweep(): void {
    this.#sweeper.drop();
  }

  sweeps(): Sweep[] {
    return this.#sweeper.list();
  }

  async #look(
    signal: AbortSignal,
  ): Promise<{ readonly account: Account; readonly radar: Radar; readonly items: readonly RadarItem[] }> {
    const { api, clock, simulated } = this.#deps;
    const asOf = new Date(clock.now()).toISOString();
    const account = await patiently(clock, signal, (patience) => readAccount(api, patience));
    const radar = radarOf(account, this.#ownership(), { asOf, simulated });
    return { account, radar, items: radar.items };
  }

  async stop(kind: RadarItem['kind'], id: string, signal: AbortSignal): Promise<RadarItem> {
    const before = await this.#item(kind, id, signal);
    // A volume cannot be stopped, and whoever mounts it was not named.
    const owner = kind === 'network-volume' ? undefined : this.#owner(id);
    if (owner !== undefined) owner.post({ type: 'stop-asked', why: 'you stopped it' });
    else await this.#end({ kind, id, act: 'stop' }, signal);
    try {
      return await this.#item(kind, id, signal);
    } catch (error) {
      if (!['not_found', 'runpod_not_found'].includes(asAppError(error).code)) throw error;
      return { ...before, status: 'TERMINATED', usdPerHour: 0, usdPerMonthAtRest: 0, actions: [] };
    }
  }

  async #item(kind: RadarItem['kind'], id: string, signal: AbortSignal): Promise<RadarItem> {
    if (kind === 'pod') return podItem(await this.#deps.api.pods.get(id, signal), this.#ownership());
    const { items } = await this.scan(signal);
    const item = items.find((entry) => entry.kind === kind && entry.id === id);
    if (item !== undefined) return item;
    throw new AppError('not_found', `There is no ${kind} "${id}".`, { details: { field: 'id', value: id } });
  }

  async terminate(kind: RadarItem['kind'], id: string, signal: AbortSignal): Promise<{ ok: true }> {
    const owner = this.#owner(id);
    if (owner !== undefined) {
      throw new AppError('not_allowed_now', `It belongs to the deployment "${owner.record.spec.name}".`, {
        advice: 'Stop or terminate the deployment.',
      });
    }
    // A delete of nothing succeeds: a mistyped id must not be told as the end of a bill.
    await this.#item(kind, id, signal);
    await this.#end({ kind, id, act: 'terminate' }, signal);
    return { ok: true };
  }

  /** Something that no deployment has; a pod may all the same be one that this computer made and lost sight of. */
  async #end(thing: Pick<SweepThing, 'kind' | 'id' | 'act'>, signal: AbortSignal): Promise<void> {
    const { api, ledger, clock } = this.#deps;
    const { kind, id } = thing;
    if (kind !== 'pod') return endThing(api, thing, signal);
    const { installation } = this.#core;
    const facts = podFacts(await api.pods.get(id, signal));
    noteOrphan(this.#deps, () => meterLeftover({ ...this.#deps, installation, nameOf: this.#nameOf }, facts));
    await endThing(api, thing, signal);
    const atMs = clock.now() + api.clockOffsetMs();
    noteOrphan(this.#deps, () =>
      ledger.close(id, 'compute', atMs, { estimated: true, note: 'ended on the radar' }),
    );
  }

  async adopt(
    kind: 'pod' | 'endpoint',
    id: string,
    name: string,
    signal: AbortSignal,
  ): Promise<DeploymentView> {
    this.#core.refuseTakenName(name, null);
    const owner = this.#owner(id);
    if (owner !== undefined) {
      throw new AppError('not_allowed_now', `The ${kind} already belongs to "${owner.record.spec.name}".`);
    }
    return kind === 'pod' ? this.#adoptPod(id, name, signal) : this.#adoptEndpoint(id, name, signal);
  }

  /** Only a pod whose server answers is taken over: one that is never proven would be ended as a failed boot. */
  async #adoptPod(id: string, name: string, signal: AbortSignal): Promise<DeploymentView> {
    const { api, clock, ids } = this.#deps;
    const found = await api.pods.get(id, signal);
    const adopted = readAdoption(found, name, clock.now());
    const servedModel = await this.#prove(adopted, signal);
    this.#core.refuseTakenName(name, null);
    const actor = this.#core.add(adoptedRecord(ids.next('dep'), adopted, servedModel, clock.now()), null);
    this.#core.note(actor, 'adopted', `Took over pod ${id} ("${adopted.pod.name}") as it runs.`);
    actor.post({ type: 'pod-observed', pod: podFacts(found), askedAt: clock.now() });
    return this.#core.view(actor);
  }

  /** Nothing is changed and no worker is woken: one that is up and balanced answers a token, the rest is read. */
  async #adoptEndpoint(id: string, name: string, signal: AbortSignal): Promise<DeploymentView> {
    const { api, clock, ids, fetch } = this.#deps;
    const [found, gpus] = await Promise.all([api.serverless.get(id, signal), api.catalog.gpus({}, signal)]);
    const moment = { now: clock.now(), cloudNow: this.#core.cloudNow() };
    const read = readEndpointAdoption(found, name, gpus, moment);
    const { plane, timing } = this.#core;
    const adopted = await proveEndpoint(read, { plane, timing, fetch, clock }, signal);
    // Another may have come in between.
    this.#core.refuseTakenName(name, null);
    if (this.#owner(id) !== undefined)
      throw new AppError('not_allowed_now', 'It was just put under another deployment.');
    const actor = this.#core.add(adoptedEndpointRecord(ids.next('dep'), adopted, clock.now()), null);
    const proof = adopted.endpoint.proved ? ' It answered.' : '';
    const said = [`Took over endpoint ${id} ("${found.name}") as it is.${proof}`, ...adopted.unknown].join(
      ' ',
    );
    this.#core.note(actor, 'adopted', said);
    actor.post({ type: 'endpoint-observed', endpoint: endpointFacts(found), askedAt: clock.now() });
    return this.#core.view(actor);
  }

  async #prove({ spec, pod }: Adopted, signal: AbortSignal): Promise<string> {
    const { fetch, clock, podUrlTemplate } = this.#deps;
    const { probeTimeoutMs, tokenTimeoutMs } = this.#core.timing;
    const { launch } = pod;
    const result = await probe(
      {
        url: podUrl(podUrlTemplate, pod.id, launch.port),
        backend: launch.backend,
        key: launch.key,
        servedModel: spec.name,
        model: spec.model,
      },
      { fetch, clock, timeoutMs: probeTimeoutMs, tokenTimeoutMs },
      signal,
    );
    if (result.stage === 'ready') return result.servedModel;
    throw new AppError(
      'not_allowed_now',
      `No model server answers on port ${launch.port} of pod ${pod.id}: ${result.detail}`,
      {
        advice: 'Wait until it serves, then adopt it.',
      },
    );
  }

  #ownership(): Ownership {
    const { installation, store, unreadable } = this.#core;
    const creates = store.openIntents().filter(({ kind }) => kind === 'create' || kind === 'create-endpoint');
    const late = this.#core.actors().filter(({ state }) => awaitsLate(state));
    const awaited = [...creates, ...late.flatMap(({ record }) => record.late)];
    return {
      installation,
      ownerOf: (id) => this.#owner(id)?.record.spec.name ?? null,
      isSpokenFor: (name) => {
        const made = parsePodName(name);
        const isUnreadable = made?.installation === installation && unreadable.includes(made.deploymentId);
        return isUnreadable || awaited.some(({ podName }) => isNamed(name, podName));
      },
      madeVolume: (id) => this.#volumes.has(id),
    };
  }

  #owner(id: string): DeploymentActor | undefined {
    return this.#core.actors().find(({ record: { pod, endpoint, spec } }) => {
      return pod?.id === id || endpoint?.id === id || spec.volume?.networkVolumeId === id;
    });
  }
}
