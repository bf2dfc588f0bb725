import { afterEach, describe, expect, it } from 'vitest';
import type { DeploymentWish } from '../../../src/shared/model.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { never, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

async function ready(more: Partial<DeploymentWish> = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish(more), true, never);
  await w.pass(40_000);
  expect(w.fleet.get('qwen').state).toBe('ready');
}
const kinds = (): string[] => w.fleet.history('qwen').entries.map((entry) => entry.kind);
const unavailable = (): AppError => new AppError('runpod_unavailable', 'RunPod has trouble.');
const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

describe('stopping (SPEC 3.8, PROXY-TRAPS 48)', () => {
  it('is not over before RunPod’s own word for it', async () => {
    w = world();
    await ready();
    w.cloud.failures.set('get', times(3, unavailable));
    w.fleet.stop('qwen');
    await w.pass(3000);
    expect(w.cloud.billing).toEqual([]);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopping', stillBilling: true });
    await w.pass(20_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', stillBilling: false });
  });

  it('is tried for ever, with stop where terminate fails, and told to people', async () => {
    w = world();
    await ready();
    w.cloud.failures.set('delete', times(100, unavailable));
    w.cloud.failures.set('stop', times(8, unavailable));
    w.fleet.stop('qwen');
    await w.pass(120_000);
    expect(w.fleet.get('qwen')).toMatchObject({
      state: 'stopping',
      stillBilling: true,
      problem: { code: 'stop_unconfirmed' },
    });
    expect(w.notes('still-billing')).toHaveLength(1);
    await w.pass(900_000);
    // The compute is off by a stop; the exited pod is still to be terminated.
    expect(w.cloud.billing).toEqual([]);
    expect(w.fleet.get('qwen').state).toBe('stopping');
    expect(w.ledger.usdPerHour({})).toBe(0);
    w.cloud.failures.clear();
    await w.pass(120_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', problem: null });
    expect(w.cloud.alive()).toEqual([]);
  });

  it('looks at the pod after a lost answer, which may hide that it was done, before it asks again', async () => {
    w = world();
    await ready();
    w.cloud.failures.set('list', times(100, unavailable));
    w.cloud.failures.set('delete', [unavailable()]);
    w.fleet.stop('qwen');
    await w.pass(30_000);
    const after = w.cloud.calls.slice(w.cloud.calls.indexOf('delete') + 1);
    expect(after.filter((call) => call !== 'list').slice(0, 2)).toEqual(['get', 'stop']);
  });

  it('sees through a stop that answers 200 and does nothing', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    w.cloud.phantomStops = 2;
    w.fleet.stop('qwen');
    await w.pass(2000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopping', stillBilling: true });
    await w.pass(30_000);
    expect(w.cloud.billing).toEqual([]);
    expect(w.fleet.get('qwen').state).toBe('stopped');
    expect(kinds().filter((kind) => kind === 'stop-without-effect')).toHaveLength(2);
    const off =
      w.ledger.spent({ kind: 'compute' }, 0, w.clock.now()) - (w.cloud.billedMs() * 0.69) / 3_600_000;
    expect(Math.abs(off)).toBeLessThan(0.69 / 3600);
  });

  it('trap 17: unlocks a locked pod first', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    const entry = w.cloud.pod();
    entry.pod = { ...entry.pod, locked: true };
    await w.pass(31_000);
    expect(w.fleet.get('qwen').pod?.locked).toBe(true);
    w.fleet.stop('qwen');
    await w.pass(10_000);
    expect(w.fleet.get('qwen').state).toBe('stopped');
    expect(kinds()).toContain('unlocked');
  });

  it('finds out that a pod was locked meanwhile', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    const entry = w.cloud.pod();
    entry.pod = { ...entry.pod, locked: true };
    w.fleet.stop('qwen');
    await w.pass(30_000);
    expect(w.fleet.get('qwen').state).toBe('stopped');
  });

  it('takes a pod that is gone as stopped', async () => {
    w = world();
    await ready();
    w.cloud.vanish('pod1');
    w.fleet.stop('qwen');
    await w.pass(5000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', pod: null });
  });

  it('that was asked for twice is one', async () => {
    w = world();
    await ready();
    w.fleet.stop('qwen');
    w.fleet.stop('qwen');
    await w.pass(10_000);
    expect(w.cloud.calls.filter((call) => call === 'delete')).toHaveLength(1);
    expect(w.notes('stopped')).toHaveLength(1);
  });

  it('tells what it cost', async () => {
    w = world();
    await ready();
    await w.pass(600_000);
    w.fleet.stop('qwen');
    await w.pass(5000);
    const [note] = w.notes('stopped');
    expect(note?.name === 'notification' ? note.payload.body : '').toMatch(/It cost \$0\.12/);
    expect(note?.name === 'notification' ? note.payload.facts : null).toMatchObject({
      what: 'stopped',
      savesUsdPerHour: expect.any(Number) as number,
      usd: expect.closeTo(0.12, 2) as number,
    });
  });

  it('followed by a start goes on with another pod once the first is gone', async () => {
    w = world();
    await ready();
    w.fleet.stop('qwen');
    w.fleet.startDeployment('qwen');
    expect(w.fleet.get('qwen').state).toBe('placing');
    for (let n = 0; n < 40; n++) {
      await w.pass(1000);
      expect(w.cloud.alive().length).toBeLessThanOrEqual(1);
    }
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
  });

  it('stops everything at once', async () => {
    w = world();
    await ready();
    await w.fleet.create(wish({ name: 'other' }), true, never);
    await w.fleet.create(wish({ name: 'asleep' }), false, never);
    await w.pass(5000);
    expect(w.fleet.stopAll()).toEqual({ stopping: ['qwen', 'other'] });
    await w.pass(20_000);
    expect(w.cloud.alive()).toEqual([]);
  });
});

describe('a pod that ends without us', () => {
  it.each(['exit', 'vanish'] as const)('(%s) is not rented again', async (how) => {
    w = world();
    await ready();
    await w.pass(60_000);
    w.cloud[how]('pod1');
    await w.pass(120_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', desired: 'stopped', pod: null });
    expect(kinds()).toContain('lost');
    expect(w.cloud.alive()).toEqual([]);
    expect(w.ledger.entries()).toMatchObject([{ estimated: true }]);
  });

  it('is not given up because one list forgot it', async () => {
    w = world();
    await ready();
    w.cloud.pod().listedFrom = w.clock.now() + 45_000;
    await w.pass(120_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
    expect(w.cloud.billing).toEqual(['pod1']);
  });

  it('stays with its deployment when it is kept', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    w.cloud.exit('pod1');
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', pod: { status: 'EXITED' } });
  });
});

describe('trap 15: keeping the pod', () => {
  it('stops it, counts its disk, and starts it again with a new deadline', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    const before = w.cloud.pod().pod.env?.['RPLM_DEADLINE'];
    w.fleet.stop('qwen');
    await w.pass(10_000);
    const stopped = w.fleet.get('qwen');
    expect(stopped).toMatchObject({
      state: 'stopped',
      stillBilling: false,
      pod: { id: 'pod1', status: 'EXITED' },
    });
    expect(stopped.cost.restUsdPerMonth).toBeCloseTo(8);
    expect(stopped.cost.nowUsdPerHour).toBeCloseTo(8 / 730);
    expect(w.ledger.usdPerHour({})).toBeCloseTo(8 / 730);
    await w.pass(3_600_000);
    w.fleet.startDeployment('qwen');
    await w.pass(40_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
    expect(w.ledger.usdPerHour({})).toBeCloseTo(0.69);
    const { env } = w.cloud.pod().pod;
    expect(Number(env?.['RPLM_DEADLINE']) - Number(before)).toBeGreaterThan(3600);
    // Trap 21: the map is replaced whole, so nothing may be missing.
    expect(env?.['VLLM_API_KEY']).toMatch(/^[0-9a-f]{64}$/);
  });

  it('PROXY-TRAPS 49: rents another where the machine has no GPU left', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    w.fleet.stop('qwen');
    await w.pass(10_000);
    w.cloud.failures.set('start', [new AppError('no_gpu_capacity', 'no GPU there')]);
    w.fleet.startDeployment('qwen');
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('rents another where it comes up without GPUs', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    w.fleet.stop('qwen');
    await w.pass(10_000);
    w.cloud.startsWithoutGpu = 1;
    w.fleet.startDeployment('qwen');
    await w.pass(90_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2', gpuCount: 1 } });
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('rents another where it is gone', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    w.fleet.stop('qwen');
    await w.pass(10_000);
    w.cloud.vanish('pod1');
    w.fleet.startDeployment('qwen');
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
  });

  it('goes on with it when somebody else started it already (409)', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    w.fleet.stop('qwen');
    await w.pass(10_000);
    await w.cloud.api.pods.action('pod1', 'start', never);
    w.fleet.startDeployment('qwen');
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
  });

  it('finds out whether a start worked when its answer was lost', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    w.fleet.stop('qwen');
    await w.pass(10_000);
    w.cloud.failures.set('start', [unavailable()]);
    w.fleet.startDeployment('qwen');
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
  });

  it('ends one that somebody else started while it should rest', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    w.fleet.stop('qwen');
    await w.pass(10_000);
    await w.cloud.api.pods.action('pod1', 'start', never);
    await w.pass(60_000);
    expect(w.cloud.billing).toEqual([]);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', pod: { status: 'EXITED' } });
  });

  it('goes for ever when the deployment is removed', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    w.fleet.stop('qwen');
    await w.pass(10_000);
    w.fleet.terminate('qwen');
    await w.pass(10_000);
    expect(w.fleet.list()).toEqual([]);
    expect(w.cloud.alive()).toEqual([]);
    expect(w.ledger.usdPerHour({})).toBe(0);
  });
});

describe('a stopped deployment', () => {
  it('whose pod was missed in a list while it ended is at rest: the account is looked at less often', async () => {
    w = world({ timing: { idlePollMs: 600_000 } });
    w.fleet.start();
    await w.fleet.create(wish(), true, never);
    await w.pass(40_000);
    w.fleet.stop('qwen');
    await w.pass(30_000);
    expect(w.fleet.get('qwen').state).toBe('stopped');
    const lists = (): number => w.cloud.calls.filter((call) => call.startsWith('list')).length;
    const before = lists();
    await w.pass(1_800_000);
    expect(lists() - before).toBeLessThanOrEqual(4);
  });
});
