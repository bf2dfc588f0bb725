/**
 * The part of Markdown that answers of models use, as a tree. Nothing in it can carry HTML, an image or a script: the
 * page builds elements from these nodes only.
 */
export type Block =
  | { readonly kind: 'paragraph'; readonly inlines: readonly Inline[] }
  | { readonly kind: 'heading'; readonly level: number; readonly inlines: readonly Inline[] }
  | { readonly kind: 'code'; readonly language: string; readonly text: string }
  | {
      readonly kind: 'list';
      readonly ordered: boolean;
      readonly start: number;
      readonly items: readonly (readonly Inline[])[];
    }
  | { readonly kind: 'quote'; readonly inlines: readonly Inline[] }
  | {
      readonly kind: 'table';
      readonly head: readonly (readonly Inline[])[];
      readonly rows: readonly (readonly (readonly Inline[])[])[];
    }
  | { readonly kind: 'rule' };

export type Inline =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'strong' | 'em'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

const ITEM = /^\s*(?:([-*+])|(\d{1,9})[.)])\s+(.*)$/;
const FENCE = /^\s*(```+|~~~+)\s*([\w+#.-]*)/;

/** A text with its blocks, and where each begins in it. */
export interface Parsed {
  readonly source: string;
  readonly blocks: readonly Block[];
  readonly starts: readonly number[];
}

/** Parses whole texts and half-streamed ones alike: an open fence runs to the end. */
export const parseMarkdown = (source: string): readonly Block[] => parseOn(null, source).blocks;

/**
 * Parses a text that has grown since it was last parsed, from its last blocks on: what came before them is the same objects
 * as before, so that the work for a token does not grow with the answer. A line that is not yet whole can end its own
 * block and join the one before, but no earlier one.
 */
export function parseOn(before: Parsed | null, source: string): Parsed {
  const grown = before !== null && source.startsWith(before.source);
  const kept = grown ? Math.max(0, before.blocks.length - OPEN_BLOCKS) : 0;
  const from = grown ? (before.starts[kept] ?? 0) : 0;
  const lines = source.slice(from).split('\n');
  const offsets = offsetsOf(lines, from);
  const text = lines.map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const blocks = grown ? before.blocks.slice(0, kept) : [];
  const starts = grown ? before.starts.slice(0, kept) : [];
  let at = 0;
  while (at < text.length) {
    const [block, next] = blockAt(text, at);
    if (block !== null) {
      blocks.push(block);
      starts.push(offsets[at] ?? from);
    }
    at = next;
  }
  return { source, blocks, starts };
}

/** The one that is being written, and the one before it. */
const OPEN_BLOCKS = 2;

function offsetsOf(lines: readonly string[], from: number): number[] {
  let at = from;
  return lines.map((line) => {
    const start = at;
    at += line.length + 1;
    return start;
  });
}

type Step = readonly [Block | null, number];

function blockAt(lines: readonly string[], at: number): Step {
  const line = lines[at] ?? '';
  if (line.trim() === '') return [null, at + 1];
  const fence = FENCE.exec(line);
  if (fence !== null) return codeBlock(lines, at, fence[1] ?? '```', fence[2] ?? '');
  const heading = /^(#{1,6})\s+(.*?)\s*#*$/.exec(line);
  if (heading !== null) {
    return [
      { kind: 'heading', level: heading[1]?.length ?? 1, inlines: parseInline(heading[2] ?? '') },
      at + 1,
    ];
  }
  if (/^\s*(?:-{3,}|\*{3,}|_{3,})\s*$/.test(line)) return [{ kind: 'rule' }, at + 1];
  if (isTable(lines, at)) return table(lines, at);
  if (ITEM.test(line)) return list(lines, at);
  if (line.startsWith('>')) return quote(lines, at);
  return paragraph(lines, at);
}

function codeBlock(lines: readonly string[], at: number, mark: string, language: string): Step {
  const end = lines.findIndex(
    (line, index) =>
      index > at && line.trim().startsWith(mark) && line.trim().replaceAll(mark.charAt(0), '') === '',
  );
  const last = end === -1 ? lines.length : end;
  return [
    { kind: 'code', language, text: lines.slice(at + 1, last).join('\n') },
    end === -1 ? lines.length : end + 1,
  ];
}

function list(lines: readonly string[], at: number): Step {
  const first = ITEM.exec(lines[at] ?? '');
  const ordered = first?.[2] !== undefined;
  const items: string[] = [];
  let next = at;
  for (; next < lines.length; next++) {
    const line = lines[next] ?? '';
    const item = ITEM.exec(line);
    if (item !== null && (item[2] !== undefined) === ordered) items.push(item[3] ?? '');
    else if (item === null && /^\s{2,}\S/.test(line) && items.length > 0)
      items[items.length - 1] += ` ${line.trim()}`;
    else break;
  }
  return [{ kind: 'list', ordered, start: Number(first?.[2] ?? 1), items: items.map(parseInline) }, next];
}

function quote(lines: readonly string[], at: number): Step {
  let next = at;
  while ((lines[next] ?? '').startsWith('>')) next++;
  const text = lines.slice(at, next).map((line) => line.replace(/^>\s?/, ''));
  return [{ kind: 'quote', inlines: parseInline(text.join('\n')) }, next];
}

const cells = (line: string): string[] =>
  line
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim());

const isTable = (lines: readonly string[], at: number): boolean =>
  (lines[at] ?? '').includes('|') &&
  /^\s*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$/.test(lines[at + 1] ?? '');

function table(lines: readonly string[], at: number): Step {
  let next = at + 2;
  while ((lines[next] ?? '').includes('|')) next++;
  const head = cells(lines[at] ?? '').map(parseInline);
  const rows = lines.slice(at + 2, next).map((line) => cells(line).map(parseInline));
  return [{ kind: 'table', head, rows }, next];
}

function paragraph(lines: readonly string[], at: number): Step {
  let next = at + 1;
  while (next < lines.length && continues(lines[next] ?? '')) next++;
  return [{ kind: 'paragraph', inlines: parseInline(lines.slice(at, next).join('\n')) }, next];
}

const continues = (line: string): boolean =>
  line.trim() !== '' &&
  !FENCE.test(line) &&
  !ITEM.test(line) &&
  !/^#{1,6}\s/.test(line) &&
  !line.startsWith('>');

const INLINE = /(`+)(.+?)\1|\*\*(.+?)\*\*|__(.+?)__|\*(?!\s)(.+?)\*|\[([^\]]+)\]\(([^)\s]+)\)/g;

export function parseInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let at = 0;
  const plain = (part: string): void => {
    if (part !== '') parts.push({ kind: 'text', text: part });
  };
  for (const match of text.matchAll(INLINE)) {
    plain(text.slice(at, match.index));
    at = match.index + match[0].length;
    parts.push(inlineOf(match));
  }
  plain(text.slice(at));
  return parts;
}

function inlineOf(match: RegExpMatchArray): Inline {
  const [whole, , code, strong, strong2, em, label, href] = match;
  if (code !== undefined) return { kind: 'code', text: code };
  if (strong !== undefined || strong2 !== undefined) return { kind: 'strong', text: strong ?? strong2 ?? '' };
  if (em !== undefined) return { kind: 'em', text: em };
  if (label !== undefined && href !== undefined && isSafeLink(href))
    return { kind: 'link', text: label, href };
  return { kind: 'text', text: whole };
}

/** Only ordinary web addresses become links; everything else stays text. */
function isSafeLink(href: string): boolean {
  try {
    return ['https:', 'http:'].includes(new URL(href).protocol);
  } catch {
    return false;
  }
}
