import type { Paint } from './paint.ts';
import { safeText } from './safe-text.ts';

export interface Column<T> {
  readonly header: string;
  readonly cell: (row: T) => string;
  readonly align?: 'left' | 'right';
  /** May be cut down to this many characters where the line is too long. */
  readonly shrinkTo?: number;
  /** Left out altogether where shrinking does not suffice; the highest goes first. */
  readonly drop?: number;
  /** Colours a cell after it was measured. */
  readonly style?: (text: string, row: T) => string;
}

export interface TableOptions {
  readonly width: number;
  readonly paint: Paint;
}

const GAP = '   ';

/** Columns as wide as their content, cut and left out only where the line would not fit. No trailing blanks. */
export function renderTable<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  { width, paint }: TableOptions,
): string {
  const { kept, widths } = fit(columns.map(harmless), rows, width);
  const header = line(
    kept.map((column, index) => layOut(column.header, widths[index] ?? 0, column.align)),
    (text) => text,
  );
  const lines = rows.map((row) =>
    line(
      kept.map((column, index) => layOut(column.cell(row), widths[index] ?? 0, column.align)),
      (text, index) => kept[index]?.style?.(text, row) ?? text,
    ),
  );
  return [paint.dim(header), ...lines].join('\n');
}

interface LaidOut {
  readonly text: string;
  readonly before: string;
  readonly after: string;
}

/** Joins cells; nothing follows the last text of a line. */
function line(cells: readonly LaidOut[], style: (text: string, index: number) => string): string {
  const last = cells.findLastIndex((cell) => cell.text !== '');
  return cells
    .slice(0, last + 1)
    .map(({ text, before, after }, index) => before + style(text, index) + (index === last ? '' : after))
    .join(GAP);
}

/** Names and notes may come from anywhere in the account. */
function harmless<T>(column: Column<T>): Column<T> {
  return { ...column, cell: (row) => safeText(column.cell(row), false).replaceAll('\n', ' ') };
}

function fit<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  width: number,
): { readonly kept: readonly Column<T>[]; readonly widths: readonly number[] } {
  const natural = new Map(
    columns.map((column) => [
      column,
      Math.max(length(column.header), ...rows.map((row) => length(column.cell(row)))),
    ]),
  );
  let kept = columns;
  for (;;) {
    const widths = shrink(
      kept.map((column) => ({ natural: natural.get(column) ?? 0, least: column.shrinkTo ?? Infinity })),
      width - GAP.length * (kept.length - 1),
    );
    const total = widths.reduce((sum, each) => sum + each, 0) + GAP.length * (kept.length - 1);
    const droppable = kept.filter((column) => column.drop !== undefined);
    if (total <= width || droppable.length === 0) return { kept, widths };
    const last = droppable.reduce((a, b) => ((b.drop ?? 0) > (a.drop ?? 0) ? b : a));
    kept = kept.filter((column) => column !== last);
  }
}

/** Takes characters from the widest shrinkable column until the line fits or nothing is left to take. */
function shrink(columns: readonly { natural: number; least: number }[], room: number): number[] {
  const widths = columns.map((column) => column.natural);
  let excess = widths.reduce((sum, each) => sum + each, 0) - room;
  while (excess > 0) {
    let widest = -1;
    for (const [index, column] of columns.entries()) {
      const shrinkable = (widths[index] ?? 0) > column.least;
      if (shrinkable && (widest === -1 || (widths[index] ?? 0) > (widths[widest] ?? 0))) widest = index;
    }
    if (widest === -1) return widths;
    widths[widest] = (widths[widest] ?? 0) - 1;
    excess -= 1;
  }
  return widths;
}

function layOut(full: string, width: number, align: 'left' | 'right' = 'left'): LaidOut {
  const text = truncate(full, width);
  const blanks = ' '.repeat(Math.max(0, width - length(text)));
  return align === 'right' ? { text, before: blanks, after: '' } : { text, before: '', after: blanks };
}

/** Cuts to `width` characters, the last one an ellipsis. */
export function truncate(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

function length(text: string): number {
  return Array.from(text).length;
}
