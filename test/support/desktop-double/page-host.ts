import { readFileSync } from 'node:fs';
import { chromium, type BrowserContext, type CDPSession, type Page, type Route } from 'playwright';
import { BINDING, PAGE_SCRIPT, preloadScript, WORLD } from './page-scripts.ts';
import { world } from './world.ts';

/** Pages of our scheme run on an origin that Chromium knows; everything the app sees is mapped back. */
const TEST_ORIGIN = 'https://bundle.app.test';
const OWN = 'app://bundle';

export const toPage = (url: string): string => url.replace(OWN, TEST_ORIGIN);
export const toApp = (url: string): string => url.replace(TEST_ORIGIN, OWN);

/** What the page tells the window that holds it. */
export interface PageEvents {
  /** Returns false = prevented. `byPage` = not started by the app itself. */
  onNavigation(url: string, isMainFrame: boolean, byPage: boolean): boolean;
  onMessage(message: PageMessage, frame: { readonly url: string; readonly isMain: boolean }): void;
  onCrash(): void;
  onPopup(url: string): void;
  onLoaded(): void;
}

export type PageMessage =
  | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly args: unknown[] }
  | { readonly kind: 'send'; readonly channel: string; readonly args: unknown[] };

/** Answers requests of our scheme, and says which others may leave (none do). */
export interface Network {
  respond: ((request: Request) => Promise<Response>) | null;
  isCancelled: (url: string) => Promise<boolean>;
}

export const network: Network = { respond: null, isCancelled: async () => false };

let context: BrowserContext | null = null;

/** Chromium stands ready before the app is: it is part of Electron's process there. */
export async function startChromium(profile: string): Promise<void> {
  context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    viewport: null,
    args: [
      '--remote-debugging-port=0',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
  await context.route('**/*', (route) => answer(route));
}

export async function stopChromium(): Promise<void> {
  await context?.close();
}

const pages = new Map<Page, PageHost>();

async function answer(route: Route): Promise<void> {
  const request = route.request();
  const url = toApp(request.url());
  if (request.isNavigationRequest()) {
    const frame = request.frame();
    const host = pages.get(frame.page());
    if (host === undefined) return route.abort('aborted'); // A pop-up that is being refused.
    if (!host.judge(url, frame === frame.page().mainFrame())) return route.abort('aborted');
  }
  if (await network.isCancelled(url)) {
    world.network.push(`cancelled ${url}`);
    return route.abort('blockedbyclient');
  }
  if (!url.startsWith(`${OWN}/`) || network.respond === null) {
    world.network.push(`left ${url}`);
    return route.abort('addressunreachable');
  }
  const response = await network.respond(new Request(url, { method: request.method() }));
  await route.fulfill({
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: Buffer.from(await response.arrayBuffer()),
  });
}

/** One page with the app's preload in an isolated world: the lower half of a web-contents. */
export class PageHost {
  readonly #events: PageEvents;
  readonly #preload: string;
  #page: Page | null = null;
  #cdp: CDPSession | null = null;
  /** Of the preload's world in the main frame. */
  #worldId: number | null = null;
  #mainFrame = '';
  readonly #frames = new Map<number, string>();
  #waiting: unknown[] = [];
  /** The address that the app itself is loading. */
  #loading: string | null = null;

  constructor(preloadFile: string, events: PageEvents) {
    this.#events = events;
    this.#preload = preloadScript(readFileSync(preloadFile, 'utf8'));
  }

  /** Of a page that crashed, the last one. */
  get url(): string {
    if (this.#page !== null && !this.#isCrashed) this.#lastUrl = toApp(this.#page.url());
    return this.#lastUrl;
  }

  async load(url: string): Promise<void> {
    const page = await this.#open();
    this.#loading = url;
    await page.goto(toPage(url));
  }

  async reload(): Promise<void> {
    const url = this.url;
    // Playwright lets nothing be done with a crashed page: another one takes its place.
    if (this.#isCrashed) await this.#discard();
    await this.load(url);
  }

  #isCrashed = false;
  #lastUrl = '';

  async crash(): Promise<void> {
    // The command never answers: its page is gone.
    this.#cdp?.send('Page.crash').catch(() => undefined);
  }

  async close(): Promise<void> {
    await this.#discard();
  }

  /** Delivers a message to the preload's world, when there is one. */
  deliver(message: unknown): void {
    if (this.#worldId === null) this.#waiting.push(message);
    else this.#evaluate(message, this.#worldId);
  }

  judge(url: string, isMainFrame: boolean): boolean {
    const byApp = isMainFrame && this.#loading !== null && this.#loading.split('#')[0] === url.split('#')[0];
    if (byApp) this.#loading = null;
    const allowed = this.#events.onNavigation(url, isMainFrame, !byApp);
    if (allowed && isMainFrame) this.#worldId = null;
    return allowed;
  }

  async #open(): Promise<Page> {
    if (this.#page !== null) return this.#page;
    if (context === null) throw new Error('Chromium is not running.');
    const page = await context.newPage();
    this.#page = page;
    this.#isCrashed = false;
    pages.set(page, this);
    page.on('crash', () => {
      this.#isCrashed = true;
      this.#worldId = null;
      this.#events.onCrash();
    });
    page.on('popup', (popup) => void this.#refusePopup(popup));
    page.on('load', () => this.#events.onLoaded());
    await this.#prepare(page);
    return page;
  }

  async #prepare(page: Page): Promise<void> {
    const cdp = await page.context().newCDPSession(page);
    this.#cdp = cdp;
    await cdp.send('Page.enable');
    this.#mainFrame = (await cdp.send('Page.getFrameTree')).frameTree.frame.id;
    cdp.on('Runtime.executionContextCreated', ({ context: created }) => {
      const frameId = (created.auxData as { frameId?: string } | undefined)?.frameId ?? '';
      this.#frames.set(created.id, frameId);
      if (created.name === WORLD && frameId === this.#mainFrame) this.#worldMade(created.id);
    });
    cdp.on('Page.windowOpen', ({ url }) => this.#events.onPopup(toApp(url)));
    cdp.on('Runtime.bindingCalled', ({ name, payload, executionContextId }) => {
      if (name !== BINDING) return;
      const isMain = this.#frames.get(executionContextId) === this.#mainFrame;
      this.#events.onMessage(JSON.parse(payload) as PageMessage, { url: this.url, isMain });
    });
    await cdp.send('Runtime.enable');
    await cdp.send('Runtime.addBinding', { name: BINDING, executionContextName: WORLD });
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: PAGE_SCRIPT });
    await cdp.send('Page.addScriptToEvaluateOnNewDocument', { source: this.#preload, worldName: WORLD });
  }

  #worldMade(id: number): void {
    this.#worldId = id;
    for (const message of this.#waiting.splice(0)) this.#evaluate(message, id);
  }

  #evaluate(message: unknown, contextId: number): void {
    const expression = `globalThis.__desktopDoubleReceive?.(${JSON.stringify(message)})`;
    // A page that navigates away meanwhile never sees it, as with Electron.
    this.#cdp?.send('Runtime.evaluate', { expression, contextId }).catch(() => undefined);
  }

  async #refusePopup(popup: Page): Promise<void> {
    await popup.close().catch(() => undefined);
  }

  async #discard(): Promise<void> {
    const page = this.#page;
    this.#page = null;
    this.#worldId = null;
    if (page === null) return;
    pages.delete(page);
    await page.close().catch(() => undefined);
  }
}
