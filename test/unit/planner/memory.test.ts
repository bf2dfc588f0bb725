import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concurrentSequences,
  GIB,
  kvBytesPerSequence,
  kvBytesPerToken,
  longestContext,
  MEMORY_UTILIZATION,
  memoryNeed,
} from '../../../src/main/planner/memory.ts';
import { shapeOf } from '../../../src/main/planner/shape.ts';
import type { ModelFacts } from '../../../src/main/planner/types.ts';
import { usableGiB } from '../../../src/main/planner/usable-vram.ts';
import type { Backend } from '../../../src/shared/model.ts';
import {
  deepseekV3,
  exact,
  factsOf,
  gemma27b,
  gptOss120b,
  gptOss20b,
  llama70b,
  llama70bAwq,
  llama8b,
  mixtral,
  qwen30bA3b,
  qwen32bFp8,
  r1Qwen7bQ4,
} from './facts.ts';

interface Row {
  readonly row: string;
  readonly facts: ModelFacts;
  readonly backend?: Backend;
  readonly context: number;
  readonly sequences: number;
  readonly weights: number;
  readonly kvPerToken: number;
  readonly kv: number;
  readonly overhead: number;
  readonly need: number;
}

const K = 1024;

/** VRAM.md 4.4, GiB on one GPU. */
const ROWS: readonly Row[] = [
  {
    row: '1 Llama-3.1-8B',
    facts: llama8b,
    context: 8 * K,
    sequences: 8,
    weights: 14.96,
    kvPerToken: 131_072,
    kv: 8,
    overhead: 2.95,
    need: 25.9,
  },
  {
    row: '1b Llama-3.1-8B, long',
    facts: llama8b,
    context: 128 * K,
    sequences: 1,
    weights: 14.96,
    kvPerToken: 131_072,
    kv: 16,
    overhead: 2.95,
    need: 33.9,
  },
  {
    row: '2 Qwen3-32B FP8',
    facts: qwen32bFp8,
    context: 32 * K,
    sequences: 4,
    weights: 31.97,
    kvPerToken: 262_144,
    kv: 32,
    overhead: 3.57,
    need: 67.5,
  },
  {
    row: '3 Llama-3.3-70B',
    facts: llama70b,
    context: 8 * K,
    sequences: 8,
    weights: 131.42,
    kvPerToken: 327_680,
    kv: 20,
    overhead: 3.86,
    need: 155.3,
  },
  {
    row: '3b Llama-3.3-70B AWQ',
    facts: llama70bAwq,
    context: 8 * K,
    sequences: 8,
    weights: 37.04,
    kvPerToken: 327_680,
    kv: 20,
    overhead: 3.86,
    need: 60.9,
  },
  {
    row: '4 Mixtral-8x7B',
    facts: mixtral,
    context: 32 * K,
    sequences: 4,
    weights: 86.99,
    kvPerToken: 131_072,
    kv: 16,
    overhead: 3.42,
    need: 106.4,
  },
  {
    row: '5 Qwen3-30B-A3B',
    facts: qwen30bA3b,
    context: 32 * K,
    sequences: 8,
    weights: 56.87,
    kvPerToken: 98_304,
    kv: 24,
    overhead: 2.5,
    need: 83.4,
  },
  {
    row: '6 gpt-oss-20b',
    facts: gptOss20b,
    context: 32 * K,
    sequences: 8,
    weights: 12.82,
    kvPerToken: 24_576,
    kv: 7.52,
    overhead: 2.89,
    need: 23.2,
  },
  {
    row: '6b gpt-oss-120b',
    facts: gptOss120b,
    context: 128 * K,
    sequences: 4,
    weights: 60.77,
    kvPerToken: 36_864,
    kv: 19.14,
    overhead: 2.89,
    need: 82.8,
  },
  {
    row: '7 Gemma-3-27B',
    facts: gemma27b,
    context: 32 * K,
    sequences: 4,
    weights: 51.1,
    kvPerToken: 81_920,
    kv: 24.62,
    overhead: 3.61,
    need: 79.3,
  },
  {
    row: '8 DeepSeek-V3 FP8',
    facts: deepseekV3,
    context: 32 * K,
    sequences: 16,
    weights: 641.29,
    kvPerToken: 70_272,
    kv: 34.31,
    overhead: 3.33,
    need: 678.9,
  },
  {
    row: '9 R1-Distill-Qwen-7B Q4_K_M',
    facts: r1Qwen7bQ4,
    backend: 'ollama',
    context: 32 * K,
    sequences: 1,
    weights: 4.36,
    kvPerToken: 57_344,
    kv: 1.75,
    overhead: 0.57,
    need: 6.7,
  },
];

