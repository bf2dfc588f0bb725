import { asAppError, isAbort } from '../../shared/errors.ts';
import { formatUsdPerHour } from '../../shared/money.ts';
import type { Ledger } from '../costs/ledger.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { Emitter } from '../platform/lifecycle.ts';
import type { Pod, RunPodApi } from '../runpod/api.ts';
import type { DeploymentActor } from './actor.ts';
import { awaitsLate } from './pod/late-creates.ts';
import { parsePodName } from './pod/names.ts';
import { podFacts } from './pod/read-pod.ts';
import type { PodRow } from './store.ts';
import type { DeploymentStore } from './store.ts';
import type { Timing } from './timing.ts';
import { backoff } from './state.ts';
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

interface Attempt {
  tries: number;
  /** Monotonic. */
  nextAt: number;
}

/** Ends our own orphans, once told about, as often as it takes. */
export class OrphanSweep {
  readonly #parts: OrphanSweepParts;
  readonly #attempts = new Map<string, Attempt>();
  readonly #running = new Set<Promise<void>>();
  /** Pods whose end is being asked for. */
  readonly #underWay = new Set<string>();
  readonly #end = new AbortController();

  constructor(parts: OrphanSweepParts) {
    this.#parts = parts;
  }

  async dispose(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#running);
  }

  sweep(pods: readonly Pod[], askedAt: number): void {
    const { store, timing, installation, clock, actors } = this.#parts;
    const owned = new Set(actors().flatMap(({ record }) => (record.pod === null ? [] : [record.pod.id])));
    const awaited = actors()
      .filter(({ state }) => awaitsLate(state))
      .flatMap(({ record }) => record.late.map(({ podName }) => podName));
    const pending = new Set([...awaited, ...store.openIntents().map((intent) => intent.podName)]);
    const orphans = pods.filter((pod) =>
      isOrphan({
        installation,
        pod,
        askedAt,
        owned,
        pending,
        unreadable: this.#parts.unreadable,
        row: store.pod(pod.id),
        lagMs: timing.settleMs,
      }),
    );
    const ids = new Set(orphans.map((pod) => pod.id));
    for (const id of this.#attempts.keys()) if (!ids.has(id)) this.#attempts.delete(id);
    const listed = new Set(pods.map((pod) => pod.id));
    this.#note(() =>
      this.#closeMeters((podId) => owned.has(podId) || listed.has(podId) || this.#underWay.has(podId)),
    );
    for (const pod of orphans) {
      if (this.#underWay.has(pod.id)) continue;
      const attempt = this.#attempts.get(pod.id) ?? { tries: 0, nextAt: 0 };
      if (clock.monotonic() < attempt.nextAt) continue;
      this.#attempts.set(pod.id, attempt);
      this.#underWay.add(pod.id);
      const ending = this.#terminate(pod, attempt).finally(() => {
        this.#underWay.delete(pod.id);
        this.#running.delete(ending);
      });
      this.#running.add(ending);
    }
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
    const { api, clock, ids, log, ledger, store, timing } = this.#parts;
    const deploymentId = parsePodName(pod.name)?.deploymentId ?? '';
    const facts = podFacts(pod);
    attempt.tries++;
    attempt.nextAt = clock.monotonic() + backoff(timing, attempt.tries);
    if (attempt.tries === 1) this.#tell(pod, deploymentId);
    const intent = {
      id: ids.next('int'),
      deploymentId,
      kind: 'terminate',
      podName: pod.name,
      podId: pod.id,
      launch: null,
      sentAt: clock.now() + api.clockOffsetMs(),
    } as const;
    this.#note(() => {
      this.#meter(pod, deploymentId);
      store.addPod({ id: pod.id, deploymentId, name: pod.name, createdAt: facts.createdAt });
      store.openIntent(intent);
    });
    try {
      if (pod.locked) await api.pods.update(pod.id, { locked: false }, this.#end.signal);
      const ended = await api.pods.delete(pod.id, this.#end.signal);
      const now = clock.now();
      this.#note(() => {
        store.closeIntent(intent.id, 'accepted', now);
        store.endPod(pod.id, now);
        ledger.close(pod.id, 'compute', now + api.clockOffsetMs(), {
          estimated: ended === 'absent' || attempt.tries > 1 || pod.cost <= 0,
          note: 'orphan ended',
        });
      });
      log.info({ podId: pod.id }, 'an orphaned pod was ended');
    } catch (error) {
      if (isAbort(error) && this.#end.signal.aborted) return;
      const known = asAppError(error);
      this.#note(() => store.closeIntent(intent.id, known.code, clock.now()));
      log.warn(
        { podId: pod.id, code: known.code, requestId: known.requestId },
        'an orphaned pod could not be ended yet',
      );
    }
  }

  /** A disk that takes no more must not keep money flowing: an end is sent even where it cannot be noted. */
  #note(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#parts.log.error({ error }, 'the end of an orphaned pod could not be noted');
    }
  }

  /** What a stopped one cost, and its disk still costs, is left to the bill: its entry says that there was something. */
  #meter(pod: Pod, deploymentId: string): void {
    const { ledger, clock, api } = this.#parts;
    const name = this.#deployment(deploymentId)?.record.spec.name ?? null;
    ledger.observe(
      { resourceId: pod.id, deploymentId, deploymentName: name, kind: 'compute', usdPerHour: pod.cost },
      podFacts(pod).createdAt,
      clock.now() + api.clockOffsetMs(),
    );
  }

  #deployment(id: string): DeploymentActor | undefined {
    return this.#parts.actors().find((actor) => actor.record.id === id);
  }

  #tell(pod: Pod, deploymentId: string): void {
    const { store, clock, ids, events } = this.#parts;
    const actor = this.#deployment(deploymentId);
    const at = new Date(clock.now()).toISOString();
    const text = `Found pod ${pod.id} of an interrupted run (${formatUsdPerHour(pod.cost)}) and ended it.`;
    if (actor !== undefined) {
      const entry = { at, kind: 'orphan-ended', text, data: { podId: pod.id } };
      this.#note(() => store.addHistory(deploymentId, clock.now(), entry));
      events.emit({ name: 'history.added', payload: { deploymentId, entry } });
    }
    events.emit({
      name: 'notification',
      payload: {
        id: ids.next('ntf'),
        at,
        kind: 'orphan',
        title: 'A forgotten pod was found',
        body: text,
        facts: { what: 'orphan', resource: 'pod', id: pod.id, usdPerHour: pod.cost },
        deployment: actor?.record.spec.name ?? null,
      },
    });
  }
}
