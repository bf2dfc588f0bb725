import { describe, expect, it } from 'vitest';
import { remembered } from '../../../src/main/handlers/remembered.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';

const never = new AbortController().signal;

function setUp(keepLast: boolean) {
  const clock = new ManualClock(0);
  const reads: PromiseWithResolvers<number>[] = [];
  const ask = remembered<number>({
    clock,
    log: silentLog,
    what: 'balance',
    maxAgeMs: 60_000,
    keepLast,
    read: () => {
      const one = Promise.withResolvers<number>();
      reads.push(one);
      return one.promise;
    },
  });
  return { clock, reads, ask };
}

describe('what screens ask for often', () => {
  it('is read once for all who ask meanwhile, and again when it is old', async () => {
    const { clock, reads, ask } = setUp(false);
    const asked = [ask(never), ask(never)];
    reads[0]?.resolve(7);
    expect(await Promise.all(asked)).toEqual([7, 7]);
    expect(await ask(never)).toBe(7);
    await clock.advance(60_000);
    const again = ask(never);
    reads[1]?.resolve(8);
    expect(await again).toBe(8);
    expect(reads).toHaveLength(2);
  });

  it('is left out where it takes long, and there for the next who asks', async () => {
    const { clock, reads, ask } = setUp(false);
    const asked = ask(never);
    await clock.advance(2000);
    expect(await asked).toBeNull();
    reads[0]?.resolve(7);
    expect(await ask(never)).toBe(7);
    expect(reads).toHaveLength(1);
  });

  it('stands after a failure only where it says how old it is, and is not asked for at once again', async () => {
    for (const [keepLast, expected] of [
      [true, 7],
      [false, null],
    ] as const) {
      const { clock, reads, ask } = setUp(keepLast);
      const first = ask(never);
      reads[0]?.resolve(7);
      await first;
      await clock.advance(60_000);
      const second = ask(never);
      reads[1]?.reject(new Error('down'));
      expect(await second).toBe(expected);
      expect(await ask(never)).toBe(expected);
      expect(reads).toHaveLength(2);
    }
  });

  it('ends for a caller who leaves, and goes on for the others', async () => {
    const { reads, ask } = setUp(false);
    const leaving = new AbortController();
    const left = ask(leaving.signal);
    const stays = ask(never);
    leaving.abort();
    await expect(left).rejects.toThrow(/abort/);
    reads[0]?.resolve(7);
    expect(await stays).toBe(7);
  });
});
