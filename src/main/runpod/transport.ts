import type { Response } from 'undici';
import { AppError } from '../../shared/errors.ts';
import { abortError, throwIfAborted, type Clock } from '../platform/clock.ts';
import type { Fetch } from '../platform/http.ts';
import { boundedText } from '../platform/bounded-text.ts';
import type { Method } from './answer-error.ts';

export interface WireRequest {
  readonly method: Method;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** May it be sent again without knowing whether the first one worked? */
  readonly repeatable: boolean;
  /** For the headers and the body together, until `endTimeLimit`. */
  readonly timeLimitMs: number;
}

/** An answer whose body is still to come: read it to its end or `close` it. */
export interface WireStream {
  readonly status: number;
  readonly headers: Response['headers'];
  /** Bytes as they come. @throws AppError runpod_unreachable when the connection breaks, AbortError */
  chunks(): AsyncGenerator<Uint8Array, void>;
  /** Reads all of it as text. @throws AppError runpod_bad_answer past 32 MB, and as `chunks` */
  text(): Promise<string>;
  /** Harmless twice, and after reading. */
  close(): void;
  /** From here on silence is allowed. */
  endTimeLimit(): void;
}

/** Billing lists of a big account are a few MB; nothing honest is larger. */
const LARGEST_BODY_BYTES = 32 * 1024 * 1024;

/**
 * One attempt over the network: time limit on the injected clock, abort in every phase, bounded bodies, no redirects
 * (they would carry a key away). Statuses are not judged here.
 */
export class Transport {
  readonly #fetch: Fetch;
  readonly #clock: Clock;

  constructor(fetch: Fetch, clock: Clock) {
    this.#fetch = fetch;
    this.#clock = clock;
  }

  /**
   * Sends; resolves with the headers.
   * @throws AppError runpod_unreachable (details.mayHaveHappened where it matters); AbortError
   */
  async open(request: WireRequest, signal: AbortSignal): Promise<WireStream> {
    throwIfAborted(signal);
    const attempt = new Attempt(this.#clock, request, signal);
    try {
      const response = await this.#fetch(request.url, {
        method: request.method,
        headers: { ...request.headers },
        redirect: 'manual',
        signal: attempt.signal,
        ...(request.body === undefined ? {} : { body: request.body }),
      });
      return new OpenAnswer(response, attempt);
    } catch (error) {
      attempt.end();
      throw attempt.explain(error);
    }
  }
}

/** Ties one attempt to the caller's signal and to its time limit, and says afterwards why it failed. */
class Attempt {
  readonly #controller = new AbortController();
  readonly #request: WireRequest;
  readonly #caller: AbortSignal;
  readonly #endTimer: () => void;
  readonly #onAbort = (): void => this.#controller.abort(abortError(this.#caller));
  #timedOut = false;

  constructor(clock: Clock, request: WireRequest, caller: AbortSignal) {
    this.#request = request;
    this.#caller = caller;
    caller.addEventListener('abort', this.#onAbort, { once: true });
    this.#endTimer = clock.after(request.timeLimitMs, () => {
      this.#timedOut = true;
      this.#controller.abort();
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  endTimeLimit(): void {
    this.#endTimer();
  }

  end(): void {
    this.#endTimer();
    this.#caller.removeEventListener('abort', this.#onAbort);
  }

  explain(error: unknown): Error {
    if (error instanceof AppError) return error;
    if (this.#caller.aborted) return abortError(this.#caller);
    const seconds = this.#request.timeLimitMs / 1000;
    const reason = this.#timedOut ? `no answer within ${seconds} s` : networkReason(error);
    const lost = this.#timedOut || !failedToConnect(error);
    return new AppError(
      'runpod_unreachable',
      `RunPod could not be reached at ${new URL(this.#request.url).host}: ${reason}.`,
      {
        cause: error,
        details: {
          reason,
          ...(this.#request.repeatable ? {} : { mayHaveHappened: lost }),
        },
      },
    );
  }
}

class OpenAnswer implements WireStream {
  readonly status: number;
  readonly headers: Response['headers'];
  readonly #response: Response;
  readonly #attempt: Attempt;
  #read = false;

  constructor(response: Response, attempt: Attempt) {
    this.status = response.status;
    this.headers = response.headers;
    this.#response = response;
    this.#attempt = attempt;
  }

  endTimeLimit(): void {
    this.#attempt.endTimeLimit();
  }

  async *chunks(): AsyncGenerator<Uint8Array, void> {
    this.#read = true;
    try {
      for await (const chunk of this.#response.body ?? []) {
        if (!(chunk instanceof Uint8Array)) throw new TypeError('A body part is not bytes');
        yield chunk;
      }
    } catch (error) {
      throw this.#attempt.explain(error);
    } finally {
      this.#attempt.end();
    }
  }

  text(): Promise<string> {
    return boundedText(
      this.chunks(),
      LARGEST_BODY_BYTES,
      () => new AppError('runpod_bad_answer', 'RunPod answered with more than 32 MB.'),
    );
  }

  close(): void {
    this.#attempt.end();
    // A body nobody reads would hold its connection; a body being read is ended by its reader.
    if (!this.#read) void this.#response.body?.cancel().catch(() => undefined);
    this.#read = true;
  }
}

/**
 * True when the failure came before a byte of the request left this machine. Told by the step that failed, not by the
 * error's code: "host unreachable" may also end a connection that carried the request.
 */
function failedToConnect(error: unknown): boolean {
  return causes(error).some(
    (inner) =>
      inner instanceof AggregateError || // Every address of the host was tried.
      ['connect', 'getaddrinfo'].includes(String(Reflect.get(inner, 'syscall'))) ||
      Reflect.get(inner, 'code') === 'UND_ERR_CONNECT_TIMEOUT',
  );
}

/** The system's code of the innermost cause, or the kind of error: messages may quote headers. */
function networkReason(error: unknown): string {
  const reasons = causes(error).map((inner) => {
    const code: unknown = Reflect.get(inner, 'code');
    return typeof code === 'string' ? code : inner.name;
  });
  return reasons.at(-1) ?? 'unknown error';
}

function causes(error: unknown): Error[] {
  const found: Error[] = [];
  for (let inner = error; inner instanceof Error && found.length < 5; inner = inner.cause) found.push(inner);
  return found;
}
