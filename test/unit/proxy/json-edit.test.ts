import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editJson, findValues, prependKeys } from '../../../src/main/proxy/json-edit.ts';

const edit = (json: string, path: readonly string[], value: string): string =>
  editJson(Buffer.from(json), [{ path, value }]).toString();

describe('editJson', () => {
  it.each([
    ['{"model":"a"}', '{"model":"b"}'],
    [
      '{ "x" : [1,{"model":"no"}] ,\n"model"\t: "a" , "y":1.0}',
      '{ "x" : [1,{"model":"no"}] ,\n"model"\t: "b" , "y":1.0}',
    ],
    ['{"s":"\\"model\\":\\"a\\"","model":null}', '{"s":"\\"model\\":\\"a\\"","model":"b"}'],
    ['{"s":"\\\\","model":{"deep":["}"]}}', '{"s":"\\\\","model":"b"}'],
    ['{"model":"a","model":"c"}', '{"model":"b","model":"b"}'],
    ['{"mod\\u0065l":"a"}', '{"mod\\u0065l":"b"}'],
    ['{"é":"ü","model":-1.5e3}', '{"é":"ü","model":"b"}'],
    ['{}', '{"model":"b"}'],
    [' { } ', ' {"model":"b" } '],
    ['{"a":1}', '{"model":"b","a":1}'],
  ])('%s → %s', (before, after) => {
    expect(edit(before, ['model'], '"b"')).toBe(after);
  });

  it('reaches into objects, and leaves an absent deeper path alone', () => {
    expect(edit('{"response":{"id":1,"model":"a"}}', ['response', 'model'], '"b"')).toBe(
      '{"response":{"id":1,"model":"b"}}',
    );
    const same = Buffer.from('{"response":{"id":1}}');
    expect(editJson(same, [{ path: ['response', 'model'], value: '1' }])).toBe(same);
  });

  it('always gives what parsing, setting and serialising would give', () => {
    const bodies = fc.dictionary(fc.string(), fc.jsonValue());
    fc.assert(
      fc.property(bodies, fc.jsonValue(), fc.integer({ min: 0, max: 2 }), (body, value, indent) => {
        const text = JSON.stringify(body, null, indent);
        const edited: unknown = JSON.parse(edit(text, ['model'], JSON.stringify(value)));
        expect(edited).toEqual({
          ...(JSON.parse(text) as object),
          model: JSON.parse(JSON.stringify(value)) as unknown,
        });
      }),
    );
  });
});

describe('findValues', () => {
  it('points at exactly the value', () => {
    const json = Buffer.from('{"a":{"usage":1},"usage":{"x":[1,2]},"z":0}');
    expect(findValues(json, ['usage']).map(({ start, end }) => json.toString('utf8', start, end))).toEqual([
      '{"x":[1,2]}',
    ]);
  });
});

describe('prependKeys', () => {
  it('puts keys in front', () => {
    expect(prependKeys(Buffer.from('{"a":1}'), '"b":2').toString()).toBe('{"b":2,"a":1}');
  });
});
