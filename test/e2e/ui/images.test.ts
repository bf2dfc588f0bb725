import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { axeFindings, keepPicture } from './support/checks.ts';
import { looksRight } from './support/looks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp } from './support/ui-app.ts';

describe('images', () => {
  let ui: UiApp;
  afterEach(() => ui.dispose());

  it('shows what is built, step by step, and what is here', async () => {
    ui = await startUi({ manager: scenarios.images() });
    await ui.goTo('#/images?build=bld_1', 'Images');
    await ui.page.getByText('#7 copying watchdog').waitFor();
    expect(await ui.page.getByText('step 3 of 4').count()).toBeGreaterThan(0);
    await looksRight(ui, 'images');
    expect(ui.complaints).toEqual([]);
  });

  it('plans as it is typed, lets the Dockerfile be edited, and builds', async () => {
    ui = await startUi({ manager: scenarios.images() });
    await ui.goTo('#/images', 'Images');
    await ui.page.getByRole('button', { name: 'Build an image' }).click();
    const dialog = ui.page.getByRole('dialog', { name: 'Build an image' });
    await dialog.getByRole('textbox', { name: 'Model' }).fill('Qwen/Qwen3-8B');
    await dialog.getByText('The weights are downloaded at the first start.').waitFor();
    await dialog.getByText('Dockerfile', { exact: true }).first().click();
    await dialog.getByRole('textbox', { name: 'Dockerfile' }).fill('FROM scratch');
    await keepPicture(ui.page, 'images-dialog', { theme: 'light', width: 1280, height: 800 });
    expect(await axeFindings(ui.page)).toEqual([]);
    await dialog.getByRole('textbox', { name: /packages/ }).fill('transformers');
    expect(await dialog.getByText('must be pinned, such as transformers==5.2.0').count()).toBeGreaterThan(0);
    await dialog.getByRole('textbox', { name: /packages/ }).fill('transformers==5.2.0');
    await dialog.getByRole('button', { name: 'Build', exact: true }).click();
    await ui.page.getByText('#7 copying watchdog').waitFor();
    expect(
      ui.manager.calls.filter((call) => call.name === 'images.build').map((call) => call.input),
    ).toMatchObject([
      { push: false, request: { dockerfile: 'FROM scratch', packages: ['transformers==5.2.0'] } },
    ]);
  });

  it('leads to a stock image where there is no engine', async () => {
    const manager = scenarios.images();
    manager.fail('images.list', new AppError('internal', 'No engine.'));
    const engine = await manager.api.call('images.engine', {});
    manager.reply('images.engine', async () => ({
      ...engine,
      available: false,
      name: null,
      version: null,
      problem: {
        code: 'docker_unavailable',
        message: 'No Docker engine answers.',
        advice: 'Start Docker Desktop.',
      },
    }));
    ui = await startUi({ manager });
    await ui.goTo('#/images', 'Images');
    await ui.page.getByText('Start Docker Desktop.').waitFor();
    await keepPicture(ui.page, 'images-no-docker', { theme: 'light', width: 900, height: 600 });
    expect(await axeFindings(ui.page)).toEqual([]);
    await ui.page.getByRole('link', { name: 'Deploy with a stock image' }).click();
    await ui.page.getByRole('heading', { level: 1, name: 'Deploy a model' }).waitFor();
  });
});
