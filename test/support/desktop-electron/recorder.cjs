/**
 * Loaded into Electron's main process before the app (`-r`). Keeps what the app shows to the system and carries out what
 * a person or the system does, in the words of test/support/desktop/protocol.ts. What would change the machine the test
 * runs on, such as its login items, clipboard and link handlers, is kept here instead.
 */
const electron = require('electron');
const { app, BrowserWindow, clipboard, dialog, Menu, nativeImage, Notification, shell, Tray } = electron;

const kept = {
  trays: new Map(),
  dialogs: [],
  answers: [],
  notifications: [],
  openedLinks: [],
  openedPaths: [],
  clipboard: '',
  badge: 0,
  protocolClient: null,
  loginItem: { openAtLogin: false },
  crashReporter: { started: false, uploadToServer: undefined },
};

/** Runs `before` with the same arguments, then the original. */
function watch(owner, name, before) {
  const original = owner[name];
  owner[name] = function watched(...args) {
    before.apply(this, args);
    return original.apply(this, args);
  };
}

const trayOf = (tray) => {
  const known = kept.trays.get(tray) ?? { icon: '', isTemplate: false, tooltip: '', title: '', menu: null };
  kept.trays.set(tray, known);
  return known;
};

// Pictures know their files no more: the last one made is the one that a tray is given next.
let lastPicture = '';
watch(nativeImage, 'createFromPath', (path) => {
  lastPicture = path;
});
watch(Tray.prototype, 'setToolTip', function toolTip(text) {
  const tray = trayOf(this);
  tray.tooltip = text;
  if (tray.icon === '') tray.icon = lastPicture;
});
watch(Tray.prototype, 'setImage', function image() {
  trayOf(this).icon = lastPicture;
});
watch(Tray.prototype, 'setTitle', function title(text) {
  trayOf(this).title = text;
});
watch(Tray.prototype, 'setContextMenu', function contextMenu(menu) {
  trayOf(this).menu = menu;
});
watch(Tray.prototype, 'popUpContextMenu', function popUp(menu) {
  trayOf(this).menu = menu;
});
watch(Tray.prototype, 'destroy', function destroy() {
  kept.trays.delete(this);
});

dialog.showMessageBox = (...args) =>
  new Promise((resolve) => {
    kept.dialogs.push({
      options: args.at(-1),
      answer: (response) => resolve({ response, checkboxChecked: false }),
    });
  });
dialog.showMessageBoxSync = (...args) => {
  const options = args.at(-1);
  const wanted = kept.answers.shift();
  kept.dialogs.push({ options, answer: null });
  if (wanted === undefined) throw new Error(`Nobody answers: ${options.message}`);
  return (options.buttons ?? []).indexOf(wanted);
};

Notification.isSupported = () => true;
Notification.prototype.show = function show() {
  kept.notifications.push(this);
};
shell.openExternal = async (url) => void kept.openedLinks.push(url);
shell.openPath = async (path) => {
  kept.openedPaths.push(path);
  return '';
};
clipboard.writeText = (text) => {
  kept.clipboard = text;
};
app.setAsDefaultProtocolClient = (scheme) => {
  kept.protocolClient = { scheme };
  return true;
};
app.setLoginItemSettings = ({ openAtLogin }) => {
  kept.loginItem = { openAtLogin: openAtLogin === true };
};
app.getLoginItemSettings = () => ({
  ...kept.loginItem,
  executableWillLaunchAtLogin: kept.loginItem.openAtLogin,
});
app.setBadgeCount = (count) => {
  kept.badge = count ?? 0;
  return true;
};
watch(electron.crashReporter, 'start', ({ uploadToServer }) => {
  kept.crashReporter = { started: true, uploadToServer };
});

const seenItems = (menu) =>
  (menu?.items ?? []).map((item) => {
    const items = seenItems(item.submenu);
    const kind = item.role === undefined || item.role === null ? item.type : 'role';
    return {
      label: (item.label || item.role || '').replaceAll('&&', '&'),
      type: items.length > 0 ? 'submenu' : kind,
      enabled: item.enabled,
      checked: item.checked,
      accelerator: item.accelerator ?? null,
      items,
    };
  });

