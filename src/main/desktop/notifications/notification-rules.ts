import type { News } from '../../../shared/news.ts';
import type { UserSettings } from '../../../shared/user-settings.ts';
import type { DesktopAction } from '../desktop-action.ts';
import type { Words } from '../words/en.ts';

/** A notification of the system as data. */
export interface Notice {
  readonly title: string;
  readonly body: string;
  /** Money and loss stay until they are seen. */
  readonly isUrgent: boolean;
  readonly onClick: DesktopAction;
  readonly buttons: readonly { readonly label: string; readonly action: DesktopAction }[];
}

export interface NoticeContext {
  readonly settings: UserSettings;
  /** The window is in front: the page itself tells. */
  readonly isWindowFocused: boolean;
  /** It is a time at which only money and loss are told. */
  readonly isQuiet: boolean;
  /** When the same was last told, in ms of the monotonic clock; null = never. */
  readonly lastTold: number | null;
  readonly now: number;
}

const AGAIN_AFTER_MS = 60 * 60_000;
const ALWAYS: ReadonlySet<News['kind']> = new Set(['still-billing', 'budget', 'orphan', 'unprotected']);

/** What makes two pieces of news the same. */
export const causeOf = (news: News): string => `${news.kind} ${news.deployment ?? ''} ${news.title}`;

/**
 * Whether to bother somebody (UX 3.7): money and loss always, once an hour for one cause; the rest as the settings say,
 * outside of quiet hours, and not over a window that tells it already.
 */
export function isWorthTelling(news: News, context: NoticeContext): boolean {
  const { lastTold, now } = context;
  const isRepeated = lastTold !== null && now - lastTold < AGAIN_AFTER_MS;
  if (ALWAYS.has(news.kind)) return !isRepeated;
  if (context.isQuiet || context.isWindowFocused) return false;
  const { ready, idleSoon, stopped } = context.settings.notifications;
  switch (news.kind) {
    case 'ready':
      return ready;
    case 'idle-soon':
      return idleSoon;
    case 'stopped':
      return stopped;
    default:
      return !isRepeated;
  }
}

/** News in the system's form: where a click leads, and what can be done at once. */
export function noticeOf(news: News, words: Words): Notice {
  const { deployment } = news;
  const page = deployment === null ? '/' : `/deployments/${deployment}`;
  const base = { ...words.notify.news(news), isUrgent: ALWAYS.has(news.kind) };
  const open: DesktopAction = { do: 'open', page };
  const button = (label: string, action: DesktopAction): Notice['buttons'][number] => ({ label, action });
  switch (news.kind) {
    case 'ready':
      return {
        ...base,
        onClick: open,
        buttons: [button(words.notify.copyEndpoint, { do: 'copy-endpoint' })],
      };
    case 'idle-soon':
      return {
        ...base,
        onClick: open,
        buttons:
          deployment === null
            ? []
            : [button(words.notify.keepAwake, { do: 'keep-awake', deployment, minutes: 60 })],
      };
    case 'failed':
    case 'unprotected': {
      const logs: DesktopAction = { do: 'open', page: `${page}${deployment === null ? '' : '?tab=logs'}` };
      return { ...base, onClick: open, buttons: [button(words.notify.logs, logs)] };
    }
    case 'still-billing':
      // Of something under no deployment the account's page tells.
      return deployment === null
        ? { ...base, onClick: { do: 'open', page: '/costs' }, buttons: [] }
        : { ...base, onClick: open, buttons: [button(words.notify.stopNow, { do: 'stop', deployment })] };
    case 'swept':
    case 'budget':
      return {
        ...base,
        onClick: { do: 'open', page: '/costs' },
        buttons: [button(words.notify.costs, { do: 'open', page: '/costs' })],
      };
    case 'stopped':
    case 'orphan':
      return { ...base, onClick: open, buttons: [button(words.notify.open, open)] };
  }
}
