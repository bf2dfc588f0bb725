import { describe, expect, it } from 'vitest';
import { costStack, stackedEdges } from '../../src/renderer/view/cost-chart.ts';
import { limitState, tellAtUsd } from '../../src/renderer/view/limit-state.ts';
import { mergeHistory } from '../../src/renderer/view/history.ts';
import { allStaysOnUsd, emptyAt } from '../../src/renderer/view/month-ahead.ts';
import { filterRequests, meanPrice, mergeRequests } from '../../src/renderer/view/requests.ts';
import { SAMPLE_NOW, sampleCosts, sampleCostSeries, sampleRequest } from '../support/samples.ts';

const kinds = { compute: 0, disk: 0, volume: 0, serverless: 0, tokens: 0, adjustment: 0 };

describe('the cost chart', () => {
  it('leaves out what cost nothing and puts the largest first', () => {
    const stack = costStack(sampleCostSeries(SAMPLE_NOW, 'day', 10), 'kind');
    expect(stack.parts.map((part) => part.name)).toEqual(['GPU', 'Disks of stopped pods']);
    expect(stack.times).toHaveLength(10);
    expect(stack.totals[4]).toBeCloseTo(0.81);
  });

  it('gathers the small ones as Other and loses no money', () => {
    const byDeployment = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`d${index}`, index + 1]),
    );
    const series = {
      asOf: '',
      simulated: false,
      points: [{ at: '2026-11-24T00:00:00Z', byKind: kinds, byDeployment }],
    };
    const stack = costStack(series, 'deployment');
    expect(stack.parts.map((part) => part.name)).toEqual(['d8', 'd7', 'd6', 'd5', 'Other']);
    expect(stack.parts.reduce((sum, part) => sum + (part.values[0] ?? 0), 0)).toBe(45);
    expect(stack.totals).toEqual([45]);
  });

  it('stacks from the ground, drawn from the back', () => {
    const series = {
      asOf: '',
      simulated: false,
      points: [{ at: '2026-11-24T00:00:00Z', byKind: { ...kinds, compute: 2, disk: 1 }, byDeployment: {} }],
    };
    expect(stackedEdges(costStack(series, 'kind')).map(({ name, edge }) => [name, edge[0]])).toEqual([
      ['Disks of stopped pods', 3],
      ['GPU', 2],
    ]);
  });
});

describe('the month ahead', () => {
  const summary = { ...sampleCosts(SAMPLE_NOW), asOf: new Date(2026, 10, 29).toISOString() };

  it('comes to what is spent and the rate of now until the month ends', () => {
    expect(allStaysOnUsd({ ...summary, monthUsd: 31.2, nowUsdPerHour: 0.5 })).toBeCloseTo(31.2 + 0.5 * 48);
    expect(allStaysOnUsd({ ...summary, monthUsd: 31.2, nowUsdPerHour: 0 })).toBe(31.2);
  });

  it('tells when the balance is empty, and that it is', () => {
    expect(emptyAt({ ...summary, balanceUsd: 18, runwayHours: 24 })).toBe(
      new Date(2026, 10, 30).toISOString(),
    );
    expect(emptyAt({ ...summary, balanceUsd: null, runwayHours: null })).toBeNull();
    expect(emptyAt({ ...summary, balanceUsd: -0.2, runwayHours: null })).toBe(summary.asOf);
  });
});

describe('a limit', () => {
  it.each([
    [0, 10, 0, 'fine'],
    [7.99, 10, 0.799, 'fine'],
    [8, 10, 0.8, 'near'],
    [9.99, 10, 0.999, 'near'],
    [10, 10, 1, 'reached'],
    [31, 10, 1, 'reached'],
    [-0.2, 10, 0, 'fine'],
  ] as const)('of which $%d of $%d is spent', (spent, limit, share, state) => {
    const found = limitState(spent, limit);
    expect(found.state).toBe(state);
    expect(found.share).toBeCloseTo(share);
    expect(tellAtUsd(limit)).toBe(8);
  });
});

describe('lists that grow while they are read', () => {
  it('hold each request once, newest first', () => {
    const older = { ...sampleRequest(), id: 'a', at: '2026-11-24T08:00:00.000Z' };
    const newer = { ...sampleRequest(), id: 'b', at: '2026-11-24T09:00:00.000Z' };
    expect(mergeRequests([older], [newer, older]).map((request) => request.id)).toEqual(['b', 'a']);
  });

  it('tell what a request costs on average', () => {
    const of = (deployment: string, usd: number | null) => ({ ...sampleRequest(), deployment, usd });
    const requests = [of('a', 0.1), of('b', 9), of('a', 0.3), of('a', null)];
    expect(meanPrice(requests, 'a')).toEqual({ usd: 0.2, of: 2 });
    expect(meanPrice(requests, 'c')).toBeNull();
  });

  it('are filtered by result and by text', () => {
    const good = { ...sampleRequest(), id: 'a', client: 'zed' };
    const bad = { ...sampleRequest(), id: 'b', outcome: 'error' as const, errorCode: 'upstream_timeout' };
    const ids = (text: string, outcome: 'all' | 'error'): string[] =>
      filterRequests([good, bad], { text, outcome }).map((request) => request.id);
    expect(ids('', 'all')).toEqual(['a', 'b']);
    expect(ids('ZED', 'all')).toEqual(['a']);
    expect(ids('timeout', 'all')).toEqual(['b']);
    expect(ids('', 'error')).toEqual(['b']);
  });

  it('hold each event once', () => {
    const entry = { at: '2026-11-24T09:00:00Z', kind: 'created', text: 'Created', data: {} };
    const next = { ...entry, at: '2026-11-24T09:01:00Z', kind: 'ready', text: 'Ready' };
    expect(mergeHistory([entry], [entry, next])).toEqual([next, entry]);
  });
});
