import { createHash } from 'node:crypto';
import { AppError } from '../../../shared/errors.ts';
import { countSweep } from '../../../shared/sweep.ts';
import type { Sweep, SweepPreview, SweepThing } from '../../../shared/model.ts';
import type { Ledger } from '../../costs/ledger.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Db } from '../../platform/db.ts';
import type { Ids } from '../../platform/ids.ts';
import type { Emitter } from '../../platform/lifecycle.ts';
import type { RunPodApi } from '../../runpod/api.ts';
import type { KeyInUse } from '../account-proof.ts';
import type { Ownership } from '../radar.ts';
import type { DeploymentStore } from '../store.ts';
import type { Timing } from '../timing.ts';
import type { FleetEvent } from '../types.ts';
import { BEGINS_WITHIN_MS, CarryOut } from './carry-out.ts';
import { planSweep, type SweepFacts, type SweepPlan } from './plan.ts';
import { SweepStore } from './sweep-store.ts';
import { isSettled, type StoredSweep, type StoredThing } from './thing.ts';
import { sweptNews } from './words.ts';

export interface SweeperParts {
  readonly api: RunPodApi;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly ledger: Ledger;
  readonly db: Db;
  readonly store: DeploymentStore;
  readonly timing: Timing;
  readonly events: Emitter<FleetEvent>;
  readonly simulated: boolean;
  readonly ownership: () => Ownership;
  /** Name of the deployment of that id; null = there is none. */
  readonly nameOf: (deploymentId: string) => string | null;
  readonly key: () => Promise<KeyInUse>;
  readonly look: (signal: AbortSignal) => Promise<Pick<SweepFacts, 'account' | 'items'>>;
}

export interface SweepWish {
  /** null = what this computer left over. */
  readonly ids: readonly string[] | null;
  readonly undoSeconds: number;
  /** Of the preview that the user saw; null = none. */
  readonly fingerprint: string | null;
}

interface Pending {
  readonly sweep: StoredSweep;
  readonly cancel: () => void;
  /** Monotonic. */
  readonly dueAt: number;
}

/** Sweeps that are still told of. */
const TOLD = 20;

/**
 * Sweeps of the radar (SPEC 3.11). Until its time to undo is over a sweep lives in memory alone and nothing is sent: undo,
 * quitting, a crash and a computer that goes to sleep all drop it. From then on it is stored before anything is sent, and
 * taken up again by the next run of the app. One at a time can wait to be undone; others may be at work meanwhile.
 */
export class Sweeper {
  readonly #parts: SweeperParts;
  readonly #store: SweepStore;
  readonly #carryOut: CarryOut;
  readonly #end = new AbortController();
  readonly #running = new Set<Promise<void>>();
  /** Newest first. */
  #sweeps: StoredSweep[];
  #pending: Pending | null = null;
  #isMaking = false;

  constructor(parts: SweeperParts) {
    this.#parts = parts;
    this.#store = new SweepStore(parts.db);
    this.#sweeps = this.#store.all().slice(0, TOLD);
    this.#carryOut = new CarryOut({ ...parts, changed: (sweep) => this.#changed(sweep) });
  }

  /** Goes on with what the last run of the app was at. */
  start(): void {
    const { clock } = this.#parts;
    for (const sweep of this.#sweeps.filter(({ state }) => state === 'working')) {
      const age = clock.now() - sweep.dueAt;
      this.#work(sweep, age > BEGINS_WITHIN_MS || age < 0);
    }
  }

  async dispose(): Promise<void> {
    this.drop();
    this.#end.abort();
    await Promise.all(this.#running);
  }

  /** Newest first. */
  list(): Sweep[] {
    return this.#sweeps.map((sweep) => this.#view(sweep));
  }

  /** What a sweep would take; changes nothing. @throws AppError runpod_* */
  async preview(ids: readonly string[] | null, signal: AbortSignal): Promise<SweepPreview> {
    const { things, refused } = await this.#plan(ids, signal);
    return {
      simulated: this.#parts.simulated,
      things: things.map((thing) => shown(thing)),
      refused,
      savesUsdPerMonth: saved(things),
      fingerprint: fingerprintOf(things),
    };
  }

  /** @throws AppError not_allowed_now: nothing to sweep, another waits, or it is not what was shown; runpod_* */
  async sweep({ ids, undoSeconds, fingerprint }: SweepWish, signal: AbortSignal): Promise<Sweep> {
    this.#refuseSecond();
    this.#isMaking = true;
    try {
      const { mark } = await this.#parts.key();
      const { things, refused } = await this.#plan(ids, signal);
      if (fingerprint !== null && fingerprint !== fingerprintOf(things)) throw changedSince();
      if (things.length === 0) throw nothingToSweep(refused.map(({ name, why }) => `${name}: ${why}`));
      return this.#view(this.#wait({ things, refused }, mark, undoSeconds * 1000));
    } finally {
      this.#isMaking = false;
    }
  }

  /** @param id null = the one that waits. @throws AppError not_found, not_allowed_now: too late, or there is none */
  undo(id: string | null): Sweep {
    const pending = this.#pending;
    const named = id === null ? pending?.sweep : this.#sweeps.find((sweep) => sweep.id === id);
    if (named === undefined) throw nothingToUndo(id);
    if (pending?.sweep !== named) throw tooLate(named);
    this.drop();
    return this.#view(named);
  }

  /** Drops what can still be undone. */
  drop(): void {
    const pending = this.#pending;
    if (pending === null) return;
    pending.cancel();
    this.#pending = null;
    pending.sweep.state = 'undone';
    this.#tell(pending.sweep);
  }

  async #plan(ids: readonly string[] | null, signal: AbortSignal): Promise<SweepPlan> {
    const facts = await this.#parts.look(signal);
    return planSweep({ ...facts, underWay: this.#underWay() }, ids);
  }

  #underWay(): ReadonlySet<string> {
    const working = this.#sweeps.filter(({ state }) => state === 'working');
    return new Set(
      working.flatMap(({ things }) => things.filter((thing) => !isSettled(thing)).map(({ id }) => id)),
    );
  }

  #refuseSecond(): void {
    if (this.#pending === null && !this.#isMaking) return;
    throw new AppError('not_allowed_now', 'A sweep waits to be carried out already.', {
      advice: 'Undo it, or wait until its time to undo is over, and sweep again.',
    });
  }

  #wait({ things, refused }: SweepPlan, keyMark: string | null, undoMs: number): StoredSweep {
    const { clock, ids, simulated } = this.#parts;
    const madeAt = clock.now();
    const sweep: StoredSweep = {
      id: ids.next('swp'),
      simulated,
      state: 'pending',
      madeAt,
      dueAt: madeAt + undoMs,
      keyMark,
      things,
      refused,
    };
    this.#sweeps = [sweep, ...this.#sweeps].slice(0, TOLD);
    const cancel = clock.after(undoMs, () => this.#due(sweep));
    this.#pending = { sweep, cancel, dueAt: clock.monotonic() + undoMs };
    this.#tell(sweep);
    return sweep;
  }

  #due(sweep: StoredSweep): void {
    this.#pending = null;
    sweep.state = 'working';
    try {
      this.#store.save(sweep);
    } catch (error) {
      this.#parts.log.error({ error }, 'a sweep could not be noted; nothing of it is sent');
      for (const thing of sweep.things) leaveUnnoted(thing);
    }
    this.#tell(sweep);
    this.#work(sweep, false);
  }

