import { asAppError, isAbort, toErrorBody } from '../../../../shared/errors.ts';
import { intentOf, type EffectContext } from '../../pod/effects/context.ts';
import { endpointFacts } from '../read-endpoint.ts';
import { endpointOf, type EndpointParts } from './context.ts';
import { readCounters } from './look.ts';

/**
 * Takes the workers away, or deletes the endpoint. A full disk must not keep money flowing: an end is safe to repeat, so it
 * is sent even where it cannot be noted.
 */
export async function endEndpoint(
  parts: EndpointParts,
  action: 'stop' | 'terminate',
  context: EffectContext,
): Promise<void> {
  const { deps, store } = parts;
  const { record, post } = context;
  const { id, name } = endpointOf(context);
  const intent = intentOf(parts, record, { kind: action, podName: name, podId: id, launch: null });
  attempt(parts, () => store.openIntent(intent));
  post({ type: 'end-sent' });
  try {
    if (action === 'stop') await takeWorkers(parts, context);
    else await deps.api.serverless.delete(id, context.signal);
    attempt(parts, () => store.closeIntent(intent.id, 'accepted', deps.clock.now()));
    post({ type: 'end-accepted' });
  } catch (error) {
    if (isAbort(error)) throw error;
    const known = asAppError(error);
    attempt(parts, () => store.closeIntent(intent.id, known.code, deps.clock.now()));
    if (known.code === 'runpod_not_found') post({ type: 'endpoint-gone', askedAt: deps.clock.now() });
    else post({ type: 'end-failed', error: toErrorBody(known) });
  }
}

async function takeWorkers({ deps, plane }: EndpointParts, context: EffectContext): Promise<void> {
  const { id, launch } = endpointOf(context);
  await deps.api.serverless.update(id, { workers: { min: 0, max: 0 } }, context.signal);
  // What waits in the queue would start a worker as soon as there may be one again.
  if (launch.type === 'QUEUE') await plane.purge(id, context.signal);
}

function attempt({ deps }: EndpointParts, write: () => void): void {
  try {
    write();
  } catch (error) {
    deps.log.error({ error }, 'an end could not be noted');
  }
}

/** Asks RunPod for the endpoint by id, the only word that it is gone, and what still runs of it. */
export async function readEndpoint(parts: EndpointParts, context: EffectContext): Promise<void> {
  const { deps } = parts;
  const { post, signal } = context;
  const { id } = endpointOf(context);
  const askedAt = deps.clock.now();
  try {
    const found = await deps.api.serverless.get(id, signal);
    const counters = await readCounters(parts, id, { known: null, listMs: 0 }, signal);
    post({ type: 'endpoint-read', endpoint: endpointFacts(found), askedAt });
    post({ type: 'looked', ...counters, job: null, askedAt });
  } catch (error) {
    if (isAbort(error)) throw error;
    const known = asAppError(error);
    if (known.code === 'runpod_not_found') post({ type: 'endpoint-gone', askedAt });
    else post({ type: 'read-failed', error: toErrorBody(known) });
  }
}
