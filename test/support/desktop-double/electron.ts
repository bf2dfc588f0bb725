/**
 * A strict stand-in for the module `electron`, typed by Electron's own declarations: a member that vanished or changed
 * its signature breaks the compile, one that is not here throws when it is used.
 */
import { app } from './app.ts';
import { ipcMain } from './ipc-main.ts';
import { protocol, session } from './session.ts';
import { strict } from './strict.ts';
import {
  clipboard,
  crashReporter,
  dialog,
  nativeTheme,
  net,
  Notification,
  powerMonitor,
  screen,
  shell,
} from './system.ts';
import { Menu, nativeImage, Tray } from './tray.ts';
import { BrowserWindow } from './windows.ts';

export {
  app,
  BrowserWindow,
  clipboard,
  crashReporter,
  dialog,
  ipcMain,
  Menu,
  nativeImage,
  nativeTheme,
  net,
  Notification,
  powerMonitor,
  protocol,
  screen,
  session,
  shell,
  Tray,
};

/** electron-store takes the module as a whole. */
export default strict('electron', { app, ipcMain, shell });
