import { parsersFor } from '../planner/parsers.ts';
import { BITS_PER_PARAMETER } from '../planner/shape.ts';
import type { Fact, ModelFacts } from '../planner/types.ts';
import { configFacts } from './config-facts.ts';
import type { ModelConfig, ModelInfo } from './hub-schemas.ts';
import { float32Share, parametersOf } from './parameters.ts';
import type { Weights } from './weights.ts';

export interface HubFindings {
  readonly model: string;
  readonly info: ModelInfo;
  readonly sha: string;
  /** null = the repository holds no weights of a known kind. */
  readonly weights: Weights | null;
  readonly config: ModelConfig | null;
}

/** Puts what the hub told together; null = neither weights nor parameters are known, so nothing can be planned. */
export function assembleFacts(findings: HubFindings): ModelFacts | null {
  const { model, info, config, weights } = findings;
  const fromConfig = config === null ? {} : configFacts(config);
  const quantization = quantizationOf(fromConfig.quantization, weights);
  const parameters = parametersOf(info);
  const weightBytes = weightBytesOf(findings, quantization.value, fromConfig.dtype?.value, parameters);
  if (weightBytes === null) return null;
  return {
    ...fromConfig,
    model,
    revision: findings.sha,
    gated: info.gated !== undefined && info.gated !== false,
    pipeline: info.pipeline_tag ?? null,
    weightBytes,
    quantization,
    ...(parameters === undefined ? {} : { parameters }),
    ...ggufContext(fromConfig, info),
    ...parsersFor(model),
  };
}

function quantizationOf(
  told: ModelFacts['quantization'] | undefined,
  weights: Weights | null,
): ModelFacts['quantization'] {
  if (weights?.format === 'gguf') return { value: 'gguf', provenance: 'exact', source: weights.bytes.source };
  return told ?? { value: 'unknown', provenance: 'guessed', source: 'there is no config.json' };
}

function weightBytesOf(
  { info, weights }: HubFindings,
  quantization: ModelFacts['quantization']['value'],
  dtype: string | undefined,
  parameters: Fact<number> | undefined,
): Fact<number> | null {
  if (weights === null) {
    if (parameters === undefined) return null;
    const value = Math.round((parameters.value * BITS_PER_PARAMETER[quantization]) / 8);
    return { value, provenance: 'derived', source: `parameters × ${BITS_PER_PARAMETER[quantization]} bits` };
  }
  const share = float32Share(info) ?? (dtype === 'float32' ? 1 : 0);
  if (quantization !== 'none' || share < 0.9) return weights.bytes;
  // Servers load 32-bit checkpoints in 16 bits.
  const value = Math.round(weights.bytes.value / 2);
  return { value, provenance: 'derived', source: `${weights.bytes.source}, loaded in 16 bits` };
}

/** A GGUF repository often has no config.json; its header tells the context. */
function ggufContext(fromConfig: Partial<ModelFacts>, info: ModelInfo): Partial<ModelFacts> {
  const value = info.gguf?.context_length;
  if (fromConfig.maxContextTokens !== undefined || value === undefined) return {};
  return { maxContextTokens: { value, provenance: 'exact', source: 'GGUF metadata of the hub' } };
}
