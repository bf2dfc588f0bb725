import { afterEach, describe, expect, it } from 'vitest';
import type { RadarItem, Sweep, SweepThing } from '../../../src/shared/model.ts';
import { systemClock } from '../../../src/main/platform/clock.ts';
import type { FakeManager } from '../../support/fake-manager.ts';
import { sampleRadar, sampleSweep } from '../../support/samples.ts';
import { hasFocus, loaded } from './support/checks.ts';
import { looksRight } from './support/looks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp } from './support/ui-app.ts';

const [known, foreign] = sampleRadar().items as [RadarItem, RadarItem];
const leftover: RadarItem = {
  ...foreign,
  kind: 'network-volume',
  id: 'vol1',
  name: 'rplm-cache-a--b',
  status: '100 GB in EU-RO-1',
  ownership: 'orphan',
  usdPerHour: 0,
  usdPerMonthAtRest: 7,
  actions: ['terminate'],
  sweep: {
    act: 'terminate',
    savesUsdPerMonth: 7,
    loses: [{ what: 'network-volume', gb: 100 }],
    isLeftover: true,
  },
};
const items = [foreign, leftover, known];
const thingOf = ({
  sweep,
  kind,
  id,
  name,
  ownership,
  usdPerHour,
  usdPerMonthAtRest,
}: RadarItem): SweepThing[] =>
  sweep === null
    ? []
    : [
        {
          kind,
          id,
          name,
          ownership,
          usdPerHour,
          usdPerMonthAtRest,
          ...sweep,
          state: 'planned',
          reason: null,
          why: null,
        },
      ];

/** An account with a leftover and somebody else's pod, whose sweeps move when the test says so. */
function account(): { readonly manager: FakeManager; move: (more: Partial<Sweep>) => void } {
  const manager = scenarios.busy();
  let sweep = sampleSweep(null);
  const chosen = (ids: readonly string[] | null): SweepThing[] =>
    items.filter(({ id }) => ids?.includes(id)).flatMap(thingOf);
  const savesUsdPerMonth = (things: readonly SweepThing[]): number =>
    things.reduce((sum, thing) => sum + thing.savesUsdPerMonth, 0);
  manager.reply('radar.scan', async () => ({ ...sampleRadar(), items, unseen: ['endpoints'] }));
  manager.reply('radar.sweepPreview', async ({ ids }) => {
    const things = chosen(ids);
    return {
      simulated: true,
      things,
      refused: [],
      savesUsdPerMonth: savesUsdPerMonth(things),
      fingerprint: 'f1',
    };
  });
  manager.reply('radar.sweep', async ({ ids }) => {
    const things = chosen(ids);
    const madeAt = new Date(systemClock.now()).toISOString();
    sweep = { ...sampleSweep(null), id: `swp_${madeAt}`, madeAt, things, undoMsLeft: 600_000 };
    return sweep;
  });
  manager.reply('radar.undo', async () => (sweep = { ...sweep, state: 'undone', undoMsLeft: 0 }));
  return {
    manager,
    move: (more) => {
      sweep = { ...sweep, undoMsLeft: 0, ...more };
      manager.emit({ name: 'sweep.changed', payload: sweep });
    },
  };
}

