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

/** The chosen minutes, or those that were computed from the user's own habits. */
export function idleMinutes({ spec, idle }: Pick<DeploymentRecord, 'spec' | 'idle'>): number {
  return spec.idle.policy === 'computed' && idle !== null ? idle.minutes : spec.idle.minutes;
}
