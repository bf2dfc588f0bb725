import type Electron from 'electron';
import { app } from './app.ts';
import { ipcMessage } from './ipc-main.ts';
import type { PageMessage } from './page-host.ts';
import type { Command, Seen, SeenItem } from '../desktop/protocol.ts';
import { loaded } from './register.ts';
import { decided, sessionEvents } from './session.ts';
import { preventable } from './strict.ts';
import { powerEvents, themeEvents } from './system.ts';
import { trays } from './tray.ts';
import { allWindows, type BrowserWindow } from './windows.ts';
import { world } from './world.ts';

type Template = readonly Electron.MenuItemConstructorOptions[];

/** Carries out what a test asks. */
export async function carryOut(command: Command): Promise<unknown> {
  switch (command.do) {
    case 'see':
      return see();
    case 'loaded':
      return loaded;
    case 'memory':
      return process.memoryUsage();
    case 'forge':
      return forge(command);
    case 'permission':
      return permission(command);
    case 'download':
      return download(command);
    case 'crash-page':
      return windowOf(command.url).doubled.host.crash();
    case 'quit':
      return app.quit();
    default:
      return asUser(command);
  }
}

type ByUser = Extract<
  Command,
  {
    do:
      | 'click-tray'
      | 'click-menu'
      | 'answer'
      | 'answer-sync'
      | 'click-notification'
      | 'close-window'
      | 'move-window'
      | 'blur';
  }
>;
type BySystem = Extract<
  Command,
  { do: 'hang-page' | 'throw' | 'power' | 'online' | 'dark' | 'open-url' | 'displays' }
>;

/** What a person does. */
function asUser(command: ByUser | BySystem): void {
  switch (command.do) {
    case 'click-tray':
      trays[0]?.events.emit(command.button === 'left' ? 'click' : 'right-click', {});
      return undefined;
    case 'click-menu':
      return clickMenu(menuOf(command.menu), command.path);
    case 'answer':
      return answer(command.label);
    case 'answer-sync':
      world.syncAnswers.push(command.label);
      return undefined;
    case 'click-notification':
      return clickNotification(command.title, command.action);
    case 'close-window':
      return windowOf(command.url).close();
    case 'move-window':
      return windowOf(command.url).setBounds(command.bounds);
    case 'blur':
      for (const window of allWindows()) window.blur();
      return undefined;
    default:
      return asSystem(command);
  }
}

/** What the system does, or what goes wrong in it. */
function asSystem(command: BySystem): void {
  switch (command.do) {
    case 'power':
      powerEvents.emit(command.event, {});
      return;
    case 'online':
      world.isOnline = command.on;
      return;
    case 'dark':
      world.isDark = command.on;
      themeEvents.emit('updated');
      return;
    case 'open-url':
      world.app.emit('open-url', { preventDefault: () => undefined }, command.url);
      return;
    case 'displays':
      world.displays = command.areas.map((area, index) => ({ id: index + 1, workArea: area, bounds: area }));
      return;
    case 'hang-page':
      windowOf(command.url).events.emit('unresponsive');
      return;
    case 'throw':
      setImmediate(() => {
        throw new Error('A fault on purpose, with rpa_THISISASECRETKEY0123456789 in its text.');
      });
  }
}

function see(): Seen {
  const [tray] = trays;
  return {
    tray:
      tray === undefined
        ? null
        : {
            icon: tray.image.path,
            isTemplate: tray.image.isTemplate,
            tooltip: tray.tooltip,
            title: tray.title,
            menu: seenItems(tray.menu?.template ?? tray.poppedUp?.template ?? []),
          },
    windows: allWindows().map((window) => ({
      url: window.webContents.getURL(),
      visible: window.isVisible(),
      focused: window.isFocused(),
      bounds: window.getBounds(),
    })),
    notifications: world.notifications.map(({ options }) => ({
      title: options.title ?? '',
      body: options.body ?? '',
      actions: (options.actions ?? []).map((action) => action.text ?? ''),
    })),
    dialogs: world.dialogs.map(({ options }) => ({
      message: options.message,
      detail: options.detail ?? '',
      buttons: options.buttons ?? [],
    })),
    appMenu: seenItems(world.appMenu),
    openedLinks: world.openedLinks,
    openedPaths: world.openedPaths,
    clipboard: world.clipboard,
    badge: world.badge,
    protocolClient: world.protocolClient,
    loginItem: world.loginItem,
    crashReporter: world.crashReporter,
    network: world.network,
  };
}

