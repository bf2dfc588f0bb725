import { z } from 'zod';

/**
 * The file's form of a schema: the same, with snake_case keys, everything optional and nothing filled in. Derived, so
 * that file, published JSON Schema and configuration cannot drift apart.
 */
type Schema = z.core.$ZodType;

export function toSnake(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** What a schema is once nothing needs to be there: defaults and options taken off. */
function bare(schema: Schema): Schema {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return bare(schema.unwrap());
  }
  return schema;
}

/** The schema of a value in the file, absent or not. */
export function fileForm(schema: Schema): Schema {
  const documented = documentation(schema);
  const form = formOf(bare(schema));
  return z.optional(form).meta(documented);
}

function formOf(schema: Schema): Schema {
  if (schema instanceof z.ZodNullable) return z.nullable(formOf(bare(schema.unwrap())));
  if (schema instanceof z.ZodObject) return objectForm(schema);
  if (schema instanceof z.ZodArray && holdsObjects(schema.element)) {
    return new z.ZodArray({ ...schema.def, element: formOf(bare(schema.element)) });
  }
  return schema;
}

function objectForm(schema: z.ZodObject): Schema {
  const entries = Object.entries(schema.shape).map(([name, field]): [string, Schema] => [
    toSnake(name),
    isRequired(field) ? formOf(field) : fileForm(field),
  ]);
  return z.strictObject(Object.fromEntries(entries));
}

function isRequired(schema: Schema): boolean {
  return bare(schema) === schema;
}

function holdsObjects(schema: Schema): boolean {
  const inner = bare(schema);
  return inner instanceof z.ZodObject;
}

/** Description and default, for the published schema. A default made of parts is told by its parts. */
function documentation(schema: Schema): { description?: string; default?: unknown } {
  const description = z.globalRegistry.get(schema)?.description;
  const standard = schema instanceof z.ZodDefault ? schema.def.defaultValue : undefined;
  return {
    ...(description === undefined ? {} : { description }),
    ...(standard === undefined ? {} : { default: standard }),
  };
}

/** A value of the file as the schema names its keys. Keys of free maps (environments, fallbacks) stay as they are. */
export function fromFileForm(schema: Schema, value: unknown): unknown {
  const inner = withoutNull(bare(schema));
  if (inner instanceof z.ZodArray && Array.isArray(value)) {
    return value.map((item) => fromFileForm(inner.element, item));
  }
  if (!(inner instanceof z.ZodObject) || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(inner.shape).flatMap(([name, field]): [string, unknown][] => {
    const found: unknown = Reflect.get(value, toSnake(name));
    return found === undefined ? [] : [[name, fromFileForm(field, found)]];
  });
  return Object.fromEntries(entries);
}

function withoutNull(schema: Schema): Schema {
  return schema instanceof z.ZodNullable ? bare(schema.unwrap()) : schema;
}

/** The schema at a path, through objects, lists and maps; null where the path leads nowhere. */
export function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | null {
  const inner = withoutNull(bare(schema));
  const [first, ...rest] = path;
  if (first === undefined) return schema;
  if (inner instanceof z.ZodObject) {
    const field: Schema | undefined = inner.shape[String(first)];
    return field === undefined ? null : schemaAt(field, rest);
  }
  if (inner instanceof z.ZodArray) return schemaAt(inner.element, rest);
  if (inner instanceof z.ZodRecord) return schemaAt(inner.valueType, rest);
  return null;
}

/** Keys an object of this schema may have; none for anything else. */
export function keysOf(schema: Schema | null): string[] {
  const inner = schema === null ? null : withoutNull(bare(schema));
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}
