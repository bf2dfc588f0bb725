import type { Desktop, DesktopHome, DesktopOptions, Exit } from '../../../support/desktop/desktop.ts';
import { DesktopApp } from '../../../support/desktop-double/desktop-app.ts';
import { ElectronApp } from '../../../support/desktop-electron/electron-app.ts';

/** `npm run test:desktop` sets it; everywhere else the same specs run on the double. */
export const onElectron = process.env['DESKTOP_RUNNER'] === 'electron';

export const startDesktop = (home: DesktopHome, options?: DesktopOptions): Promise<Desktop> =>
  onElectron ? ElectronApp.start(home, options) : DesktopApp.start(home, options);

/** A later start of the program on the same home: hands its arguments over and ends. */
export const startLater = (home: DesktopHome, options?: DesktopOptions): Promise<Exit> =>
  onElectron ? ElectronApp.later(home, options) : DesktopApp.later(home, options);
