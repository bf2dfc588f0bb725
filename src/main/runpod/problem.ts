/** What a failed answer said, whoever wrote it. */
export interface Problem {
  /** The API itself wrote this (problem+json), not a gateway, firewall or login page on the way. */
  readonly fromApi: boolean;
  /** The form REST v1 used (FACTS 1): the base URL is wrong. */
  readonly looksLikeV1: boolean;
  /** One line for people; secrets of the request removed. */
  readonly text: string;
  /** Single violations of a 422, the misleading ones left out. */
  readonly violations: readonly string[];
  /** Body fields the violations name, e.g. `gpu.id`. */
  readonly fields: readonly string[];
}

/** Nothing worth showing is longer. */
const LONGEST_BODY = 64 * 1024;
const LONGEST_TEXT = 500;
const MOST_VIOLATIONS = 5;

/**
 * Reads a failed answer's body: problem+json, `{"error": ...}`, an HTML page, plain text or nothing.
 * @param secrets values of the request that RunPod may repeat in its text
 */
export function readProblem(body: string, secrets: readonly string[]): Problem {
  const head = body.slice(0, LONGEST_BODY);
  const fields = parseObject(head);
  const clean = (text: string): string => oneLine(scrub(text, secrets));
  if (fields === null) {
    return { fromApi: false, looksLikeV1: false, text: clean(plainText(head)), violations: [], fields: [] };
  }
  const detail = firstText(fields['detail'], fields['title']);
  const violations = decisive(texts(fields['errors'])).map(clean).slice(0, MOST_VIOLATIONS);
  return {
    fromApi: detail !== '',
    looksLikeV1: detail === '' && typeof fields['error'] === 'string',
    text: clean(detail === '' ? firstText(fields['error'], fields['message']) : detail),
    violations,
    fields: violations.flatMap(fieldsOf),
  };
}

/**
 * When one required field is missing the validator may also list perfectly valid fields as "additional": only the
 * "missing property" lines count then (FACTS 0).
 */
function decisive(violations: readonly string[]): readonly string[] {
  const missing = violations.filter((line) => /missing propert(?:y|ies)/i.test(line));
  return missing.length > 0 ? missing : violations;
}

/** `$.gpu: missing property 'id'` → `gpu.id`; `$.workers.max: must be >= 0` → `workers.max`. */
function fieldsOf(violation: string): string[] {
  const path = /^\$\.?([\w.[\]-]*)/.exec(violation)?.[1] ?? '';
  const names = /(?:missing|additional) propert(?:y|ies) ((?:'[^']+'(?:, | and )?)+)/i.exec(violation)?.[1];
  const found =
    names === undefined ? [''] : Array.from(names.matchAll(/'([^']+)'/g), (match) => match[1] ?? '');
  return found
    .map((name) => [path, name].filter((part) => part !== '').join('.'))
    .filter((field) => field !== '');
}

function plainText(body: string): string {
  const title = /<title[^>]*>([^<]{1,200})/i.exec(body)?.[1];
  if (title !== undefined) return title;
  return /^\s*</.test(body) ? 'an HTML page' : body;
}

function parseObject(body: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value))
      : null;
  } catch {
    return null; // Not JSON is an ordinary case: Cloudflare answers HTML.
  }
}

function firstText(...values: readonly unknown[]): string {
  return values.find((value): value is string => typeof value === 'string' && value !== '') ?? '';
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** Control characters could move a terminal's cursor; length is bounded for logs and screens. */
function oneLine(text: string): string {
  // eslint-disable-next-line no-control-regex
  const line = text.replaceAll(/[\u0000-\u001F\u007F-\u009F\s]+/g, ' ').trim();
  return line.length > LONGEST_TEXT ? `${line.slice(0, LONGEST_TEXT)}…` : line;
}

function scrub(text: string, secrets: readonly string[]): string {
  return secrets.reduce((result, secret) => result.replaceAll(secret, '***'), text);
}

/** Shorter values are no secrets, and replacing them would garble the text. */
const SHORTEST_SECRET = 6;

/** The values in a request body that must not come back in an error: environment values and passwords. */
export function secretsIn(body: unknown): string[] {
  if (typeof body !== 'object' || body === null) return [];
  const env: unknown = Reflect.get(body, 'env');
  const values: unknown[] = typeof env === 'object' && env !== null ? Object.values(env) : [];
  return [...values, Reflect.get(body, 'password')]
    .filter((value): value is string => typeof value === 'string' && value.length >= SHORTEST_SECRET)
    .toSorted((a, b) => b.length - a.length);
}
