import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/main/control/nearest.ts';

describe('nearest', () => {
  it.each([
    ['lst', ['list', 'logs'], 'list'],
    ['DEPLOY', ['deploy', 'doctor'], 'deploy'],
    ['terminat', ['start', 'terminate'], 'terminate'],
    ['modle', ['mode', 'model'], 'model'],
    ['zzz', ['list', 'logs'], null],
    ['anything', [], null],
  ])('%s among %j is %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  it('finds an exact match among any others', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 30 }), fc.array(fc.string({ maxLength: 30 })), (word, others) => {
        expect(nearest(word, [...others, word])?.toLowerCase()).toBe(word.toLowerCase());
      }),
    );
  });
});
