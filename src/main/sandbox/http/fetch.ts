import { Request, Response } from 'undici';
import type { Fetch } from '../../platform/http.ts';
import { abortError } from '../../platform/clock.ts';
import type { Handler, SimAnswer, SimBody } from './message.ts';

/**
 * A fetch that calls the handler without a socket. Bodies are pulled, so that a reader that stops reading stops the
 * producer; cancelling the body or aborting the signal is seen by the handler as a caller that left.
 */
export function fetchFrom(handler: Handler, ended: AbortSignal): Fetch {
  return async (input, init) => {
    const url = new URL(input);
    const request = new Request(input, { ...init, duplex: 'half' });
    const leaving = new AbortController();
    const leave = (): void => leaving.abort();
    if (init?.signal?.aborted) throw abortError(init.signal);
    init?.signal?.addEventListener('abort', leave, { once: true });
    ended.addEventListener('abort', leave, { once: true });
    const done = (): void => {
      init?.signal?.removeEventListener('abort', leave);
      ended.removeEventListener('abort', leave);
    };
    try {
      const reply = await untilAborted(
        handler({
          method: request.method,
          path: url.pathname,
          query: url.searchParams,
          headers: Object.fromEntries(request.headers),
          body: new Uint8Array(await request.arrayBuffer()),
          signal: leaving.signal,
        }),
        leaving.signal,
        init?.signal ?? undefined,
      );
      if ('drop' in reply) throw networkError();
      return toResponse(reply, leaving, done);
    } catch (error) {
      done();
      throw error;
    }
  };
}

function untilAborted<T>(work: Promise<T>, left: AbortSignal, callers: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => reject(callers?.aborted === true ? abortError(callers) : networkError());
    left.addEventListener('abort', aborted, { once: true });
    work.then(resolve, reject).finally(() => left.removeEventListener('abort', aborted));
  });
}

function networkError(): TypeError {
  const cause = new Error('read ECONNRESET');
  Reflect.set(cause, 'code', 'ECONNRESET');
  return new TypeError('fetch failed', { cause });
}

function toResponse(answer: SimAnswer, leaving: AbortController, done: () => void): Response {
  const init = { status: answer.status, headers: { ...answer.headers } };
  const { body } = answer;
  if (!isStream(body)) {
    done();
    return new Response(body, init);
  }
  const iterator = body[Symbol.asyncIterator]();
  // A producer nobody pulls from would never notice that its reader has gone.
  leaving.signal.addEventListener('abort', () => void iterator.return?.(), { once: true });
  const stream = new ReadableStream<Uint8Array>(
    {
      pull: async (controller) => {
        try {
          const next = await untilAborted(iterator.next(), leaving.signal, undefined);
          if (next.done === true) {
            done();
            controller.close();
          } else controller.enqueue(bytes(next.value));
        } catch (error) {
          done();
          controller.error(leaving.signal.aborted ? abortError() : error);
        }
      },
      cancel: () => {
        done();
        leaving.abort();
      },
    },
    { highWaterMark: 0 },
  );
  return new Response(stream, init);
}

function isStream(body: SimBody): body is AsyncIterable<string | Uint8Array> {
  return body !== null && typeof body !== 'string' && !(body instanceof Uint8Array);
}

const encoder = new TextEncoder();
function bytes(chunk: string | Uint8Array): Uint8Array {
  return typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
}
