import { BrowserWindow, nativeTheme, screen, type WebContents } from 'electron';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { SettingsFile } from '../../settings/user-settings.ts';
import type { WindowRole } from '../ipc/trusted-sender.ts';
import { mainWindowOptions } from './window-options.ts';
import { MINIMUM, placeWindow, windowStateSchema, type WindowState } from './window-state.ts';

export interface MainWindowParts {
  readonly preload: string;
  readonly icon: string;
  readonly title: string;
  readonly isPackaged: boolean;
  /** What the window shows, without a page's address. */
  readonly url: string;
  readonly file: SettingsFile;
  readonly clock: Clock;
  readonly log: Log;
  /** Called for each window before it loads anything. */
  readonly onMade: (contents: WebContents, role: WindowRole, window: BrowserWindow) => void;
  /** The close button was used. */
  readonly onClose: () => 'close' | 'hide' | 'keep';
  /** The session of the operating system ends; nothing may hinder it. */
  readonly onSessionEnd: () => void;
}

const KEY = 'window';
/** A drag makes many moves; the last one is kept. */
const SETTLE_MS = 400;

/** The one main window, made when first wanted and again after it was closed. */
export class MainWindow {
  readonly #parts: MainWindowParts;
  #window: BrowserWindow | null = null;
  #cancelKeep: () => void = () => undefined;

  constructor(parts: MainWindowParts) {
    this.#parts = parts;
  }

  get window(): BrowserWindow | null {
    return this.#window;
  }

  get isShown(): boolean {
    return this.#window?.isVisible() ?? false;
  }

  get isFocused(): boolean {
    return this.#window?.isFocused() ?? false;
  }

  /** Shows the window in front, as the system allows. */
  show(): BrowserWindow {
    const window = this.#window ?? this.#make();
    if (window.isMinimized()) window.restore();
    window.show();
    window.focus();
    return window;
  }

  hide(): void {
    this.#window?.hide();
  }

  close(): void {
    this.#window?.close();
  }

  #make(): BrowserWindow {
    const { parts, state } = { parts: this.#parts, state: this.#place() };
    const window = new BrowserWindow({
      ...mainWindowOptions({ ...parts, isDark: nativeTheme.shouldUseDarkColors }),
      ...state.bounds,
      minWidth: MINIMUM.width,
      minHeight: MINIMUM.height,
    });
    this.#window = window;
    parts.onMade(window.webContents, 'main', window);
    if (state.maximized) window.maximize();
    if (state.fullScreen) window.setFullScreen(true);
    const keep = (): void => this.#keepSoon(window);
    window.on('resize', keep);
    window.on('move', keep);
    window.on('maximize', keep);
    window.on('unmaximize', keep);
    window.on('close', (event) => {
      this.#keep(window);
      const fate = parts.onClose();
      if (fate === 'close') return;
      event.preventDefault();
      if (fate === 'hide') window.hide();
    });
    window.on('session-end', () => parts.onSessionEnd());
    window.on('closed', () => {
      this.#cancelKeep();
      this.#window = null;
    });
    window.loadURL(parts.url).catch((error: unknown) => {
      if (!window.isDestroyed()) parts.log.error({ err: error }, 'the window did not load');
    });
    return window;
  }

  #place(): WindowState {
    const kept = windowStateSchema.safeParse(this.#parts.file.get(KEY));
    const primary = screen.getPrimaryDisplay();
    const others = screen.getAllDisplays().filter((display) => display.id !== primary.id);
    const areas = [primary, ...others].map((display) => display.workArea);
    return placeWindow(kept.success ? kept.data : null, areas);
  }

  #keepSoon(window: BrowserWindow): void {
    this.#cancelKeep();
    this.#cancelKeep = this.#parts.clock.after(SETTLE_MS, () => this.#keep(window));
  }

  #keep(window: BrowserWindow): void {
    if (window.isDestroyed()) return;
    const state: WindowState = {
      bounds: window.getNormalBounds(),
      maximized: window.isMaximized(),
      fullScreen: window.isFullScreen(),
    };
    try {
      this.#parts.file.set(KEY, state);
    } catch (error) {
      // A place that could not be kept costs nobody anything.
      this.#parts.log.warn({ err: error }, 'the window’s place could not be kept');
    }
  }
}
