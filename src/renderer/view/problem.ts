import { asAppError, ERRORS, isAbort, toErrorBody, type ErrorBody } from '../../shared/errors.ts';
import { core } from './core-words.ts';

/** What went wrong, what to do, and RunPod's request id where there is one (SPEC 2.5). */
export interface Problem {
  readonly code: string;
  readonly title: string;
  readonly advice: string;
  /** What the core said in English, where title and advice are in another language; null = they say it themselves. */
  readonly detail: string | null;
  readonly requestId: string | null;
}

export const problemOf = (error: unknown): Problem => problemFrom(toErrorBody(asAppError(error)));

/** A problem as the core reports it beside a deployment, a build or a key. */
export function problemFrom({
  code,
  message,
  advice,
  requestId = null,
}: Pick<ErrorBody, 'message' | 'advice'> & {
  readonly code: string;
  readonly requestId?: string | null | undefined;
}): Problem {
  const words = isErrorCode(code) ? core.problems[code] : undefined;
  if (words === undefined) return { code, title: message, advice, detail: null, requestId };
  // Advice of its own, unlike the table's, says more than the code does.
  const isSpecial = !isErrorCode(code) || advice !== ERRORS[code].advice;
  return { code, ...words, detail: isSpecial ? `${message} ${advice}` : message, requestId };
}

const isErrorCode = (code: string): code is keyof typeof ERRORS => Object.hasOwn(ERRORS, code);

/** A call that its own page gave up, or that the user declined when asked, is no problem. */
export const wasLeft = (error: unknown): boolean =>
  isAbort(error) || ['client_closed', 'declined'].includes(asAppError(error).code);
