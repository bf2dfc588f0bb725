import { describe, expect, it } from 'vitest';
import type { CreateEndpointRequest, CreatePodRequest } from '../../../src/main/runpod/api.ts';
import {
  checkGpuQuery,
  prepareEndpointCreate,
  prepareEndpointUpdate,
  preparePodCreate,
  preparePodUpdate,
  prepareTemplateCreate,
} from '../../../src/main/runpod/request-rules.ts';

const POD: CreatePodRequest = { name: 'llm-a', image: 'vllm/vllm-openai:v0.27.1', gpu: { id: 'NVIDIA L4' } };
const ENDPOINT: CreateEndpointRequest = {
  name: 'llm-a',
  type: 'QUEUE',
  image: 'runpod/worker-v1-vllm:v2.25.2',
  gpu: { pools: ['ADA_24'] },
  scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
};

describe('pods', () => {
  it('trap 4: always sends gpu.count', () => {
    expect(preparePodCreate(POD).gpu).toEqual({ id: 'NVIDIA L4', count: 1 });
    expect(preparePodCreate({ ...POD, gpu: { id: 'NVIDIA L4', count: 4 } }).gpu?.count).toBe(4);
  });

  it('trap 10: leaves empty args out instead of replacing the command with nothing', () => {
    expect(preparePodCreate({ ...POD, args: '' })).not.toHaveProperty('args');
    expect(preparePodCreate({ ...POD, args: '--port 8000' }).args).toBe('--port 8000');
  });

  it.each([
    ['trap 8: a port without its protocol', { ports: ['8000'] }, 'ports'],
    ['a udp port', { ports: ['8000/udp'] }, 'ports'],
    ['eleven http ports', { ports: Array.from({ length: 11 }, (_, i) => `${8000 + i}/http`) }, 'ports'],
    [
      'trap 19: a key of the user in the pod',
      { env: { RUNPOD_API_KEY: 'rpa_CANARY' } },
      'env.RUNPOD_API_KEY',
    ],
    ['no image', { image: undefined }, 'image'],
    ['neither gpu nor cpu', { gpu: undefined }, 'gpu'],
    ['gpu and cpu', { cpu: { id: 'cpu5c', vcpuCount: 2 } }, 'gpu'],
    [
      'two kinds of mount',
      { mounts: { persistent: { size: 20, path: '/a' }, network: [{ volumeId: 'v', path: '/b' }] } },
      'mounts',
    ],
  ])('refuses %s', (_, more: object, field) => {
    const body: CreatePodRequest = Object.assign({ ...POD }, more);
    const attempt = (): unknown => preparePodCreate(body);
    expect(attempt).toThrow(
      expect.objectContaining({ code: 'invalid_input', details: expect.objectContaining({ field }) }),
    );
    expect(attempt).not.toThrow(
      expect.objectContaining({ details: expect.objectContaining({ value: 'rpa_CANARY' }) }),
    );
  });

  it('takes templates, tcp ports and CPU pods', () => {
    const body: CreatePodRequest = {
      name: 'a',
      templateId: 't',
      cpu: { id: 'cpu5c', vcpuCount: 2 },
      ports: ['22/tcp', '8000/http'],
    };
    expect(preparePodCreate(body)).toEqual(body);
  });

  it('guards updates too', () => {
    expect(preparePodUpdate({ env: { A: 'b' } })).toEqual({ env: { A: 'b' } });
    expect(() => preparePodUpdate({ env: { RUNPOD_API_KEY: 'x' } })).toThrow('RUNPOD_API_KEY');
    expect(() => preparePodUpdate({ ports: ['80'] })).toThrow('ports');
  });
});

describe('endpoints', () => {
  it('trap 23: never leaves the timeout to chance', () => {
    expect(prepareEndpointCreate(ENDPOINT)).toMatchObject({
      timeout: 300_000,
      gpu: { pools: ['ADA_24'], count: 1 },
    });
    expect(prepareEndpointCreate({ ...ENDPOINT, timeout: 600_000 }).timeout).toBe(600_000);
  });

  it('trap 24: knows which scalers go with which type', () => {
    const requestCount = { type: 'REQUEST_COUNT', requestCount: 4 } as const;
    expect(() => prepareEndpointCreate({ ...ENDPOINT, type: 'LOAD_BALANCER' })).toThrow('scaling.type');
    expect(() =>
      prepareEndpointCreate({
        ...ENDPOINT,
        scaling: requestCount,
        workers: { min: 0, max: 1, idleTimeout: 300 },
      }),
    ).toThrow('workers.idleTimeout');
    const fine: CreateEndpointRequest[] = [
      { ...ENDPOINT, workers: { min: 0, max: 1, idleTimeout: 300 } },
      { ...ENDPOINT, scaling: requestCount, workers: { min: 0, max: 1 } },
      {
        ...ENDPOINT,
        type: 'LOAD_BALANCER',
        scaling: requestCount,
        workers: { min: 0, max: 1, idleTimeout: 300 },
      },
    ];
    for (const body of fine) expect(prepareEndpointCreate(body)).toMatchObject(body);
  });

  it('guards updates and templates too', () => {
    expect(prepareEndpointUpdate({ workers: { max: 1 } })).toEqual({ workers: { max: 1 } });
    expect(() => prepareEndpointUpdate({ env: { RUNPOD_API_KEY: 'x' } })).toThrow('RUNPOD_API_KEY');
    expect(() => prepareTemplateCreate({ name: 'a', image: 'b', ports: ['80'] })).toThrow('ports');
    expect(prepareTemplateCreate({ name: 'a', image: 'b', args: '' })).toEqual({ name: 'a', image: 'b' });
  });
});

describe('checkGpuQuery', () => {
  it('trap 26: stock is asked for a product, and filters only with stock', () => {
    expect(() => checkGpuQuery({ include: ['AVAILABILITY'] })).toThrow('product');
    expect(() => checkGpuQuery({ include: ['AVAILABILITY'], product: [] })).toThrow('product');
    expect(() => checkGpuQuery({ product: ['POD'] })).toThrow('include=AVAILABILITY');
    expect(() => checkGpuQuery({ cloud: 'COMMUNITY' })).toThrow('cloud');
    const fine = { include: ['AVAILABILITY'], product: ['POD'], count: 2 } as const;
    expect(checkGpuQuery({ ...fine, include: ['AVAILABILITY'], product: ['POD'] })).toEqual(fine);
    expect(checkGpuQuery({})).toEqual({});
  });
});
