import { describe, expect, it } from 'vitest';
import { announcementFor } from '../../src/renderer/view/announcement.ts';
import { attentionItems } from '../../src/renderer/view/attention.ts';
import { stopEffects, stopNeedsQuestion, terminateEffects } from '../../src/renderer/view/consequences.ts';
import { phaseRows, startProgress } from '../../src/renderer/view/phases.ts';
import { costNow, lookOf, sortForOverview } from '../../src/renderer/view/state.ts';
import { userSettingsSchema, type DeploymentView } from '../../src/shared/model.ts';
import {
  sampleCosts,
  sampleDeployment,
  sampleDeployments,
  sampleRadar,
  sampleStatus,
  SAMPLE_NOW,
} from '../support/samples.ts';

const named = (name: string): DeploymentView => {
  const view = sampleDeployments().find((known) => known.name === name);
  if (view === undefined) throw new Error(`no sample ${name}`);
  return view;
};
const stopped = (rest: Partial<DeploymentView> = {}): DeploymentView =>
  sampleDeployment({ name: 'a', model: 'Qwen/Qwen3-8B' }, SAMPLE_NOW, rest);

describe('how a state looks', () => {
  it.each([
    [stopped({ state: 'ready' }), 'filled', 'ok', 'Ready', null],
    [stopped({ state: 'ready', inFlight: 3 }), 'ring', 'ok', 'Busy', '3 requests'],
    [named('gemma-3-12b'), 'half', 'busy', 'Starting', 'Loading weights, shard 2 of 5'],
    [stopped({ state: 'stopping', stillBilling: true }), 'half', 'idle', 'Stopping', 'still billing'],
    [stopped(), 'hollow', 'idle', 'Stopped', null],
    [named('llama-70b'), 'triangle', 'warn', 'No GPU free', null],
    [stopped({ state: 'failed', stillBilling: true }), 'cross', 'bad', 'Failed', 'still billing'],
  ] as const)('%#', (view, shape, tone, word, detail) => {
    expect(lookOf(view)).toEqual({ shape, tone, word, detail });
  });

  it('says that serverless sleeps rather than stopped', () => {
    const spec = { name: 's', model: 'Qwen/Qwen3-8B', mode: 'serverless' } as const;
    const view = sampleDeployment(spec, undefined, { state: 'sleeping' });
    expect(lookOf(view)).toMatchObject({ shape: 'dot', word: 'Sleeping', detail: 'wakes on request' });
  });

  it('shows what it costs in the unit that fits', () => {
    expect(costNow(named('qwen3-coder'))).toBe('$0.44/h');
    expect(costNow(named('tiny'))).toBe('$0.14/day');
    expect(costNow(stopped())).toBe('$0/h');
  });

  it('puts trouble first, then what runs, then what starts', () => {
    expect(sortForOverview(sampleDeployments()).map((view) => view.name)).toEqual([
      'llama-70b',
      'qwen3-coder',
      'gemma-3-12b',
      'tiny',
    ]);
  });
});

describe('the steps of a start', () => {
  it('shows elapsed and usual times, and what is to come', () => {
    expect(
      phaseRows(named('gemma-3-12b'), SAMPLE_NOW).map((row) => [
        row.phase,
        row.status,
        row.elapsedMs,
        row.usualMs,
      ]),
    ).toEqual([
      ['placing', 'done', 15_000, 15_000],
      ['pulling', 'done', 105_000, 105_000],
      ['loading', 'now', 12_000, 45_000],
      ['warming', 'next', null, null],
    ]);
  });

  it('never claims to be done before it is, and claims nothing without usual times', () => {
    const view = named('gemma-3-12b');
    const late = startProgress(phaseRows(view, SAMPLE_NOW + 3_600_000));
    expect(late).toBeLessThan(1);
    expect(
      startProgress(
        phaseRows(
          { ...view, phases: view.phases.map((phase) => ({ ...phase, usualSeconds: null })) },
          SAMPLE_NOW,
        ),
      ),
    ).toBeNull();
  });
});

describe('what is said aloud', () => {
  it('tells phases and outcomes, not details that tick', () => {
    const before = named('gemma-3-12b');
    expect(announcementFor(before, { ...before, phases: [] })).toBeNull();
    expect(announcementFor(before, { ...before, state: 'warming' })).toBe(
      'gemma-3-12b: Starting, Warming up',
    );
    expect(announcementFor(before, { ...before, state: 'ready' })).toBe('gemma-3-12b is ready');
    expect(announcementFor(undefined, before)).toBeNull();
  });
});

describe('what needs attention', () => {
  const calm = { deployments: [], radar: null, costs: null, status: null, settings: null };

  it('is nothing when all is well', () => {
    expect(attentionItems({ ...calm, deployments: [stopped()], status: sampleStatus() })).toEqual([]);
  });

  it('puts what loses money before what may', () => {
    const items = attentionItems({
      ...calm,
      deployments: [
        { ...named('qwen3-coder'), watchdog: { state: 'unprotected', reason: null, deadlineAt: null } },
        stopped({ state: 'stopping', stillBilling: true }),
      ],
      radar: sampleRadar(),
      costs: { ...sampleCosts(), runwayHours: 2 },
    });
    expect(items.map((item) => [item.id, item.tone])).toEqual([
      ['billing-dep_a', 'bad'],
      ['runway', 'bad'],
      ['guard-dep_qwen3-coder', 'warn'],
      ['radar-podtest2', 'warn'],
    ]);
  });

  it('warns at 80 % of the budget and is urgent at 100 %', () => {
    const settings = userSettingsSchema.parse({ budget: { usdPerDay: 2 } });
    const tone = (todayUsd: number): string | undefined =>
      attentionItems({ ...calm, settings, costs: { ...sampleCosts(), todayUsd } })[0]?.tone;
    expect([1.59, 1.6, 2].map(tone)).toEqual([undefined, 'warn', 'bad']);
  });
});

describe('consequences in words', () => {
  it('says what ends, what is lost and what stays', () => {
    expect(stopEffects(named('qwen3-coder'))).toEqual([
      'Billing of $0.44/h ends.',
      '1 running request will be cut off.',
      'The pod and its container disk are removed; weights download again at the next start.',
      'The next request or start rents a GPU again.',
    ]);
    expect(stopEffects(named('tiny')).join(' ')).toContain('twice the running rate');
    expect(terminateEffects(named('qwen3-coder'))[1]).toContain('deleted');
  });

  it('asks before a stop only when something is lost by it', () => {
    expect(stopNeedsQuestion({ ...named('qwen3-coder'), inFlight: 0 })).toBe(false);
    expect(stopNeedsQuestion(named('qwen3-coder'))).toBe(true);
    expect(stopNeedsQuestion(named('gemma-3-12b'))).toBe(true);
  });
});
