import { describe, expect, it } from 'vitest';
import {
  estimateFacts,
  formatOf,
  isOllamaName,
  parametersInName,
} from '../../../src/main/planner/estimate.ts';
import { repositoryOf } from '../../../src/main/planner/images.ts';
import { nearest } from '../../../src/main/planner/nearest.ts';
import { parsersFor } from '../../../src/main/planner/parsers.ts';

describe('sizes in names', () => {
  it.each([
    ['Qwen/Qwen3-8B', 8e9],
    ['Qwen/Qwen3-0.6B', 0.6e9],
    ['Qwen/Qwen3-30B-A3B-Instruct-2507', 30e9],
    ['facebook/opt-125m', 125e6],
    ['llama3.2:3b', 3e9],
    ['qwen3:0.6b', 0.6e9],
    ['google/gemma-3-27b-it', 27e9],
    ['mistralai/Mixtral-8x7B-Instruct-v0.1', 8 * 7 * 0.84e9],
    ['Qwen/Qwen2.5-7B-Instruct-1M', 7e9],
    ['org/model-v2', null],
    ['phi4', null],
  ])('%s', (name, parameters) => {
    expect(parametersInName(name)).toBe(parameters);
  });
});

describe('formats in names', () => {
  it.each([
    ['Qwen/Qwen3-32B-AWQ', 'awq'],
    ['Qwen/Qwen3-32B-FP8', 'fp8'],
    ['org/thing-GPTQ-Int4', 'gptq'],
    ['org/thing-w4a16', 'gptq'],
    ['nvidia/thing-NVFP4', 'nvfp4'],
    ['unsloth/thing-bnb-4bit', 'bnb4'],
    ['org/thing-quantized.w8a8', 'int8'],
    ['openai/gpt-oss-20b', 'mxfp4'],
    ['Qwen/Qwen3-8B', 'none'],
    ['bartowski/thing-GGUF', 'gguf'],
    ['llama3.2:3b', 'gguf'],
  ])('%s', (name, quantization) => {
    expect(formatOf(name).quantization).toBe(quantization);
  });

  it('reads the bits of GGUF tags', () => {
    expect(formatOf('llama3.1:8b-instruct-q8_0').bits).toBe(8.5);
    expect(formatOf('llama3.1:8b-instruct-q4_K_S').bits).toBe(4.58);
    expect(formatOf('llama3.1:8b').bits).toBe(4.84);
    expect(formatOf('hf.co/unsloth/Qwen3-8B-GGUF:Q6_K').bits).toBe(6.56);
  });

  it('estimates a whole model, every number a guess', () => {
    const facts = estimateFacts('someone/New-14B-FP8');
    expect(facts).toMatchObject({
      weightBytes: { value: Math.round((14e9 * 8.05) / 8), provenance: 'guessed' },
      quantization: { value: 'fp8', provenance: 'guessed' },
      revision: null,
    });
    expect(estimateFacts('someone/mystery')).toBeNull();
  });
});

it.each([
  ['llama3.2:3b', true],
  ['llama3.2', true],
  ['hf.co/unsloth/Qwen3-8B-GGUF:Q4_K_M', true],
  ['someone/model:7b', true],
  ['Qwen/Qwen3-8B', false],
  ['unsloth/Qwen3-8B-GGUF:Q4_K_M', false],
])('%s is an Ollama name: %s', (name, expected) => {
  expect(isOllamaName(name)).toBe(expected);
});

describe('parsers by family', () => {
  it.each([
    ['Qwen/Qwen3-8B', { toolCallParser: 'hermes', reasoningParser: 'qwen3' }],
    ['Qwen/Qwen3-32B-AWQ', { toolCallParser: 'hermes', reasoningParser: 'qwen3' }],
    ['Qwen/Qwen3-30B-A3B-Instruct-2507', { toolCallParser: 'hermes' }],
    ['Qwen/Qwen3-Coder-30B-A3B-Instruct', { toolCallParser: 'qwen3_coder' }],
    ['Qwen/Qwen3.5-27B', { toolCallParser: 'qwen3_coder', reasoningParser: 'qwen3' }],
    ['Qwen/Qwen3-Embedding-0.6B', {}],
    ['Qwen/Qwen2.5-7B-Instruct', { toolCallParser: 'hermes' }],
    ['Qwen/QwQ-32B', { toolCallParser: 'hermes', reasoningParser: 'deepseek_r1' }],
    ['meta-llama/Llama-3.3-70B-Instruct', { toolCallParser: 'llama3_json' }],
    ['meta-llama/Llama-3.1-8B', {}],
    ['mistralai/Mistral-7B-Instruct-v0.3', { toolCallParser: 'mistral' }],
    ['mistralai/Devstral-Small-2507', { toolCallParser: 'mistral' }],
    ['openai/gpt-oss-20b', { toolCallParser: 'openai', reasoningParser: 'openai_gptoss' }],
    ['deepseek-ai/DeepSeek-R1-Distill-Qwen-7B', { reasoningParser: 'deepseek_r1' }],
    ['deepseek-ai/DeepSeek-R1-0528', { toolCallParser: 'deepseek_v3', reasoningParser: 'deepseek_r1' }],
    ['deepseek-ai/DeepSeek-V3.1', { toolCallParser: 'deepseek_v31', reasoningParser: 'deepseek_v3' }],
    ['google/gemma-3-27b-it', {}],
    ['google/gemma-4-31B-it', { toolCallParser: 'gemma4', reasoningParser: 'gemma4' }],
    ['microsoft/Phi-4-mini-instruct', { toolCallParser: 'phi4_mini_json' }],
    ['BAAI/bge-m3', {}],
    ['facebook/opt-125m', {}],
  ])('%s', (model, parsers) => {
    expect(parsersFor(model)).toEqual(parsers);
  });
});

describe('nearest', () => {
  it('prefers shared words, then small distances, and leaves noise out', () => {
    const gpus = [
      'NVIDIA GeForce RTX 4090',
      'NVIDIA GeForce RTX 3090',
      'NVIDIA H100 PCIe',
      'NVIDIA H100 NVL',
    ];
    expect(nearest('4090', gpus)).toEqual(['NVIDIA GeForce RTX 4090']);
    expect(nearest('h100', gpus)).toEqual(['NVIDIA H100 NVL', 'NVIDIA H100 PCIe']);
    expect(nearest('NVIDIA GeForce RTX 4080', gpus).at(0)).toBe('NVIDIA GeForce RTX 4090');
    expect(nearest('', gpus)).toHaveLength(3);
    expect(nearest('x', [])).toEqual([]);
  });
});

it.each([
  ['vllm/vllm-openai:v0.27.1', 'vllm/vllm-openai'],
  ['localhost:5000/a/b', 'localhost:5000/a/b'],
  ['localhost:5000/a/b:1', 'localhost:5000/a/b'],
  ['a/b@sha256:00', 'a/b'],
])('the repository of %s', (image, repository) => {
  expect(repositoryOf(image)).toBe(repository);
});
