import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loaded } from './support/checks.ts';
import { PAGES } from './support/pages.ts';
import { looksRight } from './support/looks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp } from './support/ui-app.ts';

describe('every page', () => {
  let ui: UiApp;
  beforeAll(async () => {
    ui = await startUi({ manager: scenarios.busy() });
  });
  afterAll(() => ui.dispose());

  it.each(PAGES)('%s holds in both themes at both sizes', async (name, address, heading) => {
    await ui.goTo(address, heading);
    await loaded(ui.page);
    await looksRight(ui, name);
    expect(ui.complaints).toEqual([]);
  });

  it('names the window after the page, and the sandbox', async () => {
    await ui.goTo('#/costs', 'Costs');
    expect(await ui.page.title()).toBe('Costs · RunPod LLM Manager (Sandbox)');
  });

  it('helps on an address that leads nowhere', async () => {
    await ui.page.evaluate("location.hash = '#/nowhere'");
    await ui.page.getByText('There is no such page').waitFor();
    await ui.page.getByRole('button', { name: 'Go to Overview' }).click();
    await ui.page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(ui.page.url()).toMatch(/#\/$/);
  });
});
