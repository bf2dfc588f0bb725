import type { RadarItem, SweepRefusal } from '../../../shared/model.ts';
import type { Endpoint, NetworkVolume, Pod } from '../../runpod/api.ts';
import { mountersOf, type Account } from '../read-account.ts';
import type { Seen, StoredThing } from './thing.ts';

export interface SweepFacts {
  readonly account: Account;
  /** The account as the radar shows it. */
  readonly items: readonly RadarItem[];
  /** Ids that a sweep before this one is still at. */
  readonly underWay: ReadonlySet<string>;
}

export interface SweepPlan {
  readonly things: StoredThing[];
  readonly refused: SweepRefusal[];
}

/**
 * What a sweep takes: the things named, or what this computer left over (`ids` null). Nothing else is ever taken, and what
 * a deployment has is refused even by name (SPEC 3.11). Volumes come last: what mounts them has to be gone first.
 */
export function planSweep(facts: SweepFacts, ids: readonly string[] | null): SweepPlan {
  const wanted = ids === null ? leftovers(facts) : [...new Set(ids)];
  const found = wanted.map((id) => facts.items.find((item) => item.id === id) ?? id);
  const deleted = new Set(
    found.flatMap((item) => (typeof item !== 'string' && item.sweep?.act === 'terminate' ? [item.id] : [])),
  );
  const things: StoredThing[] = [];
  const refused: SweepRefusal[] = [];
  for (const item of found) {
    const refusal = typeof item === 'string' ? unknown(item, facts.account) : refusalOf(item, facts, deleted);
    const thing = typeof item === 'string' ? null : thingOf(item, facts.account);
    if (refusal !== null) refused.push(refusal);
    else if (thing !== null) things.push(thing);
  }
  return { things: things.toSorted((a, b) => stageOf(a) - stageOf(b)), refused };
}

/** Its turn: everything else, then volumes. */
export const stageOf = ({ kind }: Pick<StoredThing, 'kind'>): number => (kind === 'network-volume' ? 1 : 0);

const leftovers = ({ items, underWay }: SweepFacts): string[] =>
  items.filter(({ id, sweep }) => sweep?.isLeftover === true && !underWay.has(id)).map(({ id }) => id);

function unknown(id: string, { unseen }: Account): SweepRefusal {
  const parts = unseen.filter((part) => part !== 'prices' && part !== 'workers');
  const may = parts.length === 0 ? '' : ` It does not let this key see ${parts.join(', ')}.`;
  return { kind: null, id, name: id, reason: 'unknown', why: `RunPod lists nothing with this id.${may}` };
}

function refusalOf(
  item: RadarItem,
  { account, underWay }: SweepFacts,
  deleted: ReadonlySet<string>,
): SweepRefusal | null {
  const { kind, id, name, deployment } = item;
  const refuse = (reason: SweepRefusal['reason'], why: string): SweepRefusal => ({
    kind,
    id,
    name,
    reason,
    why,
  });
  if (deployment !== null) {
    return refuse('in-use', `The deployment "${deployment}" has it: stop or terminate that.`);
  }
  if (item.sweep === null) {
    return refuse('in-use', 'A deployment has it, or is just being given it.');
  }
  if (underWay.has(id)) return refuse('under-way', 'A sweep is ending it already.');
  if (kind !== 'network-volume') return null;
  const [mounter] = mountersOf(account, id).filter((each) => !deleted.has(each.id));
  if (mounter !== undefined) return refuse('mounted', `${mounter.name} (${mounter.id}) mounts it.`);
  const hidden = account.unseen.find((part) => part === 'pods' || part === 'endpoints');
  return hidden === undefined
    ? null
    : refuse('unseen', `RunPod does not let this key see ${hidden}: one of them may mount it.`);
}

function thingOf(item: RadarItem, account: Account): StoredThing | null {
  const seen = seenIn(item, account);
  if (seen === null || item.sweep === null) return null;
  const { kind, id, name, ownership, usdPerHour, usdPerMonthAtRest, sweep } = item;
  return {
    kind,
    id,
    name,
    ownership,
    usdPerHour,
    usdPerMonthAtRest,
    ...sweep,
    state: 'planned',
    reason: null,
    why: null,
    seen,
    sentAt: null,
  };
}

function seenIn({ kind, id }: RadarItem, { pods, endpoints, volumes, running }: Account): Seen | null {
  switch (kind) {
    case 'pod': {
      const pod = pods.find((each) => each.id === id);
      return pod === undefined ? null : seenPod(pod);
    }
    case 'endpoint': {
      const endpoint = endpoints.find((each) => each.id === id);
      return endpoint === undefined ? null : seenEndpoint(endpoint, running.get(id) ?? 0);
    }
    case 'network-volume': {
      const volume = volumes.find((each) => each.id === id);
      return volume === undefined ? null : seenVolume(volume);
    }
  }
}

export const seenPod = ({ name, status, cost }: Pod): Seen => ({
  name,
  status,
  usdPerHour: cost,
  running: 0,
  maxWorkers: null,
});

export const seenEndpoint = ({ name, workers }: Endpoint, running: number): Seen => ({
  name,
  status: `${workers.min} to ${workers.max} workers`,
  usdPerHour: 0,
  running,
  maxWorkers: workers.max,
});

export const seenVolume = ({ name, size }: NetworkVolume): Seen => ({
  name,
  status: `${size} GB`,
  usdPerHour: 0,
  running: 0,
  maxWorkers: null,
});
