import { build } from 'electron-vite';
import { resolve } from 'node:path';
import { isStale } from '../../../scripts/stale.ts';
import { asShipped } from '../as-shipped.ts';

export const root = resolve(import.meta.dirname, '../../..');
const SOURCES = ['src', 'electron.vite.config.ts', 'vite.config.ts', 'package.json'];
const BUILT = ['out/main/index.js', 'out/preload/index.cjs', 'out/renderer/index.html'];

/** Builds the three bundles as they are shipped, unless they are newer than their sources. */
export async function builtApp(): Promise<string> {
  if (BUILT.some((file) => isStale(root, file, SOURCES))) {
    await asShipped(() =>
      build({ root, logLevel: 'error', configFile: resolve(root, 'electron.vite.config.ts') }),
    );
  }
  return root;
}
