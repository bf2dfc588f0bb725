import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { Clock } from '../../platform/clock.ts';
import { collect } from '../flow.ts';
import { decoded } from '../upstream/decode.ts';
import { ExchangeError, type Exchange } from '../upstream/exchange.ts';

export interface Question {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  /** A flat list of names and values. */
  readonly headers: readonly string[];
  readonly body: Buffer | null;
  /** Longest wait for the whole answer. */
  readonly mostMs: number;
}

/** A short answer, whole. */
export interface Told {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** RunPod's chunks have up to 1 MB each (FACTS 3.4), and one answer may bring what gathered while a client did not read. */
const LONGEST_ANSWER_BYTES = 64 * 1024 * 1024;

/**
 * One short call of the invoke plane. `exchange` is the caller's, so that it can end the call and see how far it came.
 * @throws ExchangeError, whose phase says whether the request may have arrived; what `exchange` was failed with
 */
export async function ask(
  exchange: Exchange,
  parts: { readonly dispatcher: Dispatcher; readonly clock: Clock },
  question: Question,
): Promise<Told> {
  const cancel = parts.clock.after(question.mostMs, () => {
    const late = new Error(`no answer within ${Math.round(question.mostMs / 1000)} s`);
    exchange.fail(new ExchangeError(exchange.phase, late));
  });
  try {
    const head = await exchange.send(parts.dispatcher, {
      origin: question.url.origin,
      path: question.url.pathname + question.url.search,
      method: question.method,
      headers: [...question.headers],
      body: question.body,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    const flow = decoded(exchange, head.headers['content-encoding']);
    const bytes = await collect(flow, LONGEST_ANSWER_BYTES, () => new Error('The answer is too long.'));
    return { ...head, body: bytes.toString('utf8') };
  } catch (error) {
    exchange.cancel(error instanceof Error ? error : new Error('failed'));
    throw error;
  } finally {
    cancel();
  }
}
