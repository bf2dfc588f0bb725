import type { Dispatcher } from 'undici';
import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Upstream } from '../../target.ts';
import type { Call, Handle } from '../call.ts';
import { Settling, Through } from '../flow.ts';
import type { Ticker } from '../ticker.ts';
import { DeadlineWatch, type Deadlines } from './deadlines.ts';
import { bodyFor } from './body-for.ts';
import { connectionError, cutAtLimit } from './errors.ts';
import { Exchange, reasonOf } from './exchange.ts';
import { replyFor } from './reply-for.ts';

export interface ForwardOptions {
  readonly dispatcher: Dispatcher;
  readonly ticker: Ticker;
  readonly clock: Clock;
  readonly deadlines: () => Deadlines;
  readonly userAgent: string;
}

/**
 * The innermost handle: one request to the call's upstream, its answer as a reply. Resolves once the first piece of
 * the body is there, so that everything before can still be repeated elsewhere.
 * @throws AppError upstream_unreachable, upstream_failed, upstream_timeout, upstream_rejected, context_length_exceeded,
 *   rate_limited, upstream_overloaded, client_closed
 */
export function forward(options: ForwardOptions): Handle {
  return async (call) => {
    const upstream = call.upstream;
    if (upstream === null)
      throw new AppError('internal', 'A call was forwarded before its target was awake.');
    if (call.signal.aborted) throw connectionError(reasonOf(call.signal), call.target.name);
    call.trace.attempts++;
    const exchange = new Exchange(options.clock);
    const began = options.clock.monotonic();
    const explain = (error: unknown): AppError =>
      cutAtLimit(connectionError(error, call.target.name), {
        targetName: call.target.name,
        longestCallMs: upstream.longestCallMs,
        tookMs: options.clock.monotonic() - began,
      });
    const leave = (): void => exchange.fail(reasonOf(call.signal));
    const watch = new DeadlineWatch(
      exchange,
      options.deadlines(),
      options.ticker,
      call.target.name,
      (error) => {
        exchange.fail(error);
      },
    );
    const release = (): void => {
      watch.end();
      call.signal.removeEventListener('abort', leave);
    };
    call.signal.addEventListener('abort', leave, { once: true });
    try {
      const head = await exchange.send(options.dispatcher, requestFor(call, upstream, options.userAgent));
      const body = new Settling(new Watched(exchange, watch, explain), release);
      return await replyFor(call, upstream, head, body, options.clock);
    } catch (error) {
      release();
      exchange.cancel(error instanceof Error ? error : new Error('failed'));
      throw explain(error);
    }
  };
}

/** Tells the deadline watch when it is the client that holds the answer back, and explains broken connections. */
class Watched extends Through {
  readonly #watch: DeadlineWatch;
  readonly #explain: (error: unknown) => AppError;

  constructor(exchange: Exchange, watch: DeadlineWatch, explain: (error: unknown) => AppError) {
    super(exchange);
    this.#watch = watch;
    this.#explain = explain;
  }
  override pause(): void {
    this.#watch.held = true;
    super.pause();
  }
  override resume(): void {
    this.#watch.held = false;
    super.resume();
  }
  override fail(error: Error): void {
    super.fail(this.#explain(error));
  }
}

function requestFor(call: Call, upstream: Upstream, userAgent: string): Dispatcher.DispatchOptions {
  const place = placeOf(upstream);
  return {
    origin: place.origin,
    path: place.prefix + call.path,
    method: 'POST',
    headers: [...call.headers, ...place.headers, 'user-agent', userAgent, 'x-request-id', call.id],
    body: bodyFor(call, upstream),
    headersTimeout: 0,
    bodyTimeout: 0,
  };
}

interface Place {
  readonly origin: string;
  readonly prefix: string;
  readonly headers: readonly string[];
}

/** Prepared once per upstream object, not per request; targets hand out the same object until something changes. */
const places = new WeakMap<Upstream, Place>();

function placeOf(upstream: Upstream): Place {
  const known = places.get(upstream);
  if (known !== undefined) return known;
  const url = new URL(upstream.baseUrl);
  const place: Place = {
    origin: url.origin,
    prefix: url.pathname.replace(/\/+$/, ''),
    headers: [
      ...Object.entries(upstream.headers).flat(),
      'content-type',
      'application/json',
      // Compressed events would have to be unpacked to be read (trap 30).
      'accept-encoding',
      'identity',
    ],
  };
  places.set(upstream, place);
  return place;
}
