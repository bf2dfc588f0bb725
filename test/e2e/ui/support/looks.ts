import type { Locator } from 'playwright';
import { expect } from 'vitest';
import { axeFindings, keepPicture, sidewaysOverflow } from './checks.ts';
import { VIEWS, type UiApp } from './ui-app.ts';

/**
 * What is shown now holds in both themes at both sizes: nothing for axe to find, nothing beyond the window sideways. A
 * picture of each is kept as `name`. `part` is brought into sight first.
 */
export async function looksRight(ui: UiApp, name: string, part?: Locator): Promise<void> {
  for (const view of VIEWS) {
    await ui.show(view);
    await part?.scrollIntoViewIfNeeded();
    await keepPicture(ui.page, name, view);
    expect(await axeFindings(ui.page), `${name} ${view.theme} ${view.width}`).toEqual([]);
    expect(await sidewaysOverflow(ui.page)).toBe(0);
  }
}
