import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createPaint, plain } from '../../../../src/main/cli/render/paint.ts';
import { renderTable, truncate, type Column } from '../../../../src/main/cli/render/table.ts';

type Row = readonly [string, string, string];

const columns: readonly Column<Row>[] = [
  { header: 'A', cell: (row) => row[0], shrinkTo: 3 },
  { header: 'B', cell: (row) => row[1], align: 'right', drop: 1 },
  { header: 'C', cell: (row) => row[2], shrinkTo: 3, drop: 2, style: (text) => createPaint(true).red(text) },
];

describe('table', () => {
  it('is as wide as its content', () => {
    const text = renderTable(
      columns,
      [
        ['one', '1', 'x'],
        ['three', '333', ''],
      ],
      { width: Infinity, paint: plain },
    );
    expect(stripVTControlCharacters(text)).toBe('A         B   C\none       1   x\nthree   333');
  });

  it('cuts before it leaves out', () => {
    const row: Row = ['abcdefghij', '1', 'klmnopqrst'];
    const at = (width: number) =>
      stripVTControlCharacters(renderTable(columns, [row], { width, paint: plain }));
    expect(at(20)).toBe('A        B   C\nabcde…   1   klmnop…');
    expect(at(9)).toBe('A       B\nabcd…   1');
    expect(at(5)).toBe('A\nabcd…');
  });

  it('never exceeds the width while something can be cut or left out, and ends no line in blanks', () => {
    const word = fc.string({ maxLength: 30 });
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, word)), fc.integer({ min: 3, max: 120 }), (rows, width) => {
        const lines = stripVTControlCharacters(renderTable(columns, rows, { width, paint: plain })).split(
          '\n',
        );
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) expect(Array.from(line).length).toBeLessThanOrEqual(width);
      }),
    );
  });

  it('lets no cell break the line or the terminal', () => {
    const text = renderTable(columns, [['a\nb', '\u001b[2J1', '\u0007c']], { width: Infinity, paint: plain });
    expect(text.split('\n')).toHaveLength(2);
    expect(text).not.toContain('\u001b[2J');
    expect(text).not.toContain('\u0007');
  });

  it('cuts whole characters', () => {
    expect(truncate('🙂🙂🙂', 2)).toBe('🙂…');
    expect(truncate('ab', 2)).toBe('ab');
  });
});
