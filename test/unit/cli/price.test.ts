import { describe, expect, it } from 'vitest';
import { priceLimit, usualLimit } from '../../../src/shared/price-limit.ts';
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

describe('the most that may be rented', () => {
  const compute = {
    gpuTypeIds: [],
    gpuCount: null,
    cloud: 'ANY',
    dataCenterIds: [],
    maxUsdPerHour: null,
  } as const;
  it.each([
    ['the usual one where the choice is the app’s', {}, 0.8],
    ['what the user said', { maxUsdPerHour: 3 }, 3],
    ['whatever the named GPUs cost', { gpuTypeIds: ['NVIDIA H200'] }, null],
  ])('is %s', (_, wish, limit) => {
    expect(priceLimit({ ...compute, dataCenterIds: [], gpuTypeIds: [], ...wish }, { usdPerHour: 0.4 })).toBe(
      limit,
    );
  });
});
