import type { Plan, PlanCandidate } from '../../shared/model.ts';

export interface MemorySegment {
  readonly kind: 'weights' | 'kv' | 'overhead';
  readonly gib: number;
  /** Where it begins and how much of the whole bar it takes, 0 to 1. */
  readonly start: number;
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
  const parts = [
    { kind: 'weights', gib: memory.weightsGiB * scale },
    { kind: 'kv', gib: memory.kvGiB * scale },
    { kind: 'overhead', gib: memory.overheadGiB * scale },
  ] as const;
  const segments = parts.map((part, index) => ({
    ...part,
    start: room === 0 ? 0 : parts.slice(0, index).reduce((sum, before) => sum + before.gib, 0) / room,
    share: room === 0 ? 0 : part.gib / room,
  }));
  return {
    segments,
    freeGiB: Math.max(0, candidate.usableGiB - candidate.needGiB),
    fits: candidate.needGiB <= candidate.usableGiB,
  };
}
