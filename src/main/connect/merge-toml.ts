import { TextError } from './text-error.ts';

interface Entry {
  readonly table: string;
  readonly key: string;
  readonly value: string;
}

interface Line {
  readonly text: string;
  /** The table it belongs to; '' above the first. */
  readonly table: string;
  readonly entry: { readonly key: string; readonly value: string; readonly after: string } | null;
}

const HEADER = /^\s*(\[{1,2})\s*([^[\]]+?)\s*\]{1,2}\s*(?:#.*)?$/;
const KEY = String.raw`[\w-]+|"(?:[^"\\]|\\.)*"|'[^']*'`;
const VALUE = String.raw`"(?!"")(?:[^"\\]|\\.)*"|'(?!'')[^']*'|\[[^\]"'#]*(?:"(?:[^"\\]|\\.)*"[^\]"'#]*)*\]|\{[^}"'#]*(?:"(?:[^"\\]|\\.)*"[^}"'#]*)*\}|[\w.:+-]+`;
const ENTRY = new RegExp(String.raw`^\s*((?:${KEY})(?:\s*\.\s*(?:${KEY}))*)\s*=\s*(${VALUE})(\s*(?:#.*)?)$`);

/**
 * Puts the entries of `part` into a TOML text and leaves all other lines as they stand. Reads files of one entry a line;
 * refuses values that go over several, as it could not tell where they end.
 * @param part what to set, in the same form
 * @param without entries that must not stand beside it
 * @throws TextError
 */
export function mergeToml(
  text: string,
  part: string,
  without: readonly { readonly table: string; readonly key: string }[] = [],
): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  if (text.trim() === '') return `${part.trimEnd()}\n`;
  const lines = linesOf(text).filter(
    (line) => !without.some(({ table, key }) => line.table === table && line.entry?.key === key),
  );
  const merged = entriesOf(part).reduce<readonly Line[]>(setEntry, lines);
  return `${merged.map((line) => line.text).join(eol)}${eol}`;
}

/** The text of an entry that is a plain string; null where there is none. */
export function tomlString(text: string, table: string, key: string): string | null {
  const found = entriesOf(text).find((entry) => entry.table === table && entry.key === key)?.value;
  return /^"([^"\\]*)"$/.exec(found ?? '')?.[1] ?? null;
}

function linesOf(text: string): Line[] {
  let table = '';
  const seen = new Set<string>();
  const lines = text.replace(/^\ufeff/, '').replace(/(?:\r?\n)+$/, '');
  return lines.split(/\r?\n/).map((line, index) => {
    const header = HEADER.exec(line);
    if (header !== null) {
      table = header[2] ?? '';
      if (header[1] === '[' && seen.has(table)) {
        throw new TextError(`the table [${table}] stands here a second time`, index + 1);
      }
      seen.add(table);
      return { text: line, table, entry: null };
    }
    if (/^\s*(?:#.*)?$/.test(line)) return { text: line, table, entry: null };
    const [, key, value, after] = ENTRY.exec(line) ?? [];
    if (key === undefined || value === undefined) {
      throw new TextError('this is not one key = value on its line, which is all that is merged', index + 1);
    }
    return { text: line, table, entry: { key, value, after: after ?? '' } };
  });
}

function entriesOf(text: string): Entry[] {
  return linesOf(text).flatMap(({ table, entry }) => (entry === null ? [] : [{ table, ...entry }]));
}

function setEntry(lines: readonly Line[], { table, key, value }: Entry): readonly Line[] {
  const at = lines.findIndex((line) => line.table === table && line.entry?.key === key);
  const old = lines[at]?.entry;
  if (old != null) {
    if (old.value === value) return lines;
    const entry = { key, value, after: old.after };
    return lines.with(at, { text: `${key} = ${value}${old.after}`, table, entry });
  }
  const added: Line = { text: `${key} = ${value}`, table, entry: { key, value, after: '' } };
  const last = lines.findLastIndex((line) => line.table === table && line.text.trim() !== '');
  if (last !== -1) return lines.toSpliced(last + 1, 0, added);
  if (table === '') return [added, blank(''), ...lines];
  return [...lines, blank(lines.at(-1)?.table ?? ''), { text: `[${table}]`, table, entry: null }, added];
}

const blank = (table: string): Line => ({ text: '', table, entry: null });
