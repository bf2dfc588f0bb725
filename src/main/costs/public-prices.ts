import { tokensUsd, type TokenPrice } from './pricing.ts';

/** RunPod's public endpoints for language models, at list price (FACTS 6). Shipped, so dated: they change. */

export const PUBLIC_PRICES_AS_OF = '2026-11-23';
export const PUBLIC_PRICES_SOURCE = 'https://docs.runpod.io/public-endpoints';

export interface PublicPrice extends TokenPrice {
  /** What the user calls it; unique where several models share an endpoint. */
  readonly id: string;
  /** What its endpoint calls it. */
  readonly model: string;
  readonly slug: string;
  /** null = RunPod does not tell. */
  readonly contextTokens: number | null;
}

const flat = (usd: number): TokenPrice => ({ usdPerMillionInput: usd, usdPerMillionOutput: usd });
const kimi = (
  id: string,
  contextTokens: number,
  usdPerMillionInput: number,
  usdPerMillionOutput: number,
) => ({
  id,
  slug: 'moonshot-kimi',
  model: id,
  contextTokens,
  usdPerMillionInput,
  usdPerMillionOutput,
});

export const PUBLIC_PRICES: readonly PublicPrice[] = [
  {
    id: 'qwen3-32b-awq',
    slug: 'qwen3-32b-awq',
    model: 'Qwen/Qwen3-32B-AWQ',
    contextTokens: 32_768,
    ...flat(10),
  },
  {
    id: 'gpt-oss-120b',
    slug: 'gpt-oss-120b',
    model: 'openai/gpt-oss-120b',
    contextTokens: 131_072,
    ...flat(10),
  },
  kimi('kimi-k2.6', 262_144, 0.95, 4),
  kimi('kimi-k2.7-code', 262_144, 0.95, 4),
  kimi('kimi-k3', 1_048_576, 3, 15),
  {
    id: 'cogito-671b-v2-1-fp8-dynamic',
    slug: 'cogito-671b-v2-1-fp8-dynamic',
    model: 'cogito-671b-v2-1-fp8-dynamic',
    contextTokens: null,
    ...flat(0.5),
  },
];

/** null = there is none of that id. */
export function publicPriceOf(id: string): PublicPrice | null {
  return PUBLIC_PRICES.find((price) => price.id === id) ?? null;
}

export interface Tokens {
  readonly input: number;
  readonly output: number;
}

/** These tokens at every public endpoint, the cheapest first. */
export function publicPricesOf(tokens: Tokens): { readonly model: string; readonly usd: number }[] {
  return PUBLIC_PRICES.map((price) => ({ model: price.model, usd: tokensUsd(tokens, price) })).toSorted(
    (a, b) => a.usd - b.usd,
  );
}

/** The endpoint that serves the same model, quantised or not; null = none does. */
export function publicPriceFor(model: string): PublicPrice | null {
  const wanted = familyOf(model);
  return PUBLIC_PRICES.find((price) => familyOf(price.model) === wanted) ?? null;
}

/** `Qwen/Qwen3-32B-FP8` → `qwen3-32b`: a model without its owner and the form of its weights. */
function familyOf(model: string): string {
  const name = model.toLowerCase().split('/').at(-1) ?? '';
  return name.replace(/(?:-(?:awq|gptq|fp8|int4|int8|bf16|mxfp4|nvfp4|gguf|dynamic))+$/, '');
}
