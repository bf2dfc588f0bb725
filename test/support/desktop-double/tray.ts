import type Electron from 'electron';
import { existsSync, readFileSync } from 'node:fs';
import { Listening, strict, type Listener } from './strict.ts';
import { mustBeReady, world } from './world.ts';

/** Every role that Electron knows and the app uses; an unknown one is an error there too. */
const ROLES = new Set(
  'about close copy cut editMenu front help hide hideOthers minimize paste quit redo reload resetZoom selectAll services toggleDevTools togglefullscreen undo unhide windowMenu zoom zoomIn zoomOut'
    .split(' ')
    .map((role) => role.toLowerCase()),
);

function checkTemplate(items: readonly Electron.MenuItemConstructorOptions[]): void {
  for (const item of items) {
    if (item.role !== undefined && !ROLES.has(item.role.toLowerCase()))
      throw new Error(`No role ${item.role}`);
    if (item.type !== 'separator' && item.role === undefined && item.label === undefined) {
      throw new Error('A menu item has neither label nor role.');
    }
    if (Array.isArray(item.submenu)) checkTemplate(item.submenu);
  }
}

/** docs: api/menu. */
export class Menu {
  readonly template: readonly Electron.MenuItemConstructorOptions[];
  readonly events = new Listening();

  constructor(template: readonly Electron.MenuItemConstructorOptions[]) {
    this.template = template;
  }

  static buildFromTemplate(template: Electron.MenuItemConstructorOptions[]): Menu {
    checkTemplate(template);
    return strict('Menu', new Menu(template));
  }

  static setApplicationMenu(menu: Menu): void {
    mustBeReady('Menu.setApplicationMenu');
    world.appMenu = menu.template;
  }

  on(event: string, listener: Listener): void {
    this.events.on(event, listener);
  }

  popup(): void {
    world.popup = this.template;
  }
}

interface Image {
  readonly path: string;
  isTemplate: boolean;
}

/** docs: api/native-image. Reads the file: a missing picture is an empty image there, and the app must notice. */
export const nativeImage = strict('nativeImage', {
  createFromPath: (path: string) => {
    const image: Image = { path, isTemplate: false };
    return strict('NativeImage', {
      image,
      isEmpty: () => !existsSync(path) || readFileSync(path).length === 0,
      setTemplateImage: (on: boolean) => {
        image.isTemplate = on;
      },
    });
  },
});

export const trays: Tray[] = [];

/** docs: api/tray. On Linux bounds are zeros and a menu cannot be popped up. */
export class Tray {
  readonly events = new Listening();
  image: Image;
  tooltip = '';
  title = '';
  menu: Menu | null = null;
  poppedUp: Menu | null = null;

  constructor(image: { readonly image: Image; isEmpty(): boolean }, guid?: string) {
    mustBeReady('Tray');
    if (image.isEmpty()) throw new Error('A tray needs a picture.');
    if (guid !== undefined && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(guid))
      throw new Error('Bad GUID');
    this.image = image.image;
    trays.push(this);
    // eslint-disable-next-line no-constructor-return
    return strict('Tray', this);
  }

  on(event: string, listener: Listener): void {
    this.events.on(event, listener);
  }

  setImage(image: { readonly image: Image }): void {
    this.image = image.image;
  }

  setToolTip(text: string): void {
    this.tooltip = text;
  }

  setTitle(text: string): void {
    if (process.platform !== 'darwin') throw new Error('Tray.setTitle is for macOS.');
    this.title = text;
  }

  setIgnoreDoubleClickEvents(): void {
    if (process.platform !== 'darwin') throw new Error('Tray.setIgnoreDoubleClickEvents is for macOS.');
  }

  setContextMenu(menu: Menu): void {
    this.menu = menu;
  }

  popUpContextMenu(menu: Menu): void {
    if (process.platform === 'linux') throw new Error('Tray.popUpContextMenu does not exist on Linux.');
    this.poppedUp = menu;
  }

  getBounds(): Electron.Rectangle {
    return process.platform === 'linux'
      ? { x: 0, y: 0, width: 0, height: 0 }
      : { x: 1400, y: 0, width: 24, height: 24 };
  }

  destroy(): void {
    trays.splice(trays.indexOf(this), 1);
  }
}
