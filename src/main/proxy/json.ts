/** JSON as it arrives: parsed once, looked at with these, never written to. */
export type JsonObject = { readonly [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Parses a JSON object; null for anything else. */
export function parseObject(text: string): JsonObject | null {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : null;
  } catch {
    return null; // The caller says what was expected where.
  }
}

export function stringOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

export function numberOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

export function objectsOf(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Deeper than any sane request, and far from what the stack bears. */
const DEEPEST = 500;

/**
 * JSON with keys in one order, so that equal requests have equal bytes.
 * @throws RangeError where different requests would look the same, or none could be written: integers that lost digits
 *   when they were parsed (seeds of 64 bits), numbers past the largest, bottomless nesting
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > DEEPEST) throw new RangeError('nested too deep');
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  if (typeof value === 'number') return exactNumber(value);
  if (!isObject(value)) return JSON.stringify(value) ?? 'null';
  const fields = Object.keys(value)
    .filter((key) => value[key] !== undefined)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key], depth + 1)}`);
  return `{${fields.join(',')}}`;
}

function exactNumber(value: number): string {
  if (Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new RangeError('digits were lost');
  return JSON.stringify(value);
}
