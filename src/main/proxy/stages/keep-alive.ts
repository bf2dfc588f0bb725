import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { ask, type Answering, type Call, type Reply, type Stage } from '../call.ts';
import { needsUser } from '../dialects/errors.ts';
import { PADDING_VOICE, voiceFor } from '../dialects/voices.ts';
import type { Voice } from '../dialects/voice.ts';
import type { Ticker, Ticking } from '../ticker.ts';
import { LiveStream } from './live-stream.ts';

/** Real statuses are given inside this window; a stream that still waits is opened and kept alive (CLIENTS 2.2.2). */
const HOLD_MS = 2000;
/** Plain calls hold their status longer: once 200 is out, an error can only be a broken connection. */
const PLAIN_HOLD_MS = 45_000;
const PROCESSING_MS = 15_000;

/**
 * Keeps the client waiting without losing it, whatever the wait is for: a queue, a wake, a retry, a long prefill. Errors
 * inside the hold are real; later ones speak the dialect inside the open stream.
 */
export function keepAlive(ticker: Ticker, clock: Clock): Stage {
  return (next) => (call) => {
    const answering = ask(next, call);
    if (!call.stream) return hold(call, answering, ticker, PADDING_VOICE, plainHoldMs(call));
    const voice = voiceFor(call.route.dialect, {
      requestId: call.id,
      model: call.model,
      created: Math.floor(clock.now() / 1000),
    });
    return hold(call, answering, ticker, voice, HOLD_MS);
  };
}

/** Before a client's own patience ends. What may answer with anything but JSON cannot be padded, and waits silently. */
function plainHoldMs(call: Call): number {
  if (call.route.id === 'other') return Infinity;
  return Math.min(PLAIN_HOLD_MS, (call.control.patienceMs ?? Infinity) * 0.7);
}

function hold(call: Call, answering: Answering, ticker: Ticker, voice: Voice, holdMs: number): Answering {
  const newStream = (): LiveStream => new LiveStream(ticker, voice, call.trace, call.control.patienceMs);
  const spoken = (reply: Reply): Reply =>
    reply.body.kind === 'flow' && reply.body.events ? streaming(reply, newStream()) : reply;
  if (!(answering instanceof Promise)) return spoken(answering);
  return new Promise((resolve, reject) => {
    let live: LiveStream | null = null;
    const commit = (): void => {
      live = newStream();
      live.open();
      resolve(committed(live, voice, call.stream));
    };
    const wait = new Wait(ticker, call.stream ? null : call.processing, holdMs, commit);
    answering.then(
      (reply) => {
        wait.end();
        if (live === null) resolve(spoken(reply));
        else live.attach(reply.body);
      },
      (error: unknown) => {
        wait.end();
        const failure = failureOf(call, error);
        // Codex hears a status only after retries of its own, and our text in the stream at once (CLIENTS 2.4).
        if (live === null && saysItInStream(call, failure)) commit();
        if (live === null) reject(failure);
        else live.fail(failure);
      },
    );
  });
}

/** What ended the wait: the app closing or a deadline says more than the abort it caused. */
function failureOf(call: Call, error: unknown): Error {
  const reason: unknown = call.signal.reason;
  if (reason instanceof AppError) return reason;
  return error instanceof Error ? error : new Error('failed', { cause: error });
}

function saysItInStream(call: Call, failure: Error): boolean {
  return (
    call.stream && call.route.dialect === 'responses' && failure instanceof AppError && needsUser(failure)
  );
}

function streaming(reply: Reply, live: LiveStream): Reply {
  live.attach(reply.body);
  return { ...reply, body: { kind: 'flow', flow: live, events: true } };
}

/** A reply given before there is an answer. */
function committed(live: LiveStream, voice: Voice, events: boolean): Reply {
  return {
    status: 200,
    headers: { 'content-type': voice.contentType },
    body: { kind: 'flow', flow: live, events },
  };
}

/** Counts the hold; clients that bear HTTP 102 get it instead, which gives nothing away. */
class Wait implements Ticking {
  readonly #ticker: Ticker;
  readonly #processing: (() => void) | null;
  readonly #holdMs: number;
  readonly #commit: () => void;
  readonly #startedAt: number;
  #lastAt: number;

  constructor(ticker: Ticker, processing: (() => void) | null, holdMs: number, commit: () => void) {
    this.#ticker = ticker;
    this.#processing = processing;
    this.#holdMs = holdMs;
    this.#commit = commit;
    ticker.add(this);
    this.#startedAt = ticker.now;
    this.#lastAt = ticker.now;
  }

  tick(now: number): void {
    if (this.#processing !== null) {
      if (now - this.#lastAt < PROCESSING_MS) return;
      this.#lastAt = now;
      this.#processing();
      return;
    }
    if (now - this.#startedAt < this.#holdMs) return;
    this.end();
    this.#commit();
  }

  end(): void {
    this.#ticker.delete(this);
  }
}
