import { AppError } from '../../../shared/errors.ts';
import type { Tried } from '../record.ts';

/** One refusal of a kind other than 400 shows that the request itself is sound (trap 5). */
export function roundError(tried: readonly Tried[], candidates: number): AppError {
  const last = tried.at(-1);
  if (last === undefined) {
    return new AppError('no_gpu_capacity', 'No GPU that fits is offered now.', { details: { candidates } });
  }
  const details = { tried: tried.map(({ candidate, result }) => ({ candidate, result })) };
  if (tried.every((entry) => entry.result === 'rejected')) {
    return new AppError('runpod_rejected', `RunPod refused every candidate alike: ${last.detail}`, {
      details,
    });
  }
  if (tried.every((entry) => entry.result === 'forbidden')) {
    return new AppError('runpod_key_forbidden', `RunPod allowed none of the candidates: ${last.detail}`, {
      details,
    });
  }
  if (tried.every((entry) => entry.result === 'too-dear')) {
    return new AppError('no_gpu_capacity', `Every candidate turned out dearer than allowed: ${last.detail}`, {
      details,
    });
  }
  if (tried.some((entry) => entry.result === 'stuck' || entry.result === 'broken-host')) {
    return new AppError('boot_stuck', `No candidate came up. The last one: ${last.detail}`, { details });
  }
  return new AppError('no_gpu_capacity', `No GPU is free for this now. The last answer: ${last.detail}`, {
    details,
  });
}
