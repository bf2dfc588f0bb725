import type Electron from 'electron';
import { Listening, strict, type Listener } from './strict.ts';
import { mustBeReady, world, type ShownNotification } from './world.ts';

const listening = (events: Listening) => ({
  on: (event: string, listener: Listener) => events.on(event, listener),
  once: (event: string, listener: Listener) => events.once(event, listener),
  removeListener: (event: string, listener: Listener) => events.removeListener(event, listener),
});

export const powerEvents = new Listening();
/** docs: api/power-monitor. */
export const powerMonitor = strict<Pick<Electron.PowerMonitor, 'on' | 'removeListener'>>(
  'powerMonitor',
  listening(powerEvents),
);

export const themeEvents = new Listening();
/** docs: api/native-theme. */
export const nativeTheme = strict<
  Pick<
    Electron.NativeTheme,
    'on' | 'removeListener' | 'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI'
  >
>('nativeTheme', {
  ...listening(themeEvents),
  get shouldUseDarkColors() {
    return world.isDark;
  },
  get shouldUseDarkColorsForSystemIntegratedUI() {
    return world.isDark;
  },
});

const display = (index: number): Electron.Display => {
  mustBeReady('screen');
  const found = world.displays[index];
  if (found === undefined) throw new Error('There is no display.');
  return found as Electron.Display;
};

/** docs: api/screen. */
export const screen = strict<
  Pick<
    Electron.Screen,
    'getAllDisplays' | 'getCursorScreenPoint' | 'getDisplayNearestPoint' | 'getPrimaryDisplay'
  >
>('screen', {
  getAllDisplays: () => world.displays.map((_display, index) => display(index)),
  getPrimaryDisplay: () => display(0),
  getDisplayNearestPoint: () => display(0),
  getCursorScreenPoint: () => ({ ...world.pointer }),
});

/** docs: api/net. */
export const net = strict<Pick<Electron.Net, 'isOnline'>>('net', { isOnline: () => world.isOnline });

/** docs: api/clipboard; since 44 everything is asynchronous. */
export const clipboard = strict<Pick<Electron.Clipboard, 'writeText'>>('clipboard', {
  writeText: async (text) => {
    world.clipboard = text;
  },
});

/** docs: api/shell. */
export const shell = strict<Pick<Electron.Shell, 'openExternal' | 'openPath'>>('shell', {
  openExternal: async (url) => {
    world.openedLinks.push(url);
  },
  openPath: async (path) => {
    world.openedPaths.push(path);
    return '';
  },
});

/** docs: api/dialog. A box stays open until a test answers it by a label. */
export const dialog = strict('dialog', {
  showMessageBox: (...args: unknown[]): Promise<Electron.MessageBoxReturnValue> => {
    mustBeReady('dialog');
    const options = args.at(-1) as Electron.MessageBoxOptions;
    return new Promise((resolve) => {
      const open = { options, answer: (response: number) => resolve({ response, checkboxChecked: false }) };
      world.dialogs.push(open);
    });
  },
  showMessageBoxSync: (options: Electron.MessageBoxSyncOptions): number => {
    world.dialogs.push({ options, answer: null });
    const wanted = world.syncAnswers.shift();
    if (wanted === undefined) throw new Error(`Nobody answers: ${options.message}`);
    return (options.buttons ?? []).indexOf(wanted);
  },
  showErrorBox: (title: string, content: string): void => {
    world.dialogs.push({ options: { message: title, detail: content }, answer: null });
  },
});

/** docs: api/notification. */
export class Notification {
  readonly shown: ShownNotification;

  constructor(options: Electron.NotificationConstructorOptions) {
    this.shown = { options, events: new Listening(), isShown: false };
    // eslint-disable-next-line no-constructor-return
    return strict('Notification', this);
  }

  static isSupported(): boolean {
    return world.hasNotifications;
  }

  on(event: string, listener: Listener): void {
    this.shown.events.on(event, listener);
  }

  show(): void {
    this.shown.isShown = true;
    world.notifications.push(this.shown);
  }
}

/** docs: api/crash-reporter. */
export const crashReporter = strict<Pick<Electron.CrashReporter, 'start'>>('crashReporter', {
  start: ({ uploadToServer }) => {
    world.crashReporter.started = true;
    world.crashReporter.uploadToServer = uploadToServer;
  },
});
