import type { Head } from '../upstream/exchange.ts';
import { EVENTS_TYPE, JSON_TYPE } from '../call.ts';

/** A job's output as the answer of an HTTP server. */
export interface JobAnswer {
  readonly head: Head;
  readonly pieces: AsyncGenerator<Buffer, void>;
}

/**
 * Waits for the first output: it tells whether events or one whole JSON answer follow. The job of a whole answer is read
 * to its end, so that it is not withdrawn while it ends by itself.
 */
export async function jobAnswer(outputs: AsyncGenerator<unknown, void>): Promise<JobAnswer> {
  const first = await outputs.next();
  const value = first.done === true ? '' : first.value;
  const events = typeof value === 'string' && !value.trimStart().startsWith('{');
  return {
    head: { status: 200, headers: { 'content-type': events ? EVENTS_TYPE : JSON_TYPE } },
    pieces: events ? eventPieces(value, outputs) : wholePieces(value, outputs),
  };
}

async function* eventPieces(
  first: string,
  outputs: AsyncGenerator<unknown, void>,
): AsyncGenerator<Buffer, void> {
  try {
    // Texts may be cut anywhere, even inside a character that JSON writes as two.
    let carry = '';
    for (let text = first; ;) {
      const whole = carry + text;
      carry = /[\uD800-\uDBFF]$/.exec(whole)?.[0] ?? '';
      yield Buffer.from(carry === '' ? whole : whole.slice(0, -1));
      const next = await outputs.next();
      if (next.done === true) return;
      text = typeof next.value === 'string' ? next.value : '';
    }
  } finally {
    await outputs.return();
  }
}

async function* wholePieces(
  first: unknown,
  outputs: AsyncGenerator<unknown, void>,
): AsyncGenerator<Buffer, void> {
  try {
    yield Buffer.from(typeof first === 'string' ? first : JSON.stringify(first));
    for await (const more of outputs) {
      if (typeof first === 'string' && typeof more === 'string') yield Buffer.from(more);
    }
  } finally {
    await outputs.return();
  }
}
