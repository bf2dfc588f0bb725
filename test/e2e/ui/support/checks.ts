import { mkdirSync } from 'node:fs';
import { resolve } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import { errors, type Locator, type Page } from 'playwright';
import type { View } from './ui-app.ts';

const ARTIFACTS = resolve(import.meta.dirname, '../../artifacts/ui');

/** What fades in has ended, or five seconds are over: an animation that never ends must not hold a test up. */
const SETTLED = `Promise.race([
  new Promise((done) => setTimeout(done, 5000)),
  new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))).then(() => Promise.all(document.getAnimations()
    .filter((animation) => animation.effect?.getTiming().iterations !== Infinity)
    .map((animation) => animation.finished.catch(() => undefined)))),
])`;

/** Every finding of axe on what is shown now, as one line each; empty = clean. */
export async function axeFindings(page: Page): Promise<string[]> {
  // What is still fading in has another contrast than what is read.
  await page.evaluate(SETTLED);
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(
      (node) => `${id}: ${node.target.join(' ')} ${node.failureSummary?.replaceAll(/\s+/g, ' ') ?? ''}`,
    ),
  );
}

/** Kept beside the test run, to be looked at. */
export async function keepPicture(page: Page, name: string, view: View): Promise<void> {
  mkdirSync(ARTIFACTS, { recursive: true });
  await page.evaluate(SETTLED);
  await page.screenshot({ path: resolve(ARTIFACTS, `${name}-${view.theme}-${view.width}.png`) });
}

/** How far the page reaches beyond its window sideways, in px: such a page cannot be read without scrolling. */
export function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');
}

/** Whether the keyboard is there, or comes there: a dialog that closes gives it back a moment after it is gone. */
export function hasFocus(locator: Locator): Promise<boolean> {
  return locator
    .and(locator.page().locator(':focus'))
    .waitFor({ timeout: 5000 })
    .then(
      () => true,
      (error: unknown) => {
        if (error instanceof errors.TimeoutError) return false;
        throw error;
      },
    );
}

/**
 * Waits until no part of the page is loading any more; a page may have several that do. By locator: a condition that
 * the page evaluates again and again is refused by its content policy.
 */
export async function loaded(page: Page): Promise<void> {
  await page.locator('[role=status][data-loading]').first().waitFor({ state: 'detached' });
}
