import { describe, expect, it } from 'vitest';
import { goesOn, phaseKey, phaseStartLine, progressLine } from '../../../../src/main/cli/render/progress.ts';
import type { EndpointView } from '../../../../src/shared/model.ts';
import { SAMPLE_NOW, sampleDeployments } from '../../../support/samples.ts';

const [ready, loading, stopped] = sampleDeployments();
if (ready === undefined || loading === undefined || stopped === undefined)
  throw new Error('The samples are gone');

const ENDPOINT: EndpointView = {
  id: 'ep1',
  name: 'rplm-1-dep_1-1',
  type: 'QUEUE',
  gpuTypeIds: ['NVIDIA A40'],
  gpuCount: 1,
  image: 'runpod/worker-v1-vllm:v2.25.2',
  workerUsdPerHour: { first: 0.5, most: 0.5 },
  workers: { min: 0, max: 1, running: 0, initializing: 0, throttled: 0, unhealthy: 0 },
  jobs: { waiting: 0, inProgress: 0 },
  why: null,
  asOf: null,
  idleTimeoutSeconds: 60,
  createdAt: new Date(SAMPLE_NOW).toISOString(),
};

describe('progress', () => {
  it('says what happens, for how long, how long it usually takes and what it has cost', () => {
    expect(progressLine(loading, SAMPLE_NOW)).toBe(
      'Loading weights · shard 2 of 5 · 0:12 (usually 45 s) · $0.0095 so far ($0.26/h)',
    );
  });

  it('does without what is not known', () => {
    const placing = {
      ...stopped,
      state: 'placing' as const,
      phases: [
        {
          phase: 'placing' as const,
          startedAt: stopped.since,
          endedAt: null,
          usualSeconds: null,
          detail: null,
        },
      ],
    };
    expect(progressLine(placing, SAMPLE_NOW)).toBe('Finding GPU · 1:00:00');
    expect(progressLine({ ...stopped, state: 'stopping', stillBilling: true }, SAMPLE_NOW)).toBe(
      'Stopping, still billing · 1:00:00 · still billing',
    );
  });

  it('gives a line a phase where nothing can be redrawn', () => {
    expect(phaseStartLine(loading, SAMPLE_NOW - 75_000, SAMPLE_NOW)).toBe(
      '[1:15] Loading weights, usually 45 s, $0.26/h',
    );
    const ending = { ...stopped, state: 'terminating' as const, endpoint: ENDPOINT };
    expect(phaseStartLine(ending, SAMPLE_NOW, SAMPLE_NOW)).toBe('[0:00] Terminating');
    expect(phaseStartLine({ ...ending, state: 'pulling' }, SAMPLE_NOW, SAMPLE_NOW)).toContain(
      'no worker bills yet',
    );
    expect(phaseKey(loading)).not.toBe(phaseKey({ ...loading, state: 'warming' }));
    expect(phaseKey(loading)).toBe(phaseKey({ ...loading, inFlight: 3 }));
  });

  it('tells who stops waiting what goes on and what it costs', () => {
    expect(goesOn(loading)).toBe('gemma-3-12b goes on (Loading weights) and costs $0.26/h.');
    expect(goesOn(stopped)).toBe('tiny goes on (Stopped).');
  });
});
