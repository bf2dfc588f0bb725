import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { hasFocus, loaded } from './support/checks.ts';
import { looksRight } from './support/looks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp } from './support/ui-app.ts';

describe('servers beside the deployments', () => {
  let ui: UiApp;
  afterEach(() => ui.dispose());
  const called = (name: string): unknown[] =>
    ui.manager.calls.filter((call) => call.name === name).map((call) => call.input);
  const open = async (): Promise<void> => {
    ui = await startUi({ manager: scenarios.busy() });
    await ui.goTo('#/settings/servers', 'Settings');
    await loaded(ui.page);
  };

  it('one is described, asked for its models, added, tested and removed', async () => {
    await open();
    const { page } = ui;
    const part = page.getByRole('region', { name: 'Servers of your own' });
    await part.getByRole('row', { name: /ollama from llm_config\.json/ }).waitFor();
    await part.getByRole('button', { name: 'Add a server…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a server' });
    expect(await hasFocus(dialog.getByLabel('Name', { exact: true }))).toBe(true);
    await dialog.getByRole('button', { name: 'LM Studio' }).click();
    await dialog.getByLabel('Name', { exact: true }).fill('Lab');
    await dialog.getByText('Small letters, digits, dots and dashes, 40 at most.').waitFor();
    await dialog.getByLabel('Name', { exact: true }).fill('lab');
    await dialog.getByLabel('Key', { exact: true }).fill('sk-lab-1234');
    await dialog.getByRole('button', { name: 'Test the connection' }).click();
    await dialog.getByText('It answers in 84 ms and takes the key.').waitFor();
    await dialog.getByRole('button', { name: 'gpt-oss-120b' }).click();
    expect(await dialog.getByLabel('Models', { exact: true }).inputValue()).toBe('gpt-oss-120b');
    await looksRight(ui, 'servers-add');
    await dialog.getByRole('button', { name: 'Add the server' }).click();
    await page.getByText('lab answers requests from now on').first().waitFor();
    await part
      .getByRole('row', { name: /^lab http:\/\/127\.0\.0\.1:1234\/v1 gpt-oss-120b keychain/ })
      .waitFor();
    expect(called('targets.save')).toMatchObject([
      {
        target: { name: 'lab', baseUrl: 'http://127.0.0.1:1234/v1', models: ['gpt-oss-120b'] },
        before: null,
        apiKey: 'sk-lab-1234',
      },
    ]);
    await part.getByRole('button', { name: 'Test lab' }).click();
    await page.getByText('lab answers in 84 ms').first().waitFor();
    await part.getByRole('button', { name: 'Remove lab…' }).click();
    await page
      .getByRole('dialog', { name: 'Remove the server lab?' })
      .getByRole('button', { name: 'Remove lab' })
      .click();
    await part.getByRole('row', { name: /^lab/ }).waitFor({ state: 'detached' });
    expect(called('targets.remove')).toEqual([{ name: 'lab' }]);
    expect(ui.complaints).toEqual([]);
  });

  it('what the core refuses is said in the dialog, and nothing typed is lost', async () => {
    await open();
    ui.manager.fail(
      'targets.save',
      new AppError('name_taken', 'Something else is called "company" already.'),
    );
    ui.manager.reply('targets.test', async () => ({
      ok: false,
      models: [],
      ms: 12,
      problem: {
        code: 'upstream_rejected',
        message: 'It refuses the key (401).',
        advice: 'Correct the key.',
      },
    }));
    const { page } = ui;
    await page.getByRole('button', { name: 'Change company…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change company' });
    await dialog.getByLabel('Models', { exact: true }).fill('a, b');
    await dialog.getByRole('button', { name: 'Test the connection' }).click();
    await dialog.getByText('It refuses the key (401).').waitFor();
    await dialog.getByRole('button', { name: 'Keep changes' }).click();
    await dialog.getByText('Something else is called "company" already.').waitFor();
    expect(await dialog.getByLabel('Models', { exact: true }).inputValue()).toBe('a, b');
    expect(called('targets.save')).toMatchObject([{ before: 'company', target: { models: ['a', 'b'] } }]);
    // The file's own are changed there, which the button says.
    await page.keyboard.press('Escape');
    const change = page.getByRole('button', { name: 'Change ollama…' });
    expect(await change.getAttribute('aria-disabled')).toBe('true');
    expect(await change.getAttribute('title')).toContain('Change it in the file');
  });

  it('a hosted model is on after its price was seen, and stands in, and bridges a wake', async () => {
    await open();
    const { page } = ui;
    const hosted = page.getByRole('region', { name: 'Models RunPod hosts', exact: true });
    await hosted.getByRole('cell', { name: '$0.95', exact: true }).waitFor();
    const turn = hosted.getByRole('switch', { name: 'kimi-k2.6: $0.95 per million tokens in, $4.00 out' });
    await turn.click();
    await page.getByText('kimi-k2.6 answers from now on').first().waitFor();
    await turn.and(page.locator('[data-state=checked]')).waitFor();
    const ways = page.getByRole('region', { name: 'When a model fails or wakes' });
    await ways.getByLabel('While a GPU wakes').selectOption('kimi-k2.6');
    await ways.getByText('kimi-k2.6 costs $0.95 per million tokens in, $4.00 out.').waitFor();
    await ways.getByLabel('At most').fill('20');
    await ways.getByLabel('At most').press('Tab');
    await expect
      .poll(() => called('targets.route').at(-1))
      .toMatchObject({
        bridge: { model: 'kimi-k2.6', requestsPerDay: 20 },
      });
    await ways.getByLabel('Where this fails').selectOption('qwen3-coder');
    await ways.getByLabel('this answers').selectOption('kimi-k2.6');
    await ways.getByRole('button', { name: 'Add', exact: true }).click();
    await ways.getByText('qwen3-coder → kimi-k2.6').waitFor();
    await page.getByText('Saved').first().waitFor();
    await looksRight(ui, 'servers');
    await ways.getByRole('button', { name: 'Nobody stands in for qwen3-coder' }).click();
    await ways.getByText('Nobody stands in for anybody.').waitFor();
    await turn.click();
    await turn.and(page.locator('[data-state=unchecked]')).waitFor();
    expect(ui.complaints).toEqual([]);
  });
});