/** Relative distance. */
const off = (value: number, expected: number): number => Math.abs(value - expected) / expected;
const TOLERANCE = 0.01;

const onOne = (facts: ModelFacts, context: number, sequences: number, gpus = 1) =>
  memoryNeed(shapeOf(facts), { contextTokens: context, sequences, kvCacheDtype: 'auto' }, gpus, 'vllm');

describe('worked rows', () => {
  it.each(ROWS)('$row', (row) => {
    const backend = row.backend ?? 'vllm';
    const shape = shapeOf(row.facts);
    const load = { contextTokens: row.context, sequences: row.sequences, kvCacheDtype: 'auto' } as const;
    const need = memoryNeed(shape, load, 1, backend);
    expect(off(need.weights / GIB, row.weights)).toBeLessThanOrEqual(TOLERANCE);
    expect(off(kvBytesPerToken(shape, backend, 'auto'), row.kvPerToken)).toBeLessThanOrEqual(TOLERANCE);
    expect(off(need.kv / GIB, row.kv)).toBeLessThanOrEqual(TOLERANCE);
    expect(off(need.overhead / GIB, row.overhead)).toBeLessThanOrEqual(TOLERANCE);
    expect(off(need.need / GIB, row.need)).toBeLessThanOrEqual(TOLERANCE);
  });

  /** The "fits" column: GiB on each of several GPUs. */
  it.each([
    ['1 on 2 × 24', llama8b, 8 * K, 8, 2, 14.5],
    ['1b on 2 × 24', llama8b, 128 * K, 1, 2, 18.5],
    ['2 on 2 × 48', qwen32bFp8, 32 * K, 4, 2, 35.3],
    ['3 on 2 × 141', llama70b, 8 * K, 8, 2, 79.3],
    ['3 on 4 × 48', llama70b, 8 * K, 8, 4, 41.0],
    ['3b on 2 × 48', llama70bAwq, 8 * K, 8, 2, 32.1],
    ['4 on 2 × 80', mixtral, 32 * K, 4, 2, 54.7],
    ['5 on 8, KV heads replicated', qwen30bA3b, 32 * K, 8, 8, 15.6],
    ['6 with 4 at once', gptOss20b, 32 * K, 4, 1, 19.5],
    ['7 on 2 × 48', gemma27b, 32 * K, 4, 2, 41.2],
    ['8 on 8 × 141', deepseekV3, 32 * K, 16, 8, 117.3],
  ] as const)('%s', (_, facts, context, sequences, gpus, expected) => {
    expect(off(onOne(facts, context, sequences, gpus).need / GIB, expected)).toBeLessThanOrEqual(TOLERANCE);
  });

  const A6000 = usableGiB('NVIDIA RTX A6000', 48);
  const L40S = usableGiB('NVIDIA L40S', 48);
  const H100 = usableGiB('NVIDIA H100 80GB HBM3', 80);
  const H200 = usableGiB('NVIDIA H200', 141);
  const B200 = usableGiB('NVIDIA B200', 180);
  const L4 = usableGiB('NVIDIA L4', 24);
  const A40 = usableGiB('NVIDIA A40', 48);

  it.each([
    ['1 not on 1 × 24', llama8b, 8 * K, 8, 1, usableGiB('NVIDIA GeForce RTX 4090', 24), false],
    ['1 on 1 × 48', llama8b, 8 * K, 8, 1, A40, true],
    ['1 on 2 × L4', llama8b, 8 * K, 8, 2, L4, true],
    ['2 on 1 × 80', qwen32bFp8, 32 * K, 4, 1, H100, true],
    ['2 not on 1 × 48', qwen32bFp8, 32 * K, 4, 1, A6000, false],
    ['3 misses 2 × 80', llama70b, 8 * K, 8, 2, H100, false],
    ['3 on 2 × 141', llama70b, 8 * K, 8, 2, H200, true],
    ['3 on 4 × 48 without ECC', llama70b, 8 * K, 8, 4, A6000, true],
    ['3 misses 4 × L40S', llama70b, 8 * K, 8, 4, L40S, false],
    ['3 on 1 × 180', llama70b, 8 * K, 8, 1, B200, true],
    ['3b on 1 × 80', llama70bAwq, 8 * K, 8, 1, H100, true],
    ['4 on 1 × 141', mixtral, 32 * K, 4, 1, H200, true],
    ['5 on 1 × 141', qwen30bA3b, 32 * K, 8, 1, H200, true],
    ['6 on 24 GB with 4 at once', gptOss20b, 32 * K, 4, 1, L4, true],
    ['6 not on 24 GB with 8', gptOss20b, 32 * K, 8, 1, L4, false],
    ['6b on 1 × 141', gptOss120b, 128 * K, 4, 1, H200, true],
    ['6b on 1 × 80 with 32k × 2', gptOss120b, 32 * K, 2, 1, H100, true],
    ['7 on 2 × 48 without ECC', gemma27b, 32 * K, 4, 2, A6000, true],
    ['7 misses 2 × L40S', gemma27b, 32 * K, 4, 2, L40S, false],
    ['8 on 8 × 141', deepseekV3, 32 * K, 16, 8, H200, true],
    ['8 never on 8 × 80', deepseekV3, 32 * K, 16, 8, H100, false],
  ] as const)('%s', (_, facts, context, sequences, gpus, usable, fits) => {
    const need = onOne(facts, context, sequences, gpus).need / GIB;
    expect(need <= usable * MEMORY_UTILIZATION).toBe(fits);
  });

  it('keeps the bare window where the server does (row 7: 11.6 GiB of KV)', () => {
    const shape = shapeOf(gemma27b);
    const load = { contextTokens: 32 * K, kvCacheDtype: 'auto' } as const;
    expect(off((4 * kvBytesPerSequence(shape, load, 1, 'ollama')) / GIB, 11.6)).toBeLessThanOrEqual(
      TOLERANCE,
    );
  });
});

