import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import {
  ManualClock,
  ScaledClock,
  systemClock,
  type Clock,
  throwIfAborted,
} from '../../../src/main/platform/clock.ts';

/** A clock and the way to let `ms` of its time pass. */
interface Subject {
  readonly clock: Clock;
  readonly pass: (ms: number) => Promise<void>;
}

const subjects: Record<string, () => Subject> = {
  ManualClock: () => {
    const clock = new ManualClock();
    return { clock, pass: (ms) => clock.advance(ms) };
  },
  'ScaledClock over ManualClock': () => {
    const base = new ManualClock();
    return { clock: new ScaledClock(base, 10), pass: (ms) => base.advance(ms / 10) };
  },
  SystemClock: () => ({
    clock: systemClock,
    pass: (ms) => systemClock.sleep(ms + 5),
  }),
};

describe.each(Object.entries(subjects))('Clock contract: %s', (_name, make) => {
  it('wakes sleepers in the order in which they fall due', async () => {
    const { clock, pass } = make();
    const woken: string[] = [];
    const sleeps = [
      clock.sleep(40).then(() => woken.push('late')),
      clock.sleep(1).then(() => woken.push('early')),
    ];
    await pass(40);
    await Promise.all(sleeps);
    expect(woken).toEqual(['early', 'late']);
  });

  it('rejects a sleep at once when its signal has already fired', async () => {
    const { clock } = make();
    await expect(clock.sleep(60_000, AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('rejects a sleep when its signal fires, and keeps the reason', async () => {
    const { clock } = make();
    const controller = new AbortController();
    const sleep = clock.sleep(60_000, controller.signal);
    controller.abort('shutting down');
    await expect(sleep).rejects.toMatchObject({ name: 'AbortError', cause: 'shutting down' });
  });

  it('leaves no listener on the signal of a sleep that ended', async () => {
    const { clock, pass } = make();
    const controller = new AbortController();
    const sleep = clock.sleep(1, controller.signal);
    await pass(1);
    await sleep;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
  });

  it('calls once after the wait, and not at all when cancelled', async () => {
    const { clock, pass } = make();
    const called: string[] = [];
    clock.after(1, () => called.push('kept'));
    const cancel = clock.after(1, () => called.push('cancelled'));
    cancel();
    cancel();
    await pass(20);
    expect(called).toEqual(['kept']);
  });

  it('calls again and again until cancelled', async () => {
    const { clock, pass } = make();
    let calls = 0;
    const cancel = clock.every(5, () => {
      calls++;
      if (calls === 3) cancel();
    });
    for (let round = 0; round < 10; round++) await pass(5);
    expect(calls).toBe(3);
  });

  it('has a monotonic time that does not go backwards', async () => {
    const { clock, pass } = make();
    const seen = [clock.monotonic()];
    for (let i = 0; i < 3; i++) {
      await pass(2);
      seen.push(clock.monotonic());
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(seen);
    expect(seen.at(-1)).toBeGreaterThan(seen[0] ?? Infinity);
  });

  it('does not take a wait longer than a system timer can hold for a short one', async () => {
    const { clock, pass } = make();
    const fired: string[] = [];
    const cancels = [
      clock.after(3_000_000_000, () => fired.push('after')),
      clock.every(3_000_000_000, () => fired.push('every')),
    ];
    await pass(20);
    expect(fired).toEqual([]);
    for (const cancel of cancels) cancel();
  });
});

describe('ManualClock', () => {
  it('moves wall and monotonic time together, and fires what falls due on the way at its own instant', async () => {
    const clock = new ManualClock(1_000_000);
    const at: number[] = [];
    clock.every(300, () => at.push(clock.now()));
    clock.after(1000, () => at.push(clock.now()));
    await clock.advance(1000);
    expect(at).toEqual([1_000_300, 1_000_600, 1_000_900, 1_001_000]);
    expect(clock.monotonic()).toBe(1000);
  });

  it('lets a timer set a timer that falls due within the same advance', async () => {
    const clock = new ManualClock(0);
    const at: number[] = [];
    clock.after(10, () => clock.after(10, () => at.push(clock.now())));
    await clock.advance(25);
    expect(at).toEqual([20]);
  });

  it('jumps the wall clock without moving timers or monotonic time', async () => {
    const clock = new ManualClock(0);
    let fired = 0;
    clock.after(100, () => fired++);
    clock.jumpWall(-5000);
    await clock.advance(99);
    expect([clock.now(), clock.monotonic(), fired]).toEqual([-4901, 99, 0]);
    await clock.advance(1);
    expect(fired).toBe(1);
  });

  it('keeps monotonic time whole when the wall jumps inside a timer', async () => {
    const clock = new ManualClock(0);
    clock.after(10, () => clock.jumpWall(100_000));
    const before = clock.monotonic();
    await clock.advance(20);
    expect(clock.monotonic() - before).toBe(20);
    expect(clock.now()).toBe(100_020);
  });

  it('lets the machine sleep: wall time passes and timers go on where they stood', async () => {
    const clock = new ManualClock(0);
    let fired = 0;
    clock.after(100, () => fired++);
    await clock.sleepMachine(3_600_000);
    expect([clock.now(), clock.monotonic(), fired]).toEqual([3_600_000, 0, 0]);
    await clock.advance(100);
    expect(fired).toBe(1);
  });

  it('ends an advance over an interval of zero, and forgets what was cancelled', async () => {
    const clock = new ManualClock(0);
    let calls = 0;
    const cancel = clock.every(0, () => calls++);
    await clock.advance(3);
    cancel();
    expect([calls, clock.pendingTimers]).toEqual([3, 0]);
  });
});

describe('ScaledClock', () => {
  it('shows the base clock’s time faster, from where it began', async () => {
    const base = new ManualClock(1000);
    const clock = new ScaledClock(base, 60);
    await base.advance(1000);
    expect([clock.now(), clock.monotonic()]).toEqual([61_000, 60_000]);
  });
});

describe('throwIfAborted', () => {
  it('throws an AbortError whatever the reason was, and nothing without a signal', () => {
    expect(() => throwIfAborted(AbortSignal.abort(new TypeError('x')))).toThrow(
      expect.objectContaining({ name: 'AbortError' }),
    );
    expect(() => throwIfAborted(undefined)).not.toThrow();
    expect(() => throwIfAborted(new AbortController().signal)).not.toThrow();
  });
});
