import { asAppError, isAbort, toErrorBody } from '../../../../shared/errors.ts';
import { podUrl } from '../pod-url.ts';
import { pullModel } from '../pull-model.ts';
import { firstToken, probe, type ProbeTarget, type ProbeTools } from '../readiness.ts';
import { podOf, type EffectContext, type EffectParts } from './context.ts';

/** One look at the model server through its public URL. */
export async function probeModel(parts: EffectParts, context: EffectContext): Promise<void> {
  const result = await probe(targetOf(parts, context), toolsOf(parts), context.signal);
  context.post({ type: 'probed', result });
}

/** A one-token request of our own, so that the pod's watchdog knows that somebody is home. */
export async function touchModel(parts: EffectParts, context: EffectContext): Promise<void> {
  const target = targetOf(parts, context);
  await firstToken(target, target.servedModel, toolsOf(parts), context.signal);
  context.post({ type: 'touched' });
}

export async function pullOllamaModel(parts: EffectParts, context: EffectContext): Promise<void> {
  const { post, signal } = context;
  try {
    const tell = (detail: string): void => post({ type: 'pull-progress', detail });
    await pullModel(targetOf(parts, context), toolsOf(parts), tell, signal);
    post({ type: 'pulled' });
  } catch (error) {
    if (isAbort(error)) throw error;
    const known = asAppError(error);
    post({ type: 'pull-failed', error: toErrorBody(known), retryable: known.retryable });
  }
}

function targetOf({ deps }: EffectParts, context: EffectContext): ProbeTarget {
  const { launch, id } = podOf(context);
  return {
    url: podUrl(deps.podUrlTemplate, id, launch.port),
    backend: launch.backend,
    key: launch.key,
    servedModel: launch.servedModel,
    model: context.record.spec.model,
  };
}

function toolsOf({ deps, timing }: EffectParts): ProbeTools {
  const { fetch, clock } = deps;
  return { fetch, clock, timeoutMs: timing.probeTimeoutMs, tokenTimeoutMs: timing.tokenTimeoutMs };
}