  #work(sweep: StoredSweep, isStale: boolean): void {
    const { log } = this.#parts;
    const work = this.#carryOut
      .run(sweep, isStale, this.#end.signal)
      .then(() => this.#finish(sweep))
      .catch((error: unknown) => {
        if (!this.#end.signal.aborted)
          log.error({ error }, 'a sweep broke off; it goes on with the next start');
      })
      .finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  #finish(sweep: StoredSweep): void {
    const { ids, clock, events } = this.#parts;
    sweep.state = 'ended';
    this.#changed(sweep);
    const stamp = { id: ids.next('ntf'), at: new Date(clock.now()).toISOString() };
    events.emit({ name: 'notification', payload: { ...stamp, ...sweptNews(countSweep(sweep.things)) } });
  }

  /** A full disk must not keep money flowing: what was begun goes on, noted or not. */
  #changed(sweep: StoredSweep): void {
    try {
      this.#store.save(sweep);
    } catch (error) {
      this.#parts.log.error({ error }, 'how far a sweep is could not be noted');
    }
    this.#tell(sweep);
  }

  #tell(sweep: StoredSweep): void {
    this.#parts.events.emit({ name: 'sweep.changed', payload: this.#view(sweep) });
  }

  #view({ id, simulated, state, madeAt, dueAt, things, refused }: StoredSweep): Sweep {
    const pending = this.#pending;
    const left = pending?.sweep.id === id ? pending.dueAt - this.#parts.clock.monotonic() : 0;
    return {
      id,
      simulated,
      state,
      madeAt: new Date(madeAt).toISOString(),
      dueAt: new Date(dueAt).toISOString(),
      undoMsLeft: Math.max(0, left),
      things: things.map((thing) => shown(thing)),
      refused,
      savesUsdPerMonth: saved(things),
    };
  }
}

function leaveUnnoted(thing: StoredThing): void {
  thing.state = 'left';
  thing.reason = 'not-noted';
  thing.why = 'It could not be noted on this computer, so nothing was sent.';
}

const shown = ({ seen: _seen, sentAt: _sentAt, ...thing }: StoredThing): SweepThing => thing;

const saved = (things: readonly StoredThing[]): number =>
  things.reduce((sum, { savesUsdPerMonth }) => sum + savesUsdPerMonth, 0);

const fingerprintOf = (things: readonly StoredThing[]): string =>
  createHash('sha256')
    .update(JSON.stringify(things.map(({ kind, id, act, seen }) => [kind, id, act, seen])))
    .digest('hex')
    .slice(0, 24);

const changedSince = (): AppError =>
  new AppError('not_allowed_now', 'Something changed since this was shown. Nothing was swept.', {
    advice: 'Look again at what would go, and sweep that.',
  });

const nothingToSweep = (why: readonly string[]): AppError =>
  new AppError(
    'not_allowed_now',
    why.length === 0
      ? 'There is nothing of this computer’s left over.'
      : `Nothing can be swept. ${why.join(' ')}`,
    { advice: 'Look at: runpod-llm radar. What others made goes only when it is named.' },
  );

const nothingToUndo = (id: string | null): AppError =>
  id === null
    ? new AppError('not_allowed_now', 'No sweep waits: there is nothing to undo.')
    : new AppError('not_found', `There is no sweep "${id}".`, { details: { field: 'sweep', value: id } });

const tooLate = ({ state }: StoredSweep): AppError =>
  new AppError(
    'not_allowed_now',
    state === 'undone' ? 'It was undone already.' : 'It is too late: the sweep was begun.',
    { advice: 'Look at what it did: runpod-llm radar sweeps' },
  );
