import type { IdlePolicy } from '../../shared/model.ts';
import type { DeploymentRecord } from './record.ts';

/** What the idle clock goes by; instants in milliseconds on this computer's wall clock, so that sleep counts. */
export interface IdleFacts {
  readonly policy: IdlePolicy['policy'];
  readonly minutes: number;
  readonly inFlight: number;
  readonly readyAt: number;
  /** End of the last request. */
  readonly lastRequestAt: number | null;
  readonly keepAliveUntil: number | null;
  readonly warnedAt: number | null;
  readonly warningMs: number;
  readonly now: number;
}

/** null = it is not idle, or idleness does not stop it. */
export interface IdlePlan {
  readonly warnAt: number;
  /** Never sooner than a whole warning after people were warned, however late that was (a machine that slept). */
  readonly stopsAt: number;
}

/**
 * When an idle deployment is stopped (SPEC 3.9): the chosen minutes after the end of the last request, or after it
 * became ready. Requests in flight and boots are not idle.
 */
export function idlePlan(facts: IdleFacts): IdlePlan | null {
  if (facts.policy === 'off' || facts.inFlight > 0) return null;
  const minutesMs = facts.minutes * 60_000;
  const since = Math.max(facts.readyAt, facts.lastRequestAt ?? 0);
  const due = Math.max(since + minutesMs, facts.keepAliveUntil ?? 0);
  const warningMs = Math.min(facts.warningMs, minutesMs / 2);
  const warnedAt = facts.warnedAt ?? Math.max(facts.now, due - warningMs);
  return { warnAt: due - warningMs, stopsAt: Math.max(due, warnedAt + warningMs) };
}

/**
 * Woken by requests whose clients have all left before it was ready, it stays up for this long at most. The boot itself
 * is not cut off: clients with short time limits come back, and would never find it ready (SPEC 4.5).
 */
const UNCLAIMED_MINUTES = 5;

type IdleRecord = Pick<DeploymentRecord, 'spec' | 'idle' | 'boot' | 'readyAt' | 'lastRequestAt'>;

/** The chosen minutes, or those that were computed from the user's own habits; fewer while nobody claims the wake. */
export function idleMinutes(record: IdleRecord): number {
  const { spec, idle } = record;
  const minutes = spec.idle.policy === 'computed' && idle !== null ? idle.minutes : spec.idle.minutes;
  return isUnclaimed(record) ? Math.min(minutes, UNCLAIMED_MINUTES) : minutes;
}

function isUnclaimed({ boot, readyAt, lastRequestAt }: IdleRecord): boolean {
  return boot?.reason === 'wake' && readyAt !== null && (lastRequestAt ?? 0) < readyAt;
}
