import type { TextConfig } from './hub-schemas.ts';

/** How the layers attend: what each kind keeps per token decides the size of the KV cache. */
export interface Attention {
  readonly full: number;
  readonly sliding: number;
  readonly window: number | null;
  readonly linear: number;
  /** Recurrent state of all linear layers for one sequence. */
  readonly linearStateBytes: number;
  /** Where the counts come from. */
  readonly how: string;
}

type Kind = 'full' | 'sliding' | 'linear' | 'none';

/** transformers' layer types. Chunked attention (Llama 4) is kept whole by vLLM, so it counts as full. */
const KINDS: Readonly<Record<string, Kind>> = {
  full_attention: 'full',
  attention: 'full',
  chunked_attention: 'full',
  sliding_attention: 'sliding',
  linear_attention: 'linear',
  mamba: 'linear',
  mamba2: 'linear',
  recurrent: 'linear',
  conv: 'linear',
  mlp: 'none',
  moe: 'none',
};

/** Models whose pattern is in the code, not in config.json: every n-th layer is full. */
const PATTERNS: Readonly<Record<string, number>> = { gemma2: 2, gemma3_text: 6, gemma3: 6, cohere2: 4 };

/** null = plain full attention in every layer, or no layer count to go by. */
export function attentionOf(text: TextConfig): Attention | null {
  const kinds = kindsOf(text);
  if (kinds === null) return null;
  const kept = kinds.layers.slice(0, kinds.layers.length - (text.num_kv_shared_layers ?? 0));
  const count = (kind: Kind): number => kept.filter((each) => each === kind).length;
  const linear = count('linear');
  return {
    full: count('full'),
    sliding: count('sliding'),
    window: text.sliding_window ?? null,
    linear,
    linearStateBytes: linear * stateBytes(text),
    how: kinds.how,
  };
}

interface Kinds {
  readonly layers: readonly Kind[];
  readonly how: string;
}

function kindsOf(text: TextConfig): Kinds | null {
  if (text.layer_types !== undefined && text.layer_types.length > 0) {
    return { layers: text.layer_types.map((type) => KINDS[type] ?? 'full'), how: 'layer_types' };
  }
  if (text.hybrid_override_pattern !== undefined) return nemotron(text.hybrid_override_pattern);
  const layers = text.num_hidden_layers ?? text.n_layer;
  if (layers === undefined) return null;
  if (text.full_attention_interval !== undefined) {
    return every(layers, text.full_attention_interval, 'linear', 'full_attention_interval');
  }
  return windowed(text, layers);
}

function windowed(text: TextConfig, layers: number): Kinds | null {
  const { sliding_window: window, use_sliding_window: used, model_type: type = '' } = text;
  // Qwen2 writes a window it does not use.
  if (window === undefined || window === 0 || used === false) return null;
  const pattern = text.sliding_window_pattern ?? PATTERNS[type];
  if (pattern !== undefined && pattern > 1) {
    return every(layers, pattern, 'sliding', `every ${pattern}th layer of ${type} is full`);
  }
  return { layers: Array.from({ length: layers }, () => 'sliding'), how: 'sliding_window in every layer' };
}

function every(layers: number, interval: number, others: Kind, how: string): Kinds {
  return {
    layers: Array.from({ length: layers }, (_, index) => ((index + 1) % interval === 0 ? 'full' : others)),
    how,
  };
}

/** Nemotron-H: `M` Mamba, `*` attention, `-` and `E` MLP. */
function nemotron(pattern: string): Kinds {
  const layers = pattern
    .split('')
    .map((letter): Kind => (letter === '*' ? 'full' : letter === 'M' ? 'linear' : 'none'));
  return { layers, how: 'hybrid_override_pattern' };
}

/** State of one linear layer: float32 matrices and the tail of the convolution in 16 bits. */
function stateBytes(text: TextConfig): number {
  const keys = (text.linear_num_key_heads ?? 0) * (text.linear_key_head_dim ?? 0);
  const values = (text.linear_num_value_heads ?? 0) * (text.linear_value_head_dim ?? 0);
  const tail = Math.max(0, (text.linear_conv_kernel_dim ?? 0) - 1);
  const deltaNet = values * (text.linear_key_head_dim ?? 0) * 4 + tail * (2 * keys + values) * 2;
  const mamba = (text.mamba_num_heads ?? 0) * (text.mamba_head_dim ?? 0) * (text.ssm_state_size ?? 0) * 4;
  return deltaNet + mamba;
}
