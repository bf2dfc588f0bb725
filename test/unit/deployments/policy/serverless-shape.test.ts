import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poolsFor } from '../../../../src/main/deployments/policy/gpu-pools.ts';
import { scaledDown } from '../../../../src/main/deployments/policy/scaled-down.ts';
import { endpointBody, type ShapeInput } from '../../../../src/main/deployments/policy/serverless-shape.ts';
import { checkWorkerQuota, workerQuota } from '../../../../src/main/deployments/policy/worker-quota.ts';
import { launchRecipe } from '../../../../src/main/planner/launch.ts';
import { AppError } from '../../../../src/shared/errors.ts';
import { deploymentSpecSchema, type DeploymentWish } from '../../../../src/shared/model.ts';
import { validateRequest } from '../../../support/openapi.ts';

/** Pools as the catalogue has them (FACTS 5). */
const OFFERS = [
  { id: 'NVIDIA L4', pool: 'AMPERE_24' },
  { id: 'NVIDIA RTX A5000', pool: 'AMPERE_24' },
  { id: 'NVIDIA GeForce RTX 3090', pool: 'AMPERE_24' },
  { id: 'NVIDIA GeForce RTX 4090', pool: 'ADA_24' },
  { id: 'NVIDIA H100 80GB HBM3', pool: 'ADA_80_PRO' },
  { id: 'NVIDIA H100 PCIe', pool: 'ADA_80_PRO' },
  { id: 'AMD Instinct MI300X OAM', pool: null },
];

type Rest = Partial<Omit<ShapeInput, 'spec'>> & { readonly gpuCount?: number };

function inputFor(wish: Partial<DeploymentWish>, rest: Rest = {}): ShapeInput {
  const spec = deploymentSpecSchema.parse({
    name: 'qwen3-8b',
    model: 'Qwen/Qwen3-8B',
    mode: 'serverless',
    ...wish,
  });
  const { gpuCount = 1, ...others } = rest;
  const candidate = {
    kind: 'serverless' as const,
    gpuTypeId: 'NVIDIA GeForce RTX 4090',
    gpuCount,
    image: 'runpod/worker-v1-vllm:v2.25.2',
    minCudaVersion: '13.0',
    containerDiskGb: 45,
    secondsToFirstToken: { low: 100, high: 400, from: 'table' as const },
  };
  return {
    name: 'rplm-qwen3-8b-7f3a91',
    spec,
    candidate,
    gpuTypeIds: ['NVIDIA GeForce RTX 4090'],
    offers: OFFERS,
    recipe: launchRecipe(spec, candidate, null),
    hfToken: null,
    registryId: null,
    own: null,
    front: null,
    ...others,
  };
}

const bodyFor = (wish: Partial<DeploymentWish>, rest: Rest = {}) => endpointBody(inputFor(wish, rest));
const problems = (body: unknown): string[] =>
  validateRequest({ method: 'POST', url: '/v2/serverless', body });

/** code, field and nearest of the refusal. */
function refusalOf(run: () => unknown): [code: string, field: unknown, nearest: unknown] {
  try {
    run();
  } catch (error) {
    if (error instanceof AppError) return [error.code, error.details?.['field'], error.details?.['nearest']];
    throw error;
  }
  return ['accepted', null, null];
}

const balancer = { serverless: { type: 'LOAD_BALANCER' as const } };

describe('a QUEUE endpoint', () => {
  it("runs RunPod's worker with everything said that defaults would get wrong", () => {
    const body = bodyFor({}, { hfToken: 'hf_x', gpuCount: 2, registryId: 'reg_1' });
    expect(problems(body)).toEqual([]);
    expect(body).toMatchObject({
      name: 'rplm-qwen3-8b-7f3a91',
      type: 'QUEUE',
      image: 'runpod/worker-v1-vllm:v2.25.2',
      gpu: { pools: ['ADA_24'], count: 2, minCudaVersion: '13.0' },
      disk: 45,
      workers: { min: 0, max: 2, idleTimeout: 60 },
      scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
      timeout: 600_000,
      flashboot: 'FLASHBOOT',
      registry: 'reg_1',
      env: {
        MODEL_NAME: 'Qwen/Qwen3-8B',
        OPENAI_SERVED_MODEL_NAME_OVERRIDE: 'qwen3-8b',
        TENSOR_PARALLEL_SIZE: '2',
        RUNPOD_INIT_TIMEOUT: '800',
        HF_TOKEN: 'hf_x',
      },
    });
    expect(body).not.toHaveProperty('args');
    expect(body).not.toHaveProperty('ports');
    expect(body).not.toHaveProperty('mounts');
  });

  it('trap 24: has no idle timeout when it scales by requests: RunPod refuses the two together', () => {
    const body = bodyFor({ serverless: { requestsPerWorker: 8 } });
    expect(problems(body)).toEqual([]);
    expect(body.scaling).toEqual({ type: 'REQUEST_COUNT', requestCount: 8 });
    expect(body.workers).toEqual({ min: 0, max: 2 });
  });

  it('gives a slow start the time it takes, in both places that would cut it', () => {
    const slow = { gpuCount: 1, secondsToFirstToken: { low: 600, high: 1200, from: 'table' as const } };
    expect(bodyFor({}, { candidate: slow }).env).toMatchObject({
      RUNPOD_INIT_TIMEOUT: '1800',
      VLLM_STARTUP_TIMEOUT: '1800',
    });
  });
});

