import type { State } from '../state.ts';
import { chargedUsd, type Account } from './segments.ts';

/** Resources that are gone keep their own line on the bill up to this many; beyond it only their sum is kept. */
const CLOSED_ACCOUNTS_KEPT = 1000;
/** A lively endpoint writes one segment a worker start. */
const CLOSED_SEGMENTS_KEPT = 5000;

/** Folds the oldest finished charges into one sum, so that the state of a long-lived sandbox stays small. */
export function archive(state: State): void {
  for (const account of state.accounts.values()) trim(state, account);
  const closed = [...state.accounts.values()].filter((account) => account.segments.every(isClosed));
  const surplus = closed.toSorted((a, b) => endOf(a) - endOf(b)).slice(0, -CLOSED_ACCOUNTS_KEPT);
  for (const account of surplus) {
    // Pods and volumes that still exist go on to bill under their account.
    if (state.pods.has(account.id) || state.volumes.has(account.id) || state.endpoints.has(account.id))
      continue;
    state.archivedUsd += chargedUsd(account.segments, 0, Number.POSITIVE_INFINITY);
    state.accounts.delete(account.id);
  }
}

function trim(state: State, account: Account): void {
  const closed = account.segments.filter(isClosed);
  if (closed.length <= CLOSED_SEGMENTS_KEPT) return;
  const old = new Set(closed.slice(0, closed.length - CLOSED_SEGMENTS_KEPT));
  state.archivedUsd += chargedUsd([...old], 0, Number.POSITIVE_INFINITY);
  account.segments = account.segments.filter((segment) => !old.has(segment));
}

function isClosed(segment: Account['segments'][number]): boolean {
  return segment.toMs !== null;
}

function endOf(account: Account): number {
  return Math.max(...account.segments.map((segment) => segment.toMs ?? 0));
}
