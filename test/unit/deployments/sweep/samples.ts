import type { Endpoint, NetworkVolume, Pod } from '../../../../src/main/runpod/api.ts';

/** Things in an account as RunPod tells them. */

export const podSample = (more: Partial<Pod>): Pod => ({
  id: 'p',
  name: 'p',
  status: 'RUNNING',
  actions: ['stop', 'terminate'],
  image: 'x/y:1',
  args: '',
  disk: 0,
  mounts: {},
  ports: [],
  env: {},
  registry: null,
  gpu: { id: 'NVIDIA L40S', count: 1 },
  cloud: 'SECURE',
  dataCenterId: 'EU-RO-1',
  cudaVersion: '13.0',
  ssh: { proxy: null, direct: null },
  template: null,
  cost: 0,
  locked: false,
  globalNetworking: { enabled: false },
  runtime: null,
  createdAt: '2026-11-24T08:00:00Z',
  startedAt: null,
  ...more,
});

export const endpointSample = (more: Partial<Endpoint>): Endpoint => ({
  id: 'e',
  name: 'e',
  type: 'QUEUE',
  workers: { min: 0, max: 3 },
  scaling: { type: 'QUEUE_DELAY', queueDelay: 4 },
  gpu: { pools: ['ADA_24'], count: 1, allowedCudaVersions: [], minCudaVersion: null },
  dataCenterIds: [],
  networkVolumes: [],
  timeout: 0,
  flashboot: 'OFF',
  image: 'runpod/worker-v1-vllm:v2.25.2',
  args: '',
  env: {},
  ports: [],
  createdAt: '2026-11-01T00:00:00Z',
  ...more,
});

export const volumeSample = (more: Partial<NetworkVolume>): NetworkVolume => ({
  id: 'v',
  name: 'v',
  size: 10,
  dataCenter: 'EU-RO-1',
  type: 'STANDARD',
  ...more,
});
