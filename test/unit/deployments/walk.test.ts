import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { never, wish, world } from './harness.ts';
import { act, Walk } from './walk.ts';

describe('a random life', () => {
  // fast-check prints the seed and path of a failing run: `{ seed, path }` as last argument repeats it.
  it.each(['terminate', 'keep'] as const)(
    'never has two pods, and always comes to rest as wished (onStop: %s)',
    async (onStop) => {
      const live = async (
        seed: number,
        acts: Parameters<Walk['take']>[0][],
        wished: 'running' | 'stopped',
      ) => {
        const w = world({ seed, timing: { stuckPullingMs: 300_000, stuckLoadingMs: 300_000 } });
        try {
          w.fleet.start();
          await w.fleet.create(wish({ onStop }), false, never);
          const walk = new Walk(w);
          for (const step of acts) await walk.take(step);
          await walk.comesToRest(wished);
          expect(walk.problems).toEqual([]);
        } finally {
          await w.dispose();
        }
      };
      const property = fc.asyncProperty(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.array(act, { minLength: 1, maxLength: 25 }),
        fc.constantFrom('running', 'stopped'),
        live,
      );
      await expect(fc.assert(property, { numRuns: 150 })).resolves.toBeUndefined();
    },
    120_000,
  );
});
