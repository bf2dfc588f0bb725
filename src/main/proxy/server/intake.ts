import { isUtf8 } from 'node:buffer';
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../../shared/errors.ts';
import type { CallControl } from '../call.ts';
import { parseObject, type JsonObject } from '../json.ts';
import type { Route } from '../routes.ts';

/** The light check of a body: an object, a model that is text, a stream flag that is one (SECURITY 4.3.9). */
export interface Intake {
  readonly json: JsonObject;
  readonly model: string | null;
  readonly stream: boolean;
}

/** The body without the byte order mark that some editors and shells put in front; model servers stumble over it. */
export function withoutBom(body: Buffer): Buffer {
  return body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? body.subarray(3) : body;
}

/** @throws AppError invalid_input */
export function readIntake(body: Buffer, route: Route): Intake {
  // Decoded leniently, different bodies would look the same here and not at the model server.
  if (!isUtf8(body)) throw new AppError('invalid_input', 'The body is not UTF-8.');
  const json = parseObject(body.toString('utf8'));
  if (json === null) throw new AppError('invalid_input', 'The body is not a JSON object.');
  const model = json['model'];
  if (model !== undefined && model !== null && typeof model !== 'string') {
    throw invalid('model', 'must be a string');
  }
  const stream = json['stream'];
  if (stream !== undefined && stream !== null && typeof stream !== 'boolean') {
    throw invalid('stream', 'must be true or false');
  }
  return {
    json,
    model: typeof model === 'string' && model !== '' ? model : null,
    stream: wantsStream(stream, route),
  };
}

/** Ollama streams unless told otherwise; everybody else the other way round. */
function wantsStream(stream: unknown, route: Route): boolean {
  if (route.id === 'ollama_chat' || route.id === 'ollama_generate') return stream !== false;
  return stream === true;
}

function invalid(param: string, what: string): AppError {
  return new AppError('invalid_input', `"${param}" ${what}.`, { details: { param } });
}

const SANE_ID = /^[\w.:-]{1,128}$/;

/** The client's own request id, when it may stand in a header and a log. */
export function clientRequestId(headers: IncomingHttpHeaders): string | null {
  const id = headers['x-request-id'];
  return typeof id === 'string' && SANE_ID.test(id) ? id : null;
}

/** What the headers ask of the proxy itself. */
export function readControl(headers: IncomingHttpHeaders): CallControl {
  const cacheControl = headers['cache-control'] ?? '';
  const read = seconds(headers['x-stainless-read-timeout']) ?? seconds(headers['x-stainless-timeout']);
  return {
    noStore: cacheControl !== '' && /\bno-store\b/i.test(cacheControl),
    noCache: cacheControl !== '' && /\bno-cache\b/i.test(cacheControl),
    alone: headers['x-single-flight'] === 'off',
    cacheTtlSeconds: seconds(headers['x-cache-ttl']),
    patienceMs: read === null || read === 0 ? null : read * 1000,
    repeated: (seconds(headers['x-stainless-retry-count']) ?? 0) > 0,
    userAgent: (headers['user-agent'] ?? '').slice(0, 200),
    session: text(headers['x-claude-code-session-id']),
  };
}

function text(value: string | string[] | undefined): string | null {
  return typeof value === 'string' ? value.slice(0, 200) : null;
}

function seconds(value: string | string[] | undefined): number | null {
  if (value === undefined) return null;
  const number = Number(value);
  return Number.isFinite(number) && number >= 0 ? number : null;
}

/**
 * Clients whose HTTP stacks were tested to bear repeated 102 answers. Never a default: the JDK gives up after 8, Python's
 * requests takes the first for the answer (CLIENTS 1.8).
 */
const BEARS_PROCESSING =
  /^(?:OpenAI\/JS|OpenAI\/Python|AsyncOpenAI\/Python|ai-sdk\/|node\b|undici\b|python-httpx)/;

export function bearsProcessing(userAgent: string): boolean {
  return BEARS_PROCESSING.test(userAgent);
}
