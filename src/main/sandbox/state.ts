import { z } from 'zod';
import { accountSchema } from './money/segments.ts';

/**
 * Everything the simulated cloud remembers. Where something is in its life (phase, log lines, balance) is calculated
 * from these records and the clock, never stored, so that a restart of the hosting process changes nothing.
 */
const mountsSchema = z.object({
  persistent: z.object({ size: z.number(), path: z.string() }).exactOptional(),
  network: z.array(z.object({ volumeId: z.string(), path: z.string() })).exactOptional(),
});
export type Mounts = z.infer<typeof mountsSchema>;

/** One start of a pod's container on a machine, with what chance and the faults decided for it. */
const bootSchema = z.object({
  n: z.number(),
  startedAt: z.number(),
  placingMs: z.number(),
  pullMs: z.number(),
  stuck: z.enum(['placing', 'pulling', 'loading']).nullable(),
  /** Life's durations times this: the sandbox's speed, chance and a slow-boot fault together. */
  pace: z.number(),
  imageCached: z.boolean(),
  /** Models whose weights lie on a mounted volume already. */
  cachedModels: z.array(z.string()),
  crashLine: z.string().nullable(),
  /** False = the JSON form of the start command is handed to the image's entrypoint as it is. */
  entrypointOverride: z.boolean(),
  /** The image's own entrypoint and CMD where this machine knows them; absent = it does not. */
  imageCommand: z.object({ entrypoint: z.array(z.string()), cmd: z.array(z.string()) }).optional(),
});
export type Boot = z.infer<typeof bootSchema>;

const podSchema = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  args: z.string(),
  disk: z.number(),
  ports: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  registry: z.string().nullable(),
  mounts: mountsSchema,
  gpu: z.object({ id: z.string(), count: z.number() }).nullable(),
  cpu: z.object({ id: z.string(), vcpuCount: z.number(), memory: z.number() }).nullable(),
  cloud: z.enum(['SECURE', 'COMMUNITY']),
  dataCenterId: z.string(),
  cudaVersion: z.string().nullable(),
  machineId: z.string(),
  locked: z.boolean(),
  globalNetworking: z.boolean(),
  createdAt: z.number(),
  /** When it last began to bill. */
  startedAt: z.number(),
  running: z.boolean(),
  stoppedAt: z.number().nullable(),
  /** GPUs it came up with; below gpu.count only by a fault. */
  attachedGpus: z.number(),
  /** Newest last; a few are kept for their log lines. */
  boots: z.array(bootSchema),
  /** The pod-scoped key; never shown. */
  key: z.string(),
  injectedEnv: z.record(z.string(), z.string()),
  /** Models on the container disk (wiped at stop) and on the persistent disk. */
  diskModels: z.array(z.string()),
  volumeModels: z.array(z.string()),
});
export type PodRecord = z.infer<typeof podSchema>;

/** A container and the machine it stands on: what decides its fate, on pods and on serverless workers. */
export type ContainerSpec = Pick<
  PodRecord,
  'image' | 'args' | 'env' | 'ports' | 'gpu' | 'attachedGpus' | 'cudaVersion'
>;

const containerSchema = podSchema.pick({
  image: true,
  args: true,
  env: true,
  ports: true,
  gpu: true,
  attachedGpus: true,
  cudaVersion: true,
});

const workerSchema = z.object({
  id: z.string(),
  version: z.number(),
  container: containerSchema,
  dataCenterId: z.string(),
  boot: bootSchema,
  /** running = has or waits for a machine; parked = scaled down, kept for a quicker next start. */
  state: z.enum(['running', 'throttled', 'parked']),
  /** When it last had nothing to do; null = busy or never used. */
  idleSince: z.number().nullable(),
});
export type WorkerRecord = z.infer<typeof workerSchema>;

const releaseSchema = z.object({
  id: z.string(),
  version: z.number(),
  createdAt: z.number(),
  diff: z.array(z.object({ field: z.string(), old: z.unknown(), new: z.unknown() })),
});

