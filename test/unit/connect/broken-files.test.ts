import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mergeJson } from '../../../src/main/connect/merge-json.ts';
import { mergeToml } from '../../../src/main/connect/merge-toml.ts';
import { mergeYaml } from '../../../src/main/connect/merge-yaml.ts';
import { takeOutJson } from '../../../src/main/connect/take-out-json.ts';
import { takeOutYaml } from '../../../src/main/connect/take-out-yaml.ts';
import { TextError } from '../../../src/main/connect/text-error.ts';

const ITEM = { list: 'models', idKey: 'name', id: 'Ours' };
const SNIPPET = 'models:\n  - name: Ours\n    key: "abc"';

/** Pieces that mean something to one of the readers, put together by chance. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        'models:',
        '\n',
        '\r\n',
        '\t',
        '  - ',
        '- ',
        'name: Ours',
        'name: A',
        ': ',
        '? ',
        '---',
        '...',
      ),
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        '=',
        '.',
        '"',
        '"x"',
        "'y'",
        '"""',
        '|',
        '>',
        'null',
        'true',
        '1',
      ),
      fc.constantFrom('#c', '//c\n', '/*', '*/', '&a ', '*a', '!t ', '\ufeff', '"p"', '"o"', '"x": 1'),
      fc.constantFrom(
        'a = 1\n',
        '[p.ours]\n',
        '[p]\n',
        '[[p]]\n',
        'url = "u"\n',
        'p.ours.url = 1\n',
        'p = 3\n',
      ),
    ),
    { maxLength: 14 },
  )
  .map((pieces) => pieces.join(''));

function refusalOf(change: () => unknown): unknown {
  try {
    change();
    return null;
  } catch (error) {
    return error;
  }
}

describe('files that nobody could mean', () => {
  it.each([
    ['JSON', (given: string) => mergeJson(given, { p: { o: { x: 1 } } })],
    ['YAML', (given: string) => mergeYaml(given, { ...ITEM, snippet: SNIPPET, head: [] })],
    ['TOML', (given: string) => mergeToml(given, 'model = "c"\n\n[p.ours]\nurl = "x"', [['p', 'ours', 'k']])],
    ['JSON without us', (given: string) => takeOutJson(given, ['p', 'o'])],
    ['YAML without us', (given: string) => takeOutYaml(given, ITEM)],
  ])('property: %s is changed or refused by line, and nothing worse', (_name, change) => {
    fc.assert(
      fc.property(text, (given) => {
        expect(refusalOf(() => change(given)) ?? new TextError('', 1)).toBeInstanceOf(TextError);
      }),
      { numRuns: 400 },
    );
  });
});
