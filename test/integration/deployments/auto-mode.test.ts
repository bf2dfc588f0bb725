import { afterEach, describe, expect, it } from 'vitest';
import type { Use } from '../../../src/main/deployments/policy/use.ts';
import type { DeploymentView, DeploymentWish } from '../../../src/shared/model.ts';
import { sandboxWorld, type SandboxWorld } from './sandbox-world.ts';

/** Mode `auto` on the sandbox cloud (SPEC 3.7): the requests are given, what follows from them is real. */

let w: SandboxWorld;
let uses: Use[];
afterEach(() => w.dispose());
const never = new AbortController().signal;
const view = (): DeploymentView => w.fleet.get('one');
const state = (): string => view().state;
const kinds = (): string[] => w.fleet.history('one').entries.map((entry) => entry.kind);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The name under which requests were logged. */
let loggedAs = 'one';

function begin(): void {
  uses = [];
  loggedAs = 'one';
  const usage = {
    uses: (name: string, fromMs: number, toMs: number) =>
      name === loggedAs ? uses.filter(({ at }) => at >= fromMs && at < toMs) : [],
    startOfMonth: () => 0,
  };
  w = sandboxWorld({ usage, timing: { weighMs: 15 * MINUTE, idlePollMs: 10 * MINUTE } });
  w.fleet.start();
}

/** One request every so often during the last days. */
function usedEvery(everyMs: number, days: number, serviceMs = 10_000): void {
  uses = [];
  for (let at = w.clock.now() - days * DAY; at < w.clock.now(); at += everyMs) uses.push({ at, serviceMs });
}

async function deploy(more: Partial<DeploymentWish> = {}): Promise<void> {
  const wish: DeploymentWish = { name: 'one', model: 'Qwen/Qwen3-8B', mode: 'auto', ...more };
  await w.fleet.create(wish, true, never);
  await w.until(() => state() === 'ready', HOUR);
}

const pods = (): number => w.sandbox.bill().pods.filter((pod) => pod.running).length;

describe('mode auto', () => {
  it('begins on a pod and stays there without requests', async () => {
    begin();
    await deploy({ idle: { policy: 'off' } });
    expect(view()).toMatchObject({ auto: { mode: 'pod' }, endpoint: null });
    await w.pass(40 * MINUTE);
    expect(view().auto?.why).toContain('no requests yet');
    expect(view().pod).not.toBeNull();
  });

  it('says why it stays where no worker is within the price limit', async () => {
    begin();
    await deploy({ idle: { policy: 'off' }, compute: { maxUsdPerHour: 0.6 } });
    await w.pass(40 * MINUTE);
    expect(view().auto?.why).toMatch(/^It stays on a pod: Nothing that fits .* costs at most \$0\.60/);
    expect(view()).toMatchObject({ state: 'ready', auto: { mode: 'pod' } });
  });

  it('moves to serverless for few requests, in numbers, and never with one in flight', async () => {
    begin();
    await deploy({ idle: { minutes: 60 } });
    usedEvery(3 * HOUR, 7);
    const lease = w.fleet.targets.list()[0]?.lease();
    await w.pass(40 * MINUTE);
    expect(view()).toMatchObject({ state: 'ready', auto: { mode: 'pod' } });
    expect(view().auto?.why).toMatch(/it changes to serverless/);
    expect(view().pod).not.toBeNull();
    lease?.end(true);
    await w.until(() => state() === 'sleeping', HOUR);
    expect(view()).toMatchObject({ pod: null, auto: { mode: 'serverless' }, endpoint: { type: 'QUEUE' } });
    expect(pods()).toBe(0);
    const told = w.fleet.history('one').entries.find(({ kind }) => kind === 'mode-changed');
    expect(told?.text).toMatch(/a pod \$\d.*Serverless saves \$\d/);
    expect(told?.data).toEqual({ from: 'pod', to: 'serverless' });
  });

  it('weighs the requests it had under a former name, and none of whoever has that name now', async () => {
    begin();
    await deploy({ idle: { minutes: 60 } });
    usedEvery(3 * HOUR, 7);
    await w.fleet.edit('one', { ...view().spec, name: 'two' }, never);
    // Somebody else takes the name: what is logged under it from here on would keep a pod busy.
    for (let at = w.clock.now(); at < w.clock.now() + DAY; at += 20_000) uses.push({ at, serviceMs: 10_000 });
    await w.until(() => w.fleet.get('two').state === 'sleeping', 2 * HOUR);
    expect(w.fleet.get('two')).toMatchObject({ pod: null, auto: { mode: 'serverless' } });
  });

  it('remembers its choice across restarts, and takes requests asleep', async () => {
    begin();
    await deploy({ idle: { minutes: 60 } });
    usedEvery(3 * HOUR, 7);
    await w.until(() => state() === 'sleeping', HOUR);
    await w.crash();
    w.fleet.start();
    await w.pass(5 * MINUTE);
    expect(view()).toMatchObject({ state: 'sleeping', auto: { mode: 'serverless' } });
    const upstream = await w.fleet.targets.list()[0]?.ensureReady(never);
    expect(upstream?.queue).toBeDefined();
    expect(pods()).toBe(0);
  });

  it('goes back to a pod for steady requests, at the next of them', async () => {
    begin();
    await deploy({ idle: { minutes: 60 } });
    usedEvery(3 * HOUR, 7);
    await w.until(() => state() === 'sleeping', HOUR);
    // More than a day later it was asked all the time.
    for (let passed = 0; passed < 1.5 * DAY; passed += MINUTE) await w.clock.advance(MINUTE);
    usedEvery(5 * MINUTE, 1.4, 280_000);
    await w.until(() => view().auto?.mode === 'pod', 2 * HOUR);
    await w.until(() => state() === 'stopped' && view().endpoint == null, 10 * MINUTE);
    const waking = w.fleet.targets.list()[0]?.ensureReady(never);
    await w.until(() => state() === 'ready', HOUR);
    expect((await waking)?.queue).toBeUndefined();
    expect(view().pod).not.toBeNull();
    expect(kinds().filter((kind) => kind === 'mode-changed')).toHaveLength(2);
  });

  it('keeps what it runs on when the mode becomes the user’s, and begins its accounts there when it becomes auto', async () => {
    begin();
    await w.fleet.create({ name: 'one', model: 'Qwen/Qwen3-8B', mode: 'serverless' }, true, never);
    await w.until(() => state() === 'ready', HOUR);
    const { endpoint } = view();
    await w.fleet.edit('one', { name: 'one', model: 'Qwen/Qwen3-8B', mode: 'auto' }, never);
    await w.pass(5 * MINUTE);
    expect(view()).toMatchObject({ auto: { mode: 'serverless' }, endpoint: { id: endpoint?.id } });
    await w.fleet.edit('one', { name: 'one', model: 'Qwen/Qwen3-8B', mode: 'serverless' }, never);
    await w.pass(MINUTE);
    expect(view()).toMatchObject({ auto: null, endpoint: { id: endpoint?.id } });
  });
});
