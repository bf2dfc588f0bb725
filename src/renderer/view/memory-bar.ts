import type { Plan, PlanCandidate } from '../../shared/model.ts';

export interface MemorySegment {
  readonly kind: 'weights' | 'kv' | 'overhead';
  readonly gib: number;
  /** Share of the whole bar, 0 to 1. */
  readonly share: number;
}

export interface MemoryBarLook {
  readonly segments: readonly MemorySegment[];
  readonly freeGiB: number;
  readonly fits: boolean;
}

/** One GPU's memory, divided as the plan divides the whole; the bar ends at what the server may use. */
export function memoryBar(
  memory: Plan['memory'],
  candidate: Pick<PlanCandidate, 'usableGiB' | 'needGiB'>,
): MemoryBarLook {
  const whole = memory.weightsGiB + memory.kvGiB + memory.overheadGiB;
  const scale = whole === 0 ? 0 : candidate.needGiB / whole;
  const room = Math.max(candidate.usableGiB, candidate.needGiB);
  const segment = (kind: MemorySegment['kind'], gib: number): MemorySegment => ({
    kind,
    gib: gib * scale,
    share: room === 0 ? 0 : (gib * scale) / room,
  });
  return {
    segments: [
      segment('weights', memory.weightsGiB),
      segment('kv', memory.kvGiB),
      segment('overhead', memory.overheadGiB),
    ],
    freeGiB: Math.max(0, candidate.usableGiB - candidate.needGiB),
    fits: candidate.needGiB <= candidate.usableGiB,
  };
}
