import { asAppError, isAbort } from '../../shared/errors.ts';
import { formatUsdPerHour } from '../../shared/money.ts';
import type { Ledger } from '../costs/ledger.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { Emitter } from '../platform/lifecycle.ts';
import type { Pod, RunPodApi } from '../runpod/api.ts';
import type { DeploymentActor } from './actor.ts';
import { meterLeftover } from './leftover-money.ts';
import { awaitsLate } from './pod/late-creates.ts';
import {
  deploymentOf,
  noteOrphan,
  OrphanPursuit,
  rememberOrphan,
  tellOrphan,
  type Attempt,
} from './orphan-pursuit.ts';
import { parsePodName } from './pod/names.ts';
import { podFacts } from './pod/read-pod.ts';
import type { PodRow } from './store.ts';
import type { DeploymentStore } from './store.ts';
import type { Timing } from './timing.ts';
import type { FleetEvent } from './types.ts';

export interface OrphanFacts {
  readonly installation: string;
  readonly pod: { readonly id: string; readonly name: string; readonly status: string };
  /** When the list that shows the pod was asked for. */
  readonly askedAt: number;
  /** Pods that are a deployment's own. */
  readonly owned: ReadonlySet<string>;
  /** Names of creates that are under way, being looked up, or late and still of use. */
  readonly pending: ReadonlySet<string>;
  readonly row: PodRow | null;
  /** Deployments that exist and that this version of the app cannot read: their pods are left alone. */
  readonly unreadable: readonly string[];
  /** How long a list may still show a pod that is gone. */
  readonly lagMs: number;
}

/** A list's tries and pages together take less. */
const LONGEST_LIST_MS = 300_000;

/**
 * A pod that this installation made and that no deployment owns: left over from a crash, a lost answer or a second
 * create. Its name is the proof that it is ours to end; other machines' and other people's pods never are (SPEC 3.11).
 */
export function isOrphan(facts: OrphanFacts): boolean {
  const { pod, row } = facts;
  if (pod.status === 'TERMINATED' || facts.owned.has(pod.id) || facts.pending.has(pod.name)) return false;
  const name = parsePodName(pod.name);
  if (name?.installation !== facts.installation || facts.unreadable.includes(name.deploymentId)) return false;
  const endedAt = row?.endedAt ?? null;
  if (endedAt === null || facts.askedAt > endedAt + facts.lagMs) return true;
  // No list is on its way for so long: the computer's clock was set back since the pod ended.
  return facts.askedAt < endedAt - LONGEST_LIST_MS;
}

export interface OrphanSweepParts {
  readonly api: RunPodApi;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly store: DeploymentStore;
  readonly timing: Timing;
  readonly installation: string;
  readonly events: Emitter<FleetEvent>;
  readonly actors: () => readonly DeploymentActor[];
  readonly unreadable: readonly string[];
}

/** Ends our own orphans, once told about, as often as it takes. */
export class OrphanSweep {
  readonly #parts: OrphanSweepParts;
  readonly #pursuit: OrphanPursuit;

  constructor(parts: OrphanSweepParts) {
    this.#parts = parts;
    this.#pursuit = new OrphanPursuit(parts);
  }

  dispose(): Promise<void> {
    return this.#pursuit.dispose();
  }

  sweep(pods: readonly Pod[], askedAt: number): void {
    const { store, timing, installation, unreadable, actors } = this.#parts;
    const owned = new Set(actors().flatMap(({ record }) => record.pod?.id ?? []));
    const awaited = actors()
      .filter(({ state }) => awaitsLate(state))
      .flatMap(({ record }) => record.late.map(({ podName }) => podName));
    const pending = new Set([...awaited, ...store.openIntents().map((intent) => intent.podName)]);
    const lagMs = timing.settleMs;
    const orphans = pods.filter((pod) =>
      isOrphan({ installation, pod, askedAt, owned, pending, unreadable, row: store.pod(pod.id), lagMs }),
    );
    const listed = new Set(pods.map((pod) => pod.id));
    const isAlive = (podId: string): boolean =>
      owned.has(podId) || listed.has(podId) || this.#pursuit.isUnderWay(podId);
    noteOrphan(this.#parts, () => this.#closeMeters(isAlive));
    this.#pursuit.pursue(orphans, (pod, attempt) => this.#terminate(pod, attempt));
  }

  /**
   * An orphan may end unseen: by an answer that was lost, by somebody else, while the app was closed. Should it show
   * itself once more, its meter goes on from here; the bill settles the rest.
   */
  #closeMeters(isAlive: (podId: string) => boolean): void {
    const { ledger, store, unreadable } = this.#parts;
    for (const { resourceId, kind, lastSeenMs } of ledger.open()) {
      if ((kind !== 'compute' && kind !== 'disk') || isAlive(resourceId)) continue;
      const row = store.pod(resourceId);
      if (row === null || unreadable.includes(row.deploymentId)) continue;
      ledger.close(resourceId, kind, lastSeenMs, { estimated: true, note: 'ended unseen' });
    }
  }

  async #terminate(pod: Pod, attempt: Attempt): Promise<void> {
    const { api, clock, ids, log, ledger, store } = this.#parts;
    const { signal } = this.#pursuit;
    const deploymentId = deploymentOf(pod.name);
    const facts = podFacts(pod);
    if (attempt.tries === 1) this.#tell(pod);
    const intent = {
      id: ids.next('int'),
      deploymentId,
      kind: 'terminate',
      podName: pod.name,
      podId: pod.id,
      launch: null,
      sentAt: clock.now() + api.clockOffsetMs(),
    } as const;
    noteOrphan(this.#parts, () => {
      this.#meter(pod);
      store.addPod({ id: pod.id, deploymentId, name: pod.name, createdAt: facts.createdAt });
      store.openIntent(intent);
    });
    try {
      if (pod.locked) await api.pods.update(pod.id, { locked: false }, signal);
      const ended = await api.pods.delete(pod.id, signal);
      const now = clock.now();
      noteOrphan(this.#parts, () => {
        store.closeIntent(intent.id, 'accepted', now);
        store.endPod(pod.id, now);
        ledger.close(pod.id, 'compute', now + api.clockOffsetMs(), {
          estimated: ended === 'absent' || attempt.tries > 1 || pod.cost <= 0,
          note: 'orphan ended',
        });
      });
      rememberOrphan(this.#parts, pod, {
        kind: 'orphan-ended',
        resource: 'pod',
        text: `Pod ${pod.id} is gone.`,
      });
      log.info({ podId: pod.id }, 'an orphaned pod was ended');
    } catch (error) {
      if (isAbort(error) && signal.aborted) return;
      const known = asAppError(error);
      noteOrphan(this.#parts, () => store.closeIntent(intent.id, known.code, clock.now()));
      log.warn(
        { podId: pod.id, code: known.code, requestId: known.requestId },
        'an orphaned pod could not be ended yet',
      );
    }
  }

  #meter(pod: Pod): void {
    const nameOf = (deploymentId: string): string | null =>
      this.#parts.actors().find(({ record }) => record.id === deploymentId)?.record.spec.name ?? null;
    meterLeftover({ ...this.#parts, nameOf }, podFacts(pod));
  }

  #tell(pod: Pod): void {
    tellOrphan(this.#parts, pod, {
      resource: 'pod',
      usdPerHour: pod.cost,
      title: 'A forgotten pod was found',
      body: `Found pod ${pod.id}, which no deployment needs (${formatUsdPerHour(pod.cost)}). It is being ended.`,
    });
  }
}
