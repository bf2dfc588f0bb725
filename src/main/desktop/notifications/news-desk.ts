import { isQuiet } from '../../../shared/quiet-hours.ts';
import type { LocalApi } from '../../control/local-api.ts';
import type { Log } from '../../logs/log.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Disposable, Unsubscribe } from '../../platform/lifecycle.ts';
import type { UserSettingsStore } from '../../settings/user-settings.ts';
import type { DesktopAction } from '../desktop-action.ts';
import type { DesktopState } from '../tray/tray-state.ts';
import type { Words } from '../words/en.ts';
import { causeOf, isWorthTelling, noticeOf } from './notification-rules.ts';
import { createNotifier } from './notifier.ts';
import { WakeNotices } from './wake-notices.ts';

export interface NewsParts {
  readonly clock: Clock;
  readonly log: Log;
  readonly words: () => Words;
  readonly settings: Pick<UserSettingsStore, 'get'>;
  readonly perform: (action: DesktopAction) => void;
  readonly isWindowFocused: () => boolean;
}

/** What people are told through the system. */
export interface NewsDesk extends Disposable {
  /** Tells the core's news from now on. */
  follow(api: LocalApi): void;
  /** Looks for starts that a client waits for. */
  see(state: DesktopState): void;
  /** A few words in passing. */
  tell(title: string, body: string): void;
}

const MOST_CAUSES = 200;

export function createNews(parts: NewsParts): NewsDesk {
  const { clock, words } = parts;
  const show = createNotifier(parts);
  const quiet = (): boolean => isQuiet(parts.settings.get().notifications.quietHours, new Date(clock.now()));
  const told = new Map<string, number>();
  let leave: Unsubscribe = () => undefined;
  let core: LocalApi | null = null;
  const wakes = new WakeNotices({
    clock,
    words,
    show: (notice) => {
      if (!quiet()) show(notice);
    },
    isWake: async ({ id }) => {
      const answer = await core?.call('deployments.history', { deployment: id }).catch(() => null);
      const start = answer?.entries
        .toSorted((a, b) => b.at.localeCompare(a.at))
        .find((entry) => entry.kind === 'start');
      return start?.data['by'] === 'request';
    },
  });
  return {
    follow(api) {
      core = api;
      leave = api.subscribe((event) => {
        if (event.name !== 'notification') return;
        const cause = causeOf(event.payload);
        const now = clock.monotonic();
        const context = {
          settings: parts.settings.get(),
          isWindowFocused: parts.isWindowFocused(),
          isQuiet: quiet(),
          lastTold: told.get(cause) ?? null,
          now,
        };
        if (!isWorthTelling(event.payload, context)) return;
        told.set(cause, now);
        for (const oldest of told.keys()) {
          if (told.size <= MOST_CAUSES) break;
          told.delete(oldest);
        }
        show(noticeOf(event.payload, words()));
      });
    },
    see: (state) => wakes.see(state),
    tell: (title, body) =>
      show({ title, body, isUrgent: false, onClick: { do: 'open', page: '/' }, buttons: [] }),
    dispose() {
      leave();
      wakes.dispose();
    },
  };
}
