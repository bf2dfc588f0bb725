import { describe, expect, it } from 'vitest';
import { goesOn, phaseKey, phaseStartLine, progressLine } from '../../../../src/main/cli/render/progress.ts';
import { SAMPLE_NOW, sampleDeployments } from '../../../support/samples.ts';

const [ready, loading, stopped] = sampleDeployments();
if (ready === undefined || loading === undefined || stopped === undefined)
  throw new Error('The samples are gone');

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
    expect(phaseKey(loading)).not.toBe(phaseKey({ ...loading, state: 'warming' }));
    expect(phaseKey(loading)).toBe(phaseKey({ ...loading, inFlight: 3 }));
  });

  it('tells who stops waiting what goes on and what it costs', () => {
    expect(goesOn(loading)).toBe('gemma-3-12b goes on (Loading weights) and costs $0.26/h.');
    expect(goesOn(stopped)).toBe('tiny goes on (Stopped).');
  });
});
