import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ansiSpans, plainText } from '../../src/renderer/view/ansi.ts';
import { adviceFor } from '../../src/renderer/view/log-advice.ts';
import { findInRows, LogBook, rowsAsText } from '../../src/renderer/view/log-book.ts';
import type { LogLine } from '../../src/shared/model.ts';

const line = (second: number, text: string, level: LogLine['level'] = 'info'): LogLine => ({
  at: new Date(Date.UTC(2026, 10, 24, 9, 0, second)).toISOString(),
  source: 'container',
  level,
  text,
});
const texts = (book: LogBook): string[] => book.shown.map((row) => row.plain);

describe('terminal text', () => {
  it('keeps colours as tones of the theme', () => {
    expect(ansiSpans('\u001b[33mKV cache\u001b[0m at \u001b[1;31m91 %')).toEqual([
      { text: 'KV cache', tone: 'yellow', bold: false, dim: false },
      { text: ' at ', tone: null, bold: false, dim: false },
      { text: '91 %', tone: 'red', bold: true, dim: false },
    ]);
  });

  it.each([
    ['\u001b[2J\u001b[1;1Hcleared', 'cleared'],
    ['\u001b]8;;https://evil.example\u0007click\u001b]8;;\u0007', 'click'],
    ['  5%\r 50%\r100%\r\n', '100%'],
    ['\u001b[38;5;196mred\u001b[48;2;1;2;3mbox', 'redbox'],
    ['bell\u0007 and null\u0000', 'bell and null'],
    ['tab\tstays', 'tab\tstays'],
    ['cut off\u001b[', 'cut off'],
  ])('%j reads %j', (raw, text) => {
    expect(plainText(raw)).toBe(text);
  });

  it('never lets a control character through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (raw) => {
        // oxlint-disable-next-line no-control-regex -- that is the question
        expect(plainText(raw)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f]/);
      }),
    );
  });
});

describe('a log book', () => {
  it('filters by level, and hides lines without a level only from the strict filters', () => {
    const book = new LogBook(100);
    book.push([
      line(1, 'a'),
      line(2, 'b', 'warn'),
      line(3, 'c', null),
      line(4, 'd', 'error'),
      line(5, 'e', 'debug'),
    ]);
    book.setLevel('info');
    expect(texts(book)).toEqual(['a', 'b', 'c', 'd']);
    book.setLevel('warn');
    expect(texts(book)).toEqual(['b', 'd']);
    book.push([line(6, 'f', 'error')]);
    expect(texts(book)).toEqual(['b', 'd', 'f']);
    book.setLevel('all');
    expect(texts(book)).toHaveLength(6);
  });

  it('stays within its bounds and tells how many lines went', () => {
    const book = new LogBook(100);
    for (let index = 0; index < 250; index++) book.push([line(index, `line ${index}`)]);
    expect(book.rows.length).toBeLessThanOrEqual(100);
    expect(book.rows.length + book.dropped).toBe(250);
    expect(texts(book).at(-1)).toBe('line 249');
    expect(texts(book)[0]).toBe(`line ${book.dropped}`);
  });

  it('leaves out what a reconnected stream repeats, and nothing else', () => {
    const book = new LogBook(100);
    book.push([line(1, 'a'), line(2, 'b'), line(2, 'c')]);
    book.reconnected();
    expect(book.push([line(1, 'a'), line(2, 'b'), line(2, 'c'), line(2, 'new'), line(3, 'd')])).toBe(2);
    expect(texts(book)).toEqual(['a', 'b', 'c', 'new', 'd']);
  });

  it('keeps equal lines of one instant that were really printed twice', () => {
    const book = new LogBook(100);
    book.push([line(1, 'same'), line(1, 'same')]);
    expect(texts(book)).toEqual(['same', 'same']);
  });

  it('is found in, copied and remarked upon', () => {
    const book = new LogBook(100);
    book.push([line(1, 'CUDA out of memory', 'error'), line(2, 'fine')]);
    book.remark('2026-11-24T09:00:03.000Z', '12 s without connection');
    expect(findInRows(book.shown, 'cuda')).toEqual([0]);
    expect(findInRows(book.shown, '')).toEqual([]);
    expect(rowsAsText(book.shown).split('\n')[0]).toBe('2026-11-24T09:00:01.000Z ERROR CUDA out of memory');
    book.setLevel('error');
    expect(texts(book)).toEqual(['CUDA out of memory', '12 s without connection']);
  });

  it('takes a hundred thousand lines', () => {
    const book = new LogBook(100_000);
    book.push(
      Array.from({ length: 100_000 }, (_, index) =>
        line(index % 60, `\u001b[32mINFO\u001b[0m line ${index}`),
      ),
    );
    expect(book.shown).toHaveLength(100_000);
  });
});

describe('known errors', () => {
  it.each([
    ['torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.00 GiB', 'oom'],
    ['huggingface_hub.errors.GatedRepoError: 401 Client Error', 'gated'],
    ['As of transformers v4.44, default chat template is no longer allowed', 'template'],
    ['OSError: [Errno 28] No space left on device', 'disk'],
    ['nvidia-container-cli: requirement error: unsatisfied condition: cuda>=13.0', 'driver'],
    ['Application startup complete.', undefined],
  ])('%s', (text, id) => {
    expect(adviceFor(text)?.id).toBe(id);
  });
});
