import { app } from 'electron';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileAtomic } from '../../platform/files.ts';
import { AUTOSTART_FLAG } from '../launch.ts';
import { AUTOSTART_FILE, autostartEntry, type AutostartFacts } from './autostart-entry.ts';

export interface LoginItem {
  /** Whether the system will start the app at login, as it tells it. */
  isOn(): boolean;
  set(on: boolean): void;
}

export interface LoginItemParts extends AutostartFacts {
  readonly platform: NodeJS.Platform;
  /** `$XDG_CONFIG_HOME`, usually ~/.config. */
  readonly configHome: string;
}

/** macOS and Windows have a list of their own; elsewhere an autostart entry does it. */
export function createLoginItem(parts: LoginItemParts): LoginItem {
  return parts.platform === 'linux' ? xdgEntry(parts) : systemList(parts.platform);
}

function systemList(platform: NodeJS.Platform): LoginItem {
  const options = platform === 'win32' ? { args: [AUTOSTART_FLAG] } : {};
  return {
    isOn: () => {
      const settings = app.getLoginItemSettings(options);
      return platform === 'win32' ? settings.executableWillLaunchAtLogin : settings.openAtLogin;
    },
    set: (on) => app.setLoginItemSettings({ openAtLogin: on, ...options }),
  };
}

function xdgEntry(parts: LoginItemParts): LoginItem {
  const path = join(parts.configHome, 'autostart', AUTOSTART_FILE);
  return {
    isOn: () => {
      try {
        return !/^Hidden=true$/m.test(readFileSync(path, 'utf8'));
      } catch {
        return false; // There is no entry.
      }
    },
    set: (on) => {
      if (on) writeFileAtomic(path, autostartEntry(parts), 0o644);
      else rmSync(path, { force: true });
    },
  };
}
