import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../../src/main/logs/log.ts';
import { ManualClock, systemClock } from '../../../src/main/platform/clock.ts';
import { createHttpPool, type HttpPool } from '../../../src/main/platform/http.ts';
import { seededRandom } from '../../../src/main/platform/random.ts';
import type { RunPodApi } from '../../../src/main/runpod/api.ts';
import { createRunPodApi, type RunPodApiOptions } from '../../../src/main/runpod/client.ts';
import { checkKey } from '../../../src/main/runpod/key-check.ts';
import { openApiContract } from '../../support/openapi.ts';
import { respondAsDocumented, send, startStub, until, type StubRunPod } from './stub-runpod.ts';

const KEY = 'rpa_CANARY0123456789KEY';
const NEVER = new AbortController().signal;

let stub: StubRunPod;
let pool: HttpPool;
let options: RunPodApiOptions;

beforeAll(async () => {
  stub = await startStub(respondAsDocumented);
  pool = createHttpPool({ silenceMs: 30_000 });
  options = {
    fetch: pool.fetch,
    clock: systemClock,
    random: seededRandom(1),
    log: silentLog,
    apiKey: () => Promise.resolve(KEY),
    apiUrl: stub.apiUrl,
    graphqlUrl: stub.graphqlUrl,
    graphqlEnabled: true,
    userAgent: 'runpod-llm-manager/test',
  };
});

afterEach(() => {
  stub.arrived.length = 0;
  stub.abandoned.length = 0;
  stub.respond = respondAsDocumented;
});

afterAll(async () => {
  await pool.close();
  await stub.close();
});

