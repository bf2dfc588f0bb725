import { existsSync, readdirSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { build } from 'vite';
import { asShipped } from '../../../support/as-shipped.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');
const RENDERER_DIR = resolve(ROOT, 'out/renderer');
const SOURCES = ['src/renderer', 'src/shared', 'vite.config.ts'];

/** Builds the renderer unless the build is newer than every source. */
export async function builtRenderer(): Promise<string> {
  const page = resolve(RENDERER_DIR, 'index.html');
  const newest = Math.max(...SOURCES.map((path) => newestChange(resolve(ROOT, path))));
  if (!existsSync(page) || statSync(page).mtimeMs < newest) {
    await asShipped(() => build({ configFile: resolve(ROOT, 'vite.config.ts'), logLevel: 'error' }));
  }
  return RENDERER_DIR;
}

function newestChange(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestChange(resolve(path, name))));
}
