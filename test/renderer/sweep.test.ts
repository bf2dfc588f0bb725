import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { putSweep, useSweep } from '../../src/renderer/stores/sweep.ts';
import { attentionItems } from '../../src/renderer/view/attention.ts';
import {
  resultOf,
  selectedItems,
  sweepEffects,
  sweepTitle,
  sweepVerb,
  sweptText,
  totalOf,
  typedFor,
} from '../../src/renderer/view/sweep.ts';
import { unseenText } from '../../src/renderer/view/unseen.ts';
import { putTranslation } from '../../src/renderer/words/catalogue.ts';
import { de } from '../../src/renderer/words/de.ts';
import type { RadarItem, RadarPart, SweepThing } from '../../src/shared/model.ts';
import { SAMPLE_NOW, sampleRadar, sampleSweep } from '../support/samples.ts';

const [known, foreign] = sampleRadar().items as [RadarItem, RadarItem];
const leftover: RadarItem = {
  ...foreign,
  kind: 'network-volume',
  id: 'vol1',
  name: 'cache',
  ownership: 'orphan',
  usdPerHour: 0,
  usdPerMonthAtRest: 7,
  sweep: {
    act: 'terminate',
    savesUsdPerMonth: 7,
    loses: [{ what: 'network-volume', gb: 100 }],
    isLeftover: true,
  },
};
const items = [known, foreign, leftover];
const thing = (item: RadarItem, more: Partial<SweepThing> = {}): SweepThing => ({
  ...item,
  ...(item.sweep ?? { act: 'stop', savesUsdPerMonth: 0, loses: [], isLeftover: false }),
  state: 'planned',
  reason: null,
  why: null,
  ...more,
});
const ids = (list: readonly RadarItem[]): string[] => list.map(({ id }) => id);

describe('what is selected', () => {
  it('is what this computer left over, until the user chooses; what is in use never', () => {
    expect(ids(selectedItems(items, null))).toEqual(['vol1']);
    expect(ids(selectedItems(items, new Set(['podtest2', known.id])))).toEqual(['podtest2']);
    expect(ids(selectedItems(items, new Set()))).toEqual([]);
  });

  it('is summed up, and the button says verb, count and saving', () => {
    const total = totalOf([foreign, leftover]);
    expect(total).toEqual({
      ids: ['podtest2', 'vol1'],
      usdPerHour: 0.44,
      usdPerMonthAtRest: 11,
      savesUsdPerMonth: 324.2,
    });
    expect(sweepVerb(2, total.savesUsdPerMonth)).toBe('Sweep 2, saves $324.20/month');
    expect(sweepVerb(1, 0)).toBe('Sweep 1');
  });
});

describe('the question', () => {
  it('says what happens to each, what is lost and what it saves', () => {
    expect(sweepEffects([thing(foreign), thing(leftover)])).toEqual([
      'Stop pod test-2. Its container disk of 20 GB is cleared. Saves $317.20/month.',
      'Delete network volume cache. All 100 GB on it are lost. Saves $7.00/month.',
    ]);
  });

  it('has to be typed where data is lost: the name of one, the count of several', () => {
    expect(typedFor([thing(leftover)], 'data')).toBe('cache');
    expect(typedFor([thing(leftover), thing(foreign)], 'data')).toBe('sweep 2');
    expect(typedFor([thing(foreign)], 'ask')).toBeUndefined();
  });
});

describe('how far it is', () => {
  it('counts down, then counts what ended', () => {
    const sweep = sampleSweep(['podtest2']);
    expect(sweepTitle(sweep, 8)).toBe('Sweeping 1 in 8 s');
    expect(sweepTitle({ ...sweep, state: 'working' }, 0)).toBe('Sweeping: 0 of 1');
    const billing = [thing(foreign, { state: 'billing' })];
    expect(sweepTitle({ ...sweep, state: 'working', things: billing }, 0)).toContain('may still be billing');
  });

  it('says why a thing was left, in the user’s language', () => {
    const left = thing(foreign, { state: 'left', reason: 'running', why: 'It is RUNNING now.' });
    expect(resultOf(left)).toBe('It is RUNNING now.');
    expect(resultOf(thing(foreign, { state: 'done' }))).toBeNull();
    expect(resultOf(thing(foreign, { state: 'billing' }))).toContain('not confirmed');
    putTranslation('de', de);
    expect(resultOf(left)).toBe('Es läuft jetzt.');
  });

  it('sums up what is done', () => {
    const sweep = sampleSweep(['podtest2']);
    expect(sweptText(sweep)).toBe('Nothing was swept.');
    expect(sweptText({ ...sweep, things: [thing(leftover, { state: 'done' })] })).toBe(
      '1 done, saves $7.00 a month.',
    );
  });
});
afterEach(() => putTranslation('en', null));

describe('the sweep on the screen', () => {
  beforeEach(() => useSweep.setState({ sweep: null, dueAt: 0 }));

  it('is due by this page’s own clock, however wrong that is', () => {
    putSweep(sampleSweep(null, SAMPLE_NOW), 5000);
    expect(useSweep.getState()).toMatchObject({ dueAt: 15_000, sweep: { id: 'swp_1' } });
  });

  it('is the newest: an older one that is still at work does not take its place', () => {
    const newer = { ...sampleSweep(null, SAMPLE_NOW), id: 'swp_2' };
    putSweep(newer, 0);
    putSweep({ ...sampleSweep(null, SAMPLE_NOW - 60_000), state: 'working' }, 0);
    expect(useSweep.getState().sweep?.id).toBe('swp_2');
    putSweep({ ...newer, state: 'ended' }, 0);
    expect(useSweep.getState().sweep?.state).toBe('ended');
  });
});

describe('what the key may not see', () => {
  it.each<[RadarPart[], string | null]>([
    [[], null],
    [['endpoints'], 'RunPod did not let this key see endpoints; there may be more.'],
    [
      ['endpoints', 'network-volumes'],
      'RunPod did not let this key see endpoints and network volumes; there may be more.',
    ],
    [['prices'], 'RunPod did not let this key see what endpoints cost now; it may be more.'],
  ])('%j', (unseen, text) => {
    expect(unseenText(unseen)).toBe(text);
    const radar = { ...sampleRadar(), items: [], unseen };
    const facts = { deployments: [], radar, costs: null, status: null, settings: null };
    expect(attentionItems(facts).map((item) => item.text)).toEqual(text === null ? [] : [text]);
  });
});
