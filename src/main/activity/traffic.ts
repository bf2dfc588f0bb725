import type { RequestRecord, Traffic } from '../../shared/activity.ts';

const MINUTE_MS = 60_000;

/** Sums up the requests that ended in the last `windowMinutes`. `records` are in the order in which they ended. */
export function trafficOf(
  records: readonly RequestRecord[],
  nowMs: number,
  windowMinutes: number,
  inFlight: number,
): Traffic {
  const firstMinute = Math.floor(nowMs / MINUTE_MS) - windowMinutes + 1;
  const recent = records.filter((record) => minuteOf(record) >= firstMinute);
  const finished = recent.filter((record) => record.outcome === 'ok');
  return {
    asOf: new Date(nowMs).toISOString(),
    windowMinutes,
    inFlight,
    requests: recent.length,
    errors: recent.filter((record) => record.outcome === 'error').length,
    cacheHits: recent.filter((record) => record.cache === 'hit' || record.cache === 'coalesced').length,
    inputTokens: sum(recent, (record) => record.inputTokens),
    outputTokens: sum(recent, (record) => record.outputTokens),
    firstTokenMsP50: percentile(finished, (record) => record.firstTokenMs, 0.5),
    firstTokenMsP95: percentile(finished, (record) => record.firstTokenMs, 0.95),
    tokensPerSecondP50: percentile(finished, (record) => record.tokensPerSecond, 0.5),
    perMinute: perMinute(recent, firstMinute, windowMinutes),
  };
}

const minuteOf = (record: RequestRecord): number => Math.floor(Date.parse(record.at) / MINUTE_MS);

function perMinute(
  records: readonly RequestRecord[],
  firstMinute: number,
  minutes: number,
): Traffic['perMinute'] {
  const points = Array.from({ length: minutes }, (_, index) => ({
    at: new Date((firstMinute + index) * MINUTE_MS).toISOString(),
    requests: 0,
    errors: 0,
  }));
  for (const record of records) {
    const point = points[minuteOf(record) - firstMinute];
    if (point === undefined) continue;
    point.requests++;
    if (record.outcome === 'error') point.errors++;
  }
  return points;
}

function sum(records: readonly RequestRecord[], pick: (record: RequestRecord) => number | null): number {
  return records.reduce((total, record) => total + (pick(record) ?? 0), 0);
}

/** Nearest-rank percentile of the known values; null when none is known. */
function percentile(
  records: readonly RequestRecord[],
  pick: (record: RequestRecord) => number | null,
  share: number,
): number | null {
  const values = records
    .map(pick)
    .filter((value) => value !== null)
    .toSorted((a, b) => a - b);
  return values[Math.max(0, Math.ceil(values.length * share) - 1)] ?? null;
}
