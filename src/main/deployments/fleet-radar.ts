import { AppError, asAppError } from '../../shared/errors.ts';
import type { DeploymentView, Radar, RadarItem } from '../../shared/model.ts';
import type { DeploymentActor } from './actor.ts';
import { adoptedRecord, readAdoption, type Adopted } from './adoption.ts';
import type { FleetCore } from './fleet-core.ts';
import { patiently } from './patience.ts';
import { podUrl } from './pod/pod-url.ts';
import { probe } from './pod/readiness.ts';
import { podFacts } from './pod/read-pod.ts';
import { podItem, scanAccount, stopItem, terminateItem, type Ownership } from './radar.ts';
import type { FleetDeps, RadarApi } from './types.ts';

/** The radar over this fleet: what deployments own is left to them, the rest is the user's to stop. */
export class FleetRadar implements RadarApi {
  readonly #deps: FleetDeps;
  readonly #core: FleetCore;

  constructor(deps: FleetDeps, core: FleetCore) {
    this.#deps = deps;
    this.#core = core;
  }

  scan(signal: AbortSignal): Promise<Radar> {
    const { api, clock, simulated } = this.#deps;
    const asOf = new Date(clock.now()).toISOString();
    return patiently(clock, signal, (patience) =>
      scanAccount(api, this.#ownership(), { asOf, simulated }, patience),
    );
  }

  async stop(kind: RadarItem['kind'], id: string, signal: AbortSignal): Promise<RadarItem> {
    const before = await this.#item(kind, id, signal);
    // A volume cannot be stopped, and whoever mounts it was not named.
    const owner = kind === 'network-volume' ? undefined : this.#owner(id);
    if (owner !== undefined) owner.post({ type: 'stop-asked', why: 'you stopped it' });
    else await stopItem(this.#deps.api, kind, id, signal);
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
    await terminateItem(this.#deps.api, kind, id, signal);
    return { ok: true };
  }

  /** Only a pod whose server answers is taken over: one that is never proven would be ended as a failed boot. */
  async adopt(id: string, name: string, signal: AbortSignal): Promise<DeploymentView> {
    const { api, clock, ids } = this.#deps;
    this.#core.refuseTakenName(name, null);
    const owner = this.#owner(id);
    if (owner !== undefined) {
      throw new AppError('not_allowed_now', `The pod already belongs to "${owner.record.spec.name}".`);
    }
    const found = await api.pods.get(id, signal);
    const adopted = readAdoption(found, name, clock.now());
    const servedModel = await this.#prove(adopted, signal);
    this.#core.refuseTakenName(name, null);
    const actor = this.#core.add(adoptedRecord(ids.next('dep'), adopted, servedModel, clock.now()), null);
    this.#core.note(actor, 'adopted', `Took over pod ${id} ("${adopted.pod.name}") as it runs.`);
    actor.post({ type: 'pod-observed', pod: podFacts(found), askedAt: clock.now() });
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
    return {
      installation: this.#core.installation,
      ownerOf: (podId) => this.#owner(podId)?.record.spec.name ?? null,
    };
  }

  #owner(id: string): DeploymentActor | undefined {
    return this.#core.actors().find(({ record: { pod, endpoint, spec } }) => {
      return pod?.id === id || endpoint?.id === id || spec.volume?.networkVolumeId === id;
    });
  }
}
