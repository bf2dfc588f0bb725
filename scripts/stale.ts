import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** True when a built file is missing or older than any of its sources (files and folders below `root`). */
export function isStale(root: string, built: string, sources: readonly string[]): boolean {
  const file = join(root, built);
  if (!existsSync(file)) return true;
  const since = statSync(file).mtimeMs;
  return sources.some((source) => newestChange(join(root, source)) > since);
}

function newestChange(path: string): number {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 0;
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newestChange(join(path, name))));
}
