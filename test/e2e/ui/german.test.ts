import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { axeFindings, hasFocus, keepPicture, loaded, sidewaysOverflow } from './support/checks.ts';
import { scenarios } from './support/scenarios.ts';
import { startUi, VIEWS, type UiApp } from './support/ui-app.ts';

const PAGES = [
  ['overview', '#/', 'Übersicht'],
  ['deploy', '#/deploy?model=Qwen/Qwen3-8B', 'Modell bereitstellen'],
  ['deployment', '#/deployments/gemma-3-12b', 'gemma-3-12b'],
  ['deployment-logs', '#/deployments/qwen3-coder?tab=logs', 'qwen3-coder'],
  ['deployment-requests', '#/deployments/qwen3-coder?tab=requests', 'qwen3-coder'],
  ['deployment-history', '#/deployments/qwen3-coder?tab=history', 'qwen3-coder'],
  ['deployment-settings', '#/deployments/qwen3-coder?tab=settings', 'qwen3-coder'],
  ['deployment-missing', '#/deployments/nobody', 'nobody'],
  ['playground', '#/playground', 'Ausprobieren'],
  ['connect', '#/connect?client=claude-code', 'Verbinden'],
  ['costs', '#/costs', 'Kosten'],
  ['logs', '#/logs', 'Protokolle'],
  ['logs-requests', '#/logs?source=@requests', 'Protokolle'],
  ['images', '#/images', 'Images'],
  ['settings-appearance', '#/settings/appearance', 'Einstellungen'],
  ['settings-keys', '#/settings/keys', 'Einstellungen'],
  ['settings-budget', '#/settings/budget', 'Einstellungen'],
  ['settings-proxy', '#/settings/proxy', 'Einstellungen'],
  ['settings-servers', '#/settings/servers', 'Einstellungen'],
  ['settings-notifications', '#/settings/notifications', 'Einstellungen'],
  ['settings-diagnostics', '#/settings/diagnostics', 'Einstellungen'],
  ['settings-configuration', '#/settings/configuration', 'Einstellungen'],
  ['welcome', '#/welcome', 'Willkommen'],
] as const;

const LIGHT = VIEWS.filter(({ theme }) => theme === 'light');

/** Text on the page that reads as English though nothing says that it is; what the core wrote is marked as English. */
const ENGLISH = `(() => {
  const english = /\\\\b(?:the|and|with|from|not|this|your|of|is|are|when|what|in the|at most)\\\\b/;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element.closest('[lang=en], code, pre, kbd, textarea, script, style') !== null) continue;
    if (english.test(node.data)) found.push(node.data.trim());
  }
  for (const element of document.querySelectorAll('[aria-label], [title], [placeholder]')) {
    if (element.closest('[lang=en]') !== null) continue;
    for (const name of ['aria-label', 'title', 'placeholder']) {
      const text = element.getAttribute(name) ?? '';
      if (english.test(text)) found.push(text);
    }
  }
  return [...new Set(found)];
})()`.replaceAll('\\\\b', '\\b');

