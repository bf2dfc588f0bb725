import { AppError } from '../../shared/errors.ts';

/** Turns what docker-modem throws into one of the app's errors. Its own text holds no header and no login. */
export function engineError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const status = field(error, 'statusCode');
  const message = said(error);
  if (typeof status !== 'number') return connectionError(error, message);
  if (status === 404) return new AppError('not_found', `Docker: ${message}`, { cause: error });
  if (status === 409) return new AppError('not_allowed_now', `Docker: ${message}`, { cause: error });
  return failure(message, 'docker_failed', error);
}

/** A failure that the engine reports in words; a full disk and a refusing registry have codes of their own. */
export function failure(
  message: string,
  otherwise: 'docker_failed' | 'build_failed',
  cause?: unknown,
  details?: Readonly<Record<string, unknown>>,
): AppError {
  const options = {
    ...(cause === undefined ? {} : { cause }),
    ...(details === undefined ? {} : { details }),
  };
  if (/no space left on device|disk quota exceeded/i.test(message)) {
    return new AppError('disk_full', `The disk where Docker keeps images is full: ${message}`, {
      ...options,
      advice: 'Free space there, for instance with: runpod-llm images prune',
    });
  }
  if (
    /unauthorized|authentication required|denied: |access (?:to the resource is )?denied|incorrect username or password|no basic auth/i.test(
      message,
    )
  ) {
    return new AppError('registry_denied', `The registry refuses: ${message}`, options);
  }
  if (REGISTRY_AWAY.test(message)) {
    return new AppError('registry_unavailable', `The registry cannot be reached: ${message}`, options);
  }
  return new AppError(otherwise, message, options);
}

const REGISTRY_AWAY =
  /connection refused|connection reset|no such host|i\/o timeout|TLS handshake|unexpected EOF|: EOF\b|received unexpected HTTP status: 5|network is unreachable|server misbehaving|context deadline exceeded/i;

function connectionError(error: unknown, message: string): AppError {
  const code = field(error, 'code');
  const denied = code === 'EACCES' || code === 'EPERM';
  return new AppError(
    'docker_unavailable',
    denied ? 'This user may not use the Docker engine.' : `The Docker engine does not answer (${message}).`,
    {
      cause: error,
      ...(denied
        ? { advice: 'Add the user to the group: sudo usermod -aG docker $USER, then log in again.' }
        : {}),
    },
  );
}

function said(error: unknown): string {
  const json = field(error, 'json');
  const message = field(json, 'message') ?? field(error, 'message');
  const code = field(error, 'code');
  const text =
    typeof message === 'string' && message.trim() !== ''
      ? message.trim()
      : typeof code === 'string'
        ? code
        : 'no reason given';
  // With a stream the modem has no parsed body: its text then carries the engine's words behind its own.
  return text.replace(/^\(HTTP code \d+\) [a-z ]+ - /, '');
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
