import { formatUsd } from '../../shared/money.ts';
import type { Ledger } from '../costs/ledger.ts';
import type { Emitter } from '../platform/lifecycle.ts';
import type { Clock } from '../platform/clock.ts';
import type { Ids } from '../platform/ids.ts';
import type { Note } from './events.ts';
import type { Experience } from './experience.ts';
import type { Boot, DeploymentRecord } from './record.ts';
import type { DeploymentStore } from './store.ts';
import type { FleetEvent } from './types.ts';

export interface JournalParts {
  readonly store: DeploymentStore;
  readonly ledger: Ledger;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: Emitter<FleetEvent>;
  readonly cloudNow: () => number;
}

/** Writes what events leave behind: the record, the ledger, history and memories in one transaction, then tells. */
export class Journal {
  readonly #parts: JournalParts;
  readonly #written = new Map<string, string>();

  constructor(parts: JournalParts) {
    this.#parts = parts;
  }

  commit(record: DeploymentRecord, notes: readonly Note[]): void {
    const { store } = this.#parts;
    const told: FleetEvent[] = [];
    const body = JSON.stringify(record);
    const removed = notes.some((note) => note.type === 'removed');
    if (notes.length === 0 && this.#written.get(record.id) === body) return;
    store.db.transaction(() => {
      for (const note of notes) this.#write(record, note, told);
      if (removed) store.remove(record.id);
      else if (this.#written.get(record.id) !== body) store.save(record, body);
    });
    if (removed) this.#written.delete(record.id);
    else this.#written.set(record.id, body);
    for (const event of told) this.#parts.events.emit(event);
  }

  #write(record: DeploymentRecord, note: Note, told: FleetEvent[]): void {
    const { store, clock } = this.#parts;
    const now = clock.now();
    switch (note.type) {
      case 'history': {
        const entry = {
          at: new Date(now).toISOString(),
          kind: note.kind,
          text: note.text,
          data: { ...note.data },
        };
        store.addHistory(record.id, now, entry);
        told.push({ name: 'history.added', payload: { deploymentId: record.id, entry } });
        return;
      }
      case 'notify':
        told.push(this.#notification(record, note));
        return;
      case 'meter':
        this.#meter(record, note);
        return;
      case 'meter-off':
        this.#meterOff(note);
        return;
      case 'pod-made':
        store.addPod({ id: note.podId, deploymentId: record.id, name: note.podName, createdAt: note.atMs });
        return;
      case 'pod-ended':
        store.endPod(note.podId, now);
        return;
      case 'intent-closed':
        store.closeIntent(note.intentId, note.outcome, now);
        return;
      case 'capacity':
        store.experience.addCapacity({
          gpuTypeId: note.gpuTypeId,
          dataCenterId: note.dataCenterId,
          at: now,
          outcome: note.outcome,
        });
        return;
      case 'booted':
        rememberBoot(store.experience, note.gpuTypeId, note.model, note.boot, note.readyAt);
        return;
      case 'override-ignored':
        store.setMeta('override-ignored', note.image, now);
        return;
      case 'used':
        store.uses.add(record.id, note.fromMs, note.toMs);
        return;
      case 'removed':
        return;
    }
  }

  #meter({ id, spec }: DeploymentRecord, note: Extract<Note, { type: 'meter' }>): void {
    const { podId, kind, usdPerHour, sinceMs, seenMs, changedMs } = note;
    const meter = { resourceId: podId, deploymentId: id, deploymentName: spec.name, kind, usdPerHour };
    this.#parts.ledger.observe(meter, sinceMs, seenMs, changedMs);
  }

  #meterOff(note: Extract<Note, { type: 'meter-off' }>): void {
    const { ledger } = this.#parts;
    const open = ledger.open().find((entry) => entry.resourceId === note.podId && entry.kind === note.kind);
    if (open === undefined) return;
    ledger.close(note.podId, note.kind, note.atMs ?? open.lastSeenMs, {
      estimated: note.estimated,
      note: note.note,
    });
  }

  #notification(record: DeploymentRecord, note: Extract<Note, { type: 'notify' }>): FleetEvent {
    const { ids, clock, ledger, cloudNow } = this.#parts;
    const usd =
      note.costSinceMs === undefined
        ? null
        : ledger.spent({ deploymentId: record.id }, note.costSinceMs, cloudNow());
    const cost = usd === null ? '' : ` It cost ${formatUsd(usd)}.`;
    return {
      name: 'notification',
      payload: {
        id: ids.next('ntf'),
        at: new Date(clock.now()).toISOString(),
        kind: note.kind,
        title: note.title,
        body: `${note.body}${cost}`,
        facts: note.facts.what === 'stopped' ? { ...note.facts, usd } : note.facts,
        deployment: record.spec.name,
      },
    };
  }
}

/** Each phase's length, and the whole: what later boots of this model on this GPU are measured by. */
function rememberBoot(
  experience: Experience,
  gpuTypeId: string,
  model: string,
  boot: Boot,
  readyAt: number,
): void {
  let building = 0;
  for (const { phase, startedAt, endedAt } of boot.phases) {
    const seconds = endedAt === null ? 0 : (endedAt - startedAt) / 1000;
    // The making of an image happens once and says nothing about the next start.
    if (phase === 'building') building += seconds;
    else if (endedAt !== null && phase !== 'ready') {
      experience.addBootPhase(gpuTypeId, model, phase, seconds, readyAt);
    }
  }
  const total = (readyAt - boot.startedAt) / 1000 - building;
  experience.addBootPhase(gpuTypeId, model, 'total', total, readyAt);
}
