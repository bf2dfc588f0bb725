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

  it('that shows up while nothing else was rented is taken, not repeated', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 11_500 }];
    await deploy();
    await w.pass(60_000);
    expect(kinds()).toEqual(expect.arrayContaining(['create-void', 'pod-adopted', 'ready']));
    expect(creates()).toBe(1);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('is looked for once more in the moment before another one is sent', async () => {
    // No look at the account comes in between: only the create itself can notice.
    w = world({ timing: { pollMs: 3_600_000, idlePollMs: 3_600_000 } });
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 11_000 }];
    await deploy();
    await w.pass(60_000);
    expect(creates()).toBe(1);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
  });

  it('is not sent again while RunPod does not answer that last look', async () => {
    w = world({ timing: { pollMs: 3_600_000, idlePollMs: 3_600_000 } });
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 11_000 }];
    await deploy();
    await w.pass(10_500);
    w.cloud.failures.set('list', [down(), down()]);
    await w.pass(60_000);
    expect(creates()).toBe(1);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
  });

  it('that shows up beside a second one is ended at the next look, and booked', async () => {
    w = world({ timing: { idlePollMs: 120_000 } });
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 300_000 }];
    await deploy();
    await w.pass(120_000);
    expect(creates()).toBe(2);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
    expect(w.fleet.get('qwen').unattended.excludes).toContain(
      'a pod that an unanswered create may still make',
    );
    await w.pass(180_000 - 1000);
    expect(w.cloud.alive()).toHaveLength(2);
    // Looked at often although everything is at rest: the second one bills.
    await w.pass(6000 + 1000);
    expect(w.cloud.alive().map((entry) => entry.pod.id)).toEqual(['pod2']);
    expect(kinds()).toEqual(expect.arrayContaining(['create-late', 'orphan-ended']));
    expect(w.notes('orphan')).toHaveLength(1);
    expect(w.ledger.entries()).toContainEqual(
      expect.objectContaining({ resourceId: 'pod1', kind: 'compute', deploymentId: w.fleet.get('qwen').id }),
    );
    const view = w.fleet.get('qwen');
    expect(view).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
    expect(view.unattended.excludes).not.toContain('a pod that an unanswered create may still make');
  });

  it('that shows up while another one is on its way waits for the answer, then goes', async () => {
    w = world();
    w.cloud.creates = [
      { do: 'lose', error: lost(), listLagMs: 20_000 },
      { do: 'slow', ms: 30_000 },
    ];
    await deploy();
    await w.pass(35_000);
    expect(creates()).toBe(2);
    expect(w.cloud.alive().map((entry) => entry.pod.id)).toEqual(['pod1']);
    expect(w.fleet.get('qwen').pod).toBeNull();
    await w.pass(20_000);
    expect(w.cloud.alive().map((entry) => entry.pod.id)).toEqual(['pod2']);
    expect(kinds()).not.toContain('pod-adopted');
    await w.pass(60_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod2' } });
  });

  it('that shows up while another one is looked for is taken where that one is not found', async () => {
    w = world();
    w.cloud.creates = [
      { do: 'lose', error: lost(), listLagMs: 20_000 },
      { do: 'lose', error: lost(), listLagMs: 90_000 },
    ];
    await deploy();
    await w.pass(60_000);
    expect(creates()).toBe(2);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', pod: { id: 'pod1' } });
    await w.pass(60_000);
    expect(w.cloud.alive().map((entry) => entry.pod.id)).toEqual(['pod1']);
  });

  it('that shows up locked is unlocked, so that it can be ended (trap 17)', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 60_000 }];
    await deploy();
    await w.pass(50_000);
    const late = w.cloud.pod('pod1');
    late.pod = { ...late.pod, locked: true };
    await w.pass(20_000);
    expect(late.gone).toBe(true);
    const ends = w.cloud.calls.filter((call) => call === 'update' || call === 'delete');
    expect(ends).toEqual(['update', 'delete']);
  });

  it('that shows up after a stop is ended, and the deployment stays stopped', async () => {
    w = world();
    w.cloud.creates = [{ do: 'lose', error: lost(), listLagMs: 60_000 }];
    await deploy();
    await w.pass(11_000);
    w.fleet.stop('qwen');
    await w.pass(60_000);
    expect(w.cloud.alive()).toEqual([]);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', pod: null });
    expect(kinds()).toContain('orphan-ended');
  });

  it('is kept in mind through a restart of the app, and no longer than it can come', async () => {
    w = world({ timing: { lateCreateMs: 120_000 } });
    w.cloud.creates = [
      { do: 'lose', error: lost(), listLagMs: 60_000 },
      { do: 'refuse', error: down() },
      { do: 'refuse', error: down() },
      { do: 'refuse', error: down() },
    ];
    await deploy();
    await w.pass(12_000);
    await w.restart();
    const doubt = 'a pod that an unanswered create may still make';
    expect(w.fleet.get('qwen').unattended.excludes).toContain(doubt);
    w.fleet.stop('qwen');
    await w.pass(20_000);
    expect(w.fleet.get('qwen').unattended.excludes).toContain(doubt);
    await w.pass(120_000);
    expect(w.fleet.get('qwen').unattended.excludes).not.toContain(doubt);
    expect(w.cloud.alive()).toEqual([]);
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
