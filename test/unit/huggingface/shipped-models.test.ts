import { beforeAll, describe, expect, it } from 'vitest';
import { ollamaFacts } from '../../../src/main/huggingface/ollama-facts.ts';
import { searchShipped } from '../../../src/main/huggingface/search-models.ts';
import { loadShippedModels, type ShippedModels } from '../../../src/main/huggingface/shipped-models.ts';
import { isOllamaName, parametersInName } from '../../../src/main/planner/estimate.ts';
import { GIB, kvBytesPerToken } from '../../../src/main/planner/memory.ts';
import { plan } from '../../../src/main/planner/plan.ts';
import { BITS_PER_PARAMETER, shapeOf } from '../../../src/main/planner/shape.ts';
import type { ModelFacts } from '../../../src/main/planner/types.ts';
import { inputOf } from '../planner/facts.ts';

let shipped: ShippedModels;
beforeAll(async () => {
  shipped = await loadShippedModels();
});

function known(model: string): ModelFacts {
  const facts = shipped.facts(model);
  if (facts === null) throw new Error(`${model} is not in the table`);
  return facts;
}

describe('the table', () => {
  it('has the models people deploy, each once, none without a shape', () => {
    const ids = shipped.rows().map((row) => row.id);
    expect(ids.length).toBeGreaterThanOrEqual(45);
    expect(new Set(ids.map((id) => id.toLowerCase())).size).toBe(ids.length);
    expect(ids.filter((id) => shipped.facts(id) === null)).toEqual([]);
    const expected = [
      'Qwen/Qwen3-8B',
      'Qwen/Qwen3-0.6B',
      'Qwen/Qwen3-32B-FP8',
      'Qwen/Qwen3-32B-AWQ',
      'Qwen/Qwen3-30B-A3B',
      'Qwen/Qwen3-Coder-30B-A3B-Instruct',
      'Qwen/Qwen2.5-Coder-32B-Instruct',
      'meta-llama/Llama-3.3-70B-Instruct',
      'mistralai/Mixtral-8x7B-Instruct-v0.1',
      'google/gemma-3-27b-it',
      'microsoft/phi-4',
      'openai/gpt-oss-120b',
      'deepseek-ai/DeepSeek-R1',
      'facebook/opt-125m',
      'BAAI/bge-m3',
      'llama3.2:3b',
      'deepseek-r1:7b',
    ];
    expect(expected.filter((id) => !ids.includes(id))).toEqual([]);
  });

  /** Ids of the rows that break a rule. */
  const breaking = (isWrong: (facts: ModelFacts) => boolean): string[] =>
    shipped
      .rows()
      .map((row) => row.id)
      .filter((id) => isWrong(known(id)));

  it('claims nothing to be exact: it was not read from the hub', () => {
    const claims = breaking((facts) => JSON.stringify(facts).includes('"provenance":"exact"'));
    expect(claims).toEqual([]);
  });

  it('agrees with itself: weights follow from parameters and format', () => {
    const wrong = breaking(({ weightBytes, parameters, quantization: { value: format } }) => {
      const bits = (weightBytes.value * 8) / (parameters?.value ?? 0);
      const usual = BITS_PER_PARAMETER[format];
      // Small models have big vocabularies, which stay unquantised; Ollama serves the smallest unquantised.
      const most = format === 'none' ? 16 : format === 'gguf' ? 17 : usual * 2;
      return bits < usual * 0.9 || bits > most;
    });
    expect(wrong).toEqual([]);
  });

  it('agrees with the sizes in the names', () => {
    const wrong = breaking(({ model, parameters }) => {
      const named = parametersInName(model);
      const ratio = (parameters?.value ?? 0) / (named ?? parameters?.value ?? 1);
      return ratio < 0.75 || ratio > 1.35;
    });
    expect(wrong).toEqual([]);
  });

  it('accounts for every layer, splits heads evenly and leaves nothing out', () => {
    const wrong = breaking((facts) => {
      const shape = shapeOf(facts);
      const layers = shape.fullLayers + shape.slidingLayers + (facts.linearLayers?.value ?? 0);
      const encoder = layers === 0;
      return (
        (!encoder && layers !== shape.layers) ||
        shape.attentionHeads % shape.kvHeads !== 0 ||
        shape.guessed.some((name) => !(name in facts))
      );
    });
    expect(wrong).toEqual([]);
  });

  /** The published totals. */
  it.each([
    ['meta-llama/Llama-3.1-8B-Instruct', 8_030_261_248],
    ['Qwen/Qwen2.5-7B-Instruct', 7_615_616_512],
    ['Qwen/Qwen3-32B', 32_762_123_264],
    ['meta-llama/Llama-3.3-70B-Instruct', 70_553_706_496],
    ['mistralai/Mixtral-8x7B-Instruct-v0.1', 46_702_792_704],
    ['Qwen/Qwen3-30B-A3B', 30_532_122_624],
  ])('%s has %d parameters', (id, parameters) => {
    expect(known(id).parameters?.value).toBe(parameters);
    expect(known(id).weightBytes.value).toBe(parameters * 2);
  });

  it.each([
    ['casperhansen/llama-3.3-70b-instruct-awq', 37.04],
    ['Qwen/Qwen3-32B-FP8', 31.97],
    ['openai/gpt-oss-20b', 12.82],
    ['openai/gpt-oss-120b', 60.77],
    ['deepseek-ai/DeepSeek-V3', 641.29],
    ['google/gemma-3-27b-it', 51.1],
  ])('%s weighs %d GiB, as in the worked rows', (id, gib) => {
    expect(known(id).weightBytes.value / GIB).toBeCloseTo(gib, 1);
  });

  it.each([
    ['Qwen/Qwen3-8B', 147_456],
    ['deepseek-ai/DeepSeek-R1', 70_272],
    ['google/gemma-3-27b-it', 81_920],
    ['Qwen/Qwen3.8-27B', 65_536],
    ['Qwen/Qwen3.6-35B-A3B', 20_480],
    ['BAAI/bge-m3', 0],
  ])('%s keeps %d bytes a token', (id, bytes) => {
    expect(kvBytesPerToken(shapeOf(known(id)), 'vllm', 'auto')).toBe(bytes);
  });
});

