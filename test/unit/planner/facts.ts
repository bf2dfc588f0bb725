import type { PlanRequest, PlanWish } from '../../../src/shared/model.ts';
import { planRequestSchema } from '../../../src/shared/model.ts';
import type { Fact, GpuOffer, ModelFacts, PlanInput } from '../../../src/main/planner/types.ts';

const GIB = 2 ** 30;

export const exact = <T>(value: T): Fact<T> => ({ value, provenance: 'exact', source: 'test' });

interface Numbers {
  readonly model?: string;
  readonly weightGiB: number;
  readonly quantization?: ModelFacts['quantization']['value'];
  readonly dtype?: string;
  readonly layers: number;
  readonly hidden: number;
  readonly mlp: number;
  readonly vocab: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly maxContext?: number;
}

export function factsOf(numbers: Numbers, rest: Partial<ModelFacts> = {}): ModelFacts {
  return {
    model: numbers.model ?? 'org/model',
    revision: null,
    gated: false,
    pipeline: 'text-generation',
    weightBytes: exact(numbers.weightGiB * GIB),
    quantization: exact(numbers.quantization ?? 'none'),
    dtype: exact(numbers.dtype ?? 'bfloat16'),
    maxContextTokens: exact(numbers.maxContext ?? 131_072),
    layers: exact(numbers.layers),
    hiddenSize: exact(numbers.hidden),
    intermediateSize: exact(numbers.mlp),
    vocabSize: exact(numbers.vocab),
    attentionHeads: exact(numbers.heads),
    kvHeads: exact(numbers.kvHeads),
    headDim: exact(numbers.headDim),
    ...rest,
  };
}

/** The models of the worked rows (VRAM.md 4.4). */
export const llama8b = factsOf({
  model: 'meta-llama/Llama-3.1-8B-Instruct',
  weightGiB: (8_030_261_248 * 2) / GIB,
  layers: 32,
  hidden: 4096,
  mlp: 14_336,
  vocab: 128_256,
  heads: 32,
  kvHeads: 8,
  headDim: 128,
});

export const qwen32bFp8 = factsOf(
  {
    model: 'Qwen/Qwen3-32B-FP8',
    weightGiB: 31.97,
    quantization: 'fp8',
    layers: 64,
    hidden: 5120,
    mlp: 25_600,
    vocab: 151_936,
    heads: 64,
    kvHeads: 8,
    headDim: 128,
    maxContext: 40_960,
  },
  { quantizationBlock: exact(128) },
);

const llama70bShape = {
  layers: 80,
  hidden: 8192,
  mlp: 28_672,
  vocab: 128_256,
  heads: 64,
  kvHeads: 8,
  headDim: 128,
};
export const llama70b = factsOf({
  ...llama70bShape,
  model: 'meta-llama/Llama-3.3-70B-Instruct',
  weightGiB: (70_553_706_496 * 2) / GIB,
});
export const llama70bAwq = factsOf(
  {
    ...llama70bShape,
    model: 'casperhansen/llama-3.3-70b-instruct-awq',
    weightGiB: 39_767_785_472 / GIB,
    quantization: 'awq',
    dtype: 'float16',
  },
  { quantizationBlock: exact(128) },
);

export const mixtral = factsOf({
  model: 'mistralai/Mixtral-8x7B-Instruct-v0.1',
  weightGiB: (46_702_792_704 * 2) / GIB,
  layers: 32,
  hidden: 4096,
  mlp: 2 * 14_336,
  vocab: 32_000,
  heads: 32,
  kvHeads: 8,
  headDim: 128,
  maxContext: 32_768,
});

export const qwen30bA3b = factsOf({
  model: 'Qwen/Qwen3-30B-A3B',
  weightGiB: (30_532_122_624 * 2) / GIB,
  layers: 48,
  hidden: 2048,
  mlp: 8 * 768,
  vocab: 151_936,
  heads: 32,
  kvHeads: 4,
  headDim: 128,
  maxContext: 40_960,
});

const gptOss = { hidden: 2880, mlp: 4 * 2880, vocab: 201_088, heads: 64, kvHeads: 8, headDim: 64 } as const;
export const gptOss20b = factsOf(
  {
    ...gptOss,
    model: 'openai/gpt-oss-20b',
    weightGiB: 13_761_264_768 / GIB,
    quantization: 'mxfp4',
    layers: 24,
  },
  { fullAttentionLayers: exact(12), slidingLayers: exact(12), slidingWindow: exact(128) },
);
export const gptOss120b = factsOf(
  {
    ...gptOss,
    model: 'openai/gpt-oss-120b',
    weightGiB: 65_248_815_744 / GIB,
    quantization: 'mxfp4',
    layers: 36,
  },
  { fullAttentionLayers: exact(18), slidingLayers: exact(18), slidingWindow: exact(128) },
);

