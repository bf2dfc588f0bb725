import { afterEach, describe, expect, it } from 'vitest';
import type { DeploymentWish } from '../../../src/shared/model.ts';
import { sandboxWorld, type SandboxWorld } from './sandbox-world.ts';

let w: SandboxWorld;
afterEach(() => w.dispose());
const never = new AbortController().signal;
const view = () => w.fleet.get('one');
const state = (): string => view().state;

async function deploy(more: Partial<DeploymentWish> = {}): Promise<void> {
  w.fleet.start();
  const wish: DeploymentWish = { name: 'one', model: 'Qwen/Qwen3-8B', mode: 'serverless', ...more };
  await w.fleet.create(wish, true, never);
}

const asleep = (): Promise<void> => w.until(() => state() === 'sleeping', 600_000);
const ready = (): Promise<void> => w.until(() => state() === 'ready', 1_200_000);

describe('a queue endpoint on the sandbox cloud', () => {
  it('is made, proves itself by a request of its own, sleeps, stops and goes', async () => {
    w = sandboxWorld();
    await deploy();
    await ready();
    expect(view()).toMatchObject({ pod: null, endpoint: { type: 'QUEUE', workers: { min: 0, max: 2 } } });
    expect(view().cost.nowUsdPerHour).toBeGreaterThan(0);
    await asleep();
    expect(view().cost.nowUsdPerHour).toBe(0);
    expect(view().unattended.usd).toBe(0);
    w.fleet.stop('one');
    await w.until(() => state() === 'stopped', 120_000);
    expect(view()).toMatchObject({ stillBilling: false, endpoint: { workers: { min: 0, max: 0 } } });
    w.fleet.terminate('one');
    await w.until(() => w.fleet.list().length === 0, 120_000);
  });
});
