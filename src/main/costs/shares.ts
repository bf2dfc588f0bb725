import type { RequestRecord } from '../../shared/activity.ts';
import type { CostGrouping, CostShare, CostShares } from '../../shared/model.ts';
import { shareUsd, type Attribution, type RequestShare } from './attribution.ts';
import { PUBLIC_PRICES_AS_OF, publicPriceFor, publicPricesOf, type Tokens } from './public-prices.ts';
import { tokensUsd } from './pricing.ts';

export interface SharesAround {
  readonly by: CostGrouping;
  readonly fromMs: number;
  readonly nowMs: number;
  readonly simulated: boolean;
  /** Names of deployments by id. */
  readonly names: ReadonlyMap<string, string>;
  /** What a deployment really runs, by its name; null = not known. Requests name aliases. */
  readonly modelOf: (deployment: string) => string | null;
}

/** An attribution as a table, grouped. */
export function costShares(attribution: Attribution, around: SharesAround): CostShares {
  const { by, nowMs, fromMs, simulated } = around;
  const groups = Map.groupBy(attribution.shares, (share) => groupOf(share.request, around));
  const rest = nobodyBy(attribution, around);
  const rows = Array.from(new Set([...groups.keys(), ...rest.keys()]), (name) =>
    rowOf(name, groups.get(name) ?? [], rest.get(name) ?? 0, around),
  ).toSorted((a, b) => b.usd - a.usd || (a.name ?? '').localeCompare(b.name ?? ''));
  const hours = (ms: number): number => ms / 3_600_000;
  const { ms } = attribution;
  return {
    asOf: new Date(nowMs).toISOString(),
    from: new Date(fromMs).toISOString(),
    simulated,
    by,
    rows,
    usd: attribution.usd,
    hours: { busy: hours(ms.busy), boot: hours(ms.boot), idle: hours(ms.idle), nobody: hours(ms.nobody) },
    publicPrices: publicPricesOf(tokensOf(attribution.shares.filter(({ isOfSpan }) => isOfSpan))),
    pricesAsOf: PUBLIC_PRICES_AS_OF,
  };
}

/** What a request counts under; null = under nothing. */
export function groupOf(
  request: RequestRecord,
  { by, modelOf }: Pick<SharesAround, 'by' | 'modelOf'>,
): string | null {
  switch (by) {
    case 'deployment':
      return request.deployment;
    case 'model':
      return request.deployment === null ? request.model : (modelOf(request.deployment) ?? request.model);
    case 'key':
      return request.client;
    case 'project':
      return request.client === null ? null : projectOf(request.client);
  }
}

/** Keys of one project share what stands before the first slash of their names: `website/laptop`, `website/ci`. */
export const projectOf = (key: string): string => key.split('/')[0] ?? key;

/** What is nobody's stays with its deployment where that is asked for, and in one row where it is not. */
function nobodyBy({ nobody }: Attribution, { by, names }: SharesAround): Map<string | null, number> {
  const sums = new Map<string | null, number>();
  for (const { deploymentId, usd } of nobody) {
    if (usd === 0) continue;
    const name =
      by === 'deployment' && deploymentId !== null ? (names.get(deploymentId) ?? deploymentId) : null;
    sums.set(name, (sums.get(name) ?? 0) + usd);
  }
  return sums;
}

function rowOf(
  name: string | null,
  shares: readonly RequestShare[],
  nobodyUsd: number,
  around: SharesAround,
): CostShare {
  const counted = shares.filter(({ isOfSpan }) => isOfSpan);
  const tokens = tokensOf(counted);
  const usd = shares.reduce((sum, share) => sum + shareUsd(share), nobodyUsd);
  const all = tokens.input + tokens.output;
  return {
    name,
    requests: counted.length,
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    busyUsd: sumOf(shares, (share) => share.busyUsd),
    bootUsd: sumOf(shares, (share) => share.bootUsd),
    idleUsd: sumOf(shares, (share) => share.idleUsd),
    usd,
    usdPerMillionTokens: all === 0 ? null : (usd / all) * 1_000_000,
    publicUsd: publicUsd(counted, around),
  };
}

/** null unless every request has its like among the public endpoints: half a price compares with nothing. */
function publicUsd(shares: readonly RequestShare[], { modelOf }: SharesAround): number | null {
  let usd = 0;
  for (const { request } of shares) {
    const model =
      request.deployment === null ? request.model : (modelOf(request.deployment) ?? request.model);
    const price = publicPriceFor(model);
    if (price === null) return null;
    usd += tokensUsd({ input: request.inputTokens ?? 0, output: request.outputTokens ?? 0 }, price);
  }
  return shares.length === 0 ? null : usd;
}

const tokensOf = (shares: readonly RequestShare[]): Tokens => ({
  input: sumOf(shares, ({ request }) => request.inputTokens ?? 0),
  output: sumOf(shares, ({ request }) => request.outputTokens ?? 0),
});

const sumOf = (shares: readonly RequestShare[], pick: (share: RequestShare) => number): number =>
  shares.reduce((sum, share) => sum + pick(share), 0);
