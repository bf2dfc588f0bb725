import { afterEach, describe, expect, it } from 'vitest';
import type { DeploymentWish } from '../../../src/shared/model.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { never, settled, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

async function asleep(more: Partial<DeploymentWish> = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish(more), false, never);
}
const target = () => {
  const [first] = w.fleet.targets.list();
  if (first === undefined) throw new Error('no target');
  return first;
};
const creates = (): number => w.cloud.calls.filter((call) => call.startsWith('create')).length;

describe('a target for the proxy', () => {
  it('wakes once for all who wait, and gives each the same upstream', async () => {
    w = world();
    await asleep();
    expect(target().state()).toBe('sleeping');
    const waits = Array.from({ length: 20 }, () => target().ensureReady(never));
    expect(target().state()).toBe('waking');
    await w.pass(40_000);
    const upstreams = await Promise.all(waits);
    expect(creates()).toBe(1);
    expect(new Set(upstreams)).toEqual(new Set([target().upstream()]));
    expect(await target().ensureReady(never)).toBe(target().upstream());
  });

  it('tells what its answers depend on while it sleeps, until an edit changes that', async () => {
    w = world();
    await asleep();
    expect(target().fingerprint).toBeUndefined();
    void settled(target().ensureReady(never));
    await w.pass(40_000);
    const first = target().upstream()?.fingerprint;
    expect(target().fingerprint).toBe(first);
    w.fleet.stop('qwen');
    await w.pass(10_000);
    await w.restart();
    expect(target().state()).toBe('sleeping');
    expect(target().fingerprint).toBe(first);
    void settled(target().ensureReady(never));
    await w.pass(40_000);
    expect(target().upstream()?.fingerprint).toBe(first);
    w.fleet.stop('qwen');
    await w.pass(10_000);
    await w.fleet.edit('qwen', wish({ aliases: ['code'] }), never);
    expect(target().fingerprint).toBe(first);
    await w.fleet.edit('qwen', wish({ extraArgs: ['--seed', '1'] }), never);
    expect(target().fingerprint).toBeUndefined();
  });

  it('lets one who leaves go without disturbing the others', async () => {
    w = world();
    await asleep();
    const leaver = new AbortController();
    const left = target().ensureReady(leaver.signal);
    const stays = target().ensureReady(never);
    await w.pass(5000);
    leaver.abort();
    await expect(left).rejects.toMatchObject({ name: 'AbortError' });
    await w.pass(40_000);
    expect((await stays).baseUrl).toBe('https://pod1-8000.pods.test/v1');
  });

  it('refuses one who has left already', async () => {
    w = world();
    await asleep();
    await expect(target().ensureReady(AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' });
    expect(creates()).toBe(0);
  });

  it('tells all who wait why it failed, and does not start again for the next one', async () => {
    w = world();
    w.cloud.creates = [{ do: 'refuse', error: new AppError('runpod_rejected', 'no such template') }];
    await asleep();
    const waits = [target().ensureReady(never), target().ensureReady(never)];
    const outcomes = Promise.allSettled(waits);
    await w.pass(2000);
    for (const outcome of await outcomes) {
      expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'runpod_rejected' } });
    }
    expect(target().state()).toBe('failed');
    await w.pass(600_000);
    expect(target().refusal?.()).toMatchObject({ code: 'runpod_rejected' });
    await expect(target().ensureReady(never)).rejects.toMatchObject({ code: 'runpod_rejected' });
    expect(creates()).toBe(1);
  });

  it('trap 16: tries again, after a rest, where the user may have added money at RunPod', async () => {
    w = world({ timing: { failedRestMs: 60_000 } });
    w.cloud.creates = [{ do: 'refuse', error: new AppError('runpod_balance_empty', 'no money') }];
    await asleep();
    const failed = settled(target().ensureReady(never));
    await w.pass(1000);
    expect(await failed).toMatchObject({ error: { code: 'runpod_balance_empty' } });
    expect(target().refusal?.()).toMatchObject({ code: 'runpod_balance_empty' });
    await w.pass(61_000);
    expect(target().refusal?.()).toBeNull();
    expect(creates()).toBe(1);
    const second = target().ensureReady(never);
    await w.pass(40_000);
    expect((await second).servedModel).toBe('qwen');
  });

  it('tries again by itself, after a rest, where the trouble may have passed', async () => {
    w = world({ timing: { rounds: 1, failedRestMs: 60_000 } });
    w.cloud.gpus = w.cloud.gpus.slice(0, 1);
    w.cloud.creates = [{ do: 'refuse', error: new AppError('no_gpu_capacity', 'none') }];
    await asleep();
    const first = target().ensureReady(never);
    const failed = settled(first);
    await w.pass(1000);
    expect(await failed).toMatchObject({ error: { code: 'no_gpu_capacity' } });
    await expect(target().ensureReady(never)).rejects.toMatchObject({ code: 'no_gpu_capacity' });
    await w.pass(61_000);
    const second = target().ensureReady(never);
    await w.pass(40_000);
    expect((await second).servedModel).toBe('qwen');
  });

  it('is not woken where requests may not start it', async () => {
    w = world();
    await asleep({ wakeOnRequest: false });
    await expect(target().ensureReady(never)).rejects.toMatchObject({ code: 'deployment_stopped' });
    expect(creates()).toBe(0);
  });

  it('tells those who wait the budget that ended its start', async () => {
    w = world();
    await asleep({ budget: { usdPerBoot: 2, usdPerDay: 0.001 } });
    const woken = settled(target().ensureReady(never));
    await w.pass(40_000);
    expect(await woken).toMatchObject({ error: { code: 'budget_exceeded' } });
  });

  it('tells those who wait that it was stopped or removed', async () => {
    w = world();
    await asleep();
    const stopped = settled(target().ensureReady(never));
    await w.pass(5000);
    w.fleet.stop('qwen');
    expect(await stopped).toMatchObject({ error: { code: 'deployment_stopped' } });
    await w.pass(20_000);
    const removed = settled(target().ensureReady(never));
    await w.pass(5000);
    w.fleet.terminate('qwen');
    expect(await removed).toMatchObject({ error: { code: 'deployment_stopped' } });
    await w.pass(20_000);
    expect(w.fleet.targets.list()).toEqual([]);
  });

  it('joins a stop under way: it wakes again once that is over', async () => {
    w = world();
    await asleep();
    const first = target().ensureReady(never);
    await w.pass(40_000);
    await first;
    w.fleet.stop('qwen');
    const again = target().ensureReady(never);
    await w.pass(60_000);
    expect((await again).baseUrl).toBe('https://pod2-8000.pods.test/v1');
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('has a fingerprint that changes with what changes answers, and not with the pod', async () => {
    w = world();
    await asleep();
    const prints: (string | undefined)[] = [];
    for (const more of [{}, {}, { revision: 'abc' }, { aliases: ['x'], revision: 'abc' }]) {
      await w.fleet.edit('qwen', wish(more), never);
      w.fleet.startDeployment('qwen');
      await w.pass(60_000);
      prints.push(target().upstream()?.fingerprint);
      w.fleet.stop('qwen');
      await w.pass(20_000);
    }
    expect(prints[0]).toBe(prints[1]);
    expect(prints[2]).not.toBe(prints[1]);
    expect(prints[3]).toBe(prints[2]);
  });

  it('tells its listeners of changes and of nothing else', async () => {
    w = world();
    await asleep();
    const seen: string[] = [];
    const stop = w.fleet.targets.onChange(() => seen.push(w.fleet.targets.list()[0]?.state() ?? 'gone'));
    w.fleet.startDeployment('qwen');
    await w.pass(60_000);
    target().lease().end(true);
    await w.pass(60_000);
    expect(seen).toEqual(['waking', 'ready']);
    stop();
    w.fleet.stop('qwen');
    expect(seen).toEqual(['waking', 'ready']);
  });

  it('ends all waits when the app closes', async () => {
    w = world();
    await asleep();
    const wait = settled(target().ensureReady(never));
    await w.pass(2000);
    await w.fleet.dispose();
    expect(await wait).toMatchObject({ error: { code: 'shutting_down' } });
  });
});
