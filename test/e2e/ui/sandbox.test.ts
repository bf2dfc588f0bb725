import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Installation } from '../../support/instance.ts';
import { builtRenderer } from './support/built-renderer.ts';
import { axeFindings, keepPicture } from './support/checks.ts';
import { CHROMIUM } from './support/ui-app.ts';

/** The whole product as a newcomer meets it: the program, its sandbox cloud, and the browser on the printed link. */
describe('the interface over the real core', () => {
  let app: Installation;
  let profile: string;
  let context: BrowserContext;
  let page: Page;
  let origin: string;
  const complaints: string[] = [];
  const view = { theme: 'light', width: 1280, height: 800 } as const;

  beforeAll(async () => {
    await builtRenderer();
    app = new Installation();
    const { ui } = await app.serve(['--sandbox', '--sandbox-speed', '60']);
    origin = new URL(ui).origin;
    profile = mkdtempSync(join(tmpdir(), 'rplm-ui-'));
    context = await chromium.launchPersistentContext(profile, {
      ...CHROMIUM,
      viewport: { width: 1280, height: 800 },
    });
    page = context.pages()[0] ?? (await context.newPage());
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(ui);
  });
  afterAll(async () => {
    await context.close();
    await app.end();
    rmSync(profile, { recursive: true, force: true });
  });

  it('leads from the first start to an answer in three decisions', async () => {
    await page.getByRole('heading', { level: 1, name: 'Welcome' }).waitFor();
    await page.getByRole('button', { name: /^Try the sandbox/ }).click();
    await page.getByRole('button', { name: /^Start Small and cheap for \$[\d.]+\/h$/ }).click();
    await page.getByRole('button', { name: 'Chat with it' }).click();
    await page.getByRole('textbox', { name: 'Message' }).fill('Write a haiku about GPUs');
    await page.keyboard.press('Enter');
    await page.getByText(/first token .*tok\/s/).waitFor({ timeout: 60_000 });
    await keepPicture(page, 'real-playground', view);
    expect(complaints).toEqual([]);
  });

  it('shows what happened, what it cost and what the pod said', async () => {
    await page.goto(`${origin}/#/deployments/qwen3-8b?tab=history`);
    await page.getByText(/Rented pod/).waitFor();
    await page.goto(`${origin}/#/deployments/qwen3-8b?tab=logs`);
    await page.getByText('Application startup complete.').first().waitFor();
    await page.goto(`${origin}/#/deployments/qwen3-8b?tab=requests`);
    await page.getByRole('row').filter({ hasText: 'qwen3-8b' }).first().waitFor();
    await page.goto(`${origin}/#/costs`);
    await page.getByRole('rowheader', { name: 'qwen3-8b', exact: true }).waitFor();
    await keepPicture(page, 'real-costs', view);
    expect(await axeFindings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('stops what runs, and says when nothing costs any more', async () => {
    await page.goto(`${origin}/#/`);
    await page.getByRole('button', { name: 'Stop qwen3-8b' }).click();
    await page.getByText('Stopped', { exact: true }).waitFor({ timeout: 60_000 });
    await page.getByRole('button', { name: /^Start qwen3-8b for \$/ }).waitFor({ timeout: 60_000 });
    await keepPicture(page, 'real-overview', view);
    await expect.poll(() => page.getByText('nothing running').count(), { timeout: 60_000 }).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('refuses a browser without the link, in words', async () => {
    const stranger = await context.browser()?.newContext();
    const other = stranger === undefined ? null : await stranger.newPage();
    const response = await other?.goto(`${origin}/`);
    expect(response?.status() ?? 401).toBe(401);
    await stranger?.close();
  });
});
