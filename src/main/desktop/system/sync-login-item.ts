import type { Log } from '../../logs/log.ts';
import type { Unsubscribe } from '../../platform/lifecycle.ts';
import type { UserSettingsStore } from '../../settings/user-settings.ts';
import type { LoginItem } from './login-item.ts';

/** Keeps the setting and the system's list in step: what the user changed in the system's own list counts. */
export function syncLoginItem(
  item: LoginItem,
  settings: Pick<UserSettingsStore, 'get' | 'set' | 'onChange'>,
  log: Log,
): Unsubscribe {
  const before = settings.get();
  const isOn = item.isOn();
  if (before.desktop.startAtLogin !== isOn) {
    settings.set({ ...before, desktop: { ...before.desktop, startAtLogin: isOn } });
  }
  return settings.onChange(({ desktop }) => {
    try {
      if (desktop.startAtLogin !== item.isOn()) item.set(desktop.startAtLogin);
    } catch (error) {
      log.warn({ err: error }, 'start at login could not be changed');
    }
  });
}
