import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import { ask, type Answering, type Call, type Reply, type Stage } from '../call.ts';
import { Settling } from '../flow.ts';
import { settle, take, type Taken } from '../gcra.ts';
import { numberOf } from '../json.ts';
import { Subjects, type Bucket, type Subject } from '../rate-subjects.ts';
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

/** A subject and what limits it now. */
interface Claim {
  readonly subject: Subject;
  readonly limits: RateLimits;
}

/**
 * Requests and tokens a minute and requests at once, for each key and each model (SPEC 4.8). Tokens are reserved by size
 * and settled by what was used.
 */
export function limitRates(options: LimitOptions): Stage {
  const keys = new Subjects(options.clock, 'key');
  const models = new Subjects(options.clock, 'model');
  return (next) => (call) => {
    const model = options.modelLimits();
    const claims: Claim[] = [];
    if (isLimit(call.key.limits)) {
      claims.push({ subject: keys.of(call.key.id, call.key.name), limits: call.key.limits });
    }
    if (isLimit(model)) claims.push({ subject: models.of(call.model, call.model), limits: model });
    if (claims.length === 0) return next(call);
    const tokens = estimate(call);
    const headers = admit(claims, tokens, options.clock.monotonic());
    const enter = (leave: () => void): Answering => {
      const done = (): void => {
        leave();
        settleAll(claims, tokens, used(call));
      };
      return untilDone(ask(next, call), headers, done);
    };
    const leave = enterNow(options, claims, call);
    return leave === null ? enterAll(options, claims, call, model).then(enter) : enter(leave);
  };
}

function isLimit({ requestsPerMinute, tokensPerMinute, concurrent }: RateLimits): boolean {
  return requestsPerMinute !== null || tokensPerMinute !== null || concurrent !== null;
}

interface Taking {
  readonly bucket: Bucket;
  readonly limit: number;
  readonly result: Taken;
}

/** Takes from every limit or from none; the headers tell of the scarcest. @throws AppError rate_limited */
function admit(claims: readonly Claim[], tokens: number, now: number): Record<string, string> {
  const requestTakings: Taking[] = [];
  const tokenTakings: Taking[] = [];
  for (const { subject, limits } of claims) {
    const { requestsPerMinute, tokensPerMinute } = limits;
    if (requestsPerMinute !== null) {
      requestTakings.push(peek(subject, 'requests', 1, requestsPerMinute, now));
    }
    if (tokensPerMinute !== null) tokenTakings.push(peek(subject, 'tokens', tokens, tokensPerMinute, now));
  }
  return { ...requestHeaders(kept(requestTakings)), ...tokenHeaders(kept(tokenTakings)) };
}

function requestHeaders(taking: Taking | null): Record<string, string> {
  if (taking === null) return {};
  return {
    'x-ratelimit-limit-requests': String(taking.limit),
    'x-ratelimit-remaining-requests': String(taking.result.remaining),
    'x-ratelimit-reset-requests': resetIn(taking.result),
  };
}

function tokenHeaders(taking: Taking | null): Record<string, string> {
  if (taking === null) return {};
  return {
    'x-ratelimit-limit-tokens': String(taking.limit),
    'x-ratelimit-remaining-tokens': String(taking.result.remaining),
    'x-ratelimit-reset-tokens': resetIn(taking.result),
  };
}

function peek(
  subject: Subject,
  kind: 'requests' | 'tokens',
  cost: number,
  limit: number,
  now: number,
): Taking {
  const bucket = subject[kind];
  const result = take(bucket.tat, now, cost, { perMinute: limit });
  if (!result.ok) throw refused(subject.what, kind, limit, result);
  return { bucket, limit, result };
}

/** Makes the takings real. @returns the scarcest */
function kept(takings: readonly Taking[]): Taking | null {
  let scarcest: Taking | null = null;
  for (const taking of takings) {
    taking.bucket.tat = taking.result.tat;
    if (scarcest === null || taking.result.remaining < scarcest.result.remaining) scarcest = taking;
  }
  return scarcest;
}

function resetIn({ resetMs }: Taken): string {
  return `${(resetMs / 1000).toFixed(3)}s`;
}

function refused(what: string, kind: string, limit: number, result: Taken): AppError {
  return new AppError('rate_limited', `The limit of ${limit} ${kind} a minute for ${what} is reached.`, {
    retryAfterSeconds: Math.max(1, Math.ceil(result.waitMs / 1000)),
  });
}

/** Turns at everything at once, as it mostly goes; null = somewhere there is a queue, and nothing was taken. */
function enterNow(options: LimitOptions, claims: readonly Claim[], call: Call): (() => void) | null {
  const leaves: (() => void)[] = [];
  for (const { subject, limits } of claims) {
    if (limits.concurrent === null) continue;
    const leave = options.turnstile.tryEnter(subject.id, limits.concurrent);
    if (leave === null) {
      leaveAll(leaves);
      return null;
    }
    leaves.push(leave);
  }
  if (leaves.length > 0) call.trace.queuedMs = 0;
  return () => leaveAll(leaves);
}

/** Ends turns, last first, each once. */
function leaveAll(leaves: (() => void)[]): void {
  for (let leave = leaves.pop(); leave !== undefined; leave = leaves.pop()) leave();
}

async function enterAll(
  options: LimitOptions,
  claims: readonly Claim[],
  call: Call,
  queue: { readonly queue: number; readonly queueSeconds: number },
): Promise<() => void> {
  const leaves: (() => void)[] = [];
  const startedAt = options.clock.monotonic();
  try {
    for (const { subject, limits } of claims) {
      if (limits.concurrent === null) continue;
      const turn = { concurrent: limits.concurrent, queue: queue.queue, queueMs: queue.queueSeconds * 1000 };
      leaves.push(await options.turnstile.enter(subject.id, turn, call.signal));
    }
  } catch (error) {
    leaveAll(leaves);
    throw error;
  }
  call.trace.queuedMs = options.clock.monotonic() - startedAt;
  return () => leaveAll(leaves);
}

function untilDone(answering: Answering, headers: Record<string, string>, done: () => void): Answering {
  return answering instanceof Promise ? later(answering, headers, done) : told(answering, headers, done);
}

async function later(
  answering: Promise<Reply>,
  headers: Record<string, string>,
  done: () => void,
): Promise<Reply> {
  try {
    return told(await answering, headers, done);
  } catch (error) {
    done();
    throw error;
  }
}

function told(reply: Reply, headers: Record<string, string>, done: () => void): Reply {
  const limited = { ...reply, headers: { ...reply.headers, ...headers } };
  if (reply.body.kind === 'bytes') {
    done();
    return limited;
  }
  return { ...limited, body: { ...reply.body, flow: new Settling(reply.body.flow, done) } };
}

function settleAll(claims: readonly Claim[], reserved: number, actual: number): void {
  for (const { subject, limits } of claims) {
    const perMinute = limits.tokensPerMinute;
    if (perMinute === null) continue;
    subject.tokens.tat = settle(subject.tokens.tat, reserved, actual, { perMinute });
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
