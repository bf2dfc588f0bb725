import { usdForMs } from '../../../shared/money.ts';
import type { EndpointRecord } from '../record.ts';
import type { EndpointLook, Step } from '../state.ts';
import { cloudNow, isBooting } from '../state.ts';

/** What the workers of an endpoint cost (FACTS 3.1, 3.3). Instants are on the cloud's clock. */
export interface WorkersBill {
  readonly usdPerHour: number;
  /** The earliest start among those that bill; null = not told. */
  readonly since: number | null;
}

/**
 * Workers that run bill, and so do those whose container is up and loads the model; one that pulls its image is taken as
 * not billed. The list names their GPUs, the counters count them: whichever shows more counts.
 */
export function billOf({ launch }: Pick<EndpointRecord, 'launch'>, look: EndpointLook): WorkersBill {
  const up = (look.workers?.workers ?? []).filter((worker) => isUp(worker));
  const loading = up.filter(({ status }) => status === 'INITIALIZING').length;
  const count = look.health.workers.running + loading;
  if (count === 0) return { usdPerHour: 0, since: null };
  const known = up.slice(0, count).map(({ gpuTypeId }) => priceOn(launch, gpuTypeId));
  const rest = (count - known.length) * priceOn(launch, null);
  const starts = up.flatMap(({ startedAt }) => (startedAt === null ? [] : [startedAt]));
  return {
    usdPerHour: known.reduce((sum, each) => sum + each, 0) + rest,
    since: starts.length === 0 ? null : Math.min(...starts),
  };
}

const BILLED: ReadonlySet<string> = new Set(['RUNNING', 'IDLE', 'INITIALIZING']);

/** A worker whose container was started and has not ended: it bills, or is at least not known not to (FACTS 3.3). */
export const isUp = ({
  status,
  startedAt,
}: {
  readonly status: string;
  readonly startedAt?: string | number | null;
}): boolean => (startedAt ?? null) !== null && BILLED.has(status);

/** Of a worker on a GPU that the launch does not name, or whose GPU nobody told: the dearest, rather than too little. */
function priceOn({ gpus }: EndpointRecord['launch'], gpuTypeId: string | null): number {
  const known = gpus.find((gpu) => gpu.gpuTypeId === gpuTypeId);
  return known?.usdPerHour ?? (gpuTypeId === null ? firstPrice(gpus) : dearest(gpus));
}

const firstPrice = (gpus: EndpointRecord['launch']['gpus']): number => gpus[0]?.usdPerHour ?? 0;
const dearest = (gpus: EndpointRecord['launch']['gpus']): number =>
  Math.max(...gpus.map(({ usdPerHour }) => usdPerHour));

/** The most that a worker may cost. */
export const mostUsdPerHour = ({ launch }: Pick<EndpointRecord, 'launch'>): number => dearest(launch.gpus);

/** Books what was seen; a boot's own share counts against its limit. */
export function meterWorkers(step: Step, endpoint: EndpointRecord, look: EndpointLook): void {
  const { record, notes, offsetMs } = step;
  const before = step.live.look;
  if (record.boot !== null && before !== null && isBooting(record)) {
    record.boot.spentUsd += usdForMs(endpoint.usdPerHour, Math.max(0, look.at - before.at));
  }
  const seenMs = look.at + offsetMs;
  const { usdPerHour, since } = billOf(endpoint, look);
  if (usdPerHour > 0) {
    endpoint.billingSince ??= Math.min(seenMs, since ?? seenMs);
    notes.push({
      type: 'meter',
      podId: endpoint.id,
      kind: 'serverless',
      usdPerHour,
      sinceMs: endpoint.billingSince,
      seenMs,
      ...(usdPerHour > endpoint.usdPerHour ? changedSince(before, look, seenMs) : {}),
    });
  } else if (endpoint.usdPerHour > 0) {
    stopMeter(step, endpoint, { atMs: endedBy(step), note: 'its workers ended' });
  }
  endpoint.usdPerHour = usdPerHour;
  if (usdPerHour === 0) endpoint.billingSince = null;
}

/** One more worker bills from its own start, where that lies between the last look and this one. */
function changedSince(
  before: EndpointLook | null,
  look: EndpointLook,
  seenMs: number,
): { readonly changedMs?: number } {
  const known = new Set(before?.workers?.workers.map(({ id }) => id));
  const starts = (look.workers?.workers ?? []).flatMap((worker) =>
    isUp(worker) && !known.has(worker.id) && worker.startedAt !== null ? [worker.startedAt] : [],
  );
  return starts.length === 0 ? {} : { changedMs: Math.min(seenMs, ...starts) };
}

/**
 * Workers that ended between two looks are booked until the later one: never short, and the bill settles it. Where the
 * app was closed or the computer slept since, nothing speaks for late: RunPod ends a worker soon after its work. null =
 * when the ledger last saw them billing.
 */
function endedBy(step: Step): number | null {
  const { look, awakeSince } = step.live;
  return look !== null && look.at >= awakeSince ? cloudNow(step) : null;
}

/** `atMs` null = when the ledger last saw it billing. The bill settles what is estimated. */
export function stopMeter(
  { notes }: Step,
  endpoint: EndpointRecord,
  { atMs, note }: { readonly atMs: number | null; readonly note: string },
): void {
  endpoint.usdPerHour = 0;
  endpoint.billingSince = null;
  notes.push({ type: 'meter-off', podId: endpoint.id, kind: 'serverless', atMs, estimated: true, note });
}

/** RunPod has confirmed that the endpoint is no more. */
export function closeEndpoint(step: Step, note: string): void {
  const { record } = step;
  const { endpoint } = record;
  if (endpoint === null) return;
  const at = record.ending?.acceptedAt ?? record.ending?.sentAt ?? null;
  stopMeter(step, endpoint, { atMs: at ?? endedBy(step), note });
  step.notes.push({ type: 'pod-ended', podId: endpoint.id, atMs: at ?? cloudNow(step) });
  record.endpoint = null;
  step.live.look = null;
}
