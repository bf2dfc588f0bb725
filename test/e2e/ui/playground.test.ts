import { afterEach, describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../src/shared/activity.ts';
import { sampleRequest } from '../../support/samples.ts';
import { hasFocus } from './support/checks.ts';
import { looksRight } from './support/looks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, type UiApp } from './support/ui-app.ts';

describe('the playground', () => {
  let ui: UiApp;
  afterEach(() => ui.dispose());
  const open = async (): Promise<void> => {
    ui = await startUi({ manager: scenarios.busy() });
    await ui.goTo('#/playground?model=qwen3-coder', 'Playground');
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
    await looksRight(ui, 'playground-tools');
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
    await looksRight(ui, 'playground-call');
    await page.getByLabel('Result of get_weather').fill('sunny, 21 °C');
    await send.click();
    await page.getByText('It is warm in Rome.').waitFor();
    await card.getByText('sunny, 21 °C').waitFor();
    expect(await send.count()).toBe(0);
    await looksRight(ui, 'playground-answered');
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
    await looksRight(ui, 'playground-schema');
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

  it('takes images that are picked, pasted or dropped, and makes large ones smaller', async () => {
    await open();
    const { page } = ui;
    const requests: ChatRequest[] = [];
    ui.manager.replyStream('playground.chat', async function* (request) {
      requests.push(request);
      yield { type: 'delta', text: 'A square.', reasoning: '' };
      yield { type: 'done', finishReason: 'stop', request: sampleRequest() };
    });
    const message = page.getByRole('textbox', { name: 'Message' });
    await message.waitFor();
    // More noise than a PNG can pack: it is too large as it is.
    await page.evaluate(`(async () => {
      const canvas = new OffscreenCanvas(1400, 1400);
      const context = canvas.getContext('2d');
      const noise = context.createImageData(1400, 1400);
      let state = 1;
      for (let at = 0; at < noise.data.length; at++) {
        state ^= state << 13; state ^= state >>> 17; state ^= state << 5;
        noise.data[at] = at % 4 === 3 ? 255 : state & 255;
      }
      context.putImageData(noise, 0, 0);
      const large = await canvas.convertToBlob({ type: 'image/png' });
      window.large = new File([large], 'large.png', { type: 'image/png' });
      const small = await new OffscreenCanvas(8, 8).getContext('2d').canvas.convertToBlob({ type: 'image/png' });
      window.small = new File([small], 'small.png', { type: 'image/png' });
    })()`);
    const give = (kind: 'paste' | 'drop', file: 'large' | 'small'): Promise<void> =>
      page.evaluate(`(() => {
        const transfer = new DataTransfer();
        transfer.items.add(window.${file});
        const field = document.querySelector('textarea');
        field.dispatchEvent(${
          kind === 'paste'
            ? "new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true })"
            : "new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true })"
        });
      })()`);
    await give('paste', 'large');
    await page.getByRole('img', { name: 'Image: large.png' }).waitFor();
    await give('drop', 'small');
    await page.getByRole('img', { name: 'Image: small.png' }).waitFor();
    await page.locator('input[type=file]').setInputFiles({
      name: 'notes.txt',
      mimeType: 'text/plain',
      buffer: Buffer.from('no image'),
    });
    await page.getByText('notes.txt is no PNG, JPEG, WebP or GIF.').first().waitFor();
    await page.getByRole('button', { name: 'Remove small.png' }).click();
    await page.getByRole('img', { name: 'Image: small.png' }).waitFor({ state: 'detached' });
    await message.fill('What is this?');
    await looksRight(ui, 'playground-image');
    await message.press('Enter');
    await page.getByText('A square.').waitFor();
    const [asked] = requests;
    expect(asked?.messages).toMatchObject([{ role: 'user', content: 'What is this?' }]);
    const [question] = asked?.messages ?? [];
    const images = question?.role === 'user' ? (question.images ?? []) : [];
    expect(images.map((url) => url.slice(0, 23))).toEqual(['data:image/jpeg;base64,']);
    expect(await page.getByRole('img', { name: 'Image: large.png' }).count()).toBe(1);
    await page.getByRole('button', { name: 'View code' }).click();
    await page.getByRole('dialog').getByText('data:image/jpeg;base64,…').waitFor();
    expect(ui.complaints).toEqual([]);
  });

  it('edits the last question, keeps the conversation over a look elsewhere, and asks servers beside the deployments', async () => {
    await open();
    const { page } = ui;
    ui.manager.reply('models.list', async () => ({
      models: [{ id: 'company-model', state: 'ready', deployment: null, contextTokens: 32_768 }],
    }));
    const requests: ChatRequest[] = [];
    ui.manager.replyStream('playground.chat', async function* (request) {
      requests.push(request);
      yield { type: 'delta', text: `Answer ${requests.length}`, reasoning: '' };
      yield { type: 'done', finishReason: 'stop', request: sampleRequest() };
    });
    const message = page.getByRole('textbox', { name: 'Message' });
    await message.fill('First');
    await message.press('Enter');
    await page.getByText('Answer 1').waitFor();
    await message.fill('Secnod');
    await message.press('Enter');
    await page.getByText('Answer 2').waitFor();
    await message.fill('half');
    const edit = page.getByRole('button', { name: 'Edit', exact: true });
    await edit.and(page.locator('[aria-disabled=true]')).waitFor();
    await message.fill('');
    await message.press('ArrowUp');
    await page.getByText('Answer 2').waitFor({ state: 'detached' });
    expect(await message.inputValue()).toBe('Secnod');
    await message.fill('Second');
    await message.press('Enter');
    await page.getByText('Answer 3').waitFor();
    expect(requests.at(-1)?.messages.map(({ content }) => content)).toEqual(['First', 'Answer 1', 'Second']);
    await edit.click();
    expect(await hasFocus(message)).toBe(true);
    await message.fill('Third');
    await page.getByRole('link', { name: 'Costs' }).first().click();
    await page.getByRole('heading', { level: 1, name: 'Costs' }).waitFor();
    await page.getByRole('link', { name: 'Playground' }).first().click();
    await page.getByText('Answer 1').waitFor();
    expect(await message.inputValue()).toBe('Third');
    await page.getByRole('combobox', { name: 'Model' }).selectOption('company-model');
    await message.press('Enter');
    await page.getByText('Answer 4').waitFor();
    expect(requests.at(-1)?.model).toBe('company-model');
    expect(ui.complaints).toEqual([]);
  });
});
