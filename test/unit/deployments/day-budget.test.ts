import { afterEach, describe, expect, it } from 'vitest';
import { dayBudgetRefusal } from '../../../src/main/deployments/day-budget.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { deploymentSpecSchema, type DeploymentWish } from '../../../src/shared/model.ts';
import { usdForMs } from '../../../src/shared/money.ts';
import { never, settled, wish, world, type World } from './harness.ts';

const SECOND = 1000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const RATE = 0.69;

let w: World;
afterEach(() => w.dispose());

async function ready(more: Partial<DeploymentWish> = {}): Promise<void> {
  w = world();
  w.fleet.start();
  await w.fleet.create(wish({ idle: { policy: 'off' }, ...more }), true, never);
  await w.pass(MINUTE);
  expect(w.fleet.get('qwen').state).toBe('ready');
}

const billedUsd = (): number => usdForMs(RATE, w.cloud.billedMs());

describe('a deployment’s budget of a day (SPEC 5.4)', () => {
  it('is passed by what the stop takes, not by the pause between two looks at the account', async () => {
    await ready({ budget: { usdPerDay: 0.1 } });
    await w.pass(10 * MINUTE);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped' });
    expect(billedUsd()).toBeGreaterThanOrEqual(0.1);
    expect(billedUsd() - 0.1).toBeLessThan(usdForMs(RATE, 50));
  });

  it('holds while RunPod cannot be read: the stop is asked for in time', async () => {
    await ready({ budget: { usdPerDay: 0.1 } });
    w.cloud.failures.set(
      'list',
      Array.from({ length: 1000 }, () => new AppError('runpod_unavailable', 'It has trouble.')),
    );
    await w.pass(10 * MINUTE);
    expect(billedUsd() - 0.1).toBeLessThan(usdForMs(RATE, 50));
  });

  it('begins anew at midnight, between two looks too', async () => {
    w = world({ timing: { idlePollMs: 2 * MINUTE } });
    w.fleet.start();
    const toMidnight = 24 * HOUR - (w.clock.now() % (24 * HOUR));
    // A minute before midnight a pod runs whose budget would be reached just behind it.
    await w.clock.advance(toMidnight - 2 * MINUTE - SECOND);
    const limit = usdForMs(RATE, 2 * MINUTE + 10 * SECOND);
    await w.fleet.create(wish({ idle: { policy: 'off' }, budget: { usdPerDay: limit } }), true, never);
    await w.pass(2 * MINUTE + 30 * SECOND);
    expect(w.fleet.get('qwen').state).toBe('ready');
    await w.pass(2 * MINUTE);
    expect(w.fleet.get('qwen').state).toBe('stopped');
  });

  it('does not take a clock that is put forward for spending', async () => {
    await ready({ budget: { usdPerDay: 1 } });
    w.clock.jumpWall(2 * HOUR);
    w.cloud.offsetMs -= 2 * HOUR;
    await w.pass(5 * MINUTE);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('refuses a start that what is left cannot keep up for its idle time, and not one that it can', async () => {
    await ready({ idle: { policy: 'fixed', minutes: 10 }, budget: { usdPerDay: 0.2 } });
    await w.pass(4 * MINUTE);
    w.fleet.stop('qwen');
    await w.pass(10 * SECOND);
    const left = 0.2 - billedUsd();
    expect(left).toBeGreaterThan(usdForMs(RATE, 10 * MINUTE));
    // One more run, and what is left is less than ten minutes of the pod.
    w.fleet.startDeployment('qwen');
    await w.pass(4 * MINUTE);
    w.fleet.stop('qwen');
    await w.pass(10 * SECOND);
    expect(0.2 - billedUsd()).toBeLessThan(usdForMs(RATE, 10 * MINUTE));
    expect(() => w.fleet.startDeployment('qwen')).toThrow(
      expect.objectContaining({ code: 'budget_exceeded', message: expect.stringContaining('idle time') }),
    );
    const target = w.fleet.targets.list()[0];
    if (target === undefined) throw new Error('it has no target');
    expect(await settled(target.ensureReady(never))).toMatchObject({
      error: { code: 'budget_exceeded' },
    });
  });

  it('says what is left, and what a start costs', () => {
    const spec = deploymentSpecSchema.parse(wish({ budget: { usdPerDay: 1 } }));
    expect(dayBudgetRefusal({ spec }, 0.5, 0.4)).toBeNull();
    expect(dayBudgetRefusal({ spec }, 0.7, 0.4)?.message).toBe(
      '"qwen" has $0.30 left of its $1.00 for today; a start costs $0.40 at the least, until its idle time is over.',
    );
    expect(dayBudgetRefusal({ spec }, 1, 0)?.message).toBe('"qwen" has used up its $1.00 for today.');
  });
});
