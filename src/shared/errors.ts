/**
 * The error catalogue: one row per stable code. A row fixes what every edge needs (HTTP status, CLI exit code, whether
 * repeating can help, what happened, what to do); edges only render. Retryability is decided where an error is born, by
 * choosing its code.
 */

/** Exit codes of the command line (SPEC 10). */
export const EXIT = { done: 0, failed: 1, usage: 2, notFound: 3, refused: 4, timedOut: 5 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

interface ErrorRow {
  /** Status on HTTP edges. 402 means "needs the user", 503 only "passes by itself". */
  readonly status: number;
  readonly exit: ExitCode;
  /** True when the same call may succeed later without anybody changing anything. */
  readonly retryable: boolean;
  /** Who failed, as told to clients. */
  readonly source: 'app' | 'runpod' | 'model-server' | 'client';
  /** What to do next, for people. */
  readonly advice: string;
}

const row = (
  status: number,
  exit: ExitCode,
  retryable: boolean,
  source: ErrorRow['source'],
  advice: string,
): ErrorRow => ({ status, exit, retryable, source, advice });

export const ERRORS = {
  // Input and configuration
  invalid_input: row(400, EXIT.usage, false, 'client', 'Correct the named value and try again.'),
  config_invalid: row(400, EXIT.usage, false, 'app', 'Correct the named file, line or variable.'),
  unknown_gpu: row(400, EXIT.usage, false, 'client', 'Use one of the listed GPU ids.'),
  model_does_not_fit: row(
    400,
    EXIT.refused,
    false,
    'app',
    'Lower the context or concurrency, choose a quantised variant, or allow more or bigger GPUs.',
  ),
  model_unknown: row(
    404,
    EXIT.notFound,
    false,
    'app',
    'Check the model id on Hugging Face; a private or gated model needs HF_TOKEN.',
  ),
  model_gated: row(
    402,
    EXIT.refused,
    false,
    'app',
    'Accept the licence on Hugging Face and set HF_TOKEN (runpod-llm key set hf).',
  ),
  image_invalid: row(400, EXIT.usage, false, 'client', 'Give an image as name:tag or name@sha256:digest.'),
  name_taken: row(
    409,
    EXIT.refused,
    false,
    'app',
    'Choose another name or terminate the existing deployment.',
  ),
  not_found: row(404, EXIT.notFound, false, 'client', 'List what exists and use one of those names.'),
  not_allowed_now: row(
    409,
    EXIT.refused,
    false,
    'app',
    'Wait for the running action to end, then try again.',
  ),
  unsupported: row(400, EXIT.usage, false, 'app', 'See the documentation for what is supported.'),

  // This machine
  port_in_use: row(503, EXIT.refused, false, 'app', 'Stop the other program or choose another port.'),
  instance_running: row(
    409,
    EXIT.refused,
    false,
    'app',
    'Use the running instance, or give this one another --data-dir.',
  ),
  instance_unreachable: row(503, EXIT.notFound, false, 'app', 'Start it with: runpod-llm serve'),
  disk_full: row(507, EXIT.failed, false, 'app', 'Free space on the disk that holds the data directory.'),
  data_dir_unusable: row(
    500,
    EXIT.failed,
    false,
    'app',
    'Make the data directory writable or choose another.',
  ),
  data_dir_lost: row(
    402,
    EXIT.failed,
    false,
    'app',
    'Stop what runs (that still works), make the data directory usable again, then restart the app.',
  ),
  keychain_unavailable: row(
    503,
    EXIT.refused,
    false,
    'app',
    'This machine offers no keychain: give the secret in the environment instead.',
  ),
  client_file_changed: row(409, EXIT.refused, false, 'app', 'Look at the difference again, then write.'),
  client_file_unusable: row(
    409,
    EXIT.refused,
    false,
    'app',
    'Correct the file, or paste the shown lines into it by hand.',
  ),
  docker_unavailable: row(
    503,
    EXIT.refused,
    false,
    'app',
    'Start Docker Desktop, Colima, Podman or the Docker service, or use a ready image.',
  ),
  docker_failed: row(502, EXIT.failed, false, 'app', 'Correct what Docker names and try again.'),
  build_failed: row(
    422,
    EXIT.failed,
    false,
    'app',
    'Read the lines of the failing step and correct its cause.',
  ),
  registry_denied: row(
    402,
    EXIT.refused,
    false,
    'app',
    'Check the registry user and token (runpod-llm key set docker-username, docker-token) and their right to push.',
  ),
  registry_unavailable: row(
    503,
    EXIT.failed,
    true,
    'app',
    'Check the network and the registry; layers already sent are kept.',
  ),
  declined: row(409, EXIT.refused, false, 'client', 'Nothing was changed.'),
  confirmation_needed: row(409, EXIT.refused, false, 'app', 'Repeat with --yes to accept.'),
  simulated_only: row(409, EXIT.refused, false, 'app', 'Add a RunPod key to use real hardware.'),

  // RunPod
  runpod_key_missing: row(
    402,
    EXIT.refused,
    false,
    'app',
    'Set a key with: runpod-llm key set runpod (or RUNPOD_API_KEY).',
  ),
  runpod_key_invalid: row(
    402,
    EXIT.refused,
    false,
    'runpod',
    'Make a new key in the RunPod console and set it.',
  ),
  account_changed: row(
    402,
    EXIT.refused,
    false,
    'app',
    'Put the former key back (runpod-llm key set runpod). If it is the same account and the pod is gone: runpod-llm key confirm.',
  ),
  runpod_key_forbidden: row(
    402,
    EXIT.refused,
    false,
    'runpod',
    'Give the key read and write access to this in the RunPod console.',
  ),
  runpod_balance_empty: row(402, EXIT.refused, false, 'runpod', 'Add credit in the RunPod console.'),
  no_gpu_capacity: row(
    402,
    EXIT.failed,
    true,
    'runpod',
    'Allow a higher price, more GPU types, both clouds or more data centres, or wait until one is free.',
  ),
  runpod_rejected: row(402, EXIT.failed, false, 'runpod', 'Correct what RunPod names and try again.'),
  runpod_conflict: row(
    409,
    EXIT.failed,
    true,
    'runpod',
    'The pod changed meanwhile; look at it and try again.',
  ),
  runpod_not_found: row(404, EXIT.notFound, false, 'runpod', 'It no longer exists at RunPod.'),
  runpod_rate_limited: row(
    503,
    EXIT.failed,
    true,
    'runpod',
    'Wait; other tools on this account share the limit.',
  ),
  runpod_unavailable: row(503, EXIT.failed, true, 'runpod', 'RunPod has trouble; the app keeps trying.'),
  runpod_unreachable: row(503, EXIT.failed, true, 'app', 'Check the network connection.'),
  runpod_bad_answer: row(502, EXIT.failed, true, 'runpod', 'Update the app if this stays.'),

  // Deployments
  deployment_stopped: row(402, EXIT.refused, false, 'app', 'Start it, or allow it to start on request.'),
  deployment_failed: row(402, EXIT.failed, false, 'app', 'Look at its history and logs.'),
  boot_failed: row(
    402,
    EXIT.failed,
    false,
    'model-server',
    'The last lines of its log are in the history of the deployment.',
  ),
  boot_stuck: row(402, EXIT.failed, true, 'runpod', 'The pod made no progress and was replaced or stopped.'),
  wait_timeout: row(504, EXIT.timedOut, true, 'app', 'It goes on in the background; look again later.'),
  stop_unconfirmed: row(
    502,
    EXIT.failed,
    true,
    'runpod',
    'It may still be billing. The app keeps trying; check the RunPod console.',
  ),
  budget_exceeded: row(402, EXIT.refused, false, 'app', 'Raise the budget or wait for the next period.'),

  // Proxy
  invalid_api_key: row(401, EXIT.refused, false, 'client', 'Use the local key: runpod-llm key show.'),
  host_not_allowed: row(421, EXIT.refused, false, 'client', 'Use http://127.0.0.1 with the right port.'),
  origin_not_allowed: row(
    403,
    EXIT.refused,
    false,
    'client',
    'Add the origin to the allowed list in settings.',
  ),
  model_not_found: row(404, EXIT.notFound, false, 'client', 'Use one of the listed models.'),
  method_not_allowed: row(405, EXIT.usage, false, 'client', 'Use the documented method.'),
  unsupported_media_type: row(415, EXIT.usage, false, 'client', 'Send content-type: application/json.'),
  body_too_large: row(413, EXIT.usage, false, 'client', 'Send a smaller body.'),
  headers_too_large: row(431, EXIT.usage, false, 'client', 'Send smaller headers.'),
  context_length_exceeded: row(
    400,
    EXIT.usage,
    false,
    'model-server',
    'Shorten the prompt or lower max_tokens.',
  ),
  rate_limited: row(429, EXIT.failed, true, 'app', 'Slow down; see retry-after.'),
  upstream_rejected: row(400, EXIT.failed, false, 'model-server', 'Correct what the model server names.'),
  upstream_failed: row(502, EXIT.failed, true, 'model-server', 'Try again; look at the pod log if it stays.'),
  upstream_timeout: row(504, EXIT.failed, true, 'model-server', 'Try again or raise the time limit.'),
  upstream_unreachable: row(503, EXIT.failed, true, 'model-server', 'The model server is starting or gone.'),
  upstream_overloaded: row(
    503,
    EXIT.failed,
    true,
    'model-server',
    'It passes by itself; try again in a moment.',
  ),
  request_timeout: row(408, EXIT.timedOut, true, 'client', 'Send the whole request without pausing.'),
  client_closed: row(499, EXIT.failed, false, 'client', 'The client left.'),
  shutting_down: row(503, EXIT.failed, true, 'app', 'Start the app again.'),

  internal: row(500, EXIT.failed, false, 'app', 'Report this with the log.'),
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;

export interface AppErrorOptions {
  readonly cause?: unknown;
  /** RunPod's x-request-id, shown to the user. */
  readonly requestId?: string | undefined;
  /** Replaces the table's advice where a better one is known. */
  readonly advice?: string | undefined;
  /** Seconds after which repeating makes sense. */
  readonly retryAfterSeconds?: number | undefined;
  /** Field, value, allowed values and other facts; never a secret, URL with a secret or prompt. */
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

/** The one error type that crosses rooms. `message` says what happened and names the value. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly advice: string;
  readonly requestId: string | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly details: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.advice = options.advice ?? ERRORS[code].advice;
    this.requestId = options.requestId;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.details = options.details;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }
  get retryable(): boolean {
    return ERRORS[this.code].retryable;
  }
  get exit(): ExitCode {
    return ERRORS[this.code].exit;
  }
}

/** Errors as they travel over IPC, HTTP and `--json`. */
export interface ErrorBody {
  readonly code: ErrorCode;
  readonly message: string;
  readonly advice: string;
  readonly requestId?: string | undefined;
  readonly retryAfterSeconds?: number | undefined;
  readonly details?: Readonly<Record<string, unknown>> | undefined;
}

export function toErrorBody(error: unknown): ErrorBody {
  const known = asAppError(error);
  return {
    code: known.code,
    message: known.message,
    advice: known.advice,
    ...(known.requestId === undefined ? {} : { requestId: known.requestId }),
    ...(known.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: known.retryAfterSeconds }),
    ...(known.details === undefined ? {} : { details: known.details }),
  };
}

export function fromErrorBody(body: ErrorBody): AppError {
  const code = Object.hasOwn(ERRORS, body.code) ? body.code : 'internal';
  return new AppError(code, body.message, {
    advice: body.advice,
    requestId: body.requestId,
    retryAfterSeconds: body.retryAfterSeconds,
    details: body.details,
  });
}

/** Wraps anything thrown; an AppError passes as it is. The text of unknown errors is kept as the cause, not shown. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isAbort(error)) return new AppError('client_closed', 'The call was cancelled.', { cause: error });
  return new AppError('internal', 'Something unexpected went wrong in the app.', { cause: error });
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}

/** Closes an exhaustive switch. */
export function assertNever(value: never): never {
  throw new AppError('internal', `Unexpected value ${JSON.stringify(value)}`);
}
