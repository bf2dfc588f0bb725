import { ERRORS, type ErrorBody } from '../../../shared/errors.ts';
import type { BootTrouble } from '../events.ts';
import type { Step } from '../state.ts';

/** Lines of the log kept with a failure. */
const EVIDENCE_LINES = 20;

/** What the log said last. */
export const evidence = (step: Step): { readonly log?: readonly string[] } =>
  step.live.tail.length === 0 ? {} : { log: step.live.tail.slice(-EVIDENCE_LINES) };

/** The last word of the container itself, for the end of a sentence. */
export function lastLine(tail: readonly string[]): string {
  const line = tail.findLast((text) => text.trim() !== '' && !/^(?:start|create) container\b/i.test(text));
  return line === undefined ? '' : ` Its last line: ${line.slice(0, 300)}`;
}

export function troubleError(trouble: BootTrouble): ErrorBody {
  return {
    code: trouble.code,
    message: trouble.message,
    advice: trouble.advice ?? ERRORS.boot_failed.advice,
    details: { line: trouble.line },
  };
}
