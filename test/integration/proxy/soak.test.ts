import { describe, expect, it } from 'vitest';
import { faultSoak } from '../../support/soak/fault-soak.ts';

/** The first moments of `node scripts/soak.ts`, with the same assertions. A seed that failed there can be put here. */
const SEED = 20_261_124;

describe('fault soak', () => {
  it('through every fault each request is answered honestly, asked once, logged once, and nothing is left over', async () => {
    const { problems } = await faultSoak({ seed: SEED, seconds: 10, laps: 3 });
    expect(problems).toEqual([]);
  }, 150_000);
});
