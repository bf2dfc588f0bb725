import type { BrowserWindow, WebContents } from 'electron';
import type { Language } from '../../../shared/language.ts';
import type { LocalApi } from '../../control/local-api.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Disposable } from '../../platform/lifecycle.ts';
import type { SettingsFile } from '../../settings/user-settings.ts';
import type { ActGuard } from '../guard/act-guard.ts';
import { serveIpc, type IpcService } from '../ipc/serve-ipc.ts';
import { APP_HOST, APP_SCHEME, type WindowRole } from '../ipc/trusted-sender.ts';
import { addTextMenu } from '../menu/text-menu.ts';
import { MainWindow } from './main-window.ts';
import { PopoverWindow } from './popover-window.ts';

export interface AppWindowsParts {
  readonly preload: string;
  readonly icon: string;
  readonly title: string;
  /** What the pages speak unless the user chose; the page cannot ask the system by itself. */
  readonly systemLanguage: Language;
  readonly isPackaged: boolean;
  readonly devOrigin: string | null;
  readonly file: SettingsFile;
  readonly clock: Clock;
  readonly log: Log;
  readonly api: Promise<LocalApi>;
  readonly guard: ActGuard;
  readonly onMade: (window: BrowserWindow) => void;
  readonly onClose: () => 'close' | 'hide' | 'keep';
  readonly onSessionEnd: () => void;
}

/** The windows, each under the role that decides what it may ask, and the contract they speak. */
export class AppWindows implements Disposable {
  readonly main: MainWindow;
  readonly popover: PopoverWindow;
  readonly #ipc: IpcService;
  readonly #roles = new Map<WebContents, WindowRole>();

  constructor(parts: AppWindowsParts) {
    const { api, devOrigin, guard, log } = parts;
    this.#ipc = serveIpc({
      api,
      roleOf: (contents) => this.#roles.get(contents) ?? null,
      devOrigin,
      guard,
      onOpenPage: (page) => this.openPage(page),
      log,
    });
    const pages = devOrigin ?? `${APP_SCHEME}://${APP_HOST}`;
    const onMade = (contents: WebContents, role: WindowRole, window: BrowserWindow): void => {
      this.#roles.set(contents, role);
      contents.once('destroyed', () => this.#roles.delete(contents));
      this.#ipc.attach(contents);
      addTextMenu(contents);
      parts.onMade(window);
    };
    const url = `${pages}/index.html?language=${parts.systemLanguage}`;
    this.main = new MainWindow({ ...parts, onMade, url });
    this.popover = new PopoverWindow({ ...parts, onMade, url: `${url}#/popover` });
  }

  /** Shows a page in the main window, now or as soon as it listens. */
  openPage(page: string): void {
    this.popover.hide();
    this.#ipc.showPage(this.main.show().webContents, page);
  }

  dispose(): void {
    void this.#ipc.dispose();
  }
}
