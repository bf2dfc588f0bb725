import { describe, expect, it } from 'vitest';
import { silentLog } from '../../src/main/logs/log.ts';
import { ManualClock } from '../../src/main/platform/clock.ts';
import { StorageWatch } from '../../src/main/storage-watch.ts';
import { AppError } from '../../src/shared/errors.ts';

function setUp() {
  const clock = new ManualClock();
  const disk: { error: AppError | null } = { error: null };
  let told = 0;
  const watch = new StorageWatch({
    db: {
      confirm: () => {
        if (disk.error !== null) throw disk.error;
      },
    },
    clock,
    log: silentLog,
    changed: () => told++,
  });
  watch.start();
  return { clock, disk, watch, told: () => told };
}

const gone = new AppError('data_dir_lost', 'app.db was removed while the app ran.');

describe('the watch over what is written', () => {
  it('says nothing while all is well', async () => {
    const { clock, watch, told } = setUp();
    await clock.advance(600_000);
    expect([watch.problem(), told()]).toEqual([null, 0]);
  });

  it('notices by itself within a minute, once, and that it is over', async () => {
    const { clock, disk, watch, told } = setUp();
    disk.error = gone;
    await clock.advance(61_000);
    expect([watch.problem(), told()]).toEqual([gone, 1]);
    await clock.advance(600_000);
    expect(told()).toBe(1);
    disk.error = null;
    await clock.advance(61_000);
    expect([watch.problem(), told()]).toEqual([null, 2]);
  });

  it('notices at once when money depends on it', () => {
    const { disk, watch, told } = setUp();
    disk.error = gone;
    expect(() => watch.confirm()).toThrow(gone);
    expect([watch.problem(), told()]).toEqual([gone, 1]);
  });

  it('refuses a start until it is over, not until its next look', () => {
    const { disk, watch, told } = setUp();
    expect(watch.refusal()).toBeNull();
    disk.error = gone;
    expect(() => watch.confirm()).toThrow(gone);
    expect(watch.refusal()).toBe(gone);
    disk.error = null;
    expect(watch.refusal()).toBeNull();
    expect([watch.problem(), told()]).toEqual([null, 2]);
  });

  it('ends', async () => {
    const { clock, disk, watch, told } = setUp();
    watch.dispose();
    disk.error = gone;
    await clock.advance(600_000);
    expect([watch.problem(), told()]).toEqual([null, 0]);
  });
});
