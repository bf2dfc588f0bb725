import { app, nativeTheme } from 'electron';
import type { AppLog } from '../../logs/app-log.ts';
import type { Clock } from '../../platform/clock.ts';
import { Disposables } from '../../platform/lifecycle.ts';
import type { UserSettingsStore } from '../../settings/user-settings.ts';
import type { DesktopAction } from '../desktop-action.ts';
import { installAppMenu } from '../menu/app-menu.ts';
import type { Words } from '../words/en.ts';
import { watchAccessibility } from './accessibility.ts';
import { createLoginItem } from './login-item.ts';
import { watchNetwork } from './network.ts';
import { watchPower } from './power.ts';
import { syncLoginItem } from './sync-login-item.ts';

export interface SystemParts {
  readonly platform: NodeJS.Platform;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly clock: Clock;
  readonly log: AppLog;
  readonly settings: UserSettingsStore;
  readonly words: () => Words;
  readonly perform: (action: DesktopAction) => void;
  /** The machine is about to sleep. */
  readonly onSleep: () => void;
  /** The machine woke or its network came back. */
  readonly onAwake: () => void;
  readonly onLock: () => void;
  readonly onShutdown: () => void;
  /** Colours, words or settings changed. */
  readonly onLook: () => void;
}

/** Follows the system: power, network, theme, start at login, accessibility, and the menu in its language. */
export function watchSystem(parts: SystemParts): Disposables {
  const { platform, env, home, clock, settings, words } = parts;
  const { log } = parts.log;
  const owned = new Disposables();
  const onSuspend = (): void => {
    parts.onSleep();
    parts.log.flush();
  };
  owned.defer('power', watchPower({ ...parts, log, onSuspend }));
  owned.defer('network', watchNetwork(clock, parts.onAwake));
  watchAccessibility(platform, log);
  const loginItem = createLoginItem({
    platform,
    configHome: env['XDG_CONFIG_HOME'] ?? `${home}/.config`,
    name: words().app,
    program: process.execPath,
    appImage: env['APPIMAGE'],
    args: app.isPackaged ? [] : [app.getAppPath()],
  });
  owned.defer('login item', syncLoginItem(loginItem, settings, log));
  nativeTheme.on('updated', parts.onLook);
  owned.defer('theme', () => void nativeTheme.removeListener('updated', parts.onLook));
  const menu = (): void =>
    installAppMenu(words(), { platform, isPackaged: app.isPackaged, perform: parts.perform });
  menu();
  owned.defer('menu', settings.onChange(menu));
  return owned;
}
