import type { Fact, ModelFacts } from './types.ts';
import { parsersFor } from './parsers.ts';
import { BITS_PER_PARAMETER } from './shape.ts';

type Quantization = ModelFacts['quantization']['value'];

/** Average bits per weight of GGUF files (VRAM.md 4.2), by the name's middle part. */
const GGUF_BITS: Readonly<Record<string, number>> = {
  q2_k: 3.35,
  q3_k_s: 3.5,
  q3_k_m: 3.91,
  q3_k_l: 4.3,
  q4_0: 4.55,
  q4_k_s: 4.58,
  q4_k_m: 4.84,
  q5_0: 5.54,
  q5_k_s: 5.54,
  q5_k_m: 5.68,
  q6_k: 6.56,
  q8_0: 8.5,
  fp16: 16,
  f16: 16,
  bf16: 16,
};
/** What Ollama's library serves when a tag names no format. */
const OLLAMA_DEFAULT_BITS = 4.84;

interface Format {
  readonly quantization: Quantization;
  readonly bits: number;
}

/** The weights' format as the name tells it. */
export function formatOf(model: string): Format {
  const name = model.toLowerCase();
  const gguf = Object.keys(GGUF_BITS)
    .toSorted((a, b) => b.length - a.length)
    .find((key) => new RegExp(`(?:^|[^a-z0-9])${key}(?:$|[^a-z0-9])`).test(name));
  if (isOllamaName(model) || name.includes('gguf')) {
    return { quantization: 'gguf', bits: GGUF_BITS[gguf ?? ''] ?? OLLAMA_DEFAULT_BITS };
  }
  const quantization = NAMED.find(([pattern]) => pattern.test(name))?.[1] ?? 'none';
  return { quantization, bits: BITS_PER_PARAMETER[quantization] };
}

const NAMED: readonly (readonly [RegExp, Quantization])[] = [
  [/awq/, 'awq'],
  [/gptq|w4a16|autoround|int4/, 'gptq'],
  [/nvfp4/, 'nvfp4'],
  [/mxfp4|gpt-oss/, 'mxfp4'],
  [/bnb|nf4|4bit/, 'bnb4'],
  [/fp8|w8a8-fp|f8_e4m3/, 'fp8'],
  [/w8a8|int8/, 'int8'],
];

/** Ollama names have a tag or no organisation; Hugging Face ids have an organisation. */
export function isOllamaName(model: string): boolean {
  if (model.startsWith('hf.co/') || model.startsWith('huggingface.co/')) return true;
  if (!model.includes('/')) return true;
  return model.includes(':') && !/gguf/i.test(model);
}

/** Parameters a name speaks of: `8B`, `0.6b`, `125m`, `8x7B`, `30B-A3B` (all of them, not the active ones). */
export function parametersInName(model: string): number | null {
  const name = model.toLowerCase().split('/').at(-1) ?? '';
  const experts = /(\d+)x(\d+(?:\.\d+)?)b/.exec(name);
  // Experts share attention and embeddings: Mixtral 8x7B has 46.7 billion, not 56.
  if (experts !== null) return Number(experts[1]) * Number(experts[2]) * 0.84 * 1e9;
  const sizes = [...name.matchAll(/(?<![a-z0-9.])e?(\d+(?:\.\d+)?)([bm])(?![a-z0-9])/g)];
  const first = sizes.map((match) => Number(match[1]) * (match[2] === 'b' ? 1e9 : 1e6)).at(0);
  return first ?? null;
}

/**
 * Facts made from a name alone, for when neither the hub nor the shipped table can be asked; everything in them is a
 * guess. null = the name tells no size.
 */
export function estimateFacts(model: string): ModelFacts | null {
  const parameters = parametersInName(model);
  if (parameters === null) return null;
  const { quantization, bits } = formatOf(model);
  const guess = <T>(value: T): Fact<T> => ({ value, provenance: 'guessed', source: 'the name' });
  return {
    model,
    revision: null,
    gated: false,
    pipeline: null,
    weightBytes: guess(Math.round((parameters * bits) / 8)),
    parameters: guess(parameters),
    quantization: guess(quantization),
    ...parsersFor(model),
  };
}
