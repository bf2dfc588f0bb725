import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeManager } from '../../support/fake-manager.ts';
import { tabTo } from './support/keys.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp, type UiOptions } from './support/ui-app.ts';

describe('what people do', () => {
  let ui: UiApp;
  const start = async (manager: FakeManager, options: UiOptions = {}): Promise<void> => {
    ui = await startUi({ manager, ...options });
  };
  afterEach(() => ui.dispose());
  const called = (name: string): unknown[] =>
    ui.manager.calls.filter((call) => call.name === name).map((call) => call.input);

  it('from the first start to an answer in three decisions', async () => {
    await start(scenarios.first(), { preferences: { welcomed: false } });
    const { page } = ui;
    await page.getByRole('heading', { level: 1, name: 'Welcome' }).waitFor();
    await page.getByRole('button', { name: /^Try the sandbox/ }).click();
    await page.getByRole('button', { name: 'Start Small and cheap for $0.26/h' }).click();
    await page.getByRole('heading', { name: /Your endpoint/ }).waitFor();
    ui.manager.change('qwen3-8b', { state: 'ready', actions: ['stop', 'restart', 'terminate', 'edit'] });
    await page.getByText('It is ready.').waitFor();
    await page.getByRole('button', { name: 'Chat with it' }).click();
    await page.getByRole('textbox', { name: 'Message' }).fill('hello there');
    await page.getByRole('button', { name: 'Send' }).click();
    await page.getByText('You said: hello there').waitFor();
    await page.getByText(/first token 610 ms · 41 tok\/s/).waitFor();
    expect(called('deployments.create')).toMatchObject([
      { start: true, spec: { name: 'qwen3-8b', compute: { maxUsdPerHour: 0.26 } } },
    ]);
    expect(ui.complaints).toEqual([]);
  });

  it('takes a key, shows what it may do, and never shows it again', async () => {
    await start(scenarios.first(), { preferences: { welcomed: false } });
    const { page } = ui;
    await page.getByRole('button', { name: /^Use my RunPod key/ }).click();
    await page.getByLabel('RunPod key', { exact: true }).fill('  rpa_secret_value_1234  ');
    await page.getByRole('button', { name: 'Check and go on' }).click();
    await page.getByText('endpoints cannot be made').waitFor();
    expect(called('secrets.set')).toEqual([{ name: 'runpod', value: 'rpa_secret_value_1234' }]);
    expect(await page.content()).not.toContain('rpa_secret');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByRole('heading', { name: 'Which model?' }).waitFor();
  });

  it('does the main job by keyboard alone', async () => {
    await start(scenarios.empty());
    const { page } = ui;
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    const press = (...keys: string[]): Promise<void> =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    await press('Control+k');
    await page.keyboard.type('deploy a');
    await press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Deploy a model' }).waitFor();
    await tabTo(page, 'Model');
    await page.keyboard.type('qwen');
    await page.getByRole('option').first().waitFor();
    await press('ArrowDown', 'Enter');
    await page.getByRole('radio', { name: /A5000/ }).waitFor();
    await tabTo(page, /RTX A5000/);
    await press('ArrowDown');
    await page.getByRole('button', { name: 'Deploy for $0.44/h' }).waitFor();
    await tabTo(page, /^Deploy for/);
    await press('Enter');
    await page.getByRole('heading', { level: 1, name: 'qwen3-coder-30b-a3b-instruct-fp8' }).waitFor();
    ui.manager.change('qwen3-coder-30b-a3b-instruct-fp8', {
      state: 'ready',
      actions: ['stop', 'restart', 'terminate', 'edit'],
    });
    await page.getByText('Ready', { exact: true }).first().waitFor();
    await press('Alt+3');
    await page.getByRole('heading', { level: 1, name: 'Playground' }).waitFor();
    await tabTo(page, 'Message');
    await page.keyboard.type('hi');
    await press('Enter');
    await page.getByText('You said: hi').waitFor();
    await press('Control+k');
    await page.keyboard.type('stop qwen');
    await press('Enter');
    await expect.poll(() => called('deployments.stop')).toHaveLength(1);
  });

  it('asks again when the price rose between look and click', async () => {
    await start(scenarios.empty());
    const { page, manager } = ui;
    await ui.goTo('#/deploy?model=Qwen/Qwen3-8B', 'Deploy a model');
    const button = page.getByRole('button', { name: 'Deploy for $0.26/h' });
    await button.waitFor();
    const plan = await manager.api.call('plan.make', { model: 'Qwen/Qwen3-8B' });
    manager.reply('plan.make', async () => ({
      ...plan,
      candidates: plan.candidates.map((candidate) => ({
        ...candidate,
        usdPerHour: candidate.usdPerHour + 0.1,
      })),
    }));
    await button.click();
    await page.getByText('The price rose from $0.26/h to $0.36/h. Press again to accept.').waitFor();
    expect(called('deployments.create')).toEqual([]);
    await button.click();
    await page.getByRole('heading', { level: 1, name: 'qwen3-8b' }).waitFor();
    expect(called('deployments.create')).toMatchObject([{ spec: { compute: { maxUsdPerHour: 0.36 } } }]);
  });

  it('refuses bad input at its field before anything is created', async () => {
    await start(scenarios.empty());
    const { page } = ui;
    await ui.goTo('#/deploy?model=Qwen/Qwen3-8B', 'Deploy a model');
    await page.getByRole('button', { name: 'Deploy for $0.26/h' }).waitFor();
    await page.getByLabel('Stop after').fill('-3');
    await page.getByRole('button', { name: 'Deploy for $0.26/h' }).press('Enter');
    expect(await page.getByLabel('Stop after').getAttribute('aria-invalid')).toBe('true');
    expect(called('deployments.create')).toEqual([]);
  });

  it('duplicates a deployment', async () => {
    await start(scenarios.busy());
    const { page } = ui;
    await ui.goTo('#/', 'Overview');
    await page.getByRole('button', { name: 'More for qwen3-coder' }).click();
    await page.getByRole('menuitem', { name: 'Duplicate' }).click();
    await page.getByRole('heading', { level: 1, name: 'Deploy a model' }).waitFor();
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('qwen3-coder-2');
  });

  it('deletes only after the name was typed', async () => {
    await start(scenarios.busy());
    const { page } = ui;
    await ui.goTo('#/deployments/tiny', 'tiny');
    await page.getByRole('button', { name: 'Delete…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Delete tiny?' });
    await dialog.getByRole('textbox').fill('tiny');
    await dialog.getByRole('button', { name: 'Delete tiny' }).click();
    await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
    expect(called('deployments.terminate')).toEqual([{ deployment: 'dep_tiny' }]);
  });

  it('edits what takes effect at once, and asks before what replaces the pod', async () => {
    await start(scenarios.busy());
    const { page } = ui;
    await ui.goTo('#/deployments/qwen3-coder?tab=settings', 'qwen3-coder');
    await page.getByLabel('Idle stop after').fill('30');
    await page.getByRole('button', { name: 'Apply', exact: true }).click();
    await page.getByText('qwen3-coder was changed').first().waitFor();
    await page.getByLabel('Context').fill('65536');
    await page.getByText('restarts the pod, clears its disk').waitFor();
    await page.getByRole('button', { name: 'Apply and restart…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Apply and restart qwen3-coder?' });
    await dialog.getByRole('button', { name: 'Apply and restart' }).click();
    await expect.poll(() => called('deployments.edit')).toHaveLength(2);
  });

  it('copies a snippet with the key, and shows it without', async () => {
    await start(scenarios.busy());
    const { page } = ui;
    await ui.goTo('#/connect?client=opencode', 'Connect');
    expect(await page.content()).not.toContain('pat_local_0123456789abcdef3f9a');
    await page.getByRole('button', { name: 'Copy OpenCode configuration' }).click();
    await page.getByText('OpenCode configuration, with your local key, copied').first().waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(JSON.parse(copied)).toMatchObject({
      provider: { 'runpod-llm': { options: { apiKey: 'pat_local_0123456789abcdef3f9a' } } },
    });
  });

  it('hears the first request of a connected client', async () => {
    await start(scenarios.busy());
    const { page, manager } = ui;
    await ui.goTo('#/connect?client=opencode', 'Connect');
    await page.getByText('Waiting for the first request…').waitFor();
    const { requests } = await manager.api.call('requests.recent', { limit: 1 });
    const [request] = requests;
    if (request === undefined) throw new Error('a request is needed');
    manager.emit({
      name: 'request.finished',
      payload: {
        ...request,
        id: 'fresh',
        at: new Date(Date.now() + 1000).toISOString(),
        client: 'OpenCode',
        firstTokenMs: 800,
      },
    });
    await page.getByText('Connected: OpenCode, first token after 800 ms.').waitFor();
    // The card is drawn anew, and each of its parts still stands there once.
    const parts = await page.getByRole('heading', { level: 2 }).allTextContents();
    expect(parts).toEqual([...new Set(parts)]);
  });

  it('saves limits and tells when they cannot be saved', async () => {
    await start(scenarios.busy());
    const { page, manager } = ui;
    await ui.goTo('#/settings/budget', 'Settings');
    await page.getByLabel('A day').fill('0');
    await page.getByText('An amount above zero, or empty for no limit.').waitFor();
    await page.getByLabel('A day').fill('8');
    await page.getByRole('button', { name: 'Save limits' }).click();
    await page.getByText('Settings saved').first().waitFor();
    expect(await manager.api.call('settings.get', {})).toMatchObject({ budget: { usdPerDay: 8 } });
  });
});

