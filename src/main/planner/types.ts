import type { PlanCandidate, PlanRequest, Provenance, Stock } from '../../shared/model.ts';

/** What a number rests on. */
export interface Fact<T> {
  readonly value: T;
  readonly provenance: Provenance;
  readonly source: string;
}

/** Facts about one model at one revision (VRAM.md 4.1). Absent = not known. */
export interface ModelFacts {
  readonly model: string;
  /** Commit the facts belong to; null for shipped facts without one. */
  readonly revision: string | null;
  readonly gated: boolean;
  readonly pipeline: string | null;
  readonly weightBytes: Fact<number>;
  readonly parameters?: Fact<number>;
  readonly quantization: Fact<
    'none' | 'fp8' | 'awq' | 'gptq' | 'mxfp4' | 'nvfp4' | 'bnb4' | 'int8' | 'gguf' | 'unknown'
  >;
  /** Group or block width of the quantised weights: each GPU's slice must be a multiple of it. */
  readonly quantizationBlock?: Fact<number>;
  readonly dtype?: Fact<string>;
  readonly maxContextTokens?: Fact<number>;
  readonly layers?: Fact<number>;
  readonly hiddenSize?: Fact<number>;
  /** MLP width one token passes through: for mixtures all experts it is routed to, shared ones included. */
  readonly intermediateSize?: Fact<number>;
  /** MLP width of one expert; absent = a dense model. */
  readonly expertIntermediateSize?: Fact<number>;
  readonly vocabSize?: Fact<number>;
  readonly attentionHeads?: Fact<number>;
  readonly kvHeads?: Fact<number>;
  readonly headDim?: Fact<number>;
  /** Layers with full attention; the rest of `layers` slides over `slidingWindow` or is linear. */
  readonly fullAttentionLayers?: Fact<number>;
  readonly slidingLayers?: Fact<number>;
  readonly slidingWindow?: Fact<number>;
  readonly linearLayers?: Fact<number>;
  /** Recurrent state that one sequence keeps in all linear layers together, in bytes. */
  readonly linearStateBytes?: Fact<number>;
  /** KV heads and head width of the full-attention layers where they differ from `kvHeads` and `headDim` (Gemma 4). */
  readonly fullKvHeads?: Fact<number>;
  readonly fullHeadDim?: Fact<number>;
  /** DeepSeek-style latent attention: kv_lora_rank + qk_rope_head_dim. */
  readonly mlaLatent?: Fact<number>;
  readonly multimodal?: boolean;
  /** Parsers vLLM needs for tool calls and reasoning, where the family is known. */
  readonly toolCallParser?: string;
  readonly reasoningParser?: string;
}

/** One GPU type as the catalogue offers it now. */
export interface GpuOffer {
  readonly id: string;
  readonly name: string;
  /** Catalogue VRAM, in GB as RunPod prints it. */
  readonly memoryGb: number;
  readonly manufacturer: string;
  readonly pool: string | null;
  /** List price of ONE GPU per hour; null = not offered there. */
  readonly usdPerHour: {
    readonly SECURE: number | null;
    readonly COMMUNITY: number | null;
    readonly serverless: number | null;
  };
  readonly maxCount: { readonly SECURE: number; readonly COMMUNITY: number };
  /** Of Secure Cloud, or of the one cloud that was asked about. */
  readonly stock: Stock;
  /** Stock in Community Cloud where both were asked about; absent = as `stock`. */
  readonly communityStock?: Stock;
  /** Stock of the serverless pool; absent = not asked for. */
  readonly serverlessStock?: Stock;
  readonly dataCenters: readonly { readonly id: string; readonly stock: Stock }[];
  readonly cudaVersions: readonly string[];
}

/** What earlier attempts taught: reorders, never hides. */
export interface CapacityMemory {
  readonly gpuTypeId: string;
  readonly dataCenterId: string | null;
  readonly at: number;
  readonly outcome: 'placed' | 'no-capacity' | 'stuck';
}

export interface BootTimes {
  /** Median seconds from create to first token for this GPU and model, when known. */
  readonly medianSeconds: number | null;
  readonly runs: number;
}

export interface PlanInput {
  readonly request: PlanRequest;
  /** null = no facts could be had: the plan is an estimate from the name, and says so. */
  readonly facts: ModelFacts | null;
  readonly offers: readonly GpuOffer[];
  readonly pricesAsOf: string;
  readonly simulated: boolean;
  readonly now: number;
  readonly capacity?: readonly CapacityMemory[];
  readonly boots?: (gpuTypeId: string, kind: PlanCandidate['kind']) => BootTimes;
  /** What a deployment of this wish runs on first; absent = as the mode says, and in mode `auto` a pod. */
  readonly runsOn?: PlanCandidate['kind'];
  /** Other forms of the same model (FP8, AWQ, GGUF), to be named when this one fits nowhere. */
  readonly siblings?: readonly ModelFacts[];
  /** Share of the hours of use in which a serverless worker is awake, from the deployment's own requests. */
  readonly busyShare?: number;
}
