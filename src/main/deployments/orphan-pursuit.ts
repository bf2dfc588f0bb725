import type { News } from '../../shared/news.ts';
import { parsePodName } from './pod/names.ts';
import { backoff } from './state.ts';
import type { OrphanSweepParts } from './orphans.ts';

/** How often the end of an orphan was asked for. */
export interface Attempt {
  tries: number;
  /** Monotonic. */
  nextAt: number;
}

interface Found {
  readonly id: string;
  readonly name: string;
}

/** What both sweeps over orphans share: who is due, one attempt at a time for each, later and later ones. */
export class OrphanPursuit {
  readonly #parts: Pick<OrphanSweepParts, 'clock' | 'timing'>;
  readonly #attempts = new Map<string, Attempt>();
  readonly #underWay = new Map<string, Promise<void>>();
  readonly #end = new AbortController();

  constructor(parts: Pick<OrphanSweepParts, 'clock' | 'timing'>) {
    this.#parts = parts;
  }

  /** Fires when the app closes. */
  get signal(): AbortSignal {
    return this.#end.signal;
  }

  async dispose(): Promise<void> {
    this.#end.abort();
    await Promise.all(this.#underWay.values());
  }

  /** Whether its end is being asked for. */
  isUnderWay(id: string): boolean {
    return this.#underWay.has(id);
  }

  /** Ends those that are due; one that is an orphan no more begins anew should it come back. */
  pursue<T extends Found>(orphans: readonly T[], end: (orphan: T, attempt: Attempt) => Promise<void>): void {
    const { clock, timing } = this.#parts;
    const ids = new Set(orphans.map(({ id }) => id));
    for (const id of this.#attempts.keys()) if (!ids.has(id)) this.#attempts.delete(id);
    for (const orphan of orphans) {
      const { id } = orphan;
      const attempt = this.#attempts.get(id) ?? { tries: 0, nextAt: 0 };
      if (this.#underWay.has(id) || clock.monotonic() < attempt.nextAt) continue;
      attempt.tries++;
      attempt.nextAt = clock.monotonic() + backoff(timing, attempt.tries);
      this.#attempts.set(id, attempt);
      this.#underWay.set(
        id,
        end(orphan, attempt).finally(() => this.#underWay.delete(id)),
      );
    }
  }
}

/** A disk that takes no more must not keep money flowing: an end is sent even where it cannot be noted. */
export function noteOrphan({ log }: Pick<OrphanSweepParts, 'log'>, write: () => void): void {
  try {
    write();
  } catch (error) {
    log.error({ error }, 'the end of an orphan could not be noted');
  }
}

/** The deployment that an orphan was made for, by its name; '' = it is not told. */
export const deploymentOf = (name: string): string => parsePodName(name)?.deploymentId ?? '';

/** Writes into the history of the deployment that it was made for, where there still is one. */
export function rememberOrphan(
  parts: OrphanSweepParts,
  { id, name }: Found,
  told: {
    readonly kind: 'orphan-found' | 'orphan-ended';
    readonly resource: 'pod' | 'endpoint';
    readonly text: string;
  },
): void {
  const { store, clock, events, actors } = parts;
  const deploymentId = deploymentOf(name);
  if (!actors().some(({ record }) => record.id === deploymentId)) return;
  const { kind, resource, text } = told;
  const entry = { at: new Date(clock.now()).toISOString(), kind, text, data: { [`${resource}Id`]: id } };
  noteOrphan(parts, () => store.addHistory(deploymentId, clock.now(), entry));
  events.emit({ name: 'history.added', payload: { deploymentId, entry } });
}

/** Tells people, and the deployment's history, that an orphan was found and is being ended. */
export function tellOrphan(
  parts: OrphanSweepParts,
  { id, name }: Found,
  told: Pick<News, 'title' | 'body'> & {
    readonly resource: 'pod' | 'endpoint';
    readonly usdPerHour: number | null;
  },
): void {
  const { clock, ids, events, actors } = parts;
  const { resource, usdPerHour, title, body } = told;
  const deploymentId = deploymentOf(name);
  const owner = actors().find(({ record }) => record.id === deploymentId);
  rememberOrphan(parts, { id, name }, { kind: 'orphan-found', resource, text: body });
  events.emit({
    name: 'notification',
    payload: {
      id: ids.next('ntf'),
      at: new Date(clock.now()).toISOString(),
      kind: 'orphan',
      title,
      body,
      facts: { what: 'orphan', resource, id, usdPerHour },
      deployment: owner?.record.spec.name ?? null,
    },
  });
}
