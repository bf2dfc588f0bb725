import { describe, expect, it } from 'vitest';
import { contextFor, DEFAULT_CONTEXT_TOKENS } from '../../../src/main/planner/context.ts';
import { deploymentSpecSchema } from '../../../src/shared/model.ts';
import type { ModelFacts } from '../../../src/main/planner/types.ts';

function madeFor(tokens: number, provenance: 'exact' | 'guessed' = 'exact'): ModelFacts {
  const told = { provenance: 'exact', source: 'test' } as const;
  return {
    model: 'facebook/opt-125m',
    revision: null,
    gated: false,
    pipeline: null,
    weightBytes: { value: 1, ...told },
    quantization: { value: 'none', ...told },
    maxContextTokens: { value: tokens, provenance, source: 'test' },
  };
}

describe('the context a deployment gets', () => {
  it('is the default of the schema', () => {
    const spec = deploymentSpecSchema.parse({ name: 'a', model: 'b' });
    expect(spec.contextTokens).toBe(DEFAULT_CONTEXT_TOKENS);
  });

  it.each([
    ['the default is lowered to a smaller model', DEFAULT_CONTEXT_TOKENS, madeFor(2048), 2048],
    [
      'the default stays under a bigger model',
      DEFAULT_CONTEXT_TOKENS,
      madeFor(131_072),
      DEFAULT_CONTEXT_TOKENS,
    ],
    ['a chosen context stays, to be refused by name', 16_384, madeFor(2048), 16_384],
    ['a guess lowers nothing', DEFAULT_CONTEXT_TOKENS, madeFor(2048, 'guessed'), DEFAULT_CONTEXT_TOKENS],
    ['without facts nothing is lowered', DEFAULT_CONTEXT_TOKENS, null, DEFAULT_CONTEXT_TOKENS],
  ])('%s', (_what, asked, facts, given) => {
    expect(contextFor(asked, facts)).toBe(given);
  });
});
