import { isDeepStrictEqual } from 'node:util';
import { applyEdits, findNodeAtLocation, type Edit, type Node } from 'jsonc-parser';
import { AppError } from '../../shared/errors.ts';
import { commaAfter, readJsonc, saysNothing, valueOf } from './read-jsonc.ts';
import { lineAt, notKept, TextError } from './text-error.ts';

type Plain = Readonly<Record<string, unknown>>;

const BOM = '\ufeff';

/**
 * Puts every value of `part` into the text and leaves all else as it stands: comments, order, indentation, trailing
 * commas. Objects are entered; objects in lists are known by their `name`; anything else is replaced. The parser's own
 * `modify` is not used: it moves the comment behind a last element and breaks objects of one line.
 * @param text of the file; blank = begin a new one
 * @throws TextError
 */
export function mergeJson(text: string, part: Plain): string {
  const mark = text.startsWith(BOM) ? BOM : '';
  const old = text.slice(mark.length);
  const begun = saysNothing(old)
    ? `${old.trimEnd()}${old.trim() === '' ? '' : eolOf(old)}{}${eolOf(old)}`
    : old;
  const merged = leavesOf(part, []).reduce((at, leaf) => setLeaf(at, leaf), begun);
  const expected = mergedValue(valueOf(readJsonc(begun)), part);
  if (!isDeepStrictEqual(valueOf(readJsonc(merged)), expected)) {
    throw notKept();
  }
  return mark + merged;
}

/** The text at a path; null where there is none, or something else. @throws TextError */
export function jsonString(text: string, path: readonly string[]): string | null {
  const old = text.replace(BOM, '');
  if (saysNothing(old)) return null;
  const node = findNodeAtLocation(readJsonc(old), [...path]);
  return node?.type === 'string' ? String(node.value) : null;
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
    if (node.type !== 'object') {
      const where = depth === 0 ? 'the file' : JSON.stringify(path.slice(0, depth).join('.'));
      throw new TextError(`${where} is not an object`, lineAt(text, node.offset));
    }
    const member = findNodeAtLocation(node, [key]);
    if (member === undefined) {
      const rest = path.slice(depth + 1).reduceRight<unknown>((inner, name) => ({ [name]: inner }), value);
      return applyEdits(text, insertion(text, node, key, rest));
    }
    node = member;
  }
  if (isNamedList(value) && node.type === 'array') return setItems(text, path, value);
  return applyEdits(text, replacement(text, node, value));
}

function setItems(text: string, path: readonly string[], items: readonly Plain[]): string {
  return items.reduce((at, item) => {
    const list = findNodeAtLocation(readJsonc(at), [...path]);
    if (list === undefined) throw new AppError('internal', 'A list vanished while it was merged.');
    const same = list.children?.find((node) => {
      const known = valueOf(node);
      return isPlain(known) && known['name'] === item['name'];
    });
    return applyEdits(at, same === undefined ? insertion(at, list, null, item) : replacement(at, same, item));
  }, text);
}

function replacement(text: string, node: Node, value: unknown): Edit[] {
  if (isDeepStrictEqual(valueOf(node), value)) return [];
  const content = format(text, value, indentAt(text, node.offset));
  return [{ offset: node.offset, length: node.length, content }];
}

function insertion(text: string, node: Node, key: string | null, value: unknown): Edit[] {
  const name = key === null ? '' : `${JSON.stringify(key)}: `;
  const last = node.children?.at(-1);
  const inside = text.slice(node.offset + 1, node.offset + node.length - 1);
  if (last === undefined) return insertFirst(text, node, inside, name, value);
  const comma = commaAfter(text, last);
  const end = last.offset + last.length;
  const missing: Edit[] = comma === null ? [{ offset: end, length: 0, content: ',' }] : [];
  if (!inside.includes('\n')) {
    const at = comma === null ? end : comma + 1;
    return [...missing, { offset: at, length: 0, content: ` ${name}${JSON.stringify(value)}` }];
  }
  const indent = indentAt(text, last.offset);
  const line = `${eolOf(text)}${indent}${name}${format(text, value, indent)}`;
  // Behind a comment on the last one's line, so that the comment stays with what it is about.
  const from = comma === null ? end : comma + 1;
  const comment = /^[ \t]*(?:\/\/[^\r\n]*|\/\*[^\r\n]*?\*\/)/.exec(text.slice(from))?.[0] ?? '';
  // Where the file has a comma behind its last element, it has one afterwards too.
  const trailing = comma === null ? '' : ',';
  return [...missing, { offset: from + comment.length, length: 0, content: line + trailing }];
}

/** A comment in an otherwise empty object stays before what is added. */
function insertFirst(text: string, node: Node, inside: string, name: string, value: unknown): Edit[] {
  const outer = indentAt(text, node.offset);
  const indent = outer + unitOf(text);
  const line = `${eolOf(text)}${indent}${name}${format(text, value, indent)}`;
  const kept = inside.trimEnd();
  if (inside.includes('\n')) return [{ offset: node.offset + 1 + kept.length, length: 0, content: line }];
  return [
    {
      offset: node.offset + 1 + kept.length,
      length: inside.length - kept.length,
      content: line + eolOf(text) + outer,
    },
  ];
}

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
