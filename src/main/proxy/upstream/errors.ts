import type { IncomingHttpHeaders } from 'node:http';
import { AppError, isAbort } from '../../../shared/errors.ts';
import { isObject, parseObject, stringOf, numberOf, type JsonObject } from '../json.ts';
import { ExchangeError } from './exchange.ts';

/** What a model server, or the gateway before it, answered instead of success. */
export interface UpstreamFailure {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Name for people; never a URL. */
  readonly targetName: string;
}

/** Statuses with which gateways say that no model server was reached: the call can be repeated. */
const GATEWAY_UNREACHED = new Set([404, 502, 503, 520, 521, 522, 523, 525, 526, 530]);
const SERVERLESS_COLD = /no workers available|timed out waiting for worker/i;
const CONTEXT_TOO_LONG =
  /maximum context length|context[ _]length|context window|prompt is too long|longer than the maximum|exceeds? the (?:available )?context/i;
const LONGEST_MESSAGE = 400;

/** Reads a failure into our table (CLIENTS 2.4, trap 16). `AppError.details` keeps the status and field. */
export function upstreamError(failure: UpstreamFailure): AppError {
  const json = parseObject(failure.body);
  if (json === null) return gatewayError(failure);
  const { message, param, code } = readError(json);
  const inner = workerRefusal(message);
  if (inner !== null) return upstreamError({ ...failure, ...inner });
  if (SERVERLESS_COLD.test(message)) return unreachable(failure, 'has no worker yet');
  return serverError(failure, message, { status: failure.status, param, upstreamCode: code });
}

/** What RunPod's own hosts say about the account whose key they were asked with; null = nothing. */
export function accountError(status: number, targetName: string): AppError | null {
  switch (status) {
    case 401:
      return new AppError(
        'runpod_key_invalid',
        `RunPod does not accept the key that ${targetName} was asked with.`,
      );
    case 402:
      return new AppError(
        'runpod_balance_empty',
        `RunPod says that there is no money left for ${targetName}.`,
      );
    case 403:
      return new AppError('runpod_key_forbidden', `The RunPod key may not ask ${targetName}.`);
    default:
      return null;
  }
}

/** worker-vllm loses the status of vLLM's refusals; it survives inside the text (RunPod trap 28, FACTS 3.5). */
const WORKER_REFUSAL = /^vLLM returned HTTP ([45]\d\d):\s*(.*)$/s;

function workerRefusal(message: string): { readonly status: number; readonly body: string } | null {
  const [, status, said] = WORKER_REFUSAL.exec(message) ?? [];
  if (status === undefined || said === undefined) return null;
  // A page would be taken for the gateway's; this is the server's own answer, whatever its form.
  const body = parseObject(said) === null ? JSON.stringify({ message: said }) : said;
  return { status: Number(status), body };
}

/** A page instead of JSON comes from the gateway in front of the model server, not from the server. */
function gatewayError(failure: UpstreamFailure): AppError {
  const { status, targetName } = failure;
  // Go's router speaks plain text: the server is there, the route is not.
  if (failure.body.startsWith('404 page not found'))
    return serverError(failure, 'route not found', { status });
  if (status === 524 || status === 504) {
    return new AppError(
      'upstream_timeout',
      `${targetName} gave no answer in time and the gateway cut the call.`,
      {
        details: { status },
      },
    );
  }
  if (GATEWAY_UNREACHED.has(status)) return unreachable(failure, 'does not answer yet');
  if (status >= 500) {
    return new AppError('upstream_failed', `${targetName} failed with status ${status}.`, {
      details: { status },
    });
  }
  return serverError(failure, `status ${status}`, { status });
}

function unreachable(failure: UpstreamFailure, what: string): AppError {
  return new AppError('upstream_unreachable', `${failure.targetName} ${what}.`, {
    retryAfterSeconds: retryAfter(failure.headers) ?? 5,
    details: { status: failure.status, unreached: true },
  });
}

