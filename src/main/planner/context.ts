import type { ModelFacts } from './types.ts';

/** What a deployment asks for unless the user says otherwise: room for a coding agent's first prompt. */
export const DEFAULT_CONTEXT_TOKENS = 32_768;

/**
 * The context a deployment gets: the default is lowered to what the model was made for; a context the user chose is
 * never changed, only refused where it cannot be.
 */
export function contextFor(asked: number, facts: ModelFacts | null): number {
  const longest = facts?.maxContextTokens;
  if (asked !== DEFAULT_CONTEXT_TOKENS || longest === undefined || longest.provenance === 'guessed')
    return asked;
  return Math.min(asked, longest.value);
}
