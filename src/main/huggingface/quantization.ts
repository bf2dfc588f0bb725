import type { ModelFacts } from '../planner/types.ts';
import type { TextConfig } from './hub-schemas.ts';

type Kind = ModelFacts['quantization']['value'];

export interface Quantization {
  readonly kind: Kind;
  /** Width of a group or block of weights that shares a scale; null = none, or a whole row. */
  readonly block: number | null;
}

type Config = NonNullable<TextConfig['quantization_config']>;

const METHODS: Readonly<Record<string, Kind>> = {
  fp8: 'fp8',
  fbgemm_fp8: 'fp8',
  awq: 'awq',
  awq_marlin: 'awq',
  gptq: 'gptq',
  gptq_marlin: 'gptq',
  'auto-round': 'gptq',
  autoround: 'gptq',
  mxfp4: 'mxfp4',
  nvfp4: 'nvfp4',
  bitsandbytes: 'bnb4',
};

/** What `quantization_config` of a config.json says; no such part = not quantised. */
export function quantizationOf(config: Config | null | undefined): Quantization {
  if (config === null || config === undefined) return { kind: 'none', block: null };
  const method = config.quant_method?.toLowerCase() ?? '';
  if (method === 'compressed-tensors') return compressed(config);
  if (method === 'modelopt' || config.quant_algo !== undefined)
    return { kind: modelOpt(config), block: null };
  const kind = METHODS[method] ?? 'unknown';
  if (kind === 'bnb4' && config.load_in_4bit === false) return { kind: 'int8', block: null };
  return { kind, block: config.weight_block_size?.[0] ?? positive(config.group_size) };
}

/** llm-compressor writes one or more groups of layers; the first one with weights decides. */
function compressed(config: Config): Quantization {
  const group = Object.values(config.config_groups ?? {}).find((entry) => entry.weights);
  const weights = group?.weights;
  if (weights === null || weights === undefined) return { kind: 'unknown', block: null };
  const block = weights.block_structure?.[0] ?? positive(weights.group_size);
  const float = weights.type === 'float';
  if (weights.num_bits === 8) return { kind: float ? 'fp8' : 'int8', block };
  if (weights.num_bits === 4) return { kind: float ? 'nvfp4' : 'gptq', block: float ? null : block };
  return { kind: 'unknown', block };
}

function modelOpt(config: Config): Kind {
  const algorithm = (config.quant_algo ?? '').toUpperCase();
  if (algorithm.includes('NVFP4') || algorithm.includes('W4A8_NVFP4')) return 'nvfp4';
  return algorithm.includes('FP8') ? 'fp8' : 'unknown';
}

/** -1 stands for a whole row. */
function positive(size: number | null | undefined): number | null {
  return size !== null && size !== undefined && size > 0 ? size : null;
}
