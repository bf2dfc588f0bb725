import { isDeepStrictEqual } from 'node:util';
import { parse, patch, TomlFormat } from '@decimalturn/toml-patch';
import { changes } from './line-diff.ts';
import { foundWords, notKept, TextError } from './text-error.ts';

type Table = Readonly<Record<string, unknown>>;
type Path = readonly string[];

/** New tables get a heading of their own, however deep they lie. */
const NEVER_INLINE = 64;

/**
 * Puts the entries of `part` into a TOML text and leaves all other lines as they stand.
 * @param part what to set, as TOML
 * @param without paths of entries that must not stand beside it
 * @throws TextError
 */
export function mergeToml(text: string, part: string, without: readonly Path[] = []): string {
  if (text.trim() === '') return `${part.trimEnd()}\n`;
  // The library would make all line ends alike.
  const plain = text.replaceAll('\r\n', '\n');
  const ours = read(part);
  const wanted = without.reduce(leftOut, mergedTables(read(plain), ours));
  const begun = withNewTables(plain, part, ours);
  const format = TomlFormat.autoDetectFormat(begun);
  format.inlineTableStart = NEVER_INLINE;
  const names = new Set([...namesIn(ours), ...without.flat()]);
  const merged = withForeignLines(text, patch(begun, wanted, format), names);
  if (!isDeepStrictEqual(read(merged.replaceAll('\r\n', '\n')), wanted)) {
    throw notKept();
  }
  return merged;
}

/** The text at a path; null where there is none, or something else. @throws TextError */
export function tomlString(text: string, path: Path): string | null {
  const value = path.reduce<unknown>((at, key) => (isTable(at) ? at[key] : null), read(text));
  return typeof value === 'string' ? value : null;
}

function read(text: string): Table {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const line: unknown = Reflect.get(error, 'line');
    // The library shows the line itself, which may hold a key.
    const [words = ''] = error.message.split('\n').slice(-1);
    throw new TextError(foundWords(words), typeof line === 'number' ? line : 1);
  }
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

/** What was read has no prototype either. */
const tableOf = (...parts: readonly Table[]): Table => Object.assign(Object.create(null), ...parts);

function mergedTables(old: Table, part: Table): Table {
  const changed = Object.entries(part).map(([key, value]): [string, unknown] => {
    const before = old[key];
    return [key, isTable(before) && isTable(value) ? mergedTables(before, value) : value];
  });
  return tableOf(old, Object.fromEntries(changed));
}

function leftOut(table: Table, path: Path): Table {
  const [key, ...rest] = path;
  if (key === undefined || !(key in table)) return table;
  const inner = table[key];
  if (rest.length > 0) return isTable(inner) ? tableOf(table, { [key]: leftOut(inner, rest) }) : table;
  return tableOf(Object.fromEntries(Object.entries(table).filter(([name]) => name !== key)));
}

/**
 * A table that is not there yet is put at the end as the sheet has it: the library would put an empty heading above it
 * for the table that holds it.
 */
function withNewTables(text: string, part: string, ours: Table): string {
  const at = part.search(/^\[/m);
  const old = read(text);
  const isNew = Object.entries(ours).every(
    ([key, value]) => !isTable(value) || Object.keys(value).every((name) => !hasTable(old[key], name)),
  );
  if (at === -1 || !isNew) return text;
  const end = /\n*$/.exec(text)?.[0] ?? '';
  const longer = `${text.slice(0, text.length - end.length)}\n\n${part.slice(at).trimEnd()}${end}`;
  // Where the table above is written in braces, or as one of several, no heading can be added.
  return canBeRead(longer) ? longer : text;
}

const hasTable = (table: unknown, name: string): boolean => isTable(table) && name in table;

function canBeRead(text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false; // That it cannot be read is the answer.
  }
}

function* namesIn(table: Table): Generator<string> {
  for (const [key, value] of Object.entries(table)) {
    yield key;
    if (isTable(value)) yield* namesIn(value);
  }
}

/**
 * The library lays out some lines anew (blanks in headings and before comments), which is undone here; and it takes a
 * comment along with what stood below it, which is refused.
 */
function withForeignLines(before: string, after: string, ours: ReadonlySet<string>): string {
  const isOurs = (line: string): boolean => ours.has(/^\s*["']?([\w-]+)["']?\s*[.=]/.exec(line)?.[1] ?? '');
  const compared = (line: string): string => (isOurs(line) ? line.trimEnd() : line.replaceAll(/\s/g, ''));
  const cr = before.includes('\r\n') ? '\r' : '';
  const old = before.split('\n');
  const now = after.split('\n');
  const kept: string[] = [];
  let from = 0;
  let to = 0;
  for (const { kind } of changes(old.map(compared), now.map(compared))) {
    if (kind === 'removed' && !isOurs(old[from] ?? '')) {
      throw new TextError('this line would change, and it is not this app’s', from + 1);
    }
    const isLast = to === now.length - 1;
    const line = (kind === 'same' ? old[from] : now[to]) ?? '';
    const keepsEnd = kind === 'same' && isLast === (from === old.length - 1);
    if (kind !== 'removed') kept.push(keepsEnd ? line : line.replace(/\r$/, '') + (isLast ? '' : cr));
    if (kind !== 'added') from++;
    if (kind !== 'removed') to++;
  }
  return kept.join('\n');
}
