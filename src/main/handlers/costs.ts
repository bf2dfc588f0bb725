import type { MethodHandlers } from '../../shared/api.ts';
import type { CostSummary, DeploymentView } from '../../shared/model.ts';
import type { Unattended } from '../../shared/deployment.ts';
import type { CostLedger } from '../costs/ledger.ts';
import { costSeries } from '../costs/series.ts';
import { costSummary } from '../costs/summary.ts';
import type { Fleet } from '../deployments/types.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunPodApi } from '../runpod/api.ts';

export interface CostParts {
  readonly ledger: CostLedger;
  readonly fleet: Fleet;
  readonly api: RunPodApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly zone: () => string;
  readonly simulated: boolean;
}

type Handled = Pick<MethodHandlers, Extract<keyof MethodHandlers, `costs.${string}`>>;

/** The balance costs a GraphQL call of its own; screens ask far more often than it changes. */
const BALANCE_AGE_MS = 60_000;

export function costHandlers(parts: CostParts): Handled {
  const { ledger, fleet, clock, zone, simulated } = parts;
  const balance = rememberedBalance(parts);
  /** The ledger keeps the cloud's time. */
  const now = (): number => clock.now() + parts.api.clockOffsetMs();
  return {
    'costs.summary': async (_input, signal): Promise<CostSummary> => {
      const views = fleet.list();
      return costSummary(ledger, {
        nowMs: now(),
        zone: zone(),
        simulated,
        restUsdPerMonth: views.reduce((total, view) => total + view.cost.restUsdPerMonth, 0),
        balanceUsd: await balance(signal),
        unattended: totalUnattended(views),
        reconciliation: null,
      });
    },
    'costs.entries': async ({ deployment, limit }) => {
      const filter = deployment === undefined ? {} : { deploymentId: idOf(fleet, deployment) };
      return { entries: ledger.entries({ ...filter, limit }, now()) };
    },
    'costs.series': async (wish) => costSeries(ledger, wish, { nowMs: now(), zone: zone(), simulated }),
  };
}

/** A deployment that is gone is still in the ledger under its id. */
function idOf(fleet: Fleet, ref: string): string {
  return fleet.list().find((view) => view.name === ref || view.id === ref)?.id ?? ref;
}

/** The most that everything together can cost if this computer dies now; one pod without a bound leaves no bound. */
export function totalUnattended(views: readonly DeploymentView[]): Unattended {
  const parts = views.map((view) => view.unattended);
  const bounded = parts.every((part) => part.usd !== null);
  const ends = parts.flatMap((part) => (part.until === null ? [] : [part.until])).toSorted();
  return {
    usd: bounded ? parts.reduce((total, part) => total + (part.usd ?? 0), 0) : null,
    until: bounded ? (ends.at(-1) ?? null) : null,
    excludes: [...new Set(parts.flatMap((part) => part.excludes))],
  };
}

function rememberedBalance(parts: CostParts): (signal: AbortSignal) => Promise<number | null> {
  let known: { readonly at: number; readonly usd: number | null } | null = null;
  return async (signal) => {
    const at = parts.clock.monotonic();
    if (known !== null && at - known.at < BALANCE_AGE_MS) return known.usd;
    try {
      known = { at, usd: (await parts.api.balance(signal)).balanceUsd };
    } catch (error) {
      signal.throwIfAborted();
      // Costs are shown without a balance rather than not at all.
      parts.log.warn({ err: error }, 'balance could not be read');
      known = { at, usd: null };
    }
    return known.usd;
  };
}
