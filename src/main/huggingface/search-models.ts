import type { Backend, ModelHit } from '../../shared/model.ts';
import { formatOf, isOllamaName, parametersInName } from '../planner/estimate.ts';
import type { HubClient } from './hub-client.ts';
import type { ShippedModels, ShippedRow } from './shipped-models.ts';

const billions = (parameters: number | null | undefined): number | null =>
  parameters === null || parameters === undefined ? null : Math.round(parameters / 1e7) / 100;

/** Models of the shipped table that match every word of the query; an empty query gives the recommended ones. */
export function searchShipped(shipped: ShippedModels, query: string, backend: Backend): ModelHit[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const matches = (row: ShippedRow): boolean =>
    words.length === 0 ? row.note !== undefined : words.every((word) => row.id.toLowerCase().includes(word));
  return shipped
    .rows()
    .filter((row) => isOllamaName(row.id) === (backend === 'ollama') && matches(row))
    .toSorted((a, b) => Number(b.note !== undefined) - Number(a.note !== undefined))
    .map((row) => {
      const facts = shipped.facts(row.id);
      return {
        id: row.id,
        source: 'curated',
        backend,
        parametersB: billions(facts?.parameters?.value),
        contextTokens: facts?.maxContextTokens?.value ?? null,
        downloads: null,
        gated: row.gated,
        note: row.note ?? null,
      };
    });
}

/** Text models of the hub, most downloaded first. Formats that vLLM cannot load well are left out. */
export async function searchHub(
  hub: HubClient,
  query: string,
  limit: number,
  signal: AbortSignal,
): Promise<ModelHit[]> {
  const found = await hub.search(query, limit, signal);
  return found
    .filter((entry) => formatOf(entry.id).quantization !== 'gguf')
    .map((entry) => ({
      id: entry.id,
      source: 'huggingface',
      backend: 'vllm',
      // The hub counts packed weights unpacked; where the name tells the size, it is the better witness.
      parametersB: billions(parametersInName(entry.id) ?? entry.safetensors?.total),
      contextTokens: null,
      downloads: entry.downloads ?? null,
      gated: entry.gated !== undefined && entry.gated !== false,
      note: null,
    }));
}
