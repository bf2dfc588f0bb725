import { z } from 'zod';
import { isoSchema } from './common.ts';
import { deploymentSpecSchema, type DeploymentSpec, type DeploymentView } from './deployment.ts';

export const provenanceSchema = z.enum(['exact', 'derived', 'guessed', 'given']);
export type Provenance = z.infer<typeof provenanceSchema>;

export const stockSchema = z.enum(['HIGH', 'MEDIUM', 'LOW', 'NONE', 'UNKNOWN']);
export type Stock = z.infer<typeof stockSchema>;

export const planRequestSchema = z.strictObject({
  model: deploymentSpecSchema.shape.model,
  revision: deploymentSpecSchema.shape.revision,
  backend: deploymentSpecSchema.shape.backend,
  mode: deploymentSpecSchema.shape.mode,
  compute: deploymentSpecSchema.shape.compute,
  contextTokens: deploymentSpecSchema.shape.contextTokens,
  concurrency: deploymentSpecSchema.shape.concurrency,
  kvCacheDtype: deploymentSpecSchema.shape.kvCacheDtype,
  ownImage: deploymentSpecSchema.shape.ownImage,
  /** A model that only the image or a volume knows, and the one data centre of a volume, change what fits. */
  image: deploymentSpecSchema.shape.image,
  modelPath: deploymentSpecSchema.shape.modelPath,
  volume: deploymentSpecSchema.shape.volume,
  /** Disks bill too, and a pod that is kept when stopped has others. */
  containerDiskGb: deploymentSpecSchema.shape.containerDiskGb,
  onStop: deploymentSpecSchema.shape.onStop,
  /** Expected hours of use a day, for $/day. */
  hoursPerDay: z.number().min(0).max(24).default(4),
});
export type PlanRequest = z.infer<typeof planRequestSchema>;
export type PlanWish = z.input<typeof planRequestSchema>;

/** The part of a deployment's wish that decides hardware and price. */
export function planWishOf(spec: DeploymentSpec): PlanWish {
  const { model, revision, backend, mode, compute, contextTokens, concurrency, kvCacheDtype } = spec;
  const { ownImage, image, modelPath, volume, containerDiskGb, onStop } = spec;
  const server = { model, revision, backend, contextTokens, concurrency, kvCacheDtype };
  return { ...server, mode, compute, ownImage, image, modelPath, volume, containerDiskGb, onStop };
}

/** What the next start of a deployment is planned by: in mode `auto` it starts as what it runs on now. */
export const startWishOf = ({ spec, auto }: Pick<DeploymentView, 'spec' | 'auto'>): PlanWish =>
  planWishOf({ ...spec, mode: auto?.mode ?? spec.mode });

export const planCandidateSchema = z.object({
  rank: z.number(),
  kind: z.enum(['pod', 'serverless']),
  gpuTypeId: z.string(),
  gpuName: z.string(),
  gpuCount: z.number(),
  cloud: z.enum(['SECURE', 'COMMUNITY']),
  dataCenterIds: z.array(z.string()),
  /** All of it: what RunPod's `cost` of the pod will be, or that of a worker while it is up. */
  usdPerHour: z.number(),
  /** What `usdPerHour` is made of; a worker's disk is in the price of its GPUs. */
  parts: z.object({ gpuUsdPerHour: z.number(), diskUsdPerHour: z.number() }),
  usdPerDay: z.number(),
  /** Memory of one GPU as usable by the server, what one GPU needs, and the spare share of the usable part. */
  usableGiB: z.number(),
  needGiB: z.number(),
  headroomPercent: z.number(),
  /** Under 5 % headroom: may fail at start. */
  tight: z.boolean(),
  /** Requests of the full context that fit at once. */
  concurrentSequences: z.number(),
  stock: stockSchema,
  secondsToFirstToken: z.object({ low: z.number(), high: z.number(), from: z.enum(['table', 'history']) }),
  image: z.string(),
  args: z.array(z.string()),
  minCudaVersion: z.string().nullable(),
  containerDiskGb: z.number(),
  notes: z.array(z.string()),
});
export type PlanCandidate = z.infer<typeof planCandidateSchema>;

export const planRejectionSchema = z.object({
  gpuTypeId: z.string(),
  gpuName: z.string(),
  gpuCount: z.number(),
  cloud: z.enum(['SECURE', 'COMMUNITY']),
  usdPerHour: z.number().nullable(),
  code: z.enum([
    'memory',
    'heads',
    'architecture',
    'price',
    'stock',
    'not-offered',
    'not-asked-for',
    'data-center',
    'count',
  ]),
  /** One sentence with the numbers. */
  reason: z.string(),
});
export type PlanRejection = z.infer<typeof planRejectionSchema>;

export const factSchema = z.object({
  name: z.string(),
  value: z.union([z.number(), z.string()]),
  unit: z.string().nullable(),
  provenance: provenanceSchema,
  source: z.string(),
});

export const planSchema = z.object({
  model: z.string(),
  revision: z.string().nullable(),
  /** False = numbers are an estimate because the facts could not be had. */
  factsComplete: z.boolean(),
  facts: z.array(factSchema),
  memory: z.object({
    weightsGiB: z.number(),
    kvGiB: z.number(),
    overheadGiB: z.number(),
    needGiB: z.number(),
    kvBytesPerToken: z.number(),
  }),
  /** Why an image of its own has to be made before anything is rented; null or absent = a stock image serves it. */
  ownImage: z.string().nullable().optional(),
  candidates: z.array(planCandidateSchema),
  /**
   * Index of the candidate that a deployment of this wish takes first, and whose price is its price: in mode `auto` the
   * best one of the kind it begins with. null = nothing fits that it would take.
   */
  takes: z.int().min(0).nullable(),
  rejected: z.array(planRejectionSchema),
  warnings: z.array(z.string()),
  pricesAsOf: isoSchema,
  simulated: z.boolean(),
});
export type Plan = z.infer<typeof planSchema>;

/** What a deployment of the plan's wish takes first; null = nothing that fits. */
export const takenOf = ({ candidates, takes }: Plan): PlanCandidate | null =>
  takes === null ? null : (candidates[takes] ?? null);
