import { isDeepStrictEqual } from 'node:util';
import {
  Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  parseDocument,
  visit,
  type Node,
  type Pair,
  type ToStringOptions,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { AppError } from '../../shared/errors.ts';
import { asRecord, endOf, ownItem, plainYaml, readYaml, startOf, type YamlItem } from './read-yaml.ts';
import { lineAt, notKept, TextError } from './text-error.ts';

/** What to set in that element. */
export interface YamlPart extends YamlItem {
  /** The list with the element alone, as YAML. */
  readonly snippet: string;
  /** Lines that a new file begins with. */
  readonly head: readonly string[];
}

/** Long texts stay on their line. */
const STYLE: ToStringOptions = { lineWidth: 0, flowCollectionPadding: false };

/**
 * Puts one element into a list at the top of a YAML file. Only the characters of that element are written: the library
 * tells where it stands, for it would lay out the whole file anew if it wrote it. Keys that somebody added to our element
 * stay. @throws TextError
 */
export function mergeYaml(text: string, part: YamlPart): string {
  if (text.trim() === '') return `${[...part.head, part.snippet].join('\n')}\n`;
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const doc = readYaml(text);
  const splices = splicesFor(text, doc, part);
  const merged = splices.reduceRight(
    (at, { from, to, added }) => at.slice(0, from) + added.replaceAll('\n', eol) + at.slice(to),
    text,
  );
  if (!isDeepStrictEqual(plainYaml(readYaml(merged)), expected(plainYaml(doc), part))) {
    throw notKept();
  }
  return merged;
}

/** The text at a path of the element that `part` describes; null where there is none. @throws TextError */
export function yamlString(text: string, part: YamlItem, path: readonly string[]): string | null {
  if (text.trim() === '') return null;
  const { contents } = readYaml(text);
  const list = isMap(contents) ? contents.get(part.list) : null;
  const item = isSeq(list) ? ownItem(list, part) : undefined;
  const value = item?.getIn(path);
  return typeof value === 'string' ? value : null;
}

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly added: string;
}

/** What the merged text has to say. */
function expected(old: unknown, { list, idKey, id, snippet }: YamlPart): unknown {
  const ours = asRecord(Object.values(asRecord(parseDocument(snippet).toJS()))[0])[0];
  const before: unknown = asRecord(old)[list];
  const items: readonly unknown[] = Array.isArray(before) ? before : [];
  const at = items.findIndex((item) => asRecord(item)[idKey] === id);
  const item = at === -1 ? ours : { ...asRecord(items[at]), ...asRecord(ours) };
  return { ...asRecord(old), [list]: at === -1 ? [...items, item] : items.with(at, item) };
}

function splicesFor(text: string, doc: ReturnType<typeof readYaml>, part: YamlPart): Splice[] {
  const { contents } = doc;
  if (contents === null) return [appended(text, part.snippet)];
  if (!isMap(contents)) {
    throw new TextError('the file is not a list of keys', lineAt(text, startOf(contents)));
  }
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === part.list);
  if (pair === undefined) return [newList(text, contents, part)];
  const list = pair.value;
  if (isNode(list) && isEmpty(list)) return fillEmpty(text, list, part);
  if (!isSeq(list)) {
    const at = isNode(list) ? startOf(list) : 0;
    throw new TextError(`"${part.list}" is not a list`, lineAt(text, at));
  }
  const own = ownItem(list, part);
  return [own === undefined ? newItem(text, list, part) : ownChanged(text, own, part, list.flow === true)];
}

/** `list:` with nothing behind it, or `list: []`. */
function isEmpty(node: Node): boolean {
  if (isScalar(node)) return node.value === null;
  return isSeq(node) && node.items.length === 0;
}

