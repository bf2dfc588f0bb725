import { afterEach, describe, expect, it } from 'vitest';
import { Reconciler } from '../../../src/main/deployments/reconciler.ts';
import { DEFAULT_TIMING } from '../../../src/main/deployments/timing.ts';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import type { RateState } from '../../../src/main/runpod/api.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { FakeRunPod } from '../../support/fake-runpod.ts';

let reconciler: Reconciler;
afterEach(() => reconciler.dispose());

function watch() {
  const clock = new ManualClock();
  const cloud = new FakeRunPod(clock);
  const seen = { looks: [] as number[], ticks: 0, moving: false, rates: { windows: [] } as RateState };
  const serverless = { wanted: false, looks: 0 };
  cloud.api.rates = () => seen.rates;
  reconciler = new Reconciler({
    api: cloud.api,
    clock,
    log: silentLog,
    timing: { ...DEFAULT_TIMING, pollMs: 5000, idlePollMs: 30_000 },
    moving: () => seen.moving,
    weigh: () => Promise.resolve(),
    onPods: (_, askedAt) => seen.looks.push(askedAt - start),
    wantsEndpoints: () => serverless.wanted,
    onEndpoints: () => serverless.looks++,
    onTick: () => seen.ticks++,
  });
  const start = clock.now();
  reconciler.start();
  return { clock, cloud, seen, serverless };
}

describe('trap 32: looking at the account', () => {
  it('is seldom at rest and frequent while something moves', async () => {
    const { clock, seen } = watch();
    await clock.advance(61_000);
    expect(seen.looks).toEqual([0, 30_000, 60_000]);
    seen.moving = true;
    await clock.advance(60_000);
    expect(seen.looks.length).toBeGreaterThanOrEqual(9);
  });

  it('includes endpoints where there are any, and pods where those cannot be read', async () => {
    const { clock, cloud, seen, serverless } = watch();
    await clock.advance(1000);
    expect(serverless.looks).toBe(0);
    serverless.wanted = true;
    await clock.advance(30_000);
    expect(serverless.looks).toBe(1);
    cloud.api.serverless.list = () => Promise.reject(new AppError('runpod_unavailable', 'trouble'));
    await clock.advance(30_000);
    expect(serverless.looks).toBe(1);
    expect(seen.looks).toEqual([0, 30_000, 60_000]);
  });

  it('is hurried when something begins to move, but never below the quick pace', async () => {
    const { clock, seen } = watch();
    await clock.advance(12_000);
    seen.moving = true;
    for (let n = 0; n < 100; n++) reconciler.hurry();
    await clock.advance(1);
    expect(seen.looks).toEqual([0, 12_000]);
    for (let n = 0; n < 100; n++) reconciler.hurry();
    await clock.advance(4000);
    expect(seen.looks).toHaveLength(2);
  });

  it('slows down in trouble, goes on, and ticks all the same', async () => {
    const { clock, cloud, seen } = watch();
    seen.moving = true;
    cloud.failures.set(
      'list',
      Array.from({ length: 6 }, () => new AppError('runpod_unavailable', 'no')),
    );
    await clock.advance(1000);
    cloud.failures.set(
      'list',
      Array.from({ length: 6 }, () => new AppError('runpod_unavailable', 'no')),
    );
    await clock.advance(60_000);
    expect(seen.ticks).toBeLessThan(8);
    expect(seen.ticks).toBeGreaterThan(2);
    cloud.failures.clear();
    await clock.advance(120_000);
    expect(seen.looks.length).toBeGreaterThan(5);
  });

  it('waits as long as RunPod says', async () => {
    const { clock, cloud, seen } = watch();
    seen.moving = true;
    await clock.advance(1);
    cloud.failures.set('list', [new AppError('runpod_rate_limited', 'slow down', { retryAfterSeconds: 50 })]);
    await clock.advance(54_000);
    expect(seen.looks).toEqual([0]);
    await clock.advance(2000);
    expect(seen.looks).toHaveLength(2);
  });

  it('saves the last requests of a window for what matters more', async () => {
    const { clock, seen } = watch();
    seen.moving = true;
    seen.rates = { windows: [{ name: 'minute', left: 2, resetSeconds: 40 }] };
    await clock.advance(39_000);
    expect(seen.looks).toEqual([0]);
  });
});
