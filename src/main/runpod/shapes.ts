import { z } from 'zod';
import type {
  DataCenter,
  Endpoint,
  GpuType,
  NetworkVolume,
  NetworkVolumeBilling,
  Pod,
  PodBilling,
  PublicEndpointBilling,
  Registry,
  ReleaseList,
  ServerlessBilling,
  Template,
  WorkerList,
} from './api.ts';
import { shape } from './decode.ts';

/**
 * What the app relies on in each answer. Required here is what a wrong guess about would cost money or hide a resource:
 * ids, names, status, actions, price. A gap elsewhere becomes the value that says "nothing".
 */
const text = z.string();
const id = z.string().min(1);
const list = <T extends z.ZodType>(item: T) =>
  z
    .array(item)
    .nullish()
    .transform((value) => value ?? []);
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const textOrNull = z
  .string()
  .nullish()
  .transform((value) => value ?? null);
const container = {
  image: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
  args: z
    .string()
    .nullish()
    .transform((value) => value ?? ''),
  env: z
    .record(z.string(), z.string().catch(''))
    .nullish()
    .transform((value) => value ?? {}),
  ports: list(text),
};
const mounts = z
  .looseObject({})
  .nullish()
  .transform((value) => value ?? {});
const count = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);

/** The document's default; 0 is real: a start without a free GPU (FACTS 2.8). */
const gpuCount = z
  .number()
  .nullish()
  .transform((value) => value ?? 1);

export const podShape = shape<Pod>(
  z.looseObject({
    id,
    name: text,
    status: text,
    actions: z.array(text),
    cost: z.number(),
    ...container,
    mounts,
    locked: flag,
    dataCenterId: textOrNull,
    runtime: z
      .looseObject({})
      .nullish()
      .transform((value) => value ?? null),
    createdAt: text,
    startedAt: textOrNull,
    gpu: z
      .looseObject({ id: text, count: gpuCount })
      .nullish()
      .transform((value) => value ?? undefined),
  }),
);

export const endpointShape = shape<Endpoint>(
  z.looseObject({
    id,
    name: text,
    workers: z.looseObject({ min: z.number(), max: z.number() }),
    scaling: z.looseObject({ type: text }),
    timeout: z
      .number()
      .nullish()
      .transform((value) => value ?? 0),
    ...container,
    gpu: z.looseObject({ pools: list(text), count: gpuCount }).nullish(),
    dataCenterIds: list(text),
    networkVolumes: list(text),
    createdAt: text,
  }),
);

export const workersShape = shape<WorkerList>(
  z.looseObject({
    workers: z.array(
      z.looseObject({
        id,
        status: text,
        gpuCount: z
          .number()
          .nullish()
          .transform((value) => value ?? 0),
        isStale: flag,
      }),
    ),
    summary: z.looseObject({
      running: z.number(),
      idle: z.number(),
      initializing: z.number(),
      throttled: z.number(),
      unhealthy: z.number(),
      total: z.number(),
    }),
  }),
);

export const releasesShape = shape<ReleaseList>(
  z.looseObject({
    releases: z.array(z.looseObject({ id, createdAt: text })),
    rollout: z.looseObject({ inProgress: z.boolean() }),
  }),
);

/** Absent, null and 0 all mean "not offered" (FACTS 5): no GPU is free. */
const price = z
  .number()
  .nullish()
  .transform((value) => (value === null || value === 0 ? undefined : value));

/**
 * A cloud without a price is not offered, whatever the flag says, so that nobody reckons with a missing price. One odd row
 * must not hide the other GPUs: what it lacks becomes 0, which fits nothing.
 */
export const gpuShape = shape<GpuType>(
  z
    .looseObject({
      id,
      name: text,
      pool: textOrNull,
      memory: count,
      secure: flag,
      community: flag,
      price: z.preprocess(
        (value) => value ?? {},
        z.looseObject({ secure: price, community: price, serverless: price }),
      ),
      maxCount: z.preprocess((value) => value ?? {}, z.looseObject({ secure: count, community: count })),
    })
    .transform((gpu) => ({
      ...gpu,
      secure: gpu.secure && gpu.price.secure !== undefined,
      community: gpu.community && gpu.price.community !== undefined,
    })),
);

export const dataCenterShape = shape<DataCenter>(
  z.looseObject({
    id,
    name: text,
    region: text,
    networkVolumeTypes: list(text),
    compliance: list(text),
    globalNetwork: flag,
  }),
);

export const templateShape = shape<Template>(
  z.looseObject({
    id,
    name: text,
    ...container,
    serverless: flag,
    public: flag,
    allowedCudaVersions: list(text),
  }),
);

export const registryShape = shape<Registry>(z.looseObject({ id, name: text }));

export const networkVolumeShape = shape<NetworkVolume>(
  z.looseObject({ id, name: text, size: z.number(), dataCenter: text }),
);

/** Money: a record without its amount is an error, never zero. */
const billing = (resource: Readonly<Record<string, z.ZodType>>) =>
  z.looseObject({
    records: z.array(z.looseObject({ startTime: text, endTime: text, totalAmount: z.number(), ...resource })),
    metadata: z.looseObject({ totals: z.looseObject({ totalAmount: z.number() }) }),
  });

export const podBillingShape = shape<PodBilling>(billing({ podId: id }));
export const serverlessBillingShape = shape<ServerlessBilling>(billing({ serverlessId: id }));
export const networkVolumeBillingShape = shape<NetworkVolumeBilling>(billing({ networkVolumeId: id }));
export const publicEndpointBillingShape = shape<PublicEndpointBilling>(billing({}));
