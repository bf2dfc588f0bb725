import { formatUsd, HOURS_PER_MONTH, usdForMs } from '../../shared/money.ts';
import type { Unattended } from '../../shared/model.ts';
import type { DeploymentRecord, EndpointRecord, PodRecord } from './record.ts';
import { unattendedEndpoint } from './serverless/endpoint-view.ts';
import { restUsdPerHour } from './pod/meters.ts';

export interface UnattendedFacts {
  readonly record: Pick<
    DeploymentRecord,
    'pod' | 'endpoint' | 'desired' | 'readyAt' | 'lastRequestAt' | 'spec'
  >;
  /** Requests are in flight: their end, not the last one's, starts the pod's idle clock. */
  readonly inFlight: number;
  /** Requests in an endpoint's queue or at its workers, whoever sent them. */
  readonly jobs: number;
  /** A create whose outcome is not known. */
  readonly uncertain: boolean;
  /** This computer's clock, and what to add for the cloud's. */
  readonly now: number;
  readonly offsetMs: number;
  /** The clock may be so far ahead: the ceiling is then the one of a clock that was put forward. */
  readonly clockDoubtMs: number;
}

/** The watchdog looks every half minute and needs a moment to be heard. */
const REACTION_MS = 60_000;

/**
 * The most a deployment can cost if this computer dies now (SPEC 3.10): its pod at its present rate until its own
 * watchdog ends it. The latest that can be is the deadline, or, once idle, the idle time after the last request plus
 * the boot grace that a restarted server would be given. null = nothing bounds it.
 */
export function unattended(facts: UnattendedFacts): Unattended {
  const { pod } = facts.record;
  const excludes = exclusions(facts);
  if (pod === null && facts.record.endpoint !== null && !facts.uncertain)
    return ofEndpoint(facts, facts.record.endpoint, excludes);
  if (pod === null) return { usd: facts.uncertain ? null : 0, until: null, excludes };
  if (pod.status === 'EXITED') return { usd: 0, until: null, excludes };
  const { guard } = pod.launch;
  // A lock refuses the watchdog's stop as it refuses everybody's; whether it refuses its end too is not told (trap 17).
  if (guard.state === 'unprotected' || pod.locked) return { usd: null, until: null, excludes };
  const cloudNow = facts.now + facts.offsetMs - facts.clockDoubtMs;
  const until = Math.max(cloudNow, endsAt(facts, pod)) + REACTION_MS;
  return {
    usd: usdForMs(pod.rateUsdPerHour, until - cloudNow),
    until: new Date(until).toISOString(),
    excludes,
  };
}

function ofEndpoint(
  { record, inFlight, jobs, now }: UnattendedFacts,
  endpoint: EndpointRecord,
  excludes: readonly string[],
): Unattended {
  const meantToRun = record.desired === 'running';
  const told = unattendedEndpoint({ endpoint, busy: inFlight + jobs > 0, meantToRun, now });
  return { ...told, excludes: [...excludes, ...told.excludes] };
}

function endsAt({ record, inFlight, offsetMs, ...facts }: UnattendedFacts, pod: PodRecord): number {
  const now = facts.now - facts.clockDoubtMs;
  const { deadlineAt, idleSeconds, bootGraceSeconds } = pod.launch.guard;
  if (idleSeconds === null) return deadlineAt;
  const active = inFlight > 0 ? now : Math.max(record.lastRequestAt ?? 0, record.readyAt ?? now);
  return Math.min(deadlineAt, active + offsetMs + (idleSeconds + bootGraceSeconds) * 1000);
}

function exclusions({ record, uncertain }: UnattendedFacts): string[] {
  const { pod, spec } = record;
  const out: string[] = [];
  if (uncertain) out.push('a pod that RunPod may have made without the app hearing of it');
  if (spec.volume !== null) out.push('the network volume, which bills whether or not anything runs');
  if (pod === null) return out;
  const { guard, persistentGb } = pod.launch;
  if (pod.locked && pod.status !== 'EXITED') {
    out.push('everything after now: the pod is locked against being stopped');
  }
  if (guard.state === 'unprotected' && pod.status !== 'EXITED') {
    out.push(`everything after now: ${guard.reason ?? 'nothing stops the pod'}`);
  }
  if (guard.state === 'pending' && pod.status !== 'EXITED') {
    out.push("the case that the pod's watchdog does not arm itself, which is checked in its log");
  }
  if (guard.state === 'armed') out.push('the case that RunPod refuses the pod its own stop');
  if (persistentGb > 0) {
    out.push(`the disk of the stopped pod, ${formatUsd(restUsdPerHour(pod) * HOURS_PER_MONTH)} a month`);
  }
  return out;
}
