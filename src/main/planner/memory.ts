import type { Backend } from '../../shared/model.ts';
import type { ModelShape } from './shape.ts';

/**
 * How much GPU memory a model server needs (VRAM.md 4.2). Everything is in bytes and for ONE of `gpuCount` GPUs.
 * The constants below are also handed to the server as arguments, so that it behaves as it was counted.
 */
export const GIB = 2 ** 30;
/** vLLM takes this share of each GPU and leaves the rest to others; Ollama is planned with the same reserve. */
export const MEMORY_UTILIZATION = 0.9;
/** vLLM's max_num_batched_tokens and max_num_seqs. */
export const BATCHED_TOKENS = 8192;
export const MAX_SEQUENCES = 256;

/** Tokens in one block of vLLM's cache. */
const BLOCK_TOKENS = 16;
const CUDA_GRAPHS_BYTES = 1.0 * GIB;
const CONTEXT_BYTES = 0.8 * GIB;
const TENSOR_PARALLEL_BYTES = 0.5 * GIB;
/** Encoder activations of a model that sees images. */
const VISION_BYTES = 1.5 * GIB;
const LLAMA_CPP_BYTES = 0.5 * GIB;
/** Tokens whose logits llama.cpp holds at once. */
const LLAMA_CPP_LOGIT_ROWS = 128;
/** llama.cpp's q8_0 stores 32 values in 34 bytes. */
const Q8_0_BYTES = 34 / 32;
/** vLLM's fp8 layout of latent attention, per layer and token (MLAAttentionSpec). */
const MLA_FP8_BYTES = 656;

export interface Load {
  readonly contextTokens: number;
  readonly sequences: number;
  readonly kvCacheDtype: 'auto' | 'fp8';
}

export interface MemoryNeed {
  readonly weights: number;
  readonly kv: number;
  readonly overhead: number;
  readonly need: number;
}

function kvElementBytes(backend: Backend, dtype: Load['kvCacheDtype']): number {
  if (dtype === 'auto') return 2;
  return backend === 'ollama' ? Q8_0_BYTES : 1;
}

/** KV bytes one more token costs once every window is full: the full-attention layers' share, on one GPU. */
export function kvBytesPerToken(shape: ModelShape, backend: Backend, dtype: Load['kvCacheDtype']): number {
  const bytes = kvElementBytes(backend, dtype);
  if (shape.mlaLatent > 0) {
    const perLayer = backend === 'vllm' && dtype === 'fp8' ? MLA_FP8_BYTES : shape.mlaLatent * bytes;
    return perLayer * shape.fullLayers;
  }
  return 2 * shape.fullLayers * shape.fullKvHeads * shape.fullHeadDim * bytes;
}

/** Share of the KV heads one GPU holds: beyond one head a GPU they are replicated. */
function headShare(kvHeads: number, gpuCount: number): number {
  return Math.max(1, Math.floor(kvHeads / gpuCount)) / kvHeads;
}

/**
 * Tokens a sliding layer keeps for one sequence. vLLM reserves the window plus one scheduled batch, rounded up one block
 * (SlidingWindowSpec); llama.cpp keeps the window.
 */
function slidingTokens(shape: ModelShape, contextTokens: number, backend: Backend): number {
  if (backend === 'ollama') return Math.min(contextTokens, shape.slidingWindow);
  const tokens = Math.min(contextTokens, shape.slidingWindow - 1 + BATCHED_TOKENS);
  return (Math.ceil(tokens / BLOCK_TOKENS) + 1) * BLOCK_TOKENS;
}

/** KV bytes of one sequence of `contextTokens` on one of `gpuCount` GPUs. */
export function kvBytesPerSequence(
  shape: ModelShape,
  load: Omit<Load, 'sequences'>,
  gpuCount: number,
  backend: Backend,
): number {
  // Ollama spreads whole layers over GPUs; vLLM splits heads, and every rank holds the whole latent vector of MLA.
  const layersSplit = backend === 'ollama';
  const share = (kvHeads: number): number => {
    if (layersSplit) return 1 / gpuCount;
    return shape.mlaLatent > 0 ? 1 : headShare(kvHeads, gpuCount);
  };
  const full =
    kvBytesPerToken(shape, backend, load.kvCacheDtype) * load.contextTokens * share(shape.fullKvHeads);
  const sliding =
    shape.slidingLayers === 0
      ? 0
      : 2 *
        shape.slidingLayers *
        shape.kvHeads *
        shape.headDim *
        kvElementBytes(backend, load.kvCacheDtype) *
        slidingTokens(shape, load.contextTokens, backend) *
        share(shape.kvHeads);
  return full + sliding + shape.linearStateBytes / gpuCount;
}

function overheadBytes(shape: ModelShape, gpuCount: number, backend: Backend): number {
  if (backend === 'ollama') {
    return LLAMA_CPP_BYTES + LLAMA_CPP_LOGIT_ROWS * shape.vocabSize * 4;
  }
  const activations =
    BATCHED_TOKENS * (4 * shape.hiddenSize + (3 * shape.intermediateSize) / gpuCount) * 2 +
    (MAX_SEQUENCES * shape.vocabSize * 8) / gpuCount;
  return (
    activations +
    CUDA_GRAPHS_BYTES +
    CONTEXT_BYTES +
    (gpuCount > 1 ? TENSOR_PARALLEL_BYTES : 0) +
    (shape.multimodal ? VISION_BYTES : 0)
  );
}

/** What one of `gpuCount` GPUs must hold to carry the load. With one sequence: what it takes to boot at all. */
export function memoryNeed(shape: ModelShape, load: Load, gpuCount: number, backend: Backend): MemoryNeed {
  const weights = shape.weightBytes / gpuCount;
  const kv = load.sequences * kvBytesPerSequence(shape, load, gpuCount, backend);
  const overhead = overheadBytes(shape, gpuCount, backend);
  return { weights, kv, overhead, need: weights + kv + overhead };
}

/** How many sequences of the full context fit into `budget` bytes of each GPU; at most what the server schedules. */
export function concurrentSequences(
  shape: ModelShape,
  load: Omit<Load, 'sequences'>,
  gpuCount: number,
  backend: Backend,
  budget: number,
): number {
  const empty = memoryNeed(shape, { ...load, sequences: 0 }, gpuCount, backend).need;
  if (budget < empty) return 0;
  const perSequence = kvBytesPerSequence(shape, load, gpuCount, backend);
  if (perSequence === 0) return MAX_SEQUENCES;
  return Math.min(MAX_SEQUENCES, Math.floor((budget - empty) / perSequence));
}

/** Longest context, in steps of 1024 tokens, at which `sequences` fit into `budget` bytes of each GPU; 0 = none. */
export function longestContext(
  shape: ModelShape,
  load: Load,
  gpuCount: number,
  backend: Backend,
  budget: number,
): number {
  const fits = (steps: number): boolean =>
    memoryNeed(shape, { ...load, contextTokens: steps * 1024 }, gpuCount, backend).need <= budget;
  let low = 0;
  let high = Math.floor(load.contextTokens / 1024);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (fits(middle)) low = middle;
    else high = middle - 1;
  }
  return low * 1024;
}
