import { isAbsolute, join, resolve } from 'node:path';

/** What decides where folders are; given, so that every system can be tested on any. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
}

const NAME = 'runpod-llm-manager';

/** Where each system expects an app's own data. */
export function defaultDataDir(machine: Machine): string {
  switch (machine.platform) {
    case 'darwin':
      return join(machine.home, 'Library', 'Application Support', NAME);
    case 'win32':
      return join(machine.env['LOCALAPPDATA'] ?? join(machine.home, 'AppData', 'Local'), NAME);
    default:
      return join(xdg(machine, 'XDG_DATA_HOME') ?? join(machine.home, '.local', 'share'), NAME);
  }
}

/** Where each system expects what can be made again. */
export function defaultCacheDir(machine: Machine): string {
  switch (machine.platform) {
    case 'darwin':
      return join(machine.home, 'Library', 'Caches', NAME);
    case 'win32':
      return join(defaultDataDir(machine), 'cache');
    default:
      return join(xdg(machine, 'XDG_CACHE_HOME') ?? join(machine.home, '.cache'), NAME);
  }
}

/** The data directory as the flag, RUNPOD_LLM_DATA_DIR or the system have it, in this order. */
export function resolveDataDir(flag: string | undefined, machine: Machine): string {
  const given = flag ?? nonEmpty(machine.env['RUNPOD_LLM_DATA_DIR']);
  return given === undefined ? defaultDataDir(machine) : absolute(given, machine.cwd, machine.home);
}

/** A path as its writer meant it: `~/` is the home folder, anything relative begins at `base`. */
export function absolute(path: string, base: string, home: string): string {
  if (path === '~') return home;
  return /^~[/\\]/.test(path) ? join(home, path.slice(2)) : resolve(base, path);
}

/** The specification tells to ignore relative values. */
function xdg(machine: Machine, variable: string): string | undefined {
  const value = nonEmpty(machine.env[variable]);
  return value !== undefined && isAbsolute(value) ? value : undefined;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === '' ? undefined : value;
}
