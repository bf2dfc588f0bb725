import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type Page } from 'playwright';
import { createControlServer, type ControlServer } from '../../../../src/main/control/server.ts';
import { silentLog } from '../../../../src/main/logs/log.ts';
import { systemClock } from '../../../../src/main/platform/clock.ts';
import { systemRandom } from '../../../../src/main/platform/random.ts';
import { createFakeManager, type FakeManager } from '../../../support/fake-manager.ts';
import { builtRenderer } from './built-renderer.ts';
import { giveDesktopBridge, type DesktopSide } from './desktop-bridge.ts';
import { startWire, type Wire } from './wire.ts';

export type Theme = 'light' | 'dark';

export interface View {
  readonly theme: Theme;
  readonly width: number;
  readonly height: number;
}

const SIZES = [
  { width: 1280, height: 800 },
  { width: 900, height: 600 },
] as const;

/** Both themes at both sizes that every page must hold (SPEC 9). */
export const VIEWS: readonly View[] = (['light', 'dark'] as const).flatMap((theme) =>
  SIZES.map((size) => ({ theme, ...size })),
);

export interface UiApp {
  readonly manager: FakeManager;
  readonly context: BrowserContext;
  readonly page: Page;
  /** Between the browser and the control port; can be cut. */
  readonly wire: Wire;
  /** The app's side of the bridge; null in a browser tab. */
  readonly desktop: DesktopSide | null;
  /** What the browser complained about: policy violations, failed scripts, console errors. */
  readonly complaints: readonly string[];
  /** Opens an address of the interface, such as `#/costs`, and waits for its title. */
  goTo(address: string, heading?: string | RegExp): Promise<void>;
  show(view: View): Promise<void>;
  dispose(): Promise<void>;
}

/** Chromium as it runs without a sandbox of its own and without looking for Google's hosts. */
export const CHROMIUM = {
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
};

export interface UiOptions {
  readonly manager?: FakeManager;
  readonly view?: View;
  /** A window of the desktop app in place of a browser tab. */
  readonly desktop?: boolean;
  /** The browser's language. */
  readonly locale?: string;
  /** Preferences kept in the browser; the welcome page is not shown unless asked for. */
  readonly preferences?: Readonly<Record<string, unknown>>;
}

/** The built interface, served by the real control port over a double of the core, in a real browser. */
export async function startUi(options: UiOptions = {}): Promise<UiApp> {
  const uiDir = await builtRenderer();
  const manager = options.manager ?? createFakeManager({ now: systemClock.now() });
  const wire = await startWire();
  const server = createControlServer({
    api: manager,
    token: 'unused-by-the-browser',
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    port: 0,
    uiDir,
    version: '0.1.0',
    checkOutputs: true,
    allowedHosts: [`127.0.0.1:${wire.port}`],
  });
  wire.leadTo((await server.listen()).port);
  const url = `http://127.0.0.1:${wire.port}`;
  const profile = mkdtempSync(join(tmpdir(), 'rplm-ui-'));
  const view = options.view ?? { theme: 'light', width: 1280, height: 800 };
  const context = await chromium.launchPersistentContext(profile, {
    ...CHROMIUM,
    viewport: { width: view.width, height: view.height },
    colorScheme: view.theme,
    ...(options.locale === undefined ? {} : { locale: options.locale }),
    permissions: ['clipboard-read', 'clipboard-write'],
  });
  const complaints: string[] = [];
  const page = context.pages()[0] ?? (await context.newPage());
  collectComplaints(page, complaints);
  const preferences = JSON.stringify({ welcomed: true, ...options.preferences });
  await page.addInitScript(
    `location.protocol === 'http:' && (localStorage.getItem('runpod-llm.preferences') ?? localStorage.setItem('runpod-llm.preferences', ${JSON.stringify(preferences)}))`,
  );
  const desktop = options.desktop === true ? await giveDesktopBridge(page, manager) : null;
  const link = new URL(server.loginLink());
  await page.goto(`${url}${link.pathname}${link.search}`);
  return {
    manager,
    context,
    page,
    wire,
    desktop,
    complaints,
    async goTo(address, heading) {
      // Another hash alone is no new page: what is open would stay open.
      await page.goto('about:blank');
      await page.goto(`${url}/${address}`);
      await page
        .getByRole('heading', { level: 1, ...(heading === undefined ? {} : { name: heading }) })
        .waitFor();
    },
    async show({ theme, width, height }) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: theme });
    },
    dispose: () => end(context, server, wire, profile),
  };
}

async function end(
  context: BrowserContext,
  server: ControlServer,
  wire: Wire,
  profile: string,
): Promise<void> {
  await context.close();
  await server.dispose();
  await wire.dispose();
  rmSync(profile, { recursive: true, force: true });
}

function collectComplaints(page: Page, complaints: string[]): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
}
