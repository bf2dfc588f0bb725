import type { Locator } from 'playwright';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { axeFindings, hasFocus, keepPicture } from './support/checks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type Theme, type UiApp } from './support/ui-app.ts';

describe.each(['light', 'dark'] as const)('dialogs in the %s theme', (theme: Theme) => {
  let ui: UiApp;
  const view = { theme, width: 900, height: 600 };
  beforeAll(async () => {
    ui = await startUi({ manager: scenarios.busy(), view });
  });
  afterAll(() => ui.dispose());
  beforeEach(() => ui.goTo('#/', 'Overview'));

  const GOOD = { findings: [], focusCameBack: true, complaints: [] };

  /** Looks at an open dialog, closes it with Escape, and tells what was found. */
  async function judged(dialog: Locator, name: string, opener: Locator) {
    await dialog.waitFor();
    await keepPicture(ui.page, `dialog-${name}`, view);
    const findings = await axeFindings(ui.page);
    await ui.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    return { findings, focusCameBack: await hasFocus(opener), complaints: ui.complaints };
  }

  it('the command palette', async () => {
    const opener = ui.page.getByRole('button', { name: /^Commands/ });
    await opener.focus();
    await ui.page.keyboard.press('Control+k');
    expect(await judged(ui.page.getByRole('dialog', { name: 'Commands' }), 'palette', opener)).toEqual(GOOD);
  });

  it('the list of keys', async () => {
    const opener = ui.page.getByRole('button', { name: 'Keys and help' });
    await opener.click();
    expect(await judged(ui.page.getByRole('dialog', { name: 'Keys and help' }), 'keys', opener)).toEqual(
      GOOD,
    );
  });

  it('notifications, empty and full', async () => {
    const opener = ui.page.getByRole('button', { name: /^Notifications/ });
    await opener.click();
    expect(
      await judged(ui.page.getByRole('dialog', { name: 'Notifications' }), 'notices-empty', opener),
    ).toEqual(GOOD);
    ui.manager.emit({
      name: 'notification',
      payload: {
        id: `n-${theme}`,
        at: new Date().toISOString(),
        kind: 'still-billing',
        title: 'tiny may still be billing',
        body: 'RunPod has not confirmed the stop.',
        deployment: 'tiny',
      },
    });
    await ui.page.getByRole('region', { name: 'Messages' }).getByText('tiny may still be billing').waitFor();
    await opener.click();
    expect(await judged(ui.page.getByRole('dialog', { name: 'Notifications' }), 'notices', opener)).toEqual(
      GOOD,
    );
  });

  it('the question before a stop that cuts requests off', async () => {
    const opener = ui.page.getByRole('button', { name: 'Stop qwen3-coder' });
    await opener.click();
    const dialog = ui.page.getByRole('dialog', { name: 'Stop qwen3-coder?' });
    await dialog.getByText('1 running request will be cut off.').waitFor();
    expect(await judged(dialog, 'stop', opener)).toEqual(GOOD);
    expect(ui.manager.calls.map((call) => call.name)).not.toContain('deployments.stop');
  });

  it('the question before a deletion wants the name and begins on Cancel', async () => {
    await ui.goTo('#/deployments/tiny', 'tiny');
    const opener = ui.page.getByRole('button', { name: 'Delete…' });
    await opener.click();
    const dialog = ui.page.getByRole('dialog', { name: 'Delete tiny?' });
    const cancel = dialog.getByRole('button', { name: 'Cancel' });
    await cancel.waitFor();
    expect(await hasFocus(cancel)).toBe(true);
    await dialog.getByRole('button', { name: 'Delete tiny' }).press('Enter');
    expect(ui.manager.calls.map((call) => call.name)).not.toContain('deployments.terminate');
    expect(await judged(dialog, 'delete', opener)).toEqual(GOOD);
  });

  it('adopting a foreign pod', async () => {
    await ui.goTo('#/costs', 'Costs');
    const opener = ui.page.getByRole('button', { name: 'Adopt test-2…' });
    await opener.click();
    expect(await judged(ui.page.getByRole('dialog', { name: 'Adopt test-2?' }), 'adopt', opener)).toEqual(
      GOOD,
    );
  });

  it('code of a chat', async () => {
    await ui.goTo('#/playground', 'Playground');
    const opener = ui.page.getByRole('button', { name: 'View code' });
    await opener.click();
    expect(await judged(ui.page.getByRole('dialog', { name: 'View code' }), 'code', opener)).toEqual(GOOD);
  });

  it('the menu of a deployment', async () => {
    const opener = ui.page.getByRole('button', { name: 'More for tiny' });
    await opener.click();
    const menu = ui.page.getByRole('menu');
    await menu.getByRole('menuitem', { name: 'Duplicate' }).waitFor();
    await keepPicture(ui.page, 'menu', view);
    expect(await axeFindings(ui.page)).toEqual([]);
    await ui.page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
    expect(await hasFocus(opener)).toBe(true);
  });
});
