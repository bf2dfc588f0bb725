import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { axeFindings, keepPicture } from './support/checks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp } from './support/ui-app.ts';

describe('a window of the desktop app', () => {
  let ui: UiApp;
  beforeEach(async () => {
    ui = await startUi({ manager: scenarios.busy(), desktop: true });
  });
  afterEach(() => ui.dispose());
  const called = (name: string): unknown[] =>
    ui.manager.calls.filter((call) => call.name === name).map((call) => call.input);

  it('speaks over the bridge alone, and hears events there', async () => {
    const asked: string[] = [];
    ui.page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await ui.goTo('#/', 'Overview');
    await ui.page.getByRole('link', { name: 'tiny' }).waitFor();
    ui.manager.change('tiny', { state: 'ready' });
    await ui.page.getByRole('listitem').filter({ hasText: 'tiny' }).getByText('Ready').waitFor();
    expect(asked.filter((path) => path.startsWith('/control'))).toEqual([]);
    expect(ui.complaints).toEqual([]);
  });

  it('has the keys that a browser keeps for itself', async () => {
    await ui.goTo('#/', 'Overview');
    await ui.page.keyboard.press('Control+5');
    await ui.page.getByRole('heading', { level: 1, name: 'Costs' }).waitFor();
    await ui.page.keyboard.press('Control+n');
    await ui.page.getByRole('heading', { level: 1, name: 'Deploy a model' }).waitFor();
    expect(ui.page.url()).toContain('#/deploy');
  });

  it('goes where the app sends it', async () => {
    await ui.goTo('#/', 'Overview');
    await ui.desktop?.showPage('/deployments/tiny?tab=logs');
    await ui.page.getByRole('heading', { level: 1, name: 'tiny' }).waitFor();
    expect(await ui.page.getByRole('tab', { name: 'Logs' }).getAttribute('aria-selected')).toBe('true');
  });

  it('streams logs and answers', async () => {
    await ui.goTo('#/playground?model=qwen3-coder', 'Playground');
    await ui.page.getByRole('textbox', { name: 'Message' }).fill('hi');
    await ui.page.keyboard.press('Enter');
    await ui.page.getByText('You said: hi').waitFor();
    await ui.goTo('#/logs?source=qwen3-coder', 'Logs');
    await ui.page.getByText('Application startup complete.').waitFor();
    expect(ui.complaints).toEqual([]);
  });

  it('offers what only a desktop has', async () => {
    await ui.goTo('#/settings/desktop', 'Settings');
    await ui.page.getByRole('switch', { name: 'Start at login' }).click();
    await expect.poll(() => called('settings.set')).toMatchObject([{ desktop: { startAtLogin: true } }]);
    expect(await axeFindings(ui.page)).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('shows what runs in the small window, %s', async (theme) => {
    const view = { theme, width: 380, height: 520 };
    await ui.show(view);
    await ui.goTo('#/popover', 'Deployments');
    await ui.page.getByRole('button', { name: 'Start tiny for $0.26/h' }).waitFor();
    await keepPicture(ui.page, 'popover', view);
    expect(await axeFindings(ui.page)).toEqual([]);
    await ui.page.getByRole('button', { name: 'Open tiny' }).click();
    await ui.page.getByRole('button', { name: 'Deploy…' }).click();
    await expect.poll(() => ui.desktop?.opened).toEqual(['/deployments/tiny', '/deploy']);
    // The main process asks, in a box of the system.
    await ui.page.getByRole('button', { name: /^Stop all/ }).click();
    await expect.poll(() => called('deployments.stopAll')).toHaveLength(1);
  });
});