describe('cache formats', () => {
  it('halves the cache with fp8, and uses vLLM’s own layout for latent attention', () => {
    expect(kvBytesPerToken(shapeOf(llama8b), 'vllm', 'fp8')).toBe(65_536);
    expect(kvBytesPerToken(shapeOf(deepseekV3), 'vllm', 'fp8')).toBe(61 * 656);
  });

  it('counts Ollama’s q8_0 with its scales', () => {
    expect(kvBytesPerToken(shapeOf(llama8b), 'ollama', 'fp8')).toBe(131_072 * (34 / 64));
  });

  it('takes the full layers’ own heads where they differ (Gemma 4)', () => {
    const facts: ModelFacts = {
      ...gemma27b,
      layers: exact(60),
      fullAttentionLayers: exact(10),
      slidingLayers: exact(50),
      kvHeads: exact(16),
      headDim: exact(256),
      fullKvHeads: exact(4),
      fullHeadDim: exact(512),
    };
    expect(kvBytesPerToken(shapeOf(facts), 'vllm', 'auto')).toBe(2 * 10 * 4 * 512 * 2);
  });

  it('counts recurrent state once a sequence, not a token', () => {
    const facts: ModelFacts = {
      ...qwen30bA3b,
      fullAttentionLayers: exact(12),
      linearLayers: exact(36),
      linearStateBytes: exact(150_000_000),
    };
    const at = (contextTokens: number): number =>
      kvBytesPerSequence(shapeOf(facts), { contextTokens, kvCacheDtype: 'auto' }, 1, 'vllm');
    expect(at(2048) - at(1024)).toBe(1024 * 2 * 12 * 4 * 128 * 2);
    expect(at(1024) - 1024 * 2 * 12 * 4 * 128 * 2).toBe(150_000_000);
  });

  it('needs no cache for an encoder', () => {
    const facts: ModelFacts = { ...llama8b, fullAttentionLayers: exact(0) };
    expect(onOne(facts, 8192, 4).kv).toBe(0);
    expect(
      concurrentSequences(shapeOf(facts), { contextTokens: 8192, kvCacheDtype: 'auto' }, 1, 'vllm', 40 * GIB),
    ).toBe(256);
  });

  it('adds an allowance for images', () => {
    const seeing: ModelFacts = { ...gemma27b, multimodal: true };
    expect(onOne(seeing, 8192, 1).overhead - onOne(gemma27b, 8192, 1).overhead).toBe(1.5 * GIB);
  });
});

