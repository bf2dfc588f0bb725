import { afterEach, describe, expect, it } from 'vitest';
import { toOffers } from '../../../src/main/planner/offers.ts';
import { plan } from '../../../src/main/planner/plan.ts';
import { ManualClock } from '../../../src/main/platform/clock.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import { createVolumeService } from '../../../src/main/volumes/volume-service.ts';
import { planRequestSchema } from '../../../src/shared/model.ts';
import { sandboxApi } from '../../support/sandbox-api.ts';

const never = new AbortController().signal;
const disposals: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const dispose of disposals.splice(0)) await dispose();
});

/** The service over the real client against the sandbox cloud, on one manual clock. */
function rig() {
  const clock = new ManualClock();
  const random = seededRandom(3);
  const { sandbox, api } = sandboxApi({ clock, random, speed: 10, balanceUsd: 100 });
  disposals.push(() => sandbox.dispose());
  const users = new Map<string, string[]>();
  const made: string[] = [];
  const volumes = createVolumeService({
    made: (id) => made.push(id),
    api,
    clock,
    plan: async (request, signal) =>
      plan({
        request,
        facts: null,
        offers: toOffers(
          await api.catalog.gpus({ include: ['AVAILABILITY'], product: ['POD'], cloud: 'SECURE' }, signal),
        ),
        pricesAsOf: new Date(clock.now()).toISOString(),
        simulated: true,
        now: clock.now(),
      }),
    loadedSeconds: () => 600,
    starts: () => 500,
    usedBy: () => users,
  });
  return { clock, sandbox, api, volumes, users, made };
}

const request = (dataCenterIds: string[] = []) =>
  planRequestSchema.parse({ model: 'Qwen/Qwen3-8B', compute: { dataCenterIds } });

describe('volumes for weights', () => {
  it('are advised with where they can be: volumes and a fitting GPU, the cheapest first', async () => {
    const { volumes } = rig();
    const advice = await volumes.advise(request(), never);
    expect(advice).toMatchObject({ pays: true, existing: null, startsLastMonth: 500 });
    const prices = advice.dataCenters.map(({ usdPerHour }) => usdPerHour);
    expect(prices.length).toBeGreaterThan(3);
    expect(prices).toEqual(prices.toSorted((a, b) => a - b));
    const [first] = advice.dataCenters;
    const only = await volumes.advise(request([first?.id ?? '']), never);
    expect(only.dataCenters).toEqual([first]);
  });

  it('are made once for a model and place, and found again', async () => {
    const { volumes, made: noted, api } = rig();
    const { dataCenters, sizeGb } = await volumes.advise(request(), never);
    const wish = { model: 'Qwen/Qwen3-8B', dataCenterId: dataCenters[0]?.id ?? '', sizeGb };
    const made = await volumes.create(wish, never);
    expect(made).toMatchObject({ cacheOf: 'Qwen/Qwen3-8B', sizeGb, usedBy: [] });
    expect(await volumes.create(wish, never)).toEqual(made);
    expect((await volumes.advise(request(), never)).existing).toEqual(made);
    expect(await volumes.list(never)).toEqual([made]);
    // What another computer made under the same name is found too, and not taken for this one's.
    const there = { name: 'rplm-cache-a--b', size: 10, dataCenter: 'EU-RO-1' };
    await api.networkVolumes.create(there, never);
    await volumes.create({ model: 'a/b', dataCenterId: 'EU-RO-1', sizeGb: 10 }, never);
    expect(noted).toEqual([made.id]);
  });

  it('trap 6: a create whose answer was lost is found by its name, not repeated', async () => {
    const { clock, sandbox, volumes, made } = rig();
    sandbox.arm({ kind: 'lost-answer', route: 'POST /v2/network-volumes', how: '502', times: 1 });
    const making = volumes.create({ model: 'a/b', dataCenterId: 'EU-RO-1', sizeGb: 20 }, never);
    const settled = making.then(({ cacheOf }) => cacheOf);
    for (let second = 0; second < 20; second++) await clock.advance(1000);
    expect(await settled).toBe('a/b');
    expect((await volumes.list(never)).map(({ id }) => id)).toEqual(made);
  });

  it('a create that failed without an answer and made nothing says that nothing is listed', async () => {
    const { clock, sandbox, volumes } = rig();
    sandbox.arm({ kind: 'status', route: 'POST /v2/network-volumes', status: 503, times: 9 });
    const making = volumes.create({ model: 'a/b', dataCenterId: 'EU-RO-1', sizeGb: 20 }, never);
    const settled = making.then(
      () => 'made',
      (error: Error) => error.message,
    );
    for (let second = 0; second < 30; second++) await clock.advance(1000);
    expect(await settled).toContain('RunPod lists no volume for a/b so far');
    expect(await volumes.list(never)).toEqual([]);
  });

  it('where there are none, are refused with the places that have them', async () => {
    const { volumes } = rig();
    const refused = volumes.create({ model: 'a/b', dataCenterId: 'nowhere', sizeGb: 20 }, never);
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_input',
      details: { field: 'dataCenterId', value: 'nowhere', allowed: expect.arrayContaining(['EU-RO-1']) },
    });
  });

  it('that a deployment mounts are not deleted', async () => {
    const { volumes, users } = rig();
    const { id } = await volumes.create({ model: 'a/b', dataCenterId: 'EU-RO-1', sizeGb: 20 }, never);
    users.set(id, ['coder']);
    await expect(volumes.remove(id, never)).rejects.toMatchObject({
      code: 'not_allowed_now',
      message: `Volume ${id} is mounted by coder.`,
    });
    users.clear();
    await volumes.remove(id, never);
    expect(await volumes.list(never)).toEqual([]);
  });
});
