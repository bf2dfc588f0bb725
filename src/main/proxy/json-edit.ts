/**
 * Surgical edits of a JSON object's bytes. The body a client sent is forwarded as it came, except for the few values
 * that must differ: re-serialising would cost 59 µs at 32 KB and lose number spelling, key order and duplicate keys.
 * Input must be valid JSON (it was parsed before); positions are found by reading structure, never by text search, so
 * a `"model":` inside a prompt is never touched (trap 39).
 */

/** Where a value stands: bytes [start, end). */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface Edit {
  /** Path of keys from the top: `['model']` or `['response', 'model']`. */
  readonly path: readonly string[];
  /** The new value as JSON text. */
  readonly value: string;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const COMMA = 0x2c;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/** Spans of every value under `path` (a key may stand twice; readers differ on which one counts, so all are edited). */
export function findValues(json: Buffer, path: readonly string[]): Span[] {
  const found: Span[] = [];
  search(json, skipSpace(json, 0), path, 0, found);
  return found;
}

/**
 * Sets values in a JSON object. A path of one key that is absent is added in front; an absent deeper path is left
 * alone. Returns the same buffer when nothing changes.
 */
export function editJson(json: Buffer, edits: readonly Edit[]): Buffer {
  const cuts: { readonly span: Span; readonly value: string }[] = [];
  let added = '';
  for (const edit of edits) {
    const spans = findValues(json, edit.path);
    for (const span of spans) cuts.push({ span, value: edit.value });
    const [key] = edit.path;
    if (spans.length === 0 && edit.path.length === 1) added += `${JSON.stringify(key)}:${edit.value},`;
  }
  if (cuts.length === 0 && added === '') return json;
  cuts.sort((a, b) => a.span.start - b.span.start);
  return splice(json, cuts, added);
}

/** Adds keys in front of a JSON object's first one; the caller knows that they are absent. */
export function prependKeys(json: Buffer, fields: string): Buffer {
  const open = json.indexOf(OPEN_BRACE);
  const empty = json[skipSpace(json, open + 1)] === CLOSE_BRACE;
  return Buffer.concat([
    json.subarray(0, open + 1),
    Buffer.from(empty ? fields : `${fields},`),
    json.subarray(open + 1),
  ]);
}

function splice(
  json: Buffer,
  cuts: readonly { readonly span: Span; readonly value: string }[],
  added: string,
): Buffer {
  const parts: Buffer[] = [];
  let at = 0;
  for (const { span, value } of cuts) {
    parts.push(json.subarray(at, span.start), Buffer.from(value));
    at = span.end;
  }
  parts.push(json.subarray(at));
  const edited = Buffer.concat(parts);
  return added === '' ? edited : prependKeys(edited, added.slice(0, -1));
}

/** Reads the object at `at`; returns the position after it. */
function search(json: Buffer, at: number, path: readonly string[], depth: number, found: Span[]): number {
  if (json[at] !== OPEN_BRACE) return skipValue(json, at);
  const wanted = path[depth];
  let i = skipSpace(json, at + 1);
  while (i < json.length && json[i] !== CLOSE_BRACE) {
    const keyEnd = skipString(json, i);
    const hit = keyIs(json, i, keyEnd, wanted);
    const start = skipSpace(json, skipSpace(json, keyEnd) + 1);
    const deeper = hit && depth + 1 < path.length;
    const end = deeper ? search(json, start, path, depth + 1, found) : skipValue(json, start);
    if (hit && !deeper) found.push({ start, end });
    i = skipSpace(json, end);
    if (json[i] === COMMA) i = skipSpace(json, i + 1);
  }
  return i + 1;
}

function keyIs(json: Buffer, start: number, end: number, wanted: string | undefined): boolean {
  const raw = json.toString('utf8', start, end);
  if (wanted === undefined) return false;
  if (raw.length === wanted.length + 2 && raw.slice(1, -1) === wanted) return true;
  return raw.includes('\\') && JSON.parse(raw) === wanted;
}

function skipSpace(json: Buffer, at: number): number {
  let i = at;
  for (;;) {
    const byte = json[i];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return i;
    i++;
  }
}

/** `at` is at the opening quote; returns the position after the closing one. */
function skipString(json: Buffer, at: number): number {
  let i = at;
  for (;;) {
    i = json.indexOf(QUOTE, i + 1);
    if (i < 0) return json.length;
    let slashes = 0;
    while (json[i - 1 - slashes] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return i + 1;
  }
}

function skipValue(json: Buffer, at: number): number {
  const first = json[at];
  if (first === QUOTE) return skipString(json, at);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipScalar(json, at);
  let depth = 0;
  let i = at;
  while (i < json.length) {
    const byte = json[i];
    if (byte === QUOTE) {
      i = skipString(json, i);
      continue;
    }
    if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth--;
    i++;
    if (depth === 0) return i;
  }
  return i;
}

function skipScalar(json: Buffer, at: number): number {
  let i = at;
  while (i < json.length) {
    const byte = json[i] ?? COMMA;
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte === COLON || byte <= 0x20)
      break;
    i++;
  }
  return i;
}
