import { describe, expect, it } from 'vitest';
import { usualLimit } from '../../../src/main/cli/price.ts';
import { samplePlan } from '../../support/samples.ts';

describe('the most an hour may cost where nobody said', () => {
  it.each([
    [0.25, 0.5],
    [0.333, 0.67],
    [1.5, 2],
    [2, 2],
    [2.01, 2.52],
    [27.12, 33.9],
  ])('beside a first choice of $%f is $%f', (usdPerHour, limit) => {
    const [candidate] = samplePlan().candidates;
    if (candidate === undefined) throw new Error('The sample is gone');
    expect(usualLimit({ ...candidate, usdPerHour })).toBe(limit);
  });
});
