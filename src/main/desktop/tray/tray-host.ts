import { execFile } from 'node:child_process';
import type { Clock } from '../../platform/clock.ts';

/** Asks the session's bus; resolves with what the command printed, rejects when there is none or it fails. */
export type AskBus = (args: readonly string[], timeoutMs: number) => Promise<string>;

export interface TrayHostParts {
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  /** The desktop is just coming up, its shell perhaps after the programs that it starts at login. */
  readonly atLogin: boolean;
  readonly ask?: AskBus;
}

/** yes = an icon will be seen; no = nobody shows icons here; unknown = could not be found out. */
export type TrayPresence = 'yes' | 'no' | 'unknown';

const QUESTION = [
  'call',
  '--session',
  '--dest=org.kde.StatusNotifierWatcher',
  '--object-path=/StatusNotifierWatcher',
  '--method=org.freedesktop.DBus.Properties.Get',
  'org.kde.StatusNotifierWatcher',
  'IsStatusNotifierHostRegistered',
];

const TRIES = { atLogin: 5, later: 2 } as const;
const BETWEEN_MS = 3000;

/**
 * Whether somebody shows tray icons. Electron does not tell: on Linux the StatusNotifierWatcher on the session bus does,
 * and without one (GNOME without the extension) an icon is made and never seen.
 */
export async function findTrayHost(parts: TrayHostParts, signal: AbortSignal): Promise<TrayPresence> {
  if (parts.platform !== 'linux') return 'yes';
  const tries = parts.atLogin ? TRIES.atLogin : TRIES.later;
  for (let round = 1; ; round++) {
    const answer = await askOnce(parts.ask ?? askWithGdbus);
    // A bus that does not answer will not do so later either; a shell may still come.
    if (answer !== 'no' || round === tries) return answer;
    await parts.clock.sleep(BETWEEN_MS, signal);
  }
}

async function askOnce(ask: AskBus): Promise<TrayPresence> {
  try {
    const text = await ask(QUESTION, 2000);
    if (text.includes('true')) return 'yes';
    return text.includes('false') ? 'no' : 'unknown';
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return /ServiceUnknown|NameHasNoOwner|not provided by any/i.test(text) ? 'no' : 'unknown';
  }
}

const askWithGdbus: AskBus = (args, timeoutMs) =>
  new Promise((resolve, reject) => {
    execFile('gdbus', [...args], { timeout: timeoutMs }, (error, stdout, stderr) => {
      if (error === null) resolve(stdout);
      else reject(new Error(`${error.message}\n${stderr}`));
    });
  });
