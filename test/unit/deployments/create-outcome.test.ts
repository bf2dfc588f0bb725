import { describe, expect, it } from 'vitest';
import { createOutcome } from '../../../src/main/deployments/pod/create-outcome.ts';
import { roundError } from '../../../src/main/deployments/pod/round-error.ts';
import type { Tried } from '../../../src/main/deployments/record.ts';
import { AppError, type ErrorCode } from '../../../src/shared/errors.ts';

const error = (code: ErrorCode, details?: Record<string, unknown>, retryAfterSeconds?: number): AppError =>
  new AppError(code, 'said RunPod', { details, retryAfterSeconds });

const LOST = 'look it up';

describe('what a failed create means (FACTS 1, "Create: which statuses to retry")', () => {
  it.each([
    [
      '400 without capacity',
      error('no_gpu_capacity', { status: 400 }),
      { do: 'next', result: 'no-capacity' },
    ],
    [
      '400 of either kind',
      error('runpod_rejected', { status: 400, ambiguous: true }),
      { do: 'next', result: 'rejected' },
    ],
    ['401', error('runpod_key_invalid', { status: 401 }), { do: 'stop' }],
    ['no key', error('runpod_key_missing'), { do: 'stop' }],
    ['402', error('runpod_balance_empty', { status: 402 }), { do: 'stop' }],
    [
      '403 of a pool',
      error('no_gpu_capacity', { status: 403, reason: 'pool-forbidden' }),
      { do: 'next', result: 'forbidden' },
    ],
    [
      '403 of key or pool',
      error('runpod_key_forbidden', { status: 403, ambiguous: true }),
      { do: 'next', result: 'forbidden' },
    ],
    ['403 of the key', error('runpod_key_forbidden', { status: 403 }), { do: 'stop' }],
    ['404 of a template', error('runpod_not_found', { status: 404 }), { do: 'stop' }],
    ['422', error('runpod_rejected', { status: 422 }), { do: 'stop' }],
    ['422 of the image', error('image_invalid', { status: 422 }), { do: 'stop' }],
    ['429', error('runpod_rate_limited', { status: 429 }, 12), { do: 'wait', ms: 12_000 }],
    ['409', error('runpod_conflict', { status: 409 }), { do: 'wait', ms: 0 }],
    [
      'a connection that never was',
      error('runpod_unreachable', { reason: 'ECONNREFUSED' }),
      { do: 'wait', ms: 0 },
    ],
    ['a connection that broke', error('runpod_unreachable', { mayHaveHappened: true }), LOST],
    ['5xx', error('runpod_unavailable', { status: 502, mayHaveHappened: true }), LOST],
    ['an answer nobody can read', error('runpod_bad_answer'), LOST],
    ['anything unknown', new Error('boom'), LOST],
  ])('%s', (_, thrown, expected) => {
    const outcome = createOutcome(thrown);
    expect(outcome.lost ? LOST : outcome.next).toEqual(expected);
  });
});

describe('what a whole round without a pod means', () => {
  const tried = (...results: Tried['result'][]): Tried[] =>
    results.map((result, n) => ({ candidate: `gpu${n}`, result, detail: `detail ${n}` }));

  it.each([
    ['trap 5: all 400 alike are a broken request', tried('rejected', 'rejected'), 'runpod_rejected'],
    ['one that was about capacity clears the request', tried('rejected', 'no-capacity'), 'no_gpu_capacity'],
    ['all forbidden', tried('forbidden', 'forbidden'), 'runpod_key_forbidden'],
    ['nothing forbidden for good', tried('forbidden', 'no-capacity'), 'no_gpu_capacity'],
    ['pods that did not come up', tried('no-capacity', 'stuck'), 'boot_stuck'],
    ['all dearer than allowed', tried('too-dear'), 'no_gpu_capacity'],
    ['nothing offered', [], 'no_gpu_capacity'],
  ] as const)('%s', (_, list, code) => {
    expect(roundError(list, list.length).code).toBe(code);
  });

  it('shows the last detail', () => {
    expect(roundError(tried('rejected', 'rejected'), 2).message).toContain('detail 1');
  });
});
