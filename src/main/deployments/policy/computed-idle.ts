import { formatUsd, formatUsdPerHour, usdForMs } from '../../../shared/money.ts';
import { gapsOf, type Use } from './use.ts';

/**
 * Computed idle minutes (SPEC 3.9): how long to stay up after the last request. Pure.
 *
 * Staying up costs the price of the hardware; having stopped too soon costs a start: its price, and somebody's time. Not
 * knowing the next gap this is ski rental, whose break-even (stay as long as a start is worth) never costs more than
 * twice what hindsight would. The user's own gaps tell more: for each idle time their cost is
 * `Σ min(gap, idle) × price + starts × cost of a start`, and the cheapest one is taken (the empirical survival optimum,
 * always the length of some gap). It is held within `TRUST` of the break-even either way, as learning-augmented ski
 * rental does, so that habits which change cost at most `1 + TRUST` times what hindsight would.
 */

export interface ComputedIdleFacts {
  /** Recorded requests by arrival. */
  readonly uses: readonly Use[];
  readonly usdPerHour: number;
  /** How long a start usually takes; it bills. */
  readonly bootMs: number;
  /** Minutes where there is too little to compute from. */
  readonly fixedMinutes: number;
  /** What an hour of somebody's waiting is worth. */
  readonly waitingUsdPerHour?: number;
}

export interface ComputedIdle {
  /** Whole minutes. */
  readonly minutes: number;
  /** fixed = too few gaps; the fixed minutes count. */
  readonly from: 'gaps' | 'fixed';
  /** Stay so long where nothing is known of the gaps. */
  readonly breakEvenMinutes: number;
  /** Pauses it was computed from, and the share of them that does not end in a stop. */
  readonly gaps: number;
  readonly bridgedPercent: number;
  /** One sentence with the numbers, for people. */
  readonly why: string;
}

const MINUTE_MS = 60_000;
/** Shorter pauses end before any idle time does. */
export const SHORTEST_GAP_MS = MINUTE_MS;
/** A Monday is no habit. */
const FEWEST_GAPS = 20;
/** The latest gaps; older habits are forgotten. */
const MOST_GAPS = 500;
/** How far from the break-even the gaps may lead, as a factor either way. */
export const TRUST = 3;
/** A start in the midst of work costs its minutes, less what else can be done in them. */
export const WAITING_USD_PER_HOUR = 5;
const MOST_MINUTES = 24 * 60;

export function computeIdle(facts: ComputedIdleFacts): ComputedIdle {
  const breakEvenMs = breakEven(facts);
  const gaps = gapsOf(facts.uses)
    .filter((gap) => gap >= SHORTEST_GAP_MS)
    .slice(-MOST_GAPS);
  const known = gaps.length >= FEWEST_GAPS && facts.usdPerHour > 0;
  const minutes = known ? wholeMinutes(cheapest(gaps, breakEvenMs)) : facts.fixedMinutes;
  const bridged = gaps.filter((gap) => gap <= minutes * MINUTE_MS).length;
  const result = {
    minutes,
    from: known ? 'gaps' : 'fixed',
    breakEvenMinutes: breakEvenMs / MINUTE_MS,
    gaps: gaps.length,
    bridgedPercent: gaps.length === 0 ? 0 : (bridged / gaps.length) * 100,
  } as const;
  return { ...result, why: known ? words(facts, result) : fallbackWords(facts, gaps.length) };
}

/** The idle time that costs as much as a start: its own price and the time somebody waits. */
function breakEven({
  usdPerHour,
  bootMs,
  waitingUsdPerHour = WAITING_USD_PER_HOUR,
}: ComputedIdleFacts): number {
  return usdPerHour > 0 ? bootMs * (1 + waitingUsdPerHour / usdPerHour) : bootMs;
}

/** Candidates ascend, so of equals the shorter wins; between two of them cost only grows. */
function cheapest(gaps: readonly number[], breakEvenMs: number): number {
  const [shortest, longest] = [breakEvenMs / TRUST, breakEvenMs * TRUST];
  const candidates = gaps.filter((gap) => gap > shortest && gap <= longest).toSorted((a, b) => a - b);
  // In units of the price, a start costs as much as the break-even's idling.
  const cost = (idleMs: number): number =>
    gaps.reduce((sum, gap) => sum + (gap <= idleMs ? gap : idleMs + breakEvenMs), 0);
  let best = { idleMs: shortest, cost: cost(shortest) };
  for (const idleMs of candidates) {
    const here = cost(idleMs);
    if (here < best.cost) best = { idleMs, cost: here };
  }
  return best.idleMs;
}

const wholeMinutes = (ms: number): number => Math.min(MOST_MINUTES, Math.max(1, Math.ceil(ms / MINUTE_MS)));

function words(
  facts: ComputedIdleFacts,
  { minutes, gaps, bridgedPercent }: Omit<ComputedIdle, 'why'>,
): string {
  const { usdPerHour, bootMs, waitingUsdPerHour = WAITING_USD_PER_HOUR } = facts;
  const start = usdForMs(usdPerHour + waitingUsdPerHour, bootMs);
  return (
    `Stops after ${minutes} min: ${Math.round(bridgedPercent)} % of your last ${gaps} pauses were shorter, ` +
    `and a start of ${minutesText(bootMs)} costs ${formatUsd(start)} (${formatUsdPerHour(usdPerHour)} for the ` +
    `hardware, ${formatUsdPerHour(waitingUsdPerHour)} for the wait), as much as ${minutesText(breakEven(facts))} of idling.`
  );
}

function fallbackWords({ fixedMinutes, usdPerHour }: ComputedIdleFacts, gaps: number): string {
  const lacks =
    usdPerHour > 0
      ? `${gaps} of the ${FEWEST_GAPS} pauses that are needed to compute from were seen so far`
      : 'its price is not known';
  return `Stops after the fixed ${fixedMinutes} min: ${lacks}.`;
}

const minutesText = (ms: number): string => `${(ms / MINUTE_MS).toFixed(ms < 10 * MINUTE_MS ? 1 : 0)} min`;
