import { asAppError, toErrorBody, type AppError, type ErrorCode } from '../../../shared/errors.ts';
import type { Refusal } from '../events.ts';

/** What a failed create means for the loop: RunPod said no, or nobody knows whether there is a pod now. */
export type CreateOutcome = { readonly lost: true } | ({ readonly lost: false } & Refusal);

/**
 * The table of FACTS 1, "Create: which statuses to retry". Anything not known to mean "no pod was made" counts as lost:
 * the pod is then looked up by its name before another one is asked for (SPEC 2.3).
 */
export function createOutcome(thrown: unknown): CreateOutcome {
  const error = asAppError(thrown);
  const next = afterRefusal(error);
  return next === null ? { lost: true } : { lost: false, error: toErrorBody(error), next };
}

/** One refusal for all candidates. */
const FINAL: ReadonlySet<ErrorCode> = new Set([
  'runpod_key_missing',
  'runpod_key_invalid',
  'runpod_balance_empty',
  'runpod_not_found',
  'budget_exceeded',
  'simulated_only',
  'image_invalid',
]);

function afterRefusal(error: AppError): Refusal['next'] | null {
  if (FINAL.has(error.code)) return { do: 'stop' };
  const { status, ambiguous, reason, mayHaveHappened } = error.details ?? {};
  switch (error.code) {
    case 'no_gpu_capacity':
      return { do: 'next', result: reason === 'pool-forbidden' ? 'forbidden' : 'no-capacity' };
    // 400 means "no capacity" or "broken rule" and only prose tells: judged after all candidates (trap 5).
    case 'runpod_rejected':
      return status === 400 ? { do: 'next', result: 'rejected' } : { do: 'stop' };
    // A 403 of the account's GPU pools concerns this candidate; of the key, every one.
    case 'runpod_key_forbidden':
      return ambiguous === true ? { do: 'next', result: 'forbidden' } : { do: 'stop' };
    case 'runpod_rate_limited':
      return { do: 'wait', ms: (error.retryAfterSeconds ?? 0) * 1000 };
    case 'runpod_conflict':
      return { do: 'wait', ms: 0 };
    case 'runpod_unreachable':
      return mayHaveHappened === true ? null : { do: 'wait', ms: 0 };
    default:
      return null;
  }
}
