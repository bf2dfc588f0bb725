import { afterEach, describe, expect, it } from 'vitest';
import type { DeploymentSpec } from '../../../src/shared/model.ts';
import { AppError } from '../../../src/shared/errors.ts';
import { axeFindings, keepPicture, loaded } from './support/checks.ts';
import { looksRight } from './support/looks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp } from './support/ui-app.ts';

describe('the deploy form', () => {
  let ui: UiApp;
  afterEach(() => ui.dispose());

  it('says everything a deployment can be told', async () => {
    ui = await startUi({ manager: scenarios.endpoints() });
    const { page } = ui;
    await ui.goTo('#/deploy?model=Qwen/Qwen3-8B', 'Deploy a model');
    // What was typed is asked about at once: nobody is told to choose what is chosen.
    await page.getByRole('button', { name: 'Deploy for $0.26/h', exact: true }).waitFor();
    expect(await page.getByText('Choose a model to see').count()).toBe(0);
    await page.getByText('Advanced: arguments').click();
    await page.getByLabel('Image of its own').selectOption('always');
    await page.getByLabel('Data centres').fill('EU-RO-1, US-KS-2');
    await page.getByLabel('Idle stop').selectOption('computed');
    await page.getByLabel('Until it knows enough').fill('20');
    await loaded(page);
    await looksRight(ui, 'deploy-advanced');
    const asked = (): unknown => ui.manager.calls.findLast(({ name }) => name === 'plan.make')?.input;
    await expect
      .poll(asked)
      .toMatchObject({ ownImage: 'always', compute: { dataCenterIds: ['EU-RO-1', 'US-KS-2'] } });
    // An image that is named takes the place of one of its own.
    await page.getByLabel('Image', { exact: true }).fill('me/llm:1');
    await page.getByText('The image that is named is used.').waitFor();
    await page.getByLabel('Image', { exact: true }).fill('');
    await ui.show({ theme: 'light', width: 1280, height: 800 });
    await page.getByLabel('Run as').selectOption('serverless');
    await page.getByLabel('At most', { exact: true }).fill('3');
    await page.getByLabel('Kept up always').fill('1');
    await page.getByText('1 worker kept up, $0.69/h day and night').waitFor();
    await keepPicture(page, 'deploy-workers', { theme: 'light', width: 1280, height: 800 });
    expect(await axeFindings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Deploy for $0.69/h day and night' }).click();
    const stored = (): DeploymentSpec | undefined =>
      ui.manager.deployments().find(({ name }) => name === 'qwen3-8b')?.spec;
    await expect.poll(stored).toMatchObject({
      mode: 'serverless',
      ownImage: 'always',
      compute: { dataCenterIds: ['EU-RO-1', 'US-KS-2'], maxUsdPerHour: 2.07 },
      idle: { policy: 'computed', minutes: 20 },
      serverless: { type: 'QUEUE', minWorkers: 1, maxWorkers: 3, idleTimeoutSeconds: 60 },
    });
    expect(ui.complaints).toEqual([]);
  });

  it('asks for no price any more that was refused, and says why nothing can be deployed', async () => {
    const manager = scenarios.busy();
    manager.fail('plan.make', new AppError('invalid_input', 'qwen3:8b is an Ollama name.'));
    ui = await startUi({ manager });
    await ui.goTo('#/deploy?model=qwen3:8b', 'Deploy a model');
    const button = ui.page
      .getByRole('button', { name: 'Deploy', exact: true })
      .and(ui.page.locator('[aria-disabled=true]'));
    await button.waitFor();
    expect(await button.getAttribute('title')).toBe('qwen3:8b is an Ollama name.');
    expect(await ui.page.getByText('asking the price').count()).toBe(0);
  });

  it('changes image, environment and disk of a deployment, saying that they replace the pod', async () => {
    ui = await startUi({ manager: scenarios.busy() });
    const { page } = ui;
    await ui.goTo('#/deployments/tiny?tab=settings', 'tiny');
    await page.getByLabel('Environment, NAME=value a line').fill('not a variable');
    await page
      .getByText(/not a variable/)
      .last()
      .waitFor();
    await page.getByLabel('Environment, NAME=value a line').fill('HF_HUB_OFFLINE=1');
    await page.getByLabel('Image of its own').selectOption('never');
    await page.getByLabel('Container disk', { exact: true }).fill('80');
    await page.getByText('HF_HUB_OFFLINE 1').waitFor();
    await page.getByRole('button', { name: /^Apply/ }).click();
    const edited = (): unknown => ui.manager.calls.findLast(({ name }) => name === 'deployments.edit')?.input;
    await expect.poll(edited).toMatchObject({
      spec: { env: { HF_HUB_OFFLINE: '1' }, ownImage: 'never', containerDiskGb: 80 },
    });
  });
});
