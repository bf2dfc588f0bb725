import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GuardScripts } from './pod/start-command.ts';

/** Reads the scripts that travel into pods and workers; `folder` is resources/watchdog, wherever the app is installed. */
export function readGuardScripts(folder: string): GuardScripts {
  return {
    watchdog: readFileSync(join(folder, 'watchdog.sh'), 'utf8'),
    front: readFileSync(join(folder, 'front.pl'), 'utf8'),
    preload: readFileSync(join(folder, 'preload.sh'), 'utf8'),
  };
}
