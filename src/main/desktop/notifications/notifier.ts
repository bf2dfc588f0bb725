import { Notification } from 'electron';
import type { Log } from '../../logs/log.ts';
import type { DesktopAction } from '../desktop-action.ts';
import type { Notice } from './notification-rules.ts';

export interface NotifierParts {
  readonly perform: (action: DesktopAction) => void;
  readonly log: Log;
}

/** Shown ones are kept referenced: a collected notification loses its clicks. */
const MOST_KEPT = 20;

/** Shows notices through the system; where there is no notification daemon they are left to the window. */
export function createNotifier({ perform, log }: NotifierParts): (notice: Notice) => void {
  const kept = new Set<Notification>();
  return (notice) => {
    if (!Notification.isSupported()) return;
    const shown = new Notification({
      title: notice.title,
      body: notice.body,
      urgency: notice.isUrgent ? 'critical' : 'normal',
      timeoutType: notice.isUrgent ? 'never' : 'default',
      actions: notice.buttons.map(({ label }) => ({ type: 'button' as const, text: label })),
    });
    const forget = (): void => void kept.delete(shown);
    shown.on('click', () => {
      forget();
      perform(notice.onClick);
    });
    shown.on('action', (details) => {
      forget();
      const chosen = notice.buttons[details.actionIndex];
      if (chosen !== undefined) perform(chosen.action);
    });
    shown.on('close', forget);
    shown.on('failed', (_event, problem) => {
      forget();
      log.warn({ problem }, 'notification not shown');
    });
    kept.add(shown);
    for (const oldest of kept) {
      if (kept.size <= MOST_KEPT) break;
      kept.delete(oldest);
    }
    shown.show();
  };
}
