import { AppError } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Fetch } from '../platform/http.ts';
import type { Random } from '../platform/random.ts';
import { errorFromAnswer, type Method } from './answer-error.ts';
import type { RateState } from './api.ts';
import { checkApiUrl } from './api-url.ts';
import { ClockOffset, type Departure } from './clock-offset.ts';
import { pageShape, type Shape } from './decode.ts';
import type { paths } from './generated/openapi.ts';
import { checkKeyText } from './key-text.ts';
import { secretsIn } from './problem.ts';
import { RateGate } from './rate-gate.ts';
import { parseRateHeaders, parseRetryAfter } from './rate-headers.ts';
import { fillPath, queryString, type Query } from './request-url.ts';
import { withRetries } from './retry.ts';
import { Transport, type WireRequest, type WireStream } from './transport.ts';

export interface RestOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Asked before every attempt, so that a changed key counts at once; null = none is set. */
  readonly apiKey: () => Promise<string | null>;
  /** REST v2 with its `/v2`. */
  readonly apiUrl: string;
  readonly userAgent: string;
}

export interface Call {
  readonly method: Method;
  readonly path: keyof paths;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Query;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly timeLimitMs?: number;
}

const TIME_LIMIT_MS = 30_000;
const MOST_PAGES = 100;

/** REST v2 as a typed call: key, time limits, retries, rate limits, pages and error meanings live here. */
export class Rest {
  readonly #options: RestOptions;
  readonly #transport: Transport;
  readonly #gate: RateGate;
  readonly #offset: ClockOffset;
  readonly #base: string;

  constructor(options: RestOptions) {
    this.#options = options;
    this.#transport = new Transport(options.fetch, options.clock);
    this.#gate = new RateGate(options.clock);
    this.#offset = new ClockOffset(options.clock);
    this.#base = checkApiUrl(options.apiUrl, 'RUNPOD_API_URL');
  }

  rates(): RateState {
    return this.#gate.rates();
  }

  clockOffsetMs(): number {
    return this.#offset.ms;
  }

  /** Sends and decodes. @throws AppError as RunPodApi says; AbortError */
  async call<T>(call: Call, shape: Shape<T>, signal: AbortSignal): Promise<T> {
    return this.#send(call, 'application/json', signal, async (stream) =>
      shape.decode(await stream.text(), {
        route: routeOf(call),
        requestId: requestIdOf(stream),
        repeatable: isRepeatable(call),
      }),
    );
  }

  /** Sends where no answer body is expected (204). */
  async run(call: Call, signal: AbortSignal): Promise<void> {
    await this.#send(call, 'application/json', signal, (stream) => stream.text());
  }

  /** A whole list, however many pages RunPod cuts it into; each id once. */
  async list<T extends { readonly id: string }>(
    call: Omit<Call, 'method'>,
    key: string,
    item: Shape<T>,
    signal: AbortSignal,
  ): Promise<T[]> {
    const shape = pageShape(key, item);
    const found = new Map<string, T>();
    const cursors = new Set<string>();
    let query = call.query;
    for (;;) {
      const page = await this.call({ ...call, method: 'GET', ...(query && { query }) }, shape, signal);
      for (const entry of page.items) if (!found.has(entry.id)) found.set(entry.id, entry);
      const cursor = page.nextCursor;
      if (cursor === null) return Array.from(found.values());
      if (cursors.has(cursor) || cursors.size >= MOST_PAGES) {
        throw new AppError('runpod_bad_answer', `RunPod's pages of ${call.path} do not end.`);
      }
      cursors.add(cursor);
      query = { ...call.query, cursor };
    }
  }

  /** Opens an event stream; the caller closes it. */
  async open(call: Call, signal: AbortSignal): Promise<WireStream> {
    return this.#send(call, 'text/event-stream', signal, (stream) => {
      const type = stream.headers.get('content-type') ?? '';
      if (!type.startsWith('text/event-stream')) {
        throw new AppError('runpod_bad_answer', `RunPod's answer to ${routeOf(call)} is no event stream.`);
      }
      stream.endTimeLimit();
      return Promise.resolve(stream);
    });
  }

  /** One request with retries; `use` gets a successful answer. */
  #send<T>(
    call: Call,
    accept: string,
    signal: AbortSignal,
    use: (stream: WireStream) => Promise<T>,
  ): Promise<T> {
    const { clock, log, apiKey } = this.#options;
    const route = routeOf(call);
    return withRetries(this.#options, { route, repeatable: isRepeatable(call) }, signal, async () => {
      if (call.method === 'GET') await this.#gate.enterRead(signal);
      const key = checkKeyText(await apiKey());
      const left = this.#offset.leaves();
      const stream = await this.#transport.open(this.#request(call, key, accept), signal);
      try {
        const { status } = stream;
        this.#learn(stream, left);
        log.debug(
          { route, status, requestId: requestIdOf(stream), ms: clock.monotonic() - left.monotonic },
          'runpod answered',
        );
        if (status >= 200 && status < 300) return await use(stream);
        throw this.#failed(call, key, stream, await stream.text());
      } catch (error) {
        stream.close();
        throw error;
      }
    });
  }

  #failed(call: Call, key: string, stream: WireStream, body: string): AppError {
    const { method, path } = call;
    const cloudNow = this.#options.clock.now() + this.#offset.ms;
    const retryAfterSeconds = parseRetryAfter(stream.headers.get('retry-after'), cloudNow);
    const limited = stream.status === 429;
    const error = errorFromAnswer(
      { method, route: path, repeatable: isRepeatable(call), secrets: [...secretsIn(call.body), key] },
      {
        status: stream.status,
        body,
        requestId: requestIdOf(stream),
        retryAfterSeconds: retryAfterSeconds ?? (limited ? this.#gate.exhaustedForSeconds() : undefined),
      },
    );
    if (limited) this.#gate.block(error.retryAfterSeconds ?? 1);
    return error;
  }

  #learn({ headers }: WireStream, left: Departure): void {
    this.#offset.learn(headers.get('date'), left);
    this.#gate.learn(parseRateHeaders(headers.get('ratelimit'), headers.get('ratelimit-policy')));
  }

  #request(call: Call, key: string, accept: string): WireRequest {
    return {
      method: call.method,
      url:
        this.#base +
        fillPath(call.path.slice('/v2'.length), call.params ?? {}) +
        queryString(call.query ?? {}),
      headers: {
        accept,
        authorization: `Bearer ${key}`,
        'user-agent': this.#options.userAgent,
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...call.headers,
      },
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      repeatable: isRepeatable(call),
      timeLimitMs: call.timeLimitMs ?? TIME_LIMIT_MS,
    };
  }
}

function routeOf({ method, path }: Call): string {
  return `${method} ${path}`;
}

function isRepeatable({ method }: Call): boolean {
  return method === 'GET' || method === 'DELETE';
}

function requestIdOf({ headers }: WireStream): string | undefined {
  return headers.get('x-request-id') ?? undefined;
}