const shownTray = () => [...kept.trays.values()][0] ?? null;

function see() {
  const tray = shownTray();
  return {
    tray: tray === null ? null : { ...tray, menu: seenItems(tray.menu) },
    windows: BrowserWindow.getAllWindows().map((window) => ({
      url: window.webContents.getURL(),
      visible: window.isVisible(),
      focused: window.isFocused(),
      bounds: window.getBounds(),
    })),
    notifications: kept.notifications.map(({ title, body, actions }) => ({
      title,
      body,
      actions: actions.map(({ text }) => text ?? ''),
    })),
    dialogs: kept.dialogs.map(({ options }) => ({
      message: options.message,
      detail: options.detail ?? '',
      buttons: options.buttons ?? [],
    })),
    appMenu: seenItems(Menu.getApplicationMenu()),
    openedLinks: kept.openedLinks,
    openedPaths: kept.openedPaths,
    clipboard: kept.clipboard,
    badge: kept.badge,
    protocolClient: kept.protocolClient,
    loginItem: kept.loginItem,
    crashReporter: kept.crashReporter,
    network: [],
  };
}

/** Follows labels down a menu; a label may be its beginning only, as prices in it change. */
function clickMenu(menu, [label, ...rest]) {
  const items = menu?.items ?? [];
  const item = items.find((entry) => entry.label.replaceAll('&&', '&').startsWith(label));
  if (item === undefined) {
    throw new Error(`No menu item "${label}" among: ${items.map((entry) => entry.label).join(' | ')}`);
  }
  if (rest.length > 0) return clickMenu(item.submenu, rest);
  if (!item.enabled) throw new Error(`"${label}" is disabled.`);
  return item.click();
}

function answer(label) {
  const index = kept.dialogs.findIndex((open) => open.answer !== null);
  const [open] = index < 0 ? [] : kept.dialogs.splice(index, 1);
  const button = (open?.options.buttons ?? []).indexOf(label);
  if (button < 0) throw new Error(`No box waits for "${label}".`);
  open.answer(button);
}

function clickNotification({ title, action }) {
  const shown = kept.notifications.findLast((one) => one.title.includes(title));
  if (shown === undefined) throw new Error(`No notification "${title}".`);
  if (action === null) return void shown.emit('click', {});
  const actionIndex = shown.actions.findIndex(({ text }) => text === action);
  if (actionIndex < 0) throw new Error(`No action "${action}".`);
  shown.emit('action', { actionIndex }, actionIndex);
}

function windowOf(url) {
  const found = BrowserWindow.getAllWindows().find((window) => window.webContents.getURL().includes(url));
  if (found === undefined) throw new Error(`No window shows ${url}.`);
  return found;
}

const COMMANDS = {
  see,
  'click-tray': ({ button }) =>
    [...kept.trays.keys()][0]?.emit(button === 'left' ? 'click' : 'right-click', {}, {}),
  'click-menu': ({ menu, path }) =>
    clickMenu(menu === 'app' ? Menu.getApplicationMenu() : shownTray()?.menu, path),
  answer: ({ label }) => answer(label),
  'answer-sync': ({ label }) => kept.answers.push(label),
  'click-notification': clickNotification,
  'close-window': ({ url }) => windowOf(url).close(),
  'move-window': ({ url, bounds }) => windowOf(url).setBounds(bounds),
  blur: () => BrowserWindow.getFocusedWindow()?.blur(),
  'crash-page': ({ url }) => windowOf(url).webContents.forcefullyCrashRenderer(),
  'hang-page': ({ url }) => windowOf(url).emit('unresponsive'),
  power: ({ event }) => electron.powerMonitor.emit(event, { preventDefault: () => undefined }),
  dark: ({ on }) => {
    electron.nativeTheme.themeSource = on ? 'dark' : 'light';
  },
  'open-url': ({ url }) => app.emit('open-url', { preventDefault: () => undefined }, url),
  memory: () => process.memoryUsage(),
  quit: () => setImmediate(() => app.quit()),
};

globalThis.desktopRecorder = (command) => {
  const run = COMMANDS[command.do];
  if (run === undefined) throw new Error(`Electron cannot be told to "${command.do}" from outside.`);
  return run(command) ?? null;
};
