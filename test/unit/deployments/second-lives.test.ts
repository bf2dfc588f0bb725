import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import type { DeploymentWish } from '../../../src/shared/model.ts';
import { never, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());
const minute = 60_000;

async function ready(more: Partial<DeploymentWish> = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish({ idle: { policy: 'off' }, ...more }), true, never);
  await w.pass(3000);
  w.cloud.say('watchdog: armed deadline=1 idle=0 client=python3');
  await w.pass(37_000);
  expect(w.fleet.get('qwen').state).toBe('ready');
}
const creates = (): number => w.cloud.calls.filter((call) => call.startsWith('create')).length;

describe('a kept pod that RunPod does not start', () => {
  async function stopped(): Promise<void> {
    w = world();
    await ready({ onStop: 'keep' });
    w.fleet.stop('qwen');
    await w.pass(20_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', pod: { status: 'EXITED' } });
  }

  it.each([
    ['runpod_key_invalid', 401],
    ['runpod_key_forbidden', 403],
    ['runpod_balance_empty', 402],
  ] as const)('for %s is left as it is: another one would be refused too', async (code, status) => {
    await stopped();
    w.cloud.failures.set('start', [new AppError(code, 'no', { details: { status } })]);
    w.fleet.startDeployment('qwen');
    await w.pass(minute);
    expect(w.fleet.get('qwen')).toMatchObject({
      state: 'failed',
      problem: { code },
      pod: { id: 'pod1', status: 'EXITED' },
    });
    expect(creates()).toBe(1);
  });

  it.each(['no_gpu_capacity', 'runpod_not_found', 'runpod_rejected'] as const)(
    'for %s makes way for another one',
    async (code) => {
      await stopped();
      w.cloud.failures.set('start', [new AppError(code, 'no', { details: { status: 400 } })]);
      w.fleet.startDeployment('qwen');
      await w.pass(2 * minute);
      expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
      expect(w.cloud.alive()).toHaveLength(1);
    },
  );

  it('because its answer was lost is looked at, not started twice', async () => {
    await stopped();
    w.cloud.failures.set('start', [new AppError('runpod_unavailable', 'no answer')]);
    w.fleet.startDeployment('qwen');
    await w.pass(2 * minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
    expect(creates()).toBe(1);
    const after = w.cloud.calls.slice(w.cloud.calls.indexOf('start') + 1);
    expect(after.indexOf('get')).toBeLessThan(after.indexOf('start'));
  });
});

describe('what a kept pod costs when it runs again', () => {
  async function stoppedForHours(): Promise<void> {
    w = world();
    await ready({ onStop: 'keep' });
    w.fleet.stop('qwen');
    await w.pass(20_000);
    await w.pass(180 * minute);
    expect(overSeconds()).toBeCloseTo(0, 0);
  }
  /** What the ledger has beyond what was really billed, in seconds of the pod. */
  const overSeconds = (): number => {
    const billedMs = [...w.cloud.billed].reduce((sum, [, ms]) => sum + ms, 0);
    return (w.ledger.spent({ kind: 'compute' }, 0, w.clock.now()) / 0.69) * 3600 - billedMs / 1000;
  };
  async function stopped(): Promise<void> {
    w.fleet.stop('qwen');
    await w.pass(minute);
    expect(w.cloud.billing).toEqual([]);
  }

  it('begins when its start was sent, where the answer was lost and RunPod names no instant', async () => {
    await stoppedForHours();
    w.cloud.lostStarts = 1;
    w.fleet.startDeployment('qwen');
    await w.pass(minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
    await stopped();
    expect(overSeconds()).toBeCloseTo(0, 0);
  });

  it('is told as still billing, where it is stopped before anybody has looked whether it started', async () => {
    await stoppedForHours();
    w.cloud.lostStarts = 1;
    const fail = (call: 'list' | 'get' | 'stop' | 'delete'): unknown =>
      w.cloud.failures.set(
        call,
        Array.from({ length: 99 }, () => new AppError('runpod_unreachable', 'no network')),
      );
    fail('list');
    w.fleet.startDeployment('qwen');
    await w.pass(10);
    fail('get');
    fail('stop');
    fail('delete');
    w.fleet.stop('qwen');
    await w.pass(5000);
    expect(w.fleet.get('qwen')).toMatchObject({ pod: { status: 'EXITED' }, stillBilling: true });
    w.cloud.failures.clear();
    await w.pass(5 * minute);
    expect(w.cloud.billing).toEqual([]);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', stillBilling: false });
  });

  it('begins at the last look that showed it stopped, where somebody else started it', async () => {
    await stoppedForHours();
    w.cloud.startOutside('pod1');
    await w.pass(minute);
    await stopped();
    expect(overSeconds()).toBeGreaterThanOrEqual(0);
    // Calm looks come every half minute, and an answer may be ten seconds old.
    expect(overSeconds()).toBeLessThanOrEqual(40);
  });

  it('began a short while ago at most, where nobody looked', async () => {
    await stoppedForHours();
    await w.fleet.dispose();
    w.cloud.startOutside('pod1');
    await w.restart();
    await w.pass(minute);
    await stopped();
    expect(overSeconds()).toBeGreaterThanOrEqual(0);
    expect(overSeconds()).toBeLessThanOrEqual(6 * 60);
  });
});

describe('after hours of service', () => {
  it('an edit does not count them as the cost of the new start', async () => {
    w = world();
    await ready({ budget: { usdPerBoot: 0.5 } });
    await w.pass(180 * minute);
    await w.fleet.edit(
      'qwen',
      wish({ idle: { policy: 'off' }, contextTokens: 4096, budget: { usdPerBoot: 0.5 } }),
      never,
    );
    await w.pass(minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
  });

  it('a restart in place does not count them either', async () => {
    w = world();
    await ready({ budget: { usdPerBoot: 0.5 } });
    await w.pass(180 * minute);
    w.fleet.restart('qwen');
    await w.pass(minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
  });

  it('and restarts, a doubt does not take the restarts of then for a crash loop of now', async () => {
    w = world();
    await ready();
    for (let n = 0; n < 4; n++) {
      w.cloud.say('start container for vllm/vllm-openai: begin', 'system');
      w.cloud.say('torch.OutOfMemoryError: CUDA out of memory.');
      await w.pass(2000);
      w.fleet.restart('qwen');
      await w.pass(2000);
      w.cloud.say('start container for vllm/vllm-openai: begin', 'system');
      w.cloud.say('watchdog: armed deadline=1 idle=0 client=python3');
      await w.pass(minute);
      expect(w.fleet.get('qwen').state).toBe('ready');
    }
    w.fleet.targets.list()[0]?.reportUnreachable();
    await w.pass(minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
    expect(creates()).toBe(1);
  });

  it('and a restart, the watchdog has to prove itself anew', async () => {
    w = world();
    await ready();
    w.fleet.restart('qwen');
    await w.pass(40_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', watchdog: { state: 'pending' } });
    w.cloud.say('watchdog: armed deadline=1 idle=0 client=python3');
    await w.pass(5000);
    expect(w.fleet.get('qwen').watchdog.state).toBe('armed');
  });
});

describe('after a sleep of the computer', () => {
  it('a boot is not taken for stuck: nobody looked', async () => {
    w = world({ timing: { stuckPullingMs: 10 * minute } });
    w.cloud.bootMs = 500 * minute;
    w.fleet.start();
    await w.fleet.create(wish(), true, never);
    await w.pass(2 * minute);
    await w.clock.sleepMachine(60 * minute);
    await w.pass(9 * minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'pulling', pod: { id: 'pod1' } });
    await w.pass(3 * minute);
    expect(creates()).toBe(2);
  });

  it('or a restart of the app, the watchdog is not called missing before its line can be read', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish({ idle: { policy: 'off' } }), true, never);
    await w.pass(60_000);
    await w.fleet.dispose();
    w.cloud.say('watchdog: armed deadline=1 idle=0 client=python3');
    await w.clock.advance(60 * minute);
    await w.restart();
    await w.pass(5000);
    expect(w.fleet.get('qwen').watchdog.state).toBe('armed');
    expect(w.notes('unprotected')).toEqual([]);
  });
});

describe('answers that leave things out', () => {
  it('do not make a pod one without GPUs', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), true, never);
    await w.pass(2000);
    const entry = w.cloud.pod();
    const { gpu: _gone, ...rest } = entry.pod;
    entry.pod = rest;
    await w.pass(minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1', gpuCount: 1 } });
  });
});
