import type { RequestRecord } from '../../shared/activity.ts';
import { usdForMs } from '../../shared/money.ts';
import type { RequestRecord as ProxyRecord } from '../proxy/trace.ts';

export interface Surroundings {
  /** What the deployment's hardware costs now; null = not known. */
  readonly usdPerHour: number | null;
  /** Requests that shared it when this one ended, itself included. */
  readonly sharing: number;
}

/** The proxy's record as the app keeps it, with its share of the hardware's price for the time it was being served. */
export function toRequestRecord(record: ProxyRecord, around: Surroundings): RequestRecord {
  const waitedMs = (record.queuedMs ?? 0) + (record.wakeMs ?? 0);
  const servedMs = Math.max(0, record.durationMs - waitedMs);
  const priced = around.usdPerHour !== null && record.targetName !== null && record.cache !== 'hit';
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
    usd: priced ? usdForMs(around.usdPerHour ?? 0, servedMs) / Math.max(1, around.sharing) : null,
  };
}
