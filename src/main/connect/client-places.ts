import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { FileClient } from '../../shared/clients/files.ts';
import { PROVIDER } from '../../shared/clients/sheet.ts';
import type { ClientFolders } from './client-folders.ts';

/** Where one client's file is. */
export interface ClientPlace {
  readonly path: (folders: ClientFolders) => string;
  /** A folder that is there once the client has run; absent = the one its file is in. */
  readonly sign?: (folders: ClientFolders) => string;
}

export const CLIENT_PLACES: Readonly<Record<FileClient, ClientPlace>> = {
  'claude-code': {
    path: ({ home }) => join(home, `.${PROVIDER}`, 'claude-code.json'),
    sign: ({ home }) => join(home, '.claude'),
  },
  codex: { path: ({ codex }) => join(codex, `${PROVIDER}.config.toml`) },
  // Where both stand OpenCode reads this one last.
  opencode: {
    path: ({ config }) => firstThere(join(config, 'opencode'), ['opencode.jsonc', 'opencode.json']),
  },
  kilo: { path: ({ config }) => join(config, 'kilo', 'kilo.jsonc') },
  zed: { path: ({ zed }) => join(zed, 'settings.json') },
  continue: { path: ({ home }) => join(home, '.continue', 'config.yaml') },
  raycast: { path: ({ config }) => join(config, 'raycast', 'ai', 'providers.yaml') },
};

function firstThere(folder: string, names: readonly [string, string]): string {
  return join(folder, existsSync(join(folder, names[0])) ? names[0] : names[1]);
}
