import { AppError } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Fetch } from '../platform/http.ts';
import type { Random } from '../platform/random.ts';
import { errorFromAnswer, type Asked, type Method } from './answer-error.ts';
import type { RateState } from './api.ts';
import { checkApiUrl } from './api-url.ts';
import { ClockOffset } from './clock-offset.ts';
import { pageShape, type Shape } from './decode.ts';
import type { paths } from './generated/openapi.ts';
import { checkKeyText } from './key-text.ts';
import { secretsIn } from './problem.ts';
import { RateGate } from './rate-gate.ts';
import { parseRateHeaders, parseRetryAfter } from './rate-headers.ts';
import { fillPath, queryString, type Query } from './request-url.ts';
import { retryDelayMs } from './retry.ts';
import { Transport, type WireAnswer, type WireRequest, type WireStream } from './transport.ts';

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
    this.#base = checkApiUrl(options.apiUrl);
  }

  rates(): RateState {
    return this.#gate.rates();
  }

  clockOffsetMs(): number {
    return this.#offset.ms;
  }

  /** Sends and decodes. @throws AppError as RunPodApi says; AbortError */
  async call<T>(call: Call, shape: Shape<T>, signal: AbortSignal): Promise<T> {
    const answer = await this.#send(call, signal);
    return shape.decode(answer.body, {
      route: `${call.method} ${call.path}`,
      requestId: requestIdOf(answer),
      write: call.method !== 'GET',
    });
  }

  /** Sends where no answer body is expected (204). */
  async run(call: Call, signal: AbortSignal): Promise<void> {
    await this.#send(call, signal);
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
    const asked: Asked = { method: call.method, route: call.path, secrets: [] };
    return this.#repeat(asked, signal, async (key) => {
      const request = this.#request(call, key, 'text/event-stream');
      const sentAt = this.#options.clock.now();
      const stream = await this.#transport.stream(request, signal);
      this.#learn(stream, sentAt);
      if (stream.status === 200) return stream;
      try {
        throw this.#failed({ ...asked, secrets: [key] }, stream, await stream.text());
      } finally {
        stream.close();
      }
    });
  }

  async #send(call: Call, signal: AbortSignal): Promise<WireAnswer> {
    const asked: Asked = { method: call.method, route: call.path, secrets: secretsIn(call.body) };
    return this.#repeat(asked, signal, async (key) => {
      const request = this.#request(call, key, 'application/json');
      const sentAt = this.#options.clock.now();
      const answer = await this.#transport.exchange(request, signal);
      this.#learn(answer, sentAt);
      if (answer.status >= 200 && answer.status < 300) return answer;
      throw this.#failed({ ...asked, secrets: [...asked.secrets, key] }, answer, answer.body);
    });
  }

  async #repeat<T>(asked: Asked, signal: AbortSignal, attempt: (key: string) => Promise<T>): Promise<T> {
    const { clock, log, random } = this.#options;
    const route = `${asked.method} ${asked.route}`;
    for (let tries = 1; ; tries++) {
      if (asked.method === 'GET') await this.#gate.enterRead(signal);
      const startedAt = clock.monotonic();
      try {
        const result = await attempt(await this.#key());
        log.debug({ route, ms: Math.round(clock.monotonic() - startedAt), tries }, 'runpod answered');
        return result;
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        const repeatable = asked.method === 'GET' || asked.method === 'DELETE';
        const waitMs = retryDelayMs({ repeatable, tries, error }, random);
        const facts = { route, code: error.code, requestId: error.requestId, tries };
        log.debug({ ...facts, waitMs }, waitMs === null ? 'runpod call failed' : 'runpod call is repeated');
        if (waitMs === null) throw error;
        await clock.sleep(waitMs, signal);
      }
    }
  }

  #failed(asked: Asked, answer: Pick<WireAnswer, 'status' | 'headers'>, body: string): AppError {
    const error = errorFromAnswer(asked, {
      status: answer.status,
      body,
      requestId: requestIdOf(answer),
      retryAfterSeconds: parseRetryAfter(answer.headers.get('retry-after'), this.#cloudNow()),
    });
    if (error.code === 'runpod_rate_limited') this.#gate.block(error.retryAfterSeconds ?? 1);
    return error;
  }

  #learn({ headers }: Pick<WireAnswer, 'headers'>, sentAt: number): void {
    this.#offset.learn(headers.get('date'), sentAt);
    this.#gate.learn(parseRateHeaders(headers.get('ratelimit'), headers.get('ratelimit-policy')));
  }

  #cloudNow(): number {
    return this.#options.clock.now() + this.#offset.ms;
  }

  async #key(): Promise<string> {
    return checkKeyText(await this.#options.apiKey());
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
      timeLimitMs: call.timeLimitMs ?? TIME_LIMIT_MS,
    };
  }
}

function requestIdOf({ headers }: Pick<WireAnswer, 'headers'>): string | undefined {
  return headers.get('x-request-id') ?? undefined;
}
