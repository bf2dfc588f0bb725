/** Memory that NVML reports where it is known to differ from the marketing number, in MiB (VRAM.md 4.2). */
const MEASURED_MIB: Readonly<Record<string, number>> = {
  'Tesla T4': 15_360,
  'NVIDIA A10': 23_028,
  'NVIDIA L4': 23_034,
  'NVIDIA L40S': 46_068,
  'NVIDIA A100-SXM4-40GB': 40_960,
  'NVIDIA A100 80GB PCIe': 81_920,
  'NVIDIA A100-SXM4-80GB': 81_920,
  'NVIDIA H100 80GB HBM3': 81_559,
  'NVIDIA H100 PCIe': 81_559,
  'NVIDIA H200': 143_771,
  'NVIDIA H200 NVL': 143_771,
};

/** Data-centre cards with GDDR6: error correction takes a sixteenth of the memory. */
const GDDR6_ECC: ReadonlySet<string> = new Set(['NVIDIA A40', 'NVIDIA L40']);

/** HBM3e cards whose catalogue size is in decimal GB. */
const DECIMAL_GB: ReadonlySet<string> = new Set(['NVIDIA B300 SXM6 AC']);

/** GiB of one GPU that a program can really have. RunPod's integer `memory` counts as GiB, less a rule by card. */
export function usableGiB(gpuTypeId: string, memoryGb: number): number {
  const measured = MEASURED_MIB[gpuTypeId];
  if (measured !== undefined) return measured / 1024;
  if (DECIMAL_GB.has(gpuTypeId)) return (memoryGb * 1e9) / 2 ** 30;
  return memoryGb * (GDDR6_ECC.has(gpuTypeId) ? 0.935 : 0.995);
}
