import { afterEach, describe, expect, it } from 'vitest';
import type { DeploymentWish } from '../../../src/shared/model.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { never, settled, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());
const minute = 60_000;

async function ready(more: Partial<DeploymentWish> = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish(more), true, never);
  await w.pass(3000);
  w.cloud.say('watchdog: armed deadline=1 idle=1800 client=python3');
  await w.pass(37_000);
  expect(w.fleet.get('qwen').state).toBe('ready');
}
const target = () => {
  const [first] = w.fleet.targets.list();
  if (first === undefined) throw new Error('no target');
  return first;
};
const creates = (): number => w.cloud.calls.filter((call) => call.startsWith('create')).length;

describe('idle teardown (SPEC 3.9)', () => {
  it('warns two minutes ahead, then stops', async () => {
    w = world();
    await ready({ idle: { minutes: 15 } });
    await w.pass(12.5 * minute);
    expect(w.notes('idle-soon')).toHaveLength(0);
    await w.pass(minute);
    expect(w.notes('idle-soon')).toHaveLength(1);
    expect(w.fleet.get('qwen').state).toBe('ready');
    await w.pass(2 * minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', desired: 'stopped' });
    expect(w.cloud.billing).toEqual([]);
  });

  it('stops five minutes after a wake that everybody left, and keeps its minutes once it was claimed', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish({ idle: { minutes: 15 } }), false, never);
    const leaving = new AbortController();
    const left = settled(target().ensureReady(leaving.signal));
    await w.pass(3000);
    leaving.abort();
    await left;
    await w.pass(37_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
    await w.pass(5 * minute);
    expect(w.fleet.get('qwen').state).toBe('stopped');
    void settled(target().ensureReady(never));
    await w.pass(40_000);
    target().lease().end(true);
    await w.pass(14 * minute);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('PROXY-TRAPS 47: counts from the end of the last request, never during one', async () => {
    w = world();
    await ready({ idle: { minutes: 5 } });
    const lease = target().lease();
    await w.pass(30 * minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', inFlight: 1, idleStopsAt: null });
    lease.end(true);
    lease.end(true);
    expect(w.fleet.get('qwen').inFlight).toBe(0);
    await w.pass(4.5 * minute);
    expect(w.fleet.get('qwen').state).toBe('ready');
    await w.pass(minute);
    expect(w.fleet.get('qwen').state).toBe('stopped');
  });

  it('is put off by a request in the last minute', async () => {
    w = world();
    await ready({ idle: { minutes: 5 } });
    await w.pass(4 * minute);
    target().lease().end(true);
    await w.pass(4.5 * minute);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('waits for as long as it is kept alive', async () => {
    w = world();
    await ready({ idle: { minutes: 5 } });
    w.fleet.keepAlive('qwen', 60);
    await w.pass(59 * minute);
    expect(w.fleet.get('qwen').state).toBe('ready');
    await w.pass(4 * minute);
    expect(w.fleet.get('qwen').state).toBe('stopped');
  });

  it('keeps the pod’s own watchdog from ending what is kept alive', async () => {
    w = world();
    await ready({ idle: { minutes: 5 }, watchdog: { graceMinutes: 10 } });
    w.fleet.keepAlive('qwen', 120);
    await w.pass(60 * minute);
    const questions = w.cloud.asked.filter((path) => path === '/v1/chat/completions').length;
    // One proved readiness; then about one in five minutes, a third of the watchdog's idle time.
    expect(questions).toBeGreaterThan(10);
    expect(questions).toBeLessThan(16);
  });

  it('is off when the user says so, and the deadline holds all the same', async () => {
    w = world({ timing: { idlePollMs: 60_000 } });
    await ready({ idle: { policy: 'off' }, watchdog: { maxHours: 2 } });
    await w.pass(118 * minute);
    expect(w.fleet.get('qwen').state).toBe('ready');
    await w.pass(4 * minute);
    expect(w.fleet.get('qwen').state).toBe('stopped');
  });

  it('goes by the wall clock: a laptop that slept warns first and then stops', async () => {
    w = world();
    await ready({ idle: { minutes: 15 } });
    await w.clock.sleepMachine(8 * 60 * minute);
    await w.pass(31_000);
    expect(w.notes('idle-soon')).toHaveLength(1);
    expect(w.fleet.get('qwen').state).toBe('ready');
    await w.pass(2.5 * minute);
    expect(w.fleet.get('qwen').state).toBe('stopped');
  });

  it('remembers the last request across a restart of the app', async () => {
    w = world();
    await ready({ idle: { minutes: 15 } });
    await w.pass(5 * minute);
    target().lease().end(true);
    const before = w.fleet.get('qwen').lastRequestAt;
    await w.restart();
    expect(w.fleet.get('qwen').lastRequestAt).toBe(before);
  });

  it('computes the minutes from pauses between requests, says how, and keeps knowing across restarts', async () => {
    w = world();
    await ready({ idle: { policy: 'computed', minutes: 15 } });
    await w.pass(minute);
    expect(w.fleet.get('qwen').idleReason).toBe(
      'Stops after the fixed 15 min: 0 of the 20 pauses that are needed to compute from were seen so far.',
    );
    for (let spell = 0; spell < 21; spell++) {
      const [first, second] = [target().lease(), target().lease()];
      await w.pass(5000);
      first.end(true);
      second.end(true);
      // Close to the ones before: one spell with them.
      await w.pass(20_000);
      target().lease().end(true);
      await w.pass(2.5 * minute);
    }
    target().lease().end(true);
    await w.pass(minute);
    const kinds = (): string[] => w.fleet.history('qwen').entries.map((entry) => entry.kind);
    expect(kinds().filter((kind) => kind === 'idle-computed')).toHaveLength(2);
    const { idleReason } = w.fleet.get('qwen');
    expect(idleReason).toMatch(/^Stops after 3 min: 100 % of your last 21 pauses were shorter/);
    expect(
      w.fleet.history('qwen').entries.find(({ text }) => text.startsWith('Stops after 3 min')),
    ).toBeDefined();

    await w.restart();
    expect(w.fleet.get('qwen').idleReason).toBe(idleReason);
    await w.pass(1.5 * minute);
    expect(w.fleet.get('qwen').state).toBe('ready');
    await w.pass(3 * minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', idleReason });
    expect(w.fleet.history('qwen').entries.map(({ text }) => text)).toContain(
      'Stopping: it was idle for 3 minutes.',
    );
  });

  it('forgets what it computed when the wish changes', async () => {
    w = world();
    await ready({ idle: { policy: 'computed', minutes: 15 } });
    await w.pass(minute);
    await w.fleet.edit('qwen', wish({ idle: { policy: 'computed', minutes: 30 } }), never);
    expect(w.fleet.get('qwen').idleReason).toBeNull();
    await w.pass(minute);
    expect(w.fleet.get('qwen').idleReason).toMatch(/^Stops after the fixed 30 min/);
    await w.fleet.edit('qwen', wish({ idle: { policy: 'fixed', minutes: 30 } }), never);
    await w.pass(minute);
    expect(w.fleet.get('qwen').idleReason).toBeNull();
  });
});

describe('limits', () => {
  it('stops at the deployment’s budget of a day, and refuses to start again', async () => {
    w = world();
    await ready({ idle: { policy: 'off' }, budget: { usdPerDay: 0.1 } });
    await w.pass(10 * minute);
    expect(w.fleet.get('qwen').state).toBe('stopped');
    expect(w.cloud.billing).toEqual([]);
    expect(() => w.fleet.startDeployment('qwen')).toThrow(
      expect.objectContaining({ code: 'budget_exceeded' }),
    );
    await expect(target().ensureReady(never)).rejects.toMatchObject({ code: 'budget_exceeded' });
    expect(creates()).toBe(1);
  });

  it('is refused from outside', async () => {
    const refusal = new AppError('budget_exceeded', 'The day is used up.');
    w = world({ deps: { refusal: () => refusal } });
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    await expect(target().ensureReady(never)).rejects.toBe(refusal);
  });
});

describe('a model server that stops answering', () => {
  it('PROXY-TRAPS 46: is proven again when the proxy could not reach it', async () => {
    w = world();
    await ready();
    w.cloud.pod().readyAt = w.clock.now() + 20_000;
    target().reportUnreachable();
    expect(w.fleet.get('qwen').state).toBe('loading');
    expect(target().upstream()).toBeNull();
    await w.pass(25_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
    expect(creates()).toBe(1);
    expect(w.notes('ready')).toHaveLength(1);
  });

  it('is noticed by a container that was restarted', async () => {
    w = world();
    await ready();
    await w.pass(minute);
    const entry = w.cloud.pod();
    entry.upAt = w.clock.now();
    entry.readyAt = w.clock.now() + 60_000;
    await w.pass(40_000);
    expect(w.fleet.get('qwen').state).toBe('loading');
    await w.pass(60_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('and never comes back is replaced', async () => {
    w = world({ timing: { stuckLoadingMs: 5 * minute } });
    await ready();
    w.cloud.pod().readyAt = Number.POSITIVE_INFINITY;
    target().reportUnreachable();
    await w.pass(7 * minute);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('is restarted in place when asked, where RunPod can', async () => {
    w = world();
    await ready();
    await w.pass(minute);
    w.fleet.restart('qwen');
    await w.pass(2000);
    expect(w.fleet.get('qwen').state).toBe('loading');
    await w.pass(40_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
    expect(w.cloud.calls).toContain('restart');
  });
});

describe('an edit', () => {
  it('of the idle time holds at once', async () => {
    w = world();
    await ready({ idle: { minutes: 60 } });
    await w.fleet.edit('qwen', wish({ idle: { minutes: 1 } }), never);
    await w.pass(2 * minute);
    expect(w.fleet.get('qwen').state).toBe('stopped');
  });

  it('of the model makes another pod', async () => {
    w = world();
    await ready();
    await w.fleet.edit('qwen', wish({ model: 'Qwen/Qwen3-4B' }), never);
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
    expect(w.cloud.pod().body.args).toContain('Qwen/Qwen3-4B');
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('of a kept pod makes another one at the next start', async () => {
    w = world();
    await ready({ onStop: 'keep' });
    w.fleet.stop('qwen');
    await w.pass(10_000);
    await w.fleet.edit('qwen', wish({ onStop: 'keep', contextTokens: 4096 }), never);
    w.fleet.startDeployment('qwen');
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('of the name is followed by the targets', async () => {
    w = world();
    await ready();
    let changes = 0;
    w.fleet.targets.onChange(() => changes++);
    await w.fleet.edit('qwen', wish({ name: 'coder', aliases: ['gpt-5'] }), never);
    expect(target()).toMatchObject({ name: 'coder', models: ['coder', 'qwen', 'Qwen/Qwen3-8B', 'gpt-5'] });
    expect(changes).toBeGreaterThan(0);
    expect(w.fleet.get('coder').state).toBe('ready');
  });
});
