import type { Plan } from '../../shared/model.ts';
import { GIB } from './memory.ts';
import type { Fact, ModelFacts } from './types.ts';

type FactRow = Plan['facts'][number];

const row = (name: string, unit: string | null, fact: Fact<number | string> | undefined): FactRow[] =>
  fact === undefined
    ? []
    : [{ name, value: fact.value, unit, provenance: fact.provenance, source: fact.source }];

/** The facts behind a plan with where each came from, in the order people read them. */
export function factRows(facts: ModelFacts): FactRow[] {
  const weights = { ...facts.weightBytes, value: Math.round((facts.weightBytes.value / GIB) * 100) / 100 };
  return [
    ...row('weights', 'GiB', weights),
    ...row('parameters', null, facts.parameters),
    ...row('quantization', null, facts.quantization),
    ...row('data type', null, facts.dtype),
    ...row('longest context', 'tokens', facts.maxContextTokens),
    ...row('layers', null, facts.layers),
    ...row('layers with full attention', null, facts.fullAttentionLayers),
    ...row('layers with a sliding window', null, facts.slidingLayers),
    ...row('sliding window', 'tokens', facts.slidingWindow),
    ...row('layers with linear attention', null, facts.linearLayers),
    ...row('attention heads', null, facts.attentionHeads),
    ...row('KV heads', null, facts.kvHeads),
    ...row('head width', null, facts.headDim),
    ...row('latent attention width', null, facts.mlaLatent),
    ...row('hidden size', null, facts.hiddenSize),
    ...row('active MLP width', null, facts.intermediateSize),
    ...row('vocabulary', null, facts.vocabSize),
  ];
}
