import type { Clock } from '../../platform/clock.ts';
import { ConnectionCut, html, type Handler, type SimAnswer, type SimRequest } from './message.ts';

/** Cloudflare gives up on an origin that says nothing for this long (FACTS 2.7). */
export const EDGE_SILENCE_MS = 100_000;

export interface EdgeLimits {
  /** Longest silence before the answer and between its parts. */
  readonly silenceMs: number;
  /** Longest whole request; absent = none. */
  readonly totalMs?: number;
  /** The origin behind the edge ended: what is under way breaks off. */
  readonly stopped?: AbortSignal;
}

/**
 * Stands between a caller and an origin as RunPod's edge does: 524 when no answer comes in time, 502 when the origin
 * dies first, a cut connection when a begun answer falls silent. Whatever ends early is aborted at the origin.
 */
export async function behindEdge(
  clock: Clock,
  limits: EdgeLimits,
  request: SimRequest,
  origin: Handler,
): ReturnType<Handler> {
  const leaving = new AbortController();
  const leave = (): void => leaving.abort();
  request.signal.addEventListener('abort', leave, { once: true });
  limits.stopped?.addEventListener('abort', leave, { once: true });
  if (request.signal.aborted || limits.stopped?.aborted === true) leave();
  const release = (): void => {
    request.signal.removeEventListener('abort', leave);
    limits.stopped?.removeEventListener('abort', leave);
  };
  const deadline = limits.totalMs === undefined ? null : clock.monotonic() + limits.totalMs;
  const watch: Watch = { clock, silenceMs: limits.silenceMs, deadline, leaving };
  try {
    const reply = await within(watch, origin({ ...request, signal: leaving.signal }));
    if (reply === TIMED_OUT) {
      leave();
      release();
      return html(524, '524: A timeout occurred');
    }
    if ('drop' in reply || !isStream(reply.body)) {
      release();
      return reply;
    }
    return { ...reply, body: watched(watch, reply.body, release) };
  } catch (error) {
    release();
    if (limits.stopped?.aborted === true && !request.signal.aborted) return html(502, '502 Bad Gateway');
    throw error;
  }
}

interface Watch {
  readonly clock: Clock;
  readonly silenceMs: number;
  readonly deadline: number | null;
  readonly leaving: AbortController;
}

const TIMED_OUT = Symbol('timed out');

function within<T>(watch: Watch, work: Promise<T>): Promise<T | typeof TIMED_OUT> {
  const left = watch.deadline === null ? Number.POSITIVE_INFINITY : watch.deadline - watch.clock.monotonic();
  return new Promise((resolve, reject) => {
    const cancel = watch.clock.after(Math.max(0, Math.min(watch.silenceMs, left)), () => resolve(TIMED_OUT));
    work.then(resolve, reject).finally(cancel);
  });
}

async function* watched(
  watch: Watch,
  body: AsyncIterable<string | Uint8Array>,
  release: () => void,
): AsyncGenerator<string | Uint8Array, void> {
  const iterator = body[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await within(watch, iterator.next());
      if (next === TIMED_OUT) throw new ConnectionCut('the edge gave up');
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    watch.leaving.abort();
    release();
    await iterator.return?.();
  }
}

function isStream(body: SimAnswer['body']): body is AsyncIterable<string | Uint8Array> {
  return body !== null && typeof body !== 'string' && !(body instanceof Uint8Array);
}
