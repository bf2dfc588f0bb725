import { describe, expect, it } from 'vitest';
import { buildDetail } from '../../../src/main/deployments/pod/build-words.ts';
import type { BuildStep, BuildView } from '../../../src/shared/images.ts';

const view = (more: Partial<BuildView>): BuildView => ({
  id: 'b1',
  kind: 'build',
  reference: 'me/llm:x',
  model: null,
  backend: null,
  target: null,
  state: 'building',
  startedAt: '2026-11-24T09:00:00.000Z',
  endedAt: null,
  steps: [],
  totalSteps: null,
  transfer: null,
  source: null,
  imageId: null,
  digest: null,
  sizeBytes: null,
  problem: null,
  ...more,
});
const step = (index: number, state: BuildStep['state'], name = 'RUN x'): BuildStep => ({
  index,
  name,
  state,
  seconds: null,
});

describe('a build in a few words', () => {
  it.each<[Partial<BuildView>, string | null]>([
    [{ state: 'queued' }, 'waiting for another build'],
    [{ state: 'checking' }, 'looking for it in its registry'],
    [{}, 'beginning'],
    [{ steps: [step(1, 'done')], totalSteps: 7 }, 'step 1 of 7: RUN x'],
    [{ steps: [step(1, 'done'), step(2, 'running'), step(3, 'done')] }, 'step 2: RUN x'],
    [{ steps: [step(1, 'running', 'x'.repeat(100))] }, `step 1: ${'x'.repeat(80)}…`],
    [{ transfer: { what: 'pull', doneBytes: 43, totalBytes: 100 } }, 'fetching the image it is made on 40 %'],
    [{ transfer: { what: 'pull', doneBytes: 43, totalBytes: null } }, 'fetching the image it is made on'],
    [{ state: 'pushing' }, 'sending it to its registry'],
    [
      { state: 'pushing', transfer: { what: 'push', doneBytes: 100, totalBytes: 100 } },
      'sending it to its registry 100 %',
    ],
    [
      { state: 'pushing', transfer: { what: 'push', doneBytes: 0, totalBytes: 0 } },
      'sending it to its registry',
    ],
    [{ state: 'done' }, null],
    [{ state: 'failed' }, null],
    [{ state: 'cancelled' }, null],
  ])('%j: %s', (more, words) => {
    expect(buildDetail(view(more))).toBe(words);
  });
});
