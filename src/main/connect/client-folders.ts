import { join } from 'node:path';

/** Where clients of this computer's user keep their files. */
export interface ClientFolders {
  readonly home: string;
  /** `~/.config`, or where XDG_CONFIG_HOME says. */
  readonly config: string;
  /** Zed's own. */
  readonly zed: string;
  readonly codex: string;
}

export function clientFolders(
  env: Readonly<Record<string, string | undefined>>,
  home: string,
  platform: NodeJS.Platform,
): ClientFolders {
  const config = told(env['XDG_CONFIG_HOME']) ?? join(home, '.config');
  const appData = told(env['APPDATA']) ?? join(home, 'AppData', 'Roaming');
  return {
    home,
    config,
    zed: platform === 'win32' ? join(appData, 'Zed') : join(config, 'zed'),
    codex: told(env['CODEX_HOME']) ?? join(home, '.codex'),
  };
}

const told = (value: string | undefined): string | undefined => (value === '' ? undefined : value);
