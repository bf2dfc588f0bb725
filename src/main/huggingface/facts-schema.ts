import { z } from 'zod';
import { provenanceSchema } from '../../shared/model.ts';
import type { ModelFacts } from '../planner/types.ts';

const fact = <T extends z.ZodType>(value: T) =>
  z.object({ value, provenance: provenanceSchema, source: z.string() });
const number = fact(z.number()).exactOptional();

export const quantizationSchema = z.enum([
  'none',
  'fp8',
  'awq',
  'gptq',
  'mxfp4',
  'nvfp4',
  'bnb4',
  'int8',
  'gguf',
  'unknown',
]);

/** Model facts as they are stored; the type is the planner's. */
export const modelFactsSchema: z.ZodType<ModelFacts> = z.object({
  model: z.string(),
  revision: z.string().nullable(),
  gated: z.boolean(),
  pipeline: z.string().nullable(),
  weightBytes: fact(z.number()),
  parameters: number,
  quantization: fact(quantizationSchema),
  quantizationBlock: number,
  dtype: fact(z.string()).exactOptional(),
  maxContextTokens: number,
  layers: number,
  hiddenSize: number,
  intermediateSize: number,
  expertIntermediateSize: number,
  vocabSize: number,
  attentionHeads: number,
  kvHeads: number,
  headDim: number,
  fullAttentionLayers: number,
  slidingLayers: number,
  slidingWindow: number,
  linearLayers: number,
  linearStateBytes: number,
  fullKvHeads: number,
  fullHeadDim: number,
  mlaLatent: number,
  multimodal: z.boolean().exactOptional(),
  toolCallParser: z.string().exactOptional(),
  reasoningParser: z.string().exactOptional(),
});
