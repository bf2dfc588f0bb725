import { formatOf } from '../planner/estimate.ts';
import type { ModelFacts } from '../planner/types.ts';
import type { ShippedModels } from './shipped-models.ts';

/**
 * Facts of an Ollama name without asking anybody: a tag of the table as it is; another quantisation of a size in the
 * table by its bits (`llama3.1:8b-instruct-q8_0`); null = the name is not one the app knows.
 */
export function ollamaFacts(name: string, shipped: ShippedModels): ModelFacts | null {
  const known = shipped.facts(name);
  if (known !== null) return known;
  const [library = name, tag = ''] = name.split(':');
  const size = tag.toLowerCase().split('-')[0] ?? '';
  const base = shipped.facts(`${library}:${size}`);
  if (base?.parameters === undefined) return null;
  const { bits } = formatOf(name);
  return {
    ...base,
    model: name,
    weightBytes: {
      value: Math.round((base.parameters.value * bits) / 8),
      provenance: 'derived',
      source: `parameters × ${bits} bits of the tag`,
    },
  };
}
