import { app } from 'electron';
import { join, resolve } from 'node:path';

export interface AppPaths {
  readonly preload: string;
  readonly resources: string;
  /** The built interface. */
  readonly ui: string;
  readonly trayIcons: string;
  readonly windowIcon: string;
  readonly licences: string;
  /** Where the packager says whence updates come. */
  readonly updateFeed: string;
}

/** Everything lies in the archive beside the bundle, but for what other programs must be able to open. */
export function appPaths(): AppPaths {
  const root = resolve(import.meta.dirname, '../..');
  const resources = join(root, 'resources');
  return {
    preload: join(root, 'out/preload/index.cjs'),
    resources,
    ui: join(root, 'out/renderer'),
    trayIcons: join(resources, 'tray'),
    windowIcon: join(resources, 'icons', 'icon-512.png'),
    licences: join(app.isPackaged ? process.resourcesPath : resources, 'licences.txt'),
    updateFeed: join(process.resourcesPath, 'app-update.yml'),
  };
}