function newList(text: string, top: YAMLMap, part: YamlPart): Splice {
  const last = top.items.at(-1);
  if (top.flow !== true) return afterLine(text, endOf(top), part.snippet);
  const at = last === undefined ? startOf(top) + 1 : endOfPair(last);
  return { from: at, to: at, added: `${last === undefined ? '' : ', '}${part.list}: [${inFlow(part)}]` };
}

function fillEmpty(text: string, list: Node, part: YamlPart): Splice[] {
  const from = text.slice(0, startOf(list)).trimEnd().length;
  const to = endOf(list);
  const written: Splice[] = text.slice(from, to).trim() === '' ? [] : [{ from, to, added: '' }];
  return [...written, afterLine(text, to, itemLines(part).join('\n'))];
}

function newItem(text: string, list: YAMLSeq, part: YamlPart): Splice {
  const last = list.items.at(-1);
  if (list.flow === true) {
    const at = isNode(last) ? endOf(last) : startOf(list) + 1;
    return { from: at, to: at, added: `, ${inFlow(part)}` };
  }
  const dash = ' '.repeat(columnOf(text, startOf(list)));
  const lines = itemLines(part).map((line) => dash + line.slice(2));
  return afterLine(text, endOf(list), lines.join('\n'));
}

/** Our element as it stands, with our values in it. */
function ownChanged(text: string, own: YAMLMap, part: YamlPart, inFlowList: boolean): Splice {
  const from = startOf(own);
  const to = text.slice(0, endOf(own)).trimEnd().length;
  visit(own, (_key, node) => {
    if (!isNode(node)) return;
    if (isAlias(node) || node.anchor !== undefined || node.tag !== undefined) {
      throw new TextError('anchors and tags in this element are not merged', lineAt(text, from));
    }
  });
  const before: unknown = own.toJSON();
  const ours = itemOf(part);
  const changed = ours.items.filter(({ key, value }) => {
    const wanted: unknown = isNode(value) ? value.toJSON() : value;
    return !isDeepStrictEqual(asRecord(before)[String(key)], wanted);
  });
  if (changed.length === 0) return { from, to: from, added: '' };
  for (const { key, value } of changed) {
    const old = own.get(key, true);
    // A comment beside a value stays when the value alone is set.
    if (isScalar(old) && isScalar(value)) old.value = value.value;
    else own.set(key, value);
  }
  const indent = ' '.repeat(columnOf(text, from));
  const added = written(own, inFlowList || own.flow === true).replaceAll(/\n(?!\n|$)/g, `\n${indent}`);
  return { from, to, added };
}

function itemOf(part: YamlPart): YAMLMap {
  const item = parseDocument(part.snippet).getIn([part.list, 0]);
  if (!isMap(item)) throw new AppError('internal', 'The sheet shows no element of a list.');
  return item;
}

/** Lines of our element as the sheet shows them, below the key of the list. */
const itemLines = (part: YamlPart): string[] => part.snippet.split('\n').slice(1);

const inFlow = (part: YamlPart): string => written(itemOf(part), true);

function written(node: Node, flow = false): string {
  const doc = new Document();
  doc.contents = node;
  return doc.toString(flow ? { ...STYLE, collectionStyle: 'flow' } : STYLE).trimEnd();
}

const endOfPair = ({ key, value }: Pair): number =>
  isNode(value) ? endOf(value) : isNode(key) ? endOf(key) : 0;

const columnOf = (text: string, offset: number): number => offset - (text.lastIndexOf('\n', offset - 1) + 1);

/** Lines of our own below the one on which something ends. */
function afterLine(text: string, end: number, lines: string): Splice {
  if (end > 0 && text[end - 1] === '\n') return { from: end, to: end, added: `${lines}\n` };
  const newline = text.indexOf('\n', end);
  if (newline !== -1) return { from: newline + 1, to: newline + 1, added: `${lines}\n` };
  return { from: text.length, to: text.length, added: `\n${lines}` };
}

const appended = (text: string, lines: string): Splice => afterLine(text, text.length, lines);
