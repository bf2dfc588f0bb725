import { afterEach, describe, expect, it } from 'vitest';
import { sandboxWorld, type SandboxWorld } from './sandbox-world.ts';

let w: SandboxWorld;
afterEach(() => w.dispose());
const never = new AbortController().signal;

/** How far the ledger is off the simulated bill, in seconds of the dearest pod. */
function secondsOff({ sandbox, ledger, clock }: SandboxWorld): number {
  const bill = sandbox.bill();
  const rate = Math.max(...bill.pods.map((pod) => (pod.usd / pod.computeSeconds) * 3600));
  return (Math.abs(ledger.spent({}, 0, clock.now()) - bill.totalUsd) / rate) * 3600;
}

describe('against the sandbox cloud', () => {
  it('deploys, answers, stops; the ledger agrees with the bill', async () => {
    w = sandboxWorld();
    w.fleet.start();
    await w.fleet.create({ name: 'one', model: 'Qwen/Qwen3-8B' }, true, never);
    await w.until(() => w.fleet.get('one').state === 'ready', 1_200_000);
    await w.pass(600_000);
    w.fleet.stop('one');
    await w.until(() => w.fleet.get('one').state === 'stopped', 60_000);
    expect(w.sandbox.bill().pods).toMatchObject([{ running: false }]);
    expect(secondsOff(w)).toBeLessThanOrEqual(1);
    expect(w.fleet.history('one').entries.map((entry) => entry.kind)).toEqual(
      expect.arrayContaining(['created', 'start', 'pod-created', 'ready', 'stop', 'stopped']),
    );
  });
});
