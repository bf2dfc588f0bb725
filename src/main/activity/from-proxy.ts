import type { RequestRecord } from '../../shared/activity.ts';
import { usdForMs } from '../../shared/money.ts';
import { tokensUsd } from '../costs/pricing.ts';
import type { RequestRecord as ProxyRecord } from '../proxy/trace.ts';

export interface Surroundings {
  /** What the deployment's hardware costs now; null = not known. */
  readonly usdPerHour: number | null;
  /** Requests that shared it when this one ended, itself included. */
  readonly sharing: number;
}

/** The proxy's record as the app keeps it, with its price: what its tokens cost, or its share of the hardware. */
export function toRequestRecord(record: ProxyRecord, around: Surroundings): RequestRecord {
  const waitedMs = (record.queuedMs ?? 0) + (record.wakeMs ?? 0);
  return {
    id: record.id,
    at: new Date(record.at + record.durationMs).toISOString(),
    route: record.route,
    model: record.model,
    deployment: record.targetName,
    client: record.keyName,
    status: record.status,
    outcome: record.outcome,
    errorCode: record.errorCode,
    cache: record.cache,
    woke: record.wakeMs !== null,
    queueMs: waitedMs,
    firstTokenMs: record.ttftMs,
    totalMs: record.durationMs,
    inputTokens: record.usage.tokensIn,
    outputTokens: record.usage.tokensOut,
    cachedTokens: record.usage.tokensCached,
    tokensPerSecond: record.tokensPerSecond,
    usd: usdOf(record, around, Math.max(0, record.durationMs - waitedMs)),
    // Whoever shared the answer paid for nothing.
    ...(record.maybePaidTwice && record.cache !== 'coalesced' ? { maybePaidTwice: true } : {}),
  };
}

function usdOf(record: ProxyRecord, { usdPerHour, sharing }: Surroundings, servedMs: number): number | null {
  switch (record.payment?.kind) {
    case 'tokens':
      return usdOfTokens(record);
    case 'unknown':
      return null;
    case undefined: {
      const priced = usdPerHour !== null && record.targetName !== null && record.cache !== 'hit';
      return priced ? usdForMs(usdPerHour, servedMs) / Math.max(1, sharing) : null;
    }
  }
}

const BYTES_PER_TOKEN = 4;

/**
 * What a request's tokens cost: what the answer says, else what was counted at list price. An answer that broke off before
 * its usage has cost too: its prompt is estimated by size. null = it is not paid by the token, or was
 * answered without its target.
 */
export function usdOfTokens(record: ProxyRecord): number | null {
  const { payment, usage, cache, costUsd } = record;
  if (payment?.kind !== 'tokens' || cache === 'hit' || cache === 'coalesced') return null;
  if (costUsd !== null) return Math.max(0, costUsd);
  if (usage.tokensIn === null && usage.tokensOut === null) return 0;
  const input = usage.tokensIn ?? Math.ceil(record.bytesIn / BYTES_PER_TOKEN);
  return tokensUsd({ input, output: usage.tokensOut ?? 0 }, payment);
}
