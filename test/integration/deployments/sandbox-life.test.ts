import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/main/sandbox/types.ts';
import { sandboxWorld, type SandboxWorld } from './sandbox-world.ts';

let w: SandboxWorld;
afterEach(() => w.dispose());
const never = new AbortController().signal;
const state = (): string => w.fleet.get('one').state;
const kinds = (): string[] => w.fleet.history('one').entries.map((entry) => entry.kind);

async function deploy(more: object = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create({ name: 'one', model: 'Qwen/Qwen3-8B', ...more }, true, never);
}

async function stops(): Promise<void> {
  w.fleet.stop('one');
  await w.until(() => !w.fleet.get('one').stillBilling && ['stopped', 'failed'].includes(state()), 300_000);
}

/** How far the ledger is off the simulated bill, in seconds of the cheapest pod. */
function secondsOff(): number {
  const bill = w.sandbox.bill();
  const rates = bill.pods.filter((pod) => pod.computeSeconds > 0).map((pod) => pod.usd / pod.computeSeconds);
  return Math.abs(w.ledger.spent({}, 0, w.clock.now()) - bill.totalUsd) / Math.min(1, ...rates);
}

describe('against the sandbox cloud', () => {
  it('deploys, answers, stops; the ledger agrees with the bill', async () => {
    w = sandboxWorld();
    await deploy();
    await w.until(() => state() === 'ready', 1_200_000);
    await w.pass(600_000);
    await stops();
    expect(w.sandbox.bill().pods).toMatchObject([{ running: false }]);
    expect(secondsOff()).toBeLessThanOrEqual(1);
    expect(kinds()).toEqual(
      expect.arrayContaining(['created', 'start', 'pod-created', 'ready', 'stop', 'stopped']),
    );
  });

  it('keeps a pod with its disk, starts it again, and counts the rest', async () => {
    w = sandboxWorld();
    await deploy({ onStop: 'keep' });
    await w.until(() => state() === 'ready', 1_200_000);
    const first = w.fleet.get('one').pod?.id;
    await stops();
    expect(w.fleet.get('one').pod).toMatchObject({ id: first, status: 'EXITED' });
    await w.pass(3_600_000);
    w.fleet.startDeployment('one');
    await w.until(() => state() === 'ready', 1_200_000);
    expect(w.fleet.get('one').pod?.id).toBe(first);
    w.fleet.terminate('one');
    await w.until(() => w.fleet.list().length === 0, 60_000);
    expect(w.sandbox.bill().pods).toMatchObject([{ running: false }]);
    expect(secondsOff()).toBeLessThanOrEqual(3);
  });

  it.each([
    ['no capacity for the first GPU', { kind: 'no-capacity', times: 1 }],
    ['429', { kind: 'status', route: 'POST /v2/pods', status: 429, retryAfterSeconds: 5, times: 1 }],
    [
      'a create answered with 502 that worked',
      { kind: 'lost-answer', route: 'POST /v2/pods', how: '502', times: 1 },
    ],
    [
      'a create whose connection broke after it worked',
      { kind: 'lost-answer', route: 'POST /v2/pods', how: 'reset', times: 1 },
    ],
    [
      'a create that never answers and worked',
      { kind: 'lost-answer', route: 'POST /v2/pods', how: 'hang', times: 1 },
    ],
    ['503 without a pod', { kind: 'status', route: 'POST /v2/pods', status: 503, times: 1 }],
    ['a list that lags', { kind: 'list-lag', ms: 6000 }],
    ['a list with doubles', { kind: 'duplicate-list', times: 50 }],
    ['a ghost', { kind: 'ghost', times: 1 }],
    ['a slow boot', { kind: 'slow-boot', factor: 3, times: 1 }],
    ['a boot that finds no machine', { kind: 'stuck-boot', phase: 'placing', times: 1 }],
    ['a boot stuck at pulling', { kind: 'stuck-boot', phase: 'pulling', times: 1 }],
    ['a boot stuck at loading', { kind: 'stuck-boot', phase: 'loading', times: 1 }],
    ['lost logs', { kind: 'lost-logs', times: 20 }],
    ['a start command that is not unpacked', { kind: 'no-entrypoint-override', times: 1 }],
    ['a list that fails', { kind: 'status', route: 'GET /v2/pods', status: 500, times: 12 }],
  ] as readonly (readonly [string, Fault])[])('comes up in spite of %s', async (_, fault) => {
    w = sandboxWorld();
    w.sandbox.arm(fault);
    await deploy();
    await w.until(() => state() === 'ready', 3_600_000);
    expect(w.sandbox.bill().pods.filter((pod) => pod.running)).toHaveLength(1);
    await stops();
    expect(w.sandbox.bill().pods.filter((pod) => pod.running)).toEqual([]);
    expect(secondsOff()).toBeLessThanOrEqual(3);
  });

  it.each([
    ['CUDA out of memory', 'torch.OutOfMemoryError: CUDA out of memory.', 'boot_failed'],
    ['a gated model', 'huggingface_hub.errors.GatedRepoError: 403 Client Error.', 'model_gated'],
    ['nothing known', 'Segmentation fault (core dumped)', 'boot_failed'],
  ])('fails with its reason in a crash loop: %s', async (_, line, code) => {
    w = sandboxWorld();
    w.sandbox.arm({ kind: 'crash-loop', line });
    await deploy();
    await w.until(() => state() === 'failed', 3_600_000);
    expect(w.fleet.get('one').problem).toMatchObject({ code });
    await w.until(() => !w.fleet.get('one').stillBilling, 60_000);
    expect(w.sandbox.bill().pods).toMatchObject([{ running: false }]);
  });

  it.each([
    ['a phantom stop', { kind: 'phantom-stop', times: 2 }, 'keep'],
    ['stops that fail', { kind: 'status', route: 'POST /v2/pods/*/action', status: 503, times: 4 }, 'keep'],
    ['deletes that fail', { kind: 'status', route: 'DELETE /v2/pods/*', status: 503, times: 9 }, 'terminate'],
    [
      'a delete whose answer is lost',
      { kind: 'lost-answer', route: 'DELETE /v2/pods/*', how: 'hang', times: 1 },
      'terminate',
    ],
    [
      'a stop whose answer is lost',
      { kind: 'lost-answer', route: 'POST /v2/pods/*/action', how: 'reset', times: 1 },
      'keep',
    ],
    ['reads that fail', { kind: 'status', route: 'GET /v2/pods/*', status: 503, times: 9 }, 'terminate'],
  ] as readonly (readonly [string, Fault, 'keep' | 'terminate'])[])(
    'stops in spite of %s',
    async (_, fault, onStop) => {
      w = sandboxWorld();
      await deploy({ onStop });
      await w.until(() => state() === 'ready', 1_200_000);
      w.sandbox.arm(fault);
      await stops();
      expect(w.sandbox.bill().pods.filter((pod) => pod.running)).toEqual([]);
    },
  );

  it('rents another pod where a kept one comes up without GPUs', async () => {
    w = sandboxWorld();
    await deploy({ onStop: 'keep' });
    await w.until(() => state() === 'ready', 1_200_000);
    await stops();
    const first = w.fleet.get('one').pod?.id;
    w.sandbox.arm({ kind: 'zero-gpu', times: 1 });
    w.fleet.startDeployment('one');
    await w.until(() => state() === 'ready', 3_600_000);
    expect(w.fleet.get('one').pod?.id).not.toBe(first);
    expect(w.sandbox.bill().pods.filter((pod) => pod.running)).toHaveLength(1);
  });

  it('settles what it had to guess from the bill', async () => {
    w = sandboxWorld({ timing: { settleAfterMs: 600_000 } });
    await deploy();
    await w.until(() => state() === 'ready', 1_200_000);
    const podId = w.fleet.get('one').pod?.id ?? '';
    await w.fleet.dispose();
    await w.pass(1_000_000);
    const response = await w.sandbox.fetch(`${w.sandbox.urls().apiUrl}/pods/${podId}`, {
      method: 'DELETE',
      headers: { authorization: 'Bearer sandbox-key' },
    });
    expect(response.status).toBe(204);
    await w.pass(500_000);
    await w.crash();
    w.fleet.start();
    await w.until(() => state() === 'stopped', 120_000);
    expect(secondsOff()).toBeGreaterThan(100);
    await w.until(() => w.ledger.unsettled().length === 0, 7_200_000);
    expect(secondsOff()).toBeLessThan(1);
  });
});