describe('looking up', () => {
  it('is by any case, and by Ollama’s default tags', () => {
    expect(shipped.facts('qwen/qwen3-8b')?.weightBytes.value).toBe(known('Qwen/Qwen3-8B').weightBytes.value);
    expect(shipped.facts('llama3.2')?.weightBytes.value).toBe(2e9);
    expect(shipped.facts('llama3.2:latest')?.weightBytes.value).toBe(2e9);
    expect(shipped.facts('llama3.2:9b')).toBeNull();
  });

  it('knows parsers, gates and siblings', () => {
    expect(known('Qwen/Qwen3-8B')).toMatchObject({ toolCallParser: 'hermes', reasoningParser: 'qwen3' });
    expect(known('google/gemma-3-27b-it')).toMatchObject({ gated: true, multimodal: true });
    expect(shipped.siblings('Qwen/Qwen3-32B').map((facts) => facts.model)).toEqual([
      'Qwen/Qwen3-32B-FP8',
      'Qwen/Qwen3-32B-AWQ',
    ]);
    expect(shipped.siblings('Qwen/Qwen3-32B-AWQ').map((facts) => facts.model)).toEqual([
      'Qwen/Qwen3-32B',
      'Qwen/Qwen3-32B-FP8',
    ]);
    expect(shipped.siblings('llama3.2:3b')).toEqual([]);
    expect(shipped.siblings('nobody/nothing')).toEqual([]);
  });

  it('suggests ids of the same kind', () => {
    expect(shipped.nearest('Qwen/Qwen3-8')).toContain('Qwen/Qwen3-8B');
    expect(shipped.nearest('lama3.2').every((id) => !id.includes('/'))).toBe(true);
  });

  it('scales a known Ollama size to another quantisation', () => {
    const q8 = ollamaFacts('llama3.1:8b-instruct-q8_0', shipped);
    expect(q8?.weightBytes).toEqual({
      value: Math.round((8_030_261_248 * 8.5) / 8),
      provenance: 'derived',
      source: 'parameters × 8.5 bits of the tag',
    });
    expect(q8?.layers?.value).toBe(32);
    expect(ollamaFacts('my-own-model', shipped)).toBeNull();
  });
});

describe('searching', () => {
  it('recommends without a query, and matches every word with one', () => {
    const recommended = searchShipped(shipped, '', 'vllm');
    expect(recommended.length).toBeGreaterThanOrEqual(5);
    expect(recommended.every((hit) => hit.note !== null && hit.source === 'curated')).toBe(true);
    const found = searchShipped(shipped, 'qwen3 awq', 'vllm').map((hit) => hit.id);
    expect(found).toContain('Qwen/Qwen3-8B-AWQ');
    expect(found.every((id) => /qwen3.*awq/i.test(id))).toBe(true);
    expect(searchShipped(shipped, 'llama', 'ollama').every((hit) => isOllamaName(hit.id))).toBe(true);
    expect(searchShipped(shipped, 'Qwen3-8B', 'vllm')[0]).toMatchObject({
      parametersB: 8.19,
      contextTokens: 40_960,
      gated: false,
    });
  });
});

it('every model of the table can be planned on a full catalogue', () => {
  const refused = shipped.rows().filter(({ id }) => {
    const facts = known(id);
    const contextTokens = Math.min(8192, facts.maxContextTokens?.value ?? 8192);
    const backend = isOllamaName(id) ? ('ollama' as const) : ('vllm' as const);
    return (
      plan(inputOf({ model: id, contextTokens, concurrency: 1, backend }, facts)).candidates.length === 0
    );
  });
  expect(refused).toEqual([]);
});
