import { asAppError, isAbort } from '../../../shared/errors.ts';
import type { Endpoint } from '../../runpod/api.ts';
import { isOrphan, type OrphanSweepParts } from '../orphans.ts';
import { parsePodName } from '../pod/names.ts';
import { backoff } from '../state.ts';
import { endpointFacts } from './read-endpoint.ts';

interface Attempt {
  tries: number;
  nextAt: number;
}

/** Deletes endpoints that this installation made and that no deployment owns, as often as it takes (SPEC 3.11). */
export class OrphanEndpoints {
  readonly #parts: OrphanSweepParts;
  readonly #attempts = new Map<string, Attempt>();
  readonly #running = new Set<Promise<void>>();
  readonly #end = new AbortController();

  constructor(parts: OrphanSweepParts) {
    this.#parts = parts;
  }

  async dispose(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#running);
  }

  sweep(endpoints: readonly Endpoint[], askedAt: number): void {
    const { store, timing, installation, unreadable, clock, actors } = this.#parts;
    const owned = new Set(actors().flatMap(({ record }) => record.endpoint?.id ?? []));
    const pending = new Set(store.openIntents().map((intent) => intent.podName));
    const orphans = endpoints.filter(({ id, name }) => {
      const pod = { id, name: name.split(' ')[0] ?? name, status: 'ENDPOINT' };
      const lagMs = timing.settleMs;
      return isOrphan({ installation, pod, askedAt, owned, pending, unreadable, row: store.pod(id), lagMs });
    });
    const ids = new Set(orphans.map(({ id }) => id));
    for (const id of this.#attempts.keys()) if (!ids.has(id)) this.#attempts.delete(id);
    for (const orphan of orphans) {
      const attempt = this.#attempts.get(orphan.id) ?? { tries: 0, nextAt: 0 };
      if (clock.now() < attempt.nextAt) continue;
      this.#attempts.set(orphan.id, attempt);
      const ending = this.#delete(orphan, attempt).finally(() => this.#running.delete(ending));
      this.#running.add(ending);
    }
  }

  async #delete(endpoint: Endpoint, attempt: Attempt): Promise<void> {
    const { api, clock, log, ledger, store, timing } = this.#parts;
    const { id, name, createdAt } = endpointFacts(endpoint);
    const deploymentId = parsePodName(name)?.deploymentId ?? '';
    attempt.tries++;
    attempt.nextAt = clock.now() + backoff(timing, attempt.tries);
    if (attempt.tries === 1) this.#tell(id, deploymentId);
    this.#note(() => store.addPod({ id, deploymentId, name, createdAt }));
    try {
      await api.serverless.delete(id, this.#end.signal);
      const now = clock.now();
      this.#note(() => {
        store.endPod(id, now);
        ledger.close(id, 'serverless', now + api.clockOffsetMs(), {
          estimated: true,
          note: 'orphan deleted',
        });
      });
      log.info({ endpointId: id }, 'an orphaned endpoint was deleted');
    } catch (error) {
      if (isAbort(error) && this.#end.signal.aborted) return;
      const { code, requestId } = asAppError(error);
      log.warn({ endpointId: id, code, requestId }, 'an orphaned endpoint could not be deleted yet');
    }
  }

  /** A disk that takes no more keeps no endpoint alive. */
  #note(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#parts.log.error({ error }, 'the end of an orphaned endpoint could not be noted');
    }
  }

  #tell(endpointId: string, deploymentId: string): void {
    const { clock, ids, events, store, actors } = this.#parts;
    const owner = actors().find(({ record }) => record.id === deploymentId);
    const at = new Date(clock.now()).toISOString();
    const text = `Found endpoint ${endpointId} of an interrupted run and deleted it.`;
    if (owner !== undefined) {
      const entry = { at, kind: 'orphan-ended', text, data: { endpointId } };
      this.#note(() => store.addHistory(deploymentId, clock.now(), entry));
      events.emit({ name: 'history.added', payload: { deploymentId, entry } });
    }
    events.emit({
      name: 'notification',
      payload: {
        id: ids.next('ntf'),
        at,
        kind: 'orphan',
        title: 'A forgotten endpoint was found',
        body: text,
        facts: { what: 'orphan', resource: 'endpoint', id: endpointId, usdPerHour: null },
        deployment: owner?.record.spec.name ?? null,
      },
    });
  }
}
