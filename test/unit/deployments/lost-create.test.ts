import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { never, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

const lost = (): AppError =>
  new AppError('runpod_unavailable', 'RunPod has trouble (502).', { details: { mayHaveHappened: true } });
const down = (): AppError => new AppError('runpod_unreachable', 'no network');

async function deploy(): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish(), true, never);
}

const creates = (): number => w.cloud.calls.filter((call) => call.startsWith('create')).length;
const kinds = (): string[] => w.fleet.history('qwen').entries.map((entry) => entry.kind);

describe('trap 6: a create whose answer was lost', () => {
  it('is found by its name and adopted, not repeated', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost() }];
    await deploy();
    await w.pass(60_000);
    expect(creates()).toBe(1);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
    expect(kinds()).toEqual(expect.arrayContaining(['create-lost', 'pod-adopted', 'ready']));
    expect(w.cloud.billing).toEqual(['pod1']);
  });

  it('is found although lists lag behind', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 7000 }];
    await deploy();
    await w.pass(60_000);
    expect(creates()).toBe(1);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('is adopted once although the list names it twice', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost() }];
    w.cloud.duplicateLists = 3;
    await deploy();
    await w.pass(60_000);
    expect(w.cloud.alive()).toHaveLength(1);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('is made again only after five looks that found nothing', async () => {
    w = world();
    w.cloud.creates = [{ do: 'drop', error: lost() }];
    await deploy();
    await w.pass(9000);
    expect(creates()).toBe(1);
    await w.pass(60_000);
    expect(creates()).toBe(2);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('is not repeated while RunPod does not answer the question', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost() }];
    w.cloud.failures.set('list', Array.from({ length: 40 }, down));
    await deploy();
    await w.pass(120_000);
    expect(creates()).toBe(1);
    expect(w.fleet.get('qwen').state).toBe('placing');
    w.cloud.failures.clear();
    await w.pass(120_000);
    expect(creates()).toBe(1);
    expect(w.fleet.get('qwen').state).toBe('ready');
  });

  it('that shows up after it was given up is ended as an orphan', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 60_000 }];
    await deploy();
    await w.pass(50_000);
    expect(creates()).toBe(2);
    expect(w.cloud.alive()).toHaveLength(2);
    await w.pass(60_000);
    expect(w.cloud.alive().map((entry) => entry.pod.id)).toEqual(['pod2']);
    expect(w.notes('orphan')).toHaveLength(1);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
  });

  it('is ended when a stop came while nobody knew', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 6000 }];
    await deploy();
    await w.pass(1000);
    w.fleet.stop('qwen');
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopping', stillBilling: true });
    await w.pass(30_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', stillBilling: false });
    expect(w.cloud.billing).toEqual([]);
  });
});

describe('a crash of the app', () => {
  it('after the intent and before the call leaves nothing', async () => {
    w = world();
    w.cloud.creates = [{ do: 'drop', error: lost() }];
    await deploy();
    await w.restart();
    await w.pass(60_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('after the call and before the answer finds the pod again, with its key', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 3000 }];
    await deploy();
    await w.pass(500);
    await w.restart();
    await w.pass(60_000);
    expect(creates()).toBe(1);
    expect(w.fleet.get('qwen').state).toBe('ready');
    const key = w.cloud.pod().body.env?.['VLLM_API_KEY'];
    expect(w.fleet.targets.list()[0]?.upstream()?.headers).toEqual({ authorization: `Bearer ${key}` });
  });

  it('during the boot goes on with the same pod', async () => {
    w = world();
    await deploy();
    await w.pass(12_000);
    await w.restart();
    await w.pass(30_000);
    expect(creates()).toBe(1);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
  });

  it('while it serves goes on serving', async () => {
    w = world();
    await deploy();
    await w.pass(40_000);
    await w.restart();
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
    expect(w.fleet.targets.list()[0]?.upstream()).not.toBeNull();
    await w.pass(10_000);
    expect(w.cloud.billing).toEqual(['pod1']);
  });

  it('during a stop goes on stopping', async () => {
    w = world();
    await deploy();
    await w.pass(40_000);
    w.cloud.failures.set('delete', [down(), down()]);
    w.cloud.failures.set('stop', [down(), down()]);
    w.fleet.stop('qwen');
    await w.pass(1000);
    await w.restart();
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopping', stillBilling: true });
    await w.pass(60_000);
    expect(w.fleet.get('qwen').state).toBe('stopped');
    expect(w.cloud.billing).toEqual([]);
  });

  it('during a removal goes on removing', async () => {
    w = world();
    await deploy();
    await w.pass(40_000);
    w.cloud.failures.set('delete', [down()]);
    w.cloud.failures.set('stop', [down()]);
    w.fleet.terminate('qwen');
    await w.restart();
    await w.pass(60_000);
    expect(w.fleet.list()).toEqual([]);
    expect(w.cloud.alive()).toEqual([]);
  });

  it('with a pod left from a deployment that is gone ends the pod', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 30_000 }];
    await deploy();
    await w.pass(500);
    w.fleet.terminate('qwen');
    await w.pass(20_000);
    expect(w.fleet.list()).toEqual([]);
    await w.restart();
    await w.pass(60_000);
    expect(w.cloud.alive()).toEqual([]);
    expect(w.notes('orphan')).toHaveLength(1);
  });

  it('leaves no open intent behind', async () => {
    w = world();
    await deploy();
    await w.pass(40_000);
    w.fleet.stop('qwen');
    await w.pass(10_000);
    expect(w.db.all('SELECT kind, outcome, launch FROM deployment_intents ORDER BY sent_at')).toEqual([
      { kind: 'create', outcome: 'pod pod1', launch: null },
      { kind: 'terminate', outcome: 'accepted', launch: null },
    ]);
  });
});

describe('money after a crash', () => {
  it('that missed a stop ends at the last look, as an estimate, and is settled by the bill', async () => {
    w = world({ timing: { settleAfterMs: 60_000 } });
    await deploy();
    await w.pass(40_000);
    await w.fleet.dispose();
    await w.clock.advance(100_000);
    w.cloud.vanish('pod1');
    await w.clock.advance(500_000);
    await w.restart();
    await w.pass(120_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', desired: 'stopped', pod: null });
    expect(w.ledger.entries()).toMatchObject([{ kind: 'compute', estimated: true }]);
    await w.pass(300_000);
    const billed = (w.cloud.billedMs() * 0.69) / 3_600_000;
    expect(w.ledger.settlements).toHaveLength(1);
    expect(w.ledger.settlements[0]?.billedUsd).toBeCloseTo(billed, 9);
  });

  it('that missed nothing has no gap and no double', async () => {
    w = world();
    await deploy();
    await w.pass(40_000);
    await w.fleet.dispose();
    await w.clock.advance(600_000);
    await w.restart();
    await w.pass(10_000);
    w.fleet.stop('qwen');
    await w.pass(5000);
    const seconds =
      Math.abs(w.ledger.spent({}, 0, w.clock.now()) - (w.cloud.billedMs() * 0.69) / 3_600_000) /
      (0.69 / 3600);
    expect(seconds).toBeLessThan(1);
  });
});
