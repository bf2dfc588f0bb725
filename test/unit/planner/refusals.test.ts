import { describe, expect, it } from 'vitest';
import { plan } from '../../../src/main/planner/plan.ts';
import type { PlanInput } from '../../../src/main/planner/types.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { deepseekV3, exact, inputOf, llama70b, llama70bAwq, llama8b, offer } from './facts.ts';

function refusal(input: PlanInput): AppError {
  try {
    plan(input);
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('The plan was made.');
}

const LLAMA = llama8b.model;

describe('bad input', () => {
  it.each([
    ['4090', 'NVIDIA GeForce RTX 4090'],
    ['NVIDIA GeForce RTX 4900', 'NVIDIA GeForce RTX 4090'],
    ['a100', 'NVIDIA A100 80GB PCIe'],
    ['NVIDIA A-40', 'NVIDIA A40'],
    ['H200 SXM', 'NVIDIA H200'],
  ])('names the GPU meant by %s', (value, meant) => {
    const error = refusal(inputOf({ model: LLAMA, compute: { gpuTypeIds: [value] } }, llama8b));
    expect(error.code).toBe('unknown_gpu');
    expect(error.details).toMatchObject({ field: 'compute.gpuTypeIds', value });
    expect(error.details?.['nearest']).toEqual(expect.arrayContaining([meant]));
    expect(error.advice).toContain(meant);
  });

  it('refuses a context beyond the model’s own, unless that limit is a guess', () => {
    const wish = { model: LLAMA, contextTokens: 200_000, concurrency: 1 };
    const error = refusal(inputOf(wish, llama8b));
    expect(error).toMatchObject({
      code: 'invalid_input',
      details: { field: 'contextTokens', value: 200_000, nearest: 131_072 },
    });
    const guessed = { ...llama8b, maxContextTokens: { ...exact(131_072), provenance: 'guessed' as const } };
    expect(plan(inputOf(wish, guessed)).warnings.join(' ')).toMatch(
      /may be limited to 131,072 tokens; 200,000/,
    );
  });

  it('refuses an unknown data centre with its neighbour', () => {
    const error = refusal(inputOf({ model: LLAMA, compute: { dataCenterIds: ['EU-RO-2'] } }, llama8b));
    expect(error).toMatchObject({
      code: 'invalid_input',
      details: { field: 'compute.dataCenterIds', value: 'EU-RO-2' },
    });
    expect(error.advice).toContain('EU-RO-1');
  });

  it('does not judge data centres the catalogue does not list', () => {
    const offers = [offer('NVIDIA A40', 48, 0.4, { dataCenters: [] })];
    const made = plan(
      inputOf({ model: LLAMA, compute: { dataCenterIds: ['EU-RO-2'] } }, llama8b, { offers }),
    );
    expect(made.candidates[0]?.dataCenterIds).toEqual(['EU-RO-2']);
  });

  it('refuses an Ollama name for vLLM, and Community Cloud for serverless workers', () => {
    expect(refusal(inputOf({ model: 'llama3.2:3b' }, null))).toMatchObject({
      code: 'invalid_input',
      details: { field: 'backend', nearest: 'ollama' },
    });
    expect(
      refusal(inputOf({ model: LLAMA, mode: 'serverless', compute: { cloud: 'COMMUNITY' } }, llama8b)),
    ).toMatchObject({ code: 'invalid_input', details: { field: 'compute.cloud', nearest: 'SECURE' } });
  });

  it('refuses a Hugging Face id for Ollama, and names the form Ollama takes', () => {
    const gguf = { ...llama8b, quantization: exact('gguf' as const) };
    expect(refusal(inputOf({ model: 'unsloth/Qwen3-8B-GGUF', backend: 'ollama' }, gguf))).toMatchObject({
      code: 'invalid_input',
      details: { field: 'model', nearest: 'hf.co/unsloth/Qwen3-8B-GGUF' },
    });
    expect(refusal(inputOf({ model: LLAMA, backend: 'ollama' }, llama8b))).toMatchObject({
      code: 'invalid_input',
      details: { field: 'backend', nearest: 'vllm' },
    });
  });

  it('does not invent a size for a name that tells none', () => {
    expect(refusal(inputOf({ model: 'someone/mystery' }, null))).toMatchObject({
      code: 'model_unknown',
      details: { field: 'model', value: 'someone/mystery' },
    });
  });
});

describe('nothing fits', () => {
  it('names the price that would do', () => {
    const error = refusal(inputOf({ model: LLAMA, compute: { maxUsdPerHour: 0.2 } }, llama8b));
    expect(error).toMatchObject({
      code: 'invalid_input',
      details: { field: 'compute.maxUsdPerHour', value: 0.2, nearest: 0.41 },
    });
    expect(error.message).toContain('A40 at $0.41/h');
  });

  it('names the data centres that have it', () => {
    const offers = [
      offer('NVIDIA A40', 48, 0.4, { dataCenters: [{ id: 'CA-MTL-1', stock: 'LOW' }] }),
      offer('NVIDIA RTX A4000', 16, 0.2),
    ];
    const error = refusal(
      inputOf({ model: LLAMA, compute: { dataCenterIds: ['EU-RO-1'], gpuCount: 1 } }, llama8b, { offers }),
    );
    expect(error).toMatchObject({
      code: 'invalid_input',
      details: { field: 'compute.dataCenterIds', nearest: ['CA-MTL-1'] },
    });
  });

  it('offers fewer requests or a shorter context when only those help', () => {
    const error = refusal(
      inputOf({ model: deepseekV3.model, contextTokens: 163_840, concurrency: 64 }, deepseekV3),
    );
    expect(error.code).toBe('model_does_not_fit');
    expect(error.message).toContain(
      'The roomiest, 8 × B200, needs 769.3 GiB a GPU, may use 161.2 GiB of its 179.1 GiB',
    );
    expect(error.message).toContain('It would fit on 8 × B200 at $47.96/h: lower --concurrency to 7.');
    expect(error.details?.['ways']).toEqual([
      expect.objectContaining({ changes: [{ field: 'concurrency', value: 7 }], gpuTypeId: 'NVIDIA B200' }),
      expect.objectContaining({ changes: [{ field: 'contextTokens', value: 18_432 }] }),
    ]);
  });

  it('offers an fp8 cache first: it loses the least', () => {
    const wish = {
      model: llama70b.model,
      contextTokens: 32_768,
      concurrency: 4,
      compute: { gpuTypeIds: ['NVIDIA B200'], gpuCount: 1 },
    };
    const error = refusal(inputOf(wish, llama70b));
    expect(error.advice).toMatch(/^Use an fp8 KV cache/);
    const changed = plan(inputOf({ ...wish, kvCacheDtype: 'fp8' }, llama70b));
    expect(changed.candidates).toHaveLength(1);
  });

  it('every way out it names leads to a plan', () => {
    const wish = {
      model: llama70b.model,
      contextTokens: 32_768,
      concurrency: 4,
      compute: { gpuTypeIds: ['NVIDIA B200'], gpuCount: 1 },
    };
    const ways = refusal(inputOf(wish, llama70b)).details?.['ways'];
    expect(ways).toHaveLength(3);
    for (const way of Array.isArray(ways) ? ways : []) {
      const changes: { field: string; value: unknown }[] = way.changes;
      const changed = Object.fromEntries(changes.map(({ field, value }) => [field, value]));
      expect(plan(inputOf({ ...wish, ...changed }, llama70b)).candidates[0]?.gpuTypeId).toBe(way.gpuTypeId);
    }
  });

  it('offers another form of the model, with less load where it must', () => {
    const base = { model: llama70b.model, compute: { gpuCount: 1, maxUsdPerHour: 3 } };
    const small = refusal(inputOf({ ...base, contextTokens: 8192 }, llama70b, { siblings: [llama70bAwq] }));
    expect(small.message).toContain(
      'Within it: use casperhansen/llama-3.3-70b-instruct-awq, on A100 80GB PCIe at $1.42/h.',
    );
    const big = refusal(inputOf({ ...base, contextTokens: 32_768 }, llama70b, { siblings: [llama70bAwq] }));
    expect(big.message).toContain('use casperhansen/llama-3.3-70b-instruct-awq and use an fp8 KV cache');
  });

  it('says when only a higher price limit as well would do', () => {
    const wish = { model: llama70b.model, contextTokens: 32_768, compute: { gpuCount: 1, maxUsdPerHour: 3 } };
    expect(refusal(inputOf(wish, llama70b)).message).toContain(
      'It would fit on B200 at $6.01/h: use an fp8 KV cache and raise the price limit to $6.01/h.',
    );
  });

  it('says where it would fit when the user’s own GPUs do not do', () => {
    const wish = {
      model: llama70b.model,
      contextTokens: 8192,
      compute: { gpuTypeIds: ['NVIDIA RTX A4000'] },
    };
    const error = refusal(inputOf(wish, llama70b));
    expect(error.code).toBe('model_does_not_fit');
    expect(error.message).toMatch(/As it is, it would fit on .* at \$/);
    expect(error.details).toMatchObject({ fitsOn: expect.any(String) });
  });

  it('explains a GPU whose architecture forbids it', () => {
    const wish = { model: LLAMA, compute: { gpuTypeIds: ['Tesla V100-SXM2-32GB'] } };
    const error = refusal(inputOf(wish, llama8b));
    expect(error.code).toBe('model_does_not_fit');
    expect(error.message).toMatch(/Tesla V100.*needs 7\.5\. It would run on/);
    expect(error.advice).toMatch(/^Allow RTX A6000 \(Community\)\./);
  });

  it('survives an empty catalogue', () => {
    expect(refusal(inputOf({ model: LLAMA }, llama8b, { offers: [] })).message).toContain(
      'the catalogue is empty',
    );
  });

  it('explains a count no machine has', () => {
    const offers = [{ ...offer('NVIDIA A40', 48, 0.4), maxCount: { SECURE: 2, COMMUNITY: 0 } }];
    const error = refusal(inputOf({ model: LLAMA, compute: { gpuCount: 4 } }, llama8b, { offers }));
    expect(error.message).toContain("RunPod's largest machine of this type has 2 GPUs, not 4.");
  });
});
