import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ago,
  contextSize,
  count,
  duration,
  durationRange,
  latency,
  percent,
  priceUp,
  stopwatch,
  usdFine,
} from '../../src/renderer/view/format.ts';

describe('prices on controls', () => {
  it('are rounded up to whole cents', () => {
    expect(priceUp(0.44)).toBe('$0.44/h');
    expect(priceUp(0.441)).toBe('$0.45/h');
    expect(priceUp(2)).toBe('$2.00/h');
  });

  it('are never below what is paid, and never a cent too much', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 500, noNaN: true }), (usd) => {
        const shown = Number(priceUp(usd).slice(1, -2));
        expect(shown).toBeGreaterThanOrEqual(usd - 1e-9);
        expect(shown).toBeLessThan(usd + 0.0101);
      }),
    );
  });
});

describe('words for numbers', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [89_000, '89 s'],
    [90_000, '2 min'],
    [45 * 60_000, '45 min'],
    [3 * 3_600_000, '3 h'],
    [2.5 * 3_600_000, '2 h 30 min'],
    [26.3 * 3_600_000, '26 h'],
    [52 * 3_600_000, '2 d 4 h'],
  ])('%d ms lasts %s', (ms, words) => {
    expect(duration(ms)).toBe(words);
  });

  it.each([
    [240_000, 480_000, '4–8 min'],
    [50_000, 180_000, '50 s–3 min'],
    [60_000, 60_000, '60 s'],
  ])('from %d to %d ms is %s', (low, high, words) => {
    expect(durationRange(low, high)).toBe(words);
  });

  it('keeps three digits of small prices and says nothing of unknown ones', () => {
    expect(usdFine(null)).toBe('–');
    expect(usdFine(0)).toBe('$0');
    expect(usdFine(0.000523)).toBe('$0.00052');
    expect(usdFine(1.5)).toBe('$1.50');
  });

  it('counts tokens as the field does', () => {
    expect([0, 812, 12_345, 999_400, 1_240_000].map(count)).toEqual(['0', '812', '12.3k', '999k', '1.2M']);
    expect([32_768, 131_072, 40_000].map(contextSize)).toEqual(['32k', '128k', '40k']);
  });

  it('ticks and ages', () => {
    expect([0, 41_000, 725_000, 3_729_000].map(stopwatch)).toEqual(['0:00', '0:41', '12:05', '1:02:09']);
    expect(ago('2026-11-24T09:00:00Z', Date.parse('2026-11-24T09:00:02Z'))).toBe('just now');
    expect(ago('2026-11-24T09:00:00Z', Date.parse('2026-11-24T09:02:00Z'))).toBe('2 min ago');
    expect([null, 85, 610, 1900].map(latency)).toEqual(['–', '85 ms', '610 ms', '1.9 s']);
    expect([0, 0.005, 0.31].map(percent)).toEqual(['0 %', '0.5 %', '31 %']);
  });
});