describe('a sweep of the radar', () => {
  let ui: UiApp;
  afterEach(() => ui.dispose());

  async function open(manager: FakeManager, desktop = false): Promise<void> {
    ui = await startUi({ manager, desktop });
    await ui.goTo('#/costs', 'Costs');
    await loaded(ui.page);
    await ui.page.getByRole('checkbox', { name: 'Select test-2 for a sweep' }).waitFor();
  }
  const box = (name: string) => ui.page.getByRole('checkbox', { name: `Select ${name} for a sweep` });
  const called = (name: string): unknown[] =>
    ui.manager.calls.filter((call) => call.name === name).map(({ input }) => input);

  it('takes what was left over unless told otherwise, asks by what is lost, counts down, and can be undone', async () => {
    const { manager } = account();
    await open(manager);
    await ui.page
      .getByText('RunPod did not let this key see endpoints; there may be more.')
      .first()
      .waitFor();
    expect(await box('rplm-cache-a--b').isChecked()).toBe(true);
    expect(await box('test-2').isChecked()).toBe(false);
    expect(await box(known.name).count()).toBe(0);
    await ui.page.getByRole('button', { name: 'Sweep 1, saves $7.00/month' }).waitFor();
    await box('test-2').check();
    const button = ui.page.getByRole('button', { name: 'Sweep 2, saves $324.20/month' });
    await looksRight(ui, 'sweep-selection', button);

    await button.click();
    const dialog = ui.page.getByRole('dialog', { name: 'Sweep 2 things?' });
    await dialog.getByText('Delete network volume rplm-cache-a--b. All 100 GB on it are lost.').waitFor();
    await dialog.getByText('You have 10 s to undo it. After that nobody can.').waitFor();
    await expect.poll(() => hasFocus(dialog.getByRole('button', { name: 'Cancel' }))).toBe(true);
    await looksRight(ui, 'sweep-dialog');
    await dialog.getByRole('textbox').fill('sweep 2');
    expect(called('radar.sweep')).toEqual([]);
    await dialog.getByRole('button', { name: 'Sweep 2, saves $324.20/month' }).click();
    await expect
      .poll(() => called('radar.sweep'))
      .toEqual([{ ids: ['podtest2', 'vol1'], undoSeconds: 10, fingerprint: 'f1' }]);

    const messages = ui.page.getByRole('region', { name: 'Messages' });
    await messages.getByText(/^Sweeping 2 in \d+ s$/).waitFor();
    const before = await messages.getByText(/^Sweeping 2 in/).textContent();
    // Looked at, it counts on: the time is not the page's to hold.
    await messages.getByText('Nothing was sent to RunPod yet.').hover();
    await expect.poll(() => messages.getByText(/^Sweeping 2 in/).textContent()).not.toBe(before);
    await looksRight(ui, 'sweep-countdown');
    await messages.getByRole('button', { name: 'Undo' }).click();
    await messages.getByText('Undone. Nothing was sent to RunPod.').waitFor();
    expect(called('radar.undo')).toHaveLength(1);
    await messages.getByText(/^Sweeping/).waitFor({ state: 'hidden' });
    expect(ui.complaints).toEqual([]);
  });

  it('shows what came of each thing, and why one was left', async () => {
    const { manager, move } = account();
    await open(manager);
    await box('test-2').check();
    await box('rplm-cache-a--b').uncheck();
    await ui.page.getByRole('button', { name: 'Sweep 1, saves $317.20/month' }).click();
    // Nothing is lost for ever: nothing has to be typed.
    const dialog = ui.page.getByRole('dialog', { name: 'Sweep 1 thing?' });
    expect(await dialog.getByRole('textbox').count()).toBe(0);
    await dialog.getByRole('button', { name: 'Sweep 1, saves $317.20/month' }).click();
    await ui.page.getByText(/^Sweeping 1 in/).waitFor();

    const things = items.flatMap(thingOf);
    move({ state: 'working', things: things.map((thing) => ({ ...thing, state: 'working' })) });
    await ui.page.getByText('Sweeping: 0 of 2').waitFor();
    const why = 'It is RUNNING now and was EXITED.';
    move({
      state: 'ended',
      things: things.map((thing) =>
        thing.id === 'vol1'
          ? { ...thing, state: 'done' }
          : { ...thing, state: 'left', reason: 'running', why },
      ),
    });
    await ui.page.getByText(why).waitFor();
    await ui.page.getByText('Sweeping: 0 of 2').waitFor({ state: 'hidden' });
    await looksRight(ui, 'sweep-result', ui.page.getByText('1 done, saves $7.00 a month.'));
    await ui.page.getByRole('button', { name: 'Hide the result' }).click();
    await ui.page.getByText(why).waitFor({ state: 'hidden' });
    expect(ui.complaints).toEqual([]);
  });

  it('where only leftovers without data go, the time to undo is the question', async () => {
    const { manager } = account();
    const pod: RadarItem = {
      ...foreign,
      id: 'pod9',
      name: 'rplm-left',
      ownership: 'orphan',
      sweep: {
        act: 'terminate',
        savesUsdPerMonth: 321.2,
        loses: [{ what: 'pod', gb: null }],
        isLeftover: true,
      },
    };
    const things = thingOf(pod);
    manager.reply('radar.scan', async () => ({ ...sampleRadar(), items: [pod, foreign] }));
    manager.reply('radar.sweepPreview', async () => ({
      simulated: true,
      things,
      refused: [],
      savesUsdPerMonth: 321.2,
      fingerprint: 'f2',
    }));
    manager.reply('radar.sweep', async () => ({ ...sampleSweep(null), things, undoMsLeft: 600_000 }));
    await open(manager);
    await ui.page.getByRole('button', { name: 'Sweep 1, saves $321.20/month' }).click();
    await ui.page.getByText(/^Sweeping 1 in/).waitFor();
    expect(await ui.page.getByRole('dialog').count()).toBe(0);
    expect(called('radar.sweep')).toEqual([{ ids: ['pod9'], undoSeconds: 10, fingerprint: 'f2' }]);
    await ui.page.getByText('A sweep waits to be carried out.').waitFor({ state: 'attached' });
  });

  it('an endpoint of others is adopted, which changes nothing at RunPod', async () => {
    const { manager } = account();
    const endpoint: RadarItem = {
      ...foreign,
      kind: 'endpoint',
      id: 'ep1',
      name: 'their chat',
      status: 'ON_DEMAND',
      sweep: { act: 'stop', savesUsdPerMonth: 0, loses: [], isLeftover: false },
    };
    manager.reply('radar.scan', async () => ({ ...sampleRadar(), items: [endpoint, foreign] }));
    await open(manager);
    await ui.page.getByRole('button', { name: 'Adopt their chat…' }).click();
    const dialog = ui.page.getByRole('dialog', { name: 'Adopt their chat?' });
    await dialog.getByText('At RunPod nothing changes until you edit').waitFor();
    await dialog.getByRole('textbox').fill('chat');
    await looksRight(ui, 'adopt-endpoint');
    await dialog.getByRole('button', { name: 'Adopt their chat' }).click();
    await expect.poll(() => called('radar.adopt')).toEqual([{ kind: 'endpoint', id: 'ep1', name: 'chat' }]);
  });

  it('on the desktop the main process asks, not the page', async () => {
    const { manager } = account();
    await open(manager, true);
    await box('test-2').check();
    await ui.page.getByRole('button', { name: 'Sweep 2, saves $324.20/month' }).click();
    await ui.page.getByText(/^Sweeping 2 in/).waitFor();
    expect(await ui.page.getByRole('dialog').count()).toBe(0);
  });
});
