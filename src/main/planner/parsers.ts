/** What vLLM must be told so that tool calls and reasoning come out as fields instead of text. */
export interface Parsers {
  readonly toolCallParser?: string;
  readonly reasoningParser?: string;
}

interface Family extends Parsers {
  /** Matched against the model id in lower case, without the organisation. */
  readonly pattern: RegExp;
}

/**
 * vLLM's parser names by model family, first match wins. Base models and encoders have none. Names are those registered
 * in vLLM's tool_parsers and reasoning packages.
 */
const FAMILIES: readonly Family[] = [
  { pattern: /embed|rerank|(?:^|[-_])(?:bge|e5|gte)(?:[-_]|$)|guard|reward/ },
  { pattern: /-base(?:-|$)|-pt(?:-|$)/ },
  { pattern: /gpt-?oss/, toolCallParser: 'openai', reasoningParser: 'openai_gptoss' },
  { pattern: /r1.*distill/, reasoningParser: 'deepseek_r1' },
  { pattern: /deepseek-r1/, toolCallParser: 'deepseek_v3', reasoningParser: 'deepseek_r1' },
  { pattern: /deepseek-v3\.2/, toolCallParser: 'deepseek_v32', reasoningParser: 'deepseek_v3' },
  { pattern: /deepseek-v3\.1/, toolCallParser: 'deepseek_v31', reasoningParser: 'deepseek_v3' },
  { pattern: /deepseek-v3/, toolCallParser: 'deepseek_v3' },
  { pattern: /deepseek-v4/, toolCallParser: 'deepseek_v4', reasoningParser: 'deepseek_v4' },
  { pattern: /qwen3-coder/, toolCallParser: 'qwen3_coder' },
  { pattern: /qwen3\.[5-9]/, toolCallParser: 'qwen3_coder', reasoningParser: 'qwen3' },
  { pattern: /qwen3.*instruct/, toolCallParser: 'hermes' },
  { pattern: /qwen3.*thinking/, toolCallParser: 'hermes', reasoningParser: 'deepseek_r1' },
  { pattern: /qwen3/, toolCallParser: 'hermes', reasoningParser: 'qwen3' },
  { pattern: /qwq/, toolCallParser: 'hermes', reasoningParser: 'deepseek_r1' },
  { pattern: /qwen2\.5/, toolCallParser: 'hermes' },
  { pattern: /hermes-[234]/, toolCallParser: 'hermes' },
  { pattern: /llama-?4/, toolCallParser: 'llama4_pythonic' },
  { pattern: /llama-?3\.[123].*instruct/, toolCallParser: 'llama3_json' },
  { pattern: /magistral/, toolCallParser: 'mistral', reasoningParser: 'mistral' },
  {
    pattern: /(?:mistral|mixtral|ministral|devstral|codestral).*(?:instruct|\d{4})|devstral/,
    toolCallParser: 'mistral',
  },
  { pattern: /gemma-?4/, toolCallParser: 'gemma4', reasoningParser: 'gemma4' },
  { pattern: /functiongemma/, toolCallParser: 'functiongemma' },
  { pattern: /phi-?4-mini-instruct/, toolCallParser: 'phi4_mini_json' },
  { pattern: /granite-?4/, toolCallParser: 'granite4' },
  { pattern: /granite-?3.*instruct/, toolCallParser: 'granite', reasoningParser: 'granite' },
  { pattern: /glm-?4\.7/, toolCallParser: 'glm47', reasoningParser: 'glm47' },
  { pattern: /glm-?4\.[56]/, toolCallParser: 'glm45', reasoningParser: 'glm45' },
  { pattern: /kimi-k2/, toolCallParser: 'kimi_k2', reasoningParser: 'kimi_k2' },
  { pattern: /minimax-m2/, toolCallParser: 'minimax_m2', reasoningParser: 'minimax_m2' },
  { pattern: /seed-oss/, toolCallParser: 'seed_oss', reasoningParser: 'seed_oss' },
  { pattern: /olmo-?3/, toolCallParser: 'olmo3', reasoningParser: 'olmo3' },
];

/** Parsers for a model id; empty when the family is unknown or has none. */
export function parsersFor(model: string): Parsers {
  const name = model.toLowerCase().split('/').at(-1) ?? '';
  const family = FAMILIES.find((entry) => entry.pattern.test(name));
  if (family === undefined) return {};
  return {
    ...(family.toolCallParser === undefined ? {} : { toolCallParser: family.toolCallParser }),
    ...(family.reasoningParser === undefined ? {} : { reasoningParser: family.reasoningParser }),
  };
}
