import { AppError, asAppError, toErrorBody } from '../../shared/errors.ts';
import type { Clock } from '../platform/clock.ts';
import { sseFrame, type SseChannel } from './sse-channel.ts';

export interface StreamReplyOptions {
  readonly clock: Clock;
  readonly heartbeatMs: number;
  /** Ends the stream from this side: its reader is told `shutting_down`. */
  readonly closing: AbortSignal;
}

/**
 * Sends a source's items as they come, one message each, no faster than the reader takes them. The last frame says how
 * it ended: `end {}`, or `error { error: ErrorBody }`. Resolves when the reader has its last frame or
 * has gone; the source is released then.
 */
export async function replyWithStream(
  source: AsyncIterable<unknown>,
  channel: SseChannel,
  options: StreamReplyOptions,
): Promise<void> {
  const stopBeating = options.clock.every(options.heartbeatMs, () => {
    if (channel.ready) channel.write(': \n\n');
  });
  const iterator = source[Symbol.asyncIterator]();
  try {
    const over = AbortSignal.any([channel.left, options.closing]);
    for (;;) {
      const next = await nextUnlessOver(iterator, over);
      if (options.closing.aborted) throw shuttingDown();
      if (next === 'over') break;
      if (next.done === true) {
        channel.write(sseFrame('end', {}));
        break;
      }
      channel.write(sseFrame(null, next.value));
      await channel.whenReady();
    }
  } catch (error) {
    channel.write(sseFrame('error', { error: toErrorBody(asAppError(error)) }));
  } finally {
    stopBeating();
    channel.end();
    // Not awaited: a generator that is stuck in its own wait answers `return` only when that wait ends.
    void release(iterator);
  }
}

export function shuttingDown(): AppError {
  return new AppError('shutting_down', 'The app is shutting down.');
}

/** A source that ignores its signal must not keep a reader's connection after the reader has gone. */
function nextUnlessOver(
  iterator: AsyncIterator<unknown>,
  over: AbortSignal,
): Promise<IteratorResult<unknown> | 'over'> {
  if (over.aborted) return Promise.resolve('over');
  return new Promise((resolve, reject) => {
    const onOver = (): void => resolve('over');
    over.addEventListener('abort', onOver, { once: true });
    iterator
      .next()
      .then(resolve, reject)
      .finally(() => over.removeEventListener('abort', onOver));
  });
}

async function release(iterator: AsyncIterator<unknown>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {
    // The reader has its ending already; a source that fails while it is put away has nobody left to tell.
  }
}
