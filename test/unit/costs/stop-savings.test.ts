import { describe, expect, it } from 'vitest';
import type { Interval } from '../../../src/main/costs/ledger.ts';
import { stopSavings } from '../../../src/main/costs/stop-savings.ts';

const HOUR = 3_600_000;
const run = (from: number, to: number, more: Partial<Interval> = {}): Interval => ({
  deploymentId: 'a',
  deploymentName: 'a',
  kind: 'compute',
  startedMs: from * HOUR,
  endedMs: to * HOUR,
  usdPerHour: 0.5,
  usd: 0,
  ...more,
});

describe('what stops spared', () => {
  it.each([
    ['nothing ran', [], { usd: 0, hours: 0, stops: 0 }],
    ['one run, never started again', [run(0, 2)], { usd: 0, hours: 0, stops: 0 }],
    ['two runs', [run(5, 6), run(0, 2)], { usd: 1.5, hours: 3, stops: 1 }],
    ['a day of each at most', [run(0, 2), run(100, 101)], { usd: 12, hours: 24, stops: 1 }],
    [
      'a change of the rate is no stop',
      [run(0, 2), run(2, 3, { usdPerHour: 0.7 })],
      { usd: 0, hours: 0, stops: 0 },
    ],
    [
      'the rate is that of the pod that ended',
      [run(0, 2, { usdPerHour: 2 }), run(3, 4)],
      { usd: 2, hours: 1, stops: 1 },
    ],
    [
      'a run inside another ends nothing',
      [run(0, 10), run(1, 2), run(11, 12)],
      { usd: 0.5, hours: 1, stops: 1 },
    ],
    ['deployments apart', [run(0, 1), run(5, 6, { deploymentId: 'b' })], { usd: 0, hours: 0, stops: 0 }],
    ['disks are no runs', [run(0, 1), run(5, 6, { kind: 'disk' })], { usd: 0, hours: 0, stops: 0 }],
    [
      'what is under no deployment is not told',
      [run(0, 1, { deploymentId: null }), run(5, 6, { deploymentId: null })],
      { usd: 0, hours: 0, stops: 0 },
    ],
  ])('%s', (_what, intervals, expected) => {
    expect(stopSavings(intervals)).toEqual(expected);
  });
});
