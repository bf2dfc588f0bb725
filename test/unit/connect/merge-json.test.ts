import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'jsonc-parser';
import { jsonString, mergeJson } from '../../../src/main/connect/merge-json.ts';
import { isWithout } from './is-without.ts';

const valueOf = (text: string): unknown =>
  parse(text.replace('\ufeff', ''), [], { allowTrailingComma: true });

const PART = { provider: { ours: { url: 'http://127.0.0.1:1/v1', models: { coder: { context: 8 } } } } };

describe('merging into JSON with comments', () => {
  it.each([
    ['a new file', '', '{\n  "a": 1\n}\n'],
    ['an empty object', '{}\n', '{\n  "a": 1\n}\n'],
    ['an empty object over two lines', '{\n}\n', '{\n  "a": 1\n}\n'],
    ['a file of comments', '// mine\n', '// mine\n{\n  "a": 1\n}\n'],
    ['only a comment', '{\n  // mine\n}\n', '{\n  // mine\n  "a": 1\n}\n'],
    ['a last element without a comma', '{\n  "b": 2\n}\n', '{\n  "b": 2,\n  "a": 1\n}\n'],
    ['a trailing comma', '{\n  "b": 2,\n}\n', '{\n  "b": 2,\n  "a": 1,\n}\n'],
    ['a comment behind the last', '{\n  "b": 2 // two\n}\n', '{\n  "b": 2, // two\n  "a": 1\n}\n'],
    [
      'a comment behind a trailing comma',
      '{\n\t"b": 2, /* two */\n}\n',
      '{\n\t"b": 2, /* two */\n\t"a": 1,\n}\n',
    ],
    ['a comment below the last', '{\n  "b": 2\n  // end\n}\n', '{\n  "b": 2,\n  "a": 1\n  // end\n}\n'],
    ['one line', '{"b": 2}', '{"b": 2, "a": 1}'],
    ['Windows line ends', '{\r\n    "b": 2\r\n}\r\n', '{\r\n    "b": 2,\r\n    "a": 1\r\n}\r\n'],
    ['another value', '{\n  "a": 7 // old\n}\n', '{\n  "a": 1 // old\n}\n'],
    ['the same value', '{ "a" : 1 }', '{ "a" : 1 }'],
    ['a byte order mark', '\ufeff{\n  "b": 2\n}\n', '\ufeff{\n  "b": 2,\n  "a": 1\n}\n'],
  ])('%s', (_name, before, after) => {
    expect(mergeJson(before, { a: 1 })).toBe(after);
  });

  it('enters objects that are there and keeps what the user added to ours', () => {
    const before = `{
  // my theme
  "theme": "dark",
  "provider": {
    "other": { "apiKey": "theirs" }, // do not touch
    "ours": { "url": "http://old", "headers": { "x": 1 } }
  }
}
`;
    const after = mergeJson(before, PART);
    expect(after).toContain('// my theme');
    expect(after).toContain('"other": { "apiKey": "theirs" }, // do not touch');
    expect(valueOf(after)).toEqual({
      theme: 'dark',
      provider: {
        other: { apiKey: 'theirs' },
        ours: { url: 'http://127.0.0.1:1/v1', headers: { x: 1 }, models: { coder: { context: 8 } } },
      },
    });
  });

  it('knows elements of lists by their name', () => {
    const part = { models: [{ name: 'coder', max: 2 }] };
    const before = '{\n  "models": [\n    { "name": "coder", "max": 1 },\n    { "name": "mine" }\n  ]\n}\n';
    const after = mergeJson(before, part);
    expect(valueOf(after)).toEqual({ models: [{ name: 'coder', max: 2 }, { name: 'mine' }] });
    expect(mergeJson(after, part)).toBe(after);
    const appended = mergeJson('{\n  "models": [\n    { "name": "mine" } // first\n  ]\n}\n', part);
    expect(appended).toBe(
      '{\n  "models": [\n    { "name": "mine" }, // first\n    {\n      "name": "coder",\n      "max": 2\n    }\n  ]\n}\n',
    );
  });

  it.each([
    ['a missing brace', '{\n  "a": {\n', 3, 'found the end of the file'],
    ['a missing comma', '{\n  "a": 1\n  "b": 2\n}', 3, 'expected "," before what follows'],
    ['something behind the end', '{}\n{}', 2, 'expected the end of the file, found "{"'],
    ['a comment without an end', '{}\n/* a', 2, 'no end'],
    ['a comment that is cut off', '{}\n/*', 2, 'no end'],
    ['what is no JSON', '{\n  "a": NaN\n}', 2, '"NaN" does not belong here'],
    ['a backslash of its own', '{ "a": "C:\\q" }', 1, 'a backslash that JSON does not know'],
    ['a million brackets', '['.repeat(1_000_000), 1, 'nested more than 64 deep'],
    ['a key twice', '{\n  "a": 1,\n  "a": 2\n}', 3, 'a second time'],
    ['no quotes', '{ a: 1 }', 1, '"a" does not belong here'],
    ['an open text', '{\n  "a": "x\n}', 2, 'no closing quote'],
    ['a list at the top', '[]', 1, 'the file is not an object'],
    [
      'something else where we belong',
      '{\n\n  "a": {"b": 3}, "provider": 4 }',
      3,
      '"provider" is not an object',
    ],
  ])('refuses %s and names the line', (_name, text, line, message) => {
    expect(() => mergeJson(text, PART)).toThrow(expect.objectContaining({ name: 'TextError', line }));
    expect(() => mergeJson(text, PART)).toThrow(message);
  });

  it('shows only the beginning of what was found: it may be a key', () => {
    expect(() => mergeJson('{ "apiKey": sk-live-0123456789 }', PART)).toThrow(
      '"sk-liv…" does not belong here',
    );
  });

  it('reads a text at a path', () => {
    expect(jsonString('\ufeff// c\n{ "a": { "b": "c" } }', ['a', 'b'])).toBe('c');
    expect(jsonString('{ "a": { "b": 1 } }', ['a', 'b'])).toBeNull();
    expect(jsonString('// c\n', ['a'])).toBeNull();
  });

  const inner = fc.letrec<{ any: unknown; object: object }>((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.string(),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('any'), { maxLength: 3 }),
      tie('object'),
    ),
    object: fc.dictionary(fc.string({ maxLength: 6 }), tie('any'), { maxKeys: 4, noNullPrototype: true }),
  })).object;
  const trivia = fc.constantFrom(
    '',
    '',
    ' ',
    '  ',
    '\t',
    '\n',
    '\n  ',
    ' // why\n',
    ' /* so */ ',
    '\n\n\t/* a\n b */\n',
  );

  /** JSON written by somebody with habits of their own. */
  function writtenOddly(value: unknown, next: () => string, comma: boolean): string {
    const list = (open: string, parts: readonly string[], close: string): string => {
      const end = comma && parts.length > 0 ? `,${next()}` : '';
      return `${open}${next()}${parts.join(`${next()},${next()}`)}${next()}${end}${close}`;
    };
    if (Array.isArray(value))
      return list(
        '[',
        value.map((item) => writtenOddly(item, next, comma)),
        ']',
      );
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const pairs = Object.entries(value).map(
      ([key, item]) => `${JSON.stringify(key)}${next()}:${next()}${writtenOddly(item, next, comma)}`,
    );
    return list('{', pairs, '}');
  }

  it('property: every character of the user stays, and our values are added to theirs', () => {
    const part = { 'runpod-llm': { a: [1], b: { c: 'd' } } };
    fc.assert(
      fc.property(
        inner,
        fc.array(trivia, { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        fc.constantFrom('\n', '\r\n'),
        fc.constantFrom('', '\ufeff'),
        (theirs, gaps, comma, eol, mark) => {
          let at = 0;
          const oddly = writtenOddly(theirs, () => gaps[at++ % gaps.length] ?? '', comma);
          const before = mark + oddly.replaceAll('\n', eol);
          const after = mergeJson(before, part);
          expect(valueOf(after)).toEqual({ ...theirs, ...part });
          // Blanks before the brace of an object without anything in it make room.
          expect(isWithout(before.replaceAll(/[ \t]+(?=\})/g, ''), after)).toBe(true);
          expect(mergeJson(after, part)).toBe(after);
          const changed = { 'runpod-llm': { a: [1], b: { c: 'other' } } };
          expect(mergeJson(mergeJson(after, changed), part)).toBe(after);
        },
      ),
    );
  });
});
