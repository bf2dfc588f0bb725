import type Electron from 'electron';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { onWindowClosed, openWindows } from './open-windows.ts';
import { preventable, strict, type Listener } from './strict.ts';
import { mustBeBeforeReady, world } from './world.ts';

const { app: events } = world;
const paths = new Map<string, string>([['userData', join(homedir(), '.config', 'electron-double')]]);

let onReady: (() => void)[] = [];
let isQuitting = false;
let relaunches = false;

/** docs: api/app. The order of quitting follows "before-quit, close of each window, will-quit, quit". */
type AppMembers =
  | 'accessibilitySupportEnabled'
  | 'enableSandbox'
  | 'exit'
  | 'getAppPath'
  | 'getLoginItemSettings'
  | 'getPath'
  | 'getPreferredSystemLanguages'
  | 'getVersion'
  | 'isPackaged'
  | 'isReady'
  | 'on'
  | 'once'
  | 'quit'
  | 'relaunch'
  | 'removeListener'
  | 'requestSingleInstanceLock'
  | 'setAppUserModelId'
  | 'setAsDefaultProtocolClient'
  | 'setBadgeCount'
  | 'setDesktopName'
  | 'setLoginItemSettings'
  | 'setName'
  | 'setPath'
  | 'whenReady';

export const app = strict<Pick<Electron.App, AppMembers>>('app', {
  accessibilitySupportEnabled: false,
  get isPackaged() {
    return world.isPackaged;
  },
  on: (event: string, listener: Listener) => events.on(event, listener),
  once: (event: string, listener: Listener) => events.once(event, listener),
  removeListener: (event: string, listener: Listener) => events.removeListener(event, listener),
  isReady: () => world.isReady,
  whenReady: () =>
    world.isReady ? Promise.resolve() : new Promise<void>((resolve) => void onReady.push(() => resolve())),
  enableSandbox: () => mustBeBeforeReady('app.enableSandbox'),
  requestSingleInstanceLock: (data) => takeLock(data),
  setAppUserModelId: () => undefined,
  setDesktopName: (desktop) => {
    mustBeBeforeReady('app.setDesktopName');
    if (!desktop.endsWith('.desktop')) throw new Error('A desktop name ends in .desktop.');
  },
  setName: () => undefined,
  setPath: (what, path) => void paths.set(what, path),
  getPath: (what) => {
    const path = paths.get(what);
    if (path === undefined) throw new Error(`Failed to get '${what}' path`);
    return path;
  },
  getVersion: () => '0.0.0-double',
  getAppPath: () => process.cwd(),
  getPreferredSystemLanguages: () => [...world.languages],
  setAsDefaultProtocolClient: (scheme, path, args) => {
    world.protocolClient = { scheme, path: path ?? null, args: args ?? [] };
    return true;
  },
  setBadgeCount: (count) => {
    world.badge = count ?? 0;
    return true;
  },
  setLoginItemSettings: (settings) => {
    world.loginItem = { openAtLogin: settings.openAtLogin ?? false, args: settings.args ?? [] };
  },
  getLoginItemSettings: () =>
    ({
      openAtLogin: world.loginItem.openAtLogin,
      executableWillLaunchAtLogin: world.loginItem.openAtLogin,
    }) as Electron.LoginItemSettings,
  quit,
  exit: (code) => leave(code ?? 0),
  relaunch: () => {
    relaunches = true;
  },
});

function quit(): void {
  if (isQuitting) return;
  const before = preventable({});
  events.emit('before-quit', before);
  if (before.defaultPrevented) return;
  isQuitting = true;
  for (const window of Array.from(openWindows)) {
    window.close();
    if (!window.isDestroyed()) {
      isQuitting = false;
      return;
    }
  }
  willQuit();
}

function willQuit(): void {
  const will = preventable({});
  events.emit('will-quit', will);
  isQuitting = false;
  if (!will.defaultPrevented) leave(0);
}

/** Without a listener the app ends with its last window. */
onWindowClosed(() => {
  if (isQuitting || openWindows.size > 0) return;
  if (!events.emit('window-all-closed')) quit();
});

let leaving: (code: number, relaunch: boolean) => void = (code) => process.exit(code);
export function onLeave(listener: (code: number, relaunch: boolean) => void): void {
  leaving = listener;
}

function leave(code: number): void {
  events.emit('quit', {}, code);
  unlock();
  leaving(code, relaunches);
}

/** Fired by the harness once the app's module has been evaluated, as Electron does. */
export function becomeReady(): void {
  world.isReady = true;
  events.emit('ready', {}, {});
  for (const resolve of onReady.splice(0)) resolve();
  onReady = [];
}

let lockFile: string | null = null;

/** The first holder of a user-data folder keeps it; a later one leaves its data there and is refused. */
function takeLock(data: unknown): boolean {
  const folder = paths.get('userData') ?? '';
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'DoubleLock');
  const inbox = join(folder, 'double-inbox');
  if (existsSync(file) && isAlive(Number(readFileSync(file, 'utf8')))) {
    mkdirSync(inbox, { recursive: true });
    writeFileSync(join(inbox, `${process.pid}.json`), JSON.stringify({ argv: process.argv, data }));
    return false;
  }
  writeFileSync(file, String(process.pid));
  lockFile = file;
  const timer = setInterval(() => readInbox(inbox), 50);
  timer.unref();
  return true;
}

function readInbox(inbox: string): void {
  if (!existsSync(inbox) || !world.isReady) return;
  for (const file of readdirSync(inbox)) {
    const path = join(inbox, file);
    const text = readFileSync(path, 'utf8');
    if (text === '') continue;
    rmSync(path);
    const { argv, data } = JSON.parse(text) as { argv: string[]; data: unknown };
    events.emit('second-instance', {}, argv, process.cwd(), data);
  }
}

function unlock(): void {
  if (lockFile !== null) rmSync(lockFile, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