async function drain(lines: AsyncIterable<unknown>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

const POD = {
  name: 'llm-a-7f3a91',
  image: 'vllm/vllm-openai:v0.27.1',
  args: '--model Qwen/Qwen3-8B --port 8000',
  gpu: { id: 'NVIDIA GeForce RTX 4090', count: 1, minCudaVersion: '13.0' },
  cloud: 'SECURE',
  dataCenterIds: ['EU-RO-1'],
  disk: 40,
  ports: ['8000/http', '22/tcp'],
  mounts: { network: [{ volumeId: 'v1', path: '/workspace' }] },
  env: { VLLM_API_KEY: 'sk-CANARY-env-value', HF_TOKEN: '{{ RUNPOD_SECRET_hf }}' },
} as const;
const WORKERS = { min: 0, max: 2, idleTimeout: 300 };
const QUEUE = {
  name: 'llm-q',
  type: 'QUEUE',
  image: 'runpod/worker-v1-vllm:v2.25.2',
  gpu: { pools: ['ADA_24', 'AMPERE_24'], excludedTypes: ['NVIDIA L4'], count: 1 },
  scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
  workers: WORKERS,
  flashboot: 'FLASHBOOT',
  timeout: 600_000,
} as const;

/** Every method and every form of its arguments that makes another request. */
const CALLS: readonly [string, (api: RunPodApi) => Promise<unknown>][] = [
  ['listPods', (api) => api.pods.list(NEVER)],
  ['getPod', (api) => api.pods.get('p1', NEVER)],
  [
    'createPod',
    (api) =>
      api.pods.create(
        {
          ...POD,
          dataCenterIds: [...POD.dataCenterIds],
          ports: [...POD.ports],
          mounts: { network: [{ volumeId: 'v1', path: '/workspace' }] },
        },
        NEVER,
      ),
  ],
  [
    'createPod',
    (api) =>
      api.pods.create(
        { name: 'a', templateId: 't1', gpu: { id: 'NVIDIA L4' }, cloud: 'COMMUNITY', args: '' },
        NEVER,
      ),
  ],
  [
    'createPod',
    (api) => api.pods.create({ name: 'a', image: 'b', cpu: { id: 'cpu5c', vcpuCount: 2 } }, NEVER),
  ],
  ['updatePod', (api) => api.pods.update('p1', { locked: false }, NEVER)],
  ['updatePod', (api) => api.pods.update('p1', { env: { A: 'b' }, ports: [], registry: null }, NEVER)],
  ['deletePod', (api) => api.pods.delete('p1', NEVER)],
  ['podAction', (api) => api.pods.action('p1', 'start', NEVER)],
  ['podAction', (api) => api.pods.action('p1', 'stop', NEVER)],
  ['podAction', (api) => api.pods.action('p1', 'restart', NEVER)],
  ['podAction', (api) => api.pods.action('p1', 'terminate', NEVER)],
  ['getPodLogs', (api) => drain(api.pods.logs('p1', {}, NEVER))],
  ['getPodLogs', (api) => drain(api.pods.logs('p1', { source: 'system', tail: 100_000 }, NEVER))],
  ['getPodLogs', (api) => drain(api.pods.logs('p1', { since: '2026-11-24T09:00:00Z', tail: 3 }, NEVER))],
  [
    'getPodLogs',
    (api) =>
      drain(api.pods.logs('p1', { source: 'container', lastEventId: '2026-06-01T12:02:03Z/01' }, NEVER)),
  ],
  ['listEndpoints', (api) => api.serverless.list(NEVER)],
  ['getEndpoint', (api) => api.serverless.get('e1', NEVER)],
  [
    'createEndpoint',
    (api) =>
      api.serverless.create(
        { ...QUEUE, gpu: { pools: ['ADA_24'], excludedTypes: ['NVIDIA L4'], count: 1 } },
        NEVER,
      ),
  ],
  [
    'createEndpoint',
    (api) =>
      api.serverless.create(
        {
          ...QUEUE,
          gpu: { pools: ['ADA_24'] },
          scaling: { type: 'REQUEST_COUNT', requestCount: 4 },
          workers: { min: 0, max: 1 },
        },
        NEVER,
      ),
  ],
  [
    'createEndpoint',
    (api) =>
      api.serverless.create(
        {
          ...QUEUE,
          gpu: { pools: ['ADA_24'] },
          type: 'LOAD_BALANCER',
          scaling: { type: 'REQUEST_COUNT', requestCount: 16 },
          ports: ['8000/http'],
          env: { PORT: '8000' },
        },
        NEVER,
      ),
  ],
  ['updateEndpoint', (api) => api.serverless.update('e1', { workers: { max: 3 } }, NEVER)],
  [
    'updateEndpoint',
    (api) =>
      api.serverless.update(
        'e1',
        { gpu: { pools: ['ADA_24'], excludedTypes: ['NVIDIA L4'] }, env: { A: 'b' } },
        NEVER,
      ),
  ],
  ['deleteEndpoint', (api) => api.serverless.delete('e1', NEVER)],
  ['listEndpointWorkers', (api) => api.serverless.workers('e1', NEVER)],
  ['listEndpointReleases', (api) => api.serverless.releases('e1', NEVER)],
  ['getWorkerLogs', (api) => drain(api.serverless.workerLogs('e1', 'w1', { tail: 0 }, NEVER))],
  ['listGpuTypes', (api) => api.catalog.gpus({}, NEVER)],
  [
    'listGpuTypes',
    (api) =>
      api.catalog.gpus(
        {
          include: ['AVAILABILITY'],
          product: ['POD', 'SERVERLESS'],
          count: 2,
          cloud: 'COMMUNITY',
          countryCodes: ['FR', 'DE'],
          cudaVersions: ['12.8', '13.0'],
        },
        NEVER,
      ),
  ],
  [
    'listGpuTypes',
    (api) => api.catalog.gpus({ include: ['AVAILABILITY'], product: ['POD'], minCudaVersion: '13.0' }, NEVER),
  ],
  ['listDataCenters', (api) => api.catalog.dataCenters({}, NEVER)],
  [
    'listDataCenters',
    (api) =>
      api.catalog.dataCenters(
        {
          include: ['GPU_AVAILABILITY', 'CPU_AVAILABILITY'],
          regions: ['EUROPE', 'ASIA'],
          networkVolumeTypes: ['STANDARD'],
          compliance: ['GDPR'],
          globalNetwork: true,
        },
        NEVER,
      ),
  ],
  ['listPublicTemplates', (api) => api.catalog.templates('official', NEVER)],
  ['listTemplates', (api) => api.templates.list(NEVER)],
  ['getTemplate', (api) => api.templates.get('t1', NEVER)],
  [
    'createTemplate',
    (api) =>
      api.templates.create(
        { name: 'a', image: 'b', serverless: true, startSsh: false, startJupyter: false },
        NEVER,
      ),
  ],
  ['deleteTemplate', (api) => api.templates.delete('t1', NEVER)],
  ['listRegistries', (api) => api.registries.list(NEVER)],
  [
    'createRegistry',
    (api) => api.registries.create({ name: 'a', username: 'b', password: 'CANARY-pw' }, NEVER),
  ],
  ['deleteRegistry', (api) => api.registries.delete('r1', NEVER)],
  ['listNetworkVolumes', (api) => api.networkVolumes.list(NEVER)],
  ['getNetworkVolume', (api) => api.networkVolumes.get('v1', NEVER)],
  [
    'createNetworkVolume',
    (api) =>
      api.networkVolumes.create({ name: 'a', size: 100, dataCenter: 'EU-RO-1', type: 'STANDARD' }, NEVER),
  ],
  ['updateNetworkVolume', (api) => api.networkVolumes.update('v1', { size: 200 }, NEVER)],
  ['deleteNetworkVolume', (api) => api.networkVolumes.delete('v1', NEVER)],
  [
    'listPodBilling',
    (api) =>
      api.billing.pods(
        {
          startTime: '2026-11-01T00:00:00Z',
          endTime: '2026-11-24T00:00:00Z',
          bucketSize: 'day',
          podId: 'p1',
        },
        NEVER,
      ),
  ],
  [
    'listServerlessBilling',
    (api) => api.billing.serverless({ lastN: 7, bucketSize: 'hour', serverlessId: 'e1' }, NEVER),
  ],
  [
    'listNetworkVolumeBilling',
    (api) => api.billing.networkVolumes({ lastN: 1, networkVolumeId: 'v1' }, NEVER),
  ],
  ['listEndpointBilling', (api) => api.billing.publicEndpoints({ lastN: 30, bucketSize: 'month' }, NEVER)],
];

describe('what the client sends', () => {
  it.each(CALLS)('%s conforms to the document, and its answer is understood', async (operationId, call) => {
    await call(createRunPodApi(options));
    expect(stub.problems()).toEqual([]);
    expect(stub.arrived).toHaveLength(1);
    const [request] = stub.arrived;
    const { pathname } = new URL(request?.url ?? '', 'http://stub.invalid');
    const named = openApiContract().operations.find((operation) => operation.operationId === operationId);
    expect(request?.method).toBe(named?.method);
    expect(pathname.split('/').length).toBe(named?.path.split('/').length);
    expect(request?.headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'user-agent': 'runpod-llm-manager/test',
    });
    expect(request?.url).not.toContain(KEY);
  });

  it('has a case here for every method it offers', () => {
    const count = (value: unknown): number =>
      typeof value === 'function'
        ? 1
        : Object.values(value ?? {}).reduce((sum: number, part) => sum + count(part), 0);
    const besides = 3; // balance, rates, clockOffsetMs
    const operations = new Set(CALLS.map(([operationId]) => operationId));
    expect(operations.size).toBe(count(createRunPodApi(options)) - besides);
  });

  it('a key check conforms too and changes nothing', async () => {
    stub.respond = (request, response) => {
      if (request.url === '/graphql')
        send(response, 200, 'application/json', '{"data":{"myself":{"clientBalance":5}}}');
      else if (request.method === 'PATCH') {
        send(
          response,
          404,
          'application/problem+json',
          '{"title":"Not Found","status":404,"detail":"not found"}',
        );
      } else respondAsDocumented(request, response);
    };
    const result = await checkKey({ ...options, key: KEY }, NEVER);
    expect(result).toMatchObject({ ok: true, balanceUsd: 5 });
    expect(stub.problems()).toEqual([]);
    expect(stub.arrived.map(({ method, url }) => `${method} ${url}`).toSorted()).toEqual([
      'GET /v2/billing/pods?lastN=1',
      'GET /v2/pods',
      'GET /v2/serverless',
      'PATCH /v2/pods/runpod-llm-manager-key-check',
      'PATCH /v2/serverless/runpod-llm-manager-key-check',
      'POST /graphql',
    ]);
  });

  it('repeats a request unchanged', async () => {
    stub.respond = (request, response) => {
      if (stub.arrived.length < 3) send(response, 503, 'text/html', '<html></html>');
      else respondAsDocumented(request, response);
    };
    const clock = new ManualClock();
    const gpus = createRunPodApi({ ...options, clock }).catalog.gpus(
      { include: ['AVAILABILITY'], product: ['POD'] },
      NEVER,
    );
    for (const count of [1, 2]) {
      await until(
        `request ${count} and its retry timer`,
        () => stub.arrived.length === count && clock.pendingTimers === 1,
      );
      await waitForTimer(clock);
    }
    expect(await gpus).not.toHaveLength(0);
    expect(new Set(stub.arrived.map(({ url }) => url)).size).toBe(1);
    expect(stub.problems()).toEqual([]);
  });

  /** The time limit of the attempt is a timer too: only the back-off fires within two seconds. */
  async function waitForTimer(clock: ManualClock): Promise<void> {
    const before = stub.arrived.length;
    for (let turn = 0; turn < 500 && stub.arrived.length === before; turn++) await clock.advance(20);
  }
});
