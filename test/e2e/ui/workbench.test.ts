import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { sampleRequest } from '../../support/samples.ts';
import { tempDir } from '../../support/temp.ts';
import { axeFindings, keepPicture, sidewaysOverflow } from './support/checks.ts';
import { looksRight } from './support/looks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, VIEWS, type UiApp } from './support/ui-app.ts';

const SEED = JSON.stringify({
  model: { name: 'Qwen/Qwen3-8B' },
  compute: { gpu_type_ids: ['NVIDIA A40'], max_usd_per_hour: 0.44 },
  pod: { name: 'from-file' },
  schedule: { hours: [{ from: '09:00', to: '17:00' }] },
});
const LIST = JSON.stringify({
  deployments: [{ model: { name: 'a/one' } }, { model: { name: 'b/two' } }],
  proxy: { port: 9000 },
});

describe('what is done now and then', () => {
  let ui: UiApp;
  afterEach(() => ui.dispose());
  const called = (name: string): unknown[] =>
    ui.manager.calls.filter((call) => call.name === name).map((call) => call.input);
  const start = async (): Promise<void> => {
    ui = await startUi({ manager: scenarios.busy() });
  };

  it('deploys from a pasted file, in its form', async () => {
    await start();
    const { page } = ui;
    await ui.goTo('#/deploy', 'Deploy a model');
    await page.getByRole('button', { name: 'From a file…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Deploy from llm_config.json' });
    await dialog.getByLabel('Text of llm_config.json').fill('{ "modle": 1 }');
    await dialog.getByRole('button', { name: 'Read it' }).click();
    await dialog.getByText(/line:1:3: modle: found an unknown key/).waitFor();
    await dialog.getByLabel('Text of llm_config.json').fill(SEED);
    await dialog.getByRole('button', { name: 'Read it' }).click();
    await dialog.getByRole('button', { name: 'Open from-file in the form' }).waitFor();
    await keepPicture(page, 'dialog-file', { theme: 'light', width: 1280, height: 800 });
    expect(await axeFindings(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Open from-file in the form' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText('Only NVIDIA A40, as it was given.').waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('from-file');
    await page.getByText('Schedule: working hours').click();
    const hours = page.getByRole('group', { name: 'Working hours 1' });
    expect(await hours.getByLabel('from').inputValue()).toBe('09:00');
    await hours.getByText('Sa', { exact: true }).click();
    await page.getByRole('button', { name: 'Add a time to be ready' }).click();
    expect(await axeFindings(page)).toEqual([]);
    for (const view of VIEWS) {
      await ui.show(view);
      await keepPicture(page, 'deploy-schedule', view);
      expect(await sidewaysOverflow(page)).toBe(0);
    }
    await page.getByRole('button', { name: /^Deploy for \$/ }).click();
    await expect.poll(() => called('deployments.create')).toHaveLength(1);
    expect(called('deployments.create')).toMatchObject([
      {
        spec: {
          name: 'from-file',
          schedule: {
            hours: [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'], from: '09:00', to: '17:00' }],
            prewarm: [{ at: '08:45' }],
          },
        },
      },
    ]);
    // The browser itself tells of the refusal.
    expect(ui.complaints.filter((text) => !text.includes('status of 400'))).toEqual([]);
  });

  it('adds a list from a chosen file without starting anything', async () => {
    await start();
    const { page } = ui;
    const path = join(tempDir(), 'llm_config.json');
    writeFileSync(path, LIST);
    await ui.goTo('#/deploy', 'Deploy a model');
    await page.getByRole('button', { name: 'From a file…' }).click();
    await page.getByLabel('Choose a file…').setInputFiles(path);
    await page.getByText('Not used here: proxy.').waitFor();
    await page.getByRole('button', { name: 'Add all 2, without starting' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(called('deployments.create')).toMatchObject([
      { spec: { name: 'one' }, start: false },
      { spec: { name: 'two' }, start: false },
    ]);
  });

  it('compares two models side by side', async () => {
    await start();
    const { page } = ui;
    ui.manager.change('tiny', { state: 'ready', actions: ['stop', 'restart', 'terminate', 'edit'] });
    ui.manager.replyStream('playground.chat', async function* ({ model }) {
      if (model === 'broken') throw new AppError('internal', 'no');
      yield { type: 'delta', text: `I am ${model}.`, reasoning: '' };
      yield { type: 'done', finishReason: 'stop', request: sampleRequest() };
    });
    await ui.goTo('#/playground?model=qwen3-coder', 'Playground');
    await page.getByLabel('Compare with').selectOption('tiny');
    await page.getByRole('textbox', { name: 'Message' }).fill('Who are you?');
    await page.keyboard.press('Enter');
    const one = page.getByRole('article', { name: 'Model qwen3-coder' });
    const two = page.getByRole('article', { name: 'Model tiny' });
    await one.getByText('I am qwen3-coder.').waitFor();
    await two.getByText('I am tiny.').waitFor();
    const [left, right] = [await one.boundingBox(), await two.boundingBox()];
    expect(left?.y).toBe(right?.y);
    await two.getByRole('button', { name: 'Answer again' }).click();
    await two.getByText('I am tiny.').waitFor();
    await looksRight(ui, 'playground-compare');
    expect(ui.complaints).toEqual([]);
  });

  it('asks the price of both before two sleeping models are woken', async () => {
    await start();
    const { page } = ui;
    ui.manager.change('qwen3-coder', { state: 'stopped', actions: ['start', 'terminate', 'edit'] });
    await ui.goTo('#/playground?model=tiny', 'Playground');
    await page.getByRole('button', { name: /^Start and send for \$0\.26\/h/ }).waitFor();
    await page.getByLabel('Compare with').selectOption('qwen3-coder');
    const both = page.getByRole('button', { name: /^Start and send for \$/ });
    await expect.poll(() => both.textContent()).toContain('$0.52/h');
  });

  it('names every server that answers for a model, and what holds it back', async () => {
    await start();
    const { page } = ui;
    const { targets } = await ui.manager.api.call('targets.list', {});
    const own = targets.find(({ name }) => name === 'qwen3-coder');
    ui.manager.reply('targets.list', async () => ({
      targets: [
        ...targets,
        {
          id: 'added',
          name: 'office-server',
          models: own?.models ?? [],
          state: 'ready',
          inFlight: 2,
          firstTokenMs: 1400,
          breaker: 'open',
        },
      ],
    }));
    await ui.goTo('#/deployments/qwen3-coder', 'qwen3-coder');
    const part = page.getByRole('region', { name: 'Who answers', exact: true });
    await part.getByRole('row', { name: /qwen3-coder \(this deployment\).*closed/ }).waitFor();
    await part.getByRole('row', { name: /office-server.*open: it failed.*2.*1\.4 s/ }).waitFor();
    expect(await part.getByRole('row').count()).toBe(3);
    await part.scrollIntoViewIfNeeded();
    await looksRight(ui, 'deployment-targets');
    expect(ui.complaints).toEqual([]);
  });

  it('checks a client and names what does not work', async () => {
    await start();
    const { page } = ui;
    await ui.goTo('#/connect?client=opencode', 'Connect');
    await page.getByRole('button', { name: 'Talk as OpenCode does' }).click();
    await page.getByText('The model called no tool.').waitFor();
    expect(await page.getByText('does not work.').count()).toBe(1);
    expect(called('connect.check')).toEqual([{ client: 'opencode', deployment: 'dep_qwen3-coder' }]);
    for (const view of VIEWS) {
      await ui.show(view);
      await keepPicture(page, 'connect-check', view);
      expect(await axeFindings(page), `${view.theme} ${view.width}`).toEqual([]);
    }
    await page.getByLabel('Model', { exact: true }).selectOption('tiny');
    await page.getByText('tiny is not ready; a check starts nothing.').waitFor({ state: 'attached' });
    expect(ui.complaints).toEqual([]);
  });

  it('splits the costs by key and saves them as a file', async () => {
    await start();
    const { page } = ui;
    await ui.goTo('#/costs', 'Costs');
    const split = page.getByRole('region', { name: 'Whom it was spent for', exact: true });
    await split.getByText('Key', { exact: true }).click();
    await split.getByRole('columnheader', { name: 'Key' }).waitFor();
    expect(called('costs.shares')).toContainEqual({ by: 'key', span: 'month' });
    const saving = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Export JSON' }).click();
    const file = await saving;
    expect(file.suggestedFilename()).toBe('costs-simulated-2026-11-24.json');
    expect(JSON.parse(readFileSync(await file.path(), 'utf8'))).toBeInstanceOf(Object);
    await looksRight(ui, 'costs-shares', split);
    expect(ui.complaints).toEqual([]);
  });
});
