import type { Page } from 'playwright';
import type { MethodInput, MethodName, MethodOutput } from '../../../../src/shared/api.ts';
import type { DesktopBridge, Outcome } from '../../../../src/shared/bridge.ts';
import { menuItem, type Desktop } from '../../../support/desktop/desktop.ts';
import type { Seen } from '../../../support/desktop/protocol.ts';

declare global {
  // What the preload puts there; tests run functions inside the page.
  // eslint-disable-next-line no-var
  var runpodLlm: DesktopBridge;
}

/** Calls the contract through the page's own bridge: preload, IPC and core are the real ones. */
export async function callInPage<N extends MethodName>(
  page: Page,
  name: N,
  input: MethodInput<N>,
): Promise<MethodOutput<N>> {
  const outcome = await outcomeInPage(page, name, input);
  if (!outcome.ok) throw new Error(`${name}: ${outcome.error.code} ${outcome.error.message}`);
  return outcome.value as MethodOutput<N>;
}

export function outcomeInPage(page: Page, name: string, input: unknown): Promise<Outcome> {
  return page.evaluate(([method, given]) => globalThis.runpodLlm.call(method as MethodName, given).outcome, [
    name,
    input,
  ] as const);
}

/** A sleeping deployment of a small model, whose start the tray shows with a price. */
export async function addSleeping(app: Desktop, name: string, more: object = {}): Promise<void> {
  const page = await app.page();
  await callInPage(page, 'deployments.create', {
    spec: { name, model: 'Qwen/Qwen3-0.6B', ...more },
    start: false,
  });
  await app.until(`${name} with its price`, (seen) => label(seen, name, 'Start for $') !== undefined);
}

/** The label of a tray item by the beginnings of the labels on the way to it. */
export function label(seen: Seen, ...path: readonly string[]): string | undefined {
  return menuItem(seen.tray?.menu ?? [], ...path)?.label;
}

export async function startFromTray(app: Desktop, name: string): Promise<Seen> {
  await app.clickMenu(name, 'Start for $');
  return app.until(`${name} ready`, (seen) => label(seen, `${name} — Ready`) !== undefined, 60_000);
}

/** The welcome page is left, so that a window shows the overview. */
export async function skipWelcome(app: Pick<Desktop, 'page'>): Promise<Page> {
  const page = await app.page();
  const skip = page.getByRole('button', { name: /^Skip/ });
  await skip.click();
  await page.getByRole('heading', { level: 1, name: 'Overview' }).waitFor();
  return page;
}
