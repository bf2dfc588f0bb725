import { app } from 'electron';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { LINK_SCHEME } from './deep-link.ts';

export const APP_ID = 'ai.runpod-llm-manager.desktop';
/** Of the installed .desktop file: Linux shells match windows, badges and notifications by it. */
const DESKTOP_NAME = 'runpod-llm-manager.desktop';

export interface IdentityParts {
  readonly platform: NodeJS.Platform;
  /** What belongs to this installation; another data directory is another app. */
  readonly dataDir: string;
}

/** Who we are to the system. Before ready: the lock and the sessions are found by it. */
export function takeIdentity({ platform, dataDir }: IdentityParts): void {
  app.setName('runpod-llm-manager');
  if (platform === 'win32') app.setAppUserModelId(APP_ID);
  if (platform === 'linux') app.setDesktopName(DESKTOP_NAME);
  app.setPath('userData', join(dataDir, 'desktop'));
}

const handOverSchema = z.object({ argv: z.array(z.string().max(4000)).max(100) });

/** True for the first instance; a later one hands its arguments over and must end. */
export function isFirstInstance(argv: readonly string[]): boolean {
  return app.requestSingleInstanceLock({ argv });
}

/** Calls with the arguments of every later start. Chromium changes the order of argv, so they come beside it. */
export function onLaterStart(listener: (argv: readonly string[]) => void): void {
  app.on('second-instance', (_event, argv, _folder, data) => {
    const handedOver = handOverSchema.safeParse(data);
    listener(handedOver.success ? handedOver.data.argv : argv.slice(1));
  });
}

/** Makes this program the one for `runpod-llm://` links. In development Electron itself is started with our folder. */
export function claimLinks(): void {
  if (app.isPackaged) app.setAsDefaultProtocolClient(LINK_SCHEME);
  else app.setAsDefaultProtocolClient(LINK_SCHEME, process.execPath, [resolve(app.getAppPath())]);
}
