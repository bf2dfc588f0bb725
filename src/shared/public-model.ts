import { z } from 'zod';

/** A language model that RunPod hosts for everybody, paid for by the token. */
export const publicModelSchema = z.object({
  /** What the configuration calls it, and a value of `model` once it is on. */
  id: z.string(),
  /** What its endpoint calls it. */
  model: z.string(),
  /** Longest prompt and answer together; null = RunPod does not tell. */
  contextTokens: z.number().nullable(),
  usdPerMillionInput: z.number(),
  usdPerMillionOutput: z.number(),
  /** Values of `model` that lead to it now; empty = it is off. */
  names: z.array(z.string()),
});
export type PublicModel = z.infer<typeof publicModelSchema>;

export const publicModelsSchema = z.object({
  /** Day of the prices; RunPod may have changed them since. */
  pricesAsOf: z.string(),
  source: z.string(),
  simulated: z.boolean(),
  models: z.array(publicModelSchema),
});
