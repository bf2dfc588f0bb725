import { describe, expect, it } from 'vitest';
import { estimateBoot } from '../../../src/main/planner/boot-time.ts';
import { toOffers } from '../../../src/main/planner/offers.ts';
import { experienceWith } from '../../../src/main/planner/rank.ts';
import type { CapacityMemory } from '../../../src/main/planner/types.ts';
import type { GpuType } from '../../../src/main/runpod/api.ts';
import { NOW } from './facts.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

const attempt = (
  minutesAgo: number,
  outcome: CapacityMemory['outcome'],
  dataCenterId: string | null = null,
): CapacityMemory => ({ gpuTypeId: 'A', dataCenterId, outcome, at: NOW - minutesAgo * MINUTE });

describe('experience', () => {
  it.each([
    ['nothing', [], null],
    ['a fresh failure', [attempt(5, 'no-capacity')], 'no-capacity'],
    ['an old failure', [attempt(31, 'no-capacity')], null],
    ['a stuck boot lasts longer', [attempt(100, 'stuck')], 'stuck'],
    ['a later success clears it', [attempt(20, 'no-capacity'), attempt(3, 'placed')], null],
    ['another data centre does not count', [attempt(5, 'no-capacity', 'US-1')], null],
    ['this data centre does', [attempt(5, 'no-capacity', 'EU-1')], 'no-capacity'],
    ['the future does not count', [attempt(-5, 'no-capacity')], null],
  ] as const)('%s', (_, memory, setback) => {
    expect(experienceWith('A', ['EU-1'], memory, NOW).setback).toBe(setback);
  });

  it('counts every data centre when none was asked for, and no other GPU', () => {
    expect(experienceWith('A', [], [attempt(5, 'no-capacity', 'US-1')], NOW).setback).toBe('no-capacity');
    expect(experienceWith('B', [], [attempt(5, 'no-capacity')], NOW).setback).toBeNull();
  });

  it('knows hours at which a GPU is often sold out', () => {
    const daysAgo = (days: number, outcome: CapacityMemory['outcome']) => ({
      ...attempt(0, outcome),
      at: NOW - days * DAY,
    });
    const scarce = [daysAgo(1, 'no-capacity'), daysAgo(2, 'no-capacity'), daysAgo(3, 'placed')];
    expect(experienceWith('A', [], scarce, NOW).scarceHour).toBe(true);
    expect(experienceWith('A', [], scarce, NOW + 5 * 60 * MINUTE).scarceHour).toBe(false);
    expect(experienceWith('A', [], scarce.slice(1), NOW).scarceHour).toBe(false);
  });
});

describe('offers', () => {
  const gpu: GpuType = {
    id: 'NVIDIA GeForce RTX 4090',
    name: 'RTX 4090',
    pool: 'ADA_24',
    manufacturer: 'NVIDIA',
    memory: 24,
    secure: true,
    community: false,
    price: { secure: 0.69, community: 0.34, serverless: 1.12 },
    maxCount: { secure: 8, community: 4 },
    availability: 'HIGH',
    dataCenters: [{ id: 'EU-RO-1', name: 'Romania', availability: 'LOW' }],
    cudaVersions: [{ version: '13.0', available: false }],
  };

  it('reads a catalogue row', () => {
    expect(toOffers([gpu, { ...gpu, id: 'unknown' }])).toEqual([
      {
        id: 'NVIDIA GeForce RTX 4090',
        name: 'RTX 4090',
        memoryGb: 24,
        manufacturer: 'NVIDIA',
        pool: 'ADA_24',
        usdPerHour: { SECURE: 0.69, COMMUNITY: null, serverless: 1.12 },
        maxCount: { SECURE: 8, COMMUNITY: 4 },
        stock: 'HIGH',
        dataCenters: [{ id: 'EU-RO-1', stock: 'LOW' }],
        cudaVersions: ['13.0'],
      },
    ]);
  });

  it('takes absent and zero prices for not offered, and absent stock for unknown', () => {
    const { availability: _a, dataCenters: _d, cudaVersions: _c, ...bare } = gpu;
    const [row] = toOffers([{ ...bare, pool: null, price: { secure: 0, community: 0.3 } }]);
    expect(row).toMatchObject({
      usdPerHour: { SECURE: null, COMMUNITY: null, serverless: null },
      stock: 'UNKNOWN',
      dataCenters: [],
      cudaVersions: [],
    });
  });

  it('takes serverless stock from its own answer', () => {
    expect(toOffers([gpu], [{ ...gpu, availability: 'NONE' }])[0]?.serverlessStock).toBe('NONE');
  });
});

describe('boot times', () => {
  const boot = { weightBytes: 16e9, backend: 'vllm', cloud: 'SECURE' } as const;

  it('grow with the weights, and vary more in Community Cloud', () => {
    const small = estimateBoot({ ...boot, weightBytes: 1e9 }, null);
    const big = estimateBoot({ ...boot, weightBytes: 140e9 }, null);
    expect(big.low).toBeGreaterThan(small.low);
    expect(estimateBoot({ ...boot, cloud: 'COMMUNITY' }, null).high).toBeGreaterThan(
      estimateBoot(boot, null).high,
    );
    expect(estimateBoot({ ...boot, backend: 'ollama' }, null).high).toBeLessThan(
      estimateBoot(boot, null).high,
    );
  });

  it('come from history once there is one, the surer the longer it is', () => {
    expect(estimateBoot(boot, { medianSeconds: null, runs: 0 }).from).toBe('table');
    const once = estimateBoot(boot, { medianSeconds: 200, runs: 1 });
    const often = estimateBoot(boot, { medianSeconds: 200, runs: 9 });
    expect(once).toEqual({ low: 140, high: 320, from: 'history' });
    expect(often.high - often.low).toBeLessThan(once.high - once.low);
  });
});
