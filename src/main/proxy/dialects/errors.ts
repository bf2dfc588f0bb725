import { ERRORS, type AppError } from '../../../shared/errors.ts';
import { numberOf, type JsonObject } from '../json.ts';
import type { DialectName } from '../routes.ts';

/** Our own, on purpose: `server_error` makes OpenCode repeat whatever the status says (CLIENTS 1.3). */
const ERROR_TYPE = 'runpod_llm_error';

export interface RenderedError {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** One error in the client's dialect, before anything was sent (CLIENTS 2.4). */
export function renderError(error: AppError, dialect: DialectName, requestId: string): RenderedError {
  const status = statusIn(error, dialect);
  return { status, headers: retryHeaders(error, status), body: errorBody(error, dialect, requestId, status) };
}

/** Basic is for browsers on the dashboard; every other route ignores it. */
const WAYS_IN = 'Bearer, Basic realm="RunPod LLM"';

/** What happened, then what to do. */
export function errorText(error: AppError): string {
  const said = error.message.trim();
  const sentence = /[.!?…]$/.test(said) ? said : `${said}.`;
  return error.advice === '' ? sentence : `${sentence} ${error.advice}`;
}

/** True when repeating the request unchanged can never help before somebody acts. */
export function needsUser(error: AppError): boolean {
  return error.status === 402 || error.code === 'model_not_found' || error.code === 'context_length_exceeded';
}

function statusIn(error: AppError, dialect: DialectName): number {
  const status = upstreamStatus(error) ?? error.status;
  if (error.code === 'model_not_found' && (dialect === 'messages' || dialect === 'responses')) return 400;
  // Anthropic clients know 529 as "overloaded".
  if (status === 503 && dialect === 'messages') return 529;
  return status === 499 ? 400 : status;
}

/** What a model server rejects keeps its status; only it knows whether 400, 413 or 422 is right. */
function upstreamStatus(error: AppError): number | null {
  if (error.code !== 'upstream_rejected') return null;
  const status = numberOf(error.details?.['status']);
  return status !== null && status >= 400 && status < 500 ? status : null;
}

/**
 * SDKs repeat 408, 409, 429 and 5xx by themselves, twice; `x-should-retry: false` stops them where that would only burn
 * GPU time or patience (trap 34).
 */
function retryHeaders(error: AppError, status: number): Record<string, string> {
  const headers: Record<string, string> = {};
  const late = error.code === 'upstream_timeout' || error.code === 'wait_timeout';
  const wasteful = late || error.details?.['paid'] === true;
  if (!error.retryable || status === 402 || wasteful) headers['x-should-retry'] = 'false';
  const seconds = error.retryAfterSeconds ?? (status === 503 || status === 529 ? 5 : undefined);
  if (seconds !== undefined && error.retryable && !wasteful) {
    headers['retry-after'] = String(Math.max(1, Math.ceil(seconds)));
  }
  if (error.code === 'invalid_api_key') headers['www-authenticate'] = WAYS_IN;
  return headers;
}

function errorBody(error: AppError, dialect: DialectName, requestId: string, status: number): JsonObject {
  switch (dialect) {
    case 'messages':
      return { type: 'error', error: anthropicError(error, status), request_id: requestId };
    case 'ollama':
      return { error: errorText(error) };
    case 'chat':
    case 'completions':
    case 'responses':
    case 'plain':
      return { error: openAiError(error, requestId) };
  }
}

export function openAiError(error: AppError, requestId: string): JsonObject {
  const available = error.details?.['available'];
  return {
    message: errorText(error),
    type: ERROR_TYPE,
    param: error.details?.['param'] ?? null,
    code: error.code,
    source: ERRORS[error.code].source,
    request_id: requestId,
    ...(available === undefined ? {} : { available }),
  };
}

export function anthropicError(error: AppError, status: number): JsonObject {
  const promptTooLong = error.code === 'context_length_exceeded' ? 'prompt is too long: ' : '';
  return {
    type: anthropicType(status),
    message: promptTooLong + errorText(error),
    code: error.code,
    source: ERRORS[error.code].source,
  };
}

function anthropicType(status: number): string {
  switch (status) {
    case 401:
      return 'authentication_error';
    case 402:
      return 'billing_error';
    case 403:
      return 'permission_error';
    case 404:
      return 'not_found_error';
    case 413:
      return 'request_too_large';
    case 429:
      return 'rate_limit_error';
    case 504:
      return 'timeout_error';
    case 529:
      return 'overloaded_error';
    default:
      return status >= 500 ? 'api_error' : 'invalid_request_error';
  }
}

/**
 * The code inside `response.failed`. Measured on Codex: `invalid_prompt` shows our text once, `context_length_exceeded`
 * makes it compact, `server_error` is repeated and then shown; `server_is_overloaded` is repeated and replaced by a sentence
 * about some other model (CLIENTS 2.4).
 */
export function responsesFailureCode(error: AppError): string {
  if (error.code === 'context_length_exceeded') return 'context_length_exceeded';
  if (error.code === 'rate_limited') return 'rate_limit_exceeded';
  return error.retryable && error.status !== 402 ? 'server_error' : 'invalid_prompt';
}
