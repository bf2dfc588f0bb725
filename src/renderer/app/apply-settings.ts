import type { UserSettings } from '../../shared/model.ts';
import { useNotices } from '../stores/notices.ts';
import { setPreferences } from '../stores/preferences.ts';

/** What of the app's settings this page itself goes by. */
export function applySettings({ desktop, notifications }: UserSettings): void {
  setPreferences({ language: desktop.language });
  useNotices.setState({ quietHours: notifications.quietHours });
}
