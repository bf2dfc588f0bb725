import { isAbort, toErrorBody } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import { ClockJump } from '../platform/clock-jump.ts';
import type { DeploymentEvent, Effect, Intent, Note } from './events.ts';
import { applyEvent, decide } from './life-cycle.ts';
import type { EffectContext } from './pod/effects/context.ts';
import type { DeploymentRecord } from './record.ts';
import { aheadMs, putForward, setBack } from './set-back.ts';
import { newLive, type Moment, type State } from './state.ts';
import type { Timing } from './timing.ts';

export interface ActorParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly timing: Timing;
  /** Cloud clock minus this computer's. */
  readonly offsetMs: () => number;
  readonly zone: () => string;
  readonly account: () => Moment['account'];
  readonly run: (effect: Effect, context: EffectContext) => Promise<void>;
  /** Writes the record and what an event left to be written, in one transaction. */
  readonly commit: (record: DeploymentRecord, notes: readonly Note[]) => void;
  /** Something people or the proxy can see may have changed; `routine` = only the number of requests in flight. */
  readonly changed: (actor: DeploymentActor, kind: 'routine' | 'any') => void;
  /** The deployment is no more; nothing is to be sent to this actor again. */
  readonly removed: (actor: DeploymentActor) => void;
}

/** Calls that are given up when the state they were made for is over. The others may bill or end billing. */
const ABANDONABLE: ReadonlySet<Effect['kind']> = new Set([
  'plan',
  'build',
  'probe',
  'pull',
  'touch',
  'endpoint-plan',
  'endpoint-look',
  'endpoint-wake',
  'endpoint-probe',
]);
/** Events that come by the hundred and whose trace in the record may be written a little later. */
const FREQUENT: ReadonlySet<DeploymentEvent['type']> = new Set([
  'lease-began',
  'lease-ended',
  'image-progress',
  'log-line',
  'log-state',
  'looked',
  'pull-progress',
  'tick',
  'touched',
]);
const WRITE_LATER_MS = 2000;
/** The reconciler ticks at least twice a minute. */
const SLEPT_MS = 150_000;
/** A decision that leads to the next at once: more in a row than this is a loop. */
const MOST_STEPS = 50;

/**
 * The single writer of one deployment. Events are applied one after the other; after each the next decision is made.
 * At most one call is under way; its end is an event like any other.
 */
export class DeploymentActor {
  readonly #parts: ActorParts;
  readonly #state: State;
  readonly #mailbox: DeploymentEvent[] = [];
  readonly #ending = new AbortController();
  #busy = false;
  #pumpedAt: number;
  readonly #jump: ClockJump;
  #dirty = false;
  #removed = false;
  /** Not written yet: the last write failed. */
  #unwritten: Note[] = [];
  #effect: { readonly kind: Effect['kind']; readonly state: string; readonly abort: AbortController } | null =
    null;
  #cancelWake: () => void = () => {};
  #cancelWrite: (() => void) | null = null;
  readonly #running = new Set<Promise<void>>();

  constructor(record: DeploymentRecord, intent: Intent | null, parts: ActorParts) {
    this.#parts = parts;
    const now = parts.clock.now();
    this.#pumpedAt = now;
    this.#jump = new ClockJump(parts.clock, parts.offsetMs);
    setBack(record, null, aheadMs(record, now));
    this.#state = { record, intent, live: newLive(record, now) };
  }

  /** Read only outside of this class. */
  get record(): Readonly<DeploymentRecord> {
    return this.#state.record;
  }
  get state(): Readonly<State> {
    return this.#state;
  }

  get disposed(): boolean {
    return this.#ending.signal.aborted;
  }

  moment(): Moment {
    const { clock, timing, offsetMs, zone, account } = this.#parts;
    const clockDoubtMs = this.#noticeJump();
    return { now: clock.now(), offsetMs: offsetMs(), clockDoubtMs, timing, zone: zone(), account: account() };
  }

  /** Begins to act on what the record says. */
  begin(): void {
    this.#pump();
  }

