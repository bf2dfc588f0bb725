import { afterEach, describe, expect, it } from 'vitest';
import { never, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

describe('a deployment from create to removal', () => {
  it('rents a pod, proves it with a token, stops it with RunPod’s word for it, and goes', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), true, never);
    expect(w.fleet.get('qwen').state).toBe('placing');

    await w.pass(3000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'pulling', desired: 'running', stillBilling: false });
    expect(w.ledger.usdPerHour({})).toBeGreaterThan(0.68);

    w.cloud.say('watchdog: armed deadline=1 idle=1800 client=python3');
    await w.pass(30_000);
    const ready = w.fleet.get('qwen');
    expect(ready).toMatchObject({ state: 'ready', problem: null });
    expect(ready.watchdog).toMatchObject({
      state: 'armed',
      reason: 'ends the pod after 30 min without requests',
    });
    expect(ready.phases.map((phase) => phase.phase)).toEqual([
      'placing',
      'pulling',
      'loading',
      'warming',
      'ready',
    ]);
    expect(w.notes('ready')).toHaveLength(1);
    const target = w.fleet.targets.list()[0];
    expect(target?.upstream()).toMatchObject({
      baseUrl: 'https://pod1-8000.pods.test/v1',
      servedModel: 'qwen',
    });

    w.fleet.stop('qwen');
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopping', stillBilling: true });
    await w.pass(5000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', stillBilling: false, pod: null });
    expect(w.cloud.alive()).toEqual([]);
    expect(w.notes('stopped')).toHaveLength(1);
    expect(w.ledger.usdPerHour({})).toBe(0);

    w.fleet.terminate('qwen');
    await w.pass(1000);
    expect(w.fleet.list()).toEqual([]);
    expect(w.events.at(-1)).toMatchObject({ name: 'deployment.removed' });
  });
});
