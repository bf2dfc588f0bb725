import type { Emitter } from '../platform/lifecycle.ts';
import type { Endpoint, Pod } from '../runpod/api.ts';
import type { AccountProof } from './account-proof.ts';
import type { DeploymentActor } from './actor.ts';
import type { DeploymentEvent } from './events.ts';
import { OrphanSweep } from './orphans.ts';
import { findLate } from './pod/late-creates.ts';
import { podFacts } from './pod/read-pod.ts';
import { Reconciler } from './reconciler.ts';
import { OrphanEndpoints } from './serverless/orphan-endpoints.ts';
import { endpointFacts } from './serverless/read-endpoint.ts';
import { BillSettling } from './settle.ts';
import { isBooting } from './state.ts';
import { podUsdPerMonthAtRest } from './storage-at-rest.ts';
import type { DeploymentStore } from './store.ts';
import type { Timing } from './timing.ts';
import type { FleetDeps, FleetEvent } from './types.ts';

export interface AccountWatchParts {
  readonly deps: FleetDeps;
  readonly store: DeploymentStore;
  readonly timing: Timing;
  readonly installation: string;
  readonly events: Emitter<FleetEvent>;
  readonly proof: AccountProof;
  readonly actors: () => readonly DeploymentActor[];
  /** Deployments written by another version of this app. */
  readonly unreadable: readonly string[];
  /** What a deployment is told at every look: what it spent, what its idleness comes to. */
  readonly numbers: (actor: DeploymentActor) => Omit<Extract<DeploymentEvent, { type: 'tick' }>, 'type'>;
  /** Starts a deployment whose schedule wants it up soon. */
  readonly startAhead: (actor: DeploymentActor) => void;
}

/** Keeps the deployments in step with the account: what RunPod lists, what nobody owns, what it billed. */
export class AccountWatch {
  readonly #parts: AccountWatchParts;
  readonly #reconciler: Reconciler;
  readonly #orphans: OrphanSweep;
  readonly #orphanEndpoints: OrphanEndpoints;
  readonly #settling: BillSettling;
  #podsAtRestUsd: number | null = null;

  constructor(parts: AccountWatchParts) {
    this.#parts = parts;
    const { deps, store, timing, installation, events, actors, unreadable } = parts;
    const { api, clock, ids, log, ledger } = deps;
    const common = { api, clock, log, timing };
    const sweep = {
      ...common,
      ids,
      ledger,
      store,
      installation,
      events,
      actors,
      unreadable,
    };
    this.#orphans = new OrphanSweep(sweep);
    this.#orphanEndpoints = new OrphanEndpoints(sweep);
    const createdAt = (podId: string): number | null => store.pod(podId)?.createdAt ?? null;
    this.#settling = new BillSettling({ ...common, ledger, createdAt });
    this.#reconciler = new Reconciler({
      ...common,
      moving: () => actors().some((actor) => isMoving(actor)),
      weigh: (pods, signal) => parts.proof.weigh(pods, signal),
      onPods: (pods, askedAt) => this.#onPods(pods, askedAt),
      wantsEndpoints: () => this.#wantsEndpoints(),
      onEndpoints: (endpoints, askedAt) => this.#onEndpoints(endpoints, askedAt),
      onTick: () => this.#onTick(),
    });
  }

  start(): void {
    this.#reconciler.start();
  }

  /** Looks soon instead of at its usual time. */
  hurry(): void {
    this.#reconciler.hurry();
  }

  async dispose(): Promise<void> {
    await this.#reconciler.dispose();
    await Promise.all([this.#orphans.dispose(), this.#orphanEndpoints.dispose(), this.#settling.dispose()]);
  }

  /** A month of all volume disks in the account once their pods are stopped; null = the account was not read yet. */
  get podsAtRestUsd(): number | null {
    return this.#podsAtRestUsd;
  }

  #onPods(pods: readonly Pod[], askedAt: number): void {
    this.#podsAtRestUsd = pods
      .filter(({ status }) => status !== 'TERMINATED')
      .reduce((sum, pod) => sum + podUsdPerMonthAtRest(pod), 0);
    const byId = new Map(pods.map((pod) => [pod.id, pod]));
    for (const actor of this.#parts.actors()) {
      const ours = actor.record.pod;
      const late = findLate(actor.record, pods);
      // While a create is under way, it looks by itself or its answer decides.
      if (late !== undefined && actor.state.live.effect !== 'create') {
        actor.post({ type: 'late-found', pod: podFacts(late) });
      }
      if (ours === null) continue;
      const pod = byId.get(ours.id);
      if (pod === undefined) actor.post({ type: 'pod-absent', askedAt });
      else actor.post({ type: 'pod-observed', pod: podFacts(pod), askedAt });
    }
    this.#orphans.sweep(pods, askedAt);
  }

  /** Only where the app has made endpoints, or may have: most accounts have none, and some keys may not read them. */
  #wantsEndpoints(): boolean {
    const { actors, store } = this.#parts;
    const held = actors().some(
      ({ record, state }) => record.endpoint !== null || state.intent?.endpoint !== undefined,
    );
    return held || store.madeEndpoints();
  }

  #onEndpoints(endpoints: readonly Endpoint[], askedAt: number): void {
    const byId = new Map(endpoints.map((endpoint) => [endpoint.id, endpoint]));
    for (const actor of this.#parts.actors()) {
      const ours = actor.record.endpoint;
      if (ours === null) continue;
      const found = byId.get(ours.id);
      if (found === undefined) actor.post({ type: 'endpoint-absent', askedAt });
      else actor.post({ type: 'endpoint-observed', endpoint: endpointFacts(found), askedAt });
    }
    this.#orphanEndpoints.sweep(endpoints, askedAt);
  }

  #onTick(): void {
    const { actors, numbers, startAhead } = this.#parts;
    for (const actor of actors()) {
      actor.post({ type: 'tick', ...numbers(actor) });
      startAhead(actor);
    }
    if (this.#parts.proof.doubt === undefined) this.#settling.tick();
  }
}

/** Whether the account should be looked at often. */
export function isMoving({ record, state }: DeploymentActor): boolean {
  const ended = (record.state === 'stopped' || record.state === 'failed') && record.ending === null;
  const atRest = record.state === 'ready' || record.state === 'sleeping' || ended;
  const unsure = state.intent !== null || record.late.length > 0 || state.live.absentSince !== null;
  return !atRest || isBooting(record) || unsure;
}
