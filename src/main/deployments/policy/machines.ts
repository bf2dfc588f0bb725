import type { DeploymentSpec } from '../../../shared/model.ts';
import type { Machine } from './machine-run.ts';

export interface MachineFacts {
  /** Real rates: of the pod as RunPod bills it, of a worker by its pool's price times its GPUs. */
  readonly podUsdPerHour: number;
  readonly workerUsdPerHour: number;
  /** Usual times from being asked for to the first answer: medians of earlier ones, or the plan's estimate. */
  readonly podStartMs: number;
  readonly workerStartMs: number;
  /** Usual time of a worker that was there shortly before; null = none was seen. */
  readonly workerQuickStartMs: number | null;
  /** Idle minutes as computed (`computeIdle`), for deployments that ask for it. */
  readonly computedIdleMinutes: number;
}

/** The image pull does not bill, loading does; RunPod tells neither share (FACTS 3.3). */
const BILLED_SHARE = 0.5;
/** FlashBoot before any was measured: no figure is published, and it helps with steady traffic only (FACTS 3.8). */
const QUICK_SHARE = 0.25;
const QUICK_WITHIN_MS = 10 * 60_000;
/** A queue that scales by requests has an idle timeout that cannot be set. */
const UNSET_IDLE_MS = 5000;

/** A deployment's two ways to run, as the cost model has them. */
export function machinesOf(
  spec: Pick<DeploymentSpec, 'idle' | 'serverless'>,
  facts: MachineFacts,
): { readonly pod: Machine; readonly serverless: Machine } {
  return {
    pod: {
      usdPerHour: facts.podUsdPerHour,
      startMs: facts.podStartMs,
      startBilledMs: facts.podStartMs,
      quick: null,
      idleMs: podIdleMs(spec.idle, facts.computedIdleMinutes),
    },
    serverless: {
      usdPerHour: facts.workerUsdPerHour,
      startMs: facts.workerStartMs,
      startBilledMs: facts.workerStartMs * BILLED_SHARE,
      quick:
        spec.serverless.flashboot === 'OFF'
          ? null
          : {
              withinMs: QUICK_WITHIN_MS,
              startMs: facts.workerQuickStartMs ?? facts.workerStartMs * QUICK_SHARE,
            },
      idleMs: workerIdleMs(spec.serverless),
    },
  };
}

function podIdleMs({ policy, minutes }: DeploymentSpec['idle'], computedMinutes: number): number {
  switch (policy) {
    case 'off':
      return Number.POSITIVE_INFINITY;
    case 'computed':
      return computedMinutes * 60_000;
    case 'fixed':
      return minutes * 60_000;
  }
}

function workerIdleMs(serverless: DeploymentSpec['serverless']): number {
  if (serverless.minWorkers > 0) return Number.POSITIVE_INFINITY;
  const unset = serverless.type === 'QUEUE' && serverless.requestsPerWorker !== null;
  return unset ? UNSET_IDLE_MS : serverless.idleTimeoutSeconds * 1000;
}