describe('shapes from thin facts', () => {
  const thin: ModelFacts = {
    model: 'org/thing-7B',
    revision: null,
    gated: false,
    pipeline: null,
    weightBytes: exact(15e9),
    quantization: exact('none'),
  };

  it('fills in what is missing from models of that size, and says what', () => {
    const shape = shapeOf(thin);
    expect(shape.guessed).toEqual([
      'layers',
      'kvHeads',
      'headDim',
      'hiddenSize',
      'intermediateSize',
      'vocabSize',
      'attentionHeads',
    ]);
    expect(shape).toMatchObject({ layers: 36, kvHeads: 8, headDim: 128, fullLayers: 36 });
  });

  it('reads config.json’s conventions: KV heads default to heads, head width to hidden by heads', () => {
    const shape = shapeOf({ ...thin, hiddenSize: exact(768), attentionHeads: exact(12), layers: exact(12) });
    expect(shape).toMatchObject({ kvHeads: 12, headDim: 64, fullLayers: 12 });
  });
});

describe('properties', () => {
  const facts = fc.record({
    weightGiB: fc.double({ min: 0.1, max: 800, noNaN: true }),
    layers: fc.integer({ min: 1, max: 128 }),
    hidden: fc.integer({ min: 256, max: 16_384 }),
    mlp: fc.integer({ min: 256, max: 60_000 }),
    vocab: fc.integer({ min: 1000, max: 300_000 }),
    heads: fc.constantFrom(8, 16, 32, 64, 128),
    kvHeads: fc.constantFrom(1, 2, 4, 8, 16),
    headDim: fc.constantFrom(64, 128, 256),
    sliding: fc.integer({ min: 0, max: 60 }),
    window: fc.integer({ min: 128, max: 8192 }),
  });
  const shape = facts.map((numbers) =>
    shapeOf(
      factsOf(numbers, {
        slidingLayers: exact(Math.min(numbers.sliding, numbers.layers)),
        slidingWindow: exact(numbers.window),
      }),
    ),
  );
  const load = fc.record({
    contextTokens: fc.integer({ min: 256, max: 300_000 }),
    sequences: fc.integer({ min: 1, max: 64 }),
    kvCacheDtype: fc.constantFrom('auto' as const, 'fp8' as const),
  });
  const gpus = fc.constantFrom(1, 2, 4, 8);
  const backend = fc.constantFrom('vllm' as const, 'ollama' as const);

  it('never needs less for more context, more sequences or more bits', () => {
    fc.assert(
      fc.property(shape, load, gpus, backend, fc.integer({ min: 1, max: 50_000 }), (s, l, t, b, more) => {
        const need = memoryNeed(s, l, t, b).need;
        expect(
          memoryNeed(s, { ...l, contextTokens: l.contextTokens + more }, t, b).need,
        ).toBeGreaterThanOrEqual(need);
        expect(memoryNeed(s, { ...l, sequences: l.sequences + 1 }, t, b).need).toBeGreaterThanOrEqual(need);
        expect(memoryNeed(s, { ...l, kvCacheDtype: 'auto' }, t, b).need).toBeGreaterThanOrEqual(
          memoryNeed(s, { ...l, kvCacheDtype: 'fp8' }, t, b).need,
        );
        expect(memoryNeed({ ...s, weightBytes: s.weightBytes * 2 }, l, t, b).need).toBeGreaterThan(need);
      }),
    );
  });

  it('counts as many sequences as fit, and not one more', () => {
    fc.assert(
      fc.property(
        shape,
        load,
        gpus,
        backend,
        fc.double({ min: 1, max: 200, noNaN: true }),
        (s, l, t, b, gib) => {
          const budget = gib * GIB;
          const count = concurrentSequences(s, l, t, b, budget);
          expect(
            count === 0 || memoryNeed(s, { ...l, sequences: count }, t, b).need <= budget * (1 + 1e-9),
          ).toBe(true);
          expect(
            count === 256 || memoryNeed(s, { ...l, sequences: count + 1 }, t, b).need > budget * (1 - 1e-9),
          ).toBe(true);
        },
      ),
    );
  });

  it('finds the longest context that fits', () => {
    fc.assert(
      fc.property(
        shape,
        load,
        gpus,
        backend,
        fc.double({ min: 1, max: 200, noNaN: true }),
        (s, l, t, b, gib) => {
          const budget = gib * GIB;
          const context = longestContext(s, l, t, b, budget);
          expect(context).toBeLessThanOrEqual(l.contextTokens);
          expect(context === 0 || memoryNeed(s, { ...l, contextTokens: context }, t, b).need <= budget).toBe(
            true,
          );
          expect(
            context + 1024 > l.contextTokens ||
              memoryNeed(s, { ...l, contextTokens: context + 1024 }, t, b).need > budget,
          ).toBe(true);
        },
      ),
    );
  });
});
