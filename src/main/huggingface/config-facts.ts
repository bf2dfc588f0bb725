import type { Fact, ModelFacts } from '../planner/types.ts';
import { attentionOf } from './attention.ts';
import type { ModelConfig, TextConfig } from './hub-schemas.ts';
import { quantizationOf } from './quantization.ts';

const SOURCE = 'config.json';
const ENCODERS = /^(?:bert|roberta|xlm-roberta|modernbert|nomic_bert|mpnet|distilbert|electra|new)$/;

const exact = <T>(value: T): Fact<T> => ({ value, provenance: 'exact', source: SOURCE });
const derived = <T>(value: T, how: string): Fact<T> => ({ value, provenance: 'derived', source: how });

type Part = Partial<ModelFacts>;

/** Names of the facts that are numbers. */
type NumberFact = {
  [K in keyof ModelFacts]-?: NonNullable<ModelFacts[K]> extends Fact<number> ? K : never;
}[keyof ModelFacts];

/** One fact, or none where the value is unknown. `how`: the rule it follows from, when it is not in the file itself. */
function when(name: NumberFact, value: number | undefined, how?: string): Part {
  if (value === undefined) return {};
  return { [name]: how === undefined ? exact(value) : derived(value, how) };
}

/** The first value that is there and not 0. */
function first(...values: readonly (number | undefined)[]): number | undefined {
  return values.find((value) => value !== undefined && value > 0);
}

/**
 * The facts a config.json tells (VRAM.md 4.1.4), the language model's part where there are several. What follows from a
 * rule instead of a number in the file is marked as derived, with the rule.
 */
export function configFacts(config: ModelConfig): Part {
  const text: TextConfig = config.text_config ?? config.llm_config ?? config.language_config ?? config;
  return {
    ...when('layers', first(text.num_hidden_layers, text.n_layer)),
    ...when('hiddenSize', first(text.hidden_size, text.n_embd)),
    ...when('attentionHeads', first(text.num_attention_heads, text.n_head)),
    ...when('kvHeads', first(text.num_key_value_heads)),
    ...when('headDim', first(text.head_dim)),
    ...when('vocabSize', first(text.vocab_size, config.vocab_size)),
    ...when('fullKvHeads', first(text.num_global_key_value_heads)),
    ...when('fullHeadDim', first(text.global_head_dim)),
    ...mlpFacts(text),
    ...mlaFacts(text),
    ...attentionFacts(text),
    ...when('maxContextTokens', ...contextOf(text)),
    ...formatFacts(config, text),
    ...(isObject(config.vision_config) || isObject(config.audio_config) ? { multimodal: true } : {}),
  };
}

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null;

const isEncoder = (text: TextConfig): boolean => ENCODERS.test(text.model_type ?? '');

function formatFacts(config: ModelConfig, text: TextConfig): Part {
  const dtype = text.dtype ?? text.torch_dtype ?? config.dtype ?? config.torch_dtype;
  const quantization = quantizationOf(config.quantization_config ?? text.quantization_config);
  return {
    ...(dtype === undefined ? {} : { dtype: exact(dtype.replace('torch.', '')) }),
    quantization: exact(quantization.kind),
    ...when('quantizationBlock', quantization.block ?? undefined),
  };
}

function attentionFacts(text: TextConfig): Part {
  if (isEncoder(text)) return when('fullAttentionLayers', 0, 'an encoder keeps no KV cache');
  const attention = attentionOf(text);
  if (attention === null) return {};
  const { how, full, sliding, window, linear, linearStateBytes } = attention;
  return {
    ...when('fullAttentionLayers', full, how),
    ...(sliding === 0
      ? {}
      : { ...when('slidingLayers', sliding, how), ...when('slidingWindow', window ?? undefined) }),
    ...when('linearLayers', first(linear), how),
    ...when('linearStateBytes', first(linearStateBytes), 'state shapes of the config'),
  };
}

/** Width one token passes through: its experts and the shared ones, or the dense layers where they are wider. */
function mlpFacts(text: TextConfig): Part {
  const dense = first(text.intermediate_size, text.ffn_dim);
  const perToken = first(
    text.num_experts_per_tok,
    text.num_experts_per_token,
    text.experts_per_token,
    text.top_k_experts,
  );
  const expert = first(text.moe_intermediate_size, text.num_local_experts === undefined ? undefined : dense);
  if (perToken === undefined || expert === undefined) return when('intermediateSize', dense);
  const active = perToken * expert + sharedWidth(text, expert);
  const denseToo = first(text.first_k_dense_replace) === undefined ? 0 : (dense ?? 0);
  return {
    ...when(
      'intermediateSize',
      Math.max(active, denseToo),
      `${perToken} experts of ${expert} a token, shared ones included`,
    ),
    ...when('expertIntermediateSize', expert),
  };
}

function sharedWidth(text: TextConfig, expert: number): number {
  return text.shared_expert_intermediate_size ?? (text.n_shared_experts ?? 0) * expert;
}

/** One latent vector a token and layer; DeepSeek-V3.2 adds its indexer's keys, one byte each and a 4-byte scale. */
function mlaFacts(text: TextConfig): Part {
  const latent = first(text.kv_lora_rank);
  if (latent === undefined) return {};
  const indexer = text.index_head_dim === undefined ? 0 : (text.index_head_dim + 4) / 2;
  return when('mlaLatent', latent + (text.qk_rope_head_dim ?? 0) + indexer, 'latent and rope widths');
}

/** Longest context and, where it is not written there, the rule it follows from. */
function contextOf(text: TextConfig): [value: number | undefined, how?: string] {
  const plain = first(text.max_position_embeddings, text.n_positions);
  if (plain === undefined) return [undefined];
  // RoBERTa's positions begin behind the padding token.
  if (isEncoder(text) && text.model_type?.includes('roberta') === true) {
    return [plain - 2, 'positions less the padding offset'];
  }
  return scaledContext(text.rope_scaling ?? text.rope_parameters ?? {}, plain);
}

function scaledContext(
  rope: NonNullable<TextConfig['rope_scaling']>,
  plain: number,
): [value: number, how?: string] {
  const type = rope.rope_type ?? rope.type;
  if (rope.factor === undefined) return [plain];
  if (type === 'yarn') {
    const original = rope.original_max_position_embeddings ?? plain;
    return [Math.max(plain, Math.round(original * rope.factor)), 'YaRN scaling'];
  }
  if (type === 'linear' || type === 'dynamic') {
    return [Math.round(plain * rope.factor), `${type} rope scaling`];
  }
  return [plain];
}
