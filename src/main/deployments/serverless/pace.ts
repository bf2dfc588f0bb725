import type { EndpointRecord } from '../record.ts';
import type { Timing } from '../timing.ts';

/** Looks in an idle timeout: a worker that came up for a knock is to be seen before it goes again. */
const LOOKS_A_STAY = 4;
const QUICKEST_MS = 250;

/** Between looks at an endpoint on its way up. */
export function startingPaceMs(
  endpoint: Pick<EndpointRecord, 'launch'> | null,
  { probeMs }: Pick<Timing, 'probeMs'>,
): number {
  const idleSeconds = endpoint?.launch.workers.idleTimeout ?? null;
  if (idleSeconds === null || endpoint?.launch.type !== 'LOAD_BALANCER') return probeMs;
  return Math.min(probeMs, Math.max(QUICKEST_MS, (idleSeconds * 1000) / LOOKS_A_STAY));
}
