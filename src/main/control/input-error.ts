import type { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { nearest } from './nearest.ts';

/** What one part of an input got wrong; travels in the error's details for forms to show beside the field. */
interface InputIssue {
  readonly field: string;
  readonly message: string;
}

/** Places whose values may be secrets: named in errors, never repeated. */
const SECRET_PLACES = /(?:^|\.)(?:value|env|token|key|password)(?:\.|$)/i;
const MOST_ISSUES = 10;

/** Turns a schema's complaint into an error that names each field, what was found and the nearest allowed value. */
export function inputError(name: string, error: z.core.$ZodError, input: unknown): AppError {
  const issues = strictest(error.issues)
    .slice(0, MOST_ISSUES)
    .map((issue) => describe(issue, input));
  const text = issues.map(({ field, message }) => (field === '' ? message : `${shown(field)}: ${message}`));
  // Fields speak for themselves; only where none is at fault does the name of the call help.
  const what = issues.some((issue) => issue.field === '') ? `${name} does not accept this input: ` : '';
  return new AppError('invalid_input', `${what}${text.join('; ')}.`, { details: { issues } });
}

/** As people know it: a deployment's values stand under `spec` in the contract only. */
const shown = (field: string): string => field.replace(/^spec\./, '');

function describe(issue: z.core.$ZodIssue, input: unknown): InputIssue {
  const field = issue.path.map(String).join('.');
  const found = SECRET_PLACES.test(field) ? '' : foundText(valueAt(input, issue.path));
  return {
    field,
    message: `${lowerFirst(bound(issue) ?? issue.message)}${found}${suggestion(issue, input)}`,
  };
}

/** A number is measured against what a computer holds and against what makes sense: the last one says most. */
const strictest = (issues: readonly z.core.$ZodIssue[]): z.core.$ZodIssue[] =>
  issues.filter(
    ({ code, path }, index) =>
      !issues
        .slice(index + 1)
        .some((later) => later.code === code && later.path.join('.') === path.join('.')),
  );

/** Zod's own words for a bound, in plain ones; null = it is none, or has words of its own. */
function bound(issue: z.core.$ZodIssue): string | null {
  if (issue.code !== 'too_small' && issue.code !== 'too_big') return null;
  if (!/^Too (?:small|big)/.test(issue.message)) return null;
  const { origin, inclusive = true } = issue;
  const isSmall = issue.code === 'too_small';
  const limit = isSmall ? issue.minimum : issue.maximum;
  if (origin === 'string' && isSmall && limit === 1) return 'must not be empty';
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
  const how = isSmall ? (inclusive ? 'at least' : 'more than') : inclusive ? 'at most' : 'less than';
  return `must ${unit === '' ? 'be' : 'have'} ${how} ${limit}${unit}`;
}

function suggestion(issue: z.core.$ZodIssue, input: unknown): string {
  if (issue.code !== 'invalid_value') return '';
  const found = valueAt(input, issue.path);
  if (typeof found !== 'string') return '';
  const near = nearest(found, issue.values.map(String));
  return near === null ? '' : `; did you mean "${near}"?`;
}

function foundText(value: unknown): string {
  if (typeof value === 'string')
    return ` (found ${value.length > 80 ? `${value.length} characters` : `"${value}"`})`;
  return typeof value === 'number' || typeof value === 'boolean' ? ` (found ${value})` : '';
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
