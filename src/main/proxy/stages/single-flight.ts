import { asAppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Call, Handle, Reply, Stage } from '../call.ts';
import { isDeterministic } from '../cache-key.ts';
import { Through, type Flow, type Mark, type Sink } from '../flow.ts';
import { Trace } from '../trace.ts';
import { everybodyLeft, SharedAnswer } from './shared-answer.ts';

export interface FlightOptions {
  readonly clock: Clock;
  /** Which calls are shared. `deterministic`: sampled ones only by a client that asks again. */
  readonly shares: () => 'all' | 'deterministic' | 'off';
}

/** Answers longer than this can no longer be joined; those who read already go on. */
const JOIN_BYTES = 512 * 1024;
/**
 * A client that has waited this long and leaves before anything came has probably timed out and will ask again: its call
 * lives on for a moment. Anybody who leaves sooner has changed their mind, and the model server is told at once.
 */
const TIMED_OUT_AFTER_MS = 20_000;
const LINGER_MS = 10_000;

/**
 * Identical requests in flight share one upstream call (SPEC 4.7). Whoever joins gets the answer from its beginning; a
 * leader that leaves takes nobody with it; a client that timed out and sends the same bytes again finds its answer
 * running. Candidates are found by a cheap key and compared byte by byte: no hashing on the request path.
 */
export function singleFlight(options: FlightOptions): Stage {
  const flights = new Map<string, Flight>();
  return (next) => (call) => {
    const shares = options.shares();
    const { noStore, noCache, alone, repeated } = call.control;
    if (shares === 'off' || noStore || noCache || alone) return next(call);
    const key = flightKey(call);
    const running = flights.get(key);
    const sampled = shares === 'deterministic' && !isDeterministic(call);
    if (running?.matches(call) === true && (!sampled || repeated || running.deserted)) {
      call.trace.cache = 'coalesced';
      return running.follow(call, next);
    }
    const flight = new Flight(call, options.clock, () => {
      if (flights.get(key) === flight) flights.delete(key);
    });
    flights.set(key, flight);
    return flight.follow(call, next);
  };
}

function flightKey(call: Call): string {
  const tail = call.body.toString('latin1', Math.max(0, call.body.length - 48));
  return `${call.path}|${call.target.id}|${call.key.id}|${call.model}|${call.body.length}|${tail}`;
}

class Flight {
  readonly #call: Call;
  readonly #clock: Clock;
  readonly #landed: () => void;
  readonly #leave = new AbortController();
  readonly #trace: Trace;
  #reply: Promise<Reply> | null = null;
  #answer: SharedAnswer | null = null;
  #waiting = 0;
  #cancelLinger: (() => void) | null = null;

  constructor(call: Call, clock: Clock, landed: () => void) {
    this.#call = call;
    this.#clock = clock;
    this.#landed = landed;
    this.#trace = new Trace(call.trace.startedAt);
  }

  matches(call: Call): boolean {
    return (
      (this.#answer?.joinable ?? true) && !this.#leave.signal.aborted && call.body.equals(this.#call.body)
    );
  }

  /** Whoever asked for it has left. */
  get deserted(): boolean {
    return this.#waiting === 0 && (this.#answer?.readers ?? 0) === 0;
  }

  #launch(next: Handle): Promise<Reply> {
    const call = { ...this.#call, signal: this.#leave.signal, trace: this.#trace, processing: null };
    const reply = this.#fly(next, call);
    this.#reply = reply;
    reply.catch(() => this.#landed());
    return reply;
  }

  async #fly(next: Handle, call: Call): Promise<Reply> {
    return this.#share(await next(call));
  }

  /** Waits with the others. Leaving early cancels the call only when nobody else is left. */
  async follow(call: Call, next: Handle): Promise<Reply> {
    const running = this.#reply ?? this.#launch(next);
    this.#waiting++;
    this.#cancelLinger?.();
    this.#cancelLinger = null;
    try {
      const reply = await untilLeft(running, call.signal);
      return this.#readerOf(call, reply);
    } catch (error) {
      if (call.signal.aborted) this.#left(call);
      throw error;
    } finally {
      call.trace.adopt(this.#trace);
      this.#waiting--;
    }
  }

  #share(reply: Reply): Reply {
    if (reply.body.kind === 'bytes') {
      this.#landed();
      return reply;
    }
    // Everybody left while it was on its way here: nobody would ever read or end it, and its lease with it.
    if (this.#leave.signal.aborted) {
      const reason = asAppError(this.#leave.signal.reason);
      reply.body.flow.cancel(reason);
      throw reason;
    }
    this.#answer = new SharedAnswer(reply.body.flow, JOIN_BYTES, this.#landed, () => this.#abandoned());
    return reply;
  }

  #readerOf(call: Call, reply: Reply): Reply {
    if (reply.body.kind === 'bytes' || this.#answer === null) return reply;
    const flow = new Following(this.#answer.reader(), call, this.#trace);
    return { ...reply, body: { ...reply.body, flow } };
  }

  /** The last reader of a running answer left. */
  #abandoned(): void {
    if (this.#waiting === 0) this.#answer?.cancel(everybodyLeft());
  }

  /** Somebody left before anything came. */
  #left(call: Call): void {
    if (this.#waiting > 1) return;
    if (this.#answer !== null) {
      if (this.#answer.readers === 0) this.#answer.cancel(everybodyLeft());
    } else if (this.#clock.monotonic() - call.trace.startedAt < TIMED_OUT_AFTER_MS) {
      this.#leave.abort(everybodyLeft());
    } else {
      this.#cancelLinger = this.#clock.after(LINGER_MS, () => this.#leave.abort(everybodyLeft()));
    }
  }
}

/** One follower's view: its own trace in step with the shared one, its own end when its own call is ended. */
class Following extends Through {
  readonly #call: Call;
  readonly #shared: Trace;
  readonly #ended = (): void => {
    const reason = asAppError(this.#call.signal.reason);
    this.source.cancel(reason);
    this.fail(reason);
  };

  constructor(source: Flow, call: Call, shared: Trace) {
    super(source);
    this.#call = call;
    this.#shared = shared;
  }
  override start(sink: Sink): void {
    this.#call.signal.addEventListener('abort', this.#ended, { once: true });
    super.start(sink);
  }
  override data(chunk: Buffer, mark: Mark): void {
    const { trace } = this.#call;
    if (trace.firstTokenAt === null && this.#shared.firstTokenAt !== null) {
      trace.firstToken(Math.max(trace.startedAt, this.#shared.firstTokenAt));
    }
    this.sink.data(chunk, mark);
  }
  override end(): void {
    this.#settle();
    super.end();
  }
  override fail(error: Error): void {
    this.#settle();
    super.fail(error);
  }
  override cancel(reason: Error): void {
    this.#settle();
    super.cancel(reason);
  }

  #settle(): void {
    this.#call.signal.removeEventListener('abort', this.#ended);
    this.#call.trace.adopt(this.#shared);
  }
}

function untilLeft(reply: Promise<Reply>, signal: AbortSignal): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(asAppError(signal.reason));
    if (signal.aborted) {
      leave();
      return;
    }
    signal.addEventListener('abort', leave, { once: true });
    reply.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}
