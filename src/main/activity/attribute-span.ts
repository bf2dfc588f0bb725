import type { RequestRecord } from '../../shared/activity.ts';
import {
  attribute,
  isRented,
  shareUsd,
  type Attribution,
  type RequestShare,
  type Spent,
} from '../costs/attribution.ts';
import type { CostLedger } from '../costs/ledger.ts';
import type { Fleet } from '../deployments/types.ts';
import type { RequestLog } from './request-log.ts';

export interface SpanFacts {
  readonly ledger: Pick<CostLedger, 'names' | 'intervals'>;
  readonly fleet: Pick<Fleet, 'list'>;
  readonly requests: Pick<RequestLog, 'between' | 'before'>;
  /** Added to this computer's time to get the cloud's, which the ledger keeps. */
  readonly offsetMs: () => number;
}

/** Requests before the span that are looked at: the last one of each deployment answers for what idles into it. */
const LEADING = 300;
/** A request that ended this long after the span may have begun in it. */
const TRAILING_MS = 6 * 3_600_000;

/**
 * Who the money of a span of the cloud's time was spent for. A request that lies across an end of the span, and idle time
 * behind one of before, count with the part that falls into it, so that days add up to their month. Costs as much as there
 * were requests.
 */
export function attributeSpan(
  facts: SpanFacts,
  fromMs: number,
  toMs: number,
  onSpent: (spent: Spent) => void = () => {},
): Attribution {
  const { ledger, fleet, requests } = facts;
  const offsetMs = facts.offsetMs();
  const gone = Array.from(ledger.names(), ([id, name]): [string, string] => [name, id]);
  const there = fleet.list().map((view): [string, string] => [view.name, view.id]);
  const ids = new Map([...gone, ...there]);
  const deploymentOf = ({ deployment }: RequestRecord): string | null =>
    deployment === null ? null : (ids.get(deployment) ?? null);
  const [from, to] = [fromMs - offsetMs, toMs - offsetMs];
  const within = requests.between({}, from, to);
  const leading = requests.before(from, LEADING);
  const trailing = requests.between({}, to, to + TRAILING_MS).filter((record) => arrivedAt(record) < to);
  const firstMs = Math.min(fromMs, ...leading.map((record) => arrivedAt(record) + offsetMs));
  const common = { deploymentOf, offsetMs, onSpent };
  const owned = attribute({
    ...common,
    intervals: ledger.intervals(fromMs, toMs).filter((each) => !isRented(each)),
    requests: within,
  });
  const rented = attribute({
    ...common,
    intervals: ledger.intervals(firstMs, toMs).filter((each) => isRented(each)),
    requests: [...leading, ...within, ...trailing],
    span: { fromMs, toMs },
  });
  return together(owned, rented);
}

const arrivedAt = ({ at, totalMs }: RequestRecord): number => Date.parse(at) - totalMs;

/** Of the same requests: what they owned (tokens) and what was rented for them. */
function together(owned: Attribution, rented: Attribution): Attribution {
  const shares = new Map<string, RequestShare>();
  for (const share of [...rented.shares, ...owned.shares]) {
    const before = shares.get(share.request.id);
    if (before === undefined && !share.isOfSpan && shareUsd(share) === 0) continue;
    shares.set(share.request.id, before === undefined ? share : sumOf(before, share));
  }
  return {
    shares: [...shares.values()],
    nobody: [...rented.nobody, ...owned.nobody],
    ms: rented.ms,
    usd: rented.usd + owned.usd,
  };
}

const sumOf = (a: RequestShare, b: RequestShare): RequestShare => ({
  ...a,
  busyUsd: a.busyUsd + b.busyUsd,
  bootUsd: a.bootUsd + b.bootUsd,
  idleUsd: a.idleUsd + b.idleUsd,
});
