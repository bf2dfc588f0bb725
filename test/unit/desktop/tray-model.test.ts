import { describe, expect, it } from 'vitest';
import type { DeploymentView } from '../../../src/shared/model.ts';
import { userSettingsSchema } from '../../../src/shared/user-settings.ts';
import type { MenuItem } from '../../../src/main/desktop/menu/menu-item.ts';
import { trayIconFile } from '../../../src/main/desktop/tray/tray-icon.ts';
import { trayModel } from '../../../src/main/desktop/tray/tray-model.ts';
import type { DesktopState } from '../../../src/main/desktop/tray/tray-state.ts';
import { chooseWords } from '../../../src/main/desktop/words/choose-words.ts';
import { de } from '../../../src/main/desktop/words/de.ts';
import { en } from '../../../src/main/desktop/words/en.ts';
import {
  SAMPLE_NOW,
  sampleCosts,
  sampleDeployment,
  sampleDeployments,
  sampleStatus,
} from '../../support/samples.ts';

const settings = userSettingsSchema.parse({});
const state = (change: Partial<DesktopState> = {}): DesktopState => ({
  status: { ...sampleStatus(), simulated: false, cloud: 'runpod' },
  deployments: [],
  costs: sampleCosts(),
  settings,
  quotes: {},
  update: null,
  ...change,
});
const model = (change: Partial<DesktopState> = {}) => trayModel(state(change), SAMPLE_NOW, en);

const lines = (items: readonly MenuItem[], depth = 0): string[] =>
  items.flatMap((item) => {
    const indent = '  '.repeat(depth);
    if (item.kind === 'line') return [`${indent}---`];
    if (item.kind === 'submenu') return [`${indent}${item.label} >`, ...lines(item.items, depth + 1)];
    if (item.kind === 'text') return [`${indent}(${item.label})`];
    const mark = item.checked === undefined ? '' : item.checked ? '[x] ' : '[ ] ';
    return [`${indent}${mark}${item.label}${item.enabled === false ? ' (off)' : ''}`];
  });

const [ready, loading, stopped, failed] = sampleDeployments() as [
  DeploymentView,
  DeploymentView,
  DeploymentView,
  DeploymentView,
];

