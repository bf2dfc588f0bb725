import { afterEach, describe, expect, it } from 'vitest';
import type { DeploymentWish } from '../../../src/shared/model.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { never, settled, wish, world, type World } from './harness.ts';

/** The clock begins on a Tuesday at 9:00 in UTC. */
let w: World;
afterEach(() => w.dispose());
const minute = 60_000;
const hour = 60 * minute;

type Schedule = NonNullable<DeploymentWish['schedule']>;

async function made(schedule: Schedule, start: boolean, more: Partial<DeploymentWish> = {}): Promise<void> {
  w.fleet.start();
  await w.fleet.create(
    wish({ idle: { policy: 'off' }, watchdog: { maxHours: 100 }, schedule, ...more }),
    start,
    never,
  );
  await w.pass(40_000);
}
const utc = (deps: Parameters<typeof world>[0] = {}): World =>
  world({ timing: { idlePollMs: 30_000 }, ...deps, deps: { zone: () => 'UTC', ...deps.deps } });
const view = () => w.fleet.get('qwen');
const texts = (): string[] => w.fleet.history('qwen').entries.map((entry) => entry.text);
const target = () => {
  const [first] = w.fleet.targets.list();
  if (first === undefined) throw new Error('no target');
  return first;
};
const untilTen: Schedule = { hours: [{ from: '08:00', to: '10:00' }] };

describe('the end of working hours (SPEC 3.12)', () => {
  it('is told ten minutes ahead and then stops it', async () => {
    w = utc();
    await made(untilTen, true);
    await w.pass(48 * minute);
    expect(w.notes('idle-soon')).toHaveLength(0);
    await w.pass(2 * minute);
    expect(w.notes('idle-soon')).toMatchObject([
      {
        payload: {
          title: 'qwen stops in 10 minutes',
          body: expect.stringContaining('Working hours end at 10:00'),
        },
      },
    ]);
    expect(view().state).toBe('ready');
    await w.pass(11 * minute);
    expect(view()).toMatchObject({ state: 'stopped', desired: 'stopped' });
    expect(texts()).toContain('Stopping: working hours ended at 10:00.');
    expect(w.notes('idle-soon')).toHaveLength(1);
  });

  it('ends the making of an image, which would else go on into the night', async () => {
    w = utc();
    w.images.attach();
    await made(untilTen, true, { ownImage: 'always' });
    expect(view().state).toBe('building');
    await w.pass(51 * minute);
    expect(w.notes('idle-soon')).toHaveLength(1);
    expect(view().state).toBe('building');
    await w.pass(11 * minute);
    expect(view()).toMatchObject({ state: 'stopped', desired: 'stopped' });
    expect(w.images.builds.map(({ signal }) => signal.aborted)).toEqual([true]);
    expect(w.cloud.calls.filter((call) => call.startsWith('create'))).toEqual([]);
  });

  it('is put off from its end by whoever keeps it alive, once told', async () => {
    w = utc();
    await made(untilTen, true);
    await w.pass(51 * minute);
    w.fleet.keepAlive('qwen', 60);
    await w.pass(57 * minute);
    // Ten to eleven is near: told again.
    expect(w.notes('idle-soon')).toHaveLength(1);
    await w.pass(4 * minute);
    expect(w.notes('idle-soon')).toHaveLength(2);
    expect(view().state).toBe('ready');
    await w.pass(11 * minute);
    expect(view().state).toBe('stopped');
  });

  it('goes with the computer to another time zone, unless it has one of its own', async () => {
    let zone = 'UTC';
    w = world({ timing: { idlePollMs: 30_000 }, deps: { zone: () => zone } });
    await made(untilTen, true);
    await w.fleet.create(
      wish({
        name: 'other',
        idle: { policy: 'off' },
        watchdog: { maxHours: 100 },
        schedule: { ...untilTen, timeZone: 'UTC' },
      }),
      true,
      never,
    );
    await w.pass(30 * minute);
    // West by two hours: ten is later there.
    zone = 'Etc/GMT+2';
    await w.pass(45 * minute);
    expect(view().state).toBe('ready');
    expect(w.fleet.get('other').state).toBe('stopped');
    await w.pass(110 * minute);
    expect(view().state).toBe('stopped');
  });

  it('is put off over midnight, and over that again', async () => {
    w = utc();
    await made({ hours: [{ from: '08:00', to: '23:50' }] }, true);
    await w.pass(14 * hour + 45 * minute);
    expect(w.notes('idle-soon')).toHaveLength(1);
    w.fleet.keepAlive('qwen', 120);
    await w.pass(2 * hour + 1 * minute);
    expect(view().state).toBe('ready');
    expect(w.notes('idle-soon')).toHaveLength(2);
    w.fleet.keepAlive('qwen', 60);
    await w.pass(hour);
    expect(view().state).toBe('ready');
    await w.pass(15 * minute);
    expect(view()).toMatchObject({ state: 'stopped', desired: 'stopped' });
  });

  it('lets a request in flight finish, for a while', async () => {
    w = utc();
    await made(untilTen, true);
    const lease = target().lease();
    await w.pass(65 * minute);
    expect(view()).toMatchObject({ state: 'ready', inFlight: 1 });
    lease.end(true);
    await w.pass(minute);
    expect(view().state).toBe('stopped');
  });

  it('does not end what was started after it', async () => {
    w = utc();
    await made({ hours: [{ from: '07:00', to: '08:00' }] }, true);
    await w.pass(2 * hour);
    expect(view().state).toBe('ready');
    expect(w.notes('idle-soon')).toHaveLength(0);
  });

  it('that passed while the computer slept stops it at once after waking', async () => {
    w = utc();
    await made(untilTen, true);
    await w.clock.sleepMachine(8 * hour);
    await w.pass(2 * minute);
    expect(view().state).toBe('stopped');
    expect(texts()).toContain('Stopping: working hours ended at 10:00.');
  });

  it('keeps requests from starting it, where it is to', async () => {
    w = utc();
    await made({ hours: [{ from: '07:00', to: '08:00' }], wakeOutsideHours: false }, false);
    expect(await settled(target().ensureReady(never))).toMatchObject({
      error: { code: 'deployment_stopped', message: expect.stringContaining('they begin at 07:00') },
    });
    expect(view().state).toBe('stopped');
  });
});

