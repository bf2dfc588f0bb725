import type {
  MenuItemConstructorOptions,
  MessageBoxOptions,
  NotificationConstructorOptions,
  Rectangle,
} from 'electron';
import { Listening } from './strict.ts';

/** What the system around the app would show and keep. Read and changed by tests through the harness. */
export interface World {
  readonly isPackaged: boolean;
  readonly languages: readonly string[];
  isReady: boolean;
  isDark: boolean;
  isOnline: boolean;
  hasNotifications: boolean;
  displays: readonly { readonly id: number; readonly workArea: Rectangle; readonly bounds: Rectangle }[];
  pointer: { readonly x: number; readonly y: number };
  readonly openedLinks: string[];
  readonly openedPaths: string[];
  readonly notifications: ShownNotification[];
  readonly dialogs: OpenDialog[];
  /** Answers given in advance, by label: for boxes that cannot wait. */
  readonly syncAnswers: string[];
  loginItem: { openAtLogin: boolean; args: readonly string[] };
  clipboard: string;
  badge: number;
  protocolClient: {
    readonly scheme: string;
    readonly path: string | null;
    readonly args: readonly string[];
  } | null;
  appMenu: readonly MenuItemConstructorOptions[];
  popup: readonly MenuItemConstructorOptions[] | null;
  readonly crashReporter: { uploadToServer: boolean | undefined; started: boolean };
  readonly network: string[];
  readonly app: Listening;
}

export interface ShownNotification {
  readonly options: NotificationConstructorOptions;
  readonly events: Listening;
  isShown: boolean;
}

export interface OpenDialog {
  readonly options: MessageBoxOptions;
  answer: ((button: number) => void) | null;
}

const screenArea = { x: 0, y: 24, width: 1600, height: 876 };

export const world: World = {
  isPackaged: process.env['DESKTOP_DOUBLE_PACKAGED'] === '1',
  languages: (process.env['DESKTOP_DOUBLE_LANGUAGES'] ?? 'en-GB').split(','),
  isReady: false,
  isDark: false,
  isOnline: true,
  hasNotifications: true,
  displays: [{ id: 1, workArea: screenArea, bounds: { ...screenArea, y: 0, height: 900 } }],
  pointer: { x: 1500, y: 10 },
  openedLinks: [],
  openedPaths: [],
  notifications: [],
  dialogs: [],
  syncAnswers: [],
  loginItem: { openAtLogin: false, args: [] },
  clipboard: '',
  badge: 0,
  protocolClient: null,
  appMenu: [],
  popup: null,
  crashReporter: { uploadToServer: undefined, started: false },
  network: [],
  app: new Listening(),
};

/** Throws when something that must come before `ready` comes later: Electron does, or ignores it. */
export function mustBeBeforeReady(what: string): void {
  if (world.isReady) throw new Error(`${what} must be called before the app is ready.`);
}

export function mustBeReady(what: string): void {
  if (!world.isReady) throw new Error(`${what} cannot be used before the app is ready.`);
}
