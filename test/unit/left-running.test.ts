import { describe, expect, it } from 'vitest';
import type { EndpointView } from '../../src/shared/model.ts';
import { leftRunning } from '../../src/main/left-running.ts';
import { SAMPLE_NOW, sampleDeployment } from '../support/samples.ts';

const wish = { name: 'coder', model: 'a/b' };
const cost = { nowUsdPerHour: 0.5, restUsdPerMonth: 0, todayUsd: 0, totalUsd: 0 };
const ENDPOINT: EndpointView = {
  id: 'ep1',
  name: 'rplm-1-dep_1-1',
  type: 'QUEUE',
  gpuTypeIds: ['NVIDIA A40'],
  gpuCount: 1,
  image: 'runpod/worker-v1-vllm:v2.25.2',
  workerUsdPerHour: { first: 0.5, most: 0.5 },
  workers: { min: 0, max: 1, running: 1, initializing: 0, throttled: 0, unhealthy: 0 },
  jobs: { waiting: 0, inProgress: 0 },
  why: null,
  asOf: null,
  idleTimeoutSeconds: 60,
  createdAt: new Date(SAMPLE_NOW).toISOString(),
};
const nothing = { nowUsdPerHour: 0, restUsdPerMonth: 3, todayUsd: 0, totalUsd: 0 };

describe('what is told when the app ends', () => {
  it('is nothing where nothing bills', () => {
    const asleep = sampleDeployment(wish, SAMPLE_NOW, { state: 'stopped', cost: nothing });
    expect(leftRunning([asleep], SAMPLE_NOW)).toEqual([]);
  });

  it('is what bills on, its bound, and the way to stop it', () => {
    const guarded = sampleDeployment(wish, SAMPLE_NOW, {
      cost,
      unattended: { usd: 0.75, until: new Date(SAMPLE_NOW + 5_400_000).toISOString(), excludes: [] },
    });
    expect(leftRunning([guarded], SAMPLE_NOW)).toEqual([
      'coder goes on: $0.50/h, ended by its own watchdog within 1.5 h, at most $0.75.',
      'To stop it all: start the app again, then: runpod-llm stop-all',
    ]);
  });

  it('names RunPod where no watchdog is: it ends idle workers', () => {
    const busy = sampleDeployment(wish, SAMPLE_NOW, {
      cost,
      endpoint: ENDPOINT,
      unattended: { usd: 0.02, until: new Date(SAMPLE_NOW + 119_000).toISOString(), excludes: [] },
    });
    expect(leftRunning([busy], SAMPLE_NOW)[0]).toBe(
      'coder goes on: $0.50/h, ended by RunPod when its workers have no more work, within 2 min, at most $0.0200.',
    );
  });

  it('hides neither a missing bound nor a stop without its confirmation', () => {
    const unguarded = sampleDeployment(wish, SAMPLE_NOW, {
      cost,
      unattended: { usd: null, until: null, excludes: [] },
    });
    const stopping = sampleDeployment(wish, SAMPLE_NOW, {
      state: 'stopping',
      stillBilling: true,
      cost: nothing,
      unattended: { usd: null, until: null, excludes: [] },
    });
    expect(leftRunning([unguarded, stopping], SAMPLE_NOW)).toEqual([
      'coder goes on: $0.50/h, and nothing but this app ends it.',
      'coder goes on: RunPod has not confirmed its end, and nothing but this app ends it.',
      expect.stringContaining('stop-all'),
    ]);
  });
});
