import { asAppError, isAbort } from '../../../shared/errors.ts';
import type { Endpoint } from '../../runpod/api.ts';
import {
  deploymentOf,
  noteOrphan,
  OrphanPursuit,
  rememberOrphan,
  tellOrphan,
  type Attempt,
} from '../orphan-pursuit.ts';
import { isOrphan, type OrphanSweepParts } from '../orphans.ts';
import { endpointFacts } from './read-endpoint.ts';

/** Deletes endpoints that this installation made and that no deployment owns, as often as it takes (SPEC 3.11). */
export class OrphanEndpoints {
  readonly #parts: OrphanSweepParts;
  readonly #pursuit: OrphanPursuit;

  constructor(parts: OrphanSweepParts) {
    this.#parts = parts;
    this.#pursuit = new OrphanPursuit(parts);
  }

  dispose(): Promise<void> {
    return this.#pursuit.dispose();
  }

  sweep(endpoints: readonly Endpoint[], askedAt: number): void {
    const { store, timing, installation, unreadable, actors } = this.#parts;
    const owned = new Set(actors().flatMap(({ record }) => record.endpoint?.id ?? []));
    const pending = new Set(store.openIntents().map((intent) => intent.podName));
    const lagMs = timing.settleMs;
    const orphans = endpoints.filter(({ id, name }) => {
      const pod = { id, name: name.split(' ')[0] ?? name, status: 'ENDPOINT' };
      return isOrphan({ installation, pod, askedAt, owned, pending, unreadable, row: store.pod(id), lagMs });
    });
    this.#pursuit.pursue(orphans, (endpoint, attempt) => this.#delete(endpoint, attempt));
  }

  async #delete(endpoint: Endpoint, attempt: Attempt): Promise<void> {
    const { api, clock, log, ledger, store } = this.#parts;
    const { signal } = this.#pursuit;
    const { id, name, createdAt } = endpointFacts(endpoint);
    if (attempt.tries === 1) this.#tell(endpoint);
    noteOrphan(this.#parts, () => store.addPod({ id, deploymentId: deploymentOf(name), name, createdAt }));
    try {
      await api.serverless.delete(id, signal);
      const now = clock.now();
      noteOrphan(this.#parts, () => {
        store.endPod(id, now);
        const endedAt = now + api.clockOffsetMs();
        ledger.close(id, 'serverless', endedAt, { estimated: true, note: 'orphan deleted' });
      });
      rememberOrphan(this.#parts, endpoint, {
        kind: 'orphan-ended',
        resource: 'endpoint',
        text: `Endpoint ${id} is gone.`,
      });
      log.info({ endpointId: id }, 'an orphaned endpoint was deleted');
    } catch (error) {
      if (isAbort(error) && signal.aborted) return;
      const { code, requestId } = asAppError(error);
      log.warn({ endpointId: id, code, requestId }, 'an orphaned endpoint could not be deleted yet');
    }
  }

  #tell(endpoint: Endpoint): void {
    tellOrphan(this.#parts, endpoint, {
      resource: 'endpoint',
      usdPerHour: null,
      title: 'A forgotten endpoint was found',
      body: `Found endpoint ${endpoint.id}, which no deployment needs. It is being deleted.`,
    });
  }
}
