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
  /** Colours a cell after it was measured and padded. */
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
  const header = kept.map((column, index) => pad(column.header, widths[index] ?? 0, column.align));
  const lines = rows.map((row) =>
    kept.map((column, index) => {
      const text = pad(column.cell(row), widths[index] ?? 0, column.align);
      return column.style === undefined ? text : column.style(text, row);
    }),
  );
  return [paint.dim(header.join(GAP).trimEnd()), ...lines.map((cells) => trimLine(cells.join(GAP)))].join(
    '\n',
  );
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

function pad(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  const cut = truncate(text, width);
  const blanks = ' '.repeat(Math.max(0, width - length(cut)));
  return align === 'right' ? blanks + cut : cut + blanks;
}

/** Cuts to `width` characters, the last one an ellipsis. */
export function truncate(text: string, width: number): string {
  const characters = Array.from(text);
  return characters.length <= width ? text : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}

function length(text: string): number {
  return Array.from(text).length;
}

/** Blanks at the end of a line, also inside a colour that ends there. */
function trimLine(line: string): string {
  return line.replace(/ +((?:\u001b\[\d+m)*)$/, '$1');
}
