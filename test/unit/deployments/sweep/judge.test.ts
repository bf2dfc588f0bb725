import { describe, expect, it } from 'vitest';
import { judge, type Reading } from '../../../../src/main/deployments/sweep/judge.ts';
import type { Seen, StoredThing } from '../../../../src/main/deployments/sweep/thing.ts';

type Judged = Pick<StoredThing, 'kind' | 'act' | 'seen' | 'sentAt'>;

const seen: Seen = { name: 'old', status: 'EXITED', usdPerHour: 0, running: 0, maxWorkers: null };
const pod: Judged = { kind: 'pod', act: 'terminate', seen, sentAt: null };
const endpoint: Judged = {
  kind: 'endpoint',
  act: 'stop',
  seen: { name: 'e', status: '1 to 3 workers', usdPerHour: 0, running: 1, maxWorkers: 3 },
  sentAt: null,
};
const there = (
  more: Partial<Seen> = {},
  rest: Partial<Extract<Reading, { state: 'there' }>> = {},
): Reading => ({
  state: 'there',
  createdAt: null,
  seen: { ...seen, ...more },
  owner: null,
  mounters: [],
  ...rest,
});
const moment = { now: 100_000, settleMs: 10_000, isStale: false };

describe('what is done about a thing that was not sent to its end yet', () => {
  it.each<[string, Reading, string, RegExp | null]>([
    ['as it was', there(), 'send', null],
    ['gone', { state: 'gone' }, 'gone', /gone already/],
    ['under a deployment now', there({}, { owner: 'coder' }), 'adopted', /"coder" has it now/],
    ['mounted now', there({}, { mounters: ['their pod'] }), 'mounted', /their pod mounts it/],
    ['renamed', there({ name: 'new' }), 'renamed', /called "new" now/],
    ['running now', there({ status: 'RUNNING', usdPerHour: 0.5 }), 'running', /RUNNING now and was EXITED/],
    ['in another state', there({ status: 'ERROR' }), 'status', /ERROR now/],
    ['at another price', there({ usdPerHour: 0.7 }), 'price', /\$0\.70\/h now/],
  ])('%s', (_, reading, expected, words) => {
    const step = judge(pod, reading, moment);
    expect(step.do === 'leave' ? step.reason : step.do).toBe(expected);
    expect(step.do === 'leave' ? step.why : '').toMatch(words ?? /^$/);
  });

  it('an endpoint with more workers up than before is at work; with fewer it is as it was', () => {
    const now = (running: number): Reading => there({ ...endpoint.seen, running });
    expect(judge(endpoint, now(2), moment)).toMatchObject({ do: 'leave', reason: 'running' });
    expect(judge(endpoint, now(0), moment)).toEqual({ do: 'send' });
  });

  it('nothing is begun that was decided too long ago', () => {
    expect(judge(pod, there(), { ...moment, isStale: true })).toMatchObject({ reason: 'interrupted' });
  });
});

describe('when an end that was sent counts as done', () => {
  it.each<[string, Judged, Reading, string]>([
    ['a deleted pod that is gone', pod, { state: 'gone' }, 'done'],
    ['a deleted pod that RunPod calls terminated', pod, there({ status: 'TERMINATED' }), 'done'],
    ['a deleted pod that is there', pod, there(), 'send'],
    ['a stopped pod that exited', { ...pod, act: 'stop' }, there(), 'done'],
    ['a stopped pod that runs', { ...pod, act: 'stop' }, there({ status: 'RUNNING' }), 'send'],
    ['a stopped endpoint that is deleted', endpoint, { state: 'gone' }, 'done'],
    [
      'a stopped endpoint without workers',
      endpoint,
      there({ ...endpoint.seen, maxWorkers: 0, running: 0 }),
      'done',
    ],
    [
      'a stopped endpoint whose worker is still up',
      endpoint,
      there({ ...endpoint.seen, maxWorkers: 0 }),
      'send',
    ],
    ['a stopped endpoint that may start workers', endpoint, there({ ...endpoint.seen, running: 0 }), 'send'],
    ['one that somebody put under a deployment meanwhile', pod, there({}, { owner: 'coder' }), 'leave'],
  ])('%s', (_, thing, reading, expected) => {
    expect(judge({ ...thing, sentAt: 50_000 }, reading, moment).do).toBe(expected);
  });

  it('RunPod is given a moment to show it, and a stale one that is still there is said to be', () => {
    const sent = { ...pod, sentAt: 95_000 };
    expect(judge(sent, there(), moment)).toEqual({ do: 'wait' });
    expect(judge(sent, there(), { ...moment, isStale: true })).toMatchObject({ reason: 'interrupted' });
    expect(judge(sent, { state: 'gone' }, { ...moment, isStale: true })).toEqual({ do: 'done' });
  });
});
