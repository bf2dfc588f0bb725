import { json, type SimAnswer } from '../http/message.ts';
import { billedUntil, chargesIn, sumCharges, type BillingWindow, type Charge } from '../money/billing.ts';
import { bucketAfter, bucketStart, type BucketSize } from '../money/buckets.ts';
import type { Account } from '../money/segments.ts';
import { Problem, badRequest } from '../problem.ts';
import type { World } from '../world.ts';
import type { Route } from './router.ts';

const DAY_MS = 86_400_000;
const SIZES: readonly BucketSize[] = ['hour', 'day', 'week', 'month', 'year'];

type Amounts = Readonly<Record<string, number>>;
type Usd = Charge['usd'];

/** One family of resources as its billing route shows it. */
interface Family {
  readonly path: string;
  readonly kind: Account['kind'] | null;
  /** Query parameter and record field that name the resource. */
  readonly idField: string | null;
  readonly countField: string | null;
  readonly amounts: (usd: Usd) => Amounts;
}

const total = (amounts: Amounts): Amounts => ({
  totalAmount: Object.values(amounts).reduce((sum, usd) => sum + usd, 0),
  ...amounts,
});

const FAMILIES: readonly Family[] = [
  {
    path: '/v2/billing/pods',
    kind: 'pod',
    idField: 'podId',
    countField: 'uniquePodCount',
    amounts: (usd) => total({ gpuAmount: usd.gpu, cpuAmount: usd.cpu, diskAmount: usd.disk }),
  },
  {
    path: '/v2/billing/serverless',
    kind: 'endpoint',
    idField: 'serverlessId',
    countField: 'uniqueServerlessCount',
    amounts: (usd) =>
      total({ gpuAmount: usd['worker-gpu'], cpuAmount: 0, diskAmount: usd['worker-disk'], feeAmount: 0 }),
  },
  {
    path: '/v2/billing/network-volumes',
    kind: 'network-volume',
    idField: 'networkVolumeId',
    countField: 'uniqueNetworkVolumeCount',
    amounts: (usd) => total({ standardAmount: usd.standard, highPerformanceAmount: usd['high-performance'] }),
  },
  {
    path: '/v2/billing/endpoints',
    kind: 'public-endpoint',
    idField: null,
    countField: null,
    amounts: (usd) => ({ totalAmount: usd.tokens }),
  },
  {
    path: '/v2/billing/clusters',
    kind: null,
    idField: 'clusterId',
    countField: 'uniqueClusterCount',
    amounts: () => total({ gpuAmount: 0, diskAmount: 0, networkingAmount: 0 }),
  },
];

export function billingRoutes(world: World): Route[] {
  return [
    ...FAMILIES.map((family): Route => ({
      method: 'GET',
      path: family.path,
      run: ({ request }) => familyAnswer(world, family, request.query),
    })),
    { method: 'GET', path: '/v2/billing', run: ({ request }) => aggregateAnswer(world, request.query) },
  ];
}

function familyAnswer(world: World, family: Family, query: URLSearchParams): SimAnswer {
  const window = windowOf(query, world.clock.now());
  const wanted = family.idField === null ? null : query.get(family.idField);
  const accounts = [...world.state.accounts.values()].filter(
    (account) => account.kind === family.kind && (wanted === null || account.id === wanted),
  );
  const charges = chargesIn(accounts, window, billedUntil(world));
  const records = charges.map((charge) => ({
    ...range(charge.startMs, charge.endMs),
    ...family.amounts(charge.usd),
    ...(family.idField === null ? {} : { [family.idField]: charge.account.id }),
  }));
  const unique = new Set(charges.map((charge) => charge.account.id)).size;
  return json(200, {
    records,
    metadata: {
      query: {
        ...range(window.startMs, window.endMs),
        bucketSize: window.bucketSize,
        ...(family.idField === null ? {} : { [family.idField]: wanted }),
      },
      recordCount: records.length,
      ...(family.countField === null ? {} : { [family.countField]: unique }),
      totals: family.amounts(sumCharges(charges)),
    },
  });
}

function aggregateAnswer(world: World, query: URLSearchParams): SimAnswer {
  const window = windowOf(query, world.clock.now());
  const charges = chargesIn([...world.state.accounts.values()], window, billedUntil(world));
  const buckets = new Map<number, Charge[]>();
  for (const charge of charges) buckets.set(charge.startMs, [...(buckets.get(charge.startMs) ?? []), charge]);
  const records = [...buckets.values()].flatMap((group) => {
    const first = group[0];
    return first === undefined
      ? []
      : [{ ...range(first.startMs, first.endMs), ...allAmounts(sumCharges(group)) }];
  });
  return json(200, {
    records,
    metadata: {
      query: { ...range(window.startMs, window.endMs), bucketSize: window.bucketSize },
      recordCount: records.length,
      totals: allAmounts(sumCharges(charges)),
    },
  });
}

function allAmounts(usd: Usd): Amounts {
  return total({
    podGpuAmount: usd.gpu,
    podCpuAmount: usd.cpu,
    podDiskAmount: usd.disk,
    serverlessGpuAmount: usd['worker-gpu'],
    serverlessCpuAmount: 0,
    serverlessDiskAmount: usd['worker-disk'],
    serverlessFeeAmount: 0,
    storageStandardAmount: usd.standard,
    storageHighPerformanceAmount: usd['high-performance'],
    endpointAmount: usd.tokens,
    clusterGpuAmount: 0,
    clusterDiskAmount: 0,
    clusterNetworkingAmount: 0,
  });
}

/** Snapped outwards to buckets; `lastN` excludes start and end (FACTS 5). */
function windowOf(query: URLSearchParams, now: number): BillingWindow {
  const bucketSize = sizeOf(query.get('bucketSize'));
  const lastN = query.get('lastN');
  if (lastN !== null) {
    if (query.has('startTime') || query.has('endTime')) {
      throw badRequest('lastN is mutually exclusive with startTime and endTime');
    }
    if (!/^[1-9]\d{0,4}$/.test(lastN)) throw invalid('lastN', lastN);
    return {
      bucketSize,
      startMs: bucketAfter(bucketSize, now, 1 - Number(lastN)),
      endMs: bucketAfter(bucketSize, now),
    };
  }
  const endMs = instant(query, 'endTime') ?? now;
  const startMs = instant(query, 'startTime') ?? endMs - 30 * DAY_MS;
  if (startMs > endMs) throw badRequest('startTime must be before endTime');
  const snapped = bucketStart(bucketSize, endMs);
  return {
    bucketSize,
    startMs: bucketStart(bucketSize, startMs),
    endMs: snapped === endMs ? endMs : bucketAfter(bucketSize, endMs),
  };
}

function sizeOf(text: string | null): BucketSize {
  const size = SIZES.find((entry) => entry === (text ?? 'day'));
  if (size === undefined) throw invalid('bucketSize', text ?? '');
  return size;
}

function instant(query: URLSearchParams, name: string): number | null {
  const value = query.get(name);
  if (value === null) return null;
  const ms = Date.parse(value);
  if (Number.isNaN(ms)) throw invalid(name, value);
  return ms;
}

function invalid(name: string, value: string): Problem {
  return new Problem(422, 'Request validation failed.', {
    errors: [`query ${name}: "${value}" is not valid`],
  });
}

function range(startMs: number, endMs: number): { startTime: string; endTime: string } {
  return { startTime: new Date(startMs).toISOString(), endTime: new Date(endMs).toISOString() };
}
