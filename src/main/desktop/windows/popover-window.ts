import { BrowserWindow, nativeTheme, screen, type WebContents } from 'electron';
import type { Log } from '../../logs/log.ts';
import type { WindowRole } from '../ipc/trusted-sender.ts';
import { placePopover } from './popover-place.ts';
import { popoverOptions } from './window-options.ts';
import type { Rectangle } from './window-state.ts';

export interface PopoverParts {
  readonly preload: string;
  readonly isPackaged: boolean;
  readonly url: string;
  readonly log: Log;
  readonly onMade: (contents: WebContents, role: WindowRole, window: BrowserWindow) => void;
}

/** The small window beside the tray icon. Leaving it, or Escape, hides it; it is kept for the next time. */
export class PopoverWindow {
  readonly #parts: PopoverParts;
  #window: BrowserWindow | null = null;

  constructor(parts: PopoverParts) {
    this.#parts = parts;
  }

  get isShown(): boolean {
    return this.#window?.isVisible() ?? false;
  }

  /** `icon` = where the tray icon is; zeros where the system does not tell. */
  toggle(icon: Rectangle): void {
    if (this.isShown) {
      this.hide();
      return;
    }
    const window = this.#window ?? this.#make();
    const pointer = screen.getCursorScreenPoint();
    const near = icon.width > 0 ? { x: icon.x, y: icon.y } : pointer;
    window.setBounds(placePopover(icon, pointer, screen.getDisplayNearestPoint(near).workArea));
    window.show();
    window.focus();
  }

  hide(): void {
    this.#window?.hide();
  }

  #make(): BrowserWindow {
    const parts = this.#parts;
    const window = new BrowserWindow(popoverOptions({ ...parts, isDark: nativeTheme.shouldUseDarkColors }));
    this.#window = window;
    parts.onMade(window.webContents, 'popover', window);
    window.on('blur', () => {
      if (!window.webContents.isDevToolsOpened()) window.hide();
    });
    window.webContents.on('before-input-event', (event, input) => {
      if (input.key !== 'Escape') return;
      event.preventDefault();
      window.hide();
    });
    window.on('closed', () => {
      this.#window = null;
    });
    window.loadURL(parts.url).catch((error: unknown) => {
      if (!window.isDestroyed()) parts.log.error({ err: error }, 'the popover did not load');
    });
    return window;
  }
}
