import { z } from 'zod';

/**
 * What the hub and model repositories answer, read leniently: unknown fields pass, and a field of an unexpected kind
 * counts as absent, since config.json is written by thousands of hands.
 */
const count = z.number().int().nonnegative().optional().catch(undefined);
const words = z.string().optional().catch(undefined);
const flag = z.boolean().optional().catch(undefined);

export const modelInfoSchema = z.object({
  id: words,
  sha: words,
  /** false, "auto" or "manual". */
  gated: z.union([z.boolean(), z.string()]).optional().catch(undefined),
  pipeline_tag: words,
  safetensors: z
    .object({ parameters: z.record(z.string(), z.number()).optional(), total: count })
    .optional()
    .catch(undefined),
  gguf: z.object({ total: count, context_length: count }).optional().catch(undefined),
});
export type ModelInfo = z.infer<typeof modelInfoSchema>;

export const treeSchema = z.array(
  z.object({
    type: z.string(),
    path: z.string(),
    size: z.number().nonnegative(),
    /** Large files: the pointer's size is in `size` on old servers, the content's here. */
    lfs: z.object({ size: z.number().nonnegative() }).optional(),
  }),
);

export const weightIndexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

const ropeSchema = z
  .object({
    type: words,
    rope_type: words,
    factor: z.number().positive().optional().catch(undefined),
    original_max_position_embeddings: count,
  })
  .nullish()
  .catch(undefined);

const quantizationSchema = z
  .object({
    quant_method: words,
    quant_algo: words,
    bits: count,
    group_size: z.number().int().optional().catch(undefined),
    weight_block_size: z.array(z.number().int().positive()).optional().catch(undefined),
    load_in_4bit: flag,
    format: words,
    config_groups: z
      .record(
        z.string(),
        z.object({
          weights: z
            .object({
              num_bits: count,
              type: words,
              group_size: z.number().int().nullish().catch(undefined),
              block_structure: z.array(z.number().int()).nullish().catch(undefined),
            })
            .nullish()
            .catch(undefined),
        }),
      )
      .optional()
      .catch(undefined),
  })
  .nullish()
  .catch(undefined);

/** The part of a config.json that describes the language model. */
const textConfigSchema = z.object({
  model_type: words,
  num_hidden_layers: count,
  n_layer: count,
  hidden_size: count,
  n_embd: count,
  num_attention_heads: count,
  n_head: count,
  num_key_value_heads: count,
  head_dim: count,
  intermediate_size: count,
  ffn_dim: count,
  vocab_size: count,
  max_position_embeddings: count,
  n_positions: count,
  dtype: words,
  torch_dtype: words,
  layer_types: z.array(z.string()).optional().catch(undefined),
  sliding_window: count,
  sliding_window_pattern: count,
  use_sliding_window: flag,
  full_attention_interval: count,
  hybrid_override_pattern: words,
  num_kv_shared_layers: count,
  num_global_key_value_heads: count,
  global_head_dim: count,
  linear_num_key_heads: count,
  linear_num_value_heads: count,
  linear_key_head_dim: count,
  linear_value_head_dim: count,
  linear_conv_kernel_dim: count,
  mamba_num_heads: count,
  mamba_head_dim: count,
  ssm_state_size: count,
  kv_lora_rank: count,
  qk_rope_head_dim: count,
  index_head_dim: count,
  num_experts_per_tok: count,
  num_experts_per_token: count,
  experts_per_token: count,
  top_k_experts: count,
  num_local_experts: count,
  moe_intermediate_size: count,
  shared_expert_intermediate_size: count,
  n_shared_experts: count,
  first_k_dense_replace: count,
  rope_scaling: ropeSchema,
  rope_parameters: ropeSchema,
  quantization_config: quantizationSchema,
});
export type TextConfig = z.infer<typeof textConfigSchema>;

/** The outer config.json: multimodal models keep the language model in a part of its own. */
export const configSchema = textConfigSchema.extend({
  text_config: textConfigSchema.optional().catch(undefined),
  llm_config: textConfigSchema.optional().catch(undefined),
  language_config: textConfigSchema.optional().catch(undefined),
  vision_config: z.unknown().optional(),
  audio_config: z.unknown().optional(),
});
export type ModelConfig = z.infer<typeof configSchema>;

export const searchSchema = z.array(
  z.object({
    id: z.string(),
    downloads: count,
    gated: z.union([z.boolean(), z.string()]).optional().catch(undefined),
    pipeline_tag: words,
    safetensors: z.object({ total: count }).optional().catch(undefined),
  }),
);
