import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { sampleStatus } from '../../support/samples.ts';
import type { FakeManager } from '../../support/fake-manager.ts';
import { axeFindings, keepPicture, loaded, sidewaysOverflow } from './support/checks.ts';
import { PAGES } from './support/pages.ts';
import { looksRight } from './support/looks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp, type UiOptions } from './support/ui-app.ts';

describe('states', () => {
  let ui: UiApp;
  const start = async (manager: FakeManager, options: UiOptions = {}): Promise<void> => {
    ui = await startUi({ manager, ...options });
  };
  afterEach(() => ui.dispose());

  const clean = async (name: string, address: string, heading: string): Promise<void> => {
    await ui.goTo(address, heading);
    await loaded(ui.page);
    await looksRight(ui, name);
  };

  it('nothing deployed: says that nothing costs, and offers priced beginnings', async () => {
    await start(scenarios.empty());
    await clean('empty-overview', '#/', 'Overview');
    await ui.page.getByText('No models running. Nothing costs money.').waitFor();
    expect(await ui.page.getByRole('link', { name: /^Coding agent.*\$0\.26\/h/ }).count()).toBe(1);
    await clean('empty-costs', '#/costs', 'Costs');
    await clean('empty-playground', '#/playground', 'Playground');
    await clean('empty-connect', '#/connect', 'Connect');
  });

  it('a key of another account: said on every page, and settled by the user', async () => {
    const manager = scenarios.busy();
    const status = sampleStatus();
    const problem = {
      code: 'account_changed',
      message:
        'Pod 9xk2 was made in another RunPod account than that of the key in use. It may be billing there.',
      advice: 'Put the former key back.',
    };
    manager.reply('app.status', async () => ({ ...status, runpod: { ...status.runpod, problem } }));
    await start(manager);
    await clean('other-account', '#/', 'Overview');
    const banner = ui.page.getByRole('alert').filter({ hasText: 'Another RunPod account?' });
    await banner.getByRole('button', { name: 'It is the same account…' }).click();
    const dialog = ui.page.getByRole('dialog', { name: 'Is it the same account?' });
    await dialog.getByText('they go on billing there').waitFor();
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(manager.calls.map(({ name }) => name)).not.toContain('radar.confirmAccount');
    await banner.getByRole('button', { name: 'It is the same account…' }).click();
    await dialog.getByRole('button', { name: 'Same account, they are gone' }).click();
    await expect.poll(() => manager.calls.map(({ name }) => name)).toContain('radar.confirmAccount');
  });

  it('everything wrong at once: each trouble is named with what to do', async () => {
    await start(scenarios.trouble());
    await clean('trouble-overview', '#/', 'Overview');
    for (const text of [
      'RunPod answered 503 to the last three calls.',
      'tiny may still be billing',
      'qwen3-coder has no watchdog',
    ]) {
      expect([text, await ui.page.getByText(text).count()]).toEqual([
        text,
        expect.toSatisfy((count: number) => count > 0),
      ]);
    }
    await clean('trouble-costs', '#/costs', 'Costs');
    await clean('trouble-deploy', '#/deploy?model=Qwen/Qwen3-8B', 'Deploy a model');
    expect(await ui.page.getByText('RunPod request req-91aa').count()).toBeGreaterThan(0);
    await clean('trouble-keys', '#/settings/keys', 'Settings');
  });

  it('no key: says what cannot be done and where the key goes', async () => {
    await start(scenarios.noKey());
    await clean('no-key-overview', '#/', 'Overview');
    await clean('no-key-deploy', '#/deploy?model=Qwen/Qwen3-8B', 'Deploy a model');
    await ui.page
      .getByRole('alert')
      .filter({ hasText: 'No RunPod key' })
      .getByRole('link', { name: 'Enter the key' })
      .click();
    await ui.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(new URL(ui.page.url()).hash).toBe('#/settings/keys');
    await clean('no-key-keys', '#/settings/keys', 'Settings');
  });

  it('an empty balance: what was stopped by it, what is lost next, and where to pay', async () => {
    await start(scenarios.broke());
    await clean('broke-overview', '#/', 'Overview');
    await ui.page.getByRole('listitem').filter({ hasText: 'tiny' }).getByText('Balance empty').waitFor();
    await ui.page.getByText('The balance is empty').waitFor();
    await clean('broke-deployment', '#/deployments/tiny', 'tiny');
    await ui.page.getByText('Add credit').first().waitFor();
    expect(await ui.page.getByRole('button', { name: /^Start tiny for \$/ }).count()).toBe(1);
    await clean('broke-costs', '#/costs', 'Costs');
    await ui.page.getByText('It is empty now. RunPod acts by itself:').waitFor();
    await ui.page.getByText('Deletes, with all that is on them: qwen3-coder').waitFor();
  });

  it('no keychain: says it once where secrets are kept', async () => {
    await start(scenarios.noKeychain());
    await clean('no-keychain-overview', '#/', 'Overview');
    await clean('no-keychain-keys', '#/settings/keys', 'Settings');
    await ui.page.getByText('No Secret Service answers on the session bus.').first().waitFor();
    expect(ui.complaints).toEqual([]);
  });

  it('an endpoint that sleeps costs nothing, and its price says when it is paid', async () => {
    await start(scenarios.endpoints());
    await clean('endpoints-overview', '#/', 'Overview');
    const row = ui.page.getByRole('listitem').filter({ hasText: 'asleep' });
    await row.getByText('Sleeping').waitFor();
    await row.getByRole('button', { name: /for \$0\.69\/h while a worker runs$/ }).waitFor();
    await clean('endpoints-deployment', '#/deployments/asleep', 'asleep');
    await ui.page.getByText('0 running, 0 starting; 0 to 2 allowed').waitFor();
    await ui.page.getByText('the endpoint itself is kept at RunPod and costs nothing').waitFor();
    await ui.goTo('#/deploy?model=Qwen/Qwen3-8B', 'Deploy a model');
    await ui.show({ theme: 'light', width: 1280, height: 800 });
    await ui.page.getByRole('combobox', { name: 'Run as' }).selectOption('serverless');
    await ui.page.getByRole('button', { name: 'Deploy for $0.69/h while a worker runs' }).waitFor();
    await ui.page.getByText('$0 when idle').waitFor();
    await ui.page.getByText('at most 2 workers, together $1.38/h').waitFor();
    await keepPicture(ui.page, 'endpoints-deploy', { theme: 'light', width: 1280, height: 800 });
    await ui.page.getByRole('combobox', { name: 'Run as' }).selectOption('auto');
    await ui.page.getByText('It begins as a pod').waitFor();
    await ui.page.getByRole('button', { name: 'Deploy for $0.26/h', exact: true }).waitFor();
    expect(await ui.page.getByRole('radio', { name: /serverless/ }).isDisabled()).toBe(true);
    await keepPicture(ui.page, 'auto-deploy', { theme: 'light', width: 1280, height: 800 });
    expect(await axeFindings(ui.page)).toEqual([]);
  });

  it('fifty deployments: found by name, and the page stays quick to build', async () => {
    await start(scenarios.many());
    await clean('many-overview', '#/', 'Overview');
    await ui.page.getByRole('searchbox', { name: 'Filter deployments' }).fill('model-17');
    await ui.page.getByRole('link', { name: 'team-model-17' }).waitFor();
    expect(await ui.page.getByRole('link', { name: /^team-model/ }).count()).toBe(1);
  });

  it('ten thousand requests and a hundred thousand log lines: only what is seen exists', async () => {
    const manager = scenarios.many();
    manager.replyStream('logs.follow', async function* () {
      for (let index = 0; index < 100_000; index++) {
        yield {
          at: new Date(1_764_000_000_000 + index).toISOString(),
          source: 'container',
          level: 'info',
          text: `line ${index}`,
        };
      }
    });
    await start(manager);
    await ui.goTo('#/logs?source=@requests', 'Logs');
    await ui.page.getByRole('row').nth(5).waitFor();
    expect(await ui.page.getByRole('row').count()).toBeLessThan(80);
    await ui.goTo('#/logs?source=team-model-02', 'Logs');
    await ui.page.getByText('line 99999').waitFor({ timeout: 120_000 });
    expect(await ui.page.getByRole('log').locator('time').count()).toBeLessThan(120);
    await ui.page.getByRole('searchbox', { name: 'Find in log' }).fill('line 77777');
    await ui.page.getByText('1/1').waitFor();
    await ui.page.locator('mark', { hasText: 'line 77777' }).waitFor();
  });

  it('a lost connection: says since when and what keeps costing, and catches up after', async () => {
    await start(scenarios.busy());
    await ui.goTo('#/', 'Overview');
    const figures = ui.page.getByRole('main').getByText(/^as of/);
    await figures.waitFor();
    ui.wire.cut();
    await ui.page.getByText(/No connection to the app since/).waitFor();
    // Figures of before the loss are marked as old.
    await ui.page.getByRole('main').getByText('◷').waitFor();
    await ui.page.getByText(/keep costing about \$0\.70\/h/).waitFor();
    await keepPicture(ui.page, 'offline', { theme: 'light', width: 1280, height: 800 });
    expect(await axeFindings(ui.page)).toEqual([]);
    ui.manager.change('tiny', { state: 'ready' });
    ui.wire.mend();
    await ui.page.getByText(/No connection to the app since/).waitFor({ state: 'detached', timeout: 60_000 });
    await ui.page.getByRole('listitem').filter({ hasText: 'tiny' }).getByText('Ready').waitFor();
  });

  it('the core does not answer: says so instead of an empty page', async () => {
    const manager = scenarios.busy();
    manager.fail('app.status', new AppError('internal', 'The data directory is locked.'));
    manager.fail('deployments.list', new AppError('internal', 'The data directory is locked.'));
    await start(manager);
    await ui.page.getByText('The data directory is locked.').waitFor();
    expect(await ui.page.getByRole('button', { name: 'Try again' }).count()).toBe(1);
  });

  it.each([
    ['zoomed to 200 %', 640, 400, '87.5%'],
    ['zoomed to 400 %', 320, 256, '87.5%'],
    ['with text at 200 %', 1280, 800, '175%'],
  ])('%s: nothing is out of reach sideways on any page', async (how, width, height, fontSize) => {
    await start(scenarios.busy());
    await ui.page.setViewportSize({ width, height });
    for (const [name, address, heading] of PAGES) {
      await ui.goTo(address, heading);
      await ui.page.evaluate(`document.documentElement.style.fontSize = '${fontSize}'`);
      await keepPicture(ui.page, `reach-${name}-${fontSize === '175%' ? 'text' : ''}`, {
        theme: 'light',
        width,
        height,
      });
      expect(await sidewaysOverflow(ui.page), `${how}: ${name}`).toBe(0);
    }
  });

  it('reduced motion: nothing moves by itself on any page', async () => {
    await start(scenarios.busy());
    await ui.page.emulateMedia({ reducedMotion: 'reduce' });
    for (const [name, address, heading] of PAGES) {
      await ui.goTo(address, heading);
      await loaded(ui.page);
      expect([name, await ui.page.evaluate<number>('document.getAnimations().length')]).toEqual([name, 0]);
    }
  });

  it('speaks phases and readiness, and money trouble at once', async () => {
    await start(scenarios.busy());
    await ui.goTo('#/', 'Overview');
    ui.manager.change('gemma-3-12b', { state: 'ready' });
    await ui.page
      .locator('[aria-live="polite"]')
      .filter({ hasText: 'gemma-3-12b is ready' })
      .waitFor({ state: 'attached' });
    ui.manager.emit({
      name: 'notification',
      payload: {
        id: 'b',
        at: new Date().toISOString(),
        kind: 'budget',
        title: 'Budget reached',
        body: 'All pods were stopped.',
        deployment: null,
      },
    });
    await ui.page
      .getByRole('alert')
      .filter({ hasText: 'Budget reached. All pods were stopped.' })
      .waitFor({ state: 'attached' });
    expect(ui.complaints).toEqual([]);
  });
});
