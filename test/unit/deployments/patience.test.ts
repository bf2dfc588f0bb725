import { afterEach, describe, expect, it, vi } from 'vitest';
import { planRequestSchema } from '../../../src/shared/model.ts';
import { abortError } from '../../../src/main/platform/clock.ts';
import { never, settled, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

/** A call that nobody answers; it ends with its caller's patience. */
const silence = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(abortError(signal)), { once: true });
  });

function silentCloud(): void {
  w = world();
  vi.spyOn(w.cloud.api.catalog, 'gpus').mockImplementation((_, signal) => silence(signal));
  w.fleet.start();
}

const asked = {
  plan: () => w.fleet.plan(planRequestSchema.parse({ model: 'Qwen/Qwen3-8B' }), never),
  'a deployment': () => w.fleet.create(wish(), true, never),
  radar: () => w.fleet.radar.scan(never),
};

describe('people who wait for a silent RunPod', () => {
  it.each(['plan', 'a deployment', 'radar'] as const)('are told after 20 seconds: %s', async (what) => {
    silentCloud();
    const answer = settled<unknown>(asked[what]());
    await w.pass(19_000);
    const early = await Promise.race([answer, Promise.resolve('still waiting')]);
    expect(early).toBe('still waiting');
    await w.pass(2000);
    expect(await answer).toMatchObject({
      error: { code: 'runpod_unreachable', message: expect.stringContaining('within 20 seconds') },
    });
  });

  it('may still save a deployment that is not started', async () => {
    silentCloud();
    const saved = settled(w.fleet.create(wish(), false, never));
    await w.pass(21_000);
    expect(await saved).toMatchObject({ value: { state: 'stopped' } });
  });

  it('who leave before are not told anything', async () => {
    silentCloud();
    const leaving = new AbortController();
    const answer = settled(w.fleet.create(wish(), true, leaving.signal));
    await w.pass(1000);
    leaving.abort();
    expect(await answer).toMatchObject({ error: { name: 'AbortError' } });
    expect(w.fleet.list()).toEqual([]);
  });
});
