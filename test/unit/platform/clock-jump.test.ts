import { describe, expect, it } from 'vitest';
import { ClockJump } from '../../../src/main/platform/clock-jump.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';

const HOUR = 3_600_000;
const NONE = { backMs: 0, forward: null, doubtMs: 0 };

function rig() {
  const clock = new ManualClock();
  const cloud = { offsetMs: 1000 };
  const jump = new ClockJump(clock, () => cloud.offsetMs);
  return { clock, cloud, jump };
}

describe('a clock against monotonic time and the cloud’s', () => {
  it('jumps in no way while time passes, also by the drift that a time service slews away', async () => {
    const { clock, jump } = rig();
    await clock.advance(HOUR);
    clock.jumpWall(1500);
    expect(jump.look()).toEqual(NONE);
  });

  it('that is set back shows at once', () => {
    const { clock, jump } = rig();
    clock.jumpWall(-2 * HOUR);
    expect(jump.look()).toEqual({ ...NONE, backMs: 2 * HOUR });
    expect(jump.look()).toEqual(NONE);
  });

  it('that is put forward is in doubt until the cloud tells, and then moves what was stamped, once', async () => {
    const { clock, cloud, jump } = rig();
    const before = clock.now();
    clock.jumpWall(2 * HOUR);
    expect(jump.look()).toEqual({ ...NONE, doubtMs: 2 * HOUR });
    await clock.advance(5000);
    expect(jump.look()).toEqual({ ...NONE, doubtMs: 2 * HOUR });
    cloud.offsetMs -= 2 * HOUR;
    expect(jump.look()).toEqual({ ...NONE, forward: { byMs: 2 * HOUR, beforeMs: before } });
    expect(jump.look()).toEqual(NONE);
  });

  it('that ran on while the computer slept is believed when the cloud has had time to object', async () => {
    const { clock, jump } = rig();
    await clock.sleepMachine(8 * HOUR);
    expect(jump.look()).toEqual({ ...NONE, doubtMs: 8 * HOUR });
    await clock.advance(46_000);
    expect(jump.look()).toEqual(NONE);
  });
});
