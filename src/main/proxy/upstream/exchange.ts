import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { abortError, type Clock } from '../../platform/clock.ts';
import { MARK, NOBODY, type Flow, type Sink } from '../flow.ts';

/** Reads closer together than this (250 tokens a second) are faster than anybody reads. */
const BURST_GAP_MS = 4;
const GATHER_MS = 2;
const GATHER_BYTES = 64 * 1024;

export interface Head {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** Which part of the exchange a failure fell into; decides whether the model server may have begun to work. */
export type ExchangePhase = 'connecting' | 'waiting' | 'streaming' | 'over';

/**
 * One request to a model server as an undici dispatch handler, and its answer's body as a flow. `controller` is null
 * until a connection is there and the request is being written; a cancel before that is remembered and takes effect
 * then, so that nothing is sent for a client that has left.
 */
export class Exchange implements Flow, Dispatcher.DispatchHandler {
  phase: ExchangePhase = 'connecting';
  /** Set by the body's chunks; deadlines look at it. */
  received = 0;
  readonly #clock: Clock;
  #gathered: Buffer[] = [];
  #gatheredBytes = 0;
  #lastAt = -Infinity;
  #cancelTimer: (() => void) | null = null;
  #controller: Dispatcher.DispatchController | null = null;
  #cancelled: Error | null = null;
  #sink: Sink | null = null;
  #outcome: Error | 'ended' | null = null;
  #waiter: { resolve: (head: Head) => void; reject: (error: Error) => void } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Sends the request. Resolves with status and headers; the body waits until the flow is started. */
  send(dispatcher: Dispatcher, request: Dispatcher.DispatchOptions): Promise<Head> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject };
      dispatcher.dispatch(request, this);
    });
  }

  start(sink: Sink): void {
    this.#sink = sink;
    if (this.#outcome === 'ended') sink.end();
    else if (this.#outcome !== null) sink.fail(this.#outcome);
    else this.#controller?.resume();
  }
  pause(): void {
    this.#controller?.pause();
  }
  resume(): void {
    this.#controller?.resume();
  }
  cancel(reason: Error): void {
    if (this.phase === 'over') return;
    this.phase = 'over';
    this.#cancelled = reason;
    this.#sink = NOBODY;
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.reject(reason);
    this.#controller?.abort(reason);
  }

  /** Ends the exchange from our side, and tells the reader why: a deadline passed, or nobody waits any more. */
  fail(error: Error): void {
    if (this.phase === 'over') return;
    this.phase = 'over';
    this.#cancelled = error;
    this.#outcome = error;
    const waiter = this.#waiter;
    this.#waiter = null;
    const sink = this.#sink;
    this.#sink = NOBODY;
    this.#controller?.abort(error);
    if (waiter !== null) waiter.reject(error);
    else sink?.fail(error);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    if (this.#cancelled !== null) {
      controller.abort(this.#cancelled);
      return;
    }
    this.#controller = controller;
    this.phase = 'waiting';
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (statusCode < 200) return;
    this.phase = 'streaming';
    if (this.#sink === null) controller.pause();
    const waiter = this.#waiter;
    this.#waiter = null;
    waiter?.resolve({ status: statusCode, headers });
  }

  /**
   * One read of the socket brings many small HTTP chunks; they are handed on together at the end of the tick. Where reads
   * follow each other faster than anybody reads text, they are gathered for a moment: half of a relay's processor time is
   * the write to the client, and a burst then costs one instead of dozens. A stream of 50 tokens a second, and the first
   * bytes and the end of any, are never held back.
   */
  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.received += chunk.length;
    this.#gathered.push(chunk);
    this.#gatheredBytes += chunk.length;
    if (this.#gatheredBytes > GATHER_BYTES) this.#flush();
    else if (this.#gathered.length === 1) this.#schedule();
  }

  #schedule(): void {
    const now = this.#clock.monotonic();
    const burst = now - this.#lastAt < BURST_GAP_MS;
    this.#lastAt = now;
    if (burst) this.#cancelTimer = this.#clock.after(GATHER_MS, this.#flush);
    else process.nextTick(this.#flush);
  }

  readonly #flush = (): void => {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const [only] = this.#gathered;
    if (only === undefined) return;
    const chunk = this.#gathered.length === 1 ? only : Buffer.concat(this.#gathered, this.#gatheredBytes);
    this.#gathered = [];
    this.#gatheredBytes = 0;
    this.#lastAt = this.#clock.monotonic();
    this.#sink?.data(chunk, MARK.bytes);
  };

  onResponseEnd(): void {
    this.#flush();
    this.phase = 'over';
    this.#outcome = 'ended';
    const sink = this.#sink;
    if (sink !== null) this.#sink = NOBODY;
    sink?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    if (this.phase === 'over') return;
    this.#flush();
    const failed = new ExchangeError(this.phase, error);
    this.phase = 'over';
    this.#outcome = failed;
    const waiter = this.#waiter;
    this.#waiter = null;
    const sink = this.#sink;
    if (sink !== null) this.#sink = NOBODY;
    if (waiter !== null) waiter.reject(failed);
    else sink?.fail(failed);
  }
}

/** The connection, not the model server, failed. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly phase: ExchangePhase;

  constructor(phase: ExchangePhase, cause: Error) {
    super(`The connection failed while ${phase}: ${cause.message}`, { cause });
    this.phase = phase;
  }
}

/** The error a caller's signal stands for. */
export function reasonOf(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : abortError(signal);
}
