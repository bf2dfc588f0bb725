import type { CostKind, CostSummary } from '../../shared/model.ts';
import { startOfDay, startOfMonth } from './calendar.ts';
import { TRAILING_MS, forecastMonthUsd } from './forecast.ts';
import type { CostLedger, Share } from './ledger.ts';
import { stopSavings } from './stop-savings.ts';
import { lostAtZero, runway, type AtRisk } from './runway.ts';

/** What the summary needs that is not in the ledger. */
export interface Surroundings {
  readonly nowMs: number;
  readonly zone: string;
  readonly simulated: boolean;
  /** Storage in the account that goes on billing when everything is stopped; null = not read yet. */
  readonly restUsdPerMonth: number | null;
  /** The part of it that the ledger keeps account of; while it bills it is in the ledger's rates too. */
  readonly meteredRestUsdPerMonth: number;
  /** What RunPod says the account spends, where the key tells: others may spend of the same balance. */
  readonly accountUsdPerHour: number | null;
  /** null = the key does not tell. */
  readonly balanceUsd: number | null;
  /** Pods and network volumes there are now. */
  readonly atRisk: readonly AtRisk[];
  readonly unattended: CostSummary['unattended'];
  readonly reconciliation: CostSummary['reconciliation'];
}

/** What the summary needs of the ledger. */
export interface LedgerFacts {
  readonly today: readonly Share[];
  readonly month: readonly Share[];
  readonly total: readonly Share[];
  readonly trailing: readonly Share[];
  readonly trailingMs: number;
  readonly rates: readonly { readonly deploymentId: string | null; readonly usdPerHour: number }[];
  readonly names: ReadonlyMap<string, string>;
}

/** Name of what was spent under no deployment: orphans, volumes, work by hand. */
export const UNATTRIBUTED = '(not under a deployment)';

/** Reads the ledger and sums it up. */
export function costSummary(ledger: CostLedger, around: Surroundings): CostSummary {
  const { nowMs, zone } = around;
  const trailingFromMs = Math.max(nowMs - TRAILING_MS, Math.min(ledger.beganMs() ?? nowMs, nowMs));
  const month = ledger.intervals(startOfMonth(nowMs, zone), nowMs);
  const summary = buildCostSummary(around, {
    today: ledger.breakdown(startOfDay(nowMs, zone), nowMs),
    month: ledger.breakdown(startOfMonth(nowMs, zone), nowMs),
    total: ledger.breakdown(0, nowMs),
    trailing: ledger.breakdown(trailingFromMs, nowMs),
    trailingMs: nowMs - trailingFromMs,
    rates: ledger.rates(),
    names: ledger.names(),
  });
  return { ...summary, stopsSaved: stopSavings(month) };
}

/** The parts add up to the whole: by deployment for every column, by kind for the month. */
export function buildCostSummary(around: Surroundings, facts: LedgerFacts): CostSummary {
  const { nowMs, zone } = around;
  const nowUsdPerHour = facts.rates.reduce((total, rate) => total + rate.usdPerHour, 0);
  const monthUsd = usdOf(facts.month);
  return {
    simulated: around.simulated,
    asOf: new Date(nowMs).toISOString(),
    nowUsdPerHour,
    restUsdPerMonth: around.restUsdPerMonth,
    todayUsd: usdOf(facts.today),
    monthUsd,
    totalUsd: usdOf(facts.total),
    forecastMonthUsd: forecastMonthUsd({
      nowMs,
      monthEndMs: startOfMonth(nowMs, zone, 1),
      monthUsd,
      trailingUsd: usdOf(facts.trailing),
      trailingDiskUsd: usdOf(facts.trailing.filter(({ kind }) => kind === 'disk' || kind === 'volume')),
      trailingMs: facts.trailingMs,
      restUsdPerMonth: around.meteredRestUsdPerMonth,
    }),
    balanceUsd: around.balanceUsd,
    runwayHours:
      runway(around.balanceUsd, Math.max(nowUsdPerHour, around.accountUsdPerHour ?? 0), nowMs)?.hours ?? null,
    atZero: lostAtZero(around.atRisk),
    unattended: around.unattended,
    byDeployment: linesOf(facts),
    byKind: byKind(facts.month),
    reconciliation: around.reconciliation,
  };
}

function linesOf(facts: LedgerFacts): CostSummary['byDeployment'] {
  const ids = new Set([...facts.total, ...facts.rates].map((part) => part.deploymentId));
  const of = (shares: readonly Share[], id: string | null): number =>
    usdOf(shares.filter((share) => share.deploymentId === id));
  return Array.from(ids, (id) => ({
    deploymentId: id,
    name: id === null ? UNATTRIBUTED : (facts.names.get(id) ?? id),
    nowUsdPerHour: facts.rates
      .filter((rate) => rate.deploymentId === id)
      .reduce((total, rate) => total + rate.usdPerHour, 0),
    todayUsd: of(facts.today, id),
    monthUsd: of(facts.month, id),
    totalUsd: of(facts.total, id),
  })).toSorted((a, b) => b.monthUsd - a.monthUsd || b.totalUsd - a.totalUsd || compare(a.name, b.name));
}

/** Every kind is present: nothing spent on it is zero, not missing. */
export function byKind(
  shares: readonly { readonly kind: CostKind; readonly usd: number }[],
): Record<CostKind, number> {
  const sums: Record<CostKind, number> = {
    compute: 0,
    disk: 0,
    volume: 0,
    serverless: 0,
    tokens: 0,
    adjustment: 0,
  };
  for (const share of shares) sums[share.kind] += share.usd;
  return sums;
}

const usdOf = (shares: readonly { readonly usd: number }[]): number =>
  shares.reduce((total, share) => total + share.usd, 0);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
