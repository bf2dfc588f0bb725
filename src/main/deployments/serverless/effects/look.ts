import { isAbort, toErrorBody } from '../../../../shared/errors.ts';
import type { WorkerFacts } from '../../events.ts';
import type { EffectContext } from '../../pod/effects/context.ts';
import type { EndpointHealth } from '../../policy/endpoint-health.ts';
import { workerFacts } from '../read-endpoint.ts';
import { endpointOf, type EndpointParts } from './context.ts';

/** One look at the counters, and at what became of our own question. Wakes nothing (trap 14). */
export async function lookAtEndpoint(parts: EndpointParts, context: EffectContext): Promise<void> {
  const { post, signal } = context;
  const { id, job } = endpointOf(context);
  const askedAt = parts.deps.clock.now();
  try {
    const [counters, asked] = await Promise.all([
      readCounters(parts, id, signal),
      job === null ? null : parts.plane.job(id, job, signal),
    ]);
    post({ type: 'looked', ...counters, job: asked, askedAt });
  } catch (error) {
    if (isAbort(error)) throw error;
    post({ type: 'look-failed', error: toErrorBody(error) });
  }
}

/** The list of workers is a call of the rated plane: it is asked only while the counters show that there are any. */
export async function readCounters(
  { deps, plane }: EndpointParts,
  id: string,
  signal: AbortSignal,
): Promise<{ readonly health: EndpointHealth; readonly workers: WorkerFacts | null }> {
  const health = await plane.health(id, signal);
  const { running, initializing, unhealthy } = health.workers;
  const any = running + initializing + unhealthy > 0;
  return { health, workers: any ? workerFacts(await deps.api.serverless.workers(id, signal)) : null };
}
