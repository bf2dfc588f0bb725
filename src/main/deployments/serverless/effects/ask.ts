import { asAppError, isAbort, toErrorBody } from '../../../../shared/errors.ts';
import { askServer } from '../../pod/ask-server.ts';
import type { EffectContext } from '../../pod/effects/context.ts';
import { probe } from '../../pod/readiness.ts';
import { serverHeaders } from '../front.ts';
import { QUESTIONS } from '../questions.ts';
import { endpointOf, type EndpointParts } from './context.ts';

/** A one-token request of our own into the queue: it starts a worker, and its answer is the proof. */
export async function askEndpoint(
  parts: EndpointParts,
  question: number,
  context: EffectContext,
): Promise<void> {
  const { post, signal } = context;
  const { id, launch } = endpointOf(context);
  const { route, input } = QUESTIONS[question] ?? QUESTIONS[0] ?? { route: '', input: () => ({}) };
  try {
    post({ type: 'asked', job: await parts.plane.submit(id, route, input(launch.servedModel), signal) });
  } catch (error) {
    if (isAbort(error)) throw error;
    const known = asAppError(error);
    post({ type: 'ask-failed', error: toErrorBody(known), retryable: known.retryable });
  }
}

/**
 * A load balancer starts a worker for whatever it is asked, and refuses or holds the request meanwhile (FACTS 3.6): the
 * answer does not matter.
 */
export async function wakeEndpoint(
  { deps, plane, timing }: EndpointParts,
  context: EffectContext,
): Promise<void> {
  const { post, signal } = context;
  const { id, launch } = endpointOf(context);
  const { fetch, clock } = deps;
  const key = await plane.key();
  const url = `${plane.balancerUrl(id)}${launch.healthPath}`;
  await askServer({ fetch, clock, url, key, timeoutMs: timing.probeTimeoutMs }, signal);
  post({ type: 'woken' });
}

/** One look at a load-balanced model server through the URL the proxy will use. */
export async function probeEndpoint(
  { deps, plane, timing }: EndpointParts,
  context: EffectContext,
): Promise<void> {
  const { post, signal, record } = context;
  const { id, launch } = endpointOf(context);
  const { fetch, clock } = deps;
  const target = {
    url: plane.balancerUrl(id),
    backend: launch.backend,
    key: await plane.key(),
    own: launch.key === null ? undefined : serverHeaders(launch.key),
    servedModel: launch.servedModel,
    model: record.spec.model,
  };
  const tools = { fetch, clock, timeoutMs: timing.probeTimeoutMs, tokenTimeoutMs: timing.tokenTimeoutMs };
  post({ type: 'probed', result: await probe(target, tools, signal) });
}
