import { AppError } from '../../shared/errors.ts';

/** Stands where a secret or a prompt was. */
export const REDACTED = '[redacted]';

const LONGEST_TEXT = 4000;
const MOST_ITEMS = 50;
const DEEPEST = 6;

/** Names whose values are credentials, compared without case, dashes and underscores. */
const SECRET_NAMES =
  /^(?:proxy)?authorization$|^(?:set)?cookies?$|^(?:x)?apikeys?$|(?:api|access|secret|private|proxy)key$|token$|secrets?$|passw(?:or)?d$|passphrase$|credentials?$/;
/** Names whose values are the user's own words (SPEC 4.14). */
const PRIVATE_NAMES = new Set(['prompt', 'prompts', 'messages', 'completion']);
/** Maps whose every value may be a credential: environments of pods and processes. */
const SECRET_MAPS = new Set(['env', 'environment']);

/** What a log line begins with; facts of the same name get an underscore so that no line says two levels. */
const RESERVED = new Set(['level', 'time', 'msg']);

/**
 * Facts as they may be written: credentials and prompts taken out by the name they stand under at any depth, errors
 * with their causes, and everything bounded, so that no object can flood the log or stop it with a cycle.
 */
export function redactFacts(facts: object): Record<string, unknown> {
  const safe = plain(facts, DEEPEST, new Set());
  if (typeof safe !== 'object' || safe === null || Array.isArray(safe)) return { value: safe };
  return Object.fromEntries(
    Object.entries(safe).map(([name, value]) => [RESERVED.has(name) ? `${name}_` : name, value]),
  );
}

function plain(value: unknown, depth: number, above: Set<object>): unknown {
  switch (typeof value) {
    case 'string':
      return clipped(value);
    case 'bigint':
    case 'symbol':
      return String(value);
    case 'function':
      return undefined;
    case 'object':
      return value === null ? null : structure(value, depth, above);
    default:
      return value;
  }
}

function structure(value: object, depth: number, above: Set<object>): unknown {
  if (above.has(value)) return '[circular]';
  if (depth === 0) return '[deeper]';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof URL) return value.href;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`;
  above.add(value);
  try {
    if (Array.isArray(value) || value instanceof Set) {
      return list([...value], (item) => plain(item, depth - 1, above));
    }
    return record(entriesOf(value), depth, above);
  } finally {
    above.delete(value);
  }
}

function entriesOf(value: object): [string, unknown][] {
  if (value instanceof Error) return errorEntries(value);
  if (value instanceof Map || value instanceof Headers) {
    return Array.from(value.entries(), ([name, item]): [string, unknown] => [String(name), item]);
  }
  return Object.entries(value);
}

function errorEntries(error: Error): [string, unknown][] {
  const entries: [string, unknown][] = [
    ['type', error.name],
    ['message', error.message],
  ];
  if (error instanceof AppError) {
    entries.push(['code', error.code], ['requestId', error.requestId], ['details', error.details]);
  } else {
    const code: unknown = Reflect.get(error, 'code');
    entries.push(['code', code], ['stack', error.stack]);
  }
  if (error instanceof AggregateError) entries.push(['errors', error.errors]);
  entries.push(['cause', error.cause]);
  return entries.filter(([, item]) => item !== undefined);
}

function record(entries: [string, unknown][], depth: number, above: Set<object>): Record<string, unknown> {
  const kept = entries
    .slice(0, MOST_ITEMS)
    .map(([name, item]): [string, unknown] => [name, named(name, item, depth, above)]);
  const left = entries.length - kept.length;
  return Object.fromEntries(left > 0 ? [...kept, ['…', `${left} more`]] : kept);
}

function named(name: string, item: unknown, depth: number, above: Set<object>): unknown {
  const known = name.toLowerCase().replaceAll(/[-_]/g, '');
  if (PRIVATE_NAMES.has(known) && item !== null && item !== undefined) return REDACTED;
  if (SECRET_NAMES.test(known) && carries(item)) return REDACTED;
  if (SECRET_MAPS.has(known) && typeof item === 'object' && item !== null) {
    return Object.fromEntries(
      Object.keys(item)
        .slice(0, MOST_ITEMS)
        .map((key) => [key, REDACTED]),
    );
  }
  return plain(item, depth - 1, above);
}

/** Whether a value can hold a secret at all; `token: true` and a count of tokens say nothing. */
function carries(item: unknown): boolean {
  return (typeof item === 'string' && item !== '') || (typeof item === 'object' && item !== null);
}

function list(items: unknown[], convert: (item: unknown) => unknown): unknown[] {
  const kept = items.slice(0, MOST_ITEMS).map(convert);
  return items.length > kept.length ? [...kept, `… ${items.length - kept.length} more`] : kept;
}

function clipped(text: string): string {
  return text.length <= LONGEST_TEXT
    ? text
    : `${text.slice(0, LONGEST_TEXT)}… (${text.length - LONGEST_TEXT} more characters)`;
}
