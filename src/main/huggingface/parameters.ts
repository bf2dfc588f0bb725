import type { Fact } from '../planner/types.ts';
import type { ModelInfo } from './hub-schemas.ts';

/** Types of which one element is one parameter. Packed formats (U8, I32) are counted unpacked by the hub. */
const PLAIN = /^(?:F64|F32|F16|BF16|F8_E4M3|F8_E5M2|F8_E8M0)$/;

/**
 * Parameters by the hub's own count, where that can be trusted: for packed formats it multiplies what it finds (gpt-oss-
 * 120b shows 118 billion U8 values, VRAM.md 4.1.3), so those give nothing.
 */
export function parametersOf(info: ModelInfo): Fact<number> | undefined {
  const counts = Object.entries(info.safetensors?.parameters ?? {});
  const plain = counts.filter(([dtype]) => PLAIN.test(dtype));
  if (counts.length > 0 && plain.length === counts.length) {
    const value = plain.reduce((total, [, count]) => total + count, 0);
    return { value, provenance: 'exact', source: 'safetensors counts of the hub' };
  }
  const gguf = info.gguf?.total;
  if (gguf === undefined || counts.length > 0) return undefined;
  return { value: gguf, provenance: 'exact', source: 'GGUF metadata of the hub' };
}

/** Share of the weights stored as 32-bit floats, by the hub's counts; null = not told. */
export function float32Share(info: ModelInfo): number | null {
  const counts = info.safetensors?.parameters;
  if (counts === undefined) return null;
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  return total === 0 ? null : (counts['F32'] ?? 0) / total;
}