describe('a LOAD_BALANCER endpoint', () => {
  it('says its port in all three places, and where its health is asked', () => {
    const body = bodyFor(balancer);
    expect(problems(body)).toEqual([]);
    expect(body).toMatchObject({
      type: 'LOAD_BALANCER',
      image: 'vllm/vllm-openai:v0.27.1',
      ports: ['8000/http'],
      env: { PORT: '8000', PORT_HEALTH: '8000', HEALTH_CHECK_PATH: '/health' },
      workers: { min: 0, max: 2, idleTimeout: 60 },
      scaling: { type: 'REQUEST_COUNT', requestCount: 4 },
    });
    expect(body.args).toContain('--port 8000');
    expect(body.args).toContain('--tensor-parallel-size 1');
    expect(body.env).not.toHaveProperty('VLLM_API_KEY');
  });

  it('quotes arguments as a shell would read them', () => {
    const body = bodyFor({ ...balancer, extraArgs: ['--override-generation-config', '{"top_p": 0.9}'] });
    expect(body.args).toContain(`--override-generation-config '{"top_p": 0.9}'`);
  });

  it('serves Ollama, on its own port', () => {
    const spec = { backend: 'ollama' as const, model: 'llama3.2:3b', ...balancer };
    const recipe = {
      image: 'me/ollama-runpod:1',
      argv: [],
      env: { OLLAMA_HOST: '0.0.0.0:11434' },
      disk: 20,
      modelServerPort: 11_434,
      minCudaVersion: null,
      healthPath: '/api/version',
    };
    const pod = inputFor({ ...balancer });
    const body = endpointBody({ ...pod, spec: deploymentSpecSchema.parse({ name: 'l', ...spec }), recipe });
    expect(problems(body)).toEqual([]);
    expect(body).toMatchObject({
      ports: ['11434/http'],
      env: { PORT: '11434', PORT_HEALTH: '11434', HEALTH_CHECK_PATH: '/api/version' },
    });
    expect(body.gpu).not.toHaveProperty('minCudaVersion');
  });
});

describe('volumes and places', () => {
  it('mounts a network volume where workers have it, and lets it fix the data centre', () => {
    const wish = {
      ...balancer,
      volume: { networkVolumeId: 'vol_1', path: '/workspace' },
      compute: { dataCenterIds: ['EU-RO-1'] },
      env: { NOTES: '/workspaces/else' },
    };
    const body = bodyFor(wish);
    expect(problems(body)).toEqual([]);
    expect(body).toMatchObject({
      networkVolumes: ['vol_1'],
      env: { HF_HOME: '/runpod-volume/huggingface', NOTES: '/workspaces/else' },
    });
    expect(body).not.toHaveProperty('dataCenterIds');
  });

  it('names data centres only where the user did', () => {
    expect(bodyFor({})).not.toHaveProperty('dataCenterIds');
    expect(bodyFor({ compute: { dataCenterIds: ['EU-RO-1'] } }).dataCenterIds).toEqual(['EU-RO-1']);
  });

  it('starts from a template where one is named', () => {
    const body = bodyFor({ templateId: 'tpl_1' });
    expect(problems(body)).toEqual([]);
    expect(body.templateId).toBe('tpl_1');
    expect(body).not.toHaveProperty('image');
  });
});

