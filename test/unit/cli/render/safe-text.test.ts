import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderLogLine } from '../../../../src/main/cli/render/logs.ts';
import { plain } from '../../../../src/main/cli/render/paint.ts';
import { safeText } from '../../../../src/main/cli/render/safe-text.ts';
import { duration, stopwatch } from '../../../../src/main/cli/render/words.ts';

describe('text from elsewhere', () => {
  it.each([
    ['plain', 'plain', 'plain'],
    ['\u001b[31mred\u001b[0m', 'red', '\u001b[31mred\u001b[0m\u001b[0m'],
    ['\u001b[1;38;5;200mx', 'x', '\u001b[1;38;5;200mx\u001b[0m'],
    ['a\u001b[2Jb\u001b[10;10Hc', 'abc', 'abc'],
    ['\u001b]0;title\u0007t', 't', 't'],
    ['\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\', 'link', 'link'],
    ['bell\u0007 back\b', 'bell back', 'bell back'],
    ['10 %\r50 %\r100 %', '100 %', '100 %'],
    ['line\r\nnext', 'line\nnext', 'line\nnext'],
    ['\u009b31mcsi', '31mcsi', '31mcsi'],
    ['half \u001b', 'half ', 'half '],
  ])('%j', (text, bare, colored) => {
    expect(safeText(text, false)).toBe(bare);
    expect(safeText(text, true)).toBe(colored);
  });

  it('keeps nothing that moves or reprograms the terminal, whatever comes', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('\u001b', '\u001b[', '\u001b]', '31m', '2J', '\u0007', '\r', '\u009b', '\\', ';'),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        // oxlint-disable-next-line no-control-regex -- what must not be there
        expect(safeText(text, false)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
        // oxlint-disable-next-line no-control-regex -- only colours may stay
        const left = safeText(text, true).replaceAll(/\u001b\[[\d;]*m/g, '');
        // oxlint-disable-next-line no-control-regex -- what must not be there
        expect(left).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
    );
  });

  it('stands after time, source and level', () => {
    const line = {
      at: '2026-11-24T09:00:00.113Z',
      source: 'container',
      level: 'warn',
      text: 'KV cache',
    } as const;
    expect(renderLogLine(line, plain, false)).toMatch(/^\d\d:\d\d:00\.113 container WARN KV cache$/);
    expect(renderLogLine({ ...line, level: null }, plain, false)).toMatch(/container KV cache$/);
    expect(renderLogLine({ ...line, level: 'debug' }, plain, false)).toMatch(/container DEBUG KV cache$/);
  });
});

describe('times', () => {
  it.each([
    [-5, '0 s', '0:00'],
    [41_000, '41 s', '0:41'],
    [300_000, '5 min', '5:00'],
    [7_800_000, '2 h 10 min', '2:10:00'],
    [7_200_000, '2 h', '2:00:00'],
    [273_600_000, '3 d 4 h', '76:00:00'],
    [259_200_000, '3 d', '72:00:00'],
  ])('%i ms', (ms, words, watch) => {
    expect([duration(ms), stopwatch(ms)]).toEqual([words, watch]);
  });
});
