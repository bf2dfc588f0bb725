import type { Page } from 'playwright';
import type { MethodName, StreamName } from '../../../../src/shared/api.ts';
import { asAppError, toErrorBody } from '../../../../src/shared/errors.ts';
import type { FakeManager } from '../../../support/fake-manager.ts';

/** What a desktop window is told by and tells the app, as seen from the app's side. */
export interface DesktopSide {
  /** Addresses that the page asked the main window to show. */
  readonly opened: readonly string[];
  /** As the tray or a notification does. */
  showPage(address: string): Promise<void>;
}

/**
 * Puts a bridge of the preload's shape on the window, with the double of the core behind it: the page takes itself for
 * a desktop window and speaks no HTTP.
 */
export async function giveDesktopBridge(page: Page, manager: FakeManager): Promise<DesktopSide> {
  const opened: string[] = [];
  await page.exposeFunction('bridgeCall', async (name: MethodName, input: never) => {
    try {
      return { ok: true, value: await manager.api.call(name, input) };
    } catch (error) {
      return { ok: false, error: toErrorBody(asAppError(error)) };
    }
  });
  await page.exposeFunction('bridgeStream', async (name: StreamName, input: never, id: number) => {
    const tell = (kind: string, value: unknown): Promise<void> =>
      page.evaluate(`bridgeSinks.get(${id})?.${kind}(${JSON.stringify(value)})`);
    try {
      for await (const item of manager.api.stream(name, input, new AbortController().signal))
        await tell('item', item);
      await tell('end', null);
    } catch (error) {
      await tell('end', toErrorBody(asAppError(error)));
    }
  });
  await page.exposeFunction('bridgeOpenPage', (address: string) => {
    opened.push(address);
  });
  manager.subscribe((event) => {
    page
      .evaluate(`bridgeListeners?.forEach((listener) => listener(${JSON.stringify(event)}))`)
      .catch(() => undefined);
  });
  await page.addInitScript(`
    window.bridgeSinks = new Map();
    window.bridgeListeners = new Set();
    window.bridgePages = new Set();
    let lastId = 0;
    const listen = (set, listener) => { set.add(listener); return () => set.delete(listener); };
    window.runpodLlm = {
      call: (name, input) => ({ outcome: bridgeCall(name, input), cancel: () => {} }),
      stream: (name, input, sink) => {
        const id = ++lastId;
        bridgeSinks.set(id, sink);
        bridgeStream(name, input, id);
        return () => bridgeSinks.delete(id);
      },
      subscribe: (listener) => listen(bridgeListeners, listener),
      onShowPage: (listener) => listen(bridgePages, listener),
      openPage: (address) => bridgeOpenPage(address),
    };
  `);
  return {
    opened,
    showPage: (address) =>
      page.evaluate(`bridgePages.forEach((listener) => listener(${JSON.stringify(address)}))`),
  };
}
