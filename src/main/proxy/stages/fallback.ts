import { ERRORS, asAppError, type AppError } from '../../../shared/errors.ts';
import type { Target } from '../../target.ts';
import { withHeader, type Call, type Stage } from '../call.ts';

/**
 * Tries the targets of a call in order until one answers; never changes target after the first byte, because a reply
 * only resolves with it. The first failure is what the client hears: it is about the model it asked for.
 * `chain` gives the targets of the models configured to stand in.
 */
export function fallback(chain: (call: Call) => readonly Target[]): Stage {
  return (next) => async (call) => {
    let first: AppError | null = null;
    for (const target of candidates(call, chain)) {
      try {
        const reply = await next(target === call.target ? call : { ...call, target });
        return target === call.target ? reply : withHeader(reply, 'x-runpod-llm-target', target.name);
      } catch (error) {
        const known = asAppError(error);
        first ??= known;
        if (!mayFallBack(known) || call.signal.aborted) throw first;
      }
    }
    throw first ?? asAppError(new Error('no candidates'));
  };
}

function* candidates(call: Call, chain: (call: Call) => readonly Target[]): Generator<Target> {
  yield call.target;
  const seen = new Set([call.target.id]);
  for (const target of call.alternates) {
    seen.add(target.id);
    yield target;
  }
  for (const target of chain(call)) {
    if (!seen.has(target.id)) yield target;
    seen.add(target.id);
  }
}

/** What another target may do better. Faults of the request itself follow it everywhere. */
function mayFallBack(error: AppError): boolean {
  if (error.code === 'upstream_rejected' || error.code === 'context_length_exceeded') return false;
  // Too large for this way in; another target has another way.
  if (error.code === 'body_too_large') return true;
  return ERRORS[error.code].source !== 'client' && error.code !== 'internal';
}
