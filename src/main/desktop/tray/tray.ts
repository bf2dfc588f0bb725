import { Menu, nativeImage, Tray } from 'electron';
import { join } from 'node:path';
import type { DesktopAction } from '../desktop-action.ts';
import { toTemplate } from '../menu/build-menu.ts';
import type { Rectangle } from '../windows/window-state.ts';
import { trayIconFile } from './tray-icon.ts';
import type { TrayModel } from './tray-model.ts';

export interface TrayParts {
  readonly platform: NodeJS.Platform;
  /** Folder of the tray's pictures. */
  readonly folder: string;
  readonly isBarDark: () => boolean;
  readonly perform: (action: DesktopAction) => void;
  /** A click where the system leaves its meaning to the app. */
  readonly onClick: (icon: Rectangle) => void;
}

/** Keeps the icon's place and identity across starts and versions (macOS, signed Windows apps). */
const IDENTITY = '5f0a1c52-6d0e-4f0b-9c8a-9f3f1f6a7d21';

/** The icon in the system's bar. `render` may be called after any change; what did not change is not touched. */
export class AppTray {
  readonly #parts: TrayParts;
  #tray: Tray | null = null;
  #shown: {
    readonly icon: string;
    readonly tooltip: string;
    readonly title: string;
    readonly menu: string;
  } | null = null;
  #menu: Menu | null = null;
  #isOpen = false;
  #later: TrayModel | null = null;

  constructor(parts: TrayParts) {
    this.#parts = parts;
  }

  get isShown(): boolean {
    return this.#tray !== null;
  }

  bounds(): Rectangle {
    return this.#tray?.getBounds() ?? { x: 0, y: 0, width: 0, height: 0 };
  }

  render(model: TrayModel): void {
    // An open menu that is replaced would close under the user's pointer.
    if (this.#isOpen) {
      this.#later = model;
      return;
    }
    const next = {
      icon: join(
        this.#parts.folder,
        trayIconFile(model.shape, this.#parts.platform, this.#parts.isBarDark()),
      ),
      tooltip: model.tooltip,
      title: model.title,
      menu: JSON.stringify(model.items),
    };
    const before = this.#shown;
    const tray = this.#tray ?? this.#make(next.icon);
    if (before !== null && next.icon !== before.icon) tray.setImage(picture(next.icon));
    if (next.tooltip !== before?.tooltip) tray.setToolTip(next.tooltip);
    if (this.#parts.platform === 'darwin' && next.title !== before?.title) tray.setTitle(next.title);
    if (next.menu !== before?.menu) this.#setMenu(tray, model);
    this.#shown = next;
  }

  dispose(): void {
    this.#tray?.destroy();
    this.#tray = null;
    this.#shown = null;
  }

  #make(icon: string): Tray {
    const tray = new Tray(picture(icon), IDENTITY);
    this.#tray = tray;
    if (this.#parts.platform === 'darwin') {
      tray.setIgnoreDoubleClickEvents(true);
      // With a set menu the system would take the left click too.
      tray.on('right-click', () => this.#menu !== null && tray.popUpContextMenu(this.#menu));
    }
    tray.on('click', () => this.#parts.onClick(tray.getBounds()));
    return tray;
  }

  #setMenu(tray: Tray, model: TrayModel): void {
    const menu = Menu.buildFromTemplate(toTemplate(model.items, this.#parts.perform));
    menu.on('menu-will-show', () => {
      this.#isOpen = true;
    });
    menu.on('menu-will-close', () => {
      this.#isOpen = false;
      const later = this.#later;
      this.#later = null;
      if (later !== null) this.render(later);
    });
    this.#menu = menu;
    if (this.#parts.platform !== 'darwin') tray.setContextMenu(menu);
  }
}

function picture(path: string): Electron.NativeImage {
  const image = nativeImage.createFromPath(path);
  if (image.isEmpty()) throw new Error(`The tray picture ${path} is missing.`);
  if (path.endsWith('Template.png')) image.setTemplateImage(true);
  return image;
}