function seenItems(template: Template): SeenItem[] {
  return template.map((item) => {
    const items = Array.isArray(item.submenu) ? seenItems(item.submenu) : [];
    const type =
      item.type === 'separator'
        ? 'separator'
        : items.length > 0
          ? 'submenu'
          : item.type === 'checkbox'
            ? 'checkbox'
            : item.role === undefined
              ? 'normal'
              : 'role';
    return {
      label: (item.label ?? item.role ?? '').replaceAll('&&', '&'),
      type,
      enabled: item.enabled ?? true,
      checked: item.checked ?? false,
      accelerator: item.accelerator ?? null,
      items,
    };
  });
}

function menuOf(which: 'tray' | 'app'): Template {
  if (which === 'app') return world.appMenu;
  return trays[0]?.menu?.template ?? trays[0]?.poppedUp?.template ?? [];
}

/** Follows labels down a menu; a label may be its beginning only, as prices in it change. */
function clickMenu(template: Template, path: readonly string[]): void {
  const [label = '', ...rest] = path;
  const item = template.find((entry) => (entry.label ?? '').replaceAll('&&', '&').startsWith(label));
  if (item === undefined) {
    throw new Error(`No menu item "${label}" among: ${template.map((entry) => entry.label).join(' | ')}`);
  }
  if (rest.length > 0) return clickMenu(Array.isArray(item.submenu) ? item.submenu : [], rest);
  if (item.enabled === false) throw new Error(`"${label}" is disabled.`);
  if (item.click === undefined) throw new Error(`"${label}" does nothing.`);
  Reflect.apply(item.click, undefined, []);
}

function answer(label: string): void {
  const index = world.dialogs.findIndex((open) => open.answer !== null);
  const open = world.dialogs[index];
  if (open === undefined) throw new Error('No box waits for an answer.');
  const button = (open.options.buttons ?? []).indexOf(label);
  if (button < 0) throw new Error(`No button "${label}" among: ${(open.options.buttons ?? []).join(' | ')}`);
  world.dialogs.splice(index, 1);
  open.answer?.(button);
}

function clickNotification(title: string, action: string | null): void {
  const shown = world.notifications.findLast(({ options }) => (options.title ?? '').includes(title));
  if (shown === undefined) throw new Error(`No notification "${title}".`);
  if (action === null) {
    shown.events.emit('click', {});
    return;
  }
  const actionIndex = (shown.options.actions ?? []).findIndex(({ text }) => text === action);
  if (actionIndex < 0) throw new Error(`No action "${action}".`);
  shown.events.emit('action', { actionIndex }, actionIndex);
}

function windowOf(url: string): BrowserWindow {
  const found = allWindows().find((window) => window.webContents.getURL().includes(url));
  if (found === undefined) throw new Error(`No window shows ${url}.`);
  return found;
}

function forge(command: Extract<Command, { do: 'forge' }>): Promise<unknown> {
  const { channel, args, frame } = command;
  const sender = command.sender === 'ours' ? allWindows()[0]?.webContents : { isDestroyed: () => false };
  return new Promise((resolve) => {
    const message: PageMessage =
      command.kind === 'invoke'
        ? { kind: 'invoke', id: 1, channel, args: [...args] }
        : { kind: 'send', channel, args: [...args] };
    ipcMessage(sender, message, frame, resolve);
    if (command.kind === 'send') setTimeout(() => resolve('sent'), 50);
  });
}

function permission({
  permission: asked,
  url,
  isMainFrame,
}: Extract<Command, { do: 'permission' }>): Promise<{ readonly check: boolean; readonly request: boolean }> {
  const details = { requestingUrl: url, isMainFrame } as Electron.PermissionRequest &
    Electron.PermissionCheckHandlerHandlerDetails;
  const check = decided.check?.(null, asked as never, url, details) ?? true;
  return new Promise((resolve) => {
    const done = (request: boolean): void => resolve({ check, request });
    if (decided.request === null) done(true);
    else decided.request(null as never, asked as never, done, details);
  });
}

function download({ url, hasGesture }: Extract<Command, { do: 'download' }>): {
  readonly cancelled: boolean;
  readonly dialog: unknown;
} {
  const event = preventable({});
  let dialog: unknown = null;
  sessionEvents.emit('will-download', event, {
    getURL: () => url,
    getFilename: () => 'costs.csv',
    hasUserGesture: () => hasGesture,
    setSaveDialogOptions: (options: unknown) => {
      dialog = options;
    },
  });
  return { cancelled: event.defaultPrevented, dialog };
}
