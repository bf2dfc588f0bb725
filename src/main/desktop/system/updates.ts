import { existsSync } from 'node:fs';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Unsubscribe } from '../../platform/lifecycle.ts';
import type { Random } from '../../platform/random.ts';

/** The part of electron-updater that is used. */
export interface UpdateEngine {
  autoDownload: boolean;
  autoInstallOnAppQuit: boolean;
  allowDowngrade: boolean;
  on(event: 'update-downloaded', listener: (info: { readonly version: string }) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  checkForUpdates(): Promise<unknown>;
  quitAndInstall(): void;
}

export interface UpdateParts {
  /** Written by the packager where an update feed is configured; without it the updater is not even loaded. */
  readonly feedFile: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly onReady: (version: string) => void;
  readonly load?: () => Promise<UpdateEngine>;
}

export interface Updates {
  /** Ends the app and installs what was downloaded; windows must be ready to close. */
  install(): void;
  readonly stop: Unsubscribe;
}

const FIRST_LOOK_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** Installations that were started together should not ask together. */
const JITTER_MS = 60 * 60_000;

/** Looks for a newer version at the start and daily, downloads it, and says so; never restarts by itself. null = off. */
export async function startUpdates(parts: UpdateParts): Promise<Updates | null> {
  if (!existsSync(parts.feedFile)) return null;
  const engine = await (parts.load ?? loadEngine)();
  engine.autoDownload = true;
  engine.autoInstallOnAppQuit = true;
  engine.allowDowngrade = false;
  engine.on('update-downloaded', ({ version }) => parts.onReady(version));
  engine.on('error', (error) => parts.log.warn({ err: error }, 'no update could be had'));
  const look = (): void => {
    engine.checkForUpdates().catch((error: unknown) => {
      parts.log.warn({ err: error }, 'the update feed could not be read');
    });
  };
  const first = parts.clock.after(FIRST_LOOK_MS, look);
  const daily = parts.clock.every(DAY_MS + parts.random.next() * JITTER_MS, look);
  return {
    install: () => engine.quitAndInstall(),
    stop: () => {
      first();
      daily();
    },
  };
}

async function loadEngine(): Promise<UpdateEngine> {
  const { default: updater } = await import('electron-updater');
  return updater.autoUpdater;
}
