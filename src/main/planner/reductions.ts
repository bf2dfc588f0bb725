import type { PlanRequest } from '../../shared/model.ts';
import { canUseFp8Cache } from './capability.ts';
import type { Combination } from './combinations.ts';
import { concurrentSequences, longestContext, memoryNeed } from './memory.ts';
import type { ModelShape } from './shape.ts';

/** A context below this is of little use to anybody. */
const SHORTEST_USEFUL_CONTEXT = 2048;

/** One change of the wish that makes it fit. */
export interface Reduction {
  readonly field: 'kvCacheDtype' | 'concurrency' | 'contextTokens';
  readonly value: number | 'fp8';
  /** What to do, such as "lower --context to 16384". */
  readonly text: string;
}

/**
 * Changes that would make the model fit on a combination, each alone, the mildest first: a smaller cache format loses
 * almost nothing, fewer requests at once only wait, a shorter context refuses work.
 */
export function reductionsFor(
  request: PlanRequest,
  shape: ModelShape,
  combination: Combination,
  budget: number,
): Reduction[] {
  const { backend, contextTokens, kvCacheDtype } = request;
  const { gpuCount } = combination;
  const load = { contextTokens, sequences: request.concurrency, kvCacheDtype };
  const found: Reduction[] = [];
  if (kvCacheDtype === 'auto' && canUseFp8Cache(combination.offer.id, backend)) {
    const need = memoryNeed(shape, { ...load, kvCacheDtype: 'fp8' }, gpuCount, backend).need;
    if (need <= budget) {
      found.push({ field: 'kvCacheDtype', value: 'fp8', text: 'use an fp8 KV cache' });
    }
  }
  const sequences = concurrentSequences(shape, load, gpuCount, backend, budget);
  if (sequences > 0 && sequences < request.concurrency) {
    found.push({ field: 'concurrency', value: sequences, text: `lower --concurrency to ${sequences}` });
  }
  const context = longestContext(shape, load, gpuCount, backend, budget);
  if (context >= SHORTEST_USEFUL_CONTEXT && context < contextTokens) {
    found.push({ field: 'contextTokens', value: context, text: `lower --context to ${context}` });
  }
  return found;
}

/** `use an fp8 KV cache or lower --context to 16384`; empty when nothing helps. */
export function listReductions(reductions: readonly Reduction[]): string {
  return reductions.map((reduction) => reduction.text).join(' or ');
}
