import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Call, Reply, Stage } from '../call.ts';
import { Settling } from '../flow.ts';
import { settle, take, type Taken } from '../gcra.ts';
import { numberOf } from '../json.ts';
import type { Turnstile } from '../turnstile.ts';

interface RateLimits {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly concurrent: number | null;
}

export interface LimitOptions {
  readonly clock: Clock;
  readonly turnstile: Turnstile;
  readonly modelLimits: () => RateLimits & { readonly queue: number; readonly queueSeconds: number };
}

const BYTES_PER_TOKEN = 4;
const USUAL_ANSWER_TOKENS = 512;

/** One limit that a call falls under. */
interface Subject {
  /** Key of its state; `key:` and `model:` never meet. */
  readonly id: string;
  readonly what: string;
  readonly limits: RateLimits;
}

/**
 * Requests and tokens a minute and requests at once, for each key and each model (SPEC 4.8). Tokens are reserved by size
 * and settled by what was used.
 */
export function limitRates(options: LimitOptions): Stage {
  const buckets = new Buckets(options.clock);
  return (next) => async (call) => {
    const model = options.modelLimits();
    const subjects = subjectsOf(call, model);
    if (subjects.length === 0) return next(call);
    const tokens = estimate(call);
    const headers = admit(buckets, subjects, tokens);
    const leave = await enterAll(options, subjects, call, model);
    const done = (): void => {
      leave();
      settleAll(buckets, subjects, tokens, used(call));
    };
    try {
      return untilDone(await next(call), headers, done);
    } catch (error) {
      done();
      throw error;
    }
  };
}

function subjectsOf(call: Call, model: RateLimits): readonly Subject[] {
  const all: readonly Subject[] = [
    { id: `key:${call.key.id}`, what: `key "${call.key.name}"`, limits: call.key.limits },
    { id: `model:${call.model}`, what: `model "${call.model}"`, limits: model },
  ];
  return all.filter(
    ({ limits }) =>
      limits.requestsPerMinute !== null || limits.tokensPerMinute !== null || limits.concurrent !== null,
  );
}

/** Takes from every limit or from none; the headers tell of the scarcest. */
function admit(buckets: Buckets, subjects: readonly Subject[], tokens: number): Record<string, string> {
  const taken: {
    readonly id: string;
    readonly limit: number;
    readonly kind: string;
    readonly result: Taken;
  }[] = [];
  for (const { id, what, limits } of subjects) {
    const wanted = [
      { kind: 'requests', limit: limits.requestsPerMinute, cost: 1 },
      { kind: 'tokens', limit: limits.tokensPerMinute, cost: tokens },
    ];
    for (const { kind, limit, cost } of wanted) {
      if (limit === null) continue;
      const result = buckets.peek(`${id}:${kind}`, cost, limit);
      if (!result.ok) throw refused(what, kind, limit, result);
      taken.push({ id: `${id}:${kind}`, limit, kind, result });
    }
  }
  const headers: Record<string, string> = {};
  for (const { id, limit, kind, result } of taken) {
    buckets.keep(id, result.tat);
    const before = headers[`x-ratelimit-remaining-${kind}`];
    if (before !== undefined && Number(before) <= result.remaining) continue;
    headers[`x-ratelimit-limit-${kind}`] = String(limit);
    headers[`x-ratelimit-remaining-${kind}`] = String(result.remaining);
    headers[`x-ratelimit-reset-${kind}`] = `${(result.resetMs / 1000).toFixed(3)}s`;
  }
  return headers;
}

function refused(what: string, kind: string, limit: number, result: Taken): AppError {
  return new AppError('rate_limited', `The limit of ${limit} ${kind} a minute for ${what} is reached.`, {
    retryAfterSeconds: Math.max(1, Math.ceil(result.waitMs / 1000)),
  });
}

async function enterAll(
  options: LimitOptions,
  subjects: readonly Subject[],
  call: Call,
  queue: { readonly queue: number; readonly queueSeconds: number },
): Promise<() => void> {
  const leaves: (() => void)[] = [];
  const startedAt = options.clock.monotonic();
  const leave = (): void => {
    for (const one of leaves.splice(0).reverse()) one();
  };
  try {
    for (const { id, limits } of subjects) {
      if (limits.concurrent === null) continue;
      const turn = { concurrent: limits.concurrent, queue: queue.queue, queueMs: queue.queueSeconds * 1000 };
      leaves.push(await options.turnstile.enter(id, turn, call.signal));
    }
  } catch (error) {
    leave();
    throw error;
  }
  if (leaves.length > 0) call.trace.queuedMs = options.clock.monotonic() - startedAt;
  return leave;
}

function untilDone(reply: Reply, headers: Record<string, string>, done: () => void): Reply {
  const told = { ...reply, headers: { ...reply.headers, ...headers } };
  if (reply.body.kind === 'bytes') {
    done();
    return told;
  }
  return { ...told, body: { ...reply.body, flow: new Settling(reply.body.flow, done) } };
}

function settleAll(buckets: Buckets, subjects: readonly Subject[], reserved: number, actual: number): void {
  for (const { id, limits } of subjects) {
    if (limits.tokensPerMinute !== null)
      buckets.settle(`${id}:tokens`, reserved, actual, limits.tokensPerMinute);
  }
}

function estimate(call: Call): number {
  const asked = numberOf(call.json['max_tokens']) ?? numberOf(call.json['max_completion_tokens']);
  return Math.ceil(call.body.length / BYTES_PER_TOKEN) + (asked ?? USUAL_ANSWER_TOKENS);
}

/** What the model server worked for this call: nothing for a hit or a shared answer. */
function used(call: Call): number {
  const { usage, cache, contentEvents } = call.trace;
  if (cache === 'hit' || cache === 'coalesced') return 0;
  return (usage.tokensIn ?? 0) + (usage.tokensOut ?? contentEvents);
}

/** The instants of all limits; those that are full again are forgotten. */
class Buckets {
  readonly #clock: Clock;
  readonly #tats = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }
  peek(id: string, cost: number, perMinute: number): Taken {
    return take(this.#tats.get(id) ?? 0, this.#clock.monotonic(), cost, { perMinute });
  }
  keep(id: string, tat: number): void {
    this.#tats.set(id, tat);
    if (this.#tats.size > 1000) this.#forget();
  }
  settle(id: string, reserved: number, actual: number, perMinute: number): void {
    const tat = this.#tats.get(id);
    if (tat !== undefined) this.#tats.set(id, settle(tat, reserved, actual, { perMinute }));
  }
  #forget(): void {
    const now = this.#clock.monotonic();
    for (const [id, tat] of this.#tats) {
      if (tat <= now) this.#tats.delete(id);
    }
  }
}
