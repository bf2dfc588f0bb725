import type { EndpointView, Unattended } from '../../../shared/model.ts';
import { formatUsdPerHour, usdForMs } from '../../../shared/money.ts';
import type { EndpointRecord } from '../record.ts';
import type { Moment, State } from '../state.ts';
import { phaseOf } from './looking.ts';
import { mostUsdPerHour } from './meters.ts';

/** An endpoint as people see it. */
export function endpointView(
  endpoint: EndpointRecord,
  { record, live }: State,
  { now }: Moment,
): EndpointView {
  const { launch, minWorkers, maxWorkers } = endpoint;
  const { look } = live;
  const { running, initializing, throttled, unhealthy } = look?.health.workers ?? NONE;
  return {
    id: endpoint.id,
    name: endpoint.name,
    type: launch.type,
    gpuTypeIds: launch.gpus.map(({ gpuTypeId }) => gpuTypeId),
    gpuCount: launch.gpuCount,
    image: launch.image,
    workerUsdPerHour: { first: launch.gpus[0]?.usdPerHour ?? 0, most: mostUsdPerHour(endpoint) },
    workers: { min: minWorkers, max: maxWorkers, running, initializing, throttled, unhealthy },
    jobs: { waiting: look?.health.jobs.inQueue ?? 0, inProgress: look?.health.jobs.inProgress ?? 0 },
    why: look === null ? null : phaseOf({ record, live, now }, endpoint, look).why,
    asOf: look === null ? null : new Date(look.at).toISOString(),
    idleTimeoutSeconds: launch.workers.idleTimeout,
    createdAt: new Date(endpoint.createdAt).toISOString(),
  };
}

const NONE = { running: 0, initializing: 0, throttled: 0, unhealthy: 0 };

/** An idle timeout that RunPod decides. */
const UNSET_IDLE_SECONDS = 60;
/** From a worker's end to the end of its bill. */
const REACTION_MS = 60_000;

export interface UnattendedEndpoint {
  readonly endpoint: EndpointRecord;
  /** Requests of ours, jobs of others: whatever keeps its workers at work. */
  readonly busy: boolean;
  readonly meantToRun: boolean;
  readonly now: number;
}

/**
 * The most its workers can cost if this computer dies now (SPEC 3.10): RunPod ends a worker once it has had no work for
 * the idle timeout, a request under way included, which ends at the endpoint's own limit. A minimum of workers is kept for
 * ever.
 */
export function unattendedEndpoint({ endpoint, busy, meantToRun, now }: UnattendedEndpoint): Unattended {
  const { minWorkers, launch, usdPerHour } = endpoint;
  if (minWorkers > 0) {
    const rate = formatUsdPerHour(minWorkers * mostUsdPerHour(endpoint));
    return {
      usd: null,
      until: null,
      excludes: [`the ${minWorkers} worker${minWorkers === 1 ? '' : 's'} it always keeps, up to ${rate}`],
    };
  }
  const excludes = meantToRun ? ['requests that other programs send to it with the RunPod key'] : [];
  if (usdPerHour === 0 && !busy) return { usd: 0, until: null, excludes };
  const rate = Math.max(usdPerHour, busy ? mostUsdPerHour(endpoint) : 0);
  const idleMs = (launch.workers.idleTimeout ?? UNSET_IDLE_SECONDS) * 1000;
  const ms = (busy ? launch.timeoutSeconds * 1000 : 0) + idleMs + REACTION_MS;
  return { usd: usdForMs(rate, ms), until: new Date(now + ms).toISOString(), excludes };
}
