import type Electron from 'electron';
import { existsSync } from 'node:fs';
import { openWindows, windowClosed } from './open-windows.ts';
import { Listening, preventable, strict, type Listener } from './strict.ts';
import { ipcMessage } from './ipc-main.ts';
import { PageHost } from './page-host.ts';
import { defaultSession } from './session.ts';
import { mustBeReady, world } from './world.ts';

type ContentsMembers =
  | 'forcefullyCrashRenderer'
  | 'getURL'
  | 'id'
  | 'isDestroyed'
  | 'isDevToolsOpened'
  | 'on'
  | 'once'
  | 'reload'
  | 'removeListener'
  | 'send'
  | 'session'
  | 'setWindowOpenHandler';

export interface DoubledContents {
  readonly contents: Electron.WebContents;
  readonly events: Listening;
  readonly host: PageHost;
  destroy(): void;
}

let lastId = 0;

export const allWindows = (): readonly BrowserWindow[] =>
  [...openWindows].filter((window) => window instanceof BrowserWindow);

/** What our pages may never be given, whatever else changes (the checklist's points 2 to 6, 11). */
function refuseUnsafe(preferences: Electron.WebPreferences): void {
  const must: Partial<Electron.WebPreferences> = {
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
  };
  for (const [key, wanted] of Object.entries(must)) {
    const given: unknown = Reflect.get(preferences, key);
    if (given !== wanted)
      throw new Error(
        `webPreferences.${key} must be ${JSON.stringify(wanted)}, not ${JSON.stringify(given)}.`,
      );
  }
  for (const key of ['allowRunningInsecureContent', 'experimentalFeatures', 'enableBlinkFeatures']) {
    if (key in preferences) throw new Error(`webPreferences.${key} must not be there.`);
  }
  if (preferences.devTools !== !world.isPackaged) throw new Error('Developer tools only in development.');
}

function newContents(preload: string): DoubledContents {
  const events = new Listening();
  let isDestroyed = false;
  let openHandler: (details: Electron.HandlerDetails) => Electron.WindowOpenHandlerResponse = () => {
    throw new Error('A page opened a window and nobody decides about it.');
  };
  const id = ++lastId;
  const host = new PageHost(preload, {
    onNavigation(url, isMainFrame, byPage) {
      const event = preventable({ url, isMainFrame, isSameDocument: false });
      if (byPage && isMainFrame) events.emit('will-navigate', event);
      if (byPage) events.emit('will-frame-navigate', event);
      if (event.defaultPrevented) return false;
      events.emit('did-start-navigation', { url, isMainFrame, isSameDocument: false });
      return true;
    },
    onMessage: (message, frame) => ipcMessage(members, message, frame, (reply) => host.deliver(reply)),
    onCrash: () => events.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 }),
    onPopup: (url) => {
      const response = openHandler({ url } as Electron.HandlerDetails);
      if (response.action !== 'deny') throw new Error('A window of a page was allowed.');
    },
    onLoaded: () => events.emit('did-finish-load'),
  });
  const members = strict<Pick<Electron.WebContents, ContentsMembers>>('webContents', {
    id,
    session: defaultSession,
    getURL: () => host.url,
    isDestroyed: () => isDestroyed,
    isDevToolsOpened: () => false,
    on: (event: string, listener: Listener) => events.on(event, listener),
    once: (event: string, listener: Listener) => events.once(event, listener),
    removeListener: (event: string, listener: Listener) => events.removeListener(event, listener),
    send: (channel, ...args: unknown[]) => {
      if (isDestroyed) throw new TypeError('Object has been destroyed');
      host.deliver({ kind: 'event', channel, args: structuredClone(args) });
    },
    reload: () => void host.reload().catch(() => undefined),
    forcefullyCrashRenderer: () => void host.crash(),
    setWindowOpenHandler: (handler) => {
      openHandler = handler;
    },
  }) as Electron.WebContents;
  world.app.emit('web-contents-created', {}, members);
  return {
    contents: members,
    events,
    host,
    destroy: () => {
      isDestroyed = true;
      events.emit('destroyed');
    },
  };
}

