import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Upstream } from '../../target.ts';
import { EVENTS_TYPE, type Call, type Handle, type Reply } from '../call.ts';
import { answerEvents } from '../events/answer-events.ts';
import { collect, Settling, Through, type Flow } from '../flow.ts';
import { editJson } from '../json-edit.ts';
import { Prefetched } from '../prefetched.ts';
import type { Ticker } from '../ticker.ts';
import { DeadlineWatch, type Deadlines } from './deadlines.ts';
import { decoded } from './decode.ts';
import { connectionError, upstreamError } from './errors.ts';
import { Exchange, reasonOf, type Head } from './exchange.ts';
import { returnableHeaders } from './headers.ts';
import { jsonAnswer } from './json-answer.ts';

export interface ForwardOptions {
  readonly dispatcher: Dispatcher;
  readonly ticker: Ticker;
  readonly clock: Clock;
  readonly deadlines: () => Deadlines;
  readonly userAgent: string;
}

const FAILURE_BYTES = 64 * 1024;

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
      const body = new Settling(new Watched(exchange, watch, call.target.name), release);
      return await replyFor(call, upstream, head, body, options.clock);
    } catch (error) {
      release();
      exchange.cancel(error instanceof Error ? error : new Error('failed'));
      throw connectionError(error, call.target.name);
    }
  };
}

/** Tells the deadline watch when it is the client that holds the answer back, and explains broken connections. */
class Watched extends Through {
  readonly #watch: DeadlineWatch;
  readonly #targetName: string;

  constructor(exchange: Exchange, watch: DeadlineWatch, targetName: string) {
    super(exchange);
    this.#watch = watch;
    this.#targetName = targetName;
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
    super.fail(connectionError(error, this.#targetName));
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

/** The bytes that came, with `model` as the server knows it. */
function bodyFor(call: Call, upstream: Upstream): Buffer {
  if (call.json['model'] === upstream.servedModel) return call.body;
  return editJson(call.body, [{ path: ['model'], value: JSON.stringify(upstream.servedModel) }]);
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

async function replyFor(
  call: Call,
  upstream: Upstream,
  head: Head,
  body: Flow,
  clock: Clock,
): Promise<Reply> {
  const plain = decoded(body, head.headers['content-encoding']);
  if (head.status < 200 || head.status >= 300) throw await failureOf(call, head, plain);
  call.trace.servedModel = upstream.servedModel;
  const headers = returnableHeaders(head.headers);
  const type = contentType(head.headers);
  if (type === 'text/html') {
    throw upstreamError({ status: 502, headers: head.headers, body: '', targetName: call.target.name });
  }
  if (type === 'application/json') return jsonAnswer(call, plain, headers, head.status);
  const events = sendsEvents(call, type);
  const flow = new Prefetched(events ? answerEvents(call, plain, clock) : plain);
  await flow.first();
  return {
    status: head.status,
    headers: events ? { ...headers, 'content-type': EVENTS_TYPE } : headers,
    body: { kind: 'flow', flow, events },
  };
}

/** Some servers stream under a wrong content type, or none. */
function sendsEvents(call: Call, type: string): boolean {
  if (call.route.dialect === 'plain') return false;
  return type === EVENTS_TYPE || (call.stream && (type === '' || type === 'text/plain'));
}

async function failureOf(call: Call, head: Head, body: Flow): Promise<AppError> {
  const bytes = await collect(body, FAILURE_BYTES, () => new Error('long failure')).catch(() =>
    Buffer.alloc(0),
  );
  return upstreamError({
    status: head.status,
    headers: head.headers,
    body: bytes.toString('utf8'),
    targetName: call.target.name,
  });
}

function contentType(headers: IncomingHttpHeaders): string {
  return (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}
