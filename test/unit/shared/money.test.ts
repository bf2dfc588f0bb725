import { describe, expect, it } from 'vitest';
import { formatUsd, formatUsdPerHour, usdForMs } from '../../../src/shared/money.ts';

describe('money', () => {
  it.each([
    [0.69, '$0.69'],
    [12.4, '$12.40'],
    [0, '$0.00'],
    [0.1, '$0.10'],
    [0.0023, '$0.0023'],
    [-0.5, '-$0.50'],
    [-0.0023, '-$0.0023'],
    // Nothing that costs something looks free.
    [0.00004, '<$0.0001'],
    [-0.00004, '-<$0.0001'],
    [null, '–'],
  ])('%s is written %s', (usd, text) => {
    expect(formatUsd(usd)).toBe(text);
  });

  it('has a unit for rates, and none for what is unknown', () => {
    expect([formatUsdPerHour(0.69), formatUsdPerHour(0), formatUsdPerHour(null)]).toEqual([
      '$0.69/h',
      '$0.00/h',
      '–',
    ]);
  });

  it('prices a stretch of time', () => {
    expect(usdForMs(3.6, 1000)).toBeCloseTo(0.001, 12);
  });
});
