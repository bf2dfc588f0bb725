import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { isOrphan } from '../../../src/main/deployments/orphans.ts';
import { never, wish, world, type World } from './harness.ts';

const HOUR = 3_600_000;

let w: World;
afterEach(() => w.dispose());

async function ready(): Promise<void> {
  w = world();
  w.fleet.start();
  await w.fleet.create(wish(), true, never);
  await w.pass(60_000);
  expect(w.fleet.get('qwen').state).toBe('ready');
}

const trouble = (): AppError => new AppError('runpod_unavailable', 'RunPod has trouble.');

/** The cloud's clock is right and the app knows by how much its own is off. */
function setBackTwoHours(): void {
  w.clock.jumpWall(-2 * HOUR);
  w.cloud.offsetMs += 2 * HOUR;
}

const ceiling = (): number => w.fleet.get('qwen').unattended.usd ?? Number.NaN;

describe('a clock that is put forward two hours while the app runs', () => {
  async function forward(): Promise<number> {
    await ready();
    await w.pass(60_000);
    const before = ceiling();
    w.clock.jumpWall(2 * HOUR);
    return before;
  }

  it('lowers no ceiling, neither before RunPod’s clock is heard nor after', async () => {
    const before = await forward();
    expect(ceiling()).toBeCloseTo(before, 6);
    await w.pass(5000);
    const passed = (0.69 * 5) / 3600;
    expect(ceiling()).toBeCloseTo(before - passed, 6);
    w.cloud.offsetMs -= 2 * HOUR;
    expect(ceiling()).toBeCloseTo(before - passed, 6);
    await w.pass(60_000);
    expect(ceiling()).toBeCloseTo(before - passed - (0.69 * 60) / 3600, 6);
  });

  it('ends no idle time early', async () => {
    await ready();
    const left = (): number => Date.parse(w.fleet.get('qwen').idleStopsAt ?? '') - w.clock.now();
    const before = left();
    w.clock.jumpWall(2 * HOUR);
    w.cloud.offsetMs -= 2 * HOUR;
    await w.pass(60_000);
    expect(left()).toBe(before - 60_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('is told from a computer that slept: then the time has passed', async () => {
    await ready();
    const before = ceiling();
    await w.clock.sleepMachine(10 * 60_000);
    await w.pass(80_000);
    expect(ceiling()).toBeCloseTo(before - (0.69 * 680) / 3600, 6);
  });
});

describe('a clock that is set back two hours', () => {
  it('puts off no stop that is being tried again', async () => {
    await ready();
    w.cloud.failures.set('delete', [trouble(), trouble()]);
    w.cloud.failures.set('stop', [trouble()]);
    w.fleet.stop('qwen');
    await w.pass(1000);
    expect(w.cloud.billing).toHaveLength(1);
    setBackTwoHours();
    await w.pass(60_000);
    expect(w.cloud.billing).toEqual([]);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', stillBilling: false });
  });

  it('hides nothing that RunPod says afterwards', async () => {
    await ready();
    setBackTwoHours();
    await w.pass(1000);
    w.cloud.exit(w.cloud.pod().pod.id);
    await w.pass(60_000);
    expect(w.fleet.get('qwen').state).toBe('stopped');
  });

  it('is noticed at the next start when it happened while the app was closed', async () => {
    await ready();
    await w.fleet.dispose();
    setBackTwoHours();
    await w.restart();
    w.fleet.stop('qwen');
    await w.pass(60_000);
    expect(w.cloud.billing).toEqual([]);
  });

  it('lets idleness run on from where it was', async () => {
    await ready();
    const before = Date.parse(w.fleet.get('qwen').idleStopsAt ?? '') - w.clock.now();
    setBackTwoHours();
    await w.pass(60_000);
    const left = Date.parse(w.fleet.get('qwen').idleStopsAt ?? '') - w.clock.now();
    expect(left).toBe(before - 60_000);
  });

  it('hides no orphan behind the end that was booked before', () => {
    const facts = {
      installation: '0123456789',
      pod: { id: 'p', name: 'rplm-0123456789-dep_01-02', status: 'RUNNING' },
      owned: new Set<string>(),
      pending: new Set<string>(),
      unreadable: [],
      lagMs: 10_000,
      row: { id: 'p', deploymentId: 'dep_01', createdAt: 0, endedAt: 10 * HOUR },
    };
    expect(isOrphan({ ...facts, askedAt: 10 * HOUR - 1000 })).toBe(false);
    expect(isOrphan({ ...facts, askedAt: 8 * HOUR })).toBe(true);
  });
});
