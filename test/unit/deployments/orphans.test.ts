import { describe, expect, it } from 'vitest';
import { isOrphan, type OrphanFacts } from '../../../src/main/deployments/orphans.ts';
import { parsePodName, podName } from '../../../src/main/deployments/pod/names.ts';

const MINE = 'aaaaaaaaaa';
const name = podName(MINE, 'dep_0123456789', 'abcdef01');
const facts: OrphanFacts = {
  installation: MINE,
  pod: { id: 'p1', name, status: 'RUNNING' },
  askedAt: 100_000,
  owned: new Set(),
  pending: new Set(),
  row: null,
  unreadable: [],
  lagMs: 10_000,
};
const ended = (endedAt: number | null): OrphanFacts['row'] => ({
  id: 'p1',
  deploymentId: 'dep_0123456789',
  createdAt: 0,
  endedAt,
});

describe('which pods are ours to end', () => {
  it.each([
    ['one of ours that no deployment owns', {}, true],
    ['one whose deployment has another pod', { owned: new Set(['p2']) }, true],
    ['one that a deployment owns', { owned: new Set(['p1']) }, false],
    ['one whose create is under way', { pending: new Set([name]) }, false],
    [
      'one of another computer',
      { pod: { id: 'p1', name: podName('bbbbbbbbbb', 'dep_0123456789', 'ab'), status: 'RUNNING' } },
      false,
    ],
    ['one of somebody else', { pod: { id: 'p1', name: 'my training run', status: 'RUNNING' } }, false],
    [
      'one with a name like ours and more',
      { pod: { id: 'p1', name: `${name}-copy`, status: 'RUNNING' } },
      false,
    ],
    ['one of a deployment that this version cannot read', { unreadable: ['dep_0123456789'] }, false],
    ['one that is gone already', { pod: { id: 'p1', name, status: 'TERMINATED' } }, false],
    ['one that is stopped: its disk bills', { pod: { id: 'p1', name, status: 'EXITED' } }, true],
    ['one that we know of and have not ended', { row: ended(null) }, true],
    ['one we ended a moment ago: the list lags', { row: ended(95_000) }, false],
    ['one we ended after the list was asked for', { row: ended(101_000) }, false],
    ['one we ended long ago and that is still there', { row: ended(50_000) }, true],
  ])('%s', (_, more, expected) => {
    expect(isOrphan({ ...facts, ...more })).toBe(expected);
  });

  it('are told by a name that reads back', () => {
    expect(parsePodName(name)).toEqual({ installation: MINE, deploymentId: 'dep_0123456789' });
    expect(parsePodName('rplm-x-y-z')).toBeNull();
  });
});