/** docs: api/browser-window. State is kept, pages are real; what a window manager would do is not. */
export class BrowserWindow {
  readonly webContents: Electron.WebContents;
  readonly doubled: DoubledContents;
  readonly events = new Listening();
  readonly #self: BrowserWindow;
  #bounds: Electron.Rectangle;
  #visible: boolean;
  #focused = false;
  #minimized = false;
  #maximized = false;
  #fullScreen = false;
  #destroyed = false;

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    mustBeReady('BrowserWindow');
    const preferences = options.webPreferences ?? {};
    refuseUnsafe(preferences);
    if (typeof options.icon === 'string' && !existsSync(options.icon))
      throw new Error(`No icon ${options.icon}`);
    this.#bounds = {
      x: options.x ?? 0,
      y: options.y ?? 0,
      width: options.width ?? 800,
      height: options.height ?? 600,
    };
    this.#visible = options.show ?? true;
    this.doubled = newContents(preferences.preload ?? '');
    this.webContents = this.doubled.contents;
    this.#self = strict('BrowserWindow', this);
    openWindows.add(this.#self);
    world.app.emit('browser-window-created', {}, this.#self);
    // eslint-disable-next-line no-constructor-return
    return this.#self;
  }

  static getAllWindows(): readonly BrowserWindow[] {
    return allWindows();
  }

  static fromWebContents(contents: Electron.WebContents): BrowserWindow | null {
    return allWindows().find((window) => window.webContents === contents) ?? null;
  }

  on(event: string, listener: Listener): void {
    this.events.on(event, listener);
  }

  async loadURL(url: string): Promise<void> {
    if (!url.startsWith('app://bundle/')) throw new Error(`Only our own pages are loaded, not ${url}.`);
    await this.doubled.host.load(url);
    this.events.emit('ready-to-show');
  }

  show(): void {
    this.#visible = true;
    this.focus();
    this.events.emit('show');
  }

  hide(): void {
    this.#visible = false;
    this.#focused = false;
    this.events.emit('hide');
  }

  focus(): void {
    for (const other of allWindows()) if (other !== this.#self) other.blur();
    this.#focused = true;
    this.events.emit('focus');
  }

  blur(): void {
    if (!this.#focused) return;
    this.#focused = false;
    this.events.emit('blur');
  }

  close(): void {
    if (this.#destroyed) return;
    const event = preventable({});
    this.events.emit('close', event);
    if (!event.defaultPrevented) this.destroy();
  }

  destroy(): void {
    if (this.#destroyed) return;
    this.#destroyed = true;
    openWindows.delete(this.#self);
    this.doubled.destroy();
    void this.doubled.host.close();
    this.events.emit('closed');
    windowClosed();
  }

  isDestroyed(): boolean {
    return this.#destroyed;
  }

  isVisible(): boolean {
    return this.#visible;
  }

  isFocused(): boolean {
    return this.#focused;
  }

  isMinimized(): boolean {
    return this.#minimized;
  }

  isMaximized(): boolean {
    return this.#maximized;
  }

  isFullScreen(): boolean {
    return this.#fullScreen;
  }

  maximize(): void {
    this.#maximized = true;
    this.events.emit('maximize');
  }

  setFullScreen(on: boolean): void {
    this.#fullScreen = on;
  }

  restore(): void {
    this.#minimized = false;
  }

  minimize(): void {
    this.#minimized = true;
  }

  getBounds(): Electron.Rectangle {
    return { ...this.#bounds };
  }

  getNormalBounds(): Electron.Rectangle {
    return { ...this.#bounds };
  }

  setBounds(bounds: Partial<Electron.Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...bounds };
    this.events.emit('move');
    this.events.emit('resize');
  }
}