describe('the interface in German', () => {
  let ui: UiApp;
  beforeAll(async () => {
    ui = await startUi({ manager: scenarios.busy() });
    await ui.goTo('#/settings/appearance', 'Settings');
    await ui.page.getByText('Deutsch', { exact: true }).click();
    await ui.page.getByRole('heading', { level: 1, name: 'Einstellungen' }).waitFor();
  });
  afterAll(() => ui.dispose());

  it.each(PAGES)('%s is German throughout and fits', async (name, address, heading) => {
    const before = ui.complaints.length;
    await ui.goTo(address, heading);
    await loaded(ui.page);
    expect(await ui.page.locator('html').getAttribute('lang')).toBe('de');
    for (const view of LIGHT) {
      await ui.show(view);
      await keepPicture(ui.page, `de-${name}`, view);
      expect(await axeFindings(ui.page), `${view.width}`).toEqual([]);
      expect(await sidewaysOverflow(ui.page)).toBe(0);
    }
    expect(await ui.page.evaluate<string[]>(ENGLISH)).toEqual([]);
    expect(ui.complaints.slice(before)).toEqual([]);
  });

  it('tells what happened by what it was, and marks what is English', async () => {
    await ui.goTo('#/deployments/qwen3-coder?tab=history', 'qwen3-coder');
    await ui.page.getByText('Wird gestoppt: Es war 15 Minuten ohne Anfragen.').waitFor();
    await ui.page.getByText('Pod p4h2 gemietet: 1 × NVIDIA A40, EU-SE-1, 0,44 $/h.').waitFor();
    const english = ui.page.getByRole('listitem').filter({ hasText: 'The answer to a create was lost' });
    await english.getByText('Anlegen unbestätigt').waitFor();
    await ui.page.getByText('Einzelheiten').first().click();
    await ui.page.getByText('podId').first().waitFor();
    expect(await english.locator('[lang=en]').count()).toBe(1);
  });

  const PANELS: readonly (readonly [string, string, string, (page: Page) => Promise<void>])[] = [
    ['palette', '#/costs', 'Kosten', (page) => page.keyboard.press('Control+k')],
    ['keys', '#/costs', 'Kosten', (page) => page.getByRole('button', { name: 'Tasten und Hilfe' }).click()],
    ['notices', '#/costs', 'Kosten', (page) => page.getByRole('button', { name: /^Meldungen/ }).click()],
    [
      'delete',
      '#/deployments/qwen3-coder',
      'qwen3-coder',
      async (page) => {
        await page.getByRole('button', { name: 'Mehr zu qwen3-coder' }).click();
        await page.getByRole('menuitem', { name: 'Löschen …' }).click();
      },
    ],
    [
      'file',
      '#/deploy',
      'Modell bereitstellen',
      (page) => page.getByRole('button', { name: 'Aus einer Datei …' }).click(),
    ],
    [
      'code',
      '#/playground',
      'Ausprobieren',
      (page) => page.getByRole('button', { name: 'Code anzeigen' }).click(),
    ],
    [
      'tools',
      '#/playground',
      'Ausprobieren',
      async (page) => {
        await page.getByRole('button', { name: 'Werkzeuge' }).click();
        await page.getByRole('button', { name: 'Wetter' }).click();
        await page.getByText('JSON nach Schema').click();
      },
    ],
    [
      'client-key',
      '#/settings/keys',
      'Einstellungen',
      async (page) => {
        await page.getByRole('button', { name: 'Schlüssel erzeugen …' }).click();
        await page.getByLabel('Anfragen je Minute').fill('viele');
      },
    ],
  ];

  it.each(PANELS)('%s is German and fits', async (name, address, heading, open) => {
    await ui.goTo(address, heading);
    await loaded(ui.page);
    await open(ui.page);
    await ui.page.getByRole('dialog').waitFor();
    for (const view of LIGHT) {
      await ui.show(view);
      await keepPicture(ui.page, `de-${name}`, view);
      expect(await axeFindings(ui.page), `${view.width}`).toEqual([]);
      expect(await sidewaysOverflow(ui.page)).toBe(0);
    }
    expect(await ui.page.evaluate<string[]>(ENGLISH)).toEqual([]);
  });

  it('the file of a tool is shown and written in German', async () => {
    await ui.goTo('#/connect?client=opencode', 'Verbinden');
    const part = ui.page.getByRole('region', { name: 'Die eigene Datei', exact: true });
    await part.getByRole('button', { name: 'Änderungen zeigen' }).click();
    await part.getByRole('button', { name: 'Einstellungen schreiben' }).waitFor();
    expect(await ui.page.evaluate<string[]>(ENGLISH)).toEqual([]);
    await part.getByRole('button', { name: 'Einstellungen schreiben' }).click();
    await part.getByText('wurde geschrieben.').waitFor();
    await ui.page.getByRole('button', { name: 'Schlüssel für OpenCode erzeugen' }).click();
    await ui.page.getByText('Der Schlüssel „OpenCode“ wurde erzeugt.').waitFor();
    for (const view of LIGHT) {
      await ui.show(view);
      await keepPicture(ui.page, 'de-connect-file', view);
      expect(await axeFindings(ui.page), `${view.width}`).toEqual([]);
      expect(await sidewaysOverflow(ui.page)).toBe(0);
    }
    expect(await ui.page.evaluate<string[]>(ENGLISH)).toEqual([]);
  });

  it('gives way to English at once, and leaves the focus where it was', async () => {
    await ui.goTo('#/settings/appearance', 'Einstellungen');
    const english = ui.page.getByRole('radio', { name: 'English' });
    await ui.page.getByRole('radio', { name: 'Deutsch' }).focus();
    await ui.page.keyboard.press('ArrowLeft');
    await ui.page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor();
    expect(await hasFocus(english)).toBe(true);
    expect(await ui.page.locator('html').getAttribute('lang')).toBe('en');
    await ui.page.keyboard.press('ArrowRight');
    await ui.page.getByRole('heading', { level: 1, name: 'Einstellungen' }).waitFor();
  });
});

describe('a browser that asks for German', () => {
  it('gets it without anybody choosing', async () => {
    const ui = await startUi({ manager: scenarios.busy(), locale: 'de-AT' });
    try {
      await ui.goTo('#/', 'Übersicht');
      expect(await ui.page.title()).toBe('Übersicht · RunPod LLM Manager (Sandbox)');
    } finally {
      await ui.dispose();
    }
  });
});
