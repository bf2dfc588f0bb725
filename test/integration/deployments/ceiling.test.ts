import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { act, type Act } from './lies/acts.ts';
import { Life } from './lies/life.ts';
import { LyingWorld } from './lies/lying-world.ts';
import { WatchdogModel } from './lies/watchdog-model.ts';

/**
 * Without what the app cannot know in time: a lock that somebody else has just set, and a clock that is put forward, of
 * which the app takes the leap for time in which the pod idled.
 */
const steady = act.filter(
  (step) => !('jump' in step && step.jump > 0) && !('outside' in step && step.outside === 'lock'),
);

const LOOK_MS = 30_000;
/** Longer than any deadline of these deployments. */
const AFTERWARDS_MS = 13 * 3_600_000;

interface Shown {
  readonly name: string;
  readonly podId: string;
  readonly usd: number;
  readonly computeSeconds: number;
  readonly usdPerHour: number;
}

/** A stopped pod tells no rate; were it started behind the app's back, this is the cheapest that it could have. */
const LEAST_USD_PER_HOUR = 0.4;

/** What the app shows of every pod that it bounds; a pod of which the cloud misled it is not among them. */
function shown(world: LyingWorld): Shown[] {
  const bill = new Map(world.sandbox.bill().pods.map((pod) => [pod.podId, pod]));
  return world.app.fleet.list().flatMap(({ name, pod, unattended }) => {
    const billed = pod === null ? undefined : bill.get(pod.id);
    if (pod === null || unattended.usd === null || billed === undefined || pod.locked) return [];
    if (world.lying.misleading.has(pod.id) || world.lying.misleading.has(pod.name)) return [];
    const { computeSeconds } = billed;
    const usdPerHour = Math.max(billed.usdPerHour, LEAST_USD_PER_HOUR);
    return [{ name, podId: pod.id, usd: unattended.usd, computeSeconds, usdPerHour }];
  });
}

/** Pods whose container comes up at all: the figure says that it leaves out those whose watchdog never arms itself. */
const isSettled = (world: LyingWorld): boolean => world.sandbox.bill().pods.every((pod) => !pod.running);

describe('the most it can cost if this computer dies now (SPEC 3.10)', () => {
  it('is not exceeded, whatever went wrong before and whenever it dies', async () => {
    const live = async (seed: number, acts: readonly Act[], afterMs: number) => {
      const world = new LyingWorld(seed);
      try {
        const watchdogs = new WatchdogModel(world);
        const life = new Life(world);
        for (const step of acts) await life.take(step);
        await world.pass(afterMs);
        const promises = shown(world);
        await world.app.kill();
        world.sandbox.clearFaults();
        for (let ms = 0; ms < AFTERWARDS_MS && !isSettled(world); ms += LOOK_MS) {
          await world.cloudClock.advance(LOOK_MS);
        }
        const bill = new Map(world.sandbox.bill().pods.map((pod) => [pod.podId, pod]));
        const broken = promises.filter(({ podId, usd, computeSeconds, usdPerHour }) => {
          const seconds = (bill.get(podId)?.computeSeconds ?? 0) - computeSeconds;
          // Named as left out: the disk of a stopped pod, and a watchdog that never arms itself.
          return watchdogs.armed.has(podId) && (seconds * usdPerHour) / 3600 > usd + 0.001;
        });
        expect(broken).toEqual([]);
      } finally {
        await world.dispose();
      }
    };
    const begun = fc.constantFrom<Act[]>(
      [{ deploy: 'terminate', start: true }, { pass: 45 }],
      [{ deploy: 'keep', start: true }, { pass: 45 }],
    );
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000_000 }),
      fc.tuple(begun, fc.array(steady, { maxLength: 15 })).map((parts) => parts.flat()),
      fc.integer({ min: 0, max: 60_000 }),
      live,
    );
    await expect(fc.assert(property, { numRuns: 100 })).resolves.toBeUndefined();
  }, 600_000);
});
