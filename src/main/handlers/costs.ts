import type { MethodHandlers, MethodParsedInput } from '../../shared/api.ts';
import type { CostSeries, CostShares, CostSummary, DeploymentView } from '../../shared/model.ts';
import type { Unattended } from '../../shared/deployment.ts';
import { attributeSpan, type SpanFacts } from '../activity/attribute-span.ts';
import type { RequestLog } from '../activity/request-log.ts';
import { dayOf, startOfDay, startOfMonth } from '../costs/calendar.ts';
import { exportEntries } from '../costs/export-entries.ts';
import type { CostLedger } from '../costs/ledger.ts';
import type { AtRisk } from '../costs/runway.ts';
import { costSeries } from '../costs/series.ts';
import { costShares, groupOf } from '../costs/shares.ts';
import { SpentSeries } from '../costs/spent-series.ts';
import { costSummary, type Surroundings } from '../costs/summary.ts';
import type { Fleet } from '../deployments/types.ts';
import type { Log } from '../logs/log.ts';
import type { Clock } from '../platform/clock.ts';
import type { RunPodApi } from '../runpod/api.ts';
import type { VolumeMeter } from '../volumes/volume-meter.ts';
import { checkBill } from './bill-check.ts';
import { remembered } from './remembered.ts';

export interface CostParts {
  readonly ledger: CostLedger;
  readonly fleet: Pick<Fleet, 'list' | 'podsAtRestUsdPerMonth'>;
  readonly volumes: Pick<VolumeMeter, 'usdPerMonth'>;
  readonly requests: Pick<RequestLog, 'between' | 'before'>;
  readonly api: Pick<RunPodApi, 'balance' | 'billing' | 'clockOffsetMs'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly zone: () => string;
  readonly simulated: boolean;
}

type Handled = Pick<MethodHandlers, Extract<keyof MethodHandlers, `costs.${string}`>>;

/** The balance costs a GraphQL call of its own; screens ask far more often than it changes. */
const BALANCE_AGE_MS = 60_000;
/** The bill is an hour's work at RunPod's side and minutes old anyway. */
const BILL_AGE_MS = 10 * 60_000;
const MOST_EXPORTED = 100_000;

export function costHandlers(parts: CostParts): Handled {
  const { ledger, fleet, api, clock, log, zone, simulated } = parts;
  /** The ledger keeps the cloud's time. */
  const now = (): number => clock.now() + api.clockOffsetMs();
  const balance = remembered({
    clock,
    log,
    what: 'balance',
    maxAgeMs: BALANCE_AGE_MS,
    keepLast: false,
    read: (signal) => api.balance(signal),
  });
  const bill = remembered({
    clock,
    log,
    what: 'bill',
    maxAgeMs: BILL_AGE_MS,
    keepLast: true,
    read: (signal) => checkBill(parts, now(), zone(), signal),
  });
  return {
    'costs.summary': async (_input, signal): Promise<CostSummary> => {
      const [account, reconciliation] = await Promise.all([balance(signal), bill(signal)]);
      const views = fleet.list();
      return costSummary(ledger, {
        nowMs: now(),
        zone: zone(),
        simulated,
        ...restOf(parts, views),
        balanceUsd: account?.balanceUsd ?? null,
        accountUsdPerHour: account?.spendUsdPerHour ?? null,
        atRisk: atRiskOf(views),
        unattended: totalUnattended(views),
        reconciliation,
      });
    },
    'costs.entries': async ({ deployment, limit }) => ({
      entries: ledger.entries({ ...filterOf(fleet, deployment), limit }, now()),
    }),
    'costs.series': async (wish) => seriesOf(parts, wish, now()),
    'costs.shares': async (wish) => sharesOf(parts, wish, now()),
    'costs.export': async ({ format, deployment }) => {
      const entries = ledger.entries({ ...filterOf(fleet, deployment), limit: MOST_EXPORTED }, now());
      const about = [simulated ? 'simulated' : null, deployment, dayOf(now(), zone())];
      const filename = ['costs', ...about.filter((part) => typeof part === 'string')].join('-');
      return {
        filename: `${filename.replaceAll(/[^\w.-]/g, '_')}.${format}`,
        content: exportEntries(entries, format),
      };
    },
  };
}

function seriesOf(
  parts: CostParts,
  { by, ...wish }: MethodParsedInput<'costs.series'>,
  nowMs: number,
): CostSeries {
  const { ledger, fleet, zone, simulated } = parts;
  const around = { nowMs, zone: zone(), simulated };
  if (by === null) return costSeries(ledger, wish, around);
  const modelOf = modelsBy(fleet);
  const byRequests = (starts: readonly number[]): Record<string, number>[] => {
    const series = new SpentSeries(starts, nowMs, (request) => groupOf(request, { by, modelOf }) ?? '');
    attributeSpan(factsOf(parts), starts[0] ?? nowMs, nowMs, (spent) => series.add(spent));
    return series.points();
  };
  return costSeries(ledger, wish, { ...around, byRequests });
}

const factsOf = ({ ledger, fleet, requests, api }: CostParts): SpanFacts => ({
  ledger,
  fleet,
  requests,
  offsetMs: () => api.clockOffsetMs(),
});

/** The model that a deployment really runs, by its name. */
function modelsBy(fleet: CostParts['fleet']): (deployment: string) => string | null {
  const views = new Map(fleet.list().map((view) => [view.name, view]));
  return (deployment) => views.get(deployment)?.spec.model ?? null;
}

function sharesOf(
  parts: CostParts,
  { by, span }: MethodParsedInput<'costs.shares'>,
  nowMs: number,
): CostShares {
  const { ledger, fleet, zone, simulated } = parts;
  const fromMs = span === 'today' ? startOfDay(nowMs, zone()) : startOfMonth(nowMs, zone());
  const attribution = attributeSpan(factsOf(parts), fromMs, nowMs);
  const around = { by, fromMs, nowMs, simulated, names: ledger.names(), modelOf: modelsBy(fleet) };
  return costShares(attribution, around);
}

/** A deployment that is gone is still in the ledger under its id. */
function filterOf(fleet: CostParts['fleet'], ref: string | undefined): { readonly deploymentId?: string } {
  if (ref === undefined) return {};
  return { deploymentId: fleet.list().find((view) => view.name === ref || view.id === ref)?.id ?? ref };
}

/** What rests in the account, and what of it the ledger keeps account of. */
function restOf(
  { fleet, volumes }: CostParts,
  views: readonly DeploymentView[],
): Pick<Surroundings, 'restUsdPerMonth' | 'meteredRestUsdPerMonth'> {
  const [pods, volume] = [fleet.podsAtRestUsdPerMonth(), volumes.usdPerMonth()];
  const kept = views.reduce((total, view) => total + view.cost.restUsdPerMonth, 0);
  return {
    restUsdPerMonth: pods === null || volume === null ? null : pods + volume.all,
    meteredRestUsdPerMonth: kept + (volume?.metered ?? 0),
  };
}

/** Pods there are, and the network volumes that deployments use. */
function atRiskOf(views: readonly DeploymentView[]): AtRisk[] {
  const pods = views.flatMap((view): AtRisk[] =>
    view.pod === null ? [] : [{ name: view.name, kind: 'pod', hasNetworkVolume: view.spec.volume !== null }],
  );
  const volumes = new Set(views.flatMap((view) => view.spec.volume?.networkVolumeId ?? []));
  return [
    ...pods,
    ...Array.from(volumes, (name): AtRisk => ({ name, kind: 'network-volume', hasNetworkVolume: true })),
  ];
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
