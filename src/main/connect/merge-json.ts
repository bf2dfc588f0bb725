import { isDeepStrictEqual } from 'node:util';
import { AppError } from '../../shared/errors.ts';
import { readJsonc, valueOf, type JsonMember, type JsonNode } from './read-jsonc.ts';
import { lineAt, TextError } from './text-error.ts';

type Plain = Readonly<Record<string, unknown>>;

/**
 * Puts every value of `part` into the text and leaves all else as it stands: comments, order, indentation, trailing
 * commas. Objects are entered; objects in lists are known by their `name`; anything else is replaced.
 * @param text of the file; blank = begin a new one
 * @throws TextError
 */
export function mergeJson(text: string, part: Plain): string {
  const begun = text.trim() === '' ? '{}\n' : text;
  const merged = leavesOf(part, []).reduce((at, leaf) => setLeaf(at, leaf), begun);
  const expected = mergedValue(valueOf(readJsonc(begun)), part);
  if (!isDeepStrictEqual(valueOf(readJsonc(merged)), expected)) {
    throw new AppError('internal', 'The merged file does not say what it should; nothing was written.');
  }
  return merged;
}

interface Leaf {
  readonly path: readonly string[];
  readonly value: unknown;
}

const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function leavesOf(value: unknown, path: readonly string[]): Leaf[] {
  if (!isPlain(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]));
}

/** What the merged text has to say. */
function mergedValue(old: unknown, part: unknown): unknown {
  if (isPlain(part)) {
    const base = isPlain(old) ? old : {};
    const changed = Object.entries(part).map(([key, value]) => [key, mergedValue(base[key], value)] as const);
    return { ...base, ...Object.fromEntries(changed) };
  }
  if (!isNamedList(part) || !Array.isArray(old)) return part;
  return part.reduce<readonly unknown[]>((list, item) => {
    const at = list.findIndex((known) => isPlain(known) && known['name'] === item['name']);
    return at === -1 ? [...list, item] : list.with(at, item);
  }, old);
}

function isNamedList(value: unknown): value is readonly Plain[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => isPlain(item) && 'name' in item);
}

function setLeaf(text: string, { path, value }: Leaf): string {
  let node = readJsonc(text);
  for (const [depth, key] of path.entries()) {
    if (node.kind !== 'object') {
      const where = depth === 0 ? 'the file' : JSON.stringify(path.slice(0, depth).join('.'));
      throw new TextError(`${where} is not an object`, lineAt(text, node.start));
    }
    const member = node.members.find((known) => known.key === key);
    if (member === undefined) {
      const rest = path.slice(depth + 1).reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
      return insert(text, node, key, rest);
    }
    node = member.node;
  }
  if (isNamedList(value) && node.kind === 'array') return setItems(text, path, value);
  return replace(text, node, value);
}

function setItems(text: string, path: readonly string[], items: readonly Plain[]): string {
  return items.reduce((at, item) => {
    const list = path.reduce<JsonNode | undefined>(
      (node, key) =>
        node?.kind === 'object' ? node.members.find((known) => known.key === key)?.node : undefined,
      readJsonc(at),
    );
    if (list?.kind !== 'array') throw new AppError('internal', 'A list vanished while it was merged.');
    const same = list.members.find(({ node }) => {
      const known = valueOf(node);
      return isPlain(known) && known['name'] === item['name'];
    });
    return same === undefined ? insert(at, list, null, item) : replace(at, same.node, item);
  }, text);
}

function replace(text: string, node: JsonNode, value: unknown): string {
  if (isDeepStrictEqual(valueOf(node), value)) return text;
  const written = format(text, value, indentAt(text, node.start));
  return text.slice(0, node.start) + written + text.slice(node.end);
}

function insert(
  text: string,
  node: Extract<JsonNode, { members: unknown }>,
  key: string | null,
  value: unknown,
): string {
  const name = key === null ? '' : `${JSON.stringify(key)}: `;
  const last = node.members.at(-1);
  const inside = text.slice(node.start + 1, node.end - 1);
  if (last !== undefined && !inside.includes('\n')) {
    const at = last.commaAt === null ? last.node.end : last.commaAt + 1;
    return spliced(text, at, `${last.commaAt === null ? ',' : ''} ${name}${JSON.stringify(value)}`);
  }
  const indent = last === undefined ? indentAt(text, node.start) + unitOf(text) : indentAt(text, last.start);
  const line = `${eolOf(text)}${indent}${name}${format(text, value, indent)}`;
  if (last !== undefined) return insertAfter(text, last, line);
  const closing = inside.includes('\n') ? '' : eolOf(text) + indentAt(text, node.start);
  const kept = inside.trimEnd();
  // A comment in an otherwise empty object stays before what is added.
  const at = node.start + 1 + kept.length;
  const end = inside.includes('\n') ? at : node.end - 1;
  return text.slice(0, at) + line + closing + text.slice(end);
}

/** Behind a comment on the last one's line, so that the comment stays with what it is about. */
function insertAfter(text: string, last: JsonMember, line: string): string {
  const from = last.commaAt === null ? last.node.end : last.commaAt + 1;
  const comment = /^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/)/.exec(text.slice(from))?.[0] ?? '';
  const at = from + comment.length;
  // Where the file has a comma behind its last element, it has one afterwards too.
  if (last.commaAt !== null) return spliced(text, at, `${line},`);
  return spliced(spliced(text, at, line), last.node.end, ',');
}

const spliced = (text: string, at: number, added: string): string =>
  text.slice(0, at) + added + text.slice(at);

const eolOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

/** White space at the beginning of the line that `offset` is on. */
function indentAt(text: string, offset: number): string {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  return /^[ \t]*/.exec(line)?.[0] ?? '';
}

/** One level of indentation, as the file has it. */
function unitOf(text: string): string {
  return /^([ \t]+)["\]}]/m.exec(text)?.[1] ?? '  ';
}

function format(text: string, value: unknown, indent: string): string {
  return JSON.stringify(value, null, unitOf(text)).replaceAll('\n', eolOf(text) + indent);
}
