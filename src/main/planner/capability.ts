import type { Backend } from '../../shared/model.ts';
import type { ModelFacts } from './types.ts';

/**
 * CUDA compute capability by RunPod GPU type id (FACTS 5). RunPod does not tell it, and it decides which data types and
 * quantised kernels a card can run.
 */
const CAPABILITY: Readonly<Record<string, number>> = {
  'Tesla V100-FHHL-16GB': 7.0,
  'Tesla V100-PCIE-16GB': 7.0,
  'Tesla V100-PCIE-32GB': 7.0,
  'Tesla V100-SXM2-16GB': 7.0,
  'Tesla V100-SXM2-32GB': 7.0,
  'Tesla T4': 7.5,
  'NVIDIA A30': 8.0,
  'NVIDIA A100 80GB PCIe': 8.0,
  'NVIDIA A100-SXM4-40GB': 8.0,
  'NVIDIA A100-SXM4-80GB': 8.0,
  'NVIDIA A10': 8.6,
  'NVIDIA A40': 8.6,
  'NVIDIA GeForce RTX 3070': 8.6,
  'NVIDIA GeForce RTX 3080': 8.6,
  'NVIDIA GeForce RTX 3080 Ti': 8.6,
  'NVIDIA GeForce RTX 3090': 8.6,
  'NVIDIA GeForce RTX 3090 Ti': 8.6,
  'NVIDIA RTX A2000': 8.6,
  'NVIDIA RTX A4000': 8.6,
  'NVIDIA RTX A4500': 8.6,
  'NVIDIA RTX A5000': 8.6,
  'NVIDIA RTX A6000': 8.6,
  'NVIDIA GeForce RTX 4070 Ti': 8.9,
  'NVIDIA GeForce RTX 4080': 8.9,
  'NVIDIA GeForce RTX 4080 SUPER': 8.9,
  'NVIDIA GeForce RTX 4090': 8.9,
  'NVIDIA L4': 8.9,
  'NVIDIA L40': 8.9,
  'NVIDIA L40S': 8.9,
  'NVIDIA RTX 2000 Ada Generation': 8.9,
  'NVIDIA RTX 4000 Ada Generation': 8.9,
  'NVIDIA RTX 4000 SFF Ada Generation': 8.9,
  'NVIDIA RTX 5000 Ada Generation': 8.9,
  'NVIDIA RTX 6000 Ada Generation': 8.9,
  'NVIDIA H100 80GB HBM3': 9.0,
  'NVIDIA H100 PCIe': 9.0,
  'NVIDIA H100 NVL': 9.0,
  'NVIDIA H200': 9.0,
  'NVIDIA H200 NVL': 9.0,
  'NVIDIA B200': 10.0,
  'NVIDIA B300 SXM6 AC': 10.3,
  'NVIDIA GeForce RTX 5080': 12.0,
  'NVIDIA GeForce RTX 5090': 12.0,
  'NVIDIA RTX PRO 4500 Blackwell': 12.0,
  'NVIDIA RTX PRO 6000 Blackwell Server Edition': 12.0,
  'NVIDIA RTX PRO 6000 Blackwell Server Edition MIG 1g.24gb': 12.0,
  'NVIDIA RTX PRO 6000 Blackwell Server Edition MIG 2g.48gb': 12.0,
  'NVIDIA RTX PRO 6000 Blackwell Workstation Edition': 12.0,
  'NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition': 12.0,
};

/** null = a card this version of the app does not know; it is offered, with a note. */
export function computeCapability(gpuTypeId: string): number | null {
  return CAPABILITY[gpuTypeId] ?? null;
}

/** CUDA 13, which the stock vLLM image is built for, ended support for anything older than Turing. */
const VLLM_FLOOR = 7.5;
const BF16_FLOOR = 8.0;
const FP8_NATIVE = 8.9;

interface Gate {
  /** Lowest capability whose kernels run these weights at all. */
  readonly floor: number;
  /** Lowest capability that computes in the format; below it weights are unpacked on the fly. */
  readonly native: number;
  readonly label: string;
}

