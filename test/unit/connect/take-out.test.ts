import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeJson } from '../../../src/main/connect/merge-json.ts';
import { mergeYaml } from '../../../src/main/connect/merge-yaml.ts';
import { takeOutJson } from '../../../src/main/connect/take-out-json.ts';
import { takeOutYaml } from '../../../src/main/connect/take-out-yaml.ts';

describe('taking our part out of JSON', () => {
  it.each([
    [
      'between others',
      '{\n  "a": 1, // one\n  "o": {\n    "x": 1\n  },\n  "b": 2\n}\n',
      '{\n  "a": 1, // one\n  "b": 2\n}\n',
    ],
    ['at the end', '{\n  "a": 1, // one\n  "o": { "x": 1 }\n}\n', '{\n  "a": 1 // one\n}\n'],
    [
      'at the end, with commas there',
      '{\r\n\t"a": 1,\r\n\t"o": { "x": 1 },\r\n}\r\n',
      '{\r\n\t"a": 1,\r\n}\r\n',
    ],
    ['first', '{ "o": { "x": {} }, "a": 1 }', '{ "a": 1 }'],
    ['alone, with what held it', '{\n  "o": {\n    "x": 1\n  }\n}\n', '{\n}\n'],
    ['what held it stays for its comment', '{ "o": { /* mine */ "x": 1 } }', '{ "o": { /* mine */ } }'],
    ['what held it stays for others', '{ "o": { "x": 1, "y": 2 } }', '{ "o": { "y": 2 } }'],
    ['a byte order mark', '\ufeff{ "a": 1, "o": { "x": 1 } }', '\ufeff{ "a": 1 }'],
  ])('%s', (_name, before, after) => {
    expect(takeOutJson(before, ['o', 'x'])).toBe(after);
    expect(takeOutJson(after, ['o', 'x'])).toBeNull();
  });

  it.each(['', '// c\n', '{}', '{ "o": 1 }', '[]'])('%j has nothing of ours', (text) => {
    expect(takeOutJson(text, ['o', 'x'])).toBeNull();
  });

  it('refuses what it cannot read', () => {
    expect(() => takeOutJson('{', ['o'])).toThrow(expect.objectContaining({ name: 'TextError', line: 1 }));
  });

  it('property: gives back what stood there before our part was merged in', () => {
    const line = fc.constantFrom(
      '  "a": 1',
      '  "b": { "c": [1,   2] } // why',
      '  // alone\n  "d": "}"',
      '\t"e": {}',
    );
    fc.assert(
      fc.property(
        fc.uniqueArray(line, { minLength: 1 }),
        fc.boolean(),
        fc.constantFrom('\n', '\r\n'),
        (lines, comma, eol) => {
          const bodies = lines.map((text, at) => {
            const [, body = text, why = ''] = /^([^]*?)( \/\/ why)?$/.exec(text) ?? [];
            return `${body}${at < lines.length - 1 || comma ? ',' : ''}${why}\n`;
          });
          const before = `{\n${bodies.join('')}}\n`.replaceAll('\n', eol);
          const merged = mergeJson(before, { o: { x: { url: 'u' } } });
          expect(takeOutJson(merged, ['o', 'x'])).toBe(before);
        },
      ),
    );
  });
});

describe('taking our element out of YAML', () => {
  const item = { list: 'models', idKey: 'name', id: 'Ours' };
  const part = { ...item, snippet: 'models:\n  - name: Ours\n    key: "abc"', head: [] };

  it.each([
    [
      'between others',
      'models:\n  - name: A # a\n  - name: Ours\n    mine: 1\n  # b\n  - name: B\n',
      'models:\n  - name: A # a\n  # b\n  - name: B\n',
    ],
    ['at the end, without a line end', 'models:\r\n- name: A\r\n- name: Ours', 'models:\r\n- name: A'],
    ['alone, with its list', 'a: 1\nmodels:\n  - name: Ours\n    key: x\n\nb: 2\n', 'a: 1\n\nb: 2\n'],
    [
      'alone, below a comment of the list',
      'models: # mine\n  - name: Ours\nb: 2\n',
      'models: # mine\nb: 2\n',
    ],
    [
      'in brackets',
      'models: [{name: A}, {name: Ours}, {name: B}] # c\n',
      'models: [{name: A}, {name: B}] # c\n',
    ],
    ['first in brackets', 'models: [{name: Ours}, {name: B}]\n', 'models: [{name: B}]\n'],
    ['alone in brackets', 'models: [{name: Ours}]\n', 'models: []\n'],
  ])('%s', (_name, before, after) => {
    expect(takeOutYaml(before, item)).toBe(after);
    expect(takeOutYaml(after, item)).toBeNull();
  });

  it.each(['', '# c\n', 'models:\n', 'models: 1\n', '- name: Ours\n'])('%j has nothing of ours', (text) => {
    expect(takeOutYaml(text, item)).toBeNull();
  });

  it('refuses where a comment would go with it', () => {
    expect(() => takeOutYaml('models: [\n  {name: A}, # a\n  {name: Ours}\n]\n', item)).toThrow('a comment');
  });

  it.each([
    'models:\n- name: A # a\n# below\nb: 2\n',
    'models: [{name:   A}]\n',
    'a: |+\n  text\n\n\n',
    '# top\na: 1',
    'models:\r\n    -   name: A\r\n',
  ])('%j is as it was before our element was merged in', (before) => {
    expect(takeOutYaml(mergeYaml(before, part), item)).toBe(before);
  });
});
