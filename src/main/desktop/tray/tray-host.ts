import { execFile } from 'node:child_process';
import type { Clock } from '../../platform/clock.ts';

/** Asks the session's bus; resolves with what the command printed, rejects when there is none or it fails. */
export type AskBus = (args: readonly string[], timeoutMs: number) => Promise<string>;

export interface TrayHostParts {
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
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

/** A desktop shell comes up after the programs that it starts at login. */
const TRIES = 5;
const BETWEEN_MS = 3000;

/**
 * Whether somebody shows tray icons. Electron does not tell: on Linux the StatusNotifierWatcher on the session bus does,
 * and without one (GNOME without the extension) an icon is made and never seen.
 */
export async function findTrayHost(parts: TrayHostParts, signal: AbortSignal): Promise<TrayPresence> {
  if (parts.platform !== 'linux') return 'yes';
  let answer: TrayPresence = 'unknown';
  for (let round = 1; round <= TRIES; round++) {
    answer = await askOnce(parts.ask ?? askWithGdbus);
    if (answer === 'yes' || round === TRIES) break;
    await parts.clock.sleep(BETWEEN_MS, signal);
  }
  return answer;
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
