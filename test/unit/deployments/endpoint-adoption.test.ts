import { describe, expect, it } from 'vitest';
import { adoptedEndpointRecord } from '../../../src/main/deployments/adoption.ts';
import { recordSchema } from '../../../src/main/deployments/record.ts';
import {
  adoptionRefusal,
  readEndpointAdoption,
  type AdoptedEndpoint,
} from '../../../src/main/deployments/serverless/endpoint-adoption.ts';
import type { Endpoint, GpuType } from '../../../src/main/runpod/api.ts';
import { gpuType } from '../../support/fake-runpod.ts';
import { endpointSample } from './sweep/samples.ts';

const pooled = (id: string, serverless: number): GpuType => {
  const gpu = gpuType(id, 0.5);
  return { ...gpu, pool: 'ADA_24', price: { ...gpu.price, serverless } };
};
const gpus = [pooled('NVIDIA GeForce RTX 4090', 1.12), pooled('NVIDIA L4', 0.68), gpuType('NVIDIA L40S', 1)];
const moment = { now: 5000, cloudNow: 6000 };
const queue = (more: Partial<Endpoint> = {}): Endpoint =>
  endpointSample({
    id: 'ep1',
    name: 'their chat',
    env: { MODEL_NAME: 'Qwen/Qwen3-8B', MAX_MODEL_LEN: '16384', DTYPE: 'auto', HF_TOKEN: 'hf_secret' },
    workers: { min: 0, max: 3, idleTimeout: 45 },
    timeout: 300_000,
    ...more,
  });
const balanced = (more: Partial<Endpoint> = {}): Endpoint =>
  queue({
    type: 'LOAD_BALANCER',
    image: 'vllm/vllm-openai:v0.27.1',
    args: '--model Qwen/Qwen3-8B --served-model-name mine --max-model-len 8192',
    env: { PORT: '8000' },
    scaling: { type: 'REQUEST_COUNT', requestCount: 16 },
    ...more,
  });
const read = (endpoint: Endpoint): AdoptedEndpoint => readEndpointAdoption(endpoint, 'mine', gpus, moment);

describe('what cannot be served is refused with why', () => {
  it.each<[string, Partial<Endpoint>, RegExp | null]>([
    ['RunPod’s worker', {}, null],
    ['a fork of it', { image: 'ghcr.io/me/worker-vllm-patched:1' }, null],
    ['a handler of its own', { image: 'me/whisper:1' }, /no vLLM worker/],
    ['a worker on CPUs', { gpu: null }, /CPUs/],
    ['a worker that hides its model', { env: {} }, /does not tell which model/],
  ])('a queue: %s', (_, more, why) => {
    expect(adoptionRefusal(queue(more)) ?? '').toMatch(why ?? /^$/);
  });

  it.each<[string, Partial<Endpoint>, RegExp | null]>([
    ['vLLM', {}, null],
    ['a server that nobody knows: it is asked', { image: 'me/own:1', args: '' }, null],
    ['vLLM with a key by variable', { env: { VLLM_API_KEY: 'k' } }, /a key of its own/],
    ['vLLM with a key by argument', { args: '--model a/b --api-key k' }, /a key of its own/],
  ])('a load balancer: %s', (_, more, why) => {
    expect(adoptionRefusal(balanced(more)) ?? '').toMatch(why ?? /^$/);
  });

  it('one of GPUs whose price is not told, and one that no deployment can describe', () => {
    const elsewhere = queue({
      gpu: { pools: ['X'], count: 1, allowedCudaVersions: [], minCudaVersion: null },
    });
    expect(() => read(elsewhere)).toThrow(/what its GPUs cost/);
    expect(() => read(queue({ workers: { min: 0, max: 500 } }))).toThrow(/serverless\.maxWorkers/);
    expect(() => read(queue({ image: 'me/whisper:1' }))).toThrow(
      expect.objectContaining({
        code: 'not_allowed_now',
        advice: expect.stringContaining('leave it as it is'),
      }),
    );
  });
});

