import type { DeploymentRecord } from './record.ts';
import type { Live } from './state.ts';

/**
 * The computer's clock was set back by `ms`: instants stamped by the old one move along, so that everything is as old
 * as it is and no wait grows by the difference. Instants on the cloud's clock and those of a calendar stay.
 */
export function setBack(record: DeploymentRecord, live: Live | null, ms: number): void {
  const back = <T extends number | null>(at: T): number | T => (at === null ? at : at - ms);
  Object.assign(record, {
    createdAt: record.createdAt - ms,
    since: record.since - ms,
    lastRequestAt: back(record.lastRequestAt),
    readyAt: back(record.readyAt),
    keepAliveUntil: back(record.keepAliveUntil),
    idleWarnedAt: back(record.idleWarnedAt),
    wantedAt: back(record.wantedAt),
    hoursWarnedAt: back(record.hoursWarnedAt),
    budgetToldAt: back(record.budgetToldAt),
    late: record.late.map((each) => ({ ...each, until: each.until - ms })),
  } satisfies Partial<DeploymentRecord>);
  const { boot, ending, endpoint, pod, spell } = record;
  if (spell !== null) record.spell = { fromMs: spell.fromMs - ms, toMs: spell.toMs - ms };
  if (pod !== null) pod.touchedAt -= ms;
  if (endpoint !== null) {
    endpoint.touchedAt -= ms;
    endpoint.answeredAt = back(endpoint.answeredAt);
  }
  if (ending !== null) {
    ending.askedAt -= ms;
    ending.nextTryAt -= ms;
    ending.toldAt = back(ending.toldAt);
  }
  if (boot !== null) {
    boot.startedAt -= ms;
    boot.waitUntil = back(boot.waitUntil);
    boot.phases = boot.phases.map(({ phase, startedAt, endedAt }) => ({
      phase,
      startedAt: startedAt - ms,
      endedAt: back(endedAt),
    }));
  }
  if (live !== null) setLiveBack(live, ms, back);
}

/**
 * It was put forward by `byMs`: what was asked and spent before, until `beforeMs` on the old time, is as old as it is, so
 * that no ceiling is lowered and no idle time ends early. Waits only end sooner.
 */
export function putForward(
  record: DeploymentRecord,
  live: Live,
  { byMs, beforeMs }: { readonly byMs: number; readonly beforeMs: number },
): void {
  const on = <T extends number | null>(at: T): number | T => (at !== null && at <= beforeMs ? at + byMs : at);
  record.lastRequestAt = on(record.lastRequestAt);
  record.readyAt = on(record.readyAt);
  live.touchedAt = on(live.touchedAt);
  live.spentAt = on(live.spentAt);
}

function setLiveBack(live: Live, ms: number, back: (at: number | null) => number | null): void {
  live.effectAt -= ms;
  live.awakeSince -= ms;
  live.progressAt -= ms;
  live.touchedAt -= ms;
  live.askedAt -= ms;
  live.spentAt -= ms;
  live.containerUpAt = back(live.containerUpAt);
  live.observedAt = back(live.observedAt);
  live.seenStoppedAt = back(live.seenStoppedAt);
  live.startSentAt = back(live.startSentAt);
  live.absentSince = back(live.absentSince);
}

/** How far ahead of `now` a stored record is: its clock was set back while the app was closed; 0 = it is not. */
export function aheadMs(record: DeploymentRecord, now: number): number {
  const { since, pod, endpoint, boot, ending, lastRequestAt } = record;
  const latest = Math.max(
    since,
    pod?.touchedAt ?? 0,
    endpoint?.touchedAt ?? 0,
    boot?.startedAt ?? 0,
    ending?.askedAt ?? 0,
    lastRequestAt ?? 0,
  );
  return Math.max(0, latest - now);
}
