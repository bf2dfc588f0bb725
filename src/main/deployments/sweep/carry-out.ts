import { asAppError, isAbort } from '../../../shared/errors.ts';
import { formatUsd } from '../../../shared/money.ts';
import type { CostKind } from '../../../shared/model.ts';
import { throwIfAborted } from '../../platform/clock.ts';
import { meterLeftover } from '../leftover-money.ts';
import { noteOrphan } from '../orphan-pursuit.ts';
import { parsePodName } from '../pod/names.ts';
import { backoff } from '../state.ts';
import { judge, type Reading, type SweepStep } from './judge.ts';
import { stageOf } from './plan.ts';
import { endThing, readThing } from './read-thing.ts';
import type { SweeperParts } from './sweeper.ts';
import { isSettled, type StoredSweep, type StoredThing } from './thing.ts';
import { stillBillingNews } from './words.ts';

/** What could not be begun for so long, RunPod or the network being away, is left: it may be wanted by now. */
export const BEGINS_WITHIN_MS = 15 * 60_000;
/** Things ended at the same time. */
const AT_ONCE = 4;
/** An end that RunPod forbids is tried this often before it counts as refused. */
const FORBIDDEN_TRIES = 3;

/** What of a thing is in the ledger, if anything is. */
const METERS = {
  pod: ['compute', 'disk'],
  endpoint: ['serverless'],
  'network-volume': ['volume'],
} as const satisfies Record<StoredThing['kind'], readonly CostKind[]>;

interface CarryOutParts extends SweeperParts {
  /** A step was made: it is stored and told. */
  readonly changed: (sweep: StoredSweep) => void;
}

interface Effort {
  readonly sweep: StoredSweep;
  readonly thing: StoredThing;
  readonly isStale: boolean;
  readonly signal: AbortSignal;
  readonly beganAt: number;
  tries: number;
  forbidden: number;
  /** When RunPod took the last end (this computer's clock); null = it did not, or its answer was lost. */
  acceptedAt: number | null;
  /** An end came to nothing and was waited out: it is sent again if it still has to be. */
  isWaitedOut: boolean;
  /** Monotonic; null = people were not told that it still bills. */
  toldAt: number | null;
}

/** Ends the things of a sweep, each read again first and read back after, for as long as it takes. */
export class CarryOut {
  readonly #parts: CarryOutParts;

  constructor(parts: CarryOutParts) {
    this.#parts = parts;
  }

  /** Resolves when everything is done or left. @throws AbortError */
  async run(sweep: StoredSweep, isStale: boolean, signal: AbortSignal): Promise<void> {
    for (const stage of [0, 1]) {
      const waiting = sweep.things.filter((thing) => stageOf(thing) === stage && !isSettled(thing));
      const take = async (): Promise<void> => {
        for (let thing = waiting.shift(); thing !== undefined; thing = waiting.shift()) {
          await this.#end(sweep, thing, isStale, signal);
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, take));
    }
  }

