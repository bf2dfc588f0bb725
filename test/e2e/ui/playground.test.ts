import { afterEach, describe, expect, it } from 'vitest';
import { sampleRequest } from '../../support/samples.ts';
import { axeFindings, hasFocus, keepPicture, sidewaysOverflow } from './support/checks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, VIEWS, type UiApp } from './support/ui-app.ts';

describe('the playground', () => {
  let ui: UiApp;
  afterEach(() => ui.dispose());
  const open = async (): Promise<void> => {
    ui = await startUi({ manager: scenarios.busy() });
    await ui.goTo('#/playground?model=qwen3-coder', 'Playground');
  };
  const looks = async (name: string): Promise<void> => {
    for (const view of VIEWS) {
      await ui.show(view);
      await keepPicture(ui.page, name, view);
      expect(await axeFindings(ui.page), `${view.theme} ${view.width}`).toEqual([]);
      expect(await sidewaysOverflow(ui.page)).toBe(0);
    }
  };

  it('offers tools, shows a call while it is written, takes its result and goes on', async () => {
    await open();
    const { page } = ui;
    const requests: unknown[] = [];
    const arrived = Promise.withResolvers<void>();
    ui.manager.replyStream('playground.chat', async function* (request) {
      requests.push(request);
      if (request.messages.at(-1)?.role === 'tool') {
        yield { type: 'delta', text: 'It is warm in Rome.', reasoning: '' };
        yield { type: 'done', finishReason: 'stop', request: sampleRequest() };
        return;
      }
      yield { type: 'delta', text: 'Let me look.', reasoning: 'The user wants the weather.' };
      yield { type: 'call', index: 0, id: 'c1', name: 'get_weather', arguments: '{"city":' };
      await arrived.promise;
      yield { type: 'call', index: 0, id: null, name: null, arguments: '"Rome"}' };
      yield { type: 'done', finishReason: 'tool_calls', request: sampleRequest() };
    });
    await page.getByRole('button', { name: 'Tools', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Tools and form of the answer' });
    const editor = dialog.getByLabel('Tools the model may call');
    expect(await hasFocus(editor)).toBe(true);
    await editor.fill('[{]');
    await dialog.getByText(/cannot be read as a list of tools/).waitFor();
    await dialog.getByRole('button', { name: 'Weather' }).click();
    await dialog.getByLabel('Calls', { exact: true }).selectOption('always get_weather');
    await looks('playground-tools');
    await dialog.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Tools (1)' }).waitFor();

    await page.getByRole('textbox', { name: 'Message' }).fill('Weather in Rome?');
    await page.keyboard.press('Enter');
    const card = page.getByRole('group', { name: 'Call of get_weather' });
    await card.getByText('{"city":').waitFor();
    await card.getByText('being written…').waitFor();
    arrived.resolve();
    await card.getByText('"city": "Rome"').waitFor();
    const send = page.getByRole('button', { name: 'Send results' });
    await page.getByText('Give every call its result first.').first().waitFor({ state: 'attached' });
    await looks('playground-call');
    await page.getByLabel('Result of get_weather').fill('sunny, 21 °C');
    await send.click();
    await page.getByText('It is warm in Rome.').waitFor();
    await card.getByText('sunny, 21 °C').waitFor();
    expect(await send.count()).toBe(0);
    await looks('playground-answered');
    expect(requests).toMatchObject([
      { toolChoice: { name: 'get_weather' }, tools: [{ function: { name: 'get_weather' } }] },
      {
        messages: [
          { role: 'user' },
          { role: 'assistant', toolCalls: [{ id: 'c1', arguments: '{"city":"Rome"}' }] },
          { role: 'tool', toolCallId: 'c1', content: 'sunny, 21 °C' },
        ],
      },
    ]);
    await page.getByRole('button', { name: 'View code' }).click();
    await page.getByRole('dialog').getByText('"name":"get_weather"').waitFor();
    expect(ui.complaints).toEqual([]);
  });

  it('asks for JSON by a schema, and sends nothing while it is none', async () => {
    await open();
    const { page } = ui;
    const formats: unknown[] = [];
    ui.manager.replyStream('playground.chat', async function* ({ responseFormat }) {
      formats.push(responseFormat);
      yield { type: 'delta', text: '{"title":"Rivers","tags":[]}', reasoning: '' };
      yield { type: 'done', finishReason: 'stop', request: sampleRequest() };
    });
    await page.getByRole('button', { name: 'Tools', exact: true }).click();
    const dialog = page.getByRole('dialog', { name: 'Tools and form of the answer' });
    await dialog.getByText('JSON by a schema').click();
    const schema = dialog.getByLabel('JSON Schema');
    await schema.waitFor();
    const example = await schema.inputValue();
    await schema.fill('[]');
    await dialog.getByText(/This is no JSON Schema/).waitFor();
    await page.keyboard.press('Escape');
    const message = page.getByRole('textbox', { name: 'Message' });
    await message.fill('A book about rivers');
    await page.getByText('Correct the tools first.').waitFor({ state: 'attached' });
    await page.keyboard.press('Enter');
    expect(formats).toEqual([]);
    await page.getByRole('button', { name: 'Tools', exact: true }).click();
    await schema.fill(example);
    await looks('playground-schema');
    // The window is low now: what does not fit is reached by scrolling.
    const last = dialog.getByRole('button', { name: 'Done' });
    await last.scrollIntoViewIfNeeded();
    const box = await last.boundingBox();
    expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(600);
    await page.keyboard.press('Escape');
    await message.press('Enter');
    await page.getByRole('region', { name: 'json code' }).getByText('"title": "Rivers"').waitFor();
    expect(formats).toMatchObject([{ type: 'json_schema', schema: { required: ['title', 'tags'] } }]);
  });

  it('stops with Escape and answers again with Ctrl+Shift+Enter', async () => {
    await open();
    const { page } = ui;
    let asked = 0;
    ui.manager.replyStream('playground.chat', async function* (_request, signal) {
      asked++;
      yield { type: 'delta', text: `Answer ${asked}`, reasoning: '' };
      if (asked === 1) {
        await new Promise<void>((resolve) =>
          signal.addEventListener('abort', () => resolve(), { once: true }),
        );
        return;
      }
      yield { type: 'done', finishReason: 'stop', request: sampleRequest() };
    });
    await page.getByRole('textbox', { name: 'Message' }).fill('Hello');
    await page.keyboard.press('Enter');
    await page.getByText('Answer 1').waitFor();
    await page.getByText('Escape stops').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Stopped by you.').waitFor();
    await page.keyboard.press('Control+Shift+Enter');
    await page.getByText('Answer 2').waitFor();
    expect(await page.getByText('Answer 1').count()).toBe(0);
    expect(ui.complaints).toEqual([]);
  });
});
