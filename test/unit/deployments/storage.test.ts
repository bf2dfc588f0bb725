import { afterEach, describe, expect, it } from 'vitest';
import { DeploymentStore } from '../../../src/main/deployments/store.ts';
import { openDb } from '../../../src/main/platform/db.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { never, wish, world, type World } from './harness.ts';

let w: World;
afterEach(() => w.dispose());

async function ready(): Promise<void> {
  w.fleet.start();
  await w.fleet.create(wish(), true, never);
  await w.pass(40_000);
}

describe('a disk that is full', () => {
  it('keeps nothing from being stopped, and is written to once it can be', async () => {
    w = world();
    await ready();
    const run = w.db.run.bind(w.db);
    const full = (sql: string): never => {
      throw new AppError('disk_full', `no room for: ${sql.slice(0, 20)}`);
    };
    w.db.run = full;
    w.fleet.stop('qwen');
    await w.pass(5000);
    expect(w.cloud.billing).toEqual([]);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'stopped', stillBilling: false });
    w.db.run = run;
    await w.pass(60_000);
    await w.restart();
    expect(w.fleet.get('qwen').state).toBe('stopped');
    expect(w.fleet.history('qwen').entries.map((entry) => entry.kind)).toContain('stopped');
  });

  it('rents nothing that could not be remembered', async () => {
    w = world();
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    const run = w.db.run.bind(w.db);
    w.db.run = () => {
      throw new AppError('disk_full', 'no room');
    };
    w.fleet.startDeployment('qwen');
    await w.pass(120_000);
    expect(w.cloud.calls.filter((call) => call.startsWith('create'))).toEqual([]);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'disk_full' } });
    w.db.run = run;
    w.fleet.startDeployment('qwen');
    await w.pass(120_000);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'ready', problem: null });
    expect(w.cloud.alive()).toHaveLength(1);
  });

  it('keeps no orphan alive', async () => {
    w = world();
    w.cloud.creates = [
      {
        do: 'lose',
        error: new AppError('runpod_unavailable', '502', { details: { mayHaveHappened: true } }),
        listLagMs: 60_000,
      },
    ];
    await ready();
    await w.pass(15_000);
    expect(w.cloud.alive()).toHaveLength(2);
    w.db.run = () => {
      throw new AppError('disk_full', 'no room');
    };
    await w.pass(30_000);
    expect(w.cloud.alive().map(({ pod }) => pod.id)).toEqual(['pod2']);
  });
});

describe('a data directory that is lost under the running app', () => {
  const gone = new AppError('data_dir_lost', 'app.db was removed while the app ran.');
  let isLost = false;
  const confirmStored = (): void => {
    if (isLost) throw gone;
  };
  const creates = (): string[] => w.cloud.calls.filter((call) => call.startsWith('create'));
  const open = (): unknown[] => w.db.all('SELECT kind FROM deployment_intents WHERE outcome IS NULL');

  it('lets nothing be rented, says why, and leaves no call announced', async () => {
    isLost = false;
    w = world({ deps: { confirmStored } });
    w.fleet.start();
    await w.fleet.create(wish(), false, never);
    isLost = true;
    w.fleet.startDeployment('qwen');
    await w.pass(120_000);
    expect(creates()).toEqual([]);
    expect(open()).toEqual([]);
    expect(w.fleet.get('qwen')).toMatchObject({
      state: 'failed',
      problem: { code: 'data_dir_lost', message: gone.message },
    });
    expect(w.notes('failed')).toHaveLength(1);
    await expect(w.fleet.create(wish({ name: 'other' }), false, never)).rejects.toThrow(gone);
    expect(w.fleet.list()).toHaveLength(1);
  });

  it('lets no stopped pod be started', async () => {
    isLost = false;
    w = world({ deps: { confirmStored } });
    w.fleet.start();
    await w.fleet.create(wish({ onStop: 'keep' }), true, never);
    await w.pass(40_000);
    w.fleet.stop('qwen');
    await w.pass(20_000);
    expect(w.cloud.billing).toEqual([]);
    isLost = true;
    w.fleet.startDeployment('qwen');
    await w.pass(60_000);
    expect(w.cloud.calls).not.toContain('start');
    expect(w.cloud.billing).toEqual([]);
    expect(w.fleet.get('qwen')).toMatchObject({ state: 'failed', problem: { code: 'data_dir_lost' } });
  });

  it('lets what runs go on, and be stopped', async () => {
    isLost = false;
    w = world({ deps: { confirmStored } });
    await ready();
    isLost = true;
    await w.pass(60_000);
    expect(w.fleet.get('qwen').state).toBe('ready');
    w.fleet.stop('qwen');
    await w.pass(20_000);
    expect(w.fleet.get('qwen').state).toBe('stopped');
    expect(w.cloud.alive()).toEqual([]);
  });
});

describe('a record of another version', () => {
  it('does not keep the others from working, and its pod is left alone', async () => {
    w = world();
    await ready();
    await w.fleet.create(wish({ name: 'other' }), false, never);
    w.db.run(`UPDATE deployments SET body = '{"from":"the future"}' WHERE name = 'qwen'`);
    await w.fleet.dispose();
    w.db.run(`UPDATE deployments SET body = '{"from":"the future"}' WHERE name = 'qwen'`);
    await w.restart();
    await w.pass(120_000);
    expect(w.fleet.list().map((view) => view.name)).toEqual(['other']);
    expect(w.cloud.billing).toEqual(['pod1']);
  });
});

describe('what is kept', () => {
  it('is bounded', () => {
    w = world();
    const db = openDb(':memory:');
    const store = new DeploymentStore(db);
    for (let n = 0; n < 700; n++) {
      store.addHistory('dep_1', n, { kind: 'k', text: `entry ${n}`, data: {} });
      store.experience.addCapacity({ gpuTypeId: 'g', dataCenterId: null, at: n, outcome: 'placed' });
    }
    expect(store.history('dep_1')).toHaveLength(500);
    expect(store.history('dep_1').at(-1)?.text).toBe('entry 699');
    expect(store.experience.capacity(0)).toHaveLength(500);
    db.close();
  });

  it('of an intent that is closed does not hold its key any more', () => {
    w = world();
    const db = openDb(':memory:');
    const store = new DeploymentStore(db);
    const intent = {
      id: 'i',
      deploymentId: 'd',
      kind: 'create',
      podName: 'p',
      podId: null,
      launch: null,
      sentAt: 1,
    } as const;
    store.openIntent(intent);
    expect(store.openIntents()).toEqual([intent]);
    store.closeIntent('i', 'done', 2);
    expect(store.openIntents()).toEqual([]);
    expect(db.get('SELECT outcome, launch FROM deployment_intents')).toEqual({
      outcome: 'done',
      launch: null,
    });
    db.close();
  });
});

describe('requests in flight', () => {
  it('cost no decision and no write of their own', async () => {
    w = world();
    await ready();
    const [target] = w.fleet.targets.list();
    let writes = 0;
    const run = w.db.run.bind(w.db);
    w.db.run = (sql, ...params) => {
      writes++;
      return run(sql, ...params);
    };
    const leases = Array.from({ length: 200 }, () => target?.lease());
    expect(w.fleet.get('qwen').inFlight).toBe(200);
    for (const lease of leases) lease?.end(true);
    expect(w.fleet.get('qwen').inFlight).toBe(0);
    expect(writes).toBe(0);
    await w.pass(3000);
    expect(writes).toBeGreaterThan(0);
    expect(writes).toBeLessThan(5);
    w.db.run = run;
  });
});
