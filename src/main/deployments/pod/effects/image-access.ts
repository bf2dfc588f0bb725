import { AppError } from '../../../../shared/errors.ts';
import type { DeploymentSpec } from '../../../../shared/model.ts';
import type { EffectParts } from './context.ts';

/** What pods and endpoints ask about the image they are made of. */

/** RunPod says that an image cannot be had; its registry knows what there is instead. */
export async function withImageAdvice(
  { deps }: EffectParts,
  error: unknown,
  image: string,
  signal: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof AppError) || error.code !== 'image_invalid' || deps.simulated) return error;
  const advice = await deps.images.nearestTo(image, signal);
  if (advice === null) return error;
  const { message, requestId, details } = error;
  return new AppError('image_invalid', message, { cause: error, requestId, details, advice });
}

/** An image that its owner names may be private, and its login be set here. */
export function givenLogin(
  { deps }: EffectParts,
  { image }: DeploymentSpec,
  signal: AbortSignal,
): Promise<string | null> {
  return image === null ? Promise.resolve(null) : deps.images.pullLogin(image, signal);
}

/** RunPod was lately seen passing the JSON form of a start command on as text. */
export function isOverrideIgnored({ store, deps, timing }: EffectParts): boolean {
  const memory = store.meta('override-ignored');
  return memory !== null && deps.clock.now() - memory.at < timing.overrideMemoryMs;
}
