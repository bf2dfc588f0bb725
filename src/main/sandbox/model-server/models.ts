/** What the simulated GPUs know about a model: enough to decide whether it starts, how long it loads, how it behaves. */
export interface ModelTraits {
  readonly weightsGiB: number;
  /** Bytes of KV cache per token over all GPUs; null = unknown, then memory for it is not checked. */
  readonly kvBytesPerToken: number | null;
  readonly maxContext: number;
  readonly architecture: string;
  readonly gated: boolean;
  readonly task: 'generate' | 'embed';
  readonly embeddingSize: number;
  /** False = the repository does not exist. */
  readonly exists: boolean;
}

type Known = readonly [
  pattern: RegExp,
  billionParameters: number,
  kvBytesPerToken: number | null,
  maxContext: number,
  architecture: string,
];

const KNOWN: readonly Known[] = [
  [/qwen3-coder-30b/i, 30.5, 98_304, 262_144, 'Qwen3MoeForCausalLM'],
  [/qwen3.*30b-a3b/i, 30.5, 98_304, 40_960, 'Qwen3MoeForCausalLM'],
  [/qwen3.*-32b/i, 32.8, 262_144, 40_960, 'Qwen3ForCausalLM'],
  [/qwen3.*-14b/i, 14.8, 163_840, 40_960, 'Qwen3ForCausalLM'],
  [/qwen3.*-8b/i, 8.2, 147_456, 40_960, 'Qwen3ForCausalLM'],
  [/qwen3.*-4b/i, 4, 147_456, 40_960, 'Qwen3ForCausalLM'],
  [/qwen3.*-1\.7b/i, 1.7, 114_688, 40_960, 'Qwen3ForCausalLM'],
  [/qwen3.*-0\.6b/i, 0.6, 114_688, 40_960, 'Qwen3ForCausalLM'],
  [/qwen2\.5.*-7b/i, 7.6, 57_344, 32_768, 'Qwen2ForCausalLM'],
  [/qwen2\.5.*-0\.5b/i, 0.5, 12_288, 32_768, 'Qwen2ForCausalLM'],
  [/llama-3\.[13].*-70b/i, 70.6, 327_680, 131_072, 'LlamaForCausalLM'],
  [/llama-3\.1.*-8b/i, 8.03, 131_072, 131_072, 'LlamaForCausalLM'],
  [/llama-3\.2.*-3b/i, 3.2, 114_688, 131_072, 'LlamaForCausalLM'],
  [/llama-3\.2.*-1b/i, 1.2, 32_768, 131_072, 'LlamaForCausalLM'],
  [/gpt-oss-120b/i, 117, 36_864, 131_072, 'GptOssForCausalLM'],
  [/gpt-oss-20b/i, 20.9, 24_576, 131_072, 'GptOssForCausalLM'],
  [/mixtral-8x7b/i, 46.7, 131_072, 32_768, 'MixtralForCausalLM'],
  [/mistral-7b/i, 7.2, 131_072, 32_768, 'MistralForCausalLM'],
  [/gemma-3-27b/i, 27.4, 81_920, 131_072, 'Gemma3ForConditionalGeneration'],
  [/deepseek-(?:v3|r1)(?!-distill)/i, 671, 70_272, 163_840, 'DeepseekV3ForCausalLM'],
];

const EMBEDDING = /embed|(?:^|[-/])(?:bge|gte|e5|minilm)(?:[-.]|$)/i;
const GATED = /^(?:meta-llama|google\/gemma|coherelabs|cohereforai)/i;
/** Bits per weight by the mark in a model's name. */
const FORMATS: readonly (readonly [RegExp, number])[] = [
  [/gpt-oss|mxfp4/i, 4.5],
  [/awq|gptq|int4|w4a16|4bit|bnb|nvfp4|nf4|q4/i, 4.7],
  [/fp8|int8|w8a8|w8a16|8bit|q8|deepseek-(?:v3|r1)(?!-distill)/i, 8.1],
];

const GIB = 1024 ** 3;

/** Traits from a table of well-known models, else from the size in the name ("8B", "8x7b"), else of a small model. */
export function modelTraits(model: string): ModelTraits {
  const [, billions, kvBytesPerToken, maxContext, architecture] =
    KNOWN.find(([pattern]) => pattern.test(model)) ?? unknownTraits(model);
  const bits = FORMATS.find(([pattern]) => pattern.test(model))?.[1] ?? 16;
  const embed = EMBEDDING.test(model);
  return {
    weightsGiB: (billions * 1e9 * bits) / 8 / GIB,
    kvBytesPerToken,
    maxContext: /2507/.test(model) ? 262_144 : maxContext,
    architecture: embed ? 'BertModel' : architecture,
    gated: GATED.test(model),
    task: embed ? 'embed' : 'generate',
    embeddingSize: billions > 3 ? 4096 : billions > 0.5 ? 1024 : 384,
    exists: !/does-not-exist|no-such-model/i.test(model),
  };
}

function unknownTraits(model: string): Known {
  return [/./, billionsInName(model) ?? 3, null, 131_072, 'LlamaForCausalLM'];
}

function billionsInName(model: string): number | null {
  const moe = /(\d+)x(\d+(?:\.\d+)?)b(?![a-z])/i.exec(model);
  if (moe !== null) return Number(moe[1]) * Number(moe[2]) * 0.83;
  const plain = /(?:^|[-_:/.])(\d+(?:\.\d+)?)b(?![a-z0-9])/i.exec(model);
  if (plain !== null) return Number(plain[1]);
  const millions = /(?:^|[-_:/.])(\d+)m(?![a-z0-9])/i.exec(model);
  return millions === null ? null : Number(millions[1]) / 1000;
}
