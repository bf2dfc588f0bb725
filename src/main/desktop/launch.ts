import { parseArgs } from 'node:util';
import { LINK_SCHEME, pageOfLink } from './deep-link.ts';

export interface Launch {
  /** As `serve` has them: for the configuration. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly dataDir: string | undefined;
  /** Started by the system at login, or told to: no window. */
  readonly hidden: boolean;
  /** The page that a link on the command line asks for; null = none. */
  readonly page: string | null;
}

/** The system starts the app with it at login. */
export const AUTOSTART_FLAG = '--autostart';

const NUMBERS = { port: 'port', 'control-port': 'controlPort', 'sandbox-speed': 'sandboxSpeed' } as const;
const TEXTS = { config: 'config', host: 'host', 'log-level': 'logLevel', 'data-dir': 'dataDir' } as const;
const SWITCHES = { sandbox: 'sandbox', runpod: 'runpod' } as const;

/**
 * Reads what the app was started with. Chromium and the systems add switches of their own, so what is not ours is
 * passed over; whether a value is good is for the configuration to say.
 */
export function parseLaunch(argv: readonly string[]): Launch {
  const options = Object.fromEntries([
    ...[...Object.keys(NUMBERS), ...Object.keys(TEXTS)].map((name) => [name, { type: 'string' as const }]),
    ...[...Object.keys(SWITCHES), 'autostart', 'hidden'].map((name) => [name, { type: 'boolean' as const }]),
  ]);
  const { values, positionals } = parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
  });
  const flags: Record<string, unknown> = {};
  for (const [name, key] of Object.entries(NUMBERS)) {
    const text = values[name];
    if (typeof text === 'string') flags[key] = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : text;
  }
  for (const [name, key] of Object.entries(TEXTS)) {
    if (typeof values[name] === 'string') flags[key] = values[name];
  }
  for (const [name, key] of Object.entries(SWITCHES)) if (values[name] === true) flags[key] = true;
  const link = positionals.find((text) => text.startsWith(`${LINK_SCHEME}://`));
  return {
    flags,
    dataDir: typeof flags['dataDir'] === 'string' ? flags['dataDir'] : undefined,
    hidden: values['autostart'] === true || values['hidden'] === true,
    page: link === undefined ? null : pageOfLink(link),
  };
}
