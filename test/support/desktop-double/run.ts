/**
 * The process that stands in for Electron's: starts Chromium, loads the app's built main bundle, fires `ready` once that
 * has been evaluated, and does what a test asks over Node's own channel.
 * `node --import register.ts run.ts <bundle> <profile folder>`, then the app's arguments.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { becomeReady, onLeave } from './app.ts';
import { carryOut } from './commands.ts';
import { startChromium, stopChromium } from './page-host.ts';
import type { Asked, Told } from '../desktop/protocol.ts';
import { trays } from './tray.ts';
import { allWindows } from './windows.ts';

const [, , bundle = '', profile = '', ...args] = process.argv;
const platform = process.env['DESKTOP_DOUBLE_PLATFORM'];
if (platform !== undefined) Object.defineProperty(process, 'platform', { value: platform });
// As in Electron: the program, then the app's folder.
process.argv.splice(1, process.argv.length - 1, ...args);
Object.defineProperty(process, 'resourcesPath', {
  value: process.env['DESKTOP_DOUBLE_RESOURCES'] ?? profile,
});

const tell = (told: Told): void => void process.send?.(told);

process.on('message', (asked: Asked) => {
  carryOut(asked.command).then(
    (value) => tell({ id: asked.id, ok: true, value }),
    (error: unknown) =>
      tell({ id: asked.id, ok: false, error: error instanceof Error ? error.message : String(error) }),
  );
});

onLeave((code, relaunch) => {
  const end = (): never => process.exit(relaunch ? 64 : code);
  void stopChromium().then(end, end);
});

if (profile !== '') await startChromium(profile);
const port = join(profile, 'DevToolsActivePort');
const devtools = existsSync(port) ? (readFileSync(port, 'utf8').split('\n')[0] ?? '') : '';
tell({ started: { devtools, rss: process.memoryUsage.rss() } });

const begun = performance.now();
const look = setInterval(() => {
  if (trays.length > 0 && !seen.has('tray')) milestone('tray');
  if (allWindows().length > 0 && !seen.has('window')) milestone('window');
}, 2);
look.unref();
const seen = new Set<string>();
function milestone(name: 'evaluated' | 'tray' | 'window'): void {
  seen.add(name);
  tell({ milestone: name, ms: performance.now() - begun });
}

await import(pathToFileURL(bundle).href);
milestone('evaluated');
becomeReady();
