import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decideScaling,
  type ScalingInput,
  type WorkerLook,
} from '../../../src/main/sandbox/serverless/scaling.ts';

type Endpoint = ScalingInput['endpoint'];

const delay: Endpoint = {
  type: 'QUEUE',
  workers: { min: 0, max: 3, idleTimeout: 10 },
  scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
};
const counting: Endpoint = { ...delay, scaling: { type: 'REQUEST_COUNT', requestCount: 4 } };

function worker(state: WorkerLook['state'], idleMs = 0, changes: Partial<WorkerLook> = {}): WorkerLook {
  return { id: `${state}-${idleMs}`, state, idleMs, stale: false, ...changes };
}

function decide(
  endpoint: Endpoint,
  workers: WorkerLook[],
  load = 0,
  oldestWaitMs = 0,
): ReturnType<typeof decideScaling> {
  return decideScaling({ endpoint, workers, load, oldestWaitMs });
}

describe('scaling', () => {
  it.each([
    ['starts nothing without work', delay, [], 0, 0, 0],
    ['starts one for the first job', delay, [], 1, 0, 1],
    ['starts no second before the delay', delay, [worker('busy')], 5, 3000, 0],
    ['starts a second after the delay', delay, [worker('busy')], 5, 4001, 1],
    ['waits for the one that is coming', delay, [worker('starting')], 5, 60_000, 0],
    [
      'never exceeds the maximum',
      delay,
      [worker('busy'), worker('busy', 1), worker('busy', 2)],
      50,
      60_000,
      0,
    ],
    ['keeps the minimum up', { ...delay, workers: { min: 2, max: 3, idleTimeout: 10 } }, [], 0, 0, 2],
    ['counts requests', counting, [], 9, 0, 3],
    [
      'does nothing at a maximum of zero',
      { ...delay, workers: { min: 0, max: 0, idleTimeout: 10 } },
      [],
      5,
      60_000,
      0,
    ],
  ])('%s', (_name, endpoint, workers, load, waited, start) => {
    expect(decide(endpoint, workers, load, waited).start).toBe(start);
  });

  it.each([
    ['an idle one after its time', delay, [worker('idle', 10_000)], 0, ['idle-10000']],
    ['none before', delay, [worker('idle', 9999)], 0, []],
    ['none that is busy', delay, [worker('busy', 99_999)], 0, []],
    [
      'none of the minimum',
      { ...delay, workers: { min: 1, max: 3, idleTimeout: 10 } },
      [worker('idle', 99_999)],
      0,
      [],
    ],
    [
      'the longest idle first',
      { ...delay, workers: { min: 1, max: 3, idleTimeout: 10 } },
      [worker('idle', 11_000), worker('idle', 12_000)],
      0,
      ['idle-12000'],
    ],
    [
      'at once above a lowered maximum',
      { ...delay, workers: { min: 0, max: 1, idleTimeout: 600 } },
      [worker('idle', 1), worker('idle', 2)],
      0,
      ['idle-2'],
    ],
    ['idle ones of an old release at once', delay, [worker('idle', 1, { stale: true })], 0, ['idle-1']],
    [
      'five seconds after, where the setting does not apply',
      counting,
      [worker('idle', 5000)],
      0,
      ['idle-5000'],
    ],
  ])('sends home %s', (_name, endpoint, workers, load, park) => {
    expect(decide(endpoint, workers, load).park).toEqual(park);
  });

  it('does not look again and again at a worker that stays', () => {
    const kept = { ...delay, workers: { min: 1, max: 3, idleTimeout: 10 } };
    expect(decide(kept, [worker('idle', 99_999)])).toEqual({ start: 0, park: [], lookAgainMs: null });
    expect(decide(delay, [worker('idle', 4000)]).lookAgainMs).toBe(6001);
  });

  it('always stays within its bounds and always looks again while something is pending', () => {
    const looks = fc.array(
      fc.record({
        id: fc.uuid(),
        state: fc.constantFrom('starting' as const, 'idle' as const, 'busy' as const, 'unhealthy' as const),
        idleMs: fc.integer({ min: 0, max: 100_000 }),
        stale: fc.boolean(),
      }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(
        looks,
        fc.nat(40),
        fc.nat(60_000),
        fc.nat(3),
        fc.integer({ min: 3, max: 6 }),
        fc.boolean(),
        (workers, load, waited, min, max, counts) => {
          const endpoint: Endpoint = {
            ...(counts ? counting : delay),
            workers: { min, max, idleTimeout: 10 },
          };
          const { start, park, lookAgainMs } = decide(endpoint, workers, load, waited);
          const parked = workers.filter(({ id }) => park.includes(id));
          expect(parked.every(({ state }) => state === 'idle')).toBe(true);
          const after = workers.length - parked.length + start;
          expect(after).toBeLessThanOrEqual(Math.max(max, workers.length));
          const kept = workers.filter(
            ({ id, state, stale }) => !park.includes(id) && !(stale && state === 'idle'),
          ).length;
          expect(kept + start).toBeGreaterThanOrEqual(Math.min(min, max));
          const spare = workers.length - park.length > Math.max(min, load > 0 ? 40 : 0);
          const idleLeft = workers.some(({ id, state }) => state === 'idle' && !park.includes(id));
          expect(!(spare && idleLeft) || lookAgainMs !== null).toBe(true);
        },
      ),
    );
  });
});
