import { asAppError, type AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Random } from '../../platform/random.ts';
import type { Stage } from '../call.ts';

const FIRST_WAIT_MS = 250;
const LONGEST_WAIT_MS = 8000;

/**
 * How long to wait before the call is repeated; null = it is not. Only called while nothing has reached the client.
 * `attempt` counts from 1. Errors after the model server began to work are repeated once at most: the GPU may still be
 * busy with the first try (trap 35); a gateway's cut-off never, the same wait would follow.
 */
export function retryWaitMs(
  error: AppError,
  attempt: number,
  retries: number,
  random: Random,
): number | null {
  const allowed = isPaid(error) ? 0 : Math.min(retries, attemptsFor(error));
  if (attempt > allowed) return null;
  const asked = error.retryAfterSeconds;
  const unreached = error.details?.['unreached'] === true;
  if (asked !== undefined && !unreached) return asked * 1000 <= LONGEST_WAIT_MS ? asked * 1000 : null;
  const ceiling = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return Math.round(ceiling / 2 + (random.next() * ceiling) / 2);
}

/** The failed try was billed, or may have been: nobody but the client may pay again (RunPod trap 13). */
function isPaid(error: AppError): boolean {
  return error.details?.['paid'] === true;
}

function attemptsFor(error: AppError): number {
  switch (error.code) {
    case 'upstream_unreachable':
    case 'upstream_overloaded':
      return Infinity;
    case 'upstream_failed':
    case 'rate_limited':
      return 1;
    default:
      return 0;
  }
}

export interface RetryOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly retries: () => number;
}

/** Repeats a call that failed before its first byte; an unreachable upstream is reported, so that it is proven anew. */
export function retry(options: RetryOptions): Stage {
  return (next) => async (call) => {
    for (let attempt = 1; ; attempt++) {
      try {
        return await next(call);
      } catch (error) {
        const known = asAppError(error);
        if (known.details?.['unreached'] === true) call.target.reportUnreachable();
        const waitMs = retryWaitMs(known, attempt, options.retries(), options.random);
        if (waitMs === null || call.signal.aborted) throw known;
        await options.clock.sleep(waitMs, call.signal);
      }
    }
  };
}
