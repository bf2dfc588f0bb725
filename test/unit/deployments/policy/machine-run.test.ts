import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decideMode, type ModeChange } from '../../../../src/main/deployments/policy/auto-mode.ts';
import { MachineRun, replay, type Machine } from '../../../../src/main/deployments/policy/machine-run.ts';
import { machinesOf, type MachineFacts } from '../../../../src/main/deployments/policy/machines.ts';
import type { Use } from '../../../../src/main/deployments/policy/use.ts';
import { deploymentSpecSchema, type DeploymentWish } from '../../../../src/shared/model.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A dollar a minute; minutes read as dollars. */
const POD: Machine = {
  usdPerHour: 60,
  startMs: 3 * MINUTE,
  startBilledMs: 3 * MINUTE,
  quick: null,
  idleMs: 15 * MINUTE,
};
const WORKER: Machine = {
  usdPerHour: 60,
  startMs: 4 * MINUTE,
  startBilledMs: MINUTE,
  quick: { withinMs: 10 * MINUTE, startMs: 0.5 * MINUTE },
  idleMs: MINUTE,
};

const uses = (...pairs: readonly (readonly [at: number, serves: number])[]): Use[] =>
  pairs.map(([at, serves]) => ({ at: at * MINUTE, serviceMs: serves * MINUTE }));
const over = (machine: Machine, requests: readonly Use[], to = 100) =>
  replay(requests, machine, { from: 0, to: to * MINUTE });

describe('a machine', () => {
  it('bills its start, what it serves, and idle time until it stops', () => {
    expect(over(POD, uses([10, 2]))).toEqual({
      usd: 20,
      usdWithTail: 20,
      billedMs: 20 * MINUTE,
      starts: 1,
      waitMs: 3 * MINUTE,
    });
  });

  it('bills no further than it was looked at, and tells what is still to come', () => {
    expect(over(POD, uses([10, 2]), 20)).toMatchObject({ usd: 10, usdWithTail: 20 });
    expect(over(POD, [], 20)).toMatchObject({ usd: 0, usdWithTail: 0, starts: 0 });
  });

  it('goes on while requests come within its idle time, and starts again after it', () => {
    expect(over(POD, uses([0, 1], [18, 1], [60, 1]))).toMatchObject({ usd: 34 + 19, starts: 2 });
  });

  it('serves side by side, and what arrives during a start waits for the same start', () => {
    expect(over(POD, uses([0, 5], [1, 1], [4, 6]))).toMatchObject({
      usd: 10 + 15,
      starts: 1,
      waitMs: 3 * MINUTE,
    });
  });

  it('does not bill a worker for its image pull, and starts it quicker soon after a stop', () => {
    expect(over(WORKER, uses([0, 1]))).toMatchObject({ usd: 1 + 1 + 1, waitMs: 4 * MINUTE });
    expect(over(WORKER, uses([0, 1], [10, 1]))).toMatchObject({ usd: 3 + 2.5, waitMs: 4.5 * MINUTE });
    expect(over(WORKER, uses([0, 1], [17, 1]))).toMatchObject({ usd: 3 + 3, waitMs: 8 * MINUTE });
  });

  it('that is always on bills from the beginning and makes nobody wait', () => {
    const always = { ...POD, idleMs: Number.POSITIVE_INFINITY };
    expect(over(always, uses([50, 1]))).toMatchObject({ usd: 100, usdWithTail: 100, starts: 0, waitMs: 0 });
  });

  it('can be stopped, and be given another idle time', () => {
    const run = new MachineRun(POD, 0);
    run.request({ at: 0, serviceMs: MINUTE });
    run.stop(10 * MINUTE);
    expect([run.usd(HOUR), run.isUp(11 * MINUTE)]).toEqual([10, false]);
    run.request({ at: 20 * MINUTE, serviceMs: MINUTE });
    run.idleFor(MINUTE, run.busyUntil);
    expect(run.usd(HOUR)).toBe(10 + 5);
  });
});

describe('machinesOf', () => {
  const facts: MachineFacts = {
    podUsdPerHour: 0.69,
    workerUsdPerHour: 1.12,
    podStartMs: 180_000,
    workerStartMs: 100_000,
    workerQuickStartMs: null,
    computedIdleMinutes: 9,
  };
  const of = (wish: Partial<DeploymentWish>, told: Partial<MachineFacts> = {}) =>
    machinesOf(deploymentSpecSchema.parse({ name: 'a', model: 'a/b', ...wish }), { ...facts, ...told });

  it('follows the idle policy of pods', () => {
    const idle = (policy: 'fixed' | 'computed' | 'off') => of({ idle: { policy, minutes: 20 } }).pod.idleMs;
    expect([idle('fixed'), idle('computed'), idle('off')]).toEqual([20 * MINUTE, 9 * MINUTE, Infinity]);
  });

  it('follows the workers of endpoints: their idle timeout, minimum and FlashBoot', () => {
    expect(of({}).serverless).toEqual({
      usdPerHour: 1.12,
      startMs: 100_000,
      startBilledMs: 50_000,
      quick: { withinMs: 10 * MINUTE, startMs: 25_000 },
      idleMs: MINUTE,
    });
    expect(of({}, { workerQuickStartMs: 7000 }).serverless.quick?.startMs).toBe(7000);
    expect(of({ serverless: { flashboot: 'OFF' } }).serverless.quick).toBeNull();
    expect(of({ serverless: { minWorkers: 1 } }).serverless.idleMs).toBe(Infinity);
    expect(of({ serverless: { requestsPerWorker: 4 } }).serverless.idleMs).toBe(5000);
  });
});

describe('the bill of a deployment that changed its mode', () => {
  const requests = fc
    .array(fc.record({ after: fc.integer({ min: 0, max: 90 }), serves: fc.integer({ min: 0, max: 9 }) }), {
      maxLength: 40,
    })
    .map((list) => {
      let at = 0;
      return list.map(({ after, serves }): Use => ({
        at: (at += after * MINUTE),
        serviceMs: serves * MINUTE,
      }));
    });

  it('lies where its machines were: all on one is that one alone, and a change while both are off costs nothing', () => {
    fc.assert(
      fc.property(requests, requests, (before, after) => {
        const changed = 70 * HOUR;
        const later = after.map((use) => ({ ...use, at: use.at + changed }));
        const changes: [ModeChange, ...ModeChange[]] = [
          { at: 0, to: 'pod' },
          { at: changed, to: 'serverless' },
        ];
        const facts = {
          uses: [...before, ...later],
          now: 200 * HOUR,
          pod: POD,
          serverless: WORKER,
          inFlight: 0,
        };
        const { account } = decideMode({ ...facts, since: 0, changes }).numbers;
        const pod = replay(before, POD, { from: 0, to: changed }).usd;
        const worker = replay(later, WORKER, { from: changed, to: facts.now }).usd;
        expect(account.paidUsd).toBeCloseTo(pod + worker, 6);
        const never = decideMode({ ...facts, since: 0, changes: [changes[0]] }).numbers.account;
        expect(never.paidUsd).toBeCloseTo(never.podUsd, 9);
        const month = decideMode({ ...facts, since: changed, changes }).numbers.account;
        expect(month.paidUsd).toBeCloseTo(month.serverlessUsd, 9);
      }),
    );
  });
});
