import { describe, expect, it } from 'vitest';
import { runScript } from './scripts.ts';

describe('the system clock and the life of a process', () => {
  it('lets a process end that has nothing but background timers', async () => {
    const child = runScript(
      `import { systemClock } from '@/platform/clock.ts';
       systemClock.after(3_600_000, () => {});
       systemClock.every(3_600_000, () => {});
       systemClock.every(3_000_000_000, () => {});`,
    );
    expect(await child.ended).toBe(0);
  });

  it('keeps a process alive for a sleep that somebody awaits', async () => {
    const child = runScript(
      `import { systemClock } from '@/platform/clock.ts';
       await systemClock.sleep(20);
       process.stdout.write('slept\\n');`,
    );
    await child.line(/^slept$/);
    expect(await child.ended).toBe(0);
  });
});