/** vLLM's supported-hardware tables (VRAM.md 4.3.3). */
const GATES: Readonly<Record<ModelFacts['quantization']['value'], Gate>> = {
  none: { floor: 7.5, native: 7.5, label: 'unquantised' },
  unknown: { floor: 7.5, native: 7.5, label: 'unknown' },
  awq: { floor: 7.5, native: 8.0, label: 'AWQ' },
  gptq: { floor: 7.5, native: 8.0, label: 'GPTQ' },
  int8: { floor: 7.5, native: 7.5, label: 'INT8' },
  bnb4: { floor: 7.5, native: 7.5, label: 'bitsandbytes' },
  gguf: { floor: 7.5, native: 7.5, label: 'GGUF' },
  fp8: { floor: 7.5, native: FP8_NATIVE, label: 'FP8' },
  mxfp4: { floor: 8.0, native: 9.0, label: 'MXFP4' },
  nvfp4: { floor: 8.0, native: 10.0, label: 'NVFP4' },
};

export interface CapabilityQuestion {
  readonly gpuTypeId: string;
  readonly manufacturer: string;
  readonly backend: Backend;
  readonly quantization: ModelFacts['quantization']['value'];
  /** The checkpoint's own type, such as bfloat16; null = not known. */
  readonly dtype: string | null;
  readonly kvCacheDtype: 'auto' | 'fp8';
}

export type CapabilityAnswer =
  | {
      readonly runs: true;
      /** Start with `--dtype half`: the card has no bfloat16. */
      readonly half: boolean;
      readonly notes: readonly string[];
    }
  | { readonly runs: false; readonly reason: string };

/** Whether a card's architecture can run the model with the stock images. */
export function judgeCapability(question: CapabilityQuestion): CapabilityAnswer {
  const amd = question.manufacturer === 'AMD';
  if (question.backend === 'ollama') {
    return { runs: true, half: false, notes: amd ? ["uses Ollama's ROCm image"] : [] };
  }
  if (amd) return { runs: false, reason: 'is an AMD card; the stock vLLM image is built for CUDA' };
  const capability = computeCapability(question.gpuTypeId);
  if (capability === null) {
    return {
      runs: true,
      half: false,
      notes: ['unknown to this version of the app: whether it runs this format is not checked'],
    };
  }
  return judgeVllm(question, capability);
}

function judgeVllm(question: CapabilityQuestion, capability: number): CapabilityAnswer {
  const has = `has compute capability ${capability.toFixed(1)}`;
  if (capability < VLLM_FLOOR) {
    return { runs: false, reason: `${has}; the stock vLLM image (CUDA 13) needs ${VLLM_FLOOR.toFixed(1)}` };
  }
  const gate = GATES[question.quantization];
  if (capability < gate.floor) {
    return { runs: false, reason: `${has}; ${gate.label} weights need ${gate.floor.toFixed(1)}` };
  }
  if (question.kvCacheDtype === 'fp8' && capability < FP8_NATIVE) {
    return { runs: false, reason: `${has}; an fp8 KV cache needs ${FP8_NATIVE.toFixed(1)}` };
  }
  const half = capability < BF16_FLOOR && question.dtype !== 'float16' && question.dtype !== 'float32';
  const notes: string[] = [];
  if (capability < gate.native) {
    notes.push(`${gate.label} weights are unpacked on the fly on this card: they fit, but run slower`);
  }
  if (question.quantization === 'gguf') notes.push('GGUF is slow in vLLM; the Ollama backend is made for it');
  if (half) notes.push('no bfloat16 on this card: runs in float16');
  return { runs: true, half, notes };
}

/** Whether an fp8 KV cache is something this card and backend can be offered. */
export function canUseFp8Cache(gpuTypeId: string, backend: Backend): boolean {
  return backend === 'ollama' || (computeCapability(gpuTypeId) ?? 0) >= FP8_NATIVE;
}

/** Every GPU type id this version knows; for tests against the published list. */
export const KNOWN_GPU_IDS: readonly string[] = Object.keys(CAPABILITY);

/** `12.11` is above `12.2`: versions compare number by number. */
export function compareCudaVersions(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
