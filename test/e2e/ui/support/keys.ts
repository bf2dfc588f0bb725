import type { Page } from 'playwright';

/** Everything on a page is reached sooner than this. */
const MOST_STEPS = 60;

const FOCUSED_NAME =
  "(document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.labels?.[0]?.textContent ?? document.activeElement?.textContent ?? '').trim()";

/** Goes by Tab to what has that name. @throws Error when Tab never reaches it */
export async function tabTo(page: Page, name: string | RegExp): Promise<void> {
  for (let step = 0; step < MOST_STEPS; step++) {
    await page.keyboard.press('Tab');
    const label = await page.evaluate<string>(FOCUSED_NAME);
    if (typeof name === 'string' ? label === name : name.test(label)) return;
  }
  throw new Error(`Tab never reaches ${String(name)}`);
}
