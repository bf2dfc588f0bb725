import type { ElectronApplication, Page } from 'playwright';
import { _electron } from 'playwright';
import { electronProgram } from '../../../../scripts/desktop-runtime.ts';
import { DesktopApp, type DesktopHome } from '../../../support/desktop-double/desktop-app.ts';
import { root } from '../../../support/desktop-double/built-app.ts';
import { cleanEnv } from '../../../support/processes.ts';

/** What can be asked of the app on the double and on Electron alike. */
export interface AnyDesktop {
  page(): Promise<Page>;
  isWindowShown(): Promise<boolean>;
  closeWindow(): Promise<void>;
  /** Labels of the application's menus. */
  menus(): Promise<readonly string[]>;
  clickMenu(path: readonly [string, string]): Promise<void>;
  quit(): Promise<void>;
}

export async function onDouble(home: DesktopHome): Promise<AnyDesktop> {
  const app = await DesktopApp.start(home);
  return {
    page: () => app.page(),
    isWindowShown: async () => (await app.see()).windows.some(({ visible }) => visible),
    closeWindow: async () => void (await app.ask({ do: 'close-window', url: 'index.html' })),
    menus: async () => (await app.see()).appMenu.map(({ label }) => label),
    clickMenu: async (path) => void (await app.ask({ do: 'click-menu', menu: 'app', path })),
    quit: async () => {
      await app.quit();
      await app.end();
    },
  };
}

/** Electron's own program; null = it is not here, as where it cannot be downloaded. */
export const program = electronProgram(root);

export async function onElectron(home: DesktopHome): Promise<AnyDesktop> {
  const app = await _electron.launch({
    executablePath: program ?? '',
    args: [root, '--port', '0', '--control-port', '0'],
    env: {
      ...definedOnly(cleanEnv({ RUNPOD_LLM_DATA_DIR: home.dataDir })),
      DISPLAY: process.env['DISPLAY'] ?? '',
      WAYLAND_DISPLAY: process.env['WAYLAND_DISPLAY'] ?? '',
      XDG_RUNTIME_DIR: process.env['XDG_RUNTIME_DIR'] ?? '',
    },
  });
  return {
    page: () => app.firstWindow(),
    isWindowShown: () => shown(app),
    closeWindow: () =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().forEach((window) => window.close())),
    menus: () => app.evaluate(({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label) ?? []),
    clickMenu: (path) =>
      app.evaluate(({ Menu }, [menu, item]) => {
        const found = Menu.getApplicationMenu()?.items.find(({ label }) => label === menu);
        found?.submenu?.items.find(({ label }) => label === item)?.click();
      }, path),
    quit: () => app.close(),
  };
}

const shown = (app: ElectronApplication): Promise<boolean> =>
  app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible()));

const definedOnly = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
