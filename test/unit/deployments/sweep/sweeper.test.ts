import { afterEach, describe, expect, it } from 'vitest';
import { MadeVolumes } from '../../../../src/main/deployments/made-volumes.ts';
import { podName } from '../../../../src/main/deployments/pod/names.ts';
import { events, methods } from '../../../../src/shared/api.ts';
import { AppError } from '../../../../src/shared/errors.ts';
import type { Sweep } from '../../../../src/shared/model.ts';
import type { RunPodApi } from '../../../../src/main/runpod/api.ts';
import { FakeRunPod } from '../../../support/fake-runpod.ts';
import { never, world, type World } from '../harness.ts';
import { endpointSample, volumeSample } from './samples.ts';

let w: World;
afterEach(() => w.dispose());

const ENDS = /^(?:stop|delete|delete endpoint|delete volume|update endpoint)$/;
const ends = (): string[] => w.cloud.calls.filter((call) => ENDS.test(call));
const last = (): Sweep | undefined => w.fleet.radar.sweeps()[0];
const states = (): object[] => last()?.things.map(({ id, state, reason }) => ({ id, state, reason })) ?? [];

/** Somebody else's pod that runs. */
async function stranger(name = 'somebody', actions?: ['terminate']): Promise<string> {
  const { id } = await w.cloud.api.pods.create(
    { name, image: 'x/y:1', gpu: { id: 'NVIDIA L40S', count: 1 } },
    never,
  );
  await w.pass(15_000);
  const entry = w.cloud.pod(id);
  entry.pod = { ...entry.pod, status: 'RUNNING', ...(actions === undefined ? {} : { actions }) };
  return id;
}
const sweep = (
  ids: readonly string[] | null,
  undoSeconds = 10,
  fingerprint: string | null = null,
): Promise<Sweep> => w.fleet.radar.sweep({ ids, undoSeconds, fingerprint }, never);

function start(): void {
  w = world();
  w.fleet.start();
}

