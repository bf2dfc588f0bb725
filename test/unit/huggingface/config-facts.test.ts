import { describe, expect, it } from 'vitest';
import { configFacts } from '../../../src/main/huggingface/config-facts.ts';
import { configSchema } from '../../../src/main/huggingface/hub-schemas.ts';

/** value or value with "derived" where a rule made it. */
function facts(config: unknown): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(configFacts(configSchema.parse(config))).map(([name, fact]) => {
      if (typeof fact !== 'object' || fact === null || !('value' in fact)) return [name, fact];
      return [name, fact.provenance === 'exact' ? fact.value : [fact.value, fact.provenance]];
    }),
  );
}

const qwen3 = {
  model_type: 'qwen3',
  num_hidden_layers: 36,
  hidden_size: 4096,
  intermediate_size: 12_288,
  vocab_size: 151_936,
  num_attention_heads: 32,
  num_key_value_heads: 8,
  head_dim: 128,
  max_position_embeddings: 40_960,
  sliding_window: null,
  use_sliding_window: false,
  rope_scaling: null,
  torch_dtype: 'bfloat16',
};

describe('config.json', () => {
  it('reads a plain model, every number exact', () => {
    expect(facts(qwen3)).toEqual({
      layers: 36,
      hiddenSize: 4096,
      intermediateSize: 12_288,
      vocabSize: 151_936,
      attentionHeads: 32,
      kvHeads: 8,
      headDim: 128,
      maxContextTokens: 40_960,
      dtype: 'bfloat16',
      quantization: 'none',
    });
  });

  it('leaves out what is missing or of an unexpected kind', () => {
    expect(facts({ num_hidden_layers: 'many', hidden_size: -3, rope_scaling: 'x' })).toEqual({
      quantization: 'none',
    });
  });

  it('reads GPT-2’s and OPT’s names', () => {
    expect(
      facts({ model_type: 'gpt2', n_layer: 12, n_embd: 768, n_head: 12, n_positions: 1024 }),
    ).toMatchObject({
      layers: 12,
      hiddenSize: 768,
      attentionHeads: 12,
      maxContextTokens: 1024,
    });
    expect(facts({ model_type: 'opt', ffn_dim: 3072 })).toMatchObject({ intermediateSize: 3072 });
  });

  it('follows text_config of multimodal models (Gemma 3), and knows the pattern the file does not tell', () => {
    const read = facts({
      model_type: 'gemma3',
      vision_config: { hidden_size: 1152 },
      torch_dtype: 'bfloat16',
      text_config: {
        model_type: 'gemma3_text',
        num_hidden_layers: 62,
        hidden_size: 5376,
        num_attention_heads: 32,
        num_key_value_heads: 16,
        head_dim: 128,
        sliding_window: 1024,
      },
    });
    expect(read).toMatchObject({
      layers: 62,
      dtype: 'bfloat16',
      multimodal: true,
      fullAttentionLayers: [10, 'derived'],
      slidingLayers: [52, 'derived'],
      slidingWindow: 1024,
    });
  });

  it.each([
    ['Gemma 2 alternates', { model_type: 'gemma2', num_hidden_layers: 42, sliding_window: 4096 }, 21, 21],
    [
      'Mistral 0.1 slides everywhere',
      { model_type: 'mistral', num_hidden_layers: 32, sliding_window: 4096 },
      0,
      32,
    ],
    ['a pattern in the file', { num_hidden_layers: 8, sliding_window: 512, sliding_window_pattern: 4 }, 2, 6],
    [
      'gpt-oss lists its layers',
      {
        num_hidden_layers: 4,
        sliding_window: 128,
        layer_types: ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention'],
      },
      2,
      2,
    ],
  ])('%s', (_, config, full, sliding) => {
    expect(facts(config)).toMatchObject({
      fullAttentionLayers: [full, 'derived'],
      slidingLayers: [sliding, 'derived'],
    });
  });

  it('does not believe a window that Qwen2 does not use, and keeps Llama 4’s chunks whole', () => {
    expect(
      facts({ num_hidden_layers: 28, sliding_window: 131_072, use_sliding_window: false }),
    ).not.toHaveProperty('slidingLayers');
    expect(facts({ layer_types: ['chunked_attention', 'full_attention'] })).toMatchObject({
      fullAttentionLayers: [2, 'derived'],
    });
  });

  it('counts linear layers and their state (Qwen3.8-27B: 154 MB a sequence)', () => {
    const read = facts({
      text_config: {
        model_type: 'qwen3_5_text',
        num_hidden_layers: 64,
        full_attention_interval: 4,
        linear_num_key_heads: 16,
        linear_num_value_heads: 48,
        linear_key_head_dim: 128,
        linear_value_head_dim: 128,
        linear_conv_kernel_dim: 4,
      },
    });
    expect(read).toMatchObject({ fullAttentionLayers: [16, 'derived'], linearLayers: [48, 'derived'] });
    expect(read['linearStateBytes']).toEqual([
      48 * (48 * 128 * 128 * 4 + 3 * (2 * 16 * 128 + 48 * 128) * 2),
      'derived',
    ]);
  });

  it('reads Nemotron-H’s pattern: only attention and Mamba keep anything', () => {
    const read = facts({
      model_type: 'nemotron_h',
      num_hidden_layers: 6,
      hybrid_override_pattern: 'ME*M-E',
      mamba_num_heads: 64,
      mamba_head_dim: 64,
      ssm_state_size: 128,
    });
    expect(read).toMatchObject({
      fullAttentionLayers: [1, 'derived'],
      linearLayers: [2, 'derived'],
      linearStateBytes: [2 * 64 * 64 * 128 * 4, 'derived'],
    });
  });

  it('takes the full layers’ own heads, and leaves out layers that share a cache (Gemma 4)', () => {
    const layer_types = Array.from({ length: 6 }, (_, index) =>
      index % 6 === 5 ? 'full_attention' : 'sliding_attention',
    );
    expect(
      facts({
        text_config: {
          layer_types,
          sliding_window: 1024,
          num_kv_shared_layers: 2,
          num_key_value_heads: 16,
          num_global_key_value_heads: 4,
          global_head_dim: 512,
        },
      }),
    ).toMatchObject({
      slidingLayers: [4, 'derived'],
      fullAttentionLayers: [0, 'derived'],
      fullKvHeads: 4,
      fullHeadDim: 512,
    });
  });

  it('adds up the experts a token passes through', () => {
    const moe = (config: object) => facts(config);
    expect(moe({ intermediate_size: 14_336, num_local_experts: 8, num_experts_per_tok: 2 })).toMatchObject({
      intermediateSize: [28_672, 'derived'],
      expertIntermediateSize: 14_336,
    });
    expect(
      moe({ intermediate_size: 6144, moe_intermediate_size: 768, num_experts_per_tok: 8 }),
    ).toMatchObject({
      intermediateSize: [6144, 'derived'],
      expertIntermediateSize: 768,
    });
    expect(
      moe({
        intermediate_size: 18_432,
        moe_intermediate_size: 2048,
        num_experts_per_tok: 8,
        n_shared_experts: 1,
        first_k_dense_replace: 3,
      }),
    ).toMatchObject({ intermediateSize: [18_432, 'derived'] });
    expect(
      moe({ moe_intermediate_size: 512, num_experts_per_tok: 10, shared_expert_intermediate_size: 512 }),
    ).toMatchObject({ intermediateSize: [5632, 'derived'] });
    expect(moe({ intermediate_size: 2880, num_local_experts: 32, experts_per_token: 4 })).toMatchObject({
      intermediateSize: [11_520, 'derived'],
    });
  });

  it('reads latent attention, with DeepSeek-V3.2’s indexer', () => {
    expect(facts({ kv_lora_rank: 512, qk_rope_head_dim: 64 })).toMatchObject({ mlaLatent: [576, 'derived'] });
    expect(facts({ kv_lora_rank: 512, qk_rope_head_dim: 64, index_head_dim: 128 })).toMatchObject({
      mlaLatent: [642, 'derived'],
    });
    expect(facts({ kv_lora_rank: null })).not.toHaveProperty('mlaLatent');
  });

  it('knows encoders: no cache, and RoBERTa’s positions begin behind the padding', () => {
    expect(
      facts({ model_type: 'xlm-roberta', num_hidden_layers: 24, max_position_embeddings: 8194 }),
    ).toMatchObject({
      fullAttentionLayers: [0, 'derived'],
      maxContextTokens: [8192, 'derived'],
    });
    expect(facts({ model_type: 'bert', max_position_embeddings: 512 })).toMatchObject({
      maxContextTokens: 512,
    });
  });

  it.each([
    [{ type: 'yarn', factor: 4, original_max_position_embeddings: 32_768 }, 32_768, [131_072, 'derived']],
    [
      { rope_type: 'yarn', factor: 32, original_max_position_embeddings: 4096 },
      131_072,
      [131_072, 'derived'],
    ],
    [{ type: 'linear', factor: 2 }, 4096, [8192, 'derived']],
    [{ type: 'dynamic', factor: 2 }, 4096, [8192, 'derived']],
    [{ rope_type: 'llama3', factor: 8, original_max_position_embeddings: 8192 }, 131_072, 131_072],
    [{ type: 'longrope' }, 131_072, 131_072],
  ])('scales the context by %o', (rope_scaling, max_position_embeddings, expected) => {
    expect(facts({ max_position_embeddings, rope_scaling })['maxContextTokens']).toEqual(expected);
  });
});

