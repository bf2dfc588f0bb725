import { diskUsdPerHour as priceOf, usdForMs, type PodDisks } from '../../../shared/money.ts';
import type { PodRecord } from '../record.ts';
import type { Step } from '../state.ts';
import { cloudNow } from '../state.ts';

/** What the ledger is told about a pod. Instants are on the cloud's clock. */

export const GONE = 'TERMINATED';

/** Books what the pod costs now, and the end of what it costs no more. */
export function meter(step: Step, pod: PodRecord): void {
  const seenMs = cloudNow(step);
  const disk = diskUsdPerHour(pod);
  if (pod.usdPerHour > 0) {
    step.notes.push(meterNote(pod, 'compute', pod.usdPerHour, pod.billingSince, seenMs));
    step.notes.push(meterOff(pod, 'disk', { at: pod.billingSince, estimated: false, note: 'runs again' }));
  } else if (pod.status === 'EXITED' || pod.status === GONE) {
    const end = endOfRun(step);
    step.notes.push(meterOff(pod, 'compute', end));
    if (disk > 0) step.notes.push(meterNote(pod, 'disk', disk, end.at ?? seenMs, seenMs));
  }
}

/** It ran and was stopped before the app ever saw it: what it cost is left to the bill. */
export function meterUnseen(step: Step, pod: PodRecord): void {
  step.notes.push(meterNote(pod, 'compute', 0, pod.createdAt, cloudNow(step)));
  step.notes.push(
    meterOff(pod, 'compute', { at: null, estimated: true, note: 'stopped before it was seen' }),
  );
}

/** A call is given up after this long, its tries again included: what it was to do is done by then, or never. */
const LONGEST_CALL_MS = 100_000;

/**
 * The end of billing by what was sent to end it: never before the true one, and not as late as the app may hear of it.
 * Where the app was closed or the computer slept since, nothing speaks for late: most calls are done at once. null =
 * nothing was sent.
 */
export function endedAt(step: Step): number | null {
  const { acceptedAt = null, sentAt = null } = step.record.ending ?? {};
  if (acceptedAt !== null || sentAt === null) return acceptedAt;
  const wasAway = sentAt < step.live.awakeSince + step.offsetMs;
  return wasAway ? sentAt : Math.min(cloudNow(step), sentAt + LONGEST_CALL_MS);
}

function endOfRun(step: Step): MeterEnd {
  const { ending } = step.record;
  return {
    at: endedAt(step),
    estimated: ending?.acceptedAt === null || ending?.dated !== true,
    note: ending?.why ?? 'seen stopped',
  };
}

/**
 * What the pod's disk costs beside its `cost`. While it runs `cost` is the whole rate (FACTS 5); stopped, `cost` is 0 and
 * a volume disk goes on at double rate (FACTS 2.8).
 */
export function diskUsdPerHour(pod: PodRecord): number {
  return pod.status === 'EXITED' ? restUsdPerHour(pod) : 0;
}

/** The disk's price once the pod is stopped. */
export const restUsdPerHour = ({ launch }: Pick<PodRecord, 'launch'>): number =>
  priceOf(disksOf(launch), 'stopped');

const disksOf = ({ containerDiskGb, persistentGb }: PodRecord['launch']): PodDisks => ({
  containerGb: containerDiskGb,
  persistentGb,
});

type MeterNote = Extract<Step['notes'][number], { type: 'meter' }>;
type MeterOffNote = Extract<Step['notes'][number], { type: 'meter-off' }>;

const meterNote = (
  pod: PodRecord,
  kind: MeterNote['kind'],
  usdPerHour: number,
  sinceMs: number,
  seenMs: number,
): MeterNote => ({ type: 'meter', podId: pod.id, kind, usdPerHour, sinceMs, seenMs });

interface MeterEnd {
  /** null = when the ledger last saw it billing: the best known end of money that nobody reported. */
  readonly at: number | null;
  readonly estimated: boolean;
  readonly note: string;
}

const meterOff = (pod: PodRecord, kind: MeterOffNote['kind'], end: MeterEnd): MeterOffNote => ({
  type: 'meter-off',
  podId: pod.id,
  kind,
  atMs: end.at,
  estimated: end.estimated,
  note: end.note,
});

/** Nothing of the pod bills any more, or only the disk of a kept one. */
export function stopMeters(step: Step, pod: PodRecord, end: MeterEnd): void {
  step.notes.push(meterOff(pod, 'compute', end));
  if (pod.status !== 'EXITED' || diskUsdPerHour(pod) === 0) step.notes.push(meterOff(pod, 'disk', end));
}

/** The pod is no more. */
export function closePod(step: Step, atMs: number): void {
  const { record } = step;
  if (record.pod === null) return;
  step.notes.push({ type: 'pod-ended', podId: record.pod.id, atMs });
  const { boot } = record;
  // What it cost before this boot began was for serving, not for starting.
  if (boot !== null) boot.spentUsd += podSpent(record.pod, atMs, boot.startedAt + step.offsetMs);
  record.pod = null;
  // Nothing is missed any more: the account need not be looked at often for it.
  step.live.absentSince = null;
}

/** Compute between two instants of the current run, at the rate last seen. */
export function podSpent(pod: PodRecord, atMs: number, fromMs: number): number {
  return usdForMs(pod.rateUsdPerHour, Math.max(0, atMs - Math.max(pod.billingSince, fromMs)));
}
