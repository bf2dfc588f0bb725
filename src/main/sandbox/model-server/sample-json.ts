import { z } from 'zod';

type Schema = Readonly<Record<string, unknown>>;

const MAX_DEPTH = 8;

/** Fills a JSON Schema with plausible values; `hint` is text that strings and numbers are taken from. */
export function sampleJson(schema: unknown, hint: string, prefix = ''): unknown {
  const root = asSchema(schema);
  return sample(root, { root, hint, prefix, depth: 0 });
}

interface Context {
  readonly root: Schema;
  readonly hint: string;
  readonly prefix: string;
  readonly depth: number;
}

function asSchema(value: unknown): Schema {
  return isSchema(value) ? value : {};
}

/** Not parsed by zod, which drops a property called `__proto__`; a client's schema may have one. */
function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sample(schema: Schema, context: Context): unknown {
  const target = resolve(schema, context);
  if ('const' in target) return target['const'];
  const choices = target['enum'];
  if (Array.isArray(choices)) return choices[0];
  for (const key of ['anyOf', 'oneOf', 'allOf']) {
    const options = target[key];
    if (Array.isArray(options)) return sample(asSchema(options[0]), deeper(context));
  }
  return sampleType(target, typeOf(target), context);
}

function sampleType(target: Schema, type: string, context: Context): unknown {
  switch (type) {
    case 'object':
      return sampleObject(target, context);
    case 'array':
      return sampleArray(target, context);
    case 'integer':
    case 'number':
      return sampleNumber(target, context);
    case 'boolean':
      return true;
    case 'null':
      return null;
    default:
      return sampleString(target, context);
  }
}

function sampleObject(target: Schema, context: Context): Record<string, unknown> {
  const properties = asSchema(target['properties']);
  const required = z.array(z.string()).safeParse(target['required']);
  const names = required.success && context.depth >= MAX_DEPTH / 2 ? required.data : Object.keys(properties);
  if (context.depth >= MAX_DEPTH) return {};
  return Object.fromEntries(names.map((name) => [name, sample(asSchema(properties[name]), deeper(context))]));
}

function sampleArray(target: Schema, context: Context): unknown[] {
  const length = Math.max(1, Number(target['minItems'] ?? 1));
  if (context.depth >= MAX_DEPTH) return [];
  return Array.from({ length: Math.min(length, 16) }, () =>
    sample(asSchema(target['items']), deeper(context)),
  );
}

function sampleNumber(target: Schema, context: Context): number {
  const found = Number(/\d+(?:\.\d+)?/.exec(context.hint)?.[0] ?? '1');
  const min = Number(target['minimum'] ?? Number.NEGATIVE_INFINITY);
  const max = Number(target['maximum'] ?? Number.POSITIVE_INFINITY);
  const value = Math.min(max, Math.max(min, found));
  return typeOf(target) === 'integer' ? Math.round(value) : value;
}

function sampleString(target: Schema, context: Context): string {
  const byFormat: Readonly<Record<string, string>> = {
    'date-time': '2026-11-24T09:00:00Z',
    date: '2026-11-24',
    time: '09:00:00Z',
    email: 'someone@example.com',
    uri: 'https://example.com/',
    uuid: '00000000-0000-4000-8000-000000000000',
  };
  const format = target['format'];
  if (typeof format === 'string' && byFormat[format] !== undefined) return byFormat[format];
  const max = Number(target['maxLength'] ?? 200);
  return `${context.prefix}${phraseIn(context.hint)}`
    .slice(0, max)
    .padEnd(Number(target['minLength'] ?? 0), '.');
}

/** What a person would take for the argument: a quotation, a place after "in", else the text itself. */
function phraseIn(hint: string): string {
  const quoted = /["“'`]([^"”'`]{1,80})["”'`]/.exec(hint)?.[1];
  const place = /\b(?:in|at|for|of|from)\s+((?:\p{Lu}[\p{L}-]*\s?){1,3})/u.exec(hint)?.[1];
  return (quoted ?? place ?? hint.slice(0, 80)).trim();
}

function typeOf(target: Schema): string {
  const type = target['type'];
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return String(type.find((entry) => entry !== 'null') ?? 'null');
  if (target['properties'] !== undefined) return 'object';
  return target['items'] === undefined ? 'string' : 'array';
}

function resolve(schema: Schema, context: Context): Schema {
  const ref = schema['$ref'];
  if (typeof ref !== 'string' || !ref.startsWith('#/') || context.depth >= MAX_DEPTH) return schema;
  let value: unknown = context.root;
  for (const key of ref.slice(2).split('/')) value = asSchema(value)[key];
  return resolve(asSchema(value), deeper(context));
}

function deeper(context: Context): Context {
  return { ...context, depth: context.depth + 1 };
}
