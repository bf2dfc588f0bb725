import type { Dispatcher } from 'undici';
import { z } from 'zod';
import { AppError } from '../../../shared/errors.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { QueuePlane, Upstream } from '../../target.ts';
import { parseObject } from '../json.ts';
import { accountError, connectionError, retryAfter, upstreamError } from '../upstream/errors.ts';
import { Exchange, ExchangeError, reasonOf } from '../upstream/exchange.ts';
import { ask, type Question, type Told } from './ask.ts';
import { readLook, type Look } from './job-news.ts';

export interface InvokeParts {
  readonly dispatcher: Dispatcher;
  readonly clock: Clock;
  readonly log: Log;
  readonly userAgent: string;
}

/** What outlives the request it was for: jobs are withdrawn after their client left. */
export interface Errands {
  add(errand: Promise<void>): void;
}

const SUBMIT_MS = 60_000;
/** Longer than the second or so that /stream may hold its answer back. */
const LOOK_MS = 30_000;
const CANCEL_MS = 10_000;
const CANCEL_TRIES = 5;
const LONGEST_CANCEL_WAIT_MS = 30_000;

const createdSchema = z.looseObject({ id: z.string().min(1) });

/** The job side of one QUEUE endpoint (FACTS 3.2): submit, look, withdraw. Uses the endpoint's own headers alone. */
export class InvokePlane {
  readonly #parts: InvokeParts;
  readonly #base: string;
  readonly #headers: readonly string[];
  readonly #name: string;

  constructor(parts: InvokeParts, upstream: Upstream, queue: QueuePlane, targetName: string) {
    this.#parts = parts;
    this.#base = queue.invokeUrl;
    this.#name = targetName;
    const type = ['content-type', 'application/json', 'accept-encoding', 'identity'];
    this.#headers = [...Object.entries(upstream.headers).flat(), ...type, 'user-agent', parts.userAgent];
  }

  /**
   * Submits a job and resolves with its id. A client that leaves once the job is on its way is let go at once; the job is
   * withdrawn when its id is known.
   * @throws AppError upstream_timeout when the job may exist and its id is lost; upstreamError's when it was refused
   */
  async submit(body: Buffer, requestId: string, signal: AbortSignal, errands: Errands): Promise<string> {
    if (signal.aborted) throw reasonOf(signal);
    const exchange = new Exchange(this.#parts.clock);
    const question = {
      ...this.#question('POST', 'run', body, SUBMIT_MS),
      headers: [...this.#headers, 'x-request-id', requestId],
    };
    const created = ask(exchange, this.#parts, question).then(
      (told) => this.#idIn(told),
      (error: unknown) => {
        throw this.#submitError(error);
      },
    );
    return untilLeft(created, signal, () => {
      if (exchange.phase === 'connecting') exchange.fail(reasonOf(signal));
      errands.add(
        created.then(
          (id) => this.cancel(id),
          () => {}, // Nothing was created, or nothing that could be named.
        ),
      );
    });
  }

  /** Takes what is new of a job's output; what a lost answer held is not given again. */
  stream(job: string, signal: AbortSignal): Promise<Look> {
    return this.#look(`stream/${encodeURIComponent(job)}`, signal);
  }

  /** A job's state and, once completed, its whole output. */
  status(job: string, signal: AbortSignal): Promise<Look> {
    return this.#look(`status/${encodeURIComponent(job)}`, signal);
  }

  /** Withdraws a job: out of the queue, or off its worker. Never throws; what cannot be withdrawn is logged. */
  async cancel(job: string): Promise<void> {
    const { clock, log } = this.#parts;
    const question = this.#question(
      'POST',
      `cancel/${encodeURIComponent(job)}`,
      Buffer.from('{}'),
      CANCEL_MS,
    );
    for (let attempt = 1; attempt <= CANCEL_TRIES; attempt++) {
      let waitMs = 1000 * 2 ** (attempt - 1);
      try {
        const { status, headers } = await ask(new Exchange(clock), this.#parts, question);
        // 404 = it is over and forgotten already.
        if (status === 200 || status === 404) return;
        waitMs = (retryAfter(headers) ?? waitMs / 1000) * 1000;
      } catch (error) {
        log.debug({ err: error, jobId: job, target: this.#name }, 'withdrawing a job failed');
      }
      if (attempt < CANCEL_TRIES) await clock.sleep(Math.min(waitMs, LONGEST_CANCEL_WAIT_MS));
    }
    log.warn(
      { jobId: job, target: this.#name },
      'a job could not be withdrawn: it may run, and bill, until its time limit',
    );
  }

  async #look(path: string, signal: AbortSignal): Promise<Look> {
    if (signal.aborted) throw reasonOf(signal);
    const exchange = new Exchange(this.#parts.clock);
    const leave = (): void => exchange.fail(reasonOf(signal));
    signal.addEventListener('abort', leave, { once: true });
    try {
      return readLook(await ask(exchange, this.#parts, this.#question('GET', path, null, LOOK_MS)));
    } catch (error) {
      if (signal.aborted) throw reasonOf(signal);
      this.#parts.log.debug({ err: error, target: this.#name }, 'looking at a job failed');
      return { kind: 'lost' };
    } finally {
      signal.removeEventListener('abort', leave);
    }
  }

  #question(method: Question['method'], path: string, body: Buffer | null, mostMs: number): Question {
    return { method, url: new URL(`${this.#base}/${path}`), headers: this.#headers, body, mostMs };
  }

  #idIn(told: Told): string {
    const { status, headers, body } = told;
    const created = createdSchema.safeParse(parseObject(body));
    if (status === 200 && created.success) return created.data.id;
    // 4xx refuses; whatever else came instead of an id may have come after the job was made.
    if (status >= 400 && status < 500) throw this.#refused(told);
    throw this.#lost(new Error(`status ${status} without a job id`, { cause: { headers } }));
  }

  #refused({ status, headers, body }: Told): AppError {
    // An endpoint that is gone has no job of ours, so asking again is safe, and its target looks for itself.
    if (status === 404) {
      return new AppError('upstream_unreachable', `RunPod does not know the endpoint of ${this.#name}.`, {
        retryAfterSeconds: 5,
        details: { status, unreached: true },
      });
    }
    return (
      accountError(status, this.#name) ?? upstreamError({ status, headers, body, targetName: this.#name })
    );
  }

  #submitError(error: unknown): AppError {
    if (error instanceof AppError) return error;
    const sent = error instanceof ExchangeError && error.phase !== 'connecting';
    return sent ? this.#lost(error) : connectionError(error, this.#name);
  }

  /** RunPod has no way to find a job by anything but its id, so it is not sent again (RunPod traps 6 and 13). */
  #lost(cause: unknown): AppError {
    return new AppError(
      'upstream_timeout',
      `RunPod's answer was lost when ${this.#name} was given this request: it may run once, and be billed.`,
      {
        cause,
        details: { paid: true },
        advice: 'It was not sent again. Send it again if you need the answer.',
      },
    );
  }
}

/** The work's outcome, or the client's leaving, whichever comes first; `left` is called for the latter alone. */
function untilLeft<T>(work: Promise<T>, signal: AbortSignal, left: () => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const leave = (): void => {
      reject(reasonOf(signal));
      left();
    };
    const done = (): void => signal.removeEventListener('abort', leave);
    signal.addEventListener('abort', leave, { once: true });
    work.then(resolve, reject).finally(done);
  });
}
