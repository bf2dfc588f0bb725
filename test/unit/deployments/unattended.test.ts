import { describe, expect, it } from 'vitest';
import type { Guard, PodRecord } from '../../../src/main/deployments/record.ts';
import { unattended, type UnattendedFacts } from '../../../src/main/deployments/unattended.ts';
import { deploymentSpecSchema } from '../../../src/shared/model.ts';

const hour = 3_600_000;
const NOW = Date.UTC(2026, 10, 24, 12);

function pod(guard: Partial<Guard> = {}, more: Partial<PodRecord> = {}): PodRecord {
  return {
    id: 'p',
    name: 'n',
    launch: {
      backend: 'vllm',
      candidate: 'c',
      gpuTypeId: 'g',
      gpuCount: 1,
      image: 'i',
      port: 8000,
      servedModel: 's',
      key: 'k',
      fingerprint: 'f',
      specHash: 'h',
      containerDiskGb: 40,
      persistentGb: 0,
      override: true,
      guard: {
        mode: 'entrypoint',
        idleSeconds: 1800,
        bootGraceSeconds: 2700,
        deadlineAt: NOW + 12 * hour,
        state: 'armed',
        reason: null,
        ...guard,
      },
    },
    createdAt: NOW - hour,
    billingSince: NOW - hour,
    touchedAt: NOW - hour,
    seen: true,
    status: 'RUNNING',
    actions: [],
    locked: false,
    gpuCount: 1,
    cloud: 'SECURE',
    dataCenterId: 'EU-RO-1',
    usdPerHour: 0.6,
    rateUsdPerHour: 0.6,
    startedAt: null,
    ...more,
  };
}

function facts(
  with_: PodRecord | null,
  more: Partial<UnattendedFacts> = {},
  record: object = {},
): UnattendedFacts {
  return {
    record: {
      pod: with_,
      endpoint: null,
      desired: 'running',
      readyAt: NOW - hour,
      lastRequestAt: NOW,
      spec: deploymentSpecSchema.parse({ name: 'a', model: 'b/c' }),
      ...record,
    },
    inFlight: 0,
    jobs: 0,
    uncertain: false,
    now: NOW,
    offsetMs: 0,
    clockDoubtMs: 0,
    ...more,
  };
}

/** Hours until the pod ends, the minute for the watchdog's reaction taken off. */
const hours = (result: { usd: number | null }): number => (result.usd ?? Number.NaN) / 0.6 - 1 / 60;

describe('the most a pod can cost if this computer dies now (SPEC 3.10)', () => {
  it.each([
    ['idle, grace and boot grace after the last request', facts(pod()), 1.25],
    ['less, the longer that is ago', facts(pod(), {}, { lastRequestAt: NOW - hour / 2 }), 0.75],
    ['counted from readiness where nothing was asked yet', facts(pod(), {}, { lastRequestAt: null }), 0.25],
    [
      'counted from now while a request is in flight',
      facts(pod(), { inFlight: 1 }, { lastRequestAt: NOW - 9 * hour }),
      1.25,
    ],
    ['counted from now while it boots', facts(pod(), {}, { readyAt: null, lastRequestAt: null }), 1.25],
    ['never beyond the deadline', facts(pod({ deadlineAt: NOW + hour / 2 })), 0.5],
    ['the deadline where idleness does not count', facts(pod({ idleSeconds: null })), 12],
    ['a moment, where the deadline is past', facts(pod({ deadlineAt: NOW - hour })), 0],
    ['on the cloud’s clock', facts(pod({ deadlineAt: NOW + hour / 2 }), { offsetMs: hour / 4 }), 0.25],
    ['while the proof is awaited', facts(pod({ state: 'pending' })), 1.25],
  ])('%s', (_, given, expected) => {
    expect(hours(unattended(given))).toBeCloseTo(expected, 6);
  });

  it('has no bound without a watchdog, and says why', () => {
    const result = unattended(facts(pod({ state: 'unprotected', reason: 'its log shows none' })));
    expect(result).toMatchObject({ usd: null, until: null });
    expect(result.excludes.join()).toContain('its log shows none');
  });

  it('has no bound while the pod is locked against being stopped', () => {
    const result = unattended(facts(pod({}, { locked: true })));
    expect(result).toMatchObject({ usd: null, until: null });
    expect(result.excludes.join()).toContain('locked');
  });

  it('is nothing where nothing runs', () => {
    expect(unattended(facts(null))).toEqual({ usd: 0, until: null, excludes: [] });
    expect(unattended(facts(pod({}, { status: 'EXITED', usdPerHour: 0 }))).usd).toBe(0);
  });

  it('is unknown while a create’s answer is', () => {
    const result = unattended(facts(null, { uncertain: true }));
    expect(result.usd).toBeNull();
    expect(result.excludes).toHaveLength(1);
  });

  it('names what it leaves out', () => {
    const kept = pod({ state: 'pending' });
    const result = unattended(
      facts(
        { ...kept, launch: { ...kept.launch, persistentGb: 40 } },
        {},
        { spec: deploymentSpecSchema.parse({ name: 'a', model: 'b/c', volume: { networkVolumeId: 'v' } }) },
      ),
    );
    expect(result.excludes.join('; ')).toMatch(/network volume.*watchdog does not arm.*\$8\.00 a month/);
  });
});
