/** Language models that RunPod hosts for everybody, as its documentation lists them (FACTS 6). */
export interface PublicModel {
  /** The endpoint's place in the invoke plane. */
  readonly slug: string;
  /** Value of `model`. */
  readonly model: string;
  readonly contextTokens: number;
  readonly usdPerMillionInput: number;
  readonly usdPerMillionOutput: number;
  /** It thinks before it answers. */
  readonly reasons: boolean;
}

const flat = (usd: number) => ({ usdPerMillionInput: usd, usdPerMillionOutput: usd });
const kimi = {
  slug: 'moonshot-kimi',
  contextTokens: 262_144,
  usdPerMillionInput: 0.95,
  usdPerMillionOutput: 4,
};

export const PUBLIC_MODELS: readonly PublicModel[] = [
  { slug: 'qwen3-32b-awq', model: 'Qwen/Qwen3-32B-AWQ', contextTokens: 32_768, ...flat(10), reasons: false },
  { slug: 'gpt-oss-120b', model: 'openai/gpt-oss-120b', contextTokens: 131_072, ...flat(10), reasons: false },
  { ...kimi, model: 'kimi-k2.6', reasons: false },
  { ...kimi, model: 'kimi-k2.7-code', reasons: false },
  {
    slug: 'moonshot-kimi',
    model: 'kimi-k3',
    contextTokens: 1_048_576,
    usdPerMillionInput: 3,
    usdPerMillionOutput: 15,
    reasons: true,
  },
  {
    slug: 'cogito-671b-v2-1-fp8-dynamic',
    model: 'cogito-671b-v2-1-fp8-dynamic',
    contextTokens: 32_768,
    ...flat(0.5),
    reasons: false,
  },
];
