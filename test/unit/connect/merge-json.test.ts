import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeJson } from '../../../src/main/connect/merge-json.ts';
import { readJsonc, valueOf } from '../../../src/main/connect/read-jsonc.ts';

const PART = { provider: { ours: { url: 'http://127.0.0.1:1/v1', models: { coder: { context: 8 } } } } };

describe('merging into JSON with comments', () => {
  it.each([
    ['a new file', '', '{\n  "a": 1\n}\n'],
    ['an empty object', '{}\n', '{\n  "a": 1\n}\n'],
    ['an empty object over two lines', '{\n}\n', '{\n  "a": 1\n}\n'],
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
    expect(valueOf(readJsonc(after))).toEqual({
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
    expect(valueOf(readJsonc(after))).toEqual({ models: [{ name: 'coder', max: 2 }, { name: 'mine' }] });
    expect(mergeJson(after, part)).toBe(after);
    const appended = mergeJson('{\n  "models": [\n    { "name": "mine" } // first\n  ]\n}\n', part);
    expect(appended).toBe(
      '{\n  "models": [\n    { "name": "mine" }, // first\n    {\n      "name": "coder",\n      "max": 2\n    }\n  ]\n}\n',
    );
  });

  it.each([
    ['a missing brace', '{\n  "a": {\n', 3, 'found the end of the file'],
    ['a missing comma', '{\n  "a": 1\n  "b": 2\n}', 3, 'expected "," or "}"'],
    ['a key twice', '{\n  "a": 1,\n  "a": 2\n}', 3, 'a second time'],
    ['no quotes', '{ a: 1 }', 1, 'expected a key in double quotes'],
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

  it('property: nothing of the user is lost, a second merge changes nothing', () => {
    const value = fc.letrec<{ any: unknown; object: object }>((tie) => ({
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
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2, '\t'), fc.boolean(), (theirs, indent, comments) => {
        const plain = JSON.stringify(theirs, null, indent);
        const before =
          comments && indent !== undefined ? plain.replaceAll(/\n(?=\s*\S)/g, ' // why\n') : plain;
        const after = mergeJson(before, { 'runpod-llm': { a: [1], b: { c: 'd' } } });
        expect(valueOf(readJsonc(after))).toEqual({ ...theirs, 'runpod-llm': { a: [1], b: { c: 'd' } } });
        expect(mergeJson(after, { 'runpod-llm': { a: [1], b: { c: 'd' } } })).toBe(after);
        expect(after.split('// why').length).toBe(before.split('// why').length);
      }),
    );
  });
});
