import { afterEach, describe, expect, it } from 'vitest';
import { loaded } from './support/checks.ts';
import { looksRight } from './support/looks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp } from './support/ui-app.ts';

describe('a network volume for the weights', () => {
  let ui: UiApp;
  afterEach(() => ui.dispose());

  it('is advised with numbers, made at its price, and taken for the deployment', async () => {
    const manager = scenarios.busy();
    manager.reply('volumes.list', async () => ({ volumes: [] }));
    ui = await startUi({ manager });
    await ui.goTo('#/deploy?model=Qwen/Qwen3-8B', 'Deploy a model');
    await loaded(ui.page);
    await ui.page.getByText('Network volume: keeps the weights between starts').click();
    await ui.page.getByText('It does not pay.').waitFor();
    await looksRight(ui, 'deploy-volume', ui.page.getByText('It bills until it is deleted'));
    await ui.page.getByRole('combobox', { name: 'New volume in' }).selectOption('US-KS-2');
    await ui.page.getByRole('button', { name: 'Make 23 GB for $1.61 a month' }).click();
    await expect
      .poll(() => manager.calls.find(({ name }) => name === 'volumes.create')?.input)
      .toEqual({ model: 'Qwen/Qwen3-8B', dataCenterId: 'US-KS-2', sizeGb: 23 });
    await expect
      .poll(() => ui.page.getByRole('combobox', { name: 'Weights from' }).inputValue())
      .toBe('vol1');
    await ui.page.getByRole('button', { name: /^Deploy for/ }).click();
    await expect
      .poll(() => manager.calls.find(({ name }) => name === 'deployments.create')?.input)
      .toMatchObject({
        spec: {
          volume: { networkVolumeId: 'vol1' },
          compute: { dataCenterIds: ['US-KS-2'], cloud: 'SECURE' },
        },
      });
    expect(ui.complaints).toEqual([]);
  });
});