describe('a deployment read out of an endpoint', () => {
  it('is Ollama’s where another computer of ours made it, with the key that it asks for', () => {
    const env = {
      PORT: '11434',
      RPLM_PRELOAD: 'qwen3:8b',
      RPLM_FRONT_KEY: 'its-own',
      HEALTH_CHECK_PATH: '/ping',
    };
    const made = read(balanced({ image: 'ollama/ollama:0.33.0', args: '{"entrypoint":["bash","-c"]}', env }));
    expect(made.isKnownServer).toBe(true);
    expect(made.spec).toMatchObject({ backend: 'ollama', model: 'qwen3:8b' });
    expect(made.endpoint.launch).toMatchObject({
      backend: 'ollama',
      servedModel: 'qwen3:8b',
      key: 'its-own',
      healthPath: '/ping',
    });
    expect(JSON.stringify([made.spec, made.endpoint.launch.made])).not.toContain('its-own');
  });

  it('has the facts of a queue: model, GPUs with prices, workers, idle time; no idle stop of ours', () => {
    const { spec, endpoint } = read(queue());
    expect(spec).toMatchObject({
      name: 'mine',
      mode: 'serverless',
      model: 'Qwen/Qwen3-8B',
      contextTokens: 16_384,
      env: { DTYPE: 'auto' },
      idle: { policy: 'off' },
      serverless: {
        type: 'QUEUE',
        minWorkers: 0,
        maxWorkers: 3,
        idleTimeoutSeconds: 45,
        timeoutSeconds: 300,
      },
    });
    expect(endpoint.launch).toMatchObject({
      type: 'QUEUE',
      servedModel: 'Qwen/Qwen3-8B',
      gpus: [
        { gpuTypeId: 'NVIDIA GeForce RTX 4090', usdPerHour: 1.12 },
        { gpuTypeId: 'NVIDIA L4', usdPerHour: 0.68 },
      ],
      workers: { min: 0, max: 3, idleTimeout: 45 },
    });
  });

  it('has those of a load balancer, served under the name its server has', () => {
    const { spec, endpoint } = read(balanced());
    expect(spec).toMatchObject({
      contextTokens: 8192,
      serverless: { type: 'LOAD_BALANCER', requestsPerWorker: 16 },
    });
    expect(endpoint.launch).toMatchObject({ servedModel: 'mine', type: 'LOAD_BALANCER' });
  });

  it.each<[string, Partial<Endpoint>, object]>([
    [
      'the name the worker was given',
      { env: { MODEL_NAME: 'a/b', OPENAI_SERVED_MODEL_NAME_OVERRIDE: 'c' } },
      { servedModel: 'c' },
    ],
    ['weights on a path', { env: { MODEL_NAME: '/runpod-volume/m' } }, { servedModel: '/runpod-volume/m' }],
    [
      'excluded GPUs',
      {
        gpu: {
          pools: ['ADA_24'],
          excludedTypes: ['NVIDIA L4'],
          count: 2,
          allowedCudaVersions: [],
          minCudaVersion: null,
        },
      },
      { gpus: [{ gpuTypeId: 'NVIDIA GeForce RTX 4090', usdPerHour: 2.24 }], gpuCount: 2 },
    ],
  ])('heeds %s', (_, more, expected) => {
    expect(read(queue(more)).endpoint.launch).toMatchObject(expected);
  });

  it('keeps no secret of its variables, and says which of them an edit loses', () => {
    const { spec, endpoint, unknown } = read(queue());
    expect(JSON.stringify({ spec, endpoint })).not.toContain('hf_secret');
    expect(endpoint.launch.made.env).toMatchObject({
      DTYPE: 'auto',
      HF_TOKEN: expect.stringMatching(/^mark:/),
    });
    expect(unknown).toEqual(['An edit that changes its container loses its variables HF_TOKEN.']);
  });

  it('says what is not told', () => {
    const { unknown } = read(
      balanced({
        image: 'me/own:1',
        args: '',
        env: {},
        timeout: 0,
        workers: { min: 0, max: 0 },
        networkVolumes: ['a', 'b'],
      }),
    );
    expect(unknown.join(' ')).toMatch(
      /context is, is not told.*Which model.*How many workers.*How long a request.*only the first of its 2 volumes/,
    );
  });

  it.each<[string, Partial<Endpoint>, boolean, object]>([
    ['asleep or not looked at', {}, false, { state: 'sleeping', desired: 'running', readyAt: null }],
    ['having answered', {}, true, { state: 'ready', desired: 'running', readyAt: 5000 }],
    ['without workers', { workers: { min: 0, max: 0 } }, false, { state: 'stopped', desired: 'stopped' }],
  ])('is stored %s, its meter from this moment on', (_, more, proved, expected) => {
    const { spec, endpoint } = read(queue(more));
    const record = adoptedEndpointRecord('dep_1', { spec, endpoint: { ...endpoint, proved } }, 5000);
    expect(record).toMatchObject(expected);
    expect(record.endpoint?.billingSince).toBe(6000);
    expect(recordSchema.parse(JSON.parse(JSON.stringify(record)))).toEqual(record);
  });
});
