import type { CostSummary, LedgerEntry } from '../../shared/model.ts';
import { startOfMonth } from '../costs/calendar.ts';
import type { CostLedger } from '../costs/ledger.ts';
import { reconcile } from '../costs/reconcile.ts';
import type { RunPodApi } from '../runpod/api.ts';

const HOUR_MS = 3_600_000;
/** The bill runs behind by minutes (FACTS 5): hours younger than this are not compared. */
const BILL_LAG_MS = 15 * 60_000;
const MOST_ENTRIES = 100_000;

/**
 * This month's bill beside the ledger, for the pods, endpoints and volumes that the ledger knows, up to the last hour that
 * the bill can be trusted for. null = the month is too young.
 * @throws AppError runpod_*; AbortError
 */
export async function checkBill(
  { api, ledger }: { readonly api: Pick<RunPodApi, 'billing'>; readonly ledger: CostLedger },
  now: number,
  zone: string,
  signal: AbortSignal,
): Promise<CostSummary['reconciliation']> {
  const from = Math.floor(startOfMonth(now, zone) / HOUR_MS) * HOUR_MS;
  const to = Math.floor((now - BILL_LAG_MS) / HOUR_MS) * HOUR_MS;
  if (to <= from) return null;
  const metered = resourcesOf(ledger, from, to);
  const query = {
    bucketSize: 'hour' as const,
    startTime: new Date(from).toISOString(),
    endTime: new Date(to).toISOString(),
  };
  const none = { records: [] };
  const [pods, endpoints, volumes] = await Promise.all([
    metered.pods.size === 0 ? none : api.billing.pods(query, signal),
    metered.endpoints.size === 0 ? none : api.billing.serverless(query, signal),
    metered.volumes.size === 0 ? none : api.billing.networkVolumes(query, signal),
  ]);
  const billed = new Map<string, number>();
  const book = (id: string, startTime: string, usd: number): void => {
    if (Date.parse(startTime) < to) billed.set(id, (billed.get(id) ?? 0) + usd);
  };
  for (const { podId, startTime, totalAmount } of pods.records) book(podId, startTime, totalAmount);
  for (const record of endpoints.records) book(record.serverlessId, record.startTime, record.totalAmount);
  for (const record of volumes.records) {
    const since = metered.volumes.get(record.networkVolumeId);
    if (since !== undefined && Date.parse(record.startTime) >= since)
      book(record.networkVolumeId, record.startTime, record.totalAmount);
  }
  const counted = new Map(ledger.spentByResource([...metered.pods, ...metered.endpoints], from, to));
  for (const [id, since] of metered.volumes) {
    counted.set(id, ledger.spentByResource([id], since, to).get(id) ?? 0);
  }
  const resources = Array.from(counted, ([resourceId, ledgerUsd]) => ({
    resourceId,
    ledgerUsd,
    billedUsd: billed.get(resourceId) ?? 0,
  }));
  return reconcile(resources, to).summary;
}

/** What the ledger metered within the span. */
function resourcesOf(
  ledger: CostLedger,
  from: number,
  to: number,
): {
  readonly pods: ReadonlySet<string>;
  readonly endpoints: ReadonlySet<string>;
  /** With the first whole hour: a volume may have billed for long before the app counted it. */
  readonly volumes: ReadonlyMap<string, number>;
} {
  const within = ledger
    .entries({ limit: MOST_ENTRIES }, to)
    .filter(
      ({ startedAt, endedAt }) =>
        Date.parse(startedAt) < to && (endedAt === null || Date.parse(endedAt) > from),
    );
  const ids = (...kinds: readonly string[]): Set<string> =>
    new Set(within.filter(({ kind }) => kinds.includes(kind)).map(({ resourceId }) => resourceId));
  const volumes = Map.groupBy(
    within.filter(({ kind }) => kind === 'volume'),
    ({ resourceId }) => resourceId,
  );
  const firstHour = (entries: readonly LedgerEntry[]): number =>
    Math.max(from, hourAfter(Math.min(...entries.map(({ startedAt }) => Date.parse(startedAt)))));
  return {
    pods: ids('compute', 'disk'),
    endpoints: ids('serverless'),
    volumes: new Map([...volumes].map(([id, entries]) => [id, firstHour(entries)])),
  };
}

const hourAfter = (ms: number): number => Math.ceil(ms / HOUR_MS) * HOUR_MS;
