import { describe, expect, it } from 'vitest';
import { idle, nameFor } from '../../../src/main/cli/deploy.ts';
import { oneOf, planWish, positive, seconds, tokens, wholeNumber } from '../../../src/main/cli/wish.ts';
import { nameSchema, planRequestSchema } from '../../../src/shared/model.ts';

describe('flags', () => {
  it.each([
    [tokens, '32768', 32_768],
    [tokens, '64k', 65_536],
    [seconds, '90', 90],
    [seconds, '15m', 900],
    [seconds, '1.5h', 5400],
    [positive, '0.5', 0.5],
    [positive, '$2', 2],
    [wholeNumber(1, 8), '8', 8],
    [oneOf({ any: 'ANY' }), 'Any', 'ANY'],
    [idle, '30', { policy: 'fixed', minutes: 30 }],
    [idle, '30m', { policy: 'fixed', minutes: 30 }],
    [idle, 'off', { policy: 'off' }],
    [idle, 'computed', { policy: 'computed' }],
  ] as const)('%o reads %s', (parse, text, value) => {
    expect(parse(text)).toEqual(value);
  });

  it.each([
    [tokens, 'many', 'tokens'],
    [tokens, '0', 'tokens'],
    [seconds, '-1', 'a day at most'],
    [seconds, '25h', 'a day at most'],
    [seconds, '1d', 'a day at most'],
    [positive, '0', 'above 0'],
    [positive, 'x', 'above 0'],
    [wholeNumber(1, 8), '9', 'from 1 to 8'],
    [wholeNumber(1, 8), '', 'from 1 to 8'],
    [wholeNumber(0, 8), '1.5', 'from 0 to 8'],
    [oneOf({ secure: 'SECURE', any: 'ANY' }), 'private', 'secure, any'],
    [idle, '0', 'from 1 to 1440'],
    [idle, 'never', 'from 1 to 1440'],
  ] as const)('%o refuses "%s"', (parse, text, allowed) => {
    expect(() => parse(text)).toThrow(allowed);
  });

  it('become a request that leaves everything else to the contract', () => {
    const wish = planWish(['Qwen/Qwen3-8B'], {
      gpu: ['NVIDIA A40', 'NVIDIA L40S'],
      context: 65_536,
      cloud: 'ANY',
    });
    expect(wish).toEqual({
      model: 'Qwen/Qwen3-8B',
      contextTokens: 65_536,
      compute: { gpuTypeIds: ['NVIDIA A40', 'NVIDIA L40S'], cloud: 'ANY' },
    });
    expect(planRequestSchema.parse(wish)).toMatchObject({
      concurrency: 4,
      mode: 'pod',
      compute: { gpuCount: null },
    });
  });

  it('name one model, in either way', () => {
    expect(planWish([], { model: 'a/b' }).model).toBe('a/b');
    expect(planWish(['a/b'], { model: 'a/b' }).model).toBe('a/b');
    expect(() => planWish(['a/b'], { model: 'c/d' })).toThrow('Two models were named');
    expect(() => planWish([], {})).toThrow('No model was named');
  });
});

describe('name of a deployment', () => {
  it.each([
    ['Qwen/Qwen3-8B', 'qwen3-8b'],
    ['llama3.2:3b', 'llama3.2-3b'],
    ['hf.co/bartowski/Some_Model-GGUF:Q4_K_M', 'some_model-gguf-q4_k_m'],
    ['org/_odd-name_', 'odd-name'],
    ['org/a-very-long-model-name-that-goes-on-and-on-and-on', 'a-very-long-model-name-that-goes-on-and'],
  ])('%s gives %s', (model, name) => {
    expect(nameFor(model)).toBe(name);
    expect(nameSchema.safeParse(name).success).toBe(true);
  });
});
