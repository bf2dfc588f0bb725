import { tokensUsd, type TokenPrice } from './pricing.ts';

/** List prices of RunPod's public endpoints for language models (FACTS 6). Shipped, so dated: they change. */

export const PUBLIC_PRICES_AS_OF = '2026-11-23';

export interface PublicPrice extends TokenPrice {
  /** What its endpoint calls it. */
  readonly model: string;
  readonly slug: string;
}

const flat = (usd: number): TokenPrice => ({ usdPerMillionInput: usd, usdPerMillionOutput: usd });

export const PUBLIC_PRICES: readonly PublicPrice[] = [
  { slug: 'qwen3-32b-awq', model: 'Qwen/Qwen3-32B-AWQ', ...flat(10) },
  { slug: 'gpt-oss-120b', model: 'openai/gpt-oss-120b', ...flat(10) },
  { slug: 'moonshot-kimi', model: 'kimi-k2.6', usdPerMillionInput: 0.95, usdPerMillionOutput: 4 },
  { slug: 'moonshot-kimi', model: 'kimi-k2.7-code', usdPerMillionInput: 0.95, usdPerMillionOutput: 4 },
  { slug: 'moonshot-kimi', model: 'kimi-k3', usdPerMillionInput: 3, usdPerMillionOutput: 15 },
  {
    slug: 'cogito-671b-v2-1-fp8-dynamic',
    model: 'cogito-671b-v2-1-fp8-dynamic',
    ...flat(0.5),
  },
];

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