  /** Applies an event now, or after the one being applied. */
  post(event: DeploymentEvent): void {
    if (this.disposed) return;
    this.#mailbox.push(event);
    if (this.#busy) return;
    if (!this.#isRoutine(event)) {
      this.#pump();
      return;
    }
    this.#noticeGap();
    this.#drain();
    this.#parts.changed(this, 'routine');
  }

  /** Requests come and go by the hundred; only the end of the last one in flight sets a clock going. */
  #isRoutine({ type }: DeploymentEvent): boolean {
    return type === 'lease-began' || (type === 'lease-ended' && this.#state.live.inFlight > 1);
  }

  /** Ends timers and abandons calls; a billed call cut off here is replayed from its intent at the next start. */
  async dispose(): Promise<void> {
    this.#ending.abort();
    this.#cancelWake();
    this.#effect?.abort.abort();
    this.#writeNow();
    await Promise.all(this.#running);
  }

  #pump(): void {
    if (this.disposed) return;
    this.#busy = true;
    this.#noticeGap();
    try {
      do {
        this.#drain();
        this.#act();
        // A call that has something to say at once says it while this is going on.
      } while (this.#mailbox.length > 0 && !this.disposed);
    } finally {
      this.#busy = false;
    }
    if (!this.disposed) this.#parts.changed(this, 'any');
  }

  /** The clock was set: what was stamped by the old one moves along. Returns how far ahead it may be beyond that. */
  #noticeJump(): number {
    const { backMs, forward, doubtMs } = this.#jump.look();
    const { record, live } = this.#state;
    if (backMs > 0) setBack(record, live, backMs);
    if (forward !== null) putForward(record, live, forward);
    return doubtMs;
  }

  /** An actor hears something every few seconds; a long silence means that the computer slept. */
  #noticeGap(): void {
    this.#noticeJump();
    const now = this.#parts.clock.now();
    if (now - this.#pumpedAt > SLEPT_MS) this.#state.live.awakeSince = now;
    this.#pumpedAt = now;
  }

  #drain(): void {
    for (let event = this.#mailbox.shift(); event !== undefined; event = this.#mailbox.shift())
      this.#apply(event);
  }

  #apply(event: DeploymentEvent): void {
    const notes = applyEvent(this.#state, event, this.moment());
    if (notes.length > 0 || !FREQUENT.has(event.type)) this.#write(notes);
    else this.#writeLater();
    if (notes.some((note) => note.type === 'removed')) {
      this.#removed = true;
      this.#ending.abort();
      this.#parts.removed(this);
    }
    this.#abandonStale();
  }

  #act(): void {
    this.#cancelWake();
    this.#cancelWake = () => {};
    for (let step = 0; step < MOST_STEPS && !this.disposed; step++) {
      const verdict = decide(this.#state, this.moment());
      if (verdict.do === 'wait') {
        if (verdict.until !== null) this.#wakeAt(verdict.until);
        return;
      }
      if (verdict.do === 'run') {
        this.#run(verdict.effect);
        return;
      }
      this.#apply(verdict.event);
      this.#drain();
    }
    if (this.disposed) return;
    this.#parts.log.error(
      { deployment: this.record.id, state: this.record.state },
      'decisions do not come to rest',
    );
    this.#wakeAt(this.#parts.clock.now() + this.#parts.timing.pollMs);
  }

  #wakeAt(at: number): void {
    const { clock } = this.#parts;
    this.#cancelWake = clock.after(Math.max(0, at - clock.now()), () => this.#pump());
  }

  #run(effect: Effect): void {
    const abort = new AbortController();
    const running = { kind: effect.kind, state: this.record.state, abort };
    this.#effect = running;
    this.#state.live.effect = effect.kind;
    const call = this.#perform(effect, abort.signal).finally(() => {
      this.#running.delete(call);
      if (this.#effect === running) {
        this.#effect = null;
        this.#state.live.effect = null;
      }
      this.#pump();
    });
    this.#running.add(call);
  }

  async #perform(effect: Effect, signal: AbortSignal): Promise<void> {
    // What an abandoned call still had to say is about a state that is over.
    const post = (event: DeploymentEvent): void => {
      if (!signal.aborted || !ABANDONABLE.has(effect.kind)) this.post(event);
    };
    try {
      await this.#parts.run(effect, { record: this.#state.record, post, signal });
    } catch (error) {
      if (isAbort(error) || signal.aborted) return;
      this.#parts.log.error(
        { deployment: this.record.id, effect: effect.kind, error },
        'a call failed unexpectedly',
      );
      post({ type: 'effect-failed', effect: effect.kind, error: toErrorBody(error) });
    }
  }

  #abandonStale(): void {
    const running = this.#effect;
    if (running === null || !ABANDONABLE.has(running.kind) || running.state === this.record.state) return;
    this.#effect = null;
    this.#state.live.effect = null;
    running.abort.abort();
  }

  #write(notes: readonly Note[]): void {
    this.#cancelWrite?.();
    this.#cancelWrite = null;
    this.#unwritten.push(...notes);
    try {
      this.#parts.commit(this.#state.record, this.#unwritten);
      this.#unwritten = [];
      this.#dirty = false;
    } catch (error) {
      // The cloud goes on whether or not the disk is full: act on, and write when it can be done again.
      this.#dirty = true;
      this.#parts.log.error({ deployment: this.record.id, error }, 'the state could not be written');
      this.#writeLater();
    }
  }

  #writeLater(): void {
    this.#dirty = true;
    this.#cancelWrite ??= this.#parts.clock.after(WRITE_LATER_MS, () => this.#writeNow());
  }

  #writeNow(): void {
    if (this.#dirty && !this.#removed) this.#write([]);
  }
}
