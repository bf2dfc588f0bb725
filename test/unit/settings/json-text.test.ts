import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonText } from '../../../src/main/settings/json-text.ts';

function outcomeOf(work: () => unknown): { value?: unknown; refused?: unknown } {
  try {
    return { value: work() };
  } catch (refused) {
    return { refused };
  }
}

describe('readJsonText', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(undefined, 2, '\t'), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        expect(readJsonText(text).value).toEqual(JSON.parse(text));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses what JSON.parse refuses, and a key that stands twice', () => {
    fc.assert(
      fc.property(
        fc.json(),
        fc.nat(),
        fc.constantFrom('', ',', '}', '"', '\\', 'x', '0', ':'),
        (json, at, put) => {
          const cut = at % (json.length + 1);
          const broken = json.slice(0, cut) + put + json.slice(cut + 1);
          const mine = outcomeOf(() => readJsonText(broken).value);
          fc.pre(!String(mine.refused).includes('second time'));
          const standard = outcomeOf(() => JSON.parse(broken));
          expect(mine.value).toEqual(standard.value);
          expect(mine.refused === undefined).toBe(standard.refused === undefined);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('knows where values and keys stand', () => {
    const json = readJsonText('{\n  "a": {\n    "b": [1,\n      {"c": true}]\n  }\n}');
    expect(json.positionOf([])).toEqual({ line: 1, column: 1 });
    expect(json.positionOf(['a', 'b', 1, 'c'])).toEqual({ line: 4, column: 13 });
    expect(json.positionOf(['a', 'b', 1, 'c'], 'key')).toEqual({ line: 4, column: 8 });
    expect(json.positionOf(['a', 'b', 0])).toEqual({ line: 3, column: 11 });
    // What is missing is blamed on what it is missing in.
    expect(json.positionOf(['a', 'b', 1, 'missing', 'deeper'])).toEqual({ line: 4, column: 7 });
  });

  it.each([
    ['{"a": 1,}', 'a comma before "}"', 1, 9],
    ['[1,\n]', 'a comma before "]"', 2, 1],
    ['{\n  // why\n  "a": 1}', 'comments are not allowed', 2, 3],
    ["{'a': 1}", 'expected a key in double quotes, found "\'"', 1, 2],
    ['{a: 1}', 'expected a key in double quotes, found "a"', 1, 2],
    ['{"a" 1}', 'expected ":" after the key "a", found "1"', 1, 6],
    ['{"a": 1 "b": 2}', 'expected "," or "}", found "\\""', 1, 9],
    ['{"a": }', 'expected a value, found "}"', 1, 7],
    ['{"a": True}', 'expected a value, found "True"', 1, 7],
    ['{"a": 01}', 'expected a value, found "01"', 1, 7],
    ['{"a": "x\n"}', 'no closing quote on its line', 1, 7],
    ['{"a": "\\q"}', 'a backslash or control character', 1, 7],
    ['{"a": 1', 'found the end of the file', 1, 8],
    ['', 'found the end of the file', 1, 1],
    ['{} x', 'expected the end of the file, found "x"', 1, 4],
    ['{"a": 1,\n "a": 2}', 'the key "a" stands here a second time', 2, 2],
  ])('says of %j: %s', (text, message, line, column) => {
    expect(() => readJsonText(text)).toThrow(
      expect.objectContaining({
        name: 'JsonSyntaxError',
        message: expect.stringContaining(message),
        position: { line, column },
      }),
    );
  });

  it('bounds depth, forgives a byte order mark, and makes no prototype of a key', () => {
    expect(() => readJsonText('['.repeat(10_000))).toThrow('nested more than 64 deep');
    expect(readJsonText('\ufeff{"a": 1}').value).toEqual({ a: 1 });
    const { value } = readJsonText('{"__proto__": {"polluted": true}}');
    expect(Object.keys(Object(value))).toEqual(['__proto__']);
    expect(Reflect.get({}, 'polluted')).toBeUndefined();
  });
});