describe('what is refused, with the field named', () => {
  const unparsed = (serverless: Partial<ShapeInput['spec']['serverless']>): ShapeInput => {
    const input = inputFor({});
    return { ...input, spec: { ...input.spec, serverless: { ...input.spec.serverless, ...serverless } } };
  };
  it.each([
    [
      'a queue delay without a queue',
      { type: 'LOAD_BALANCER' as const, queueDelaySeconds: 4 },
      'queueDelaySeconds',
    ],
    ['two ways to scale', { queueDelaySeconds: 4, requestsPerWorker: 4 }, 'queueDelaySeconds'],
    ['more workers at least than at most', { minWorkers: 3, maxWorkers: 2 }, 'minWorkers'],
  ])('%s, by the schema and by the builder', (_what, serverless, field) => {
    const parsed = deploymentSpecSchema.safeParse({ name: 'a', model: 'a/b', serverless });
    expect(parsed.error?.issues.map((issue) => issue.path)).toEqual([['serverless', field]]);
    expect(refusalOf(() => endpointBody(unparsed(serverless)))[1]).toBe(`serverless.${field}`);
  });

  it('a queue for Ollama', () => {
    const input = inputFor({});
    const spec = { ...input.spec, backend: 'ollama' as const };
    expect(refusalOf(() => endpointBody({ ...input, spec }))).toEqual([
      'invalid_input',
      'serverless.type',
      'LOAD_BALANCER',
    ]);
  });

  it('variables that disagree with the rest of the body', () => {
    const balanced = (env: Record<string, string>) => () => bodyFor({ ...balancer, env });
    expect(refusalOf(balanced({ PORT: '9000' }))).toEqual(['invalid_input', 'env.PORT', '8000']);
    expect(refusalOf(balanced({ VLLM_API_KEY: 'k' }))[1]).toBe('env.VLLM_API_KEY');
    expect(refusalOf(balanced({ PORT: '8000' }))[0]).toBe('accepted');
    expect(refusalOf(() => bodyFor({ env: { TENSOR_PARALLEL_SIZE: '4' } }))).toEqual([
      'invalid_input',
      'env.TENSOR_PARALLEL_SIZE',
      '1',
    ]);
  });

  it('more variables than RunPod takes', () => {
    const env = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`V${n}`, 'x']));
    expect(refusalOf(() => bodyFor({ env }))).toEqual(['invalid_input', 'env', 50]);
  });

  it('GPUs that no pool has', () => {
    const ask = (...ids: string[]) => refusalOf(() => poolsFor(ids, OFFERS));
    expect(ask('AMD Instinct MI300X OAM').slice(0, 2)).toEqual(['unknown_gpu', 'compute.gpuTypeIds']);
    expect(ask('NVIDIA RTX 9999')[0]).toBe('unknown_gpu');
    expect(ask()[0]).toBe('invalid_input');
  });
});

