import { AppError } from '../../../shared/errors.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Fetch } from '../../platform/http.ts';
import { probe } from '../pod/readiness.ts';
import type { Timing } from '../timing.ts';
import type { AdoptedEndpoint } from './endpoint-adoption.ts';
import type { InvokePlane } from './invoke-plane.ts';

export interface ProofParts {
  readonly plane: InvokePlane;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly timing: Pick<Timing, 'probeTimeoutMs' | 'tokenTimeoutMs'>;
}

/**
 * Whether an endpoint that is to be adopted can be called and serves. Its health costs nothing and tells whether the key
 * may call it; a balanced worker that is up is asked for a token. A queue is not asked: a request would wait for a worker,
 * and be paid for.
 * @throws AppError not_allowed_now with why it cannot be served; runpod_* where the key may not call it
 */
export async function proveEndpoint(
  adopted: AdoptedEndpoint,
  { plane, fetch, clock, timing }: ProofParts,
  signal: AbortSignal,
): Promise<AdoptedEndpoint> {
  const { spec, endpoint, isKnownServer, unknown } = adopted;
  const { workers } = await plane.health(endpoint.id, signal);
  if (endpoint.launch.type === 'QUEUE') return adopted;
  if (workers.ready + workers.running === 0) {
    if (isKnownServer) {
      return { ...adopted, unknown: [...unknown, 'No worker is up, so that it was not asked anything.'] };
    }
    throw new AppError(
      'not_allowed_now',
      `Endpoint ${endpoint.id} cannot be put under a deployment: no worker of it is up, and its image is none that this app knows.`,
      { advice: 'Send it a request; adopt it while a worker is up, so that it can be asked what it serves.' },
    );
  }
  const { probeTimeoutMs, tokenTimeoutMs } = timing;
  const target = {
    url: plane.balancerUrl(endpoint.id),
    backend: endpoint.launch.backend,
    key: await plane.key(),
    servedModel: endpoint.launch.servedModel,
    model: spec.model,
  };
  const result = await probe(target, { fetch, clock, timeoutMs: probeTimeoutMs, tokenTimeoutMs }, signal);
  if (result.stage === 'ready') {
    const launch = { ...endpoint.launch, servedModel: result.servedModel };
    return { ...adopted, endpoint: { ...endpoint, launch, proved: true, answeredAt: clock.now() } };
  }
  throw new AppError(
    'not_allowed_now',
    `Endpoint ${endpoint.id} does not answer as an OpenAI server does: ${result.detail}.`,
    {
      advice:
        'Only what speaks that language can be served; stop or delete it instead, or leave it as it is.',
    },
  );
}
