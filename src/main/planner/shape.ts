import type { Fact, ModelFacts } from './types.ts';

/** The numbers the memory formulas need, complete: what the facts lack is filled in from models of that size. */
export interface ModelShape {
  readonly weightBytes: number;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly vocabSize: number;
  readonly attentionHeads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly fullLayers: number;
  readonly fullKvHeads: number;
  readonly fullHeadDim: number;
  readonly slidingLayers: number;
  readonly slidingWindow: number;
  readonly linearStateBytes: number;
  /** 0 = ordinary keys and values. */
  readonly mlaLatent: number;
  readonly multimodal: boolean;
  /** Which of these numbers are guesses, here or already in the facts; empty = all were known. */
  readonly guessed: readonly string[];
}

interface TypicalShape {
  /** Up to this many parameters. */
  readonly parameters: number;
  readonly layers: number;
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly attentionHeads: number;
}

/** Dense models of 2024 to 2026 by size; nearly all have 8 KV heads of width 128. */
const TYPICAL: readonly TypicalShape[] = [
  { parameters: 0.4e9, layers: 24, hiddenSize: 896, intermediateSize: 4864, attentionHeads: 14 },
  { parameters: 1.2e9, layers: 28, hiddenSize: 1024, intermediateSize: 3072, attentionHeads: 16 },
  { parameters: 2.5e9, layers: 28, hiddenSize: 2048, intermediateSize: 6144, attentionHeads: 16 },
  { parameters: 5.5e9, layers: 36, hiddenSize: 2560, intermediateSize: 9728, attentionHeads: 32 },
  { parameters: 10e9, layers: 36, hiddenSize: 4096, intermediateSize: 14_336, attentionHeads: 32 },
  { parameters: 20e9, layers: 48, hiddenSize: 5120, intermediateSize: 17_408, attentionHeads: 40 },
  { parameters: 45e9, layers: 64, hiddenSize: 5120, intermediateSize: 27_648, attentionHeads: 64 },
  { parameters: 90e9, layers: 80, hiddenSize: 8192, intermediateSize: 29_568, attentionHeads: 64 },
  { parameters: 160e9, layers: 88, hiddenSize: 12_288, intermediateSize: 28_672, attentionHeads: 96 },
];
const LARGEST: TypicalShape = {
  parameters: Number.POSITIVE_INFINITY,
  layers: 126,
  hiddenSize: 16_384,
  intermediateSize: 53_248,
  attentionHeads: 128,
};
const TYPICAL_KV_HEADS = 8;
const TYPICAL_HEAD_DIM = 128;
const TYPICAL_VOCAB = 152_064;

/** Bits a parameter takes on disk and in memory (VRAM.md 4.2); for turning bytes into parameters and back. */
export const BITS_PER_PARAMETER = {
  none: 16,
  unknown: 16,
  fp8: 8.05,
  int8: 8.05,
  awq: 4.4,
  gptq: 4.4,
  mxfp4: 4.6,
  nvfp4: 4.8,
  bnb4: 4.8,
  gguf: 4.84,
} as const satisfies Record<ModelFacts['quantization']['value'], number>;

function typicalShape(parameters: number): TypicalShape {
  return TYPICAL.find((row) => parameters <= row.parameters) ?? LARGEST;
}

const or = (fact: Fact<number> | undefined, fallback: number): number => fact?.value ?? fallback;

function parametersOf(facts: ModelFacts): number {
  const bits = BITS_PER_PARAMETER[facts.quantization.value];
  return or(facts.parameters, (facts.weightBytes.value * 8) / bits);
}

/** config.json leaves the head width out where it is the hidden size shared by the heads. */
function headDimOf(facts: ModelFacts): Fact<number> | undefined {
  const { headDim, hiddenSize, attentionHeads } = facts;
  if (headDim !== undefined || hiddenSize === undefined || attentionHeads === undefined) return headDim;
  return { ...hiddenSize, value: hiddenSize.value / attentionHeads.value };
}

/** Completes facts to a shape. A missing KV head count means as many as attention heads, as in config.json. */
export function shapeOf(facts: ModelFacts): ModelShape {
  const typical = typicalShape(parametersOf(facts));
  const guessed: string[] = [];
  const known = (name: string, fact: Fact<number> | undefined, fallback: number): number => {
    if (fact === undefined || fact.provenance === 'guessed') guessed.push(name);
    return or(fact, fallback);
  };
  const layers = known('layers', facts.layers, typical.layers);
  const kvHeads = known('kvHeads', facts.kvHeads ?? facts.attentionHeads, TYPICAL_KV_HEADS);
  const headDim = known('headDim', headDimOf(facts), TYPICAL_HEAD_DIM);
  const slidingLayers = or(facts.slidingLayers, 0);
  const notFull = slidingLayers + or(facts.linearLayers, 0);
  return {
    weightBytes: facts.weightBytes.value,
    layers,
    hiddenSize: known('hiddenSize', facts.hiddenSize, typical.hiddenSize),
    intermediateSize: known('intermediateSize', facts.intermediateSize, typical.intermediateSize),
    vocabSize: known('vocabSize', facts.vocabSize, TYPICAL_VOCAB),
    attentionHeads: known('attentionHeads', facts.attentionHeads, typical.attentionHeads),
    kvHeads,
    headDim,
    fullLayers: or(facts.fullAttentionLayers, Math.max(0, layers - notFull)),
    fullKvHeads: or(facts.fullKvHeads, kvHeads),
    fullHeadDim: or(facts.fullHeadDim, headDim),
    slidingLayers,
    slidingWindow: or(facts.slidingWindow, 0),
    linearStateBytes: or(facts.linearStateBytes, 0),
    mlaLatent: or(facts.mlaLatent, 0),
    multimodal: facts.multimodal ?? false,
    guessed,
  };
}