describe('killed at any instant and started again (SPEC 3.11)', () => {
  const fault = fc.option(
    fc.constantFrom<Fault>(
      { kind: 'lost-answer', route: 'POST /v2/pods', how: '502', times: 1 },
      { kind: 'lost-answer', route: 'POST /v2/pods', how: 'hang', times: 1 },
      { kind: 'lost-answer', route: 'DELETE /v2/pods/*', how: 'hang', times: 1 },
      { kind: 'lost-answer', route: 'DELETE /v2/pods/*', how: '502', times: 1 },
      { kind: 'latency', route: 'POST /v2/pods', ms: 3000, times: 1 },
      { kind: 'latency', route: 'DELETE /v2/pods/*', ms: 3000, times: 1 },
      { kind: 'list-lag', ms: 5000, times: 1 },
      { kind: 'stuck-boot', phase: 'pulling', times: 1 },
    ),
  );
  const crash = fc.record({
    afterMs: fc.integer({ min: 0, max: 40_000 }),
    awayMs: fc.integer({ min: 0, max: 60_000 }),
  });
  const wish = fc.constantFrom('start', 'stop', 'nothing');

  it('leaves nothing running that it does not know, and its ledger within a second a crash', async () => {
    const live = async (
      seed: number,
      trouble: Fault | null,
      steps: readonly (readonly [{ afterMs: number; awayMs: number }, string])[],
    ) => {
      w = sandboxWorld({ seed, timing: { settleAfterMs: 60_000 } });
      if (trouble !== null) w.sandbox.arm(trouble);
      await deploy();
      for (const [{ afterMs, awayMs }, verb] of steps) {
        await w.pass(afterMs);
        if (verb === 'start') w.fleet.startDeployment('one');
        if (verb === 'stop') w.fleet.stop('one');
        await w.pass(afterMs % 700);
        await w.crash();
        await w.pass(awayMs);
        w.fleet.start();
        expect(w.sandbox.bill().pods.filter((pod) => pod.running).length).toBeLessThanOrEqual(1);
      }
      await w.pass(60_000);
      await stops();
      await w.pass(60_000);
      expect(w.sandbox.bill().pods.filter((pod) => pod.running)).toEqual([]);
      expect(w.ledger.open()).toEqual([]);
      // An end in doubt is booked late, never short, until RunPod's own bill settles it.
      await w.until(() => w.ledger.unsettled().length === 0, 7_200_000);
      // The cloud's clock, by which adjustments are dated, may be ahead of this one by a moment.
      await w.pass(2000);
      expect(secondsOff()).toBeLessThanOrEqual(1 + steps.length);
      await w.dispose();
    };
    const property = fc.asyncProperty(
      fc.integer({ min: 1, max: 1_000_000 }),
      fault,
      fc.array(fc.tuple(crash, wish), { minLength: 1, maxLength: 4 }),
      live,
    );
    await expect(fc.assert(property, { numRuns: 30 })).resolves.toBeUndefined();
    w = sandboxWorld();
  }, 300_000);
});
