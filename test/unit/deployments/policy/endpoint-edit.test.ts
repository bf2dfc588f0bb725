import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endpointEdit } from '../../../../src/main/deployments/policy/endpoint-edit.ts';
import type { CreateEndpointRequest, UpdateEndpointRequest } from '../../../../src/main/runpod/api.ts';
import { validateRequest } from '../../../support/openapi.ts';

const MADE: CreateEndpointRequest = {
  name: 'rplm-a-1',
  type: 'QUEUE',
  image: 'runpod/worker-v1-vllm:v2.25.2',
  gpu: { pools: ['ADA_24', 'AMPERE_24'], excludedTypes: ['NVIDIA L4'], count: 1, minCudaVersion: '13.0' },
  disk: 45,
  env: { MODEL_NAME: 'a/b', TENSOR_PARALLEL_SIZE: '1' },
  workers: { min: 0, max: 2, idleTimeout: 60 },
  scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
  timeout: 600_000,
  flashboot: 'FLASHBOOT',
};

const edit = (changes: Partial<CreateEndpointRequest>) => endpointEdit(MADE, { ...MADE, ...changes });
const problems = (body: UpdateEndpointRequest): string[] =>
  validateRequest({ method: 'PATCH', url: '/v2/serverless/ep_1', body });

describe('endpointEdit', () => {
  it('sees no change in the same wish, whatever the order of its keys', () => {
    expect(edit({ env: { TENSOR_PARALLEL_SIZE: '1', MODEL_NAME: 'a/b' } })).toEqual({ kind: 'none' });
  });

  it('needs a new endpoint for another type', () => {
    expect(edit({ type: 'LOAD_BALANCER' })).toEqual({
      kind: 'replace',
      why: 'an endpoint cannot change from QUEUE to LOAD_BALANCER',
    });
  });

  it('changes workers at once, and sends them with their scaling', () => {
    expect(edit({ workers: { min: 1, max: 3, idleTimeout: 60 } })).toEqual({
      kind: 'patch',
      rolls: false,
      body: { scaling: MADE.scaling, workers: { min: 1, max: 3, idleTimeout: 60 } },
    });
    const counted = {
      scaling: { type: 'REQUEST_COUNT', requestCount: 4 } as const,
      workers: { min: 0, max: 2 },
    };
    expect(edit(counted)).toEqual({ kind: 'patch', rolls: false, body: counted });
  });

  it('trap 25: restates exclusions with the pools, and leaves both alone for a CUDA floor', () => {
    expect(edit({ gpu: { ...MADE.gpu, pools: ['ADA_24'] } })).toMatchObject({
      rolls: true,
      body: { gpu: { pools: ['ADA_24'], excludedTypes: ['NVIDIA L4'] } },
    });
    const pools = ['ADA_24', 'AMPERE_24'];
    const floorless = { pools, excludedTypes: ['NVIDIA L4'], count: 1 };
    expect(edit({ gpu: floorless })).toMatchObject({ body: { gpu: { minCudaVersion: '' } } });
    expect(edit({ gpu: { ...floorless, count: 2, minCudaVersion: '13.0' } })).toMatchObject({
      body: { gpu: { count: 2 } },
    });
  });

  it('sends the whole environment when one variable changes', () => {
    expect(edit({ env: { MODEL_NAME: 'a/c', TENSOR_PARALLEL_SIZE: '1' } })).toEqual({
      kind: 'patch',
      rolls: true,
      body: { env: { MODEL_NAME: 'a/c', TENSOR_PARALLEL_SIZE: '1' } },
    });
  });

  it('trap 35: says beside a template all that is to stay', () => {
    const { image: _, ...rest } = MADE;
    expect(endpointEdit(MADE, { ...rest, templateId: 'tpl_1' })).toMatchObject({
      body: { templateId: 'tpl_1', disk: 45, env: MADE.env },
    });
  });

  it('sends empty what is wished away', () => {
    const full = {
      ...MADE,
      args: '--x',
      ports: ['8000/http'],
      registry: 'reg_1',
      dataCenterIds: ['EU-RO-1'],
    };
    expect(endpointEdit(full, MADE)).toMatchObject({
      body: { args: '', ports: [], registry: null, dataCenterIds: [] },
    });
  });

  it("pleases RunPod's document and leads from any body to any other of its type", () => {
    const optional = <T>(values: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
      fc.option(values, { nil: undefined });
    const body = fc
      .record({
        image: fc.constantFrom('me/a:1', 'me/b:1'),
        args: optional(fc.constantFrom('--x', '--y 1')),
        disk: fc.integer({ min: 1, max: 100 }),
        ports: optional(fc.constant(['8000/http'])),
        env: optional(fc.dictionary(fc.constantFrom('A', 'B'), fc.constantFrom('1', '2'))),
        timeout: fc.constantFrom(1000, 2000),
        flashboot: fc.constantFrom('OFF' as const, 'FLASHBOOT' as const),
        dataCenterIds: optional(fc.constantFrom(['EU-RO-1'], ['EU-CZ-1'])),
        networkVolumes: optional(fc.constant(['vol_1'])),
        workers: fc.record({ min: fc.integer({ min: 0, max: 1 }), max: fc.integer({ min: 1, max: 3 }) }),
        pools: fc.constantFrom(['ADA_24'], ['ADA_24', 'AMPERE_24']),
        excludedTypes: optional(fc.constant(['NVIDIA L4'])),
        count: fc.constantFrom(1, 2),
        minCudaVersion: optional(fc.constantFrom('12.9', '13.0')),
      })
      .map(({ pools, excludedTypes, count, minCudaVersion, ...rest }): CreateEndpointRequest =>
        JSON.parse(
          JSON.stringify({
            name: 'a',
            type: 'LOAD_BALANCER',
            scaling: { type: 'REQUEST_COUNT', requestCount: 1 },
            ...rest,
            gpu: { pools, excludedTypes, count, minCudaVersion },
          }),
        ),
      );
    fc.assert(
      fc.property(body, body, (from, to) => {
        const result = endpointEdit(from, to);
        const patch = result.kind === 'patch' ? result.body : {};
        expect(problems(patch)).toEqual([]);
        expect(meaning({ ...from, ...patch, gpu: { ...from.gpu, ...patch.gpu } })).toEqual(meaning(to));
      }),
      { numRuns: 300 },
    );
  });
});

/** A body with what "empty" and "absent" both mean made alike. */
function meaning(body: object): unknown {
  const plain = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const entries = Object.entries(value)
      .map(([key, each]): [string, unknown] => [key, plain(each)])
      .filter(
        ([, each]) =>
          each !== '' && each !== null && JSON.stringify(each) !== '[]' && JSON.stringify(each) !== '{}',
      );
    return Object.fromEntries(entries);
  };
  return plain(body);
}