export const gemma27b = factsOf(
  {
    model: 'google/gemma-3-27b-it',
    weightGiB: 51.1,
    layers: 62,
    hidden: 5376,
    mlp: 21_504,
    vocab: 262_208,
    heads: 32,
    kvHeads: 16,
    headDim: 128,
  },
  { fullAttentionLayers: exact(10), slidingLayers: exact(52), slidingWindow: exact(1024) },
);

export const deepseekV3 = factsOf(
  {
    model: 'deepseek-ai/DeepSeek-V3',
    weightGiB: 688_574_839_360 / GIB,
    quantization: 'fp8',
    layers: 61,
    hidden: 7168,
    mlp: 18_432,
    vocab: 129_280,
    heads: 128,
    kvHeads: 128,
    headDim: 128,
    maxContext: 163_840,
  },
  { mlaLatent: exact(576) },
);

export const r1Qwen7bQ4 = factsOf({
  model: 'deepseek-r1:7b',
  weightGiB: 4.36,
  quantization: 'gguf',
  layers: 28,
  hidden: 3584,
  mlp: 18_944,
  vocab: 152_064,
  heads: 28,
  kvHeads: 4,
  headDim: 128,
});

/** A card of the catalogue with plenty of stock in two data centres. */
export function offer(
  id: string,
  memoryGb: number,
  secure: number | null,
  rest: Partial<GpuOffer> = {},
): GpuOffer {
  return {
    id,
    name: id.replace('NVIDIA ', '').replace('GeForce ', ''),
    memoryGb,
    manufacturer: 'NVIDIA',
    pool: null,
    usdPerHour: { SECURE: secure, COMMUNITY: null, serverless: null },
    maxCount: { SECURE: 8, COMMUNITY: 0 },
    stock: 'HIGH',
    dataCenters: [
      { id: 'EU-RO-1', stock: 'HIGH' },
      { id: 'US-TX-3', stock: 'LOW' },
    ],
    cudaVersions: ['12.8', '13.0'],
    ...rest,
  };
}

/** A catalogue in the manner of November 2026; prices are examples. */
export const catalogue: readonly GpuOffer[] = [
  offer('NVIDIA RTX A4000', 16, 0.25),
  offer('NVIDIA L4', 24, 0.43, {
    pool: 'AMPERE_24',
    usdPerHour: { SECURE: 0.43, COMMUNITY: null, serverless: 0.68 },
  }),
  offer('NVIDIA GeForce RTX 4090', 24, 0.69, {
    pool: 'ADA_24',
    usdPerHour: { SECURE: 0.69, COMMUNITY: 0.34, serverless: 1.12 },
    maxCount: { SECURE: 8, COMMUNITY: 4 },
  }),
  offer('NVIDIA A40', 48, 0.4),
  offer('NVIDIA RTX A6000', 48, 0.49, {
    pool: 'AMPERE_48',
    usdPerHour: { SECURE: 0.49, COMMUNITY: 0.33, serverless: 1.22 },
    maxCount: { SECURE: 8, COMMUNITY: 4 },
  }),
  offer('NVIDIA L40S', 48, 0.86),
  offer('NVIDIA A100 80GB PCIe', 80, 1.39),
  offer('NVIDIA H100 80GB HBM3', 80, 2.69, {
    pool: 'ADA_80_PRO',
    usdPerHour: { SECURE: 2.69, COMMUNITY: null, serverless: 4.18 },
  }),
  offer('NVIDIA H200', 141, 3.59),
  offer('NVIDIA B200', 180, 5.98),
  offer('Tesla V100-SXM2-32GB', 32, 0.19),
  offer('AMD Instinct MI300X OAM', 192, 2.39, { manufacturer: 'AMD', cudaVersions: [] }),
];

const requestOf = (wish: PlanWish): PlanRequest => planRequestSchema.parse(wish);

export const NOW = Date.UTC(2026, 10, 24, 9, 0, 0);

export function inputOf(wish: PlanWish, facts: ModelFacts | null, rest: Partial<PlanInput> = {}): PlanInput {
  return {
    request: requestOf(wish),
    facts,
    offers: catalogue,
    pricesAsOf: '2026-11-24T09:00:00Z',
    simulated: false,
    now: NOW,
    ...rest,
  };
}
