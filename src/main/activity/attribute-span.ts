import { attribute, type Attribution, type Spent } from '../costs/attribution.ts';
import type { CostLedger } from '../costs/ledger.ts';
import type { Fleet } from '../deployments/types.ts';
import type { RequestLog } from './request-log.ts';

export interface SpanFacts {
  readonly ledger: Pick<CostLedger, 'names' | 'intervals'>;
  readonly fleet: Pick<Fleet, 'list'>;
  readonly requests: Pick<RequestLog, 'between'>;
  /** Added to this computer's time to get the cloud's, which the ledger keeps. */
  readonly offsetMs: () => number;
}

/** Who the money of a span of the cloud's time was spent for. Costs as much as there were requests. */
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
  return attribute({
    intervals: ledger.intervals(fromMs, toMs),
    requests: requests.between({}, fromMs - offsetMs, toMs - offsetMs),
    deploymentOf: ({ deployment }) => (deployment === null ? null : (ids.get(deployment) ?? null)),
    offsetMs,
    onSpent,
  });
}
