import { AppError, asAppError, isAbort, toErrorBody } from '../../../../shared/errors.ts';
import type { Pod, RunPodApi } from '../../../runpod/api.ts';
import type { DeploymentEvent } from '../../events.ts';
import { podFacts } from '../read-pod.ts';
import { deadlineEnv } from '../start-command.ts';
import { cloudNow, intentOf, podOf, type EffectContext, type EffectParts } from './context.ts';

/**
 * Starts a kept pod. Its old deadline would end it at once, so it gets a new one first; `env` is replaced whole
 * (trap 21).
 */
export async function startPod(parts: EffectParts, context: EffectContext): Promise<void> {
  const { deps, store } = parts;
  const { record, post, signal } = context;
  const { id, name, launch } = podOf(context);
  const deadlineAt = cloudNow(parts) + record.spec.watchdog.maxHours * 3_600_000;
  const intent = intentOf(parts, record, { kind: 'start', podName: name, podId: id, launch: null });
  store.openIntent(intent);
  let sentAt: number | null = null;
  try {
    if (launch.guard.mode !== 'off') {
      const { env } = await deps.api.pods.get(id, signal);
      await deps.api.pods.update(id, { env: { ...env, ...deadlineEnv(deadlineAt) } }, signal);
    }
    sentAt = deps.clock.now();
    const started = answered(await deps.api.pods.action(id, 'start', signal));
    store.closeIntent(intent.id, 'started', deps.clock.now());
    post({ type: 'pod-started', pod: podFacts(started), deadlineAt, reason: 'start' });
  } catch (error) {
    if (isAbort(error)) throw error;
    store.closeIntent(intent.id, asAppError(error).code, deps.clock.now());
    post(startFailure(error, sentAt));
  }
}

/** Restarts the container in place; billing goes on. */
export async function restartPod(parts: EffectParts, context: EffectContext): Promise<void> {
  const { post, signal } = context;
  const { id, launch } = podOf(context);
  try {
    const restarted = answered(await parts.deps.api.pods.action(id, 'restart', signal));
    const { deadlineAt } = launch.guard;
    post({ type: 'pod-started', pod: podFacts(restarted), deadlineAt, reason: 'restart' });
  } catch (error) {
    if (isAbort(error)) throw error;
    post(startFailure(error, null));
  }
}

function answered(pod: Pod | null): Pod {
  if (pod !== null) return pod;
  throw new AppError('runpod_bad_answer', 'RunPod answered an action with nothing.');
}

/** FACTS 2.8, PROXY-TRAPS 49: no GPU left or a pod that is gone: rebuild elsewhere. Not allowed now: look at it. */
function startFailure(thrown: unknown, sentAt: number | null): DeploymentEvent {
  const known = asAppError(thrown);
  const error = toErrorBody(known);
  switch (known.code) {
    case 'no_gpu_capacity':
    case 'runpod_not_found':
    case 'runpod_rejected':
      return { type: 'pod-start-refused', error, rebuild: true };
    case 'runpod_key_missing':
    case 'runpod_key_invalid':
    case 'runpod_key_forbidden':
    case 'runpod_balance_empty':
      return { type: 'pod-start-refused', error, rebuild: false };
    default:
      return { type: 'pod-start-lost', error, sentAt };
  }
}

/** A locked pod refuses to be stopped (trap 17). */
export async function unlockPod(parts: EffectParts, context: EffectContext): Promise<void> {
  const { post, signal } = context;
  try {
    const unlocked = await parts.deps.api.pods.update(podOf(context).id, { locked: false }, signal);
    post({ type: 'unlocked', pod: podFacts(unlocked) });
  } catch (error) {
    if (isAbort(error)) throw error;
    post({ type: 'end-failed', error: toErrorBody(error) });
  }
}

/** A full disk must not keep money flowing: an end is safe to repeat, so it is sent even where it cannot be noted. */
export async function endPod(
  parts: EffectParts,
  action: 'stop' | 'terminate',
  context: EffectContext,
): Promise<void> {
  const { deps, store } = parts;
  const { record, post, signal } = context;
  const { id, name } = podOf(context);
  const intent = intentOf(parts, record, { kind: action, podName: name, podId: id, launch: null });
  attempt(parts, () => store.openIntent(intent));
  post({ type: 'end-sent' });
  try {
    const absent = await send(deps.api, id, action, signal);
    attempt(parts, () => store.closeIntent(intent.id, 'accepted', deps.clock.now()));
    post({ type: 'end-accepted', absent });
  } catch (error) {
    if (isAbort(error)) throw error;
    const known = asAppError(error);
    attempt(parts, () => store.closeIntent(intent.id, known.code, deps.clock.now()));
    // One 404 is not believed where money depends on it: the pod is asked for before it counts as gone.
    if (known.code === 'runpod_not_found') post({ type: 'end-accepted', absent: true });
    else post({ type: 'end-failed', error: toErrorBody(known) });
  }
}

/** True when there was nothing left to end. */
async function send(
  api: RunPodApi,
  id: string,
  action: 'stop' | 'terminate',
  signal: AbortSignal,
): Promise<boolean> {
  if (action === 'terminate') return (await api.pods.delete(id, signal)) === 'absent';
  await api.pods.action(id, 'stop', signal);
  return false;
}

function attempt({ deps }: EffectParts, write: () => void): void {
  try {
    write();
  } catch (error) {
    deps.log.error({ error }, 'an end could not be noted');
  }
}

/** Asks RunPod for the pod by id: the only word that it is gone. */
export async function readPod({ deps }: EffectParts, context: EffectContext): Promise<void> {
  const { post, signal } = context;
  const askedAt = deps.clock.now();
  try {
    post({ type: 'pod-read', pod: podFacts(await deps.api.pods.get(podOf(context).id, signal)), askedAt });
  } catch (error) {
    if (isAbort(error)) throw error;
    const known = asAppError(error);
    if (known.code === 'runpod_not_found') post({ type: 'pod-gone', askedAt });
    else post({ type: 'read-failed', error: toErrorBody(known) });
  }
}