function serverError(failure: UpstreamFailure, text: string, details: JsonObject): AppError {
  const { status, targetName, headers } = failure;
  const said = clean(text);
  if (status === 429) {
    return new AppError('rate_limited', `${targetName} is limiting requests: ${said}`, {
      retryAfterSeconds: retryAfter(headers) ?? 5,
      details,
    });
  }
  if (status === 503 || status === 529) {
    return new AppError('upstream_overloaded', `${targetName} is overloaded: ${said}`, {
      retryAfterSeconds: retryAfter(headers) ?? 5,
      details,
    });
  }
  if (status === 504 || status === 524)
    return new AppError('upstream_timeout', `${targetName}: ${said}`, { details });
  if (status >= 500) return new AppError('upstream_failed', `${targetName} failed: ${said}`, { details });
  if (status === 401 || status === 403) {
    return new AppError('upstream_rejected', `${targetName} refused the key this app holds for it.`, {
      advice: 'Restart the deployment, or correct the key of the added target.',
      details: { ...details, status: 402 },
    });
  }
  if (status >= 300 && status < 400) {
    return new AppError(
      'upstream_failed',
      `${targetName} answered with a redirect, which is never followed.`,
      {
        details,
      },
    );
  }
  if (CONTEXT_TOO_LONG.test(text)) return new AppError('context_length_exceeded', said, { details });
  return new AppError('upstream_rejected', said, { details });
}

/** The error inside an answer or an event, in the shapes vLLM, Ollama, FastAPI and others use. */
export function readError(json: JsonObject): {
  readonly message: string;
  readonly param: string | null;
  readonly code: string | number | null;
} {
  const inner = isObject(json['error']) ? json['error'] : json;
  const detail = json['detail'];
  const message =
    stringOf(json['error']) ??
    stringOf(inner['message']) ??
    stringOf(detail) ??
    (detail === undefined ? 'no reason given' : JSON.stringify(detail));
  return {
    message,
    param: stringOf(inner['param']),
    code: stringOf(inner['code']) ?? numberOf(inner['code']),
  };
}

/** Servers put the status they meant into the body's code. */
export function statusIn(json: JsonObject): number {
  const { code } = readError(json);
  const status = numberOf(code);
  return status !== null && status >= 400 && status < 600 ? status : 502;
}

/** A failure of the connection itself. @returns an AppError; aborts become `client_closed` */
export function connectionError(error: unknown, targetName: string): AppError {
  if (error instanceof AppError) return error;
  if (isAbort(error)) return new AppError('client_closed', 'The client left.', { cause: error });
  const phase = error instanceof ExchangeError ? error.phase : 'connecting';
  if (phase === 'streaming') {
    return new AppError('upstream_failed', `${targetName} broke off in the middle of its answer.`, {
      cause: error,
    });
  }
  return new AppError('upstream_unreachable', `${targetName} cannot be reached.`, {
    cause: error,
    retryAfterSeconds: 5,
    details: { unreached: true, phase },
  });
}

/** What a call that its gateway cut may end in: how RunPod's load balancer says so is not documented. */
const CUT: ReadonlySet<string> = new Set(['upstream_failed', 'upstream_timeout', 'upstream_unreachable']);

/**
 * RunPod's load balancer works on one request for so long in all, whatever it sends (FACTS 3.4, RunPod trap 38). Repeating it
 * would be cut alike, and paid for again.
 */
export function cutAtLimit(error: AppError, { targetName, longestCallMs, tookMs }: LimitedCall): AppError {
  const ownLimit = error.details?.['late'] === true;
  if (longestCallMs === undefined || ownLimit || tookMs < longestCallMs || !CUT.has(error.code)) return error;
  const minutes = longestCallMs / 60_000;
  return new AppError(
    'upstream_timeout',
    `RunPod's load balancer ended the call after ${minutes} minutes, the longest that ${targetName} may work on one.`,
    {
      cause: error,
      advice:
        'Ask for less at once (max_tokens), or serve the model from a pod or a queue endpoint, which have no such limit.',
      details: { gatewayLimit: true },
    },
  );
}

interface LimitedCall {
  readonly targetName: string;
  readonly longestCallMs: number | undefined;
  readonly tookMs: number;
}

/** Whole seconds to wait; null when absent or not a number of seconds. */
export function retryAfter(headers: IncomingHttpHeaders): number | null {
  const value = headers['retry-after'];
  if (value === undefined) return null;
  const seconds = Number(value);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(Math.ceil(seconds), 3600) : null;
}

/** One line without addresses: a pod's URL is a secret of sorts (trap 17). */
export function clean(text: string): string {
  const line = text
    .replace(/https?:\/\/[^\s"'<>]+/g, '[address]')
    .replace(/\s+/g, ' ')
    .trim();
  return line.length > LONGEST_MESSAGE ? `${line.slice(0, LONGEST_MESSAGE)}…` : line;
}
