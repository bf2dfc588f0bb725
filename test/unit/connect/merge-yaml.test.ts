import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { mergeYaml, yamlString } from '../../../src/main/connect/merge-yaml.ts';
import { isWithout, isWithoutLines } from './is-without.ts';

const PART = {
  list: 'models',
  idKey: 'name',
  id: 'Ours',
  snippet: 'models:\n  - name: Ours\n    key: "abc"\n    roles: [chat]',
  head: ['version: 1'],
};
const OURS = { name: 'Ours', key: 'abc', roles: ['chat'] };
const FRESH = 'models:\n  - name: Ours\n    key: "abc"\n    roles: [chat]\n';

describe('merging into YAML', () => {
  it.each([
    ['a new file', '', `version: 1\n${FRESH}`],
    ['a file without the list', 'name: me\n', `name: me\n${FRESH}`],
    ['a file without a last line end', 'name: me', `name: me\n${FRESH.trimEnd()}`],
    ['a file of comments', '# mine\n', `# mine\n${FRESH}`],
    ['an empty list', 'models: [] # none\nx: 1\n', `${FRESH.replace('\n', ' # none\n')}x: 1\n`],
    ['a list of nothing', 'models: # none\nx: 1\n', `${FRESH.replace('\n', ' # none\n')}x: 1\n`],
    [
      'other elements, with the list’s own depth and the comments',
      '# top\nmodels:\n- name: Other # keep\n  roles:   [ chat ]\n# end\n\nrules:\n  - a\n',
      '# top\nmodels:\n- name: Other # keep\n  roles:   [ chat ]\n- name: Ours\n  key: "abc"\n  roles: [chat]\n# end\n\nrules:\n  - a\n',
    ],
    [
      'our element, wherever its name stands in it, and what was added to it',
      'models:\n    - key: "old" # was\n      name: "Ours"\n      mine: 1 # keep\n\n    - name:   Other\n',
      'models:\n    - key: "abc" # was\n      name: "Ours"\n      mine: 1 # keep\n      roles: [chat]\n\n    - name:   Other\n',
    ],
    [
      'text blocks that look like keys',
      'prompt: |\n  models:\n    - name: Ours\nmodels:\n  - name: Other\n    text: >\n      - not an element\n',
      'prompt: |\n  models:\n    - name: Ours\nmodels:\n  - name: Other\n    text: >\n      - not an element\n  - name: Ours\n    key: "abc"\n    roles: [chat]\n',
    ],
    [
      'a text block that keeps its empty lines',
      'models:\n-\n  name: Other\n  text: |+\n    a\n\n\n',
      'models:\n-\n  name: Other\n  text: |+\n    a\n\n\n- name: Ours\n  key: "abc"\n  roles: [chat]\n',
    ],
    ['Windows line ends', 'name: me\r\n', `name: me\n${FRESH}`.replaceAll('\n', '\r\n')],
    ['a byte order mark', '\ufeffname: me\n', `\ufeffname: me\n${FRESH}`],
    ['marks of the document', '%YAML 1.2\n---\nx: 1\n...\n', `%YAML 1.2\n---\nx: 1\n${FRESH}...\n`],
    [
      'a list on one line',
      'models: [{name:   a}] # one\n',
      'models: [{name:   a}, {name: Ours, key: "abc", roles: [chat]}] # one\n',
    ],
    [
      'a list in brackets over several lines',
      'models: [\n  {name: a}, # one\n  # two\n]\n',
      'models: [\n  {name: a}, {name: Ours, key: "abc", roles: [chat]}, # one\n  # two\n]\n',
    ],
    [
      'our element on one line',
      'models:\n  - {name: Ours, mine: 1}\n  - {  name: b }\n',
      'models:\n  - {name: Ours, mine: 1, key: "abc", roles: [chat]}\n  - {  name: b }\n',
    ],
    ['a file in braces', '{a:   1}\n', '{a:   1, models: [{name: Ours, key: "abc", roles: [chat]}]}\n'],
  ])('%s', (_name, before, after) => {
    expect(mergeYaml(before, PART)).toBe(after);
    expect(mergeYaml(after, PART)).toBe(after);
  });

  it.each([
    ['an alias', 'x: &o []\nmodels: *o\n', 2, '"models" is not a list'],
    ['a tab', 'models:\n\t- name: a\n', 2, 'Tabs'],
    ['a second document', 'a: 1\n---\nb: 2\n', 2, 'a second document begins here'],
    ['the list twice', 'models:\n  - a: 1\nmodels:\n  - b: 1\n', 3, 'unique'],
    ['something that is no list below it', 'models:\n  name: a\n', 2, 'not a list'],
    ['elements of different depth', 'models:\n    - name: a\n  - name: b\n', 3, ''],
    ['a list at the top', '# c\n- a\n', 2, 'not a list of keys'],
    ['an open quote', 'a: 1\nb: "x\n', 3, 'Missing closing'],
    ['what its positions do not tell', '? !t ? ', 1, 'could not be kept'],
    ['anchors in our element', 'x: &x 1\nmodels:\n  - name: Ours\n    key: *x\n', 3, 'anchors'],
  ])('refuses %s and names the line', (_name, text, line, message) => {
    expect(() => mergeYaml(text, PART)).toThrow(expect.objectContaining({ name: 'TextError', line }));
    expect(() => mergeYaml(text, PART)).toThrow(message);
  });

  it('reads the key of our element only', () => {
    const text = 'models:\n  - name: Other\n    key: theirs\n  - name: Ours\n    key: abc # c\n';
    expect(yamlString(text, PART, ['key'])).toBe('abc');
    expect(yamlString('models: [{name: Other, key: theirs}]\n', PART, ['key'])).toBeNull();
    expect(yamlString('', PART, ['key'])).toBeNull();
  });

  const value = fc.constantFrom(
    'plain text',
    '"in \\"quotes\\""',
    "'it''s'",
    '12.50',
    '~',
    '[a,   b, {c:  d}]',
    '{ e:   f }',
    `${'word '.repeat(40)}end`,
    '|\n    kept # no comment\n      deeper\n\n    last',
    '>-\n    folded\n    text',
    '\n  - x\n  -   y # c',
    '\n    z: 1\n    # in it\n    zz:\n    -  a',
  );
  const noise = fc.constantFrom('', '# a comment', '\n', '   # deeper', '\n# a\n\n# b\n');
  const entry = fc.tuple(fc.constantFrom(':  ', ':   '), value, fc.constantFrom('', ' # why'), noise);
  const others = fc.constantFrom(
    '',
    'models:\n  - name: Other # c\n    apiBase:   http://x\n',
    'models:\n-   name: "Other"\n    roles:\n    - chat\n\n# below\n',
    'models:\n      - {  name: Other }\n      # end\n',
    'models: [ {name: Other} ]   # flow\n',
    'models: []\n',
    'models:\n',
  );

  it('property: what is not ours stays byte for byte, wherever the list stands', () => {
    fc.assert(
      fc.property(
        fc.array(entry, { maxLength: 5 }),
        others,
        fc.nat(5),
        fc.constantFrom('\n', '\r\n'),
        (entries, list, place, eol) => {
          const blocks = entries.map(
            ([colon, text, comment, after], at) =>
              `k${at}${text.startsWith('\n') ? ':' : colon}${text}${text.includes('\n') ? '' : comment}\n${after}\n`,
          );
          const before = blocks.toSpliced(place, 0, list).join('').replaceAll('\n', eol);
          if (before === '') return;
          const after = mergeYaml(before, PART);
          const { models, ...rest } = { ...Object(parse(before)) };
          expect(parse(after)).toEqual({ ...rest, models: [...(models ?? []), OURS] });
          // Only what holds the list in brackets is on a line of the user's.
          expect((list.includes('[') ? isWithout : isWithoutLines)(before.replace('[]', ''), after)).toBe(
            true,
          );
          expect(mergeYaml(after, PART)).toBe(after);
          const other = { ...PART, snippet: PART.snippet.replace('abc', 'other') };
          expect(mergeYaml(mergeYaml(after, other), PART)).toBe(after);
        },
      ),
    );
  });
});