const endpointSchema = z.object({
  id: z.string(),
  name: z.string(),
  type: z.enum(['QUEUE', 'LOAD_BALANCER']),
  image: z.string(),
  args: z.string(),
  disk: z.number(),
  ports: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  registry: z.string().nullable(),
  gpu: z
    .object({
      pools: z.array(z.string()),
      excludedTypes: z.array(z.string()),
      count: z.number(),
      allowedCudaVersions: z.array(z.string()),
      minCudaVersion: z.string().nullable(),
    })
    .nullable(),
  cpu: z.array(z.object({ id: z.string(), vcpuCount: z.number(), memory: z.number() })),
  workers: z.object({ min: z.number(), max: z.number(), idleTimeout: z.number() }),
  scaling: z.union([
    z.object({ type: z.literal('QUEUE_DELAY'), queueDelay: z.number() }),
    z.object({ type: z.literal('REQUEST_COUNT'), requestCount: z.number() }),
  ]),
  dataCenterIds: z.array(z.string()),
  networkVolumes: z.array(z.string()),
  timeout: z.number(),
  flashboot: z.enum(['OFF', 'FLASHBOOT', 'PRIORITY_FLASHBOOT']),
  createdAt: z.number(),
  version: z.number(),
  releases: z.array(releaseSchema),
  /** RunPod lowers workers.max after days without a request (FACTS 3.1). */
  lastRequestAt: z.number(),
  fleet: z.array(workerSchema),
  counts: z.object({ completed: z.number(), failed: z.number(), retried: z.number() }),
});
export type EndpointRecord = z.infer<typeof endpointSchema>;

const volumeSchema = z.object({
  id: z.string(),
  name: z.string(),
  size: z.number(),
  dataCenter: z.string(),
  type: z.enum(['STANDARD', 'HIGH_PERFORMANCE']),
  models: z.array(z.string()),
});
export type VolumeRecord = z.infer<typeof volumeSchema>;

const templateSchema = z.object({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  args: z.string(),
  disk: z.number(),
  mounts: z.object({ persistent: z.object({ size: z.number(), path: z.string() }).exactOptional() }),
  ports: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  registry: z.string().nullable(),
  serverless: z.boolean(),
  public: z.boolean(),
  category: z.enum(['CPU', 'NVIDIA', 'AMD']),
  startSsh: z.boolean(),
  startJupyter: z.boolean(),
  allowedCudaVersions: z.array(z.string()),
});
export type TemplateRecord = z.infer<typeof templateSchema>;

const registrySchema = z.object({ id: z.string(), name: z.string() });

export const stateSchema = z.object({
  version: z.literal(1),
  /** Money put in so far; the balance is this less what the accounts were charged. */
  creditUsd: z.number(),
  /** Charges of accounts that were dropped to keep the file small. */
  archivedUsd: z.number(),
  pods: z.array(podSchema),
  endpoints: z.array(endpointSchema),
  volumes: z.array(volumeSchema),
  templates: z.array(templateSchema),
  registries: z.array(registrySchema),
  sshKeys: z.array(z.string()),
  accounts: z.array(accountSchema),
  /** Addresses this sandbox had; pods' environments may still name them. */
  origins: z.array(z.string()),
  /** Whose account it is; null = of an older version, which did not tell. */
  userId: z.string().nullable().default(null),
});
type Stored = z.infer<typeof stateSchema>;

/** The same with lookups by id. */
export interface State extends Omit<
  Stored,
  'pods' | 'endpoints' | 'volumes' | 'templates' | 'registries' | 'accounts'
> {
  readonly pods: Map<string, PodRecord>;
  readonly endpoints: Map<string, EndpointRecord>;
  readonly volumes: Map<string, VolumeRecord>;
  readonly templates: Map<string, TemplateRecord>;
  readonly registries: Map<string, z.infer<typeof registrySchema>>;
  readonly accounts: Map<string, z.infer<typeof accountSchema>>;
}

export function emptyState(creditUsd: number): State {
  return fromStored({
    version: 1,
    creditUsd,
    archivedUsd: 0,
    pods: [],
    endpoints: [],
    volumes: [],
    templates: [],
    registries: [],
    sshKeys: [],
    accounts: [],
    origins: [],
    userId: null,
  });
}

export function fromStored(stored: Stored): State {
  return {
    ...stored,
    pods: byId(stored.pods),
    endpoints: byId(stored.endpoints),
    volumes: byId(stored.volumes),
    templates: byId(stored.templates),
    registries: byId(stored.registries),
    accounts: byId(stored.accounts),
  };
}

export function toStored(state: State): Stored {
  return {
    ...state,
    pods: [...state.pods.values()],
    endpoints: [...state.endpoints.values()],
    volumes: [...state.volumes.values()],
    templates: [...state.templates.values()],
    registries: [...state.registries.values()],
    accounts: [...state.accounts.values()],
  };
}

function byId<T extends { readonly id: string }>(records: readonly T[]): Map<string, T> {
  return new Map(records.map((record) => [record.id, record]));
}
