import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What decides whether a desktop app can be shown here, without trying. */
export interface DisplayFacts {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** null where there is no such thing. */
  readonly uid: number | null;
}

/** Why no window can be opened here, as half a sentence; null = nothing speaks against it. */
export function whyNoDisplay({ platform, env, uid }: DisplayFacts): string | null {
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  if (platform !== 'linux') return null;
  if (!isSet('DISPLAY') && !isSet('WAYLAND_DISPLAY')) return 'there is no display';
  if (uid === 0) return 'the desktop app does not run as root';
  return null;
}

/** Where Electron's program lies, as its package says; null = it was not downloaded. */
export function electronProgram(root: string): string | null {
  const folder = join(root, 'node_modules/electron');
  const pathFile = join(folder, 'path.txt');
  if (!existsSync(pathFile)) return null;
  const program = join(folder, 'dist', readFileSync(pathFile, 'utf8'));
  return existsSync(program) ? program : null;
}

const DOWNLOAD_MS = 10 * 60_000;
const PROBE_MS = 30_000;

/** Electron's program, downloaded when it is missing and proven to start; else why there is none. */
export function getElectron(
  root: string,
  say: (line: string) => void,
): { readonly program: string } | { readonly why: string } {
  if (electronProgram(root) === null) {
    if ((process.env['ELECTRON_SKIP_BINARY_DOWNLOAD'] ?? '') !== '')
      return { why: 'Electron was not downloaded' };
    say('Getting the desktop runtime (once, about 120 MB)');
    spawnSync(process.execPath, [join(root, 'node_modules/electron/install.js')], {
      stdio: 'ignore',
      timeout: DOWNLOAD_MS,
    });
  }
  const program = electronProgram(root);
  if (program === null) return { why: 'the desktop runtime could not be downloaded' };
  const probe = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: PROBE_MS });
  if (probe.status === 0) return { program };
  const reason = (probe.stderr ?? '').split('\n', 1)[0]?.replace(/^.*: /, '') ?? '';
  return { why: `the desktop runtime does not start here${reason === '' ? '' : ` (${reason})`}` };
}
