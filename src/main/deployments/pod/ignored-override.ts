import { AppError } from '../../../shared/errors.ts';
import type { Cure } from './cure.ts';

/** What follows when RunPod hands the JSON form of a start command to the image as words (FACTS 2.2). */
export const OVERRIDE_IGNORED = 'RunPod passed the start command to the image as text,';

/** An image of its own brings in its entrypoint what the start command would have. */
export const OWN_ENTRYPOINT: Cure = {
  reason: 'RunPod does not run the start command that carries Ollama’s key check',
  packages: [],
};

/** The start command carries Ollama's key check. */
export function openOllamaError(): AppError {
  return new AppError(
    'unsupported',
    `${OVERRIDE_IGNORED} so Ollama's key check cannot travel in it, and Ollama has no key of its own.`,
    { advice: 'Use an image that brings the key check, or the vLLM backend.' },
  );
}
