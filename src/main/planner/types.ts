import type { PlanRequest, Provenance, Stock } from '../../shared/model.ts';

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
  readonly dtype?: Fact<string>;
  readonly maxContextTokens?: Fact<number>;
  readonly layers?: Fact<number>;
  readonly hiddenSize?: Fact<number>;
  readonly intermediateSize?: Fact<number>;
  readonly vocabSize?: Fact<number>;
  readonly attentionHeads?: Fact<number>;
  readonly kvHeads?: Fact<number>;
  readonly headDim?: Fact<number>;
  /** Layers with full attention; the rest of `layers` slides over `slidingWindow` or is linear. */
  readonly fullAttentionLayers?: Fact<number>;
  readonly slidingLayers?: Fact<number>;
  readonly slidingWindow?: Fact<number>;
  readonly linearLayers?: Fact<number>;
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
  readonly stock: Stock;
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
  readonly boots?: (gpuTypeId: string) => BootTimes;
}
