import { afterEach, describe, expect, it } from 'vitest';
import { offersFor } from '../../../src/main/deployments/offers-for.ts';
import type { Planner } from '../../../src/main/deployments/types.ts';
import { combinationsOf } from '../../../src/main/planner/combinations.ts';
import { toOffers } from '../../../src/main/planner/offers.ts';
import type { ModelFacts, PlanInput } from '../../../src/main/planner/types.ts';
import type { RunPodApi } from '../../../src/main/runpod/api.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { planRequestSchema, planWishOf } from '../../../src/shared/model.ts';
import { gpuType } from '../../support/fake-runpod.ts';
import { never, planner, wish, world, type World } from './harness.ts';

/** A catalogue whose stock depends on the cloud asked about. */
function catalogue(stock: { readonly SECURE: 'LOW' | 'NONE'; readonly COMMUNITY: 'HIGH' }) {
  const asked: unknown[] = [];
  const gpus: RunPodApi['catalog']['gpus'] = (query) => {
    asked.push(query.cloud);
    const availability = query.cloud === 'COMMUNITY' ? stock.COMMUNITY : stock.SECURE;
    return Promise.resolve([
      {
        ...gpuType('NVIDIA L40S', 0.99),
        community: true,
        price: { secure: 0.99, community: 0.79 },
        maxCount: { secure: 1, community: 1 },
        availability,
      },
    ]);
  };
  const catalog = {
    gpus,
    dataCenters: () => Promise.resolve([]),
    templates: () => Promise.resolve([]),
  };
  return {
    api: { catalog },
    planner: { offers: (all: Parameters<Planner['offers']>[0]) => toOffers(all) },
    asked,
  };
}

const stocks = async (cloud: 'SECURE' | 'COMMUNITY' | 'ANY', made: ReturnType<typeof catalogue>) => {
  const offers = await offersFor(made, { cloud, serverless: false }, never);
  const request = planRequestSchema.parse({ model: 'a/b', compute: { cloud, gpuCount: 1 } });
  return Object.fromEntries(
    combinationsOf(request, offers, 1, { containerGb: 40, persistentGb: 0 })
      .filter(({ gpuCount }) => gpuCount === 1)
      .map((each) => [each.cloud, each.stock]),
  );
};

describe('stock of the cloud a pod would be in', () => {
  it('is asked for in both where either will do', async () => {
    const made = catalogue({ SECURE: 'NONE', COMMUNITY: 'HIGH' });
    expect(await stocks('ANY', made)).toEqual({ SECURE: 'NONE', COMMUNITY: 'HIGH' });
    expect(made.asked).toEqual(['SECURE', 'COMMUNITY']);
  });

  it.each(['SECURE', 'COMMUNITY'] as const)(
    'is asked for in %s alone where only that is wanted',
    async (cloud) => {
      const made = catalogue({ SECURE: 'LOW', COMMUNITY: 'HIGH' });
      expect(await stocks(cloud, made)).toMatchObject({ [cloud]: cloud === 'SECURE' ? 'LOW' : 'HIGH' });
      expect(made.asked).toEqual([cloud]);
    },
  );
});

describe('the plan of a deployment', () => {
  let w: World;
  afterEach(() => w.dispose());

  it('knows the other forms of its model, so that a refusal can name one', async () => {
    const inputs: PlanInput[] = [];
    const siblings: ModelFacts[] = [];
    const asked: string[] = [];
    w = world({
      deps: {
        facts: {
          facts: () => Promise.resolve(null),
          siblings: (model) => {
            asked.push(model);
            return Promise.resolve(siblings);
          },
        },
        planner: {
          ...planner,
          plan: (input) => {
            inputs.push(input);
            return planner.plan(input);
          },
        },
      },
    });
    await w.fleet.create(wish(), false, never);
    expect(asked).toEqual(['Qwen/Qwen3-8B']);
    expect(inputs.map((input) => input.siblings)).toEqual([siblings]);
  });

  it('is the same before it is made as when it starts: what earlier starts taught counts for both', async () => {
    const inputs: PlanInput[] = [];
    const plan: Planner['plan'] = (input) => {
      inputs.push(input);
      return planner.plan(input);
    };
    w = world({ deps: { planner: { ...planner, plan } } });
    w.cloud.creates = [
      { do: 'refuse', error: new AppError('no_gpu_capacity', 'none', { details: { status: 400 } }) },
    ];
    w.fleet.start();
    const { name } = await w.fleet.create(wish(), true, never);
    await w.pass(2 * 60_000);
    expect(w.fleet.get(name).state).toBe('ready');
    const spec = w.fleet.get(name).spec;
    inputs.length = 0;
    await w.fleet.plan(planRequestSchema.parse({ ...planWishOf(spec), mode: 'auto' }), never);
    await w.fleet.create({ ...spec, name: 'again' }, false, never);
    const [shown, made] = inputs;
    expect(shown?.capacity?.map(({ outcome }) => outcome)).toEqual(['no-capacity', 'placed']);
    expect(shown?.capacity).toEqual(made?.capacity);
    expect(shown?.boots?.('NVIDIA L40S', 'pod')).toMatchObject({ runs: 1 });
    expect(shown?.runsOn).toBe('pod');
    expect(shown?.request).toEqual({ ...made?.request, mode: 'auto' });
  });
});
