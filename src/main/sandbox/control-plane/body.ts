import type { z } from 'zod';
import { bodyJson, bodyText, type SimRequest } from '../http/message.ts';
import { Problem } from '../problem.ts';

/**
 * Parses a request body strictly. A misfit is a 422 whose `errors` name each violation in RunPod's words.
 * `composed`: bodies whose document schema is composed; there RunPod's validator, once a required field is missing, also
 * calls the valid fields "additional" (FACTS 0), and clients must not be misled by that line.
 */
export function parseBody<T>(schema: z.ZodType<T>, request: SimRequest, composed = false): T {
  const value = bodyJson(request);
  if (value === undefined) {
    const detail =
      bodyText(request).trim() === '' ? 'request body is required' : 'request body is not valid JSON';
    throw new Problem(422, detail, { errors: [`$: ${detail}`] });
  }
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => describe(issue, value));
  if (composed && errors.some((line) => line.includes('missing properties'))) errors.push(...noise(value));
  throw new Problem(422, 'Request validation failed.', { errors });
}

function noise(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const names = Object.keys(value).map((name) => `'${name}'`);
  return names.length === 0 ? [] : [`$: additional properties ${names.join(', ')} not allowed`];
}

function describe(issue: z.core.$ZodIssue, root: unknown): string[] {
  const at = pointer(issue.path);
  if (issue.code === 'unrecognized_keys') {
    return [`${at}: additional properties ${issue.keys.map((key) => `'${key}'`).join(', ')} not allowed`];
  }
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.flat().map((entry) => entry.message);
    return [`${at}: ${inner[0] ?? 'no alternative matched'}`];
  }
  if (issue.code === 'invalid_type' && valueAt(root, issue.path) === undefined) {
    return [`${pointer(issue.path.slice(0, -1))}: missing properties '${String(issue.path.at(-1) ?? '')}'`];
  }
  return [`${at}: ${issue.message}`];
}

function pointer(path: readonly PropertyKey[]): string {
  return ['$', ...path.map(String)].join('.');
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value: unknown = root;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Reflect.get(value, key);
  }
  return value;
}