describe('poolsFor', () => {
  it('keeps the order of preference and excludes what was not asked for', () => {
    expect(poolsFor(['NVIDIA GeForce RTX 4090', 'NVIDIA L4', 'NVIDIA RTX A5000'], OFFERS)).toEqual({
      pools: ['ADA_24', 'AMPERE_24'],
      excludedTypes: ['NVIDIA GeForce RTX 3090'],
    });
  });

  it('trap 25: excludes only types of the pools, and leaves one in each, for any wish', () => {
    const pooled = OFFERS.filter(({ pool }) => pool !== null).map(({ id }) => id);
    fc.assert(
      fc.property(fc.shuffledSubarray(pooled, { minLength: 1 }), (ids) => {
        const { pools, excludedTypes } = poolsFor(ids, OFFERS);
        const left = OFFERS.filter(
          ({ id, pool }) => pools.includes(pool ?? '') && !excludedTypes.includes(id),
        );
        expect(left.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
        expect(new Set(left.map(({ pool }) => pool))).toEqual(new Set(pools));
      }),
    );
  });
});

describe('any deployment that is not refused', () => {
  const serverless = fc.record({
    type: fc.constantFrom('QUEUE' as const, 'LOAD_BALANCER' as const),
    minWorkers: fc.integer({ min: 0, max: 3 }),
    maxWorkers: fc.integer({ min: 1, max: 60 }),
    idleTimeoutSeconds: fc.integer({ min: 1, max: 3600 }),
    flashboot: fc.constantFrom('OFF' as const, 'FLASHBOOT' as const, 'PRIORITY_FLASHBOOT' as const),
    queueDelaySeconds: fc.option(fc.integer({ min: 1, max: 60 }), { nil: null }),
    requestsPerWorker: fc.option(fc.integer({ min: 1, max: 64 }), { nil: null }),
    timeoutSeconds: fc.integer({ min: 5, max: 86_400 }),
  });
  const wish = fc.record({
    serverless,
    concurrency: fc.integer({ min: 1, max: 64 }),
    extraArgs: fc.array(fc.string({ minLength: 1, maxLength: 20 }), { maxLength: 3 }),
    image: fc.constantFrom(null, 'me/worker:1'),
    templateId: fc.constantFrom(null, 'tpl_1'),
    volume: fc.constantFrom(null, { networkVolumeId: 'vol_1', path: '/data' }),
    env: fc.dictionary(fc.stringMatching(/^[A-Z]{1,8}$/), fc.string({ maxLength: 10 }), { maxKeys: 5 }),
  });

  it("pleases RunPod's document and keeps the rules beside it", () => {
    fc.assert(
      fc.property(wish, fc.constantFrom(1, 2, 4, 8), (any, gpuCount) => {
        const parsed = deploymentSpecSchema.safeParse({ name: 'a', model: 'a/b', ...any });
        fc.pre(parsed.success);
        const body = bodyFor(any, { gpuCount });
        expect(problems(body)).toEqual([]);
        const { type, scaling, workers, env = {}, ports = [] } = body;
        expect(type === 'LOAD_BALANCER' && scaling.type !== 'REQUEST_COUNT').toBe(false);
        const idles = workers?.idleTimeout !== undefined;
        expect(idles).toBe(type === 'LOAD_BALANCER' || scaling.type === 'QUEUE_DELAY');
        expect(body.gpu?.count).toBe(gpuCount);
        expect(env).not.toHaveProperty('RUNPOD_API_KEY');
        expect(
          type === 'QUEUE' ? [env['TENSOR_PARALLEL_SIZE']] : [env['PORT'], env['PORT_HEALTH'], ...ports],
        ).toEqual(type === 'QUEUE' ? [String(gpuCount)] : ['8000', '8000', '8000/http']);
      }),
      { numRuns: 200 },
    );
  });
});

describe('trap 40: the quota of workers', () => {
  it('grows with the balance', () => {
    expect([0, 99.99, 100, 250, 300, 500, 700, 900, 5000].map(workerQuota)).toEqual([
      5, 5, 10, 20, 30, 40, 50, 60, 60,
    ]);
  });

  it('refuses the third endpoint of three workers, naming what would do', () => {
    const facts = { maxWorkers: 3, othersMaxWorkers: 3, balanceUsd: 20 };
    expect(refusalOf(() => checkWorkerQuota(facts))).toEqual(['invalid_input', 'serverless.maxWorkers', 2]);
    expect(checkWorkerQuota({ ...facts, maxWorkers: 2 })).toBeNull();
    expect(checkWorkerQuota({ ...facts, balanceUsd: 100 })).toBeNull();
    expect(refusalOf(() => checkWorkerQuota({ ...facts, othersMaxWorkers: 9 }))[2]).toBe(0);
  });

  it('only warns where the balance is unknown', () => {
    const note = checkWorkerQuota({ maxWorkers: 3, othersMaxWorkers: 3, balanceUsd: null });
    expect(note).toContain('RunPod may refuse it');
  });
});

describe('trap 27: an endpoint that RunPod scaled down', () => {
  const queue = deploymentSpecSchema.parse({
    name: 'a',
    model: 'a/b',
    serverless: { maxWorkers: 3 },
  }).serverless;
  const patchProblems = (body: unknown): string[] =>
    validateRequest({ method: 'PATCH', url: '/v2/serverless/ep_1', body });

  it('is found and raised to what was wished', () => {
    for (const max of [0, 2]) {
      const found = scaledDown({ workers: { min: 0, max } }, queue, { meantToRun: true, crashing: false });
      expect(found?.maxWorkers).toBe(max);
      expect(found?.repair).toEqual({ workers: { min: 0, max: 3, idleTimeout: 60 } });
      expect(patchProblems(found?.repair)).toEqual([]);
    }
  });

  it('is raised without an idle timeout where that would be refused', () => {
    const counted = { ...queue, requestsPerWorker: 4 };
    const found = scaledDown({ workers: { min: 0, max: 0 } }, counted, { meantToRun: true, crashing: false });
    expect(found?.repair).toEqual({ workers: { min: 0, max: 3 } });
  });

  it('is left down while its workers crash, and while nobody wants it up', () => {
    const down = { workers: { min: 0, max: 0 } };
    expect(scaledDown(down, queue, { meantToRun: true, crashing: true })).toMatchObject({ repair: null });
    expect(scaledDown(down, queue, { meantToRun: false, crashing: false })).toBeNull();
    expect(
      scaledDown({ workers: { min: 0, max: 3 } }, queue, { meantToRun: true, crashing: false }),
    ).toBeNull();
  });
});