describe('quantization_config', () => {
  const group = (weights: object) => ({
    quant_method: 'compressed-tensors',
    config_groups: { group_0: { weights } },
  });

  it.each([
    [{ quant_method: 'fp8', weight_block_size: [128, 128] }, 'fp8', 128],
    [{ quant_method: 'fbgemm_fp8' }, 'fp8', undefined],
    [{ quant_method: 'awq', bits: 4, group_size: 128 }, 'awq', 128],
    [{ quant_method: 'gptq', bits: 4, group_size: -1 }, 'gptq', undefined],
    [{ quant_method: 'mxfp4' }, 'mxfp4', undefined],
    [{ quant_method: 'bitsandbytes', load_in_4bit: true }, 'bnb4', undefined],
    [{ quant_method: 'bitsandbytes', load_in_4bit: false }, 'int8', undefined],
    [{ quant_method: 'modelopt', quant_algo: 'NVFP4' }, 'nvfp4', undefined],
    [{ quant_algo: 'FP8' }, 'fp8', undefined],
    [group({ num_bits: 8, type: 'float' }), 'fp8', undefined],
    [group({ num_bits: 8, type: 'int' }), 'int8', undefined],
    [group({ num_bits: 4, type: 'int', group_size: 128 }), 'gptq', 128],
    [group({ num_bits: 4, type: 'float', group_size: 16 }), 'nvfp4', undefined],
    [{ quant_method: 'compressed-tensors' }, 'unknown', undefined],
    [{ quant_method: 'quark' }, 'unknown', undefined],
    [undefined, 'none', undefined],
  ])('%o is %s', (quantization_config, kind, block) => {
    const read = facts({ quantization_config });
    expect(read['quantization']).toBe(kind);
    expect(read['quantizationBlock']).toBe(block);
  });
});
