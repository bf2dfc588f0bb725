import { describe, expect, it } from 'vitest';
import { planSweep } from '../../../../src/main/deployments/sweep/plan.ts';
import { radarOf, type Ownership } from '../../../../src/main/deployments/radar.ts';
import type { Account } from '../../../../src/main/deployments/read-account.ts';
import { podName } from '../../../../src/main/deployments/pod/names.ts';
import { sweepTier } from '../../../../src/shared/sweep.ts';
import { endpointSample, podSample, volumeSample } from './samples.ts';

const MINE = 'aaaaaaaaaa';
const name = (installation: string, nonce: string): string => podName(installation, 'dep_0123456789', nonce);
const account: Account = {
  pods: [
    podSample({ id: 'mine', name: name(MINE, 'aa'), status: 'RUNNING', cost: 0.5 }),
    podSample({ id: 'creating', name: name(MINE, 'bb'), status: 'PROVISIONING' }),
    podSample({ id: 'owned', name: name(MINE, 'cc') }),
    podSample({
      id: 'other',
      name: name('bbbbbbbbbb', 'dd'),
      status: 'EXITED',
      actions: ['start', 'terminate'],
    }),
    podSample({
      id: 'theirs',
      name: 'training',
      status: 'RUNNING',
      actions: ['stop', 'terminate'],
      cost: 1,
      disk: 30,
      mounts: {
        persistent: { size: 100, path: '/workspace' },
        network: [{ volumeId: 'vol-used', path: '/x' }],
      },
    }),
    podSample({
      id: 'halted',
      name: 'halted',
      status: 'EXITED',
      actions: ['start', 'terminate'],
      mounts: {
        persistent: { size: 100, path: '/workspace' },
        network: [{ volumeId: 'vol-theirs', path: '/x' }],
      },
    }),
  ],
  endpoints: [
    endpointSample({ id: 'ep-mine', name: `${name(MINE, 'ee')} -fb`, workers: { min: 0, max: 2 } }),
    endpointSample({ id: 'ep-theirs', name: 'chat', workers: { min: 1, max: 2 } }),
    endpointSample({
      id: 'ep-zero',
      name: 'asleep',
      workers: { min: 0, max: 0 },
      networkVolumes: ['vol-ep'],
    }),
  ],
  volumes: ['vol-mine', 'vol-used', 'vol-ep', 'vol-theirs'].map((id) => volumeSample({ id, size: 100 })),
  gpus: [],
  running: new Map([['ep-theirs', 1]]),
  unseen: [],
};
const ownership: Ownership = {
  installation: MINE,
  ownerOf: (id) => (id === 'owned' ? 'coder' : null),
  isSpokenFor: (each) => each === name(MINE, 'bb'),
  madeVolume: (id) => id === 'vol-mine' || id === 'vol-used',
};
const plan = (
  ids: readonly string[] | null,
  more: Partial<Account> = {},
  underWay: readonly string[] = [],
) => {
  const seen = { ...account, ...more };
  const { items } = radarOf(seen, ownership, { asOf: '2026-11-24T09:00:00Z', simulated: true });
  return planSweep({ account: seen, items, underWay: new Set(underWay) }, ids);
};

describe('what a sweep takes unasked', () => {
  it('is what this computer left over, volumes last; nothing of others’, nothing in use', () => {
    const { things, refused } = plan(null);
    expect(things.map(({ id, act }) => [id, act])).toEqual([
      ['mine', 'terminate'],
      ['ep-mine', 'terminate'],
      ['vol-mine', 'terminate'],
    ]);
    expect(refused).toEqual([]);
  });

  it('leaves out what another sweep is at', () => {
    expect(plan(null, {}, ['mine', 'vol-mine']).things.map(({ id }) => id)).toEqual(['ep-mine']);
  });
});

describe('what a sweep does to things by name', () => {
  it.each<[string, string, number, object[]]>([
    // Its disk bills twice as much once it is stopped.
    ['theirs', 'stop', 730 - 100 * 0.1, [{ what: 'container-disk', gb: 30 }]],
    [
      'halted',
      'terminate',
      20,
      [
        { what: 'pod', gb: null },
        { what: 'volume-disk', gb: 100 },
      ],
    ],
    ['other', 'terminate', 0, [{ what: 'pod', gb: null }]],
    ['ep-theirs', 'stop', 0, []],
    ['ep-zero', 'terminate', 0, [{ what: 'endpoint', gb: null }]],
    ['vol-mine', 'terminate', 7, [{ what: 'network-volume', gb: 100 }]],
  ])('%s: %s', (id, act, saves, loses) => {
    const { things } = plan([id]);
    expect(things).toMatchObject([{ id, act, loses, state: 'planned', isLeftover: id === 'vol-mine' }]);
    expect(things[0]?.savesUsdPerMonth).toBeCloseTo(saves, 6);
  });

  it.each<[string, string, RegExp]>([
    ['owned', 'in-use', /The deployment "coder" has it/],
    ['creating', 'in-use', /just being given it/],
    ['no-such', 'unknown', /lists nothing/],
    ['vol-used', 'mounted', /training \(theirs\) mounts it/],
    ['vol-ep', 'mounted', /asleep \(ep-zero\) mounts it/],
    ['vol-theirs', 'mounted', /halted/],
  ])('refuses %s: %s', (id, reason, why) => {
    const { things, refused } = plan([id]);
    expect(things).toEqual([]);
    expect(refused).toMatchObject([{ id, reason, why: expect.stringMatching(why) }]);
  });

  it('takes a volume together with what mounts it where that is deleted, after it', () => {
    expect(plan(['vol-theirs', 'halted']).things.map(({ id }) => id)).toEqual(['halted', 'vol-theirs']);
    // A stopped pod keeps its mounts.
    expect(plan(['vol-used', 'theirs']).refused.map(({ id }) => id)).toEqual(['vol-used']);
  });

  it('refuses a volume where the key may not see what could mount it, and says so of an unknown id', () => {
    const unseen = { endpoints: [], unseen: ['endpoints' as const] };
    expect(plan(['vol-mine'], unseen).refused).toMatchObject([{ reason: 'unseen' }]);
    expect(plan(['ep-zero'], unseen).refused[0]?.why).toContain('does not let this key see endpoints');
  });

  it('takes one named twice once, and one of another sweep not at all', () => {
    expect(plan(['theirs', 'theirs']).things).toHaveLength(1);
    expect(plan(['theirs'], {}, ['theirs']).refused).toMatchObject([{ reason: 'under-way' }]);
  });
});

describe('how carefully is asked before', () => {
  it.each<[string[], string]>([
    [['mine', 'ep-mine'], 'none'],
    [['mine', 'theirs'], 'ask'],
    [['ep-theirs'], 'ask'],
    [['vol-mine'], 'data'],
    [['halted'], 'data'],
    [['other'], 'data'],
    [['ep-zero'], 'data'],
  ])('%j: %s', (ids, tier) => {
    expect(sweepTier(plan(ids).things)).toBe(tier);
  });
});