describe('the playground', () => {
  let ui: UiApp;
  beforeEach(async () => {
    ui = await startUi({ manager: scenarios.busy() });
    await ui.goTo('#/playground?model=qwen3-coder', 'Playground');
  });
  afterEach(() => ui.dispose());

  it('stops an answer where it is, at the source too', async () => {
    let left = false;
    ui.manager.replyStream('playground.chat', async function* (_input, signal) {
      yield { type: 'delta', text: 'Once upon a time', reasoning: '' };
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      left = true;
    });
    await ui.page.getByRole('textbox', { name: 'Message' }).fill('tell me a story');
    await ui.page.keyboard.press('Enter');
    await ui.page.getByText('Once upon a time').waitFor();
    await ui.page.getByRole('button', { name: 'Stop', exact: true }).click();
    await ui.page.getByText('Stopped by you.').waitFor();
    await expect.poll(() => left).toBe(true);
  });

  it('goes on with an answer while another page is shown', async () => {
    const goOn = Promise.withResolvers<void>();
    ui.manager.replyStream('playground.chat', async function* () {
      yield { type: 'waiting', detail: 'Loading weights' };
      await goOn.promise;
      yield { type: 'delta', text: 'Worth the wait', reasoning: '' };
    });
    await ui.page.getByRole('textbox', { name: 'Message' }).fill('hello');
    await ui.page.keyboard.press('Enter');
    await ui.page.getByText('Loading weights').waitFor();
    await ui.page.getByRole('link', { name: 'Costs' }).click();
    await ui.page.getByRole('heading', { level: 1, name: 'Costs' }).waitFor();
    goOn.resolve();
    await ui.page.getByRole('link', { name: 'Playground' }).click();
    await expect.poll(() => ui.page.getByText('Worth the wait').count()).toBe(1);
  });

  it('gives the question back when nothing was answered', async () => {
    ui.manager.replyStream('playground.chat', async function* () {
      yield { type: 'waiting', detail: 'Loading weights' };
      throw new Error('boom');
    });
    await ui.page.getByRole('textbox', { name: 'Message' }).fill('precious words');
    await ui.page.keyboard.press('Enter');
    await ui.page.getByText('Something unexpected went wrong in the app.').waitFor();
    expect(await ui.page.getByRole('textbox', { name: 'Message' }).inputValue()).toBe('precious words');
  });

  it('shows the price on the button that wakes', async () => {
    await ui.goTo('#/playground?model=tiny', 'Playground');
    await ui.page.getByRole('textbox', { name: 'Message' }).fill('hi');
    const button = ui.page.getByRole('button', { name: 'Start and send for $0.26/h' });
    await expect.poll(() => button.count()).toBe(1);
  });

  it('makes nothing live of what a model writes', async () => {
    ui.manager.replyStream('playground.chat', async function* () {
      yield {
        type: 'delta',
        text: '<img src=x onerror="document.title=\'owned\'"> [go](javascript:alert(1)) ![p](https://evil.example/p.png)',
        reasoning: '',
      };
    });
    await ui.page.getByRole('textbox', { name: 'Message' }).fill('be evil');
    await ui.page.keyboard.press('Enter');
    await ui.page.getByText('<img src=x').waitFor();
    expect(
      await ui.page
        .getByRole('log', { name: 'Conversation' })
        .locator('img, script, a[href^="javascript"]')
        .count(),
    ).toBe(0);
    expect(await ui.page.title()).toContain('Playground');
  });
});
