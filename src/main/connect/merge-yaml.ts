import { TextError } from './text-error.ts';

/** What to set: one element of a list that stands at the top of the file. */
export interface YamlPart {
  /** Key of the list. */
  readonly list: string;
  /** The element is known by the value of this key of its. */
  readonly idKey: string;
  readonly id: string;
  /** Lines of the element, not indented; the first begins with "- ". */
  readonly item: readonly string[];
  /** What a new file begins with. */
  readonly head: readonly string[];
}

const TOP_KEY = /^("[^"]*"|'[^']*'|[^\s#'"&*!|>%@`[\]{},?:-][^:#]*?)\s*:(?:\s+(.*))?$/;

/**
 * Puts one element into a list at the top of a YAML file and leaves all other lines as they stand. Understands block
 * lists only; a list in another form, tabs, or more than one document is refused rather than guessed at.
 * @throws TextError
 */
export function mergeYaml(text: string, part: YamlPart): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  if (text.trim() === '') {
    return `${[...part.head, `${part.list}:`, ...indented(part.item, '  ')].join('\n')}\n`;
  }
  const lines = text.replace(/(?:\r?\n)+$/, '').split(/\r?\n/);
  const list = findList(lines, part.list);
  const merged =
    list === null
      ? [...lines, `${part.list}:`, ...indented(part.item, '  ')]
      : setItem(list.empty ? lines.with(list.at, `${part.list}:`) : lines, list, part);
  return merged.join(eol) + eol;
}

/** The double-quoted value of a key in the element that `part` describes; null where there is none. */
export function yamlString(text: string, part: Omit<YamlPart, 'item' | 'head'>, key: RegExp): string | null {
  const lines = text.split(/\r?\n/);
  const list = findList(lines, part.list);
  if (list === null || list.empty) return null;
  const item = itemsOf(lines, list).find((known) => idOf(lines, known, part.idKey) === part.id);
  if (item === undefined) return null;
  return key.exec(lines.slice(item.from, item.to).join('\n'))?.[1] ?? null;
}

interface List {
  /** Index of the line with its key. */
  readonly at: number;
  /** Index behind its last line. */
  readonly to: number;
  /** It is written as []. */
  readonly empty: boolean;
}

function findList(lines: readonly string[], name: string): List | null {
  const keys = topKeys(lines);
  const own = keys.filter((key) => key.name === name);
  const [first, second] = own;
  if (first === undefined) return null;
  if (second !== undefined) throw new TextError(`the key "${name}" stands here a second time`, second.at + 1);
  if (first.value !== '' && first.value !== '[]') {
    throw new TextError(`"${name}" is not written as a list of lines`, first.at + 1);
  }
  const next = keys.find((key) => key.at > first.at);
  return { at: first.at, to: next?.at ?? lines.length, empty: first.value === '[]' };
}

interface TopKey {
  readonly name: string;
  readonly value: string;
  readonly at: number;
}

function topKeys(lines: readonly string[]): TopKey[] {
  const keys: TopKey[] = [];
  for (const [at, line] of lines.entries()) {
    if (/^\s*\t/.test(line)) throw new TextError('a tab stands where YAML wants spaces', at + 1);
    // Blank, below something, a comment, an element of a list, or the mark before the only document.
    if (/^(?:\s|#|$|-(?: |$))/.test(line) || (line === '---' && keys.length === 0)) continue;
    const [, name, value = ''] = TOP_KEY.exec(line) ?? [];
    if (name === undefined) throw new TextError('this line is not a key, a list or a comment', at + 1);
    keys.push({
      name: unquoted(name),
      value: value.replace(/\s*#.*$/, '').trim(),
      at,
    });
  }
  return keys;
}

interface Item {
  readonly from: number;
  /** Index behind its last line that is neither blank nor a comment. */
  readonly to: number;
  readonly indent: string;
}

function itemsOf(lines: readonly string[], list: List): Item[] {
  const items: Item[] = [];
  for (let index = list.at + 1; index < list.to; index++) {
    const line = lines[index] ?? '';
    if (/^\s*(?:#.*)?$/.test(line)) continue;
    const indent = /^ */.exec(line)?.[0] ?? '';
    const last = items.at(-1);
    if (last === undefined || indent.length <= last.indent.length) {
      if (!/^ *-(?: |$)/.test(line) || (last !== undefined && indent !== last.indent)) {
        throw new TextError('expected an element of the list here, as deep as the others', index + 1);
      }
      items.push({ from: index, to: index + 1, indent });
    } else {
      items[items.length - 1] = { ...last, to: index + 1 };
    }
  }
  return items;
}

function idOf(lines: readonly string[], item: Item, idKey: string): string | null {
  const depth = item.indent.length + 2;
  for (const line of lines.slice(item.from, item.to)) {
    const flat = line.replace(/^( *)- /, '$1  ');
    const [, spaces = '', key = '', value = ''] = /^( *)(["']?[\w-]+["']?)\s*:\s+(.*)$/.exec(flat) ?? [];
    if (spaces.length === depth && unquoted(key) === idKey) {
      return unquoted(value.replace(/\s+#.*$/, ''));
    }
  }
  return null;
}

const unquoted = (text: string): string => text.replaceAll(/^["']|["']$/g, '');

function setItem(lines: readonly string[], list: List, part: YamlPart): readonly string[] {
  const items = itemsOf(lines, list);
  const known = items.find((item) => idOf(lines, item, part.idKey) === part.id);
  if (known !== undefined) {
    return lines.toSpliced(known.from, known.to - known.from, ...indented(part.item, known.indent));
  }
  const last = items.at(-1);
  return lines.toSpliced(last?.to ?? list.at + 1, 0, ...indented(part.item, last?.indent ?? '  '));
}

const indented = (lines: readonly string[], indent: string): string[] => lines.map((line) => indent + line);
