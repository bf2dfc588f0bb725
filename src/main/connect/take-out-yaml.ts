import { isDeepStrictEqual } from 'node:util';
import { isMap, isNode, isScalar, isSeq, type YAMLMap, type YAMLSeq } from 'yaml';
import { asRecord, endOf, ownItem, plainYaml, readYaml, startOf, type YamlItem } from './read-yaml.ts';
import { lineAt, notKept, TextError } from './text-error.ts';

interface Cut {
  readonly from: number;
  readonly to: number;
}

/**
 * The text without the element, and without its list where that holds nothing else; all other lines stay as they are.
 * null = it is not there. @throws TextError
 */
export function takeOutYaml(text: string, item: YamlItem): string | null {
  const doc = readYaml(text);
  const { contents } = doc;
  if (!isMap(contents)) return null;
  const pair = contents.items.find(({ key }) => isScalar(key) && key.value === item.list);
  const list = pair?.value;
  const own = isSeq(list) ? ownItem(list, item) : undefined;
  if (!isSeq(list) || own === undefined) return null;
  const key = isNode(pair?.key) ? startOf(pair.key) : 0;
  const cut = list.flow === true ? cutInBrackets(text, list, own) : cutOfLines(text, key, list, own);
  const rest = text.slice(0, cut.from) + text.slice(cut.to);
  const before: unknown = plainYaml(doc);
  const others = itemsOf(before, item.list).toSpliced(
    list.items.findIndex((one) => one === own),
    1,
  );
  const said: unknown = plainYaml(readYaml(rest));
  const comparable = { ...asRecord(said), [item.list]: itemsOf(said, item.list) };
  if (!isDeepStrictEqual(comparable, { ...asRecord(before), [item.list]: others })) {
    throw notKept();
  }
  return rest;
}

function itemsOf(value: unknown, key: string): readonly unknown[] {
  const items: unknown = asRecord(value)[key];
  return Array.isArray(items) ? items : [];
}

function cutInBrackets(text: string, list: YAMLSeq, own: YAMLMap): Cut {
  const at = list.items.indexOf(own);
  const previous = list.items[at - 1];
  const next = list.items[at + 1];
  const from = isNode(previous) ? endOf(previous) : startOf(own);
  const to = !isNode(previous) && isNode(next) ? startOf(next) : endOf(own);
  if (/#/.test(text.slice(from, startOf(own)) + text.slice(endOf(own), to))) {
    throw new TextError('a comment stands beside what would be taken out', lineAt(text, from));
  }
  return { from, to };
}

function cutOfLines(text: string, key: number, list: YAMLSeq, own: YAMLMap): Cut {
  const dash = text.lastIndexOf('-', startOf(own) - 1);
  const alone = list.items.length === 1 && !text.slice(key, dash).includes('#');
  const from = text.lastIndexOf('\n', (alone ? key : dash) - 1) + 1;
  const newline = text.indexOf('\n', endOf(own) - 1);
  if (newline !== -1) return { from, to: newline + 1 };
  // The last line had no end, so the one before it has none.
  return { from: text.slice(0, from).replace(/\r?\n$/, '').length, to: text.length };
}
