import { abortError, type Clock } from '../../platform/clock.ts';
import type { Fetch } from '../../platform/http.ts';

export interface ServerQuestion {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly url: string;
  /** null or '' = ask as a stranger. */
  readonly key: string | null;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** A POST of JSON; absent = GET. */
  readonly body?: object;
  /** For headers and body together. */
  readonly timeoutMs: number;
}

export interface ServerAnswer {
  /** 0 = no answer. */
  readonly status: number;
  /** The body, or why there was no answer. */
  readonly text: string;
  /** null = not JSON. */
  readonly json: unknown;
}

const LONGEST_ANSWER = 1_000_000;

/**
 * One request to a model server through its public URL. What goes wrong on the way is an answer of status 0: a server
 * that is still starting is no error.
 * @throws AbortError when `signal` fires
 */
export async function askServer(question: ServerQuestion, signal: AbortSignal): Promise<ServerAnswer> {
  const { clock, timeoutMs } = question;
  const own = new AbortController();
  const abort = (): void => own.abort(abortError(signal));
  if (signal.aborted) throw abortError(signal);
  signal.addEventListener('abort', abort, { once: true });
  const cancelTimer = clock.after(timeoutMs, () => own.abort());
  try {
    return await exchange(question, own.signal);
  } catch (error) {
    if (signal.aborted) throw abortError(signal);
    const text = own.signal.aborted ? `no answer within ${timeoutMs / 1000} s` : reason(error);
    return { status: 0, text, json: null };
  } finally {
    cancelTimer();
    signal.removeEventListener('abort', abort);
  }
}

async function exchange(
  { fetch, url, key, headers, body }: ServerQuestion,
  signal: AbortSignal,
): Promise<ServerAnswer> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    redirect: 'manual',
    headers: {
      accept: 'application/json',
      ...(key === null || key === '' ? {} : { authorization: `Bearer ${key}` }),
      ...headers,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    signal,
  });
  const text = await boundedText(response.body);
  return { status: response.status, text, json: parse(text) };
}

async function boundedText(body: AsyncIterable<unknown> | null): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    if (chunk instanceof Uint8Array) text += decoder.decode(chunk, { stream: true });
    if (text.length > LONGEST_ANSWER) break;
  }
  return text + decoder.decode();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // An edge's HTML page, or nothing.
  }
}

/** The system's code where there is one: messages may quote URLs. */
function reason(error: unknown): string {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined;
  return typeof code === 'string' ? `no connection (${code})` : 'no connection';
}

/** A field of parsed JSON, whatever it is. */
export function jsonAt(value: unknown, field: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, field) : undefined;
}
