import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { hasFocus } from './support/checks.ts';
import { looksRight } from './support/looks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp } from './support/ui-app.ts';

describe('settings', () => {
  let ui: UiApp;
  afterEach(() => ui.dispose());
  const called = (name: string): unknown[] =>
    ui.manager.calls.filter((call) => call.name === name).map((call) => call.input);
  const open = async (tab: string): Promise<void> => {
    ui = await startUi({ manager: scenarios.busy() });
    await ui.goTo(`#/settings/${tab}`, 'Settings');
  };

  it('a key for one tool is described, made, shown once, and revoked', async () => {
    await open('keys');
    const { page } = ui;
    const part = page.getByRole('region', { name: 'Keys of single tools' });
    await part.getByRole('row', { name: /editor/ }).waitFor();
    await part.getByText('$2.00 a day').waitFor();
    await part.getByText('not used lately').waitFor();
    await part.getByRole('cell', { name: '$6.10' }).waitFor();
    await part.scrollIntoViewIfNeeded();
    await looksRight(ui, 'settings-client-keys');
    await part.getByRole('button', { name: 'Make a key…' }).click();
    const dialog = page.getByRole('dialog', { name: 'A key for one tool' });
    const name = dialog.getByRole('textbox', { name: 'Name' });
    expect(await hasFocus(name)).toBe(true);
    await page.keyboard.type('ci');
    await dialog.getByLabel('Requests a minute').fill('many');
    await dialog.getByText('A whole number above zero.').waitFor();
    await looksRight(ui, 'settings-make-key');
    await dialog.getByLabel('Requests a minute').fill('60');
    await dialog.getByLabel('May start hardware').click();
    await dialog.getByLabel('Models').fill('qwen3-coder, tiny');
    await dialog.getByLabel('Budget a month').fill('12.5');
    await dialog.getByRole('button', { name: 'Make the key' }).click();
    const made = page.getByRole('dialog', { name: 'Key for ci' });
    await made.getByText('pat_local_for_one_client_a1b2').waitFor();
    await looksRight(ui, 'settings-made-key');
    expect(called('keys.make')).toMatchObject([
      {
        name: 'ci',
        mayWake: false,
        models: ['qwen3-coder', 'tiny'],
        limits: { requestsPerMinute: 60, tokensPerMinute: null, concurrent: null },
        budget: { usdPerDay: null, usdPerMonth: 12.5 },
        expiresInDays: null,
      },
    ]);
    await page.keyboard.press('Escape');
    await page.getByText('pat_local_for_one_client_a1b2').waitFor({ state: 'detached' });
    await part.getByRole('button', { name: 'Revoke editor…' }).click();
    const question = page.getByRole('dialog', { name: 'Revoke the key of editor?' });
    expect(called('keys.revoke')).toEqual([]);
    await question.getByRole('button', { name: 'Revoke editor' }).click();
    await page.getByText('The key of editor was revoked').first().waitFor();
    expect(called('keys.revoke')).toEqual([{ key: 'key_0001' }]);
    expect(ui.complaints).toEqual([]);
  });

  it('what a key may do is changed and its secret stays unknown', async () => {
    await open('keys');
    const { page } = ui;
    await page.getByRole('button', { name: 'Change editor' }).click();
    const dialog = page.getByRole('dialog', { name: 'What the key of editor may do' });
    expect(await dialog.getByLabel('Budget a day').inputValue()).toBe('2');
    await dialog.getByLabel('Budget a day').fill('');
    await dialog.getByLabel('Tokens a minute').fill('5000');
    await dialog.getByRole('button', { name: 'Keep changes' }).click();
    await dialog.waitFor({ state: 'hidden' });
    expect(called('keys.change')).toMatchObject([
      {
        key: 'key_0001',
        limits: { tokensPerMinute: 5000, requestsPerMinute: null },
        budget: { usdPerDay: null },
      },
    ]);
    expect(ui.complaints).toEqual([]);
  });

  it('a name that is taken is told in the dialog, and nothing typed is lost', async () => {
    await open('keys');
    const { page } = ui;
    ui.manager.fail('keys.make', new AppError('name_taken', 'A key named "ci" exists already.'));
    await page.getByRole('button', { name: 'Make a key…' }).click();
    const dialog = page.getByRole('dialog', { name: 'A key for one tool' });
    await dialog.getByRole('textbox', { name: 'Name' }).fill('ci');
    await page.keyboard.press('Enter');
    await dialog.getByText('A key named "ci" exists already.').waitFor();
    expect(await dialog.getByRole('textbox', { name: 'Name' }).inputValue()).toBe('ci');
  });

  it('quiet hours are set, kept, and put back with the tab after showing what changes', async () => {
    await open('notifications');
    const { page } = ui;
    await page.getByRole('switch', { name: 'Quiet at night' }).click();
    await page.getByLabel('To', { exact: true }).fill('06:30');
    await page.getByLabel('From', { exact: true }).focus();
    await expect
      .poll(() => called('settings.set').at(-1))
      .toMatchObject({ notifications: { quietHours: { from: '22:00', to: '06:30' } } });
    await page.getByRole('switch', { name: 'A model is ready' }).click();
    await looksRight(ui, 'settings-quiet');
    await page.getByRole('button', { name: 'Reset these settings…' }).click();
    const question = page.getByRole('dialog', { name: 'Reset these settings?' });
    await question.getByText('Tell when a model is ready: off becomes on.').waitFor();
    await question.getByText('Quiet hours: 22:00 to 06:30 becomes none.').waitFor();
    await looksRight(ui, 'settings-reset');
    await question.getByRole('button', { name: 'Reset', exact: true }).click();
    await expect
      .poll(() => called('settings.set').at(-1))
      .toMatchObject({ notifications: { quietHours: null, ready: true } });
    await page.getByText('Everything stands at its default.').waitFor({ state: 'attached' });
    expect(ui.complaints).toEqual([]);
  });

  it('the looks are reset as a tab, language included', async () => {
    await open('appearance');
    const { page } = ui;
    await page.getByText('Everything stands at its default.').waitFor({ state: 'attached' });
    await page.getByText('Compact', { exact: true }).click();
    await page.getByText('Deutsch', { exact: true }).click();
    await page.getByRole('button', { name: 'Diese Einstellungen zurücksetzen …' }).click();
    await page.getByText('Sprache: aus „Deutsch“ wird „System“.').waitFor();
    await page.getByRole('button', { name: 'Zurücksetzen', exact: true }).click();
    await page.getByText('Everything stands at its default.').waitFor({ state: 'attached' });
    expect(called('settings.set').at(-1)).toMatchObject({ desktop: { language: 'system' } });
    expect(ui.complaints).toEqual([]);
  });

  it('every value stands with its source and default, and all are reset at once', async () => {
    await open('configuration');
    const { page } = ui;
    const settings = await ui.manager.api.call('settings.get', {});
    await ui.manager.api.call('settings.set', { ...settings, budget: { usdPerDay: 9, usdPerMonth: null } });
    await ui.goTo('#/settings/configuration', 'Settings');
    const row = page.getByRole('row', { name: /Limit a day/ });
    await row.getByText('set in the app').waitFor();
    expect(await row.getByRole('cell').allTextContents()).toEqual(['$9.00', '$5.00', 'set in the app']);
    const level = page.getByRole('row', { name: /log_level/ });
    expect(await level.getByRole('cell').allTextContents()).toEqual([
      '"debug"',
      '"info"',
      'environment LOG_LEVEL',
    ]);
    await page.getByRole('button', { name: 'Reset all settings…' }).click();
    await page.getByText('Limit a day: $9.00 becomes $5.00.').waitFor();
    await page.getByRole('button', { name: 'Reset all settings', exact: true }).click();
    await expect.poll(() => row.getByText('set in the app').count()).toBe(0);
    expect((await ui.manager.api.call('settings.get', {})).budget.usdPerDay).toBe(5);
    expect(ui.complaints).toEqual([]);
  });
});
