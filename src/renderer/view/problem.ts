import { asAppError, isAbort, type AppError } from '../../shared/errors.ts';

/** What went wrong, what to do, and RunPod's request id where there is one (SPEC 2.5). */
export interface Problem {
  readonly code: string;
  readonly title: string;
  readonly advice: string;
  readonly requestId: string | null;
}

export function problemOf(error: unknown): Problem {
  const known: AppError = asAppError(error);
  return {
    code: known.code,
    title: known.message,
    advice: known.advice,
    requestId: known.requestId ?? null,
  };
}

/** A call that its own page gave up is no problem. */
export const wasLeft = (error: unknown): boolean =>
  isAbort(error) || asAppError(error).code === 'client_closed';
