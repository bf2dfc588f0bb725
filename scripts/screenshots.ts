/**
 * `npm run screenshots`: the pictures of the README and the manual, docs/images/<page>.png (light) and <page>-dark.png.
 * The real app over its sandbox, in Chromium at 1280×800. CHROMIUM_PATH names another browser.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { chromium, type Page } from 'playwright';
import { Installation } from '../test/support/instance.ts';
import { writePast } from './screenshot-past.ts';
import { isStale } from './stale.ts';

const root = resolve(import.meta.dirname, '..');
const target = join(root, 'docs/images');
const SERVE = ['--sandbox', '--sandbox-speed', '15'];
const CODER = 'qwen3-coder';
const SMALL = 'qwen3-8b';

async function main(): Promise<void> {
  build();
  mkdirSync(target, { recursive: true });
  const app = new Installation();
  const profile = mkdtempSync(join(tmpdir(), 'rplm-pictures-'));
  try {
    await prepare(app);
    const { endpoint, key, ui } = await app.serve(SERVE);
    await startBoth(app);
    await talk(endpoint, key);
    await takeAll(ui, profile);
  } finally {
    await app.end();
    rmSync(profile, { recursive: true, force: true });
  }
}

function build(): void {
  if (!isStale(root, 'out/renderer/index.html', ['src/renderer', 'src/shared', 'vite.config.ts'])) return;
  const vite = ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'error'];
  const { status } = spawnSync(process.execPath, vite, { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The interface could not be built.');
}

/** Two deployments with weeks behind them. */
async function prepare(installation: Installation): Promise<void> {
  await installation.serve(SERVE);
  const coder = await installation.call('deployments.create', {
    spec: {
      name: CODER,
      model: 'Qwen/Qwen3-Coder-30B-A3B-Instruct-FP8',
      contextTokens: 65_536,
      aliases: ['coder'],
      budget: { usdPerDay: 8 },
    },
    start: false,
  });
  const small = await installation.call('deployments.create', {
    spec: { name: SMALL, model: 'Qwen/Qwen3-8B' },
    start: false,
  });
  const settings = await installation.call('settings.get');
  await installation.call('settings.set', {
    ...settings,
    budget: { ...settings.budget, usdPerDay: 10, usdPerMonth: 150 },
  });
  await installation.program.kill('SIGTERM');
  const habit = { requestsPerHour: 22, tokensPerSecond: 62 };
  const habits = [
    { ...habit, id: coder.id, name: CODER, usdPerHour: 0.69, hoursPerDay: 5 },
    { ...habit, id: small.id, name: SMALL, usdPerHour: 0.29, hoursPerDay: 2, requestsPerHour: 12 },
  ];
  writePast(installation.dataDir, habits, Date.now());
}

async function startBoth(installation: Installation): Promise<void> {
  for (const deployment of [CODER, SMALL]) {
    await installation.call('deployments.start', { deployment });
  }
  for (const deployment of [CODER, SMALL]) {
    await installation.call('deployments.wait', { deployment, until: 'ready', timeoutSeconds: 300 });
  }
}

/** A few real requests, so that the newest lines are as the proxy writes them. */
async function talk(endpoint: string, key: string): Promise<void> {
  for (const [model, content] of [
    [CODER, 'Explain this stack trace'],
    [SMALL, 'Name three colours'],
    [CODER, 'Write a test for the parser'],
  ] as const) {
    const response = await fetch(`${endpoint}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, messages: [{ role: 'user', content }], max_tokens: 80 }),
    });
    if (!response.ok) throw new Error(`${model} answered ${response.status}: ${await response.text()}`);
    await response.text();
  }
}

async function takeAll(ui: string, profile: string): Promise<void> {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width: 1280, height: 800 },
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.addInitScript(
      `localStorage.setItem('runpod-llm.preferences', JSON.stringify({ welcomed: true }))`,
    );
    await page.goto(ui);
    const origin = new URL(ui).origin;
    for (const [name, address, ready] of PICTURES) {
      await page.goto(`${origin}/${address}`);
      await ready(page);
      await take(page, name);
    }
  } finally {
    await context.close();
  }
}

const heading = async (page: Page, name: string): Promise<void> =>
  page.getByRole('heading', { level: 1, name }).waitFor();

const PICTURES: readonly (readonly [name: string, address: string, ready: (page: Page) => Promise<void>])[] =
  [
    [
      'overview',
      '#/',
      async (page) => {
        await page.getByText('2 running').waitFor();
        await page.getByRole('row').nth(6).waitFor();
      },
    ],
    [
      'deploy',
      '#/deploy?model=Qwen/Qwen2.5-72B-Instruct-AWQ',
      (page) => page.getByRole('button', { name: /^Deploy .*\$[\d.]+\/h/ }).waitFor(),
    ],
    ['deployment', `#/deployments/${CODER}`, (page) => heading(page, CODER)],
    ['playground', `#/playground?model=${CODER}`, ask],
    [
      'costs',
      '#/costs',
      (page) => page.getByRole('rowheader', { name: CODER, exact: true }).first().waitFor(),
    ],
    ['connect', '#/connect?client=claude-code', chooseCoder],
  ];

async function chooseCoder(page: Page): Promise<void> {
  await heading(page, 'Connect');
  await page.getByRole('combobox', { name: 'Model' }).selectOption(CODER);
}

async function ask(page: Page): Promise<void> {
  await page.getByRole('textbox', { name: 'Message' }).fill('Write a haiku about GPUs');
  await page.keyboard.press('Enter');
  await page.getByText(/first token .*tok\/s/).waitFor();
  await page.getByText('Ready', { exact: true }).waitFor();
}

async function take(page: Page, name: string): Promise<void> {
  await page.getByRole('status').filter({ hasText: 'Loading' }).first().waitFor({ state: 'detached' });
  for (const theme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    const file = `${name}${theme === 'dark' ? '-dark' : ''}.png`;
    await page.screenshot({ path: join(target, file) });
    process.stdout.write(`docs/images/${file}\n`);
  }
}

await main();
