import { z } from 'zod';
import { stockSchema } from './plan.ts';

/** A network volume in the account; it bills whether or not anything uses it. */
export const volumeSchema = z.object({
  id: z.string(),
  name: z.string(),
  sizeGb: z.number(),
  dataCenterId: z.string(),
  usdPerMonth: z.number(),
  /** The model whose weights this app made it for; null = made for something else, or by somebody else. */
  cacheOf: z.string().nullable(),
  /** Deployments that mount it. */
  usedBy: z.array(z.string()),
});
export type VolumeView = z.infer<typeof volumeSchema>;

export const volumeAdviceSchema = z.object({
  model: z.string(),
  sizeGb: z.number(),
  usdPerMonth: z.number(),
  /** Seconds of a start spent on fetching and loading the weights: without a volume, and from one. */
  loadSeconds: z.object({
    without: z.number(),
    with: z.number(),
    from: z.enum(['table', 'history']),
  }),
  /** Starts of this model in the last 30 days. */
  startsLastMonth: z.number(),
  /** Starts a month from which on it saves more compute than it costs; null = it never does. */
  paysFromStarts: z.number().nullable(),
  pays: z.boolean(),
  /** For people, with the numbers. */
  why: z.string(),
  /** Where such a volume and a fitting GPU can be had, the cheapest GPU first. Pods that mount it can run nowhere else. */
  dataCenters: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      /** The best choice there, what it costs, and its stock there. */
      gpu: z.string(),
      usdPerHour: z.number(),
      stock: stockSchema,
    }),
  ),
  /** One that was made for this model before, which is used instead of a new one. */
  existing: volumeSchema.nullable(),
});
export type VolumeAdvice = z.infer<typeof volumeAdviceSchema>;

export const volumeWishSchema = z.strictObject({
  model: z.string().min(1).max(300),
  dataCenterId: z.string().min(1).max(60),
  /** RunPod's bounds; a volume grows and never shrinks (FACTS 2.8). */
  sizeGb: z.int().min(10).max(4096),
});
export type VolumeWish = z.infer<typeof volumeWishSchema>;
