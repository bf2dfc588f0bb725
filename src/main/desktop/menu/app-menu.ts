import { app, Menu, type MenuItemConstructorOptions } from 'electron';
import type { DesktopAction } from '../desktop-action.ts';
import type { Words } from '../words/en.ts';
import { toTemplate } from './build-menu.ts';
import type { MenuItem } from './menu-item.ts';

export interface AppMenuParts {
  readonly platform: NodeJS.Platform;
  readonly isPackaged: boolean;
  readonly perform: (action: DesktopAction) => void;
}

type Template = MenuItemConstructorOptions[];

const LINE: MenuItemConstructorOptions = { type: 'separator' };

/** The application's menu with the system's own roles and shortcuts: without it ⌘C and ⌘Q would not work on macOS. */
export function installAppMenu(words: Words, parts: AppMenuParts): void {
  app.setName(words.app);
  Menu.setApplicationMenu(Menu.buildFromTemplate(appMenuTemplate(words, parts)));
}

export function appMenuTemplate(words: Words, parts: AppMenuParts): Template {
  const isMac = parts.platform === 'darwin';
  const items = (...list: readonly MenuItem[]): Template => toTemplate(list, parts.perform);
  const about = items({ kind: 'action', label: words.about.title, action: { do: 'about' } });
  const settings = items(open(words.tray.settings, '/settings', 'CmdOrCtrl+,'));
  const quit = items({
    kind: 'action',
    label: words.tray.quit,
    action: { do: 'quit' },
    accelerator: 'CmdOrCtrl+Q',
  });
  const file: Template = [
    ...items(open(words.menu.deploy, '/deploy', 'CmdOrCtrl+N')),
    LINE,
    ...(isMac ? [] : [...settings, LINE]),
    { role: 'close' },
    ...(isMac ? [] : quit),
  ];
  const help: Template = [
    ...items(
      { kind: 'action', label: words.menu.docs, action: { do: 'console' } },
      { kind: 'action', label: words.menu.logsFolder, action: { do: 'show-logs' } },
    ),
    ...(isMac ? [] : [LINE, ...about]),
  ];
  const menus: Template = [
    { label: words.menu.file, submenu: file },
    { role: 'editMenu', label: words.menu.edit },
    { label: words.menu.view, submenu: viewItems(words, parts.isPackaged, items) },
    { role: 'windowMenu', label: words.menu.window },
    { role: 'help', label: words.menu.help, submenu: help },
  ];
  return isMac ? [{ label: words.app, submenu: macItems(about, settings, quit) }, ...menus] : menus;
}

const open = (label: string, page: string, accelerator: string): MenuItem => ({
  kind: 'action',
  label,
  action: { do: 'open', page },
  accelerator,
});

function macItems(about: Template, settings: Template, quit: Template): Template {
  return [
    ...about,
    LINE,
    ...settings,
    LINE,
    { role: 'services' },
    LINE,
    { role: 'hide' },
    { role: 'hideOthers' },
    { role: 'unhide' },
    LINE,
    ...quit,
  ];
}

function viewItems(
  words: Words,
  isPackaged: boolean,
  items: (...list: readonly MenuItem[]) => Template,
): Template {
  const pages = Object.entries(words.menu.pages).map(([page, label], index) =>
    open(label, page, `CmdOrCtrl+${index + 1}`),
  );
  const development: Template = [LINE, { role: 'reload' }, { role: 'toggleDevTools' }];
  return [
    ...items(...pages),
    LINE,
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { role: 'togglefullscreen' },
    ...(isPackaged ? [] : development),
  ];
}
