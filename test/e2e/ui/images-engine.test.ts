import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Locator, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { engineMissing, startEngine, type TestEngine } from '../../integration/images/support/engine.ts';
import { LOGIN, startRegistry, type TestRegistry } from '../../integration/images/support/registry.ts';
import { Installation } from '../../support/instance.ts';
import { missing } from '../../support/missing.ts';
import { builtRenderer } from './support/built-renderer.ts';
import { axeFindings, keepPicture } from './support/checks.ts';
import { CHROMIUM } from './support/ui-app.ts';

const absent = engineMissing();
const PATIENCE = 120_000;

/** The images page over the real app, a real Docker engine and a real registry. */
describe('images of a real engine', { timeout: 240_000 }, () => {
  let docker: TestEngine;
  let registry: TestRegistry;
  let app: Installation;
  let profile: string;
  let browser: BrowserContext;
  let page: Page;
  const view = { theme: 'light', width: 1280, height: 800 } as const;

  beforeAll(async () => {
    if (absent !== null) return;
    [docker, registry] = await Promise.all([startEngine(), startRegistry(), builtRenderer()]);
    app = new Installation({
      DOCKER_USERNAME: LOGIN.username,
      DOCKER_TOKEN: LOGIN.password,
      RUNPOD_LLM_IMAGE_REPOSITORY: `${registry.host}/me/llm`,
    });
    writeFileSync(
      join(app.dataDir, 'llm_config.json'),
      JSON.stringify({ docker: { host: docker.url }, images: { network: 'host' } }),
    );
    const { ui } = await app.serve(['--sandbox']);
    profile = mkdtempSync(join(tmpdir(), 'rplm-ui-'));
    browser = await chromium.launchPersistentContext(profile, {
      ...CHROMIUM,
      viewport: { width: view.width, height: view.height },
    });
    page = browser.pages()[0] ?? (await browser.newPage());
    await page.goto(ui);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.goto(`${new URL(ui).origin}/#/images`);
    await page.getByRole('heading', { level: 1, name: 'Images' }).waitFor();
  }, 240_000);
  afterAll(async () => {
    if (absent !== null) return;
    await browser.close();
    await app.end();
    rmSync(profile, { recursive: true, force: true });
    await Promise.all([docker.dispose(), registry.dispose()]);
  }, 120_000);

  const needEngine = (context: TestContext): void => {
    if (absent !== null) missing(context, absent);
  };

  /** Opens the dialog and waits until the core has planned the image. */
  async function planned(model: string): Promise<Locator> {
    await page.getByRole('button', { name: 'Build an image' }).click();
    const dialog = page.getByRole('dialog', { name: 'Build an image' });
    await dialog.getByRole('textbox', { name: 'Model' }).fill(model);
    await dialog.getByText(`${registry.host}/me/llm:`).waitFor();
    return dialog;
  }

  /** The newest build's row says that. */
  const newest = (word: string): Promise<void> =>
    page
      .getByRole('listitem')
      .filter({ has: page.getByRole('link', { name: /\/me\/llm:/ }) })
      .first()
      .getByText(word, { exact: true })
      .waitFor({ timeout: PATIENCE });

  it('names the engine, and builds an image whose steps are seen', async (context) => {
    needEngine(context);
    await page
      .getByText(/BuildKit|linux|amd64|x86_64/)
      .first()
      .waitFor();
    const dialog = await planned('Qwen/Qwen3-8B');
    await dialog.getByRole('button', { name: 'Build', exact: true }).click();
    await newest('Done');
    await page.getByText('COPY rplm/ /opt/rplm/').first().waitFor();
    await page
      .getByRole('table')
      .getByRole('rowheader', { name: /\/me\/llm:vllm-pod-/ })
      .waitFor();
    const { images } = await app.call('images.list');
    expect(images).toMatchObject([{ model: 'Qwen/Qwen3-8B', target: 'pod' }]);
    await keepPicture(page, 'real-images', view);
    expect(await axeFindings(page)).toEqual([]);
  });

  it('cancels a build in the middle of a step, and leaves nothing of it', async (context) => {
    needEngine(context);
    const dialog = await planned('Qwen/Qwen3-0.6B');
    await dialog.getByText('Dockerfile', { exact: true }).first().click();
    const text = dialog.getByRole('textbox', { name: 'Dockerfile' });
    await text.fill(`${await text.inputValue()}\nRUN echo begun && sleep 600\n`);
    await dialog.getByRole('button', { name: 'Build', exact: true }).click();
    await newest('Building');
    await page.getByText('RUN echo begun && sleep 600').first().waitFor({ timeout: PATIENCE });
    await page.getByRole('region', { name: 'Output of the build' }).getByText('begun').waitFor();
    await page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await newest('Cancelled');
    const { builds } = await app.call('images.builds');
    expect(builds[0]).toMatchObject({ model: 'Qwen/Qwen3-0.6B', state: 'cancelled' });
    expect((await app.call('images.list')).images).toHaveLength(1);
  });

  it('pushes what it built, with the login of the environment', async (context) => {
    needEngine(context);
    await page.getByRole('button', { name: /^More for .*\/me\/llm:vllm-pod-/ }).click();
    await page.getByRole('menuitem', { name: 'Push' }).click();
    await newest('push');
    await newest('Done');
    const [image] = (await app.call('images.list')).images;
    const tag = image?.references[0]?.split(':').at(-1);
    const login = Buffer.from(`${LOGIN.username}:${LOGIN.password}`).toString('base64');
    const answer = await fetch(`http://${registry.host}/v2/me/llm/tags/list`, {
      headers: { authorization: `Basic ${login}` },
    });
    expect(await answer.json()).toEqual({ name: 'me/llm', tags: [tag] });
  });

  it('removes what nothing uses, after showing what that is', async (context) => {
    needEngine(context);
    await page.getByRole('button', { name: 'Remove unused…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Remove 1 unused image?' });
    await dialog.getByText(/\/me\/llm:vllm-pod-/).waitFor();
    await dialog.getByRole('button', { name: /^Free at least / }).click();
    await page.getByText('No image of this app is on this machine.').waitFor();
    expect((await app.call('images.list')).images).toEqual([]);
  });
});
