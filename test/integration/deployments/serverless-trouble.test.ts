import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../../../src/main/sandbox/types.ts';
import { sandboxWorld, type SandboxWorld } from './sandbox-world.ts';
import { never, serverlessOn, wishFor } from './serverless-world.ts';

let w: SandboxWorld;
afterEach(() => w.dispose());
const { view, state, kinds, deployed, comesTo, stops, endpoints } = serverlessOn(() => w);

/** Stored first, started once the cloud misbehaves. */
async function startedWith(fault: Fault, more: Parameters<typeof wishFor>[0] = {}): Promise<void> {
  w = sandboxWorld();
  w.fleet.start();
  await w.fleet.create(wishFor(more), false, never);
  w.sandbox.arm(fault);
  w.fleet.startDeployment('one');
}

const status = (route: string, code: 401 | 402 | 403 | 422 | 500 | 503, times?: number): Fault => ({
  kind: 'status',
  route,
  status: code,
  ...(times === undefined ? {} : { times }),
});

describe('a start that cannot be', () => {
  it.each([
    ['no money', status('POST /v2/serverless', 402), 'runpod_balance_empty'],
    ['a body that RunPod refuses', status('POST /v2/serverless', 422), 'runpod_rejected'],
    ['a key that endpoints refuse', status('GET /invoke/v2/*/health', 401), 'runpod_key_invalid'],
    ['a key without the right to call them', status('POST /invoke/v2/*/run', 403), 'runpod_key_forbidden'],
    ['trouble at RunPod that stays', status('POST /v2/serverless', 503), 'runpod_unavailable'],
  ])('says so: %s', async (_, fault, code) => {
    await startedWith(fault);
    await comesTo('failed', 3_600_000);
    expect(view().problem).toMatchObject({ code });
    w.sandbox.clearFaults();
    await w.until(() => !view().stillBilling, 600_000);
    expect((await endpoints()).filter(({ workers }) => workers.max > 0)).toEqual([]);
  });
});

describe('a proof that goes astray', () => {
  it.each([
    [
      'is lost on its way back',
      { kind: 'lost-answer', route: 'POST /invoke/v2/*/run', how: 'reset', times: 1 },
    ],
    ['is refused for a while', status('POST /invoke/v2/*/run', 503, 3)],
    ['cannot be asked for', status('GET /invoke/v2/*/status/*', 500, 3)],
    ['stands behind counters that cannot be read', status('GET /invoke/v2/*/health', 500, 4)],
  ] as readonly (readonly [string, Fault])[])('comes in the end: %s', async (_, fault) => {
    await startedWith(fault);
    await comesTo('ready', 3_600_000);
    expect(await endpoints()).toHaveLength(1);
  });

  it('is asked in the way that suits the model', async () => {
    w = sandboxWorld();
    await deployed({}, { model: 'Qwen/Qwen3-Embedding-0.6B', contextTokens: 4096 });
    expect(view().problem).toBeNull();
  });
});

describe('verbs', () => {
  it('restart gives it other workers on the same endpoint', async () => {
    w = sandboxWorld();
    await deployed();
    const id = view().endpoint?.id;
    w.fleet.restart('one');
    expect(state()).toBe('placing');
    await comesTo('ready');
    expect(view().endpoint?.id).toBe(id);
    await stops();
    w.fleet.restart('one');
    await comesTo('sleeping');
  });

  it('a removal comes before a start that is under way', async () => {
    w = sandboxWorld();
    w.fleet.start();
    await w.fleet.create(wishFor(), true, never);
    await w.pass(3000);
    w.fleet.terminate('one');
    await w.until(() => w.fleet.list().length === 0, 600_000);
    expect(await endpoints()).toEqual([]);
  });

  it('a start during a stop comes after it', async () => {
    w = sandboxWorld();
    await deployed();
    w.fleet.stop('one');
    w.fleet.startDeployment('one');
    await comesTo('sleeping');
    expect(kinds().filter((kind) => kind === 'endpoint-created')).toHaveLength(1);
  });

  it('an edit of a stopped one to a pod deletes the endpoint that was kept', async () => {
    w = sandboxWorld();
    await deployed();
    await stops();
    await w.fleet.edit('one', wishFor({ mode: 'pod' }), never);
    await w.until(() => view().endpoint == null, 120_000);
    expect(state()).toBe('stopped');
    expect(await endpoints()).toEqual([]);
  });

  it('an edit that RunPod refuses leaves what there is, and says so', async () => {
    w = sandboxWorld();
    await deployed();
    w.sandbox.arm(status('PATCH /v2/serverless/*', 422, 1));
    await w.fleet.edit('one', wishFor({ contextTokens: 16_384 }), never);
    await w.until(() => kinds().includes('edit-refused'), 120_000);
    await w.pass(120_000);
    expect(['ready', 'sleeping']).toContain(state());
  });

  it('an edit while RunPod has trouble is made later', async () => {
    w = sandboxWorld();
    await deployed();
    w.sandbox.arm(status('PATCH /v2/serverless/*', 503, 2));
    await w.fleet.edit('one', wishFor({ serverless: { maxWorkers: 1 } }), never);
    await w.until(() => view().endpoint?.workers.max === 1, 900_000);
    expect((await endpoints())[0]?.workers.max).toBe(1);
  });
});

describe('reports from the proxy', () => {
  it('that a warm call was cut make it look again, and call it asleep only if it is', async () => {
    w = sandboxWorld();
    await deployed();
    const [target] = w.fleet.targets.list();
    target?.reportUnreachable();
    await w.pass(10_000);
    expect(state()).toBe('ready');
    await comesTo('sleeping');
    const { asOf } = view().endpoint ?? {};
    await w.pass(1000);
    target?.reportUnreachable();
    await w.pass(2000);
    expect(view().endpoint?.asOf).not.toBe(asOf);
    expect(state()).toBe('sleeping');
  });
});
