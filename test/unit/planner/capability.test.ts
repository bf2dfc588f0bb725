import { describe, expect, it } from 'vitest';
import {
  canUseFp8Cache,
  compareCudaVersions,
  computeCapability,
  judgeCapability,
  KNOWN_GPU_IDS,
  type CapabilityQuestion,
} from '../../../src/main/planner/capability.ts';
import { usableGiB } from '../../../src/main/planner/usable-vram.ts';

/** Every id of FACTS 5 with its catalogue memory. */
const PUBLISHED: readonly (readonly [string, number])[] = [
  ['NVIDIA RTX A4000', 16],
  ['NVIDIA RTX A4500', 20],
  ['NVIDIA RTX 4000 Ada Generation', 20],
  ['NVIDIA RTX 2000 Ada Generation', 16],
  ['NVIDIA L4', 24],
  ['NVIDIA RTX A5000', 24],
  ['NVIDIA GeForce RTX 3090', 24],
  ['NVIDIA GeForce RTX 4090', 24],
  ['NVIDIA GeForce RTX 5090', 32],
  ['NVIDIA RTX A6000', 48],
  ['NVIDIA A40', 48],
  ['NVIDIA L40', 48],
  ['NVIDIA L40S', 48],
  ['NVIDIA RTX 6000 Ada Generation', 48],
  ['NVIDIA A100 80GB PCIe', 80],
  ['NVIDIA A100-SXM4-80GB', 80],
  ['NVIDIA H100 80GB HBM3', 80],
  ['NVIDIA H100 PCIe', 80],
  ['NVIDIA H100 NVL', 94],
  ['NVIDIA RTX PRO 6000 Blackwell Server Edition', 96],
  ['NVIDIA RTX PRO 6000 Blackwell Workstation Edition', 96],
  ['NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition', 96],
  ['NVIDIA H200', 141],
  ['NVIDIA H200 NVL', 143],
  ['NVIDIA B200', 180],
  ['NVIDIA B300 SXM6 AC', 288],
  ['NVIDIA A30', 24],
  ['NVIDIA RTX PRO 4500 Blackwell', 32],
  ['NVIDIA RTX PRO 6000 Blackwell Server Edition MIG 1g.24gb', 24],
  ['NVIDIA RTX PRO 6000 Blackwell Server Edition MIG 2g.48gb', 48],
  ['NVIDIA RTX 5000 Ada Generation', 32],
  ['NVIDIA RTX 4000 SFF Ada Generation', 20],
  ['NVIDIA GeForce RTX 3070', 8],
  ['NVIDIA GeForce RTX 3080', 10],
  ['NVIDIA GeForce RTX 3080 Ti', 12],
  ['NVIDIA GeForce RTX 3090 Ti', 24],
  ['NVIDIA GeForce RTX 4070 Ti', 12],
  ['NVIDIA GeForce RTX 4080', 16],
  ['NVIDIA GeForce RTX 4080 SUPER', 16],
  ['NVIDIA GeForce RTX 5080', 16],
  ['NVIDIA RTX A2000', 6],
  ['Tesla V100-FHHL-16GB', 16],
  ['Tesla V100-PCIE-16GB', 16],
  ['Tesla V100-SXM2-16GB', 16],
  ['Tesla V100-SXM2-32GB', 32],
];

const ask = (gpuTypeId: string, rest: Partial<CapabilityQuestion> = {}) =>
  judgeCapability({
    gpuTypeId,
    manufacturer: 'NVIDIA',
    backend: 'vllm',
    quantization: 'none',
    dtype: 'bfloat16',
    kvCacheDtype: 'auto',
    ...rest,
  });

describe('GPU ids', () => {
  it.each(PUBLISHED)('%s has a capability, and usable memory below its name', (id, memoryGb) => {
    expect(KNOWN_GPU_IDS).toContain(id);
    expect(computeCapability(id)).toBeGreaterThanOrEqual(7);
    expect(usableGiB(id, memoryGb)).toBeLessThanOrEqual(memoryGb);
    expect(usableGiB(id, memoryGb)).toBeGreaterThan(memoryGb * 0.92);
  });

  it('uses what NVML measured where it is known', () => {
    expect(usableGiB('NVIDIA L4', 24)).toBeCloseTo(22.49, 2);
    expect(usableGiB('NVIDIA H100 80GB HBM3', 80)).toBeCloseTo(79.65, 2);
    expect(usableGiB('NVIDIA H200 NVL', 143)).toBeCloseTo(140.4, 1);
    expect(usableGiB('NVIDIA A40', 48)).toBeCloseTo(44.88, 2);
    expect(usableGiB('NVIDIA Something New', 100)).toBe(99.5);
  });
});

describe('gates', () => {
  it.each([
    ['Tesla V100-SXM2-32GB', {}, /7\.0.*needs 7\.5/],
    ['Tesla T4', { quantization: 'mxfp4' }, /MXFP4 weights need 8\.0/],
    ['Tesla T4', { quantization: 'nvfp4' }, /NVFP4 weights need 8\.0/],
    ['NVIDIA A40', { kvCacheDtype: 'fp8' }, /fp8 KV cache needs 8\.9/],
    ['AMD Instinct MI300X OAM', { manufacturer: 'AMD' }, /AMD/],
  ] as const)('%s refuses %o', (id, rest, reason) => {
    expect(ask(id, rest)).toMatchObject({ runs: false, reason: expect.stringMatching(reason) });
  });

  it.each([
    ['Tesla T4', { quantization: 'awq', dtype: 'float16' }, false, /AWQ.*slower/],
    ['Tesla T4', {}, true, /float16/],
    ['Tesla T4', { quantization: 'fp8' }, true, /FP8.*slower/],
    ['NVIDIA A40', { quantization: 'fp8' }, false, /FP8.*slower/],
    ['NVIDIA H100 PCIe', { quantization: 'nvfp4' }, false, /NVFP4.*slower/],
    ['NVIDIA A40', { quantization: 'gguf' }, false, /Ollama backend/],
  ] as const)('%s runs %o with a note', (id, rest, half, note) => {
    expect(ask(id, rest)).toEqual({
      runs: true,
      half,
      notes: expect.arrayContaining([expect.stringMatching(note)]),
    });
  });

  it.each([
    ['NVIDIA L4', { quantization: 'fp8', kvCacheDtype: 'fp8' }],
    ['NVIDIA B200', { quantization: 'nvfp4' }],
    ['NVIDIA H100 NVL', { quantization: 'mxfp4' }],
    ['NVIDIA A40', { quantization: 'awq' }],
    ['NVIDIA GeForce RTX 3070', { backend: 'ollama', kvCacheDtype: 'fp8' }],
  ] as const)('%s runs %o as it is', (id, rest) => {
    expect(ask(id, rest)).toEqual({ runs: true, half: false, notes: [] });
  });

  it('offers an fp8 cache only where it works', () => {
    expect(canUseFp8Cache('NVIDIA A40', 'vllm')).toBe(false);
    expect(canUseFp8Cache('NVIDIA L4', 'vllm')).toBe(true);
    expect(canUseFp8Cache('NVIDIA A40', 'ollama')).toBe(true);
    expect(canUseFp8Cache('NVIDIA GeForce RTX 6090', 'vllm')).toBe(false);
  });
});

it('compares CUDA versions number by number', () => {
  expect(['12.11', '13.0', '12.2', '12.9'].toSorted(compareCudaVersions)).toEqual([
    '12.2',
    '12.9',
    '12.11',
    '13.0',
  ]);
});
