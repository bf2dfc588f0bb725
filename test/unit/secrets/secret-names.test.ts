import { describe, expect, it } from 'vitest';
import { hint } from '../../../src/main/secrets/secret-names.ts';

describe('hint', () => {
  it('shows four characters of a long value and none of a short one', () => {
    expect(['rpa_ABCDEFGH1234', 'elevenchars', '', 'twelve_chars'].map(hint)).toEqual([
      '1234',
      null,
      null,
      'hars',
    ]);
  });
});
