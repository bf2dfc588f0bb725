import type { PlanCandidate, PlanRequest } from '../../shared/model.ts';
import { stockRank } from './combinations.ts';
import type { Fit } from './judge.ts';
import type { CapacityMemory } from './types.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long an outcome puts a GPU behind the others. A host that got stuck stays bad longer than stock stays low. */
const SETBACK_MS = { 'no-capacity': 30 * MINUTE, stuck: 2 * HOUR } as const;
/** Earlier days count by hour of the day, when there is enough of them. */
const HABIT_DAYS = 14;
const HABIT_ATTEMPTS = 3;

/** What past attempts say about a GPU where the pod may stand. */
export interface Experience {
  /** The last attempt failed, minutes ago or so. */
  readonly setback: 'no-capacity' | 'stuck' | null;
  /** At this hour of the day it failed more often than not. */
  readonly scarceHour: boolean;
}

export function experienceWith(
  gpuTypeId: string,
  dataCenterIds: readonly string[],
  memory: readonly CapacityMemory[],
  now: number,
): Experience {
  const relevant = memory.filter(
    (entry) =>
      entry.gpuTypeId === gpuTypeId &&
      entry.at <= now &&
      (dataCenterIds.length === 0 ||
        entry.dataCenterId === null ||
        dataCenterIds.includes(entry.dataCenterId)),
  );
  const latest = relevant.toSorted((a, b) => b.at - a.at).at(0);
  const setback =
    latest !== undefined && latest.outcome !== 'placed' && now - latest.at < SETBACK_MS[latest.outcome]
      ? latest.outcome
      : null;
  const hour = hourOfDay(now);
  const habit = relevant.filter((entry) => now - entry.at < HABIT_DAYS * DAY && hourOfDay(entry.at) === hour);
  const failed = habit.filter((entry) => entry.outcome !== 'placed').length;
  return { setback, scarceHour: habit.length >= HABIT_ATTEMPTS && failed * 2 > habit.length };
}

const hourOfDay = (at: number): number => Math.floor((at % DAY) / HOUR);

export interface Ranked {
  readonly fit: Fit;
  /** Spare share of the budget in percent; null = memory was not judged. */
  readonly headroomPercent: number | null;
  readonly experience: Experience;
}

/**
 * Best first. Stock and experience are hints, so what looks sold out is kept as a last resort; among equals the user's
 * own order, then cost, headroom, availability and fewer GPUs decide (VRAM.md 4.3.5).
 */
export function rank(fits: readonly Ranked[], request: PlanRequest): Ranked[] {
  const order = request.compute.gpuTypeIds;
  const keys = (ranked: Ranked): readonly number[] => {
    const { combination } = ranked.fit;
    return [
      tier(ranked),
      order.indexOf(combination.offer.id),
      combination.usdPerHourOfUse ?? Number.POSITIVE_INFINITY,
      -(ranked.headroomPercent ?? 0),
      -stockRank(combination.stock) + (ranked.experience.scarceHour ? 1 : 0),
      combination.gpuCount,
    ];
  };
  return fits
    .map((ranked) => ({ ranked, keys: keys(ranked) }))
    .sort((a, b) => compare(a.keys, b.keys) || name(a.ranked).localeCompare(name(b.ranked)))
    .map((entry) => entry.ranked);
}

const name = ({ fit }: Ranked): string => `${fit.combination.offer.id} ${fit.combination.cloud}`;

function tier({ fit, experience }: Ranked): number {
  if (fit.combination.stock === 'NONE') return 2;
  return experience.setback === null ? 0 : 1;
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [index, value] of a.entries()) {
    const difference = value - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/**
 * Leaves out more GPUs of a type where fewer of them already fit with room: dearer, slower over PCIe, and no easier to
 * get.
 */
export function withoutNeedless(fits: readonly Ranked[], tightPercent: number): Ranked[] {
  return fits.filter(
    ({ fit: { combination } }) =>
      !fits.some(
        (other) =>
          other.fit.combination.offer.id === combination.offer.id &&
          other.fit.combination.cloud === combination.cloud &&
          other.fit.combination.kind === combination.kind &&
          other.fit.combination.gpuCount < combination.gpuCount &&
          (other.headroomPercent ?? 100) >= tightPercent,
      ),
  );
}

/**
 * The best `most`, and whatever stands before it the best one of the kind that will be taken, with its place; null = there is
 * none of that kind.
 */
export function shortlist(
  ranked: readonly Ranked[],
  runsOn: PlanCandidate['kind'],
  most: number,
): { readonly shown: readonly Ranked[]; readonly takes: number | null } {
  const best = ranked.slice(0, most);
  const taken = ranked.findIndex(({ fit }) => fit.combination.kind === runsOn);
  const [last] = ranked.slice(taken, taken + 1);
  if (taken === -1 || last === undefined) return { shown: best, takes: null };
  return taken < most ? { shown: best, takes: taken } : { shown: [...best, last], takes: most };
}
