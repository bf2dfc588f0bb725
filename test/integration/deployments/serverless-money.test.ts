import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { sandboxWorld, type SandboxWorld } from './sandbox-world.ts';
import { HOUR, serverlessOn } from './serverless-world.ts';

let w: SandboxWorld;
afterEach(() => w.dispose());
const { view, state, kinds, deploy, deployed, comesTo, endpoints, usdOff } = serverlessOn(() => w);

const refusal = async (promise: Promise<unknown>): Promise<AppError> => {
  const error = await promise.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  if (error instanceof AppError) return error;
  throw new Error('it was accepted');
};

describe('what it costs', () => {
  const settled = async (): Promise<void> => {
    await w.until(() => w.ledger.unsettled().length === 0, 2 * HOUR);
    await w.pass(1000);
  };

  it('is in the ledger within seconds of a worker, and settled from the bill', async () => {
    w = sandboxWorld({ timing: { settleAfterMs: 600_000 } });
    await deployed();
    await comesTo('sleeping');
    const perSecond = (view().endpoint?.workerUsdPerHour.most ?? 0) / 3600;
    expect(usdOff()).toBeLessThan(10 * perSecond);
    await settled();
    expect(usdOff()).toBeLessThan(0.00005);
    // A second spell is settled on top of the first.
    w.fleet.startDeployment('one');
    await comesTo('ready');
    await comesTo('sleeping');
    expect(w.ledger.unsettled()).not.toEqual([]);
    await settled();
    expect(usdOff()).toBeLessThan(0.00005);
  });

  it('is never booked short while the app watches, whenever a worker ends between two looks', async () => {
    w = sandboxWorld({ speed: 1 });
    await deployed();
    const perSecond = (view().endpoint?.workerUsdPerHour.most ?? 0) / 3600;
    for (const pauseMs of [0, 3000, 7000]) {
      await w.pass(pauseMs);
      await comesTo('sleeping');
      const tooMuch = w.ledger.spent({}, 0, w.clock.now()) - w.sandbox.bill().totalUsd;
      expect(tooMuch).toBeGreaterThan(-0.00005);
      expect(tooMuch).toBeLessThan(31 * perSecond);
      expect(w.ledger.unsettled()).not.toEqual([]);
      w.fleet.startDeployment('one');
      await comesTo('ready');
    }
  });

  it('stops it when the budget of its day is used up', async () => {
    w = sandboxWorld();
    await deployed({ minWorkers: 1 }, { budget: { usdPerDay: 0.2 }, idle: { policy: 'off' } });
    expect(view().unattended).toMatchObject({ usd: null });
    await w.until(() => state() === 'stopped', 4 * HOUR);
    expect(view().cost.todayUsd).toBeLessThan(0.21);
    expect(w.fleet.history('one').entries.at(-1)?.text).toContain('budget');
    expect((await refusal(Promise.resolve().then(() => w.fleet.startDeployment('one')))).code).toBe(
      'budget_exceeded',
    );
  });

  it('gives up a start that costs more than one may', async () => {
    w = sandboxWorld({ speed: 1 });
    w.sandbox.arm({ kind: 'stuck-boot', phase: 'loading' });
    await deploy({}, { budget: { usdPerBoot: 0.1 } });
    await comesTo('failed', 2 * HOUR);
    expect(view().problem).toMatchObject({ code: 'budget_exceeded' });
    await w.until(() => !view().stillBilling, 300_000);
  });

  it('allows only as many workers as the limit by the hour pays for', async () => {
    w = sandboxWorld();
    await deployed({ maxWorkers: 5 }, { compute: { maxUsdPerHour: 2.5 } });
    const { workers, workerUsdPerHour } = view().endpoint ?? {};
    expect((workers?.max ?? 0) * (workerUsdPerHour?.most ?? 0)).toBeLessThanOrEqual(2.5);
    expect(w.fleet.history('one').entries.some(({ text }) => text.includes('of 5 workers'))).toBe(true);
  });

  it('ends workers of a minimum when they idle, as a pod', async () => {
    w = sandboxWorld();
    await deployed({ minWorkers: 1 }, { idle: { minutes: 5 } });
    expect(view().idleStopsAt).not.toBeNull();
    await w.until(() => state() === 'stopped', HOUR);
    expect(kinds()).toContain('stopped');
  });

  it('refuses more workers than the account has left, before anything is made (trap 40)', async () => {
    w = sandboxWorld();
    const error = await refusal(deploy({ maxWorkers: 11 }));
    expect(error).toMatchObject({
      code: 'invalid_input',
      details: { field: 'serverless.maxWorkers', nearest: 10 },
    });
    expect(await endpoints()).toEqual([]);
  });
});
