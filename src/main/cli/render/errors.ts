import { toErrorBody, type AppError } from '../../../shared/errors.ts';
import type { Paint } from './paint.ts';
import { safeText } from './safe-text.ts';

/** One line that says what happened, one that says what to do. */
export function renderError(error: AppError, paint: Paint): string {
  const requestId = error.requestId === undefined ? '' : ` (RunPod request ${error.requestId})`;
  const lines = [`${paint.red('error:')} ${oneLine(error.message)}${requestId}`];
  if (error.advice !== '') lines.push(`  ${oneLine(error.advice)}`);
  return lines.join('\n');
}

/** The same where nothing went wrong: somebody chose to leave. */
export function renderNotice(error: AppError): string {
  return `${oneLine(error.message)}\n  ${oneLine(error.advice)}`;
}

export function renderErrorJson(error: AppError): string {
  return JSON.stringify({ error: toErrorBody(error) });
}

function oneLine(text: string): string {
  return safeText(text, false)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}
