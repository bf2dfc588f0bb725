import { AppError } from '../../shared/errors.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { Random } from '../platform/random.ts';

/** First try included. */
const MOST_TRIES = 3;
const FIRST_DELAY_MS = 500;
/** A longer `Retry-After` (an hour's quota) is the caller's to plan, not a call's to sit out. */
const LONGEST_RETRY_AFTER_SECONDS = 65;

export interface Failure {
  /** May the same request be sent again without knowing whether the first one worked? */
  readonly repeatable: boolean;
  /** Tries made so far. */
  readonly tries: number;
  readonly error: AppError;
}

/**
 * When to try again: milliseconds to wait, or null to give up. By verb (FACTS 1):
 * - GET and DELETE are repeatable. A DELETE that worked unseen answers 404 the second time, which is "done", and giving
 *   up on one leaves something billing.
 * - POST is not: no idempotency key exists, and a repeated create rents a second pod.
 * - PATCH is not: the second one recreates the container again (wiping its disk) or makes another release, and can
 *   overwrite what somebody changed between the two.
 * - 429 means that nothing was done, whatever the verb.
 */
export function retryDelayMs({ repeatable, tries, error }: Failure, random: Random): number | null {
  if (tries >= MOST_TRIES) return null;
  const limited = error.code === 'runpod_rate_limited';
  const passing = error.code === 'runpod_unavailable' || error.code === 'runpod_unreachable';
  if (!limited && !(passing && repeatable)) return null;
  if ((error.retryAfterSeconds ?? 0) > LONGEST_RETRY_AFTER_SECONDS) return null;
  const backoffMs = FIRST_DELAY_MS * 2 ** (tries - 1);
  // Waiting exactly as told would bring every waiting client back in the same instant.
  return (error.retryAfterSeconds ?? 0) * 1000 + backoffMs * (0.5 + random.next());
}

export interface RetryTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Runs `attempt` until it works or `retryDelayMs` gives up. @throws the last failure; AbortError while waiting */
export async function withRetries<T>(
  { clock, random, log }: RetryTools,
  { route, repeatable }: { readonly route: string; readonly repeatable: boolean },
  signal: AbortSignal,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const waitMs = retryDelayMs({ repeatable, tries, error }, random);
      log.debug({ route, tries, code: error.code, requestId: error.requestId, waitMs }, 'runpod call failed');
      if (waitMs === null) throw error;
      await clock.sleep(waitMs, signal);
    }
  }
}
