import { afterEach, describe, expect, it } from 'vitest';
import { liveSandboxWorld, type LiveSandboxWorld } from './sandbox-world.ts';

let w: LiveSandboxWorld;
afterEach(() => w.dispose());
const never = new AbortController().signal;
const timing = { pollMs: 100, idlePollMs: 500, probeMs: 100 };

describe('with start commands run as real processes', () => {
  it.each([
    ['vllm', 'Qwen/Qwen3-8B'],
    ['ollama', 'llama3.2:3b'],
  ] as const)(
    '%s becomes ready behind its key, with the watchdog proven armed by its log',
    async (backend, model) => {
      w = await liveSandboxWorld({ speed: 100, timing });
      w.fleet.start();
      await w.fleet.create({ name: 'one', model, backend }, true, never);
      const view = await w.fleet.wait('one', 'ready', 50_000, never);
      await expect.poll(() => w.fleet.get('one').watchdog.state, { timeout: 10_000 }).toBe('armed');
      expect(view.unattended.usd).toBeGreaterThan(0);

      const upstream = w.fleet.targets.list()[0]?.upstream();
      const stranger = await fetch(`${upstream?.baseUrl}/models`);
      expect(stranger.status).toBe(401);
      const ours = await fetch(`${upstream?.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { ...upstream?.headers, 'content-type': 'application/json' },
        body: JSON.stringify({
          model: upstream?.servedModel,
          messages: [{ role: 'user', content: 'Hi' }],
          max_tokens: 3,
        }),
      });
      expect(ours.status).toBe(200);

      w.fleet.stop('one');
      await w.fleet.wait('one', 'stopped', 20_000, never);
      expect(w.sandbox.bill().pods).toMatchObject([{ running: false }]);
    },
  );

  it('nobody home: the pod ends itself at its deadline when the app is gone, and the app finds that out', async () => {
    w = await liveSandboxWorld({ speed: 200, timing });
    w.fleet.start();
    // A deadline of some seconds: long enough to come up and be seen armed.
    const watchdog = { maxHours: 12 / 3600 };
    await w.fleet.create({ name: 'one', model: 'Qwen/Qwen3-8B', watchdog }, true, never);
    await w.fleet.wait('one', 'ready', 50_000, never);
    await w.fleet.dispose();
    // The watchdog looks every half minute.
    await expect
      .poll(() => w.sandbox.bill().pods[0]?.running, { timeout: 50_000, interval: 200 })
      .toBe(false);
    await w.crash();
    w.fleet.start();
    await w.fleet.wait('one', 'stopped', 20_000, never);
    expect(w.fleet.get('one')).toMatchObject({ desired: 'stopped', pod: null });
  }, 120_000);
});