describe('a start ahead of need', () => {
  const ready = (at: string): Schedule => ({ prewarm: [{ at }] });

  it('begins early enough to be ready, and says why', async () => {
    w = utc();
    await made(ready('10:00'), false);
    await w.pass(52 * minute);
    expect(view().state).toBe('stopped');
    await w.pass(4 * minute);
    expect(view().state).toBe('ready');
    expect(texts()).toContain('Started: it is to be ready at 10:00.');
  });

  it('is made although it goes down by itself just when that should begin', async () => {
    w = utc();
    // A start takes five minutes: the next one should begin at 9:55, and idle it is from 9:56 on.
    w.cloud.loadMs = 5 * minute;
    await made(ready('10:00'), true, { idle: { minutes: 51 } });
    await w.pass(64 * minute);
    expect(texts()).toContain('Started: it is to be ready at 10:00.');
    expect(texts().join('\n')).toMatch(
      /Stopping: it was idle for 51 minutes[\s\S]*Started: it is to be ready at 10:00/,
    );
    expect(view().state).toBe('ready');
  });

  it('is made up for when the computer slept through it', async () => {
    w = utc();
    await made(ready('10:00'), false);
    await w.clock.sleepMachine(hour + 5 * minute);
    await w.pass(2 * minute);
    expect(view().state).toBe('ready');
    expect(texts()).toContain(
      'Started: it is to be ready at 10:00, which passed while the computer was away.',
    );
  });

  it('is not made against a stop in the meantime, nor a budget', async () => {
    w = utc();
    await made(ready('10:00'), false);
    await w.pass(55 * minute);
    w.fleet.stop('qwen');
    await w.pass(30 * minute);
    expect(view().state).toBe('stopped');
    await w.dispose();

    w = utc({ deps: { refusal: () => new AppError('budget_exceeded', 'nothing left') } });
    await made(ready('10:00'), false);
    await w.pass(70 * minute);
    expect(view().state).toBe('stopped');
    expect(w.cloud.alive()).toEqual([]);
  });
});

describe('a computer that goes to sleep', () => {
  it.each([
    ['stops what is not to outlast it', 'stop', 'stopped'],
    ['leaves the others', 'nothing', 'ready'],
  ] as const)('%s', async (_, onSleep, state) => {
    w = utc();
    await made({ onSleep }, true);
    w.fleet.computerSleeps();
    await w.pass(5000);
    expect(view().state).toBe(state);
  });

  it('does not keep it from being started after waking', async () => {
    w = utc();
    await made({ onSleep: 'stop' }, true);
    w.fleet.computerSleeps();
    await w.pass(5000);
    w.fleet.startDeployment('qwen');
    await w.pass(40_000);
    expect(view().state).toBe('ready');
    expect(texts()).toContain('Stopping: the computer goes to sleep.');
  });
});

describe("a deployment's budget of a day", () => {
  it('is told of at 80 %, once a day, and ends it at 100 %', async () => {
    w = utc();
    await made({}, true, { budget: { usdPerDay: 0.69 } });
    await w.pass(47 * minute);
    expect(w.notes('budget')).toHaveLength(0);
    await w.pass(3 * minute);
    await w.restart();
    await w.pass(3 * minute);
    expect(w.notes('budget')).toMatchObject([
      { payload: { title: 'The budget of qwen is nearly used up', deployment: 'qwen' } },
    ]);
    await w.pass(8 * minute);
    expect(view().state).toBe('stopped');
    expect(texts()).toContain('Stopping: its budget of $0.69 a day is used up.');
    await w.pass(15 * hour);
    w.fleet.startDeployment('qwen');
    await w.pass(50 * minute);
    expect(w.notes('budget')).toHaveLength(2);
  });
});