  async #end(sweep: StoredSweep, thing: StoredThing, isStale: boolean, signal: AbortSignal): Promise<void> {
    const beganAt = this.#parts.clock.monotonic();
    const effort: Effort = {
      sweep,
      thing,
      isStale,
      signal,
      beganAt,
      tries: 0,
      forbidden: 0,
      acceptedAt: null,
      isWaitedOut: false,
      toldAt: null,
    };
    while (!isSettled(thing)) {
      throwIfAborted(signal);
      try {
        await this.#try(effort);
      } catch (error) {
        if (signal.aborted || isAbort(error)) throw error;
        await this.#failed(effort, error);
      }
    }
  }

  async #try(effort: Effort): Promise<void> {
    const { api, clock, timing, ownership } = this.#parts;
    const { sweep, thing, isStale, signal } = effort;
    if (await this.#isDoubted(effort)) return;
    const reading = await readThing(api, thing, ownership(), signal);
    // The key may have been exchanged while it was read.
    if (reading.state === 'gone' && (await this.#isDoubted(effort))) return;
    const now = clock.now();
    const isLate = thing.sentAt === null && now - sweep.dueAt > BEGINS_WITHIN_MS;
    const step = judge(thing, reading, { now, settleMs: timing.settleMs, isStale: isStale || isLate });
    switch (step.do) {
      case 'send':
        if (thing.sentAt !== null && !effort.isWaitedOut) {
          await this.#again(effort, 'RunPod accepted it, and it is as it was.');
          return;
        }
        effort.isWaitedOut = false;
        effort.acceptedAt = null;
        thing.state = thing.state === 'billing' ? 'billing' : 'working';
        thing.sentAt = clock.now();
        this.#parts.changed(sweep);
        this.#meter(thing, reading);
        await endThing(api, thing, signal);
        effort.acceptedAt = clock.now();
        return;
      case 'wait':
        this.#tellStillBilling(effort);
        await clock.sleep(timing.probeMs, signal);
        return;
      case 'done':
      case 'leave':
        this.#settle(effort, step, reading);
    }
  }

  /** Nothing is concluded from what another account's key does not show. */
  async #isDoubted(effort: Effort): Promise<boolean> {
    const { clock, timing, key } = this.#parts;
    const { sweep, thing, signal } = effort;
    const { mark, doubt } = await key();
    const isOther = thing.sentAt === null && mark !== sweep.keyMark;
    if (doubt === undefined && !isOther) return false;
    if (!isOther && (doubt === 'not-looked' || thing.sentAt !== null)) {
      this.#tellStillBilling(effort);
      await clock.sleep(timing.probeMs, signal);
      return true;
    }
    thing.state = 'left';
    thing.reason = 'account';
    thing.why = 'The RunPod key was exchanged since, and may be another account’s.';
    this.#parts.changed(sweep);
    return true;
  }

  #settle(effort: Effort, step: Extract<SweepStep, { do: 'done' | 'leave' }>, reading: Reading): void {
    const { sweep, thing } = effort;
    if (step.do === 'done') {
      this.#book(effort, reading);
      thing.state = 'done';
      thing.why = null;
    } else {
      thing.state = 'left';
      thing.reason = step.reason;
      thing.why = step.why;
    }
    this.#parts.changed(sweep);
  }

  async #failed(effort: Effort, error: unknown): Promise<void> {
    const { log } = this.#parts;
    const { sweep, thing } = effort;
    const { code, message, requestId, retryAfterSeconds } = asAppError(error);
    log.warn(
      { kind: thing.kind, id: thing.id, code, requestId },
      'a thing of a sweep could not be ended yet',
    );
    if (code === 'runpod_key_forbidden' && ++effort.forbidden >= FORBIDDEN_TRIES) {
      thing.state = 'left';
      thing.reason = 'forbidden';
      thing.why = message;
      this.#parts.changed(sweep);
      return;
    }
    await this.#again(effort, message, (retryAfterSeconds ?? 0) * 1000);
  }

  /** Waits longer every time, as stops do. */
  async #again(effort: Effort, why: string, atLeastMs = 0): Promise<void> {
    const { clock, timing } = this.#parts;
    const { sweep, thing, signal } = effort;
    effort.tries++;
    effort.isWaitedOut = true;
    thing.why = why;
    this.#tellStillBilling(effort);
    this.#parts.changed(sweep);
    await clock.sleep(Math.max(atLeastMs, backoff(timing, effort.tries, timing.stopRetryMs)), signal);
  }

  #tellStillBilling(effort: Effort): void {
    const { clock, timing, ids, events } = this.#parts;
    const { sweep, thing, beganAt, toldAt } = effort;
    const now = clock.monotonic();
    const due = toldAt === null ? beganAt + timing.stillBillingMs : toldAt + timing.stillBillingAgainMs;
    if (thing.sentAt === null || now < due) return;
    effort.toldAt = now;
    thing.state = 'billing';
    this.#parts.changed(sweep);
    const stamp = { id: ids.next('ntf'), at: new Date(clock.now()).toISOString() };
    events.emit({ name: 'notification', payload: { ...stamp, ...stillBillingNews(thing) } });
  }

  #meter({ kind, id, name }: StoredThing, reading: Reading): void {
    if (kind !== 'pod' || reading.state === 'gone' || reading.createdAt === null) return;
    const { usdPerHour } = reading.seen;
    const { installation } = this.#parts.ownership();
    const { createdAt } = reading;
    noteOrphan(this.#parts, () =>
      meterLeftover({ ...this.#parts, installation }, { id, name, usdPerHour, createdAt }),
    );
  }

  /** Id of the deployment that this computer made it for; null = it did not. */
  #madeFor(name: string): string | null {
    const made = parsePodName(name);
    return made?.installation === this.#parts.ownership().installation ? made.deploymentId : null;
  }

  /** Its meters end, late where nobody knows when; one of this computer's own is written off, and told in the history of its deployment. */
  #book({ thing, acceptedAt }: Effort, reading: Reading): void {
    const { api, clock, ledger, store, log } = this.#parts;
    const { kind, id, act } = thing;
    try {
      const atMs = (acceptedAt ?? clock.now()) + api.clockOffsetMs();
      store.db.transaction(() => {
        for (const meter of METERS[kind]) {
          // A stopped pod's disk bills on.
          if (act === 'terminate' || meter !== 'disk') {
            ledger.close(id, meter, atMs, { estimated: true, note: 'swept' });
          }
        }
        if (reading.state === 'gone') this.#writeOff(thing);
      });
    } catch (error) {
      log.error({ id, error }, 'the end of a swept thing could not be booked');
    }
  }

  #writeOff({ kind, id, name, savesUsdPerMonth }: StoredThing): void {
    const { clock, store, events, nameOf } = this.#parts;
    const deploymentId = this.#madeFor(name);
    if (deploymentId === null) return;
    const now = clock.now();
    store.addPod({ id, deploymentId, name, createdAt: now });
    store.endPod(id, now);
    if (nameOf(deploymentId) === null) return;
    const entry = {
      at: new Date(now).toISOString(),
      kind: 'swept',
      text: `A sweep deleted ${kind} ${id}, left over of it: ${formatUsd(savesUsdPerMonth)} a month less.`,
      data: { kind, id },
    };
    store.addHistory(deploymentId, now, entry);
    events.emit({ name: 'history.added', payload: { deploymentId, entry } });
  }
}