describe('the time to undo', () => {
  it('sends nothing before it is over, and everything after', async () => {
    start();
    const id = await stranger();
    const made = await sweep([id]);
    expect(methods['radar.sweep'].output.parse(made)).toEqual(made);
    expect(made).toMatchObject({
      state: 'pending',
      undoMsLeft: 10_000,
      things: [{ id, act: 'stop', state: 'planned' }],
    });
    expect(Date.parse(made.dueAt) - Date.parse(made.madeAt)).toBe(10_000);
    await w.pass(9_000);
    expect(last()).toMatchObject({ state: 'pending', undoMsLeft: 1000 });
    expect(ends()).toEqual([]);
    await w.pass(5_000);
    expect(last()).toMatchObject({
      state: 'ended',
      things: [{ id, state: 'done', reason: null, why: null }],
    });
    expect(w.cloud.pod(id).pod.status).toBe('EXITED');
    expect(w.notes('swept')).toMatchObject([
      { payload: { title: 'Swept 1 thing', facts: { what: 'swept', done: 1, left: 0 } } },
    ]);
  });

  it('an undo drops it, for good', async () => {
    start();
    const id = await stranger();
    const made = await sweep([id]);
    expect(w.fleet.radar.undo(made.id)).toMatchObject({ state: 'undone', undoMsLeft: 0 });
    await w.pass(60_000);
    expect(ends()).toEqual([]);
    expect(() => w.fleet.radar.undo(null)).toThrow(expect.objectContaining({ code: 'not_allowed_now' }));
    expect(() => w.fleet.radar.undo(made.id)).toThrow(/undone already/);
    expect(() => w.fleet.radar.undo('swp_none')).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it.each<[string, () => Promise<void> | void]>([
    ['quitting', () => w.restart()],
    ['a computer that goes to sleep', () => w.fleet.computerSleeps()],
  ])('%s drops it, and leaves no trace', async (_, happen) => {
    start();
    const id = await stranger();
    await sweep([id]);
    await happen();
    await w.pass(60_000);
    expect(ends()).toEqual([]);
    expect(w.db.all('SELECT * FROM sweeps')).toEqual([]);
  });

  it('a second sweep is refused until it is over, then leaves out what the first is at', async () => {
    start();
    const first = await stranger();
    const second = await stranger('another');
    await sweep([first]);
    await expect(sweep([second])).rejects.toMatchObject({ code: 'not_allowed_now' });
    w.cloud.phantomStops = 100;
    await w.pass(12_000);
    expect(last()).toMatchObject({ state: 'working' });
    const next = await sweep([first, second]);
    expect(next.things.map(({ id }) => id)).toEqual([second]);
    expect(next.refused).toMatchObject([{ id: first, reason: 'under-way' }]);
  });

  it('two at the same instant are one and a refusal', async () => {
    start();
    const id = await stranger();
    const both = await Promise.allSettled([sweep([id]), sweep([id])]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  });

  it('is too late once it has begun', async () => {
    start();
    const id = await stranger();
    const made = await sweep([id], 0);
    await w.pass(1000);
    expect(() => w.fleet.radar.undo(made.id)).toThrow(/too late/);
  });
});

describe('what it takes', () => {
  it('a volume that was made here and that nothing mounts, unasked', async () => {
    start();
    w.cloud.volumes = ['mine', 'theirs'].map((id) =>
      volumeSample({ id, name: 'rplm-cache-a--b', size: 100 }),
    );
    new MadeVolumes(w.db).add('mine', w.clock.now());
    const { items } = await w.fleet.radar.scan(never);
    expect(items.map(({ id, ownership, sweep: offer }) => [id, ownership, offer?.isLeftover])).toEqual([
      ['mine', 'orphan', true],
      ['theirs', 'foreign', false],
    ]);
    await sweep(null);
    await w.pass(15_000);
    expect(w.cloud.volumes.map(({ id }) => id)).toEqual(['theirs']);
  });

  it('nothing of others unless named, and says so when there is nothing else', async () => {
    start();
    await stranger();
    await expect(sweep(null)).rejects.toMatchObject({
      code: 'not_allowed_now',
      message: expect.stringContaining('nothing of this computer'),
    });
    await expect(sweep(['no-such'])).rejects.toMatchObject({
      message: expect.stringContaining('lists nothing'),
    });
  });

  it('what was shown, and nothing else', async () => {
    start();
    const id = await stranger();
    const { fingerprint, things } = await w.fleet.radar.sweepPreview([id], never);
    expect(things).toMatchObject([{ id, act: 'stop' }]);
    w.cloud.exit(id);
    await expect(sweep([id], 10, fingerprint)).rejects.toMatchObject({
      message: expect.stringContaining('changed'),
    });
    const again = await w.fleet.radar.sweepPreview([id], never);
    expect((await sweep([id], 10, again.fingerprint)).things).toMatchObject([{ act: 'terminate' }]);
  });

  it('an endpoint, a volume and its mounter, in an order that works, each read back', async () => {
    start();
    const pod = await stranger('mounter');
    const entry = w.cloud.pod(pod);
    entry.pod = { ...entry.pod, mounts: { network: [{ volumeId: 'v', path: '/w' }] } };
    w.cloud.exit(pod);
    w.cloud.volumes = [volumeSample({ id: 'v', name: 'big', size: 100 })];
    w.cloud.endpoints = [endpointSample({ id: 'e', name: 'chat', workers: { min: 1, max: 3 } })];
    const made = await sweep(['v', 'e', pod]);
    expect(made.savesUsdPerMonth).toBeCloseTo(7);
    await w.pass(20_000);
    expect(ends().slice(0, 2).toSorted()).toEqual(['delete', 'update endpoint']);
    expect(ends()[2]).toBe('delete volume');
    expect(states().map((each) => ('state' in each ? each.state : null))).toEqual(['done', 'done', 'done']);
    expect(w.cloud.volumes).toEqual([]);
    expect(w.cloud.endpoints).toMatchObject([{ workers: { max: 0 } }]);
  });
});

describe('what changed since is left', () => {
  it.each<[string, (id: string) => void, string]>([
    [
      'renamed',
      (id) => Object.assign(w.cloud.pod(id), { pod: { ...w.cloud.pod(id).pod, name: 'x' } }),
      'renamed',
    ],
    ['dearer', (id) => Object.assign(w.cloud.pod(id), { pod: { ...w.cloud.pod(id).pod, cost: 9 } }), 'price'],
    ['stopped by somebody else', (id) => w.cloud.exit(id), 'status'],
    ['gone', (id) => w.cloud.vanish(id), 'gone'],
  ])('%s', async (_, change, reason) => {
    start();
    const id = await stranger();
    await sweep([id]);
    change(id);
    await w.pass(15_000);
    expect(states()).toEqual([{ id, state: 'left', reason }]);
    expect(ends()).toEqual([]);
    expect(w.notes('swept')).toMatchObject([{ payload: { facts: { done: 0, left: 1 } } }]);
  });

  it('a pod that runs again is not deleted with its disk', async () => {
    start();
    const id = await stranger();
    w.cloud.exit(id);
    await sweep([id]);
    await w.cloud.api.pods.action(id, 'start', never);
    await w.pass(30_000);
    expect(states()).toMatchObject([{ state: 'left' }]);
    expect(w.cloud.alive()).toHaveLength(1);
  });
});

describe('a key that may be another account’s', () => {
  /** A stranger's pod and a deployment's, and a second account that has neither. */
  async function exchanged(during: () => Promise<void>): Promise<string> {
    let api: RunPodApi | null = null;
    const either = new Proxy({} as RunPodApi, {
      get: (_, property) => Reflect.get(api ?? w.cloud.api, property) as unknown,
    });
    let key = 'rpa_ours';
    w = world({ deps: { api: either, apiKey: () => Promise.resolve(key) } });
    w.fleet.start();
    await w.fleet.create({ name: 'qwen', model: 'Qwen/Qwen3-8B', idle: { policy: 'off' } }, true, never);
    await w.pass(40_000);
    const id = await stranger();
    await sweep([id]);
    await during();
    key = 'rpa_other';
    api = new FakeRunPod(w.clock).api;
    await w.pass(120_000);
    return id;
  }

  it('begins nothing, and does not take what it cannot see for gone', async () => {
    const id = await exchanged(() => Promise.resolve());
    expect(states()).toEqual([{ id, state: 'left', reason: 'account' }]);
  });

  it('does not take an end for done that it cannot see', async () => {
    await exchanged(async () => {
      w.cloud.phantomStops = 9;
      await w.pass(12_000);
    });
    expect(last()).toMatchObject({ state: 'working', things: [{ state: 'billing' }] });
  });
});

describe('an end that does not come', () => {
  const down = (): AppError => new AppError('runpod_unavailable', 'RunPod has trouble.');

  it('is sent again until RunPod shows it, and people are told that it bills', async () => {
    start();
    const id = await stranger();
    w.cloud.phantomStops = 3;
    await sweep([id]);
    await w.pass(45_000);
    expect(last()).toMatchObject({ state: 'working', things: [{ state: 'billing' }] });
    expect(w.notes('still-billing')).toMatchObject([
      { payload: { deployment: null, facts: { resource: 'pod', id, name: 'somebody' } } },
    ]);
    await w.pass(120_000);
    expect(states()).toEqual([{ id, state: 'done', reason: null }]);
    expect(w.cloud.billing).toEqual([]);
  });

  it('survives trouble at RunPod', async () => {
    start();
    const id = await stranger();
    await sweep([id]);
    w.cloud.failures.set('get', [down(), down()]);
    w.cloud.failures.set('stop', [down()]);
    await w.pass(90_000);
    expect(states()).toEqual([{ id, state: 'done', reason: null }]);
  });

  it('that RunPod forbids is given up and said', async () => {
    start();
    const id = await stranger();
    await sweep([id]);
    const no = (): AppError => new AppError('runpod_key_forbidden', 'The key may not do this.');
    w.cloud.failures.set('stop', [no(), no(), no()]);
    await w.pass(180_000);
    expect(states()).toEqual([{ id, state: 'left', reason: 'forbidden' }]);
    expect(last()?.things[0]?.why).toContain('may not');
  });

  it('unlocks what is locked against stopping', async () => {
    start();
    const id = await stranger();
    const entry = w.cloud.pod(id);
    entry.pod = { ...entry.pod, locked: true };
    await sweep([id]);
    await w.pass(15_000);
    expect(states()).toEqual([{ id, state: 'done', reason: null }]);
  });
});

describe('the end of the app in the middle of it', () => {
  it('goes on with the next run, reading first', async () => {
    start();
    const id = await stranger();
    w.cloud.phantomStops = 1;
    await sweep([id]);
    await w.pass(11_000);
    expect(last()?.state).toBe('working');
    await w.restart();
    expect(last()).toMatchObject({ state: 'working' });
    await w.pass(60_000);
    expect(states()).toEqual([{ id, state: 'done', reason: null }]);
  });

  it('much later begins nothing more, and tells how it stands', async () => {
    start();
    const id = await stranger();
    w.cloud.phantomStops = 1;
    await sweep([id]);
    await w.pass(11_000);
    await w.fleet.dispose();
    w.clock.jumpWall(3_600_000);
    const before = ends().length;
    await w.restart();
    await w.pass(5_000);
    expect(states()).toEqual([{ id, state: 'left', reason: 'interrupted' }]);
    expect(ends()).toHaveLength(before);
  });

  it('while RunPod is away begins nothing that has become too old', async () => {
    start();
    const id = await stranger();
    await sweep([id]);
    const down = new AppError('runpod_unreachable', 'no network');
    w.cloud.failures.set(
      'get',
      Array.from({ length: 9999 }, () => down),
    );
    await w.pass(16 * 60_000);
    expect(last()).toMatchObject({ state: 'working', things: [{ state: 'planned', why: 'no network' }] });
    w.cloud.failures.set('get', []);
    await w.pass(120_000);
    expect(states()).toEqual([{ id, state: 'left', reason: 'interrupted' }]);
    expect(ends()).toEqual([]);
  });

  it('what cannot be noted is not begun', async () => {
    start();
    const id = await stranger();
    await sweep([id]);
    w.db.run('DROP TABLE sweeps');
    await w.pass(15_000);
    expect(states()).toEqual([{ id, state: 'left', reason: 'not-noted' }]);
    expect(ends()).toEqual([]);
  });

  it('keeps what came of the last ones', async () => {
    start();
    const id = await stranger();
    await sweep([id]);
    await w.pass(20_000);
    await w.restart();
    expect(last()).toMatchObject({ state: 'ended', things: [{ id, state: 'done' }] });
  });
});

describe('what is booked and told', () => {
  it('a leftover of this computer ends its meter and is told in the history of its deployment', async () => {
    start();
    const view = await w.fleet.create({ name: 'qwen', model: 'Qwen/Qwen3-8B' }, false, never);
    const installation = w.db.get("SELECT value FROM deployment_meta WHERE key = 'installation'")?.['value'];
    const name = podName(String(installation), view.id, 'abcdef01');
    // The watch over the account cannot end it by itself.
    const no = new AppError('runpod_unavailable', 'no');
    w.cloud.failures.set(
      'delete',
      Array.from({ length: 99 }, () => no),
    );
    const id = await stranger(name);
    await w.pass(40_000);
    w.cloud.failures.set('delete', []);
    expect(w.ledger.open()).toMatchObject([{ resourceId: id, kind: 'compute' }]);
    const made = await sweep(null, 0);
    await w.pass(15_000);
    expect(made.things).toMatchObject([{ id, ownership: 'orphan', act: 'terminate', isLeftover: true }]);
    expect(w.cloud.alive()).toEqual([]);
    expect(w.ledger.open()).toEqual([]);
    expect(w.fleet.history('qwen').entries.map(({ kind }) => kind)).toContain('swept');
  });

  it.each([
    ['a sweep', (id: string): Promise<unknown> => sweep([id], 0)],
    ['the radar', (id: string): Promise<unknown> => w.fleet.radar.terminate('pod', id, never)],
  ])('a leftover that %s is the first to see has cost since it was made', async (_by, end) => {
    start();
    const { id: deploymentId } = await w.fleet.create({ name: 'qwen', model: 'Qwen/Qwen3-8B' }, false, never);
    const installation = w.db.get("SELECT value FROM deployment_meta WHERE key = 'installation'")?.['value'];
    const { id } = await w.cloud.api.pods.create(
      {
        name: podName(String(installation), deploymentId, 'abcdef01'),
        image: 'x/y:1',
        gpu: { id: 'NVIDIA L40S', count: 1 },
      },
      never,
    );
    await w.clock.sleepMachine(5 * 3_600_000);
    expect(w.ledger.open()).toEqual([]);
    await end(id);
    await w.pass(15_000);
    expect(w.cloud.alive()).toEqual([]);
    const billedMs = [...w.cloud.billed.values()].reduce((sum, ms) => sum + ms, 0);
    const billedUsd = (billedMs * w.cloud.priceOf(id)) / 3_600_000;
    expect(billedUsd).toBeGreaterThan(4);
    expect(w.ledger.spent({ kind: 'compute' }, 0, w.clock.now())).toBeCloseTo(billedUsd, 2);
  });

  it('every step keeps to the contract', async () => {
    start();
    const id = await stranger();
    w.cloud.phantomStops = 2;
    await sweep([id]);
    await w.pass(90_000);
    const told = w.events.filter(({ name }) => name === 'sweep.changed');
    for (const event of w.events) expect(events[event.name].safeParse(event.payload).success).toBe(true);
    const seen = told.map(({ payload }) => ('things' in payload ? payload.state : null));
    expect([...new Set(seen)]).toEqual(['pending', 'working', 'ended']);
  });
});
