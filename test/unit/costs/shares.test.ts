import { describe, expect, it } from 'vitest';
import type { Attribution } from '../../../src/main/costs/attribution.ts';
import { isLimited } from '../../../src/main/costs/key-budget.ts';
import { costShares, type SharesAround } from '../../../src/main/costs/shares.ts';
import { buildCostSummary } from '../../../src/main/costs/summary.ts';
import type { RequestRecord } from '../../../src/shared/activity.ts';
import type { CostGrouping } from '../../../src/shared/model.ts';
import { sampleRequest } from '../../support/samples.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');

const asked = (more: Partial<RequestRecord>, usd: number) => ({
  isOfSpan: true,
  request: { ...sampleRequest(), inputTokens: 1_000_000, outputTokens: 0, ...more },
  busyUsd: usd,
  bootUsd: 0,
  idleUsd: 0,
});

const attribution: Attribution = {
  shares: [
    asked({ deployment: 'coder', model: 'fast', client: 'site/ide' }, 2),
    asked({ deployment: 'coder', model: 'fast', client: 'site/ci' }, 2),
    asked({ deployment: null, model: 'kimi-k3', client: null }, 3),
    asked(
      { deployment: 'gone', model: 'gone-model', client: 'solo', inputTokens: null, outputTokens: null },
      1,
    ),
  ],
  nobody: [
    { deploymentId: 'dep_coder', usd: 0.5 },
    { deploymentId: 'dep_unnamed', usd: 0.25 },
    { deploymentId: null, usd: 0.125 },
    { deploymentId: 'dep_free', usd: 0 },
  ],
  ms: { busy: 3_600_000, boot: 0, idle: 1_800_000, nobody: 0 },
  usd: 8.875,
};

const around = (by: CostGrouping): SharesAround => ({
  by,
  fromMs: NOW - 1000,
  nowMs: NOW,
  simulated: false,
  names: new Map([['dep_coder', 'coder']]),
  modelOf: (deployment) => (deployment === 'coder' ? 'Qwen/Qwen3-32B-FP8' : null),
});

const rows = (by: CostGrouping): Record<string, number> =>
  Object.fromEntries(
    costShares(attribution, around(by)).rows.map(({ name, usd }) => [name ?? 'nobody', usd]),
  );

describe('money by what requests have in common', () => {
  it.each([
    // What is nobody's stays with its deployment; one without a name is told by its id.
    ['deployment', { coder: 4.5, nobody: 3.125, gone: 1, dep_unnamed: 0.25 }],
    // An alias counts under the model that really ran; of a deployment that is gone, what was asked for.
    ['model', { 'Qwen/Qwen3-32B-FP8': 4, 'kimi-k3': 3, 'gone-model': 1, nobody: 0.875 }],
    ['key', { 'site/ide': 2, 'site/ci': 2, solo: 1, nobody: 3.875 }],
    ['project', { site: 4, solo: 1, nobody: 3.875 }],
  ] as const)('adds up to the whole by %s', (by, expected) => {
    expect(rows(by)).toEqual(expected);
    expect(Object.values(rows(by)).reduce((sum, usd) => sum + usd, 0)).toBe(attribution.usd);
  });

  it('puts the dearest first, and equals by name', () => {
    expect(costShares(attribution, around('key')).rows.map(({ name }) => name)).toEqual([
      null,
      'site/ci',
      'site/ide',
      'solo',
    ]);
  });

  it('compares with a public endpoint only where every request has its like there; no tokens are not free tokens', () => {
    const by = new Map(costShares(attribution, around('model')).rows.map((row) => [row.name, row]));
    expect(by.get('Qwen/Qwen3-32B-FP8')).toMatchObject({ publicUsd: 20, usdPerMillionTokens: 2 });
    expect(by.get('kimi-k3')).toMatchObject({ publicUsd: 3 });
    expect(by.get('gone-model')).toMatchObject({ publicUsd: null, usdPerMillionTokens: null, requests: 1 });
    expect(by.get(null)).toMatchObject({ publicUsd: null, requests: 0 });
    expect(
      costShares(attribution, around('project')).rows.find(({ name }) => name === 'solo')?.publicUsd,
    ).toBe(null);
  });

  it('tells paid hours by use', () => {
    expect(costShares(attribution, around('model')).hours).toEqual({
      busy: 1,
      boot: 0,
      idle: 0.5,
      nobody: 0,
    });
  });
});

describe('lines of the summary', () => {
  it('come by month, then by total, then by name; a deployment without a name by its id', () => {
    const share = (deploymentId: string, usd: number) => ({ deploymentId, kind: 'compute' as const, usd });
    const total = [share('b', 1), share('a', 1), share('c', 2), share('d', 1)];
    const summary = buildCostSummary(
      {
        nowMs: NOW,
        zone: 'UTC',
        simulated: true,
        restUsdPerMonth: 0,
        meteredRestUsdPerMonth: 0,
        accountUsdPerHour: null,
        balanceUsd: null,
        atRisk: [],
        unattended: { usd: 0, until: null, excludes: [] },
        reconciliation: null,
      },
      {
        today: [],
        month: [share('d', 1)],
        total,
        trailing: [],
        trailingMs: 0,
        rates: [{ deploymentId: 'b', usdPerHour: 1 }],
        names: new Map([
          ['a', 'twin'],
          ['b', 'twin'],
        ]),
      },
    );
    expect(summary.byDeployment.map(({ deploymentId, name }) => `${deploymentId} ${name}`)).toEqual([
      'd d',
      'c c',
      'b twin',
      'a twin',
    ]);
    expect(summary.byDeployment.find(({ deploymentId }) => deploymentId === 'b')?.nowUsdPerHour).toBe(1);
  });
});

describe('a key’s budget', () => {
  it('limits where a day or a month has one', () => {
    expect(isLimited(undefined)).toBe(false);
    expect(isLimited({ usdPerDay: null, usdPerMonth: null })).toBe(false);
    expect(isLimited({ usdPerDay: 1, usdPerMonth: null })).toBe(true);
    expect(isLimited({ usdPerDay: null, usdPerMonth: 1 })).toBe(true);
  });
});
