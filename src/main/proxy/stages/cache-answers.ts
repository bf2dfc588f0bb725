import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../platform/clock.ts';
import { recall, type AnswerCache, type CachedAnswer } from '../answer-cache.ts';
import { cacheKey, isDeterministic } from '../cache-key.ts';
import { onward, withHeader, type Call, type Reply, type Stage } from '../call.ts';
import { MARK, Replay, Through, type Flow, type Mark, type Piece } from '../flow.ts';

export interface CacheOptions {
  readonly clock: Clock;
  readonly cache: AnswerCache;
  readonly rules: () => {
    readonly answers: 'deterministic' | 'all' | 'off';
    readonly ttlSeconds: number;
    readonly maxEntryMb: number;
  };
}

/** Raw bodies whose canonical key is known: a repeated request is not parsed and sorted again. */
const REMEMBERED_KEYS = 2000;

/** Answers a request from what was answered before, and keeps complete successful answers (SPEC 4.6). */
export function cacheAnswers(options: CacheOptions): Stage {
  const keys = new LRUCache<string, string>({ max: REMEMBERED_KEYS });
  return (next) => (call) => {
    const rules = options.rules();
    const fingerprint = isCacheable(call, rules.answers) ? fingerprintOf(call) : null;
    const key = fingerprint === null ? null : keyOf(call, fingerprint, keys);
    if (key === null) return onward(next(call), (reply) => withOutcome(call, reply));
    const { cache, clock } = options;
    const found = call.control.noCache ? null : cache.get(key);
    if (found !== null) {
      recall(found, call.trace, clock.monotonic());
      return fromCache(found);
    }
    call.trace.cache = 'miss';
    return onward(next(call), (reply) => {
      const told = withOutcome(call, reply);
      // Woken or restarted meanwhile: what answered is not what the key speaks of.
      if (call.trace.cache !== 'miss' || fingerprintOf(call) !== fingerprint) return told;
      const ttlSeconds = call.control.cacheTtlSeconds ?? rules.ttlSeconds;
      const keep = (pieces: readonly Piece[], events: boolean): void => {
        if (call.trace.error !== null || call.trace.target?.id !== call.target.id) return;
        cache.put(key, answerOf(call, reply, pieces, events, clock.now(), ttlSeconds));
      };
      return recorded(told, keep, rules.maxEntryMb * 1_048_576);
    });
  };
}

function withOutcome(call: Call, reply: Reply): Reply {
  return withHeader(reply, 'x-cache', call.trace.cache);
}

function isCacheable(call: Call, answers: 'deterministic' | 'all' | 'off'): boolean {
  if (answers === 'off' || call.control.noStore || call.control.cacheTtlSeconds === 0) return false;
  if (call.route.id === 'count_tokens' || call.route.id === 'other') return false;
  // What the model server keeps for later is not an answer to be replayed.
  if (call.json['store'] === true || call.json['previous_response_id'] !== undefined) return false;
  return answers === 'all' || isDeterministic(call);
}

/** Unknown while a target sleeps that does not tell; then nothing is looked up and nothing kept. */
function fingerprintOf(call: Call): string | null {
  return call.target.upstream()?.fingerprint ?? call.target.fingerprint ?? null;
}

function keyOf(call: Call, fingerprint: string, keys: LRUCache<string, string>): string | null {
  const raw = `${hash('sha256', call.body, 'base64url')}${call.path}|${call.target.id}|${fingerprint}|${call.key.id}|${call.model}`;
  const known = keys.get(raw);
  if (known !== undefined) return known;
  const key = cacheKey(call, fingerprint);
  if (key !== null) keys.set(raw, key);
  return key;
}

function fromCache(answer: CachedAnswer): Reply {
  const headers = { 'content-type': answer.contentType, 'x-cache': 'hit' };
  const [first] = answer.pieces;
  if (!answer.events && first !== undefined) {
    return { status: 200, headers, body: { kind: 'bytes', bytes: first.chunk } };
  }
  return { status: 200, headers, body: { kind: 'flow', flow: new Replay(answer.pieces), events: true } };
}

function answerOf(
  call: Call,
  reply: Reply,
  pieces: readonly Piece[],
  events: boolean,
  now: number,
  ttlSeconds: number,
): CachedAnswer {
  return {
    model: call.model,
    storedAt: now,
    expiresAt: now + ttlSeconds * 1000,
    contentType: reply.headers['content-type'] ?? 'application/json',
    pieces,
    events,
    usage: call.trace.usage,
    finishReason: call.trace.finishReason,
  };
}

function recorded(
  reply: Reply,
  keep: (pieces: readonly Piece[], events: boolean) => void,
  maxBytes: number,
): Reply {
  if (reply.status !== 200) return reply;
  if (reply.body.kind === 'bytes') {
    if (reply.body.bytes.length <= maxBytes) keep([{ chunk: reply.body.bytes, mark: MARK.bytes }], false);
    return reply;
  }
  if (!reply.body.events) return reply;
  const flow = new Recording(reply.body.flow, maxBytes, (pieces) => keep(pieces, true));
  return { ...reply, body: { ...reply.body, flow } };
}

/** Keeps a copy of a stream on its way; only one that ended whole is handed over (trap 43). */
class Recording extends Through {
  readonly #maxBytes: number;
  readonly #keep: (pieces: readonly Piece[]) => void;
  #pieces: Piece[] = [];
  #size = 0;

  constructor(source: Flow, maxBytes: number, keep: (pieces: readonly Piece[]) => void) {
    super(source);
    this.#maxBytes = maxBytes;
    this.#keep = keep;
  }
  override data(chunk: Buffer, mark: Mark): void {
    this.#size += chunk.length;
    if (this.#size <= this.#maxBytes) this.#pieces.push({ chunk, mark });
    else this.#pieces = [];
    this.sink.data(chunk, mark);
  }
  override end(): void {
    if (this.#size <= this.#maxBytes) this.#keep(this.#pieces);
    super.end();
  }
}
