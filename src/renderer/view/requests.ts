import type { RequestRecord } from '../../shared/model.ts';

/** Loaded and live requests together, newest first, nothing twice. */
export function mergeRequests(
  loaded: readonly RequestRecord[],
  live: readonly RequestRecord[],
): RequestRecord[] {
  const byId = new Map<string, RequestRecord>();
  for (const request of [...loaded, ...live]) byId.set(request.id, request);
  return [...byId.values()].toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
}

export interface RequestFilter {
  readonly text: string;
  readonly outcome: 'all' | 'ok' | 'error' | 'aborted';
}

export function filterRequests(requests: readonly RequestRecord[], filter: RequestFilter): RequestRecord[] {
  const wanted = filter.text.trim().toLowerCase();
  return requests.filter((request) => {
    if (filter.outcome !== 'all' && request.outcome !== filter.outcome) return false;
    if (wanted === '') return true;
    return `${request.model} ${request.client ?? ''} ${request.route} ${request.status} ${request.errorCode ?? ''}`
      .toLowerCase()
      .includes(wanted);
  });
}

const PRICED = 50;

/** What the latest requests to a deployment cost on average; null = none has a price. */
export function meanPrice(
  requests: readonly RequestRecord[],
  deployment: string,
): { readonly usd: number; readonly of: number } | null {
  const prices = requests
    .filter((request) => request.deployment === deployment)
    .flatMap((request) => (request.usd === null ? [] : [request.usd]))
    .slice(0, PRICED);
  if (prices.length === 0) return null;
  return { usd: prices.reduce((sum, price) => sum + price, 0) / prices.length, of: prices.length };
}
