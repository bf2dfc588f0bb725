import { z } from 'zod';
import { AppError } from '../../shared/errors.ts';
import { nearest } from '../control/nearest.ts';
import { keysOf, schemaAt } from './file-form.ts';

/** One thing wrong with the configuration: where, which value, what it may be. */
export interface ConfigProblem {
  /** `/path/llm_config.json:3:11`, a variable or a flag. */
  readonly where: string;
  /** `proxy.port`; empty for the file as a whole. */
  readonly path: string;
  readonly found: string;
  readonly allowed: string;
}

const MOST_TOLD = 20;

export function configError(problems: readonly ConfigProblem[]): AppError {
  const told = problems.slice(0, MOST_TOLD).map(problemText);
  const left = problems.length - told.length;
  return new AppError('config_invalid', [...told, ...(left > 0 ? [`and ${left} more`] : [])].join('\n'), {
    details: { problems: problems.slice(0, MOST_TOLD) },
  });
}

function problemText({ where, path, found, allowed }: ConfigProblem): string {
  return `${where}: ${path === '' ? '' : `${path}: `}found ${found}; allowed: ${allowed}`;
}

export type ValuePath = readonly (string | number)[];

export const pathText = (path: ValuePath): string => path.join('.');

/** Problems of values that do not fit their schema. `whereOf` names the place of a value or key, `nameOf` the value. */
export function problemsOf(
  error: z.ZodError,
  schema: z.core.$ZodType,
  value: unknown,
  whereOf: (path: ValuePath, what: 'key' | 'value') => string,
  nameOf: (path: ValuePath) => string = pathText,
): ConfigProblem[] {
  return error.issues.flatMap((issue): ConfigProblem[] => {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    if (issue.code === 'unrecognized_keys') {
      const allowed = keysOf(schemaAt(schema, path));
      return issue.keys.map((key) => ({
        where: whereOf([...path, key], 'key'),
        path: nameOf([...path, key]),
        found: 'an unknown key',
        allowed: keyAdvice(key, allowed),
      }));
    }
    return [
      {
        where: whereOf(path, 'value'),
        path: nameOf(path),
        found: foundText(valueAt(value, path), path),
        allowed: allowedText(issue, schemaAt(schema, path)),
      },
    ];
  });
}

const SECRET_KEY = /(?:api_?key|token|password|secret|credential)/i;

function keyAdvice(key: string, allowed: readonly string[]): string {
  if (key === 'data_dir')
    return 'this file is looked for in it, so it is set with --data-dir or RUNPOD_LLM_DATA_DIR';
  const close = nearest(key, allowed);
  if (close !== null) return `did you mean "${close}"?`;
  if (SECRET_KEY.test(key)) {
    return 'secrets never stand in this file; set them with "runpod-llm key set" or their environment variable';
  }
  return `one of ${allowed.join(', ')}`;
}

/** The value a path leads to; undefined where it leads nowhere. */
export function valueAt(value: unknown, path: ValuePath): unknown {
  return path.reduce<unknown>(
    (found, part) => (typeof found === 'object' && found !== null ? Reflect.get(found, part) : undefined),
    value,
  );
}

const LONGEST_FOUND = 60;

/** A value as it may be shown: short, and never one that could be a secret. */
export function foundText(value: unknown, path: ValuePath): string {
  if (value === undefined) return 'nothing';
  const isPrivate = path.some((part) => part === 'env' || SECRET_KEY.test(String(part)));
  if (isPrivate && typeof value === 'string') return 'a text that is not shown';
  const text = JSON.stringify(value) ?? typeof value;
  return text.length <= LONGEST_FOUND ? text : `${text.slice(0, LONGEST_FOUND)}…`;
}

function allowedText(issue: z.core.$ZodIssue, schema: z.core.$ZodType | null): string {
  if (issue.code === 'custom' || schema === null) return issue.message;
  if (issue.code === 'invalid_format') return formatText(issue);
  return describeSchema(schema);
}

function formatText(issue: z.core.$ZodIssueInvalidStringFormat): string {
  if (issue.format === 'url') return 'a URL such as https://example.com';
  if (issue.format === 'starts_with')
    return `a text that begins with "${String(Reflect.get(issue, 'prefix'))}"`;
  const isStandard = issue.message.startsWith('Invalid');
  return isStandard && issue.pattern !== undefined ? `a text matching ${issue.pattern}` : issue.message;
}

const jsonSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maxLength: z.number().optional(),
  maxItems: z.number().optional(),
  items: z.unknown().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  format: z.string().optional(),
});
type JsonSchema = z.infer<typeof jsonSchema>;

/** What a schema allows, in words. */
export function describeSchema(schema: z.core.$ZodType): string {
  return words(jsonSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })));
}

function words(schema: JsonSchema): string {
  if (schema.enum !== undefined)
    return `one of ${schema.enum.map((item) => JSON.stringify(item)).join(', ')}`;
  if (schema.anyOf !== undefined) {
    return schema.anyOf.map((option) => words(jsonSchema.parse(option))).join(' or ');
  }
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? []);
  return types.map((type) => typeWords(type, schema)).join(' or ') || 'another value';
}

function typeWords(type: string, schema: JsonSchema): string {
  switch (type) {
    case 'integer':
      return `a whole number${rangeWords(schema)}`;
    case 'number':
      return `a number${rangeWords(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'string':
      if (schema.format === 'uri') return 'a URL such as https://example.com';
      return schema.maxLength === undefined ? 'a text' : `a text of at most ${schema.maxLength} characters`;
    case 'array': {
      const most = schema.maxItems === undefined ? '' : ` of at most ${schema.maxItems}`;
      return `a list${most}`;
    }
    case 'object': {
      const keys = Object.keys(schema.properties ?? {});
      return keys.length === 0 ? 'an object' : `an object with ${keys.join(', ')}`;
    }
    default:
      return type;
  }
}

function rangeWords({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const from = minimum === undefined || minimum === Number.MIN_SAFE_INTEGER ? '' : ` from ${minimum}`;
  const above = exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`;
  const upTo = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? '' : ` up to ${maximum}`;
  return `${from}${above}${upTo}`;
}
