import { afterEach, describe, expect, it } from 'vitest';
import { AppError } from '../../../src/shared/errors.ts';
import { hasFocus } from './support/checks.ts';
import { looksRight } from './support/looks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp } from './support/ui-app.ts';

describe('connecting a tool', () => {
  let ui: UiApp;
  afterEach(() => ui.dispose());
  const called = (name: string): unknown[] =>
    ui.manager.calls.filter((call) => call.name === name).map((call) => call.input);
  const open = async (client: string): Promise<void> => {
    ui = await startUi({ manager: scenarios.busy() });
    await ui.goTo(`#/connect?client=${client}`, 'Connect');
  };

  it('shows what would change in its file, writes it after a click, and undoes it', async () => {
    await open('opencode');
    const part = ui.page.getByRole('region', { name: 'Its own file', exact: true });
    const clients = ui.page.getByRole('navigation', { name: 'Clients' });
    await clients.getByRole('heading', { name: 'Found on this computer' }).waitFor();
    expect(await clients.getByRole('link').first().textContent()).toBe('Zed');
    expect(called('connect.preview')).toEqual([]);
    await part.getByRole('button', { name: 'Show what would change' }).click();
    await part.getByText('/home/me/.config/opencode/opencode.json').waitFor();
    await part.getByText('on workbench').waitFor();
    const changes = part.getByRole('region', { name: 'Changes in the file of OpenCode' });
    await changes.getByText('Removed:').waitFor();
    await changes.getByText('… 2 lines').waitFor();
    await part.getByText(/A key for OpenCode alone is made/).waitFor();
    await looksRight(ui, 'connect-file');
    expect(called('connect.write')).toEqual([]);
    await part.getByRole('button', { name: 'Write settings' }).click();
    await part.getByText('opencode.json was written.').waitFor();
    await part.getByText('opencode -m runpod-llm/').waitFor();
    await part.getByText('The old file is kept as').waitFor();
    expect(called('connect.write')).toEqual([
      { client: 'opencode', deployment: 'dep_qwen3-coder', fingerprint: 'opencode-1' },
    ]);
    await clients.getByRole('link', { name: 'OpenCode Its file was written' }).waitFor();
    await looksRight(ui, 'connect-file-written');
    await part.getByRole('button', { name: 'Undo' }).click();
    await ui.page.getByText('opencode.json is as it was before').first().waitFor();
    expect(called('connect.restore')).toEqual([{ client: 'opencode' }]);
    await clients.getByRole('link', { name: 'OpenCode', exact: true }).waitFor();
    expect(ui.complaints).toEqual([]);
  });

  it('does it by keys alone, and offers the undo of an earlier write', async () => {
    await open('zed');
    const part = ui.page.getByRole('region', { name: 'Its own file', exact: true });
    await part.getByRole('button', { name: 'Show what would change' }).focus();
    await ui.page.keyboard.press('Enter');
    await part.getByText(/Zed keeps its key in its own settings/).waitFor();
    const changes = part.getByRole('region', { name: 'Changes in the file of Zed' });
    await changes.focus();
    await ui.page.keyboard.press('Tab');
    expect(await hasFocus(part.getByRole('button', { name: 'Write settings' }))).toBe(true);
    await ui.page.keyboard.press('Enter');
    await part.getByText('zed.json was written.').waitFor();
    await part.getByRole('button', { name: 'Show what would change' }).click();
    await part.getByText('says all of it already.').waitFor();
    await part.getByRole('button', { name: /^Undo the write of/ }).waitFor();
  });

  it('takes out its part where the file was changed since, and says so first', async () => {
    await open('zed');
    const preview = await ui.manager.api.call('connect.preview', {
      client: 'zed',
      deployment: 'dep_qwen3-coder',
    });
    const undo = { at: '2026-11-24T09:00:00.000Z', backup: null, kind: 'part' as const };
    ui.manager.reply('connect.preview', async () => ({ ...preview, undo }));
    ui.manager.reply('connect.restore', async () => ({
      path: preview.path,
      outcome: 'taken-out' as const,
      revokedKey: null,
    }));
    const part = ui.page.getByRole('region', { name: 'Its own file', exact: true });
    await part.getByRole('button', { name: 'Show what would change' }).click();
    await part.getByText(/somebody else has changed the file since/).waitFor();
    await part.getByRole('button', { name: /^Take out what was written/ }).click();
    await ui.page
      .getByText(/Only what this app put there was taken out of/)
      .first()
      .waitFor();
    expect(ui.complaints).toEqual([]);
  });

  it('says that a file points at a model that is gone', async () => {
    ui = await startUi({ manager: scenarios.busy() });
    const { clients } = await ui.manager.api.call('connect.found', {});
    ui.manager.reply('connect.found', async () => ({
      clients: clients.map((one) =>
        one.client === 'zed' ? { ...one, written: 'yes' as const, goneModel: 'old-coder' } : one,
      ),
    }));
    await ui.goTo('#/connect?client=zed', 'Connect');
    await ui.page.getByText('Its file points at old-coder, which is no longer here.').waitFor();
    await looksRight(ui, 'connect-gone');
    expect(ui.complaints).toEqual([]);
  });

  it('says why a file is left alone', async () => {
    await open('kilo');
    ui.manager.fail(
      'connect.preview',
      new AppError('client_file_unusable', 'kilo.jsonc was left as it is: line 3: expected "," or "}".'),
    );
    const part = ui.page.getByRole('region', { name: 'Its own file', exact: true });
    await part.getByRole('button', { name: 'Show what would change' }).click();
    await part.getByText('was left as it is: line 3').waitFor();
    await part.getByText('Correct the file, or paste the shown lines into it by hand.').waitFor();
    expect(await part.getByRole('button', { name: 'Write settings' }).count()).toBe(0);
  });

  it('makes a key for one client, which the snippets then carry', async () => {
    await open('aider');
    const card = ui.page.getByRole('region', { name: 'Aider', exact: true });
    expect(await card.getByText('Its own file').count()).toBe(0);
    await card.getByRole('button', { name: 'Make a key for Aider' }).click();
    await card.getByText('The key “Aider” was made.').waitFor();
    expect(called('keys.make')).toMatchObject([{ name: 'Aider' }]);
    await card.getByRole('button', { name: 'Copy Aider command' }).click();
    await ui.page.getByText('Aider command, with the key “Aider”, copied').first().waitFor();
    expect(await ui.page.evaluate('navigator.clipboard.readText()')).toContain(
      'OPENAI_API_KEY="pat_local_for_one_client_a1b2"',
    );
    expect(await card.getByText('pat_local_for_one_client').count()).toBe(0);
    expect(called('proxy.key')).toEqual([]);
    await looksRight(ui, 'connect-own-key');
    // Another card begins without it.
    await ui.page.getByRole('link', { name: 'curl' }).click();
    await ui.page.getByRole('button', { name: 'Make a key for curl' }).waitFor();
    expect(ui.complaints).toEqual([]);
  });
});
