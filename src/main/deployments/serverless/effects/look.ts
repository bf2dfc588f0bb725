import { isAbort, toErrorBody } from '../../../../shared/errors.ts';
import type { EffectContext } from '../../pod/effects/context.ts';
import type { EndpointLook } from '../../state.ts';
import { workerFacts } from '../read-endpoint.ts';
import { endpointOf, type EndpointParts } from './context.ts';

/** One look at the counters, and at what became of our own question. Wakes nothing (trap 14). */
export async function lookAtEndpoint(
  parts: EndpointParts,
  last: LastLook,
  context: EffectContext,
): Promise<void> {
  const { post, signal } = context;
  const { id, job } = endpointOf(context);
  const askedAt = parts.deps.clock.now();
  try {
    const [counters, asked] = await Promise.all([
      readCounters(parts, id, last, signal),
      job === null ? null : parts.plane.job(id, job, signal),
    ]);
    post({ type: 'looked', ...counters, job: asked, askedAt });
  } catch (error) {
    if (isAbort(error)) throw error;
    post({ type: 'look-failed', error: toErrorBody(error) });
  }
}

/** What was known before, and for how long its list of workers is good. */
export interface LastLook {
  readonly known: EndpointLook | null;
  readonly listMs: number;
}

/**
 * The list of workers is a call of the rated plane (trap 32): it is asked only while the counters show that there are any,
 * when they changed, and now and then.
 */
export async function readCounters(
  { deps, plane }: EndpointParts,
  id: string,
  { known, listMs }: LastLook,
  signal: AbortSignal,
): Promise<Pick<EndpointLook, 'health' | 'workers' | 'listedAt'>> {
  const health = await plane.health(id, signal);
  const { running, initializing, unhealthy } = health.workers;
  const now = deps.clock.now();
  if (running + initializing + unhealthy === 0) return { health, workers: null, listedAt: now };
  const same = known !== null && JSON.stringify(known.health.workers) === JSON.stringify(health.workers);
  if (same && known.workers !== null && now - known.listedAt < listMs) {
    return { health, workers: known.workers, listedAt: known.listedAt };
  }
  return { health, workers: workerFacts(await deps.api.serverless.workers(id, signal)), listedAt: now };
}
