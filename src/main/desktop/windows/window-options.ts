import type { BrowserWindowConstructorOptions, WebPreferences } from 'electron';

export interface PageParts {
  readonly preload: string;
  readonly isPackaged: boolean;
}

/** Everything that shuts a page in is written out, defaults included: a changed default must not open it. */
export function safePreferences({ preload, isPackaged }: PageParts): WebPreferences {
  return {
    preload,
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
    nodeIntegrationInWorker: false,
    nodeIntegrationInSubFrames: false,
    webviewTag: false,
    webSecurity: true,
    navigateOnDragDrop: false,
    disableBlinkFeatures: 'Auxclick',
    devTools: !isPackaged,
  };
}

/** Before the page has painted, so that a dark desktop does not see a white flash. */
export function backgroundColor(isDark: boolean): string {
  return isDark ? '#14161b' : '#f7f7f8';
}

export function mainWindowOptions(
  parts: PageParts & { readonly icon: string; readonly isDark: boolean; readonly title: string },
): BrowserWindowConstructorOptions {
  return {
    show: false,
    title: parts.title,
    icon: parts.icon,
    backgroundColor: backgroundColor(parts.isDark),
    webPreferences: safePreferences(parts),
  };
}

export function popoverOptions(
  parts: PageParts & { readonly isDark: boolean },
): BrowserWindowConstructorOptions {
  return {
    show: false,
    frame: false,
    resizable: false,
    movable: true,
    minimizable: false,
    maximizable: false,
    fullscreenable: false,
    skipTaskbar: true,
    alwaysOnTop: true,
    backgroundColor: backgroundColor(parts.isDark),
    webPreferences: safePreferences(parts),
  };
}
