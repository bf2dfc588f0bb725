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
});
