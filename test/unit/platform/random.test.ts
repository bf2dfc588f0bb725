import { describe, expect, it } from 'vitest';
import { randomIds } from '../../../src/main/platform/ids.ts';
import { randomInt, seededRandom, systemRandom } from '../../../src/main/platform/random.ts';

describe.each([
  ['systemRandom', () => systemRandom],
  ['seededRandom', () => seededRandom(42)],
])('Random contract: %s', (_name, make) => {
  it('gives numbers in [0, 1) and hex of the asked length', () => {
    const random = make();
    for (let i = 0; i < 500; i++) {
      const value = random.next();
      expect(value >= 0 && value < 1).toBe(true);
    }
    expect(random.hex(32)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('reaches both ends of a whole-number range and never leaves it', () => {
    const random = make();
    const seen = new Set(Array.from({ length: 500 }, () => randomInt(random, -1, 2)));
    expect([...seen].toSorted((a, b) => a - b)).toEqual([-1, 0, 1, 2]);
  });

  it('makes ids that differ and tell their kind', () => {
    const ids = randomIds(make());
    const made = Array.from({ length: 200 }, () => ids.next('dep'));
    expect(new Set(made).size).toBe(200);
    expect(made.every((id) => /^dep_[0-9a-f]{10}$/.test(id))).toBe(true);
  });
});

describe('seededRandom', () => {
  it('repeats itself from its seed, and differs with another', () => {
    const run = (seed: number): string => seededRandom(seed).hex(16);
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });
});