describe('the tray of a state', () => {
  it('is the whole menu, in the order in which it is looked for', () => {
    const quotes = { [stopped.id]: 0.34 };
    expect(lines(model({ deployments: [stopped, ready, failed], quotes }).items)).toMatchInlineSnapshot(`
      [
        "Open RunPod LLM Manager",
        "---",
        "(1 running · $0.44/h · today $2.14 of $5.00)",
        "(If this computer dies now: at most $0.22)",
        "---",
        "llama-70b — Failed >",
        "  Start (price unknown)…",
        "  ---",
        "  Copy model name",
        "  Open details…",
        "qwen3-coder — Busy, 1 request, $0.44/h >",
        "  Stop, saves $0.44/h",
        "  Keep awake >",
        "    1 hour",
        "    4 hours",
        "    8 hours",
        "  (Stops in 11 min without requests)",
        "  ---",
        "  Copy model name",
        "  Open details…",
        "tiny — Stopped, $0.14/day >",
        "  Start for $0.34/h",
        "  ---",
        "  Copy model name",
        "  Open details…",
        "---",
        "[x] Start on request",
        "Stop all (1 running, saves $0.44/h)…",
        "---",
        "Copy endpoint URL",
        "Copy local key",
        "---",
        "Quick view",
        "Deploy…",
        "Costs: this month $31.20, balance $18.40",
        "Settings…",
        "About RunPod LLM Manager",
        "---",
        "Quit… (pods keep running)",
      ]
    `);
  });

  it.each([
    ['idle', state()],
    ['idle', state({ deployments: [stopped] })],
    ['starting', state({ deployments: [loading, ready] })],
    ['running', state({ deployments: [ready, stopped] })],
    ['attention', state({ deployments: [ready, failed] })],
    ['sandbox', state({ status: sampleStatus() })],
    ['running', state({ status: sampleStatus(), deployments: [ready] })],
    ['attention', state({ deployments: [{ ...stopped, stillBilling: true }] })],
    [
      'attention',
      state({
        status: {
          ...sampleStatus(),
          simulated: false,
          runpod: { reachable: false, keyPresent: true, problem: null },
        },
      }),
    ],
    ['idle', state({ status: null })],
  ])('is shown as %s', (shape, given) => {
    expect(trayModel(given, SAMPLE_NOW, en).shape).toBe(shape);
  });

  it('never says that a start is cheap when its price is not known', () => {
    const unknown = lines(model({ deployments: [stopped] }).items);
    expect(unknown).toContain('  Start (price unknown)…');
    expect(lines(model({ deployments: [stopped], quotes: { [stopped.id]: null } }).items)).toContain(
      '  Start (price unknown)…',
    );
  });

  it('says that nothing stops an unprotected pod', () => {
    const bare = { ...ready, unattended: { usd: null, until: null, excludes: [] } };
    expect(lines(model({ deployments: [bare] }).items)).toContain(
      '(If this computer dies now: nothing stops the pods)',
    );
  });

  it('tells what cannot be confirmed apart from what is stopped', () => {
    const items = lines(model({ deployments: [{ ...stopped, stillBilling: true }] }).items);
    expect(items.some((line) => line.startsWith('tiny — Stopped, may still be billing'))).toBe(true);
  });

  it('leaves deployments that would not fit a menu to the window', () => {
    const many = Array.from({ length: 12 }, (_, index) =>
      sampleDeployment({ name: `d${index}`, model: 'Qwen/Qwen3-8B' }),
    );
    const items = lines(model({ deployments: many }).items);
    expect(items.filter((line) => line.endsWith('Stopped >'))).toHaveLength(8);
    expect(items).toContain('4 more…');
  });

  it('shows the hourly cost beside the icon only where that is wanted', () => {
    expect(model({ deployments: [ready] }).title).toBe('$0.44/h');
    expect(model({ deployments: [stopped] }).title).toBe('');
    const off = { ...settings, desktop: { ...settings.desktop, costInMenuBar: false } };
    expect(model({ deployments: [ready], settings: off }).title).toBe('');
  });

  it('offers a downloaded update', () => {
    expect(lines(model({ update: '1.2.0' }).items)).toContain('Restart to update to 1.2.0');
  });

  it('is the same in another language, word by word', () => {
    const given = state({ deployments: [ready, loading, stopped, failed], update: '2.0.0' });
    const shapeOf = (items: readonly MenuItem[]): unknown[] =>
      items.map((item) => (item.kind === 'submenu' ? [item.kind, shapeOf(item.items)] : item.kind));
    const english = trayModel(given, SAMPLE_NOW, en);
    const german = trayModel(given, SAMPLE_NOW, de);
    expect(shapeOf(german.items)).toEqual(shapeOf(english.items));
    const untranslated = lines(german.items).filter((line) => lines(english.items).includes(line));
    expect(untranslated.filter((line) => !/^\s*---$/.test(line))).toEqual([]);
  });
});

describe('languages', () => {
  it.each([
    ['system', ['de-AT', 'en'], de],
    ['system', ['fr', 'DE_ch'], de],
    ['system', ['fr', 'en-US', 'de'], en],
    ['system', ['fr'], en],
    ['en', ['de'], en],
    ['de', ['en'], de],
  ] as const)('%s with %j', (choice, system, words) => {
    expect(chooseWords(choice, system)).toBe(words);
  });
});

describe('the picture of a shape', () => {
  it('is what the system expects', () => {
    expect(trayIconFile('running', 'darwin', true)).toBe('runningTemplate.png');
    expect(trayIconFile('running', 'win32', true)).toBe('running-light.ico');
    expect(trayIconFile('running', 'win32', false)).toBe('running-dark.ico');
    expect(trayIconFile('running', 'linux', false)).toBe('running.png');
  });
});
